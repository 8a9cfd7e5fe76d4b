// A search inside a pop-up: <input data-fragment-search="address" data-fragment-target="id">. What is typed is
// asked of the address (?q=…); the answer takes the place of the element's content. Older answers are dropped.

import { request } from "./http.js";
import { announce, problem } from "./messages.js";

const DELAY = 250;
const turns = new WeakMap();

async function search(input) {
  const turn = (turns.get(input) ?? 0) + 1;
  turns.set(input, turn);
  const { fragmentSearch, fragmentTarget } = input.dataset;
  const url = new URL(fragmentSearch, window.location.href);
  if (input.value.trim()) url.searchParams.set("q", input.value.trim());
  const response = await request(url, { target: fragmentTarget }).catch(() => null);
  if (turns.get(input) !== turn || !input.isConnected) return;
  if (response?.ok) document.getElementById(fragmentTarget).innerHTML = await response.text();
  else announce(problem(response?.status ?? 0));
}

let timer = 0;
document.addEventListener("input", (event) => {
  const input = event.target.closest?.("[data-fragment-search]");
  if (!input) return;
  window.clearTimeout(timer);
  timer = window.setTimeout(() => search(input), DELAY);
});

// Enter in the box searches; it does not send the form around it.
document.addEventListener("keydown", (event) => {
  const input = event.target.closest?.("[data-fragment-search]");
  if (!input || event.key !== "Enter" || !input.closest("dialog")) return;
  event.preventDefault();
  search(input);
});
