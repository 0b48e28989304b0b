"use strict";
(() => {
  const toolbar = document.querySelector(".toolbar");
  if (!toolbar) return;
  const search = document.getElementById("search");
  const attribute = document.getElementById("attribute");
  const unfold = document.getElementById("unfold");
  const shown = document.getElementById("shown");
  const nothing = document.getElementById("nothing");
  const beyond = document.getElementById("beyond");
  // The service has the list beside the report; a file on somebody's disk may have it anywhere.
  const served = /^https?:$/.test(location.protocol) && location.pathname.endsWith("/report");
  const everywhere = served ? document.getElementById("everywhere") : null;
  const toggles = [...toolbar.querySelectorAll("[name=severity]")];
  const groups = [...document.querySelectorAll(".group")].map((element) => ({
    element,
    severity: element.dataset.severity,
    findings: [...element.querySelectorAll(".finding")].map((finding) => ({ finding, text: null })),
  }));
  const all = groups.flatMap((group) => group.findings);

  const matches = (entry, words) => {
    if (attribute.value && entry.finding.dataset.attribute !== attribute.value) return false;
    if (!words.length) return true;
    entry.text ??= entry.finding.textContent.toLowerCase();
    return words.every((word) => entry.text.includes(word));
  };

  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    // None chosen is all of them: to press one shows that one, and another one too.
    const chosen = new Set(toggles.filter((toggle) => toggle.checked).map((toggle) => toggle.value));
    let visible = 0;
    for (const group of groups) {
      let inGroup = 0;
      for (const entry of group.findings) {
        const match = (!chosen.size || chosen.has(group.severity)) && matches(entry, words);
        entry.finding.hidden = !match;
        inGroup += match;
      }
      group.element.hidden = !inGroup;
      visible += inGroup;
    }
    nothing.hidden = visible > 0;
    shown.textContent = visible === all.length ? "" : `${visible.toLocaleString("en")} of ${all.length.toLocaleString("en")} shown`;
    if (beyond) beyond.hidden = !words.length;
    remember(search.value.trim(), [...chosen].join(","));
  };

  // What is shown is in the address, behind the #, so that it can be handed on; a saved file has no other part for it.
  const remember = (words, severity) => {
    const state = new URLSearchParams(Object.entries({ search: words, severity, attribute: attribute.value }).filter(([, value]) => value));
    if (everywhere) everywhere.href = `findings?${new URLSearchParams({ search: words })}`;
    try {
      if (`${state}` || location.hash.includes("=")) history.replaceState(null, "", `#${state}`);
    } catch { /* a page that is shown within another has no address of its own */ }
  };
  const recall = () => {
    if (!location.hash.includes("=")) return;
    const state = new URLSearchParams(location.hash.slice(1));
    const severities = (state.get("severity") ?? "").split(",");
    search.value = state.get("search") ?? "";
    attribute.value = state.get("attribute") ?? "";
    for (const toggle of toggles) toggle.checked = severities.includes(toggle.value);
    filter();
  };

  let waiting = 0;
  const soon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(filter, 120);
  };
  const reset = () => {
    search.value = "";
    attribute.value = "";
    for (const toggle of toggles) toggle.checked = false;
    filter();
  };

  toolbar.hidden = false;
  if (everywhere) everywhere.hidden = false;
  recall();
  addEventListener("hashchange", recall);
  toolbar.addEventListener("submit", (event) => event.preventDefault());
  search.addEventListener("input", soon);
  attribute.addEventListener("change", filter);
  for (const toggle of toggles) toggle.addEventListener("change", filter);
  document.getElementById("reset").addEventListener("click", reset);
  unfold.addEventListener("click", () => {
    const open = unfold.textContent.startsWith("Unfold");
    for (const { finding } of all) if (!finding.hidden) finding.open = open;
    unfold.textContent = open ? "Fold all" : "Unfold all";
  });
  for (const button of document.querySelectorAll("button[data-attribute]"))
    button.addEventListener("click", () => {
      reset();
      attribute.value = button.dataset.attribute;
      filter();
      document.getElementById("findings").scrollIntoView();
    });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.ctrlKey && !event.metaKey && !/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) {
      event.preventDefault();
      search.focus();
    } else if (event.key === "Escape" && event.target === search) reset();
  });
  const closed = [];
  addEventListener("beforeprint", () => {
    for (const { finding } of all) if (!finding.open) { closed.push(finding); finding.open = true; }
  });
  addEventListener("afterprint", () => {
    for (const finding of closed.splice(0)) finding.open = false;
  });
})();
