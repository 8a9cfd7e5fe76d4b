// The keys of lists and sheets (app/jump/shortcuts.py says which; « ? » shows them). They never act while
// one types, in a pop-up or a menu, nor with Ctrl, Alt or ⌘; and each person may switch them off. Moving
// along the rows moves the focus itself: a screen reader says the row, Enter opens its link.

import { openDialog, openTemplate } from "./dialog.js";
import { request } from "./http.js";
import { announce, fill, message, problem } from "./messages.js";

const PATIENCE = 1500; // Between « g » and the letter that follows it.
const TYPED = 'input:not([type="checkbox"], [type="radio"]), textarea, select, [contenteditable], [role="combobox"]';
const panel = document.getElementById("shortcuts"); // A <template>, for who has a CRM to move in.
const region = () => document.querySelector("[data-list]");
const sheet = () => document.querySelector("[data-record]");
let isOn = panel?.dataset.on === "1";
let awaitsPlace = 0; // The timer that runs after « g ».

// ---- rows

const rows = () => [...(region()?.querySelectorAll("tbody [data-id]") ?? [])];
const linkOf = (row) => row.querySelector(".who__name, a[href]");

// The row that has the focus, else the one where one was: the sheet opened last, or the row left.
function currentRow() {
  const focused = document.activeElement?.closest("[data-list] tbody [data-id]");
  return focused ?? region()?.querySelector("[data-current]") ?? null;
}

function mark(row) {
  region()?.querySelectorAll("[data-current]").forEach((one) => delete one.dataset.current);
  row.dataset.current = "";
}

/** Give the focus to a row, as the arrow down of the search box does to the first. */
export function goToRow(row) {
  if (!row || !linkOf(row)) return;
  mark(row);
  linkOf(row).focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function step(by) {
  const all = rows();
  if (all.length === 0) return;
  const at = all.indexOf(currentRow());
  const wanted = at < 0 ? 0 : at + by;
  if (all[wanted]) goToRow(all[wanted]);
  else announce(message(by > 0 ? "last_row" : "first_row"));
}

function withRow(act) {
  const row = currentRow();
  if (row) act(row);
  else announce(message("choose_row"));
}

function check(row) {
  goToRow(row);
  row.querySelector("[data-select-row]")?.click();
}

function editRow(row) {
  goToRow(row);
  openDialog(fill(region().dataset.edit, { id: row.dataset.id }), linkOf(row));
}

// ---- what the keys do

function neighbour(rel) {
  const link = document.querySelector(`.travel a[rel="${rel}"]`);
  if (link) link.click();
  else if (document.querySelector(".travel")) announce(message(rel === "next" ? "last_sheet" : "first_sheet"));
}

const ACTS = {
  "/": () => {
    const box = document.querySelector("[data-list-search] [name=q]");
    box?.focus();
    box?.select();
  },
  "?": () => showKeys(document.activeElement),
  g: awaitPlace,
  n: () => document.querySelector('[data-key="n"]')?.click(),
  j: () => (region() ? step(1) : neighbour("next")),
  k: () => (region() ? step(-1) : neighbour("prev")),
  x: () => region()?.querySelector("[data-select-row]") && withRow(check),
  e: () => {
    if (region()?.dataset.edit) withRow(editRow);
    else if (sheet()?.dataset.edit) openDialog(sheet().dataset.edit, document.getElementById("sheet-actions-button"));
  },
};

function awaitPlace() {
  window.clearTimeout(awaitsPlace);
  awaitsPlace = window.setTimeout(() => {
    awaitsPlace = 0;
  }, PATIENCE);
}

function goTo(letter) {
  window.clearTimeout(awaitsPlace);
  awaitsPlace = 0;
  const link = panel.content.querySelector(`[data-go="${CSS.escape(letter)}"]`);
  if (link) window.location.assign(link.href);
}

const isElsewhere = () => document.querySelector("dialog[open], :popover-open") !== null;

function isForUs(event) {
  if (!isOn || event.defaultPrevented || event.isComposing) return false;
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  if (event.target.closest?.(TYPED) || event.target.closest?.("[data-menu-panel]")) return false;
  return !isElsewhere();
}

// Capital letters are Caps Lock's, unless Shift is held: that is another key.
function keyOf(event) {
  if (event.key.length !== 1) return event.key;
  const letter = event.key.toLowerCase();
  return letter !== event.key && event.shiftKey ? "" : letter;
}

function onKey(event) {
  if (!isForUs(event)) return;
  const key = keyOf(event);
  if (key === "Enter" && event.target.matches("[data-select-row]")) {
    event.preventDefault();
    linkOf(event.target.closest("[data-id]"))?.click();
  } else if (awaitsPlace && key.length === 1) {
    event.preventDefault();
    goTo(key);
  } else if (Object.hasOwn(ACTS, key) && (!event.repeat || key === "j" || key === "k")) {
    event.preventDefault();
    ACTS[key]();
  }
}

// ---- the pop-up that shows them, and the switch

function showKeys(opener) {
  openTemplate(panel, opener);
}

function tellKeys() {
  document.querySelectorAll("[data-key]").forEach((node) => {
    if (isOn) node.setAttribute("aria-keyshortcuts", node.dataset.key);
    else node.removeAttribute("aria-keyshortcuts");
  });
}

async function turn(box) {
  const wanted = box.checked;
  box.disabled = true;
  const body = new URLSearchParams({ on: wanted ? "1" : "0" });
  const response = await request(panel.dataset.url, { method: "POST", body }).catch(() => null);
  box.disabled = false;
  box.focus();
  if (!response?.ok || response.redirected) {
    box.checked = !wanted;
    announce(problem(response?.redirected ? 401 : response?.status ?? 0));
    return;
  }
  isOn = wanted;
  panel.dataset.on = isOn ? "1" : "0";
  tellKeys();
  announce(message(isOn ? "keys_on" : "keys_off"));
}

export function start() {
  if (!panel) return;
  tellKeys();
  document.addEventListener("keydown", onKey);
  document.addEventListener("focusin", (event) => {
    const row = event.target.closest?.("[data-list] tbody [data-id]");
    if (row) mark(row);
  });
  document.addEventListener("list:changed", tellKeys);
  document.addEventListener("dialog:shown", (event) => {
    const box = event.detail.root.querySelector("[data-shortcuts-switch]");
    if (box) box.checked = isOn;
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-shortcuts-switch]")) turn(event.target);
  });
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-shortcuts-open]");
    if (!opener || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    showKeys(opener);
  });
}
