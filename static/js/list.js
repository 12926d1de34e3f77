/* Lists of papers: which card is selected, which leaves, and what a list looks like when somebody comes back to it. */
"use strict";

(() => {
  const keysOn = document.body.dataset.keys === "on";
  const LEAVES = { today: ["keep", "pass", "read"], kept: ["pass", "read"] }; // a list, and the acts that end a card's stay
  const CARDS = ".cards > .card:not(.going)";
  const list = () => document.querySelector("[data-list]")?.dataset.list || (document.querySelector(".judge") ? "paper" : "");
  const cards = () => [...document.querySelectorAll(CARDS)];
  const at = () => document.querySelector(".card.at");

  /* ── the card that the keys act on ── */
  function select(card, { look = true, focus = true } = {}) {
    for (const other of document.querySelectorAll(".card.at")) other.classList.remove("at");
    if (!card) return;
    card.classList.add("at");
    if (focus) card.focus({ preventScroll: true });
    if (look) card.scrollIntoView({ block: "start", behavior: "instant" }); // its scroll-margin says how far down
  }

  function move(step) {
    const all = cards();
    if (!all.length) return;
    const here = all.indexOf(at());
    select(all[here < 0 ? 0 : Math.min(Math.max(here + step, 0), all.length - 1)]);
  }

  function press(act) {
    const card = at() || document.querySelector(".judge");
    const button = card && card.querySelector(`[data-act="${act}"]`);
    if (button) button.click();
  }

  /* A card that is about to leave hands the selection on at once, so that the next key finds the next card. */
  function leave(card, act, look) {
    const place = card.closest("[data-list]");
    if (!place || !(LEAVES[place.dataset.list] || []).includes(act)) return;
    const all = cards();
    const here = all.indexOf(card);
    const next = all[here + 1] || all[here - 1];
    const selected = card === at();
    card.classList.add("going");
    if (selected || card.contains(document.activeElement)) {
      if (next) select(next, { look });
      else end();
    }
  }

  /* Every card has left: the way on takes the focus. */
  function end() {
    const way = document.querySelector(".pager a, .empty a") || document.getElementById("main");
    way.focus();
  }

  function undo() {
    const button = document.querySelector('[data-act="undo"]');
    if (button) button.click();
    else htmx.ajax("POST", "/undo", { swap: "none", values: { list: list() } });
  }

  document.addEventListener("tenth:failed", () => {
    for (const card of document.querySelectorAll(".card.going")) card.classList.remove("going");
  });

  document.addEventListener("click", (event) => {
    const card = event.target.closest(".cards > .card");
    const button = event.target.closest("button[data-act]");
    // By keyboard (detail 0) the page follows; under a pointer it stays where it is.
    if (card && button) leave(card, button.dataset.act, event.detail === 0);
    if (card && card !== at() && card.matches(CARDS)) {
      select(card, { look: false, focus: !event.target.closest("a, button, summary") });
    }
  });

  /* A card that came back has no place on this page: draw the page anew. */
  document.addEventListener("htmx:oobErrorNoTarget", (event) => {
    if (event.detail.content.id !== "done") location.reload();
  });

  /* A card drawn anew keeps the selection; one that is back takes it. */
  let again = "";
  const keep = (event) => {
    const card = event.detail.target.closest?.(".card, .gone");
    if (refreshing || !card) return;
    if (card === at() || card.contains(document.activeElement) || card.classList.contains("gone")) again = card.id;
  };
  document.addEventListener("htmx:beforeSwap", keep);
  document.addEventListener("htmx:oobBeforeSwap", keep);
  document.addEventListener("htmx:afterSettle", () => {
    const card = again && document.getElementById(again);
    again = "";
    if (card && card.matches(CARDS)) select(card);
    document.dispatchEvent(new Event("ZoteroItemUpdated", { bubbles: true, cancelable: true }));
  });

  /* ── coming back: the browser shows the page as it was, so the cards are asked for anew ── */
  const START = location.href;
  const PLACE = () => `place ${location.pathname}${location.search}`;
  const AT_ONCE = 100; // ids in an address
  let more = 0; // how often the list was continued on this page
  let refreshing = false;

  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.shouldSwap && event.detail.requestConfig.elt.matches(".pager.more a")) more += 1;
  });
  // Browse writes into its address how far it was continued, and is drawn as far by that.
  const place = () => ({
    more: location.href === START ? more : 0,
    id: at()?.id || "",
    ids: cards().map((card) => card.id),
  });
  addEventListener("pagehide", () => {
    if (list()) sessionStorage.setItem(PLACE(), JSON.stringify(place()));
  });

  async function refresh() {
    const ids = [...document.querySelectorAll(".cards > .card, .judge")].map((card) => card.id.replace("paper-", ""));
    refreshing = true;
    for (let first = 0; first < ids.length; first += AT_ONCE) {
      const values = { list: list(), ids: ids.slice(first, first + AT_ONCE).join() };
      await htmx.ajax("GET", "/cards", { swap: "none", values });
    }
    refreshing = false;
  }

  /* The card that was selected, or the one that has moved up to its place. */
  function near({ id, ids }) {
    const here = ids.indexOf(id);
    const card = (each) => document.getElementById(each)?.matches(CARDS);
    return document.getElementById(ids.slice(here).find(card) || ids.slice(0, here).findLast(card));
  }

  async function comeBack(alive) {
    const was = alive ? place() : JSON.parse(sessionStorage.getItem(PLACE()) || '{"more": 0, "id": "", "ids": []}');
    for (const card of document.querySelectorAll(".card.going")) card.classList.remove("going");
    for (let part = 0; part < (alive ? 0 : was.more); part += 1) {
      const way = document.querySelector(".pager.more a[hx-get]");
      if (!way) break;
      await htmx.ajax("GET", way.getAttribute("hx-get"), { source: way, target: way.closest(".pager"), swap: "outerHTML" });
    }
    await refresh();
    if (was.id && keysOn) select(near(was), { look: !alive });
  }

  addEventListener("pageshow", (event) => {
    if (!list()) return;
    const [how] = performance.getEntriesByType("navigation");
    if (event.persisted || how?.type === "back_forward") comeBack(event.persisted);
    else if (keysOn) select(cards()[0], { look: false, focus: false });
  });

  Object.assign(window.Tenth, { at, move, press, undo });
})();
