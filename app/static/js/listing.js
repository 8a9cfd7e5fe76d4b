// A list over htmx. The region « list » comes back whole and says its own address (data-url); the search
// blocks (facets.js) are asked for that same address.

import { announce, message } from "./messages.js";
import { toast } from "./toast.js";

const region = () => document.querySelector("[data-list]");

// The page stopped counting at some number; the search blocks have brought the exact one.
function onCounted() {
  const counted = document.querySelector("[data-facets] [data-counted]");
  if (!counted || region().dataset.least === undefined) return;
  const { total, words, announce: said, select } = counted.dataset;
  const list = region();
  delete list.dataset.least;
  Object.assign(list.dataset, { total, announce: said });
  document.getElementById("list-total").textContent = words;
  const button = document.querySelector("[data-select-results]");
  if (button) button.textContent = select;
  const pages = counted.content.cloneNode(true).firstElementChild;
  const focused = document.activeElement?.closest("#list-pages") && document.activeElement.id;
  document.getElementById("list-pages")?.replaceWith(pages);
  window.htmx.process(pages);
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  announce(said);
  document.dispatchEvent(new CustomEvent("list:counted"));
}

function onSwapped() {
  announce(region().dataset.announce);
  document.dispatchEvent(new CustomEvent("list:changed"));
}

function onProblem(event) {
  if (event.detail.target?.id === "list") toast({ failed: true, text: message("list_failed") });
}

// The session has ended: the page to sign in, which leads back to what was asked, takes the whole page.
function onSignIn(event) {
  const answered = new URL(event.detail.xhr.responseURL, window.location.href);
  if (answered.origin !== window.location.origin || !answered.pathname.endsWith("/login/")) return;
  event.detail.shouldSwap = false;
  window.location.assign(answered.href);
}

export function start() {
  if (!region()) return;
  document.body.addEventListener("htmx:beforeSwap", onSignIn);
  document.body.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.id === "list") onSwapped();
  });
  document.addEventListener("facets:loaded", onCounted);
  document.body.addEventListener("htmx:responseError", onProblem);
  document.body.addEventListener("htmx:sendError", onProblem);
  document.body.addEventListener("htmx:timeout", onProblem);
}
