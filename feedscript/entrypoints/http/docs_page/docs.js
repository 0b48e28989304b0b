"use strict";
addEventListener("DOMContentLoaded", () => {
  // Swagger UI names none of the lists to choose from.
  new MutationObserver(() => {
    for (const list of document.querySelectorAll("#swagger-ui select:not([aria-label])"))
      list.ariaLabel = list.className === "examples-select-element" ? "Example" : "Value";
  }).observe(document.getElementById("swagger-ui"), { childList: true, subtree: true });
  SwaggerUIBundle({
    url: "/api/openapi.json",
    domNode: document.getElementById("swagger-ui"),
    presets: [SwaggerUIBundle.presets.apis],
    // A link within the button of each call is one that no keyboard and no screen reader gets to.
    deepLinking: false,
    // Else the document would be shown to an outside host.
    validatorUrl: null,
    plugins: [
      () => ({
        // There is one server, this one.
        components: { ServersContainer: () => null },
      }),
    ],
  });
});
