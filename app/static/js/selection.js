// The checked rows of a list. Kept in this tab for each list's address, so that a selection survives
// paging, sorting and a visit to a sheet. « All » means: all that the list's present query finds, less the
// rows unchecked since; the server counts again and refuses when the number is no longer the confirmed one.

import { openDialog } from "./dialog.js";
import { request } from "./http.js";
import { announce, fill, formatNumber, message, plural } from "./messages.js";
import { toast } from "./toast.js";

const NUMBER_ASKED = 50; // Beyond this many, deleting asks to type the number.
const DELAY = 300;
const region = () => document.querySelector("[data-list]");
const bar = () => document.querySelector("[data-bulk]");
const boxes = () => [...document.querySelectorAll("[data-select-row]")];
const header = () => document.querySelector("[data-select-all]");

// all: the query (without page) of « all results », or null; of these, total is how many there are and
// except those that were unchecked.
const nothing = () => ({ ids: new Set(), all: null, total: 0, except: new Set() });
let selection = nothing();
let lastBox = null;

const key = () => `selection:${window.location.pathname}`;

// The same rows whatever the page, the size, the order, the columns and the view.
function query() {
  const url = new URL(region().dataset.url, window.location.href);
  for (const name of ["page", "size", "sort", "columns", "view"]) url.searchParams.delete(name);
  return url.searchParams.toString();
}

function load() {
  selection = nothing();
  try {
    const { ids, all, total, except } = JSON.parse(window.sessionStorage.getItem(key()) ?? "{}");
    selection = { ids: new Set(ids ?? []), all: all ?? null, total: total ?? 0, except: new Set(except ?? []) };
  } catch {
    // Refused, or not ours.
  }
}

function save() {
  const { ids, all, total, except } = selection;
  try {
    if (isEmpty()) window.sessionStorage.removeItem(key());
    else window.sessionStorage.setItem(key(), JSON.stringify({ ids: [...ids], all, total, except: [...except] }));
  } catch {
    // Refused: the selection lasts as long as this page.
  }
}

const isAll = () => selection.all !== null;
const isEmpty = () => count() === 0;
const total = () => Number(region().dataset.total);
const isCounted = () => region().dataset.least === undefined; // Else there are more than total().
const count = () => (isAll() ? selection.total - selection.except.size : selection.ids.size);
const isChecked = (id) => (isAll() ? !selection.except.has(id) : selection.ids.has(id));

function countWords() {
  const { nounOne, nounMany } = region().dataset;
  return `${formatNumber(count())} ${plural(count(), nounOne, nounMany)}`;
}

function selectedWords() {
  const { selectedOne, selectedMany, selectedAll } = region().dataset;
  const whole = isAll() && selection.except.size === 0;
  return fill(whole ? selectedAll : plural(count(), selectedOne, selectedMany), { count: formatNumber(count()) });
}

function drawRows() {
  for (const box of boxes()) {
    box.checked = isChecked(box.value);
    box.closest("tr").classList.toggle("datatable__row--selected", box.checked);
  }
  const checked = boxes().filter((box) => box.checked).length;
  header().checked = checked > 0 && checked === boxes().length;
  header().indeterminate = checked > 0 && checked < boxes().length;
}

// « Select the N results » once the page is checked, and again once rows of « all » were unchecked.
function offersAll() {
  if (isAll()) return selection.except.size > 0;
  return header().checked && isCounted() && total() > boxes().length;
}

function drawBar() {
  const form = bar();
  form.hidden = isEmpty();
  form.querySelector("[data-bulk-count]").textContent = isEmpty() ? "" : selectedWords();
  form.querySelector("[data-select-results]").hidden = !offersAll();
}

function draw() {
  if (!bar()) return;
  drawRows();
  drawBar();
}

function change(say = true) {
  if (isEmpty()) selection = nothing();
  save();
  draw();
  if (say) announce(isEmpty() ? fill(region().dataset.selectedMany, { count: 0 }) : selectedWords());
}

function setOne(id, checked) {
  const [set, add] = isAll() ? [selection.except, !checked] : [selection.ids, checked];
  if (add) set.add(id);
  else set.delete(id);
}

function onRow(box, range) {
  const list = boxes();
  const from = list.findIndex((one) => one.value === lastBox);
  const to = list.indexOf(box);
  const touched = range && from >= 0 ? list.slice(Math.min(from, to), Math.max(from, to) + 1) : [box];
  touched.forEach((one) => setOne(one.value, box.checked));
  lastBox = box.value;
  change();
}

function onHeader(checked) {
  boxes().forEach((box) => setOne(box.value, checked));
  change();
}

function selectAll() {
  selection = { ...nothing(), all: query(), total: isAll() ? selection.total : total() };
  change();
  bar().querySelector("[data-select-none]").focus();
}

