// Beside the form of a new record (templates/duplicates/_aside.html): <aside data-duplicates="address"
// data-duplicates-watch="names of fields">. 300 ms after one typed in such a field the form is posted to the
// address, and the answer takes the place of the aside's content. Older answers are dropped. Where nothing
// answers, what stands there goes: it may be of another name.

import { request } from "./http.js";
import { announce } from "./messages.js";

const DELAY = 300;
const NARROW = window.matchMedia("(max-width: 47.99rem)");
const pending = new WeakMap();

const saidIn = (aside) => aside.querySelector("[data-said]")?.dataset.said ?? "";

/** The part that watches a field: the form's own, or that of a step of it. */
function asideOf(form, name) {
  const asides = [...(form?.querySelectorAll("[data-duplicates]") ?? [])];
  return asides.find((one) => one.dataset.duplicatesWatch.split(" ").includes(name));
}

/** On a phone the candidates are folded, unless the person has opened them. */
function fold(aside, wasOpen = false) {
  const details = aside.querySelector("details");
  if (details) details.open = !NARROW.matches || wasOpen;
}

function later(form, aside) {
  const before = pending.get(aside);
  window.clearTimeout(before?.timer);
  before?.call?.abort();
  pending.set(aside, { timer: window.setTimeout(() => search(form, aside), DELAY) });
}

async function search(form, aside) {
  const call = new AbortController();
  pending.set(aside, { call });
  const options = { method: "POST", body: new FormData(form), signal: call.signal };
  const response = await request(aside.dataset.duplicates, options).catch(() => null);
  if (call.signal.aborted || !aside.isConnected) return;
  // An answer given up while it comes fails here; the line after the next drops it.
  const usable = response?.ok && !response.redirected;
  const html = usable ? await response.text().catch(() => "") : "";
  if (call.signal.aborted) return;
  show(aside, html);
}

function show(aside, html) {
  const before = saidIn(aside);
  const wasOpen = NARROW.matches && aside.querySelector("details")?.open;
  const hadFocus = aside.contains(document.activeElement);
  aside.innerHTML = html;
  fold(aside, wasOpen);
  if (hadFocus) aside.querySelector("summary")?.focus();
  const now = saidIn(aside);
  if (now && now !== before) announce(now);
}

function onTyped(event) {
  const form = event.target.form ?? event.target.closest?.("form");
  const name = event.target.name ?? event.target.querySelector?.("[data-picker-value]")?.name;
  const aside = name && asideOf(form, name);
  if (aside) later(form, aside);
}

export function start(root = document) {
  for (const aside of root.querySelectorAll("[data-duplicates]")) fold(aside);
}

for (const type of ["input", "change", "picker:chosen"]) document.addEventListener(type, onTyped);
document.addEventListener("dialog:shown", (event) => {
  start(event.detail.root);
  // Fields that came filled in (from a search that found nothing) are looked for at once.
  for (const aside of event.detail.root.querySelectorAll("form [data-duplicates]")) {
    const form = aside.closest("form");
    const names = aside.dataset.duplicatesWatch.split(" ").filter((name) => !/(^|-)country$/.test(name));
    if (!aside.querySelector("details") && !saidIn(aside) && names.some((name) => form.elements[name]?.value)) later(form, aside);
  }
});
