/* Tenth's keys and messages. Every page works without it. */
"use strict";

(() => {
  const keysOn = document.body.dataset.keys === "on";
  const LEAVES = { today: ["keep", "pass", "read"], kept: ["pass", "read"] }; // a list, and the acts that end a card's stay
  const cards = () => [...document.querySelectorAll(".cards > .card:not(.going)")];
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

  /* A card that is about to leave hands the selection on at once, so that the next key finds the next card. */
  function leave(card, act) {
    const list = card.closest("[data-list]");
    if (!list || !(LEAVES[list.dataset.list] || []).includes(act)) return;
    const all = cards();
    const here = all.indexOf(card);
    const next = all[here + 1] || all[here - 1];
    const selected = card === at();
    card.classList.add("going");
    if (selected || card.contains(document.activeElement)) {
      if (next) select(next);
      else end();
    }
  }

  /* Every card has left: the way on takes the focus. */
  function end() {
    const way = document.querySelector(".pager a, .empty a") || document.getElementById("main");
    way.focus();
  }

  function follow(what, apart) {
    const place = at() || document;
    const link = place.querySelector(`[data-${what}]`);
    if (!link) return;
    if (apart) window.open(link.href, "_blank", "noopener");
    else location.href = link.href;
  }

  function undo() {
    const button = document.querySelector('[data-act="undo"]');
    const list = document.querySelector("[data-list]")?.dataset.list || (document.querySelector(".judge") ? "paper" : "");
    if (button) button.click();
    else htmx.ajax("POST", "/undo", { swap: "none", values: { list } });
  }

  /* ── messages ── */
  function toast(text, bad = false) {
    const box = document.getElementById("toasts");
    const said = document.createElement("div");
    said.className = bad ? "toast bad" : "toast";
    if (bad) said.setAttribute("role", "alert");
    said.textContent = text;
    box.replaceChildren(said);
  }

  function failed(text) {
    for (const card of document.querySelectorAll(".card.going")) card.classList.remove("going");
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

  /* A card that came back has no place on this page: draw the page anew. */
  document.addEventListener("htmx:oobErrorNoTarget", (event) => {
    if (event.detail.content.id !== "done") location.reload();
  });

  /* A card drawn anew keeps the selection; one that is back takes it. */
  let again = "";
  const keep = (event) => {
    const card = event.detail.target.closest?.(".card, .gone");
    if (card && (card === at() || card.contains(document.activeElement) || card.classList.contains("gone"))) again = card.id;
  };
  document.addEventListener("htmx:beforeSwap", keep);
  document.addEventListener("htmx:oobBeforeSwap", keep);
  document.addEventListener("htmx:afterSettle", () => {
    const card = again && document.getElementById(again);
    again = "";
    if (card && card.matches(".cards > .card")) select(card);
    document.dispatchEvent(new Event("ZoteroItemUpdated", { bubbles: true, cancelable: true }));
  });

  document.addEventListener("click", (event) => {
    const card = event.target.closest(".cards > .card");
    const button = event.target.closest("button[data-act]");
    if (card && button) leave(card, button.dataset.act);
    else if (card && card !== at() && !event.target.closest("a, button, summary")) select(card, false);
    if (event.target.closest("[data-help]")) help();
  });

  /* ── a link for everyone: copied, or handed to the phone's own share sheet ── */
  function copy(field) {
    field.select();
    const said = "Link copied. Whoever has it sees title and authors, and nothing of the team’s.";
    // Over plain http there is no clipboard: the link stands there, selected.
    if (navigator.clipboard) navigator.clipboard.writeText(field.value).then(() => toast(said), () => {});
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
    // Who closes the sheet has changed their mind: nothing to say.
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

  /* ── help ── */
  const HELP = [
    ["j k", "next, previous paper"], ["o Enter", "open it"], ["v", "the original"], ["m", "read"], ["x", "pass"],
    ["l", "keep for later"], ["+ -", "vote up, down"], ["S", "share with the team"], ["A", "apply in a project"], ["u", "undo"], ["/", "search"],
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
    S: () => press("share"),
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
