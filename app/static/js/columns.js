// The pop-up « Colonnes »: rows are put in order by their buttons, by Alt and the arrows from anywhere
// in a row, or by dragging their handle. The order of the rows is the order that is posted; without this
// script the buttons ask the server for it.

import { announce, fill } from "./messages.js";

const ROW = "[data-column]";
const listOf = (node) => node.closest("[data-columns-list]");
const rowsOf = (list) => [...list.querySelectorAll(ROW)];
const isFixed = (row) => row.classList.contains("columns__item--fixed");

function say(row) {
  const rows = rowsOf(listOf(row));
  const { said } = row.closest("[data-columns]").dataset;
  announce(fill(said, { label: row.dataset.label, place: rows.indexOf(row) + 1, count: rows.length }));
}

// The first column stays the first.
function move(row, step) {
  const rows = rowsOf(listOf(row));
  const other = rows[rows.indexOf(row) + step];
  if (!other || isFixed(other) || isFixed(row)) return;
  const focused = document.activeElement;
  if (step < 0) other.before(row);
  else other.after(row);
  focused?.focus();
  row.scrollIntoView({ block: "nearest" });
  say(row);
}

function focusBeside(box, step) {
  const boxes = rowsOf(listOf(box)).map((row) => row.querySelector("[data-columns-box]")).filter(Boolean);
  boxes[boxes.indexOf(box) + step]?.focus();
}

function onKey(event) {
  const row = event.target.closest?.(ROW);
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (!row || !step || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (event.altKey || event.target.matches("[data-columns-move]")) move(row, step);
  else if (event.target.matches("[data-columns-box]")) focusBeside(event.target, step);
}

function onClick(event) {
  const button = event.target.closest("[data-columns-move]");
  if (!button) return;
  event.preventDefault();
  move(button.closest(ROW), button.dataset.columnsMove === "up" ? -1 : 1);
}

// ---- dragging

let dragged = null;

function onGrab(event) {
  const grip = event.target.closest("[data-columns-grip]");
  if (!grip || event.button !== 0) return;
  event.preventDefault();
  dragged = grip.closest(ROW);
  dragged.classList.add("columns__item--dragged");
  grip.setPointerCapture(event.pointerId);
}

function onDrag(event) {
  if (!dragged) return;
  const over = document.elementFromPoint(event.clientX, event.clientY)?.closest(ROW);
  if (!over || over === dragged || isFixed(over) || listOf(over) !== listOf(dragged)) return;
  const { top, height } = over.getBoundingClientRect();
  if (event.clientY < top + height / 2) over.before(dragged);
  else over.after(dragged);
  dragged.scrollIntoView({ block: "nearest" });
}

function onDrop() {
  if (!dragged) return;
  dragged.classList.remove("columns__item--dragged");
  say(dragged);
  dragged = null;
}

export function start() {
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", onClick);
  document.addEventListener("pointerdown", onGrab);
  document.addEventListener("pointermove", onDrag);
  document.addEventListener("pointerup", onDrop);
  document.addEventListener("pointercancel", onDrop);
}
