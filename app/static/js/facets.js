// The search blocks at the right of a list (_macros/facets.html). They come after the rows, as a fragment of
// the list's own address (data-url), and anew whenever the list has changed. What is searched or opened
// further in a block, and which blocks are open, outlives that. On a phone they are a sheet.

import { isSignIn, request } from "./http.js";
import { announce, message, problem } from "./messages.js";

const DELAY = 200;
const body = () => document.querySelector("[data-facets]");
const list = () => document.querySelector("[data-list]");
const sectionOf = (node) => node.closest("[data-facet]");

const asked = new Map(); // By block: the words searched in it, how many values it shows.
const flights = new Map(); // By block: the question under way; answers to earlier ones are dropped.
const timers = new Map();
const waiting = []; // Choices made before the answer to the one before them had come.
let turn = 0;

function setBusy(busy) {
  body()?.setAttribute("aria-busy", String(busy));
}

const isBusy = () => body()?.getAttribute("aria-busy") === "true";

// ---- all blocks

// Where one is in the blocks, for when they are drawn anew.
function place() {
  const inside = body().contains(document.activeElement) ? document.activeElement.id : "";
  const values = [...body().querySelectorAll("[data-facet-values]")];
  const scrolled = values.map((one) => [one.id, one.firstElementChild.scrollTop]);
  return { inside, scrolled, top: scrollers().map((one) => one.scrollTop) };
}

// What scrolls: the column beside the rows, or the middle of the sheet.
const scrollers = () => [body(), body().parentElement];

function returnTo({ inside, scrolled, top }) {
  scrollers().forEach((one, index) => one.scrollTo({ top: top[index] }));
  for (const [id, down] of scrolled) {
    if (down) document.getElementById(id)?.firstElementChild?.scrollTo({ top: down });
  }
  const lost = document.activeElement === document.body || document.activeElement === null;
  if (inside && lost) document.getElementById(inside)?.focus({ preventScroll: true });
}

let left = null;

function load() {
  if (!body()) return;
  turn += 1;
  for (const flight of flights.values()) flight.abort();
  flights.clear();
  left ??= place();
  setBusy(true);
  const where = { source: body(), target: body(), swap: "innerHTML" };
  window.htmx.ajax("GET", list().dataset.url, where).catch(() => {}); // onProblem() has said it.
}

async function onLoaded() {
  const mine = turn;
  foldAgain();
  showTotal();
  document.dispatchEvent(new CustomEvent("facets:loaded"));
  await Promise.all([...asked.keys()].map((key) => showValues(document.querySelector(`[data-facet="${key}"]`))));
  if (mine !== turn) return;
  if (left) returnTo(left);
  left = null;
  setBusy(false);
  waiting.shift()?.();
}

function onProblem(event) {
  setBusy(false);
  waiting.length = 0;
  left = null;
  if (event.detail.target !== body()) return;
  const line = document.createElement("p");
  line.className = "facets__loading";
  line.textContent = message("facets_failed");
  body().replaceChildren(line);
}

