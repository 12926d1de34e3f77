/* Tenth's keys and messages. Every page works without it. */
"use strict";

(() => {
  const keysOn = document.body.dataset.keys === "on";
  const cards = () => [...document.querySelectorAll(".cards > .card")];
  const at = () => document.querySelector(".card.at");
  const one = () => at() || document.querySelector(".judge");

  /* ── the card that the keys act on ── */
  function select(card, look = true) {
    for (const other of document.querySelectorAll(".card.at")) other.classList.remove("at");
    if (!card) return;
    card.classList.add("at");
    card.focus({ preventScroll: true });
    if (look) card.scrollIntoView({ block: "nearest" });
  }

  function move(step) {
    const all = cards();
    if (!all.length) return;
    const here = all.indexOf(at());
    select(all[here < 0 ? 0 : Math.min(Math.max(here + step, 0), all.length - 1)]);
  }

  function press(act) {
    const card = one();
    const button = card && card.querySelector(`[data-act="${act}"]`);
    if (button) button.click();
  }

  function follow(what, apart) {
    const place = at() || document;
    const link = place.querySelector(`[data-${what}]`);
    if (!link) return;
    if (apart) window.open(link.href, "_blank", "noopener");
    else location.href = link.href;
  }

  function undo() {
    const button = document.querySelector('[data-act="undo"]') || document.querySelector('form[action="/undo"] button:not([formaction])');
    if (button) button.click();
    else toast("There is nothing to take back.");
  }

  /* ── messages ── */
  function toast(text, bad = false) {
    const box = document.getElementById("toasts");
    const said = document.createElement("div");
    said.className = bad ? "toast bad" : "toast";
    said.textContent = text;
    box.replaceChildren(said);
  }

  document.addEventListener("htmx:responseError", (event) => {
    const answer = event.detail.xhr;
    const plain = (answer.getResponseHeader("Content-Type") || "").startsWith("text/plain");
    toast(plain ? answer.responseText : "That did not work. Reload the page and try again.", true);
  });
  document.addEventListener("htmx:sendError", () => toast("Tenth cannot be reached. Nothing was changed.", true));

  /* A card that leaves, or is drawn anew, hands the selection on. */
  let place = -1;
  document.addEventListener("htmx:beforeSwap", (event) => {
    const card = event.detail.target.closest?.(".cards > .card");
    place = card && card === at() ? cards().indexOf(card) : -1;
  });
  document.addEventListener("htmx:afterSettle", () => {
    if (place < 0) return;
    const all = cards();
    select(all[Math.min(place, all.length - 1)], false);
    place = -1;
  });

  document.addEventListener("click", (event) => {
    const card = event.target.closest(".cards > .card");
    if (card && card !== at() && !event.target.closest("a, button, summary")) select(card, false);
    if (event.target.closest("[data-help]")) help();
  });

  /* ── help ── */
  const HELP = [
    ["j k", "next, previous paper"], ["o Enter", "open it"], ["v", "the original"], ["m", "read"], ["x", "pass"],
    ["l", "keep for later"], ["+ -", "vote up, down"], ["A", "apply in a project"], ["u", "undo"], ["/", "search"],
    ["g then t b k p s i", "go to today, browse, kept, projects, sources, insight"], ["?", "this help"],
  ];

  function help() {
    let dialog = document.getElementById("help");
    if (!dialog) {
      dialog = document.createElement("dialog");
      dialog.id = "help";
      dialog.setAttribute("aria-labelledby", "help-title");
      const title = document.createElement("h2");
      title.id = "help-title";
      title.textContent = "Keyboard shortcuts";
      const list = document.createElement("dl");
      list.className = "facts";
      for (const [keys, what] of HELP) {
        const term = document.createElement("dt");
        for (const key of keys.split(" ")) {
          const cap = document.createElement(key === "then" ? "span" : "kbd");
          cap.textContent = key;
          term.append(cap, " ");
        }
        const meaning = document.createElement("dd");
        meaning.textContent = what;
        list.append(term, meaning);
      }
      const form = document.createElement("form");
      form.method = "dialog";
      const button = document.createElement("button");
      button.className = "btn";
      button.textContent = "Close";
      form.append(button);
      dialog.append(title, list, form);
      document.body.append(dialog);
    }
    if (!dialog.open) dialog.showModal();
  }

  /* ── keys ── */
  const GO = { t: "/", b: "/browse", k: "/kept", p: "/projects", s: "/sources", i: "/insight" };
  const KEYS = {
    j: () => move(1),
    k: () => move(-1),
    o: () => follow("open"),
    Enter: () => follow("open"),
    v: () => follow("original", true),
    m: () => press("read"),
    x: () => press("pass"),
    l: () => press("keep"),
    "+": () => press("up"),
    "=": () => press("up"),
    "-": () => press("down"),
    A: () => press("apply"),
    u: undo,
    "/": () => document.getElementById("find")?.focus(),
    "?": help,
  };
  let going = 0;

  document.addEventListener("keydown", (event) => {
    if (!keysOn || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("input, textarea, select, dialog, [contenteditable]")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (event.key === "Enter" && event.target.closest("a, button, summary")) return;
    if (going && Date.now() - going < 1500 && GO[event.key]) {
      location.href = GO[event.key];
      return;
    }
    going = event.key === "g" ? Date.now() : 0;
    const act = KEYS[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });

  if (keysOn) for (const button of document.querySelectorAll("[data-help]")) button.hidden = false;
})();
