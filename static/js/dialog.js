/* Share and apply over the page one is on: the same form that is a page of its own without JavaScript. */
"use strict";

(() => {
  const OPENS = 'a[data-act="share"], a[data-act="apply"]';
  let dialog = null;

  function make() {
    dialog = document.createElement("dialog");
    dialog.id = "dialog";
    dialog.setAttribute("aria-labelledby", "dialog-title");
    document.body.append(dialog);
  }

  function close() {
    dialog.close(); // the focus goes back to where it was
    dialog.replaceChildren();
  }

  document.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const link = event.target.closest(OPENS);
    if (link) {
      event.preventDefault();
      if (!dialog) make();
      htmx.ajax("GET", link.getAttribute("href"), { source: dialog, target: dialog, swap: "innerHTML" });
    } else if (dialog?.open && event.target.closest("[data-cancel]")) {
      event.preventDefault();
      close();
    }
  });

  /* A form that was refused comes back with the reason in it. */
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target === dialog && event.detail.xhr.status === 400) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target !== dialog || !dialog.querySelector("form, .empty")) return;
    if (!dialog.open) dialog.showModal();
    dialog.querySelector("[aria-invalid=true], [autofocus], a, button")?.focus();
  });

  document.addEventListener("tenth:done", (event) => {
    close();
    window.Tenth.move(1);
    window.Tenth.toast(event.detail.sentence);
  });

  document.addEventListener("keydown", (event) => {
    const form = event.target.closest?.("form[data-sends]");
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing || !form) return;
    event.preventDefault();
    form.requestSubmit();
  });
})();
