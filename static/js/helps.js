// Small helps for forms; every page works without them.
"use strict";

// The first form somebody fills in: their browser knows the time zone.
document.querySelectorAll("[data-guess-zone] select[data-zone]").forEach((select) => {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if ([...select.options].some((option) => option.value === zone)) select.value = zone;
});

// <button data-copy="#id" hidden>: copies that field.
document.querySelectorAll("[data-copy]").forEach((button) => {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.querySelector(button.dataset.copy).value);
    button.textContent = "Copied";
  });
});

// A field that holds an address to copy is selected whole.
document.querySelectorAll("input[readonly][data-whole]").forEach((input) => {
  input.addEventListener("focus", () => input.select());
});

// <input data-filter="#list" hidden>: shows only the boxes in the list that have its words; ticked ones stay, and [data-none] says so when none has.
document.querySelectorAll("[data-filter]").forEach((input) => {
  const list = document.querySelector(input.dataset.filter);
  const sift = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    list.querySelectorAll("label.check").forEach((label) => {
      const text = label.textContent.toLowerCase();
      const row = label.closest(".box") || label;
      row.hidden = !label.control.checked && !words.every((word) => text.includes(word));
    });
    list.querySelectorAll("details").forEach((group) => {
      group.hidden = !group.querySelector(".box:not([hidden])");
      if (words.length && !group.hidden) group.open = true;
    });
    list.querySelector("[data-none]").hidden = Boolean(list.querySelector("div.box:not([hidden])"));
  };
  input.closest(".field").hidden = false;
  input.addEventListener("input", sift);
  input.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
});

// <button data-tick="#list" hidden>: ticks all boxes there, or none when all are.
document.querySelectorAll("[data-tick]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => {
    const boxes = [...document.querySelectorAll(`${button.dataset.tick} input[type=checkbox]`)];
    const all = boxes.every((box) => box.checked);
    boxes.forEach((box) => { box.checked = !all; });
  });
});

// <b data-sum>: how much the ticked boxes with a data-a-day bring together.
document.querySelectorAll("[data-sum]").forEach((sum) => {
  const boxes = [...document.querySelectorAll("[data-a-day]:not(:disabled)")];
  const count = () => {
    const total = boxes.reduce((so_far, box) => so_far + (box.checked ? Number(box.dataset.aDay) : 0), 0);
    sum.textContent = Math.round(total).toLocaleString("en");
  };
  document.addEventListener("change", count);
  document.addEventListener("click", (event) => event.target.matches("[data-tick]") && setTimeout(count));
  addEventListener("pageshow", count); // Back: the browser has put the ticks back
});
