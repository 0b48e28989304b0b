"use strict";
// Pages are whole without this. It keeps what is marked as live as new as the server's, and follows a log as it grows.
(() => {
  const EVERY = 4000;

  const renew = async () => {
    const parts = [...document.querySelectorAll("[data-live]")];
    if (!parts.length) return;
    if (!document.hidden) {
      try {
        const answer = await fetch(location.href);
        if (answer.status === 401) return location.reload();
        if (answer.ok) {
          const page = new DOMParser().parseFromString(await answer.text(), "text/html");
          for (const part of parts) replace(part, page.getElementById(part.id));
        }
      } catch { /* away for a moment: the next round asks again */ }
    }
    setTimeout(renew, EVERY);
  };
  // What somebody has unfolded stays so; what somebody is at is left alone.
  const replace = (part, next) => {
    if (!next || part.contains(document.activeElement) || next.outerHTML === part.outerHTML) return;
    const open = [...part.querySelectorAll("details")].map((each) => each.open);
    if (open.includes(true)) return;
    part.replaceWith(document.adoptNode(next));
  };

  const log = document.querySelector("[data-log]");
  const follow = async () => {
    let pause = 1500;
    try {
      const answer = await fetch(`${log.dataset.log}&offset=${log.dataset.next}`);
      if (answer.ok) {
        const piece = await answer.json();
        const atEnd = log.scrollTop + log.clientHeight >= log.scrollHeight - 8;
        log.append(piece.text);
        if (piece.text && atEnd) log.scrollTop = log.scrollHeight;
        if (piece.text) pause = 300;
        log.dataset.next = piece.next_offset;
        if (piece.complete) return log.removeAttribute("data-log");
      }
    } catch { /* as above */ }
    setTimeout(follow, pause);
  };

  setTimeout(renew, EVERY);
  if (log) {
    log.scrollTop = log.scrollHeight;
    follow();
  }
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const field = document.getElementById(button.dataset.copy);
      field.select();
      await navigator.clipboard.writeText(field.value);
      button.textContent = "Copied";
    });
  }
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
    const field = document.querySelector("[type=search]");
    if (field) {
      event.preventDefault();
      field.focus();
    }
  });
})();
