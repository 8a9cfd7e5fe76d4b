// The search box of a list: it searches while one types, over htmx. All questions about the rows, whoever
// asks them, go through the box's own queue (hx-sync="#q:replace"): a newer one drops the older.
//   history      the first letters make an entry, so that Back shows the list as it was; those that
//                follow replace it, until one does something else
//   Esc          clears; arrow down goes to the first row, that of the answer to what is typed
//   a failure    leaves what is typed, and Enter asks again

import { goToRow } from "./keyboard.js";

const DELAY = 200;
const region = () => document.querySelector("[data-list]");
const firstRow = () => region().querySelector("tbody [data-id]");

let box = null;
let timer = 0;
let asked = null; // The words of the last question, or null where it failed.
let underway = null; // {request, address} of the question that has no answer yet.
let isTyping = false; // The entry of the history is of this typing.
let wantsRow = false; // Arrow down was pressed before the answer had come.

const typed = () => box.value.trim().replace(/\s+/g, " ");
const shown = () => region().dataset.q;

function withWords(address, words) {
  const url = new URL(address, window.location.href);
  if (words) url.searchParams.set("q", words);
  else url.searchParams.delete("q");
  url.searchParams.delete("page");
  return url.pathname + url.search;
}

function search() {
  window.clearTimeout(timer);
  timer = 0;
  const words = typed();
  if (words === asked) return;
  asked = words;
  // Of a choice that is under way too, such as an order, the words must not undo anything.
  const address = withWords(underway?.address ?? region().dataset.url, words);
  const where = { source: box, target: "#list", swap: "outerHTML" };
  const entry = isTyping ? { replace: "true" } : { push: "true" };
  isTyping = true;
  window.htmx.ajax("GET", address, { ...where, ...entry }).catch(() => {}); // listing.js has said it.
}

function onInput(event) {
  wantsRow = false;
  if (event.isComposing) return; // Letters that are not chosen yet.
  window.clearTimeout(timer);
  timer = window.setTimeout(search, DELAY);
}

function clear() {
  box.value = "";
  search();
}

function toFirstRow() {
  if (timer) search();
  wantsRow = underway !== null;
  if (!wantsRow) goToRow(firstRow());
}

function onKey(event) {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape" && box.value !== "") clear();
  else if (event.key === "ArrowDown") toFirstRow();
  else return;
  event.preventDefault();
}

// ---- questions about the rows, ours or others'

const isAboutRows = (event) => event.detail.target?.id === "list";
const isOurs = (event) => event.detail.elt === box;

// A link of the list bears the words that are shown: it must not undo those that are being typed.
function onConfigure(event) {
  if (!isAboutRows(event) || isOurs(event) || event.detail.elt.matches("[data-clears-search]")) return;
  const here = new URL(event.detail.path, window.location.href);
  const words = typed();
  if ((here.searchParams.get("q") ?? "") !== shown() || words === shown()) return;
  window.clearTimeout(timer);
  timer = 0;
  asked = words;
  event.detail.path = withWords(event.detail.path, words);
}

function onAsked(event) {
  if (!isAboutRows(event)) return;
  underway = { request: event.detail.xhr, address: event.detail.pathInfo.requestPath };
  if (!isOurs(event)) isTyping = false;
}

function onAnswered(event) {
  if (underway?.request === event.detail.xhr) underway = null;
}

function onFailed(event) {
  if (!isAboutRows(event)) return;
  asked = null;
  wantsRow = false;
}

// A chip or « Tout effacer » may have changed the words; never under the fingers of who types.
function onSwapped() {
  if (timer === 0 && underway === null) {
    asked = shown();
    if (box !== document.activeElement) box.value = shown();
  }
  if (wantsRow) goToRow(firstRow());
  wantsRow = false;
}

export function start() {
  box = document.querySelector("[data-list-search] [name=q]");
  if (!box || !region()) return;
  asked = shown();
  box.addEventListener("input", onInput);
  box.addEventListener("compositionend", onInput);
  box.addEventListener("keydown", onKey);
  box.addEventListener("blur", () => {
    isTyping = false;
  });
  box.form.addEventListener("submit", (event) => {
    event.preventDefault();
    search();
  });
  document.body.addEventListener("htmx:configRequest", onConfigure);
  document.body.addEventListener("htmx:beforeRequest", onAsked);
  document.body.addEventListener("htmx:afterRequest", onAnswered);
  for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
    document.body.addEventListener(name, onFailed);
  }
  document.addEventListener("list:changed", onSwapped);
  if (typed() !== asked) search(); // Typed before the scripts had started.
}
