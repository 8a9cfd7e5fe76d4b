// « Aller à… », Ctrl/⌘ K from anywhere. One address (data-palette) answers groups of lines as JSON, what
// was typed marked in them: records, tags, pages, actions. WAI-ARIA combobox: the focus stays in the box,
// aria-activedescendant names the line. Before the scripts start, theme.js keeps a Ctrl K for start().

import { openDialog } from "./dialog.js";
import { isSignIn, request } from "./http.js";
import { announce, message, problem } from "./messages.js";
import { recent, rememberSheet } from "./recent.js";

const DELAY = 150;
const dialog = document.getElementById("palette");
const input = dialog?.querySelector("[role=combobox]");
const list = dialog?.querySelector("[role=listbox]");
let options = [];
let active = -1;
let flight = null;
let timer = 0;
let waitsForAnswer = false; // Enter was pressed before the answer to what is typed had come.

function address(words) {
  const url = new URL(dialog.dataset.palette, window.location.href);
  if (words) url.searchParams.set("q", words);
  else url.searchParams.set("recent", recent(dialog.dataset.account).join(","));
  return url;
}

async function ask(words, signal) {
  const response = await request(address(words), { signal, headers: { Accept: "application/json" } });
  if (isSignIn(response)) throw Object.assign(new Error("signed out"), { status: 401 });
  if (!response.ok) throw Object.assign(new Error("refused"), { status: response.status });
  return (await response.json()).groups;
}

async function search() {
  window.clearTimeout(timer);
  timer = 0;
  flight?.abort();
  const mine = new AbortController();
  flight = mine;
  const words = input.value.trim();
  input.setAttribute("aria-busy", "true");
  try {
    const groups = await ask(words, mine.signal);
    if (flight === mine) draw(groups, words);
  } catch (error) {
    if (flight === mine && error.name !== "AbortError") tell(problem(error.status ?? 0));
  }
  if (flight !== mine) return;
  flight = null;
  input.removeAttribute("aria-busy");
  if (waitsForAnswer) go(active);
}

function element(tag, css, text = "") {
  const node = document.createElement(tag);
  node.className = css;
  node.textContent = text;
  return node;
}

function marked(tag, css, pieces) {
  const node = element(tag, css);
  for (const [text, isFound] of pieces) node.append(isFound ? element("mark", "", text) : text);
  return node;
}

function drawing(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(space, "use");
  use.setAttribute("href", `${dialog.dataset.icons}#${name}`);
  svg.append(use);
  return svg;
}

function option(one) {
  const item = element("div", "picker__option palette__option");
  const index = options.push(one) - 1;
  item.id = `palette-option-${index}`;
  item.setAttribute("role", "option");
  const text = element("span", "palette__text");
  text.append(marked("span", "picker__label", one.label));
  if (one.detail.length > 0) text.append(marked("span", "picker__detail", one.detail));
  item.append(drawing(one.icon), text);
  item.addEventListener("click", (event) => go(index, event.ctrlKey || event.metaKey));
  return item;
}

function group({ title, results }) {
  const box = element("div", "palette__group");
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", title);
  const heading = element("p", "palette__title", title);
  heading.setAttribute("aria-hidden", "true");
  box.append(heading, ...results.map(option));
  return box;
}

// The links that search in the lists are always there: they are no result.
const isResult = (one) => !/^(list|add):/.test(one.key);

function draw(groups, words) {
  options = [];
  const boxes = groups.map(group);
  const found = options.filter(isResult).length;
  if (words && found === 0) boxes.unshift(notice(message("palette_nothing", { text: words })));
  list.replaceChildren(...boxes);
  list.scrollTop = 0;
  activate(options.length > 0 ? 0 : -1);
  if (!words) return;
  if (found === 0) announce(message("palette_nothing", { text: words }));
  else announce(found === 1 ? message("one_result") : message("results", { count: found }));
}

// A listbox holds nothing but options: one that cannot be chosen says that there is none.
function notice(text) {
  const line = element("div", "picker__empty", text);
  line.setAttribute("role", "option");
  line.setAttribute("aria-selected", "false");
  line.setAttribute("aria-disabled", "true");
  return line;
}

function tell(text) {
  options = [];
  list.replaceChildren(notice(text));
  activate(-1);
  announce(text);
}

function activate(index) {
  active = index;
  list.querySelectorAll(".palette__option").forEach((item, at) => {
    item.setAttribute("aria-selected", String(at === index));
    if (at === index) item.scrollIntoView({ block: "nearest" });
  });
  if (index < 0) input.removeAttribute("aria-activedescendant");
  else input.setAttribute("aria-activedescendant", `palette-option-${index}`);
}

function go(index, inNewTab = false) {
  waitsForAnswer = false;
  const one = options[index];
  if (!one) return;
  if (inNewTab) {
    window.open(one.url, "_blank", "noopener");
    return;
  }
  dialog.close();
  const keys = one.key === "action:shortcuts" && document.querySelector("a[data-shortcuts-open]");
  if (keys && document.getElementById("shortcuts")) keys.click();
  // FAB's stock screens have no pop-up: there its address is a page.
  else if (one.dialog && !document.body.classList.contains("stock")) openDialog(one.url, opener);
  else window.location.assign(one.url);
}

const isAnswered = () => flight === null && timer === 0;

function onKey(event) {
  if (event.isComposing) return;
  const count = options.length;
  if (event.key === "Escape") dialog.close(); // At once: the next key is for the page.
  else if (event.key === "ArrowDown" && count > 0) activate((active + 1) % count);
  else if (event.key === "ArrowUp" && count > 0) activate((active - 1 + count) % count);
  else if (event.key !== "Enter") return;
  else if (!isAnswered()) waitsForAnswer = true; // The line shown answers an earlier word.
  else if (count > 0) go(active, event.ctrlKey || event.metaKey);
  else search(); // It had failed: once more.
  event.preventDefault();
}

function onInput(event) {
  waitsForAnswer = false;
  if (event.isComposing) return;
  window.clearTimeout(timer);
  timer = window.setTimeout(search, DELAY);
}

let opener = null;

function open() {
  if (dialog.open) return;
  opener = document.activeElement;
  input.value = "";
  list.replaceChildren();
  options = [];
  dialog.showModal();
  input.focus();
  search();
}

export function start() {
  if (!dialog) return;
  rememberSheet(dialog.dataset.account);
  input.addEventListener("input", onInput);
  input.addEventListener("compositionend", onInput);
  input.addEventListener("keydown", onKey);
  dialog.addEventListener("close", () => flight?.abort());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("[data-palette-close]")) dialog.close();
  });
  document.querySelectorAll("[data-palette-open]").forEach((button) => button.addEventListener("click", open));
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey || event.key.toLowerCase() !== "k") return;
    event.preventDefault();
    // Over a form being filled in, going elsewhere would lose it.
    if (!document.querySelector("dialog[open]:not(.palette)")) open();
  });
  const root = document.documentElement;
  if (root.dataset.keys === "palette") open();
  root.dataset.keys = "started";
}