function clear() {
  selection = nothing();
  lastBox = null;
  change();
}

function hidden(name, value) {
  const input = document.createElement("input");
  Object.assign(input, { type: "hidden", name, value });
  return input;
}

function fillFields(form) {
  const pairs = isAll()
    ? [["all", "1"], ["count", String(count())], ["except", [...selection.except].join(",")]]
    : [["ids", [...selection.ids].join(",")]];
  form.querySelector("[data-selection-fields]").replaceChildren(...pairs.map((pair) => hidden(...pair)));
}

// The action works on the list as it is shown: its query and its order go along in the address, and its
// page, for the way back.
function withQuery(action) {
  const url = new URL(action, window.location.href);
  const shown = new URL(region().dataset.url, window.location.href);
  shown.searchParams.forEach((value, name) => url.searchParams.append(name, value));
  return url.pathname + url.search;
}

function askNumber(form) {
  const box = form.querySelector("[data-confirm-number]");
  if (!box || count() <= NUMBER_ASKED) return;
  box.hidden = false;
  box.querySelector("[data-selection-number]").textContent = formatNumber(count());
  const submit = form.querySelector("[data-submit]");
  const input = box.querySelector("[data-confirm-input]");
  const expected = String(count());
  submit.disabled = true;
  input.addEventListener("input", () => {
    submit.disabled = input.value.replace(/\s/g, "") !== expected;
  });
}

// What the action would do: how many sheets change, or what a deletion takes along.
let turn = 0;
async function foresee(form) {
  const place = form.querySelector("[data-bulk-preview]");
  const mine = ++turn;
  const address = withQuery(place.dataset.bulkPreview);
  const answer = await request(address, { method: "POST", body: new FormData(form) }).catch(() => null);
  const found = await answer?.json().catch(() => null);
  if (mine === turn) place.textContent = found?.text ?? found?.message ?? message("network");
}

function watch(form) {
  let timer = 0;
  const later = (event) => {
    if (event.target.matches("[data-confirm-input]")) return;
    window.clearTimeout(timer);
    timer = window.setTimeout(() => foresee(form), DELAY);
  };
  form.addEventListener("input", later);
  form.addEventListener("change", later);
  foresee(form);
}

function prepare(root) {
  // Rows that are no more, or may no longer be seen: what was checked cannot be acted upon.
  if (root.querySelector("[data-selection-stale]") && !isAll()) clear();
  const form = root.querySelector("[data-bulk-form]");
  if (!form || !region()) return;
  form.setAttribute("action", withQuery(form.getAttribute("action")));
  fillFields(form);
  root.querySelectorAll("[data-selection-count]").forEach((node) => {
    node.textContent = countWords();
  });
  const aside = form.querySelector("[data-bulk-aside]");
  if (aside) aside.hidden = count() <= Number(aside.dataset.bulkAside);
  askNumber(form);
  if (form.querySelector("[data-bulk-preview]")) watch(form);
}

function onClick(event) {
  const target = event.target;
  if (target.matches("[data-select-row]")) onRow(target, event.shiftKey);
  else if (target.matches("[data-select-all]")) onHeader(target.checked);
  else if (target.closest("[data-select-none]")) {
    clear();
    header()?.focus();
  } else if (target.closest("[data-select-results]")) {
    selectAll();
  } else if (target.closest("[data-bulk-open]")) {
    const button = target.closest("[data-bulk-open]");
    openDialog(withQuery(button.dataset.bulkOpen), button);
  }
}

// An action on a certain number of rows, which leads to a page: nothing leaves with another number.
function onSubmit(event) {
  const form = event.target.closest("[data-bulk-at-once]");
  if (!form) return;
  if (count() !== Number(form.dataset.bulkAtOnce)) {
    event.preventDefault();
    toast({ failed: true, text: fill(form.dataset.otherwise, { count: formatNumber(count()) }) });
    return;
  }
  form.setAttribute("action", withQuery(form.getAttribute("action").split("?")[0]));
  fillFields(form);
}

// « All » is the answer to one query: another query is another set, and the same one may have grown.
function check() {
  if (isAll() && selection.all !== query()) selection = nothing();
  if (isAll() && isCounted()) selection.total = total();
  if (isEmpty()) selection = nothing();
  save();
  draw();
}

export function start() {
  if (!region()) return;
  load();
  check();
  document.addEventListener("list:changed", check);
  document.addEventListener("list:counted", check);
  document.addEventListener("click", onClick);
  document.addEventListener("submit", onSubmit);
  document.addEventListener("dialog:shown", (event) => prepare(event.detail.root));
  // What was deleted is no longer selected; what was tagged still is.
  document.addEventListener("dialog:done", (event) => {
    if ("bulkDanger" in event.detail.form.dataset) clear();
  });
  document.body.addEventListener("selection:clear", clear);
}
