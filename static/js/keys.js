/* Keyboard shortcuts, and the help that lists them. */
"use strict";

(() => {
  const { at, move, press, undo } = window.Tenth;
  if (document.body.dataset.keys !== "on") return;

  const HELP = [
    ["j k", "next, previous paper"], ["o Enter", "open it"], ["v", "open the original"], ["l", "keep for later"], ["x", "skip"],
    ["m", "mark as read"], ["+ -", "vote up, down"], ["S", "share with the team"], ["A", "apply in a project"], ["u", "undo"],
    ["/", "search"], ["g then t b k p s i", "go to today, browse, kept, projects, sources, insight"], ["?", "this help"],
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
      for (const [keys, meaning] of HELP) {
        const term = document.createElement("dt");
        for (const key of keys.split(" ")) {
          const cap = document.createElement(key === "then" ? "span" : "kbd");
          cap.textContent = key;
          term.append(cap, " ");
        }
        const words = document.createElement("dd");
        words.textContent = meaning;
        list.append(term, words);
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

  function follow(name, apart) {
    const link = (at() || document).querySelector(`[data-${name}]`);
    if (!link) return;
    if (apart) window.open(link.href, "_blank", "noopener");
    else location.href = link.href;
  }

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
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
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

  document.addEventListener("click", (event) => event.target.closest("[data-help]") && help());
  for (const button of document.querySelectorAll("[data-help]")) button.hidden = false;
  document.querySelector(".hints span").hidden = !document.querySelector("[data-list] .card");
  document.querySelector(".hints").hidden = !document.querySelector("[data-list] .card, .judge");
})();
