// The pop-up « Exporter »: a group's boxes checked at once, and no file without a column. « Tout
// exporter » takes the list's columns along in its address, since they may have changed since the
// page was loaded.

import { remember } from "./formguard.js";

const FORM = "[data-export]";
const PARAMETERS = ["columns", "view"];

function boxesOf(node) {
  return [...node.querySelectorAll("[data-export-box]:not(:disabled)")];
}

// The button says what a click will do.
function draw(group) {
  const button = group.querySelector("[data-export-all]");
  const boxes = boxesOf(group);
  if (!button) return;
  button.hidden = boxes.length < 2;
  const { check: all, uncheck: none } = button.closest(FORM).dataset;
  button.textContent = boxes.every((box) => box.checked) ? none : all;
}

function check(form) {
  const chosen = form.querySelector('[name="set"]:checked')?.value === "chosen";
  const any = boxesOf(form).some((box) => box.checked);
  form.querySelector("[data-submit]").disabled = chosen && !any;
  remember(form); // Nothing is typed here that closing the pop-up would lose.
}

function prepare(root) {
  for (const form of root.querySelectorAll(FORM)) {
    form.querySelectorAll("fieldset:has([data-export-all])").forEach(draw);
    check(form);
  }
}

function onClick(event) {
  const button = event.target.closest("[data-export-all]");
  if (!button) return;
  const group = button.closest("fieldset");
  const boxes = boxesOf(group);
  const isFull = boxes.every((box) => box.checked);
  for (const box of boxes) box.checked = !isFull;
  draw(group);
  check(button.closest(FORM));
}

function onChange(event) {
  const form = event.target.closest(FORM);
  if (!form) return;
  const group = event.target.closest("fieldset:has([data-export-all])");
  if (event.target.matches("[data-export-box]") && group) draw(group);
  check(form);
}

function follow() {
  const list = document.querySelector("[data-list]");
  if (!list) return;
  const shown = new URL(list.dataset.url, window.location.href).searchParams;
  for (const link of document.querySelectorAll("a[data-follows-list]")) {
    const url = new URL(link.href);
    for (const name of PARAMETERS) {
      url.searchParams.delete(name);
      if (shown.has(name)) url.searchParams.set(name, shown.get(name));
    }
    link.setAttribute("href", url.pathname + url.search);
  }
}

export function start() {
  prepare(document);
  follow();
  document.addEventListener("click", onClick);
  document.addEventListener("change", onChange);
  document.addEventListener("dialog:shown", (event) => prepare(event.detail.root));
  document.addEventListener("list:changed", follow);
}