// The address of a choice adds it to those shown: while they are being counted again it is out of date.
function onChoice(event) {
  const choice = event.target.closest?.("[data-facets] :is(.facet__choice, .facet__clear)");
  if (!choice || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (!isBusy()) {
    setBusy(true);
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation();
  waiting.push(() => document.getElementById(choice.id)?.click());
}

// ---- one block: its search, more of its values

function addressOf(section) {
  const form = section.querySelector("[data-facet-search]");
  const { text = "", shown = "" } = asked.get(section.dataset.facet) ?? {};
  const url = new URL(form.action);
  url.search = new URLSearchParams(new FormData(form));
  url.searchParams.delete("in");
  if (text) url.searchParams.set("in", text);
  if (shown) url.searchParams.set("shown", shown);
  return url;
}

async function answerTo(url, place, flight) {
  const response = await request(url, { target: place.id, signal: flight.signal });
  if (isSignIn(response)) throw Object.assign(new Error("signed out"), { status: 401 });
  if (!response.ok) throw Object.assign(new Error("refused"), { status: response.status });
  return response.text();
}

async function showValues(section) {
  if (!section?.querySelector("[data-facet-search]")) return;
  const key = section.dataset.facet;
  const where = section.querySelector("[data-facet-values]");
  const flight = new AbortController();
  flights.get(key)?.abort();
  flights.set(key, flight);
  section.querySelector("[data-facet-search]").elements.in.value = asked.get(key)?.typed ?? "";
  where.setAttribute("aria-busy", "true");
  try {
    const html = await answerTo(addressOf(section), where, flight);
    if (flights.get(key) !== flight) return;
    where.innerHTML = html;
    window.htmx.process(where);
  } catch (error) {
    if (flights.get(key) !== flight) return;
    announce(problem(error.status ?? 0));
  }
  flights.delete(key);
  where.removeAttribute("aria-busy");
}

async function search(section, typed) {
  const key = section.dataset.facet;
  const text = typed.trim();
  if ((asked.get(key)?.text ?? "") === text) return;
  asked.set(key, { text, typed });
  await showValues(section);
  if (!text && asked.get(key)?.text === "") asked.delete(key);
  announce(section.querySelector("[data-announce]")?.dataset.announce ?? "");
}

function onType(event) {
  const input = event.target.closest?.("[data-facets] [data-facet-search] input[name=in]");
  if (!input) return;
  const section = sectionOf(input);
  const known = asked.get(section.dataset.facet);
  if (known) known.typed = input.value; // Should the blocks be drawn anew before it is asked.
  window.clearTimeout(timers.get(section.dataset.facet));
  timers.set(section.dataset.facet, window.setTimeout(() => search(section, input.value), DELAY));
}

async function onMore(event) {
  const link = event.target.closest?.("[data-facets] [data-facet-more]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const section = sectionOf(link);
  if (!section.querySelector("[data-facet-search]")) return; // The link leads to the block's page.
  event.preventDefault();
  event.stopImmediatePropagation();
  const key = section.dataset.facet;
  const before = new Set([...section.querySelectorAll(".facet__choice")].map((one) => one.id));
  const shown = new URL(link.href).searchParams.get("shown");
  asked.set(key, { text: "", typed: "", ...asked.get(key), shown });
  await showValues(section);
  [...section.querySelectorAll(".facet__choice")].find((one) => !before.has(one.id))?.focus({ preventScroll: true });
}

// ---- own dates

function complain(form, words, inputs) {
  form.querySelector(".facet__error").textContent = words;
  for (const input of form.querySelectorAll("input[type=date]")) input.removeAttribute("aria-invalid");
  for (const input of inputs) input.setAttribute("aria-invalid", "true");
  inputs[0]?.focus();
}

function wrongDates(form) {
  const { from, to } = form.elements;
  const bad = [from, to].filter((one) => !one.validity.valid);
  if (bad.length > 0) return [form.dataset.wrong, bad];
  if (!from.value && !to.value) return [form.dataset.none, [from]];
  if (from.value && to.value && to.value < from.value) return [form.dataset.backwards, [to]];
  return ["", []];
}

function goWithin(form) {
  const { from, to } = form.elements;
  const section = sectionOf(form);
  const url = new URL(list().dataset.url, window.location.href);
  url.searchParams.delete("page");
  url.searchParams.set(section.dataset.facet, `${from.value}..${to.value}`);
  setBusy(true);
  const where = { source: section, target: "#list", swap: "outerHTML" };
  window.htmx.ajax("GET", url.pathname + url.search, where).catch(() => {});
}

function onSubmit(event) {
  const form = event.target.closest?.("[data-facets] form");
  if (!form) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if ("facetSearch" in form.dataset) {
    window.clearTimeout(timers.get(sectionOf(form).dataset.facet));
    search(sectionOf(form), form.elements.in.value);
    return;
  }
  const [words, inputs] = wrongDates(form);
  complain(form, words, inputs);
  if (words) return;
  if (isBusy()) waiting.push(() => goWithin(form));
  else goWithin(form);
}

// ---- which blocks are open

const FOLDS = () => `facets-open:${window.location.pathname}`;

function folds() {
  try {
    return JSON.parse(window.sessionStorage.getItem(FOLDS()) ?? "{}");
  } catch {
    return {};
  }
}

function onFold(event) {
  const head = event.target.closest?.("[data-facets] summary");
  if (!head) return;
  const open = { ...folds(), [sectionOf(head).dataset.facet]: !head.parentElement.open };
  try {
    window.sessionStorage.setItem(FOLDS(), JSON.stringify(open));
  } catch {
    // Refused: the blocks are as the server draws them.
  }
}

function foldAgain() {
  const open = folds();
  for (const section of body().querySelectorAll("[data-facet]")) {
    if (section.dataset.facet in open) section.querySelector("details").open = open[section.dataset.facet];
  }
}

// ---- the sheet

// The rows may have stopped counting; the blocks bring the exact number.
function showTotal() {
  const counted = body().querySelector("[data-counted]");
  const button = document.getElementById("facets-see");
  if (counted && button) button.textContent = counted.dataset.see;
}

function onSheet(event) {
  if (event.newState === "open") event.target.querySelector(".facets__title")?.focus();
}

export function start() {
  if (!body()) return;
  setBusy(true); // Until the first answer.
  document.body.addEventListener("htmx:afterSettle", (event) => {
    if (event.target === body()) onLoaded();
  });
  for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
    document.body.addEventListener(name, onProblem);
  }
  document.addEventListener("list:changed", load);
  document.addEventListener("click", onMore, true);
  document.addEventListener("click", onChoice, true);
  document.addEventListener("click", onFold);
  document.addEventListener("input", onType);
  document.addEventListener("submit", onSubmit, true);
  document.getElementById("facets-panel")?.addEventListener("toggle", onSheet);
}
