/* Messages, menus, and links that are copied. Every page works without it. */
"use strict";

window.Tenth = (() => {
  const STAYS = 5000; // milliseconds that a message is shown, unless it is pointed at

  /* ── messages ── */
  const box = document.getElementById("toasts");
  let clock = 0;

  function toast(text, bad = false) {
    const line = document.createElement("div");
    line.className = bad ? "toast bad" : "toast";
    if (bad) line.setAttribute("role", "alert");
    const words = document.createElement("span");
    words.textContent = text;
    line.append(words);
    box.replaceChildren(line);
  }

  function dismiss() {
    clearTimeout(clock);
    box.replaceChildren();
  }

  function count() {
    clearTimeout(clock);
    if (box.querySelector(".toast") && !box.matches(":hover, :focus-within")) clock = setTimeout(dismiss, STAYS);
  }

  for (const event of ["mouseenter", "mouseleave", "focusin"]) box.addEventListener(event, count);
  box.addEventListener("focusout", () => setTimeout(count)); // the focus has arrived elsewhere by then
  new MutationObserver(count).observe(box, { childList: true });
  addEventListener("pageshow", count);

  function failed(text) {
    document.dispatchEvent(new Event("tenth:failed"));
    toast(text, true);
  }

  document.addEventListener("htmx:responseError", (event) => {
    const answer = event.detail.xhr;
    const plain = (answer.getResponseHeader("Content-Type") || "").startsWith("text/plain");
    failed(plain ? answer.responseText : "That did not work. Reload the page and try again.");
  });
  document.addEventListener("htmx:sendError", () => failed("Tenth cannot be reached. Nothing was changed."));
  document.addEventListener("htmx:timeout", () => failed("Tenth did not answer in time. Reload the page to see what was done."));

  /* Once a waiting page is told to load anew, it asks no more: each further poll would start that load over. */
  let loading = false;
  addEventListener("pageshow", () => (loading = false));
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    loading ||= event.detail.xhr.getResponseHeader("HX-Redirect") !== null;
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (loading && event.detail.elt.matches(".waiting")) event.preventDefault();
  });

  /* ── menus: a click elsewhere closes them, and so does Escape, which also dismisses the message ── */
  function close(but) {
    for (const menu of document.querySelectorAll("details.pops[open]")) if (!menu.contains(but)) menu.open = false;
  }
  document.addEventListener("click", (event) => close(event.target));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || document.querySelector("dialog[open]")) return;
    const menu = document.activeElement.closest("details.pops[open]");
    if (menu) menu.querySelector("summary").focus();
    close(null);
    dismiss();
  });

  /* ── a public link: copied, or handed to the phone's own share sheet ── */
  function copy(field) {
    field.select();
    const done = () => toast("Link copied. Anyone with it sees the title and authors, and nothing of your team’s.");
    // Over plain http there is no clipboard: the link stands there, selected.
    if (navigator.clipboard) navigator.clipboard.writeText(field.value).then(done, () => {});
  }

  function sheets() {
    if (navigator.share) for (const button of document.querySelectorAll("[data-sheet]")) button.hidden = false;
  }

  let sending = false;
  document.addEventListener("htmx:afterSettle", () => {
    sheets();
    const field = document.querySelector("#links [data-copy]:not([data-done])");
    if (!field) return;
    field.dataset.done = "";
    // Whoever closes the sheet has changed their mind: nothing to say.
    if (sending) navigator.share({ title: field.dataset.title, url: field.value }).catch(() => {});
    else copy(field);
    sending = false;
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-sheet]");
    if (!button) return;
    sending = true;
    button.form.requestSubmit();
  });
  sheets();

  return { toast };
})();
