// Values corrected where they stand: <span data-inplace="/…/fields/phone">, see _macros/inplace.html.
// A click on the value or on its pencil puts the small form of that address in its place. Enter saves
// (Ctrl Enter where lines are typed), Esc restores, Tab saves and goes to the next value, leaving saves.
// Then the page is drawn anew: the banner, the history and the rest follow.

import { isDirty, markUnsaved, remember, setPending } from "./formguard.js";
import { isSignIn, request } from "./http.js";
import { announce, message, problem } from "./messages.js";
import { start as startPickers } from "./picker.js";
import { redraw } from "./redraw.js";

const CONTROLS = "input:not([type=hidden]), select, textarea";
const spots = () => [...document.querySelectorAll("[data-inplace]")].filter((one) => one.getClientRects().length > 0);
const formOf = (spot) => spot.querySelector("[data-inplace-form]");

function put(spot, html) {
  formOf(spot)?.remove();
  spot.insertAdjacentHTML("beforeend", html);
  spot.classList.add("inplace--open");
  startPickers(spot);
  return formOf(spot);
}

function focusFirst(form) {
  const target = form.querySelector("[aria-invalid=true]") ?? form.querySelector("[data-error-summary]") ?? form.querySelector(CONTROLS);
  target?.focus();
  if (target?.matches("input[type=text]")) target.select();
  if (target?.matches("textarea")) target.setSelectionRange(target.value.length, target.value.length); // One writes on.
}

async function open(spot) {
  if (formOf(spot) || spot.dataset.loading) return;
  spot.dataset.loading = "true";
  const response = await request(spot.dataset.inplace, { target: "inplace", cache: "no-store" }).catch(() => null);
  delete spot.dataset.loading;
  if (!response || isSignIn(response)) {
    announce(problem(response ? 401 : 0));
    return;
  }
  if (!response.ok) {
    announce(problem(response.status));
    return;
  }
  const form = put(spot, await response.text());
  remember(form);
  focusFirst(form);
}

function close(spot, { refocus = true } = {}) {
  formOf(spot)?.remove();
  spot.classList.remove("inplace--open");
  if (refocus) spot.querySelector("[data-inplace-open]")?.focus();
}

function complain(form, text) {
  const line = form.querySelector("[data-inplace-problem]");
  line.textContent = text;
  line.hidden = false;
}

async function send(form) {
  setPending(form, true);
  const response = await request(form.action, { method: "POST", body: new FormData(form), target: "inplace" }).catch(() => null);
  setPending(form, false);
  return response;
}

// True when the value is stored. Whatever else happens, what was typed stays in the form.
async function save(spot) {
  const form = formOf(spot);
  if (!form || form.dataset.pending === "true") return false;
  const response = await send(form);
  if (response?.status === 204) {
    remember(form);
    return true;
  }
  if (response && [409, 422].includes(response.status)) {
    const again = put(spot, await response.text());
    markUnsaved(again);
    focusFirst(again);
    announce(again.querySelector(".field__error")?.textContent.trim() ?? "");
  } else {
    complain(form, problem(!response ? 0 : isSignIn(response) ? 401 : response.status));
  }
  return false;
}

// The order of the values stays the same when the page is drawn anew, and so do their addresses.
function neighbour(spot, by) {
  const all = spots();
  return all[all.indexOf(spot) + by]?.dataset.inplace ?? "";
}

function find(address) {
  return spots().find((one) => one.dataset.inplace === address);
}

async function saveAnd(spot, { next = "", refocus = true } = {}) {
  const form = formOf(spot);
  const address = spot.dataset.inplace;
  if (isDirty(form)) {
    if (!(await save(spot))) return;
    close(spot, { refocus: false });
    if (!(await redraw())) {
      window.location.reload();
      return;
    }
    announce(message("saved"));
  } else {
    close(spot, { refocus: false });
  }
  if (next && find(next)) await open(find(next));
  else if (refocus) find(address)?.querySelector("[data-inplace-open]")?.focus();
}

function isEdge(form, target, back) {
  const controls = [...form.querySelectorAll(CONTROLS)].filter((one) => one.getClientRects().length > 0);
  return target === (back ? controls[0] : controls.at(-1));
}

function onKey(event) {
  const form = event.target.closest?.("[data-inplace-form]");
  if (!form || event.isComposing) return;
  const spot = form.closest("[data-inplace]");
  if (event.key === "Escape" && !event.defaultPrevented) {
    event.preventDefault();
    remember(form);
    close(spot);
  } else if (event.key === "Tab" && isEdge(form, event.target, event.shiftKey) && !("inplaceAsks" in form.dataset)) {
    event.preventDefault();
    saveAnd(spot, { next: neighbour(spot, event.shiftKey ? -1 : 1) });
  }
}

function onLeave(event) {
  const form = event.target.closest?.("[data-inplace-form]");
  if (!form || "inplaceAsks" in form.dataset || form.contains(event.relatedTarget)) return;
  // Another window or tab took the focus, or the form is being replaced: nothing was left.
  window.setTimeout(() => {
    const stays = !form.isConnected || form.contains(document.activeElement) || !document.hasFocus();
    if (stays || form.dataset.pending === "true" || document.querySelector("dialog[open]")) return;
    if (form.querySelector("[aria-invalid=true]") && !isDirty(form)) return;
    saveAnd(form.closest("[data-inplace]"), { refocus: false });
  });
}

function onClick(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  const spot = event.target.closest("[data-inplace]");
  const cancel = event.target.closest("[data-inplace-cancel]");
  if (cancel && spot) {
    remember(formOf(spot));
    close(spot);
  } else if (spot && event.target.closest("[data-inplace-open]")) {
    event.preventDefault();
    open(spot);
  } else if (spot && event.target.closest("[data-inplace-value]") && !event.target.closest("a, button")) {
    if (window.getSelection()?.isCollapsed ?? true) open(spot); // Text is being selected, to be copied.
  } else {
    follow(event);
  }
}

// « Ce qui manque »: a link to a field that stands on this page opens it here.
function follow(event) {
  const link = event.target.closest("a[data-inplace-link]");
  const spot = link && find(link.getAttribute("href"));
  if (!spot) return;
  event.preventDefault();
  spot.scrollIntoView({ block: "center", behavior: "smooth" });
  open(spot);
}

export function start() {
  document.addEventListener("click", onClick);
  document.addEventListener("keydown", onKey);
  document.addEventListener("focusout", onLeave);
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-inplace-form]")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    saveAnd(event.target.closest("[data-inplace]"));
  }, true);
}
