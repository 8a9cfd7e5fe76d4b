// A part of a form that depends on a field of it: <div data-follows="company_id" data-follows-url="…">.
// When that field changes, the address is asked with its value and the answer takes the part's place.

import { request } from "./http.js";
import { announce, message } from "./messages.js";

let turn = 0; // Answers to an earlier choice are dropped.

async function refresh(part, name, value) {
  const mine = ++turn;
  const url = new URL(part.dataset.followsUrl, window.location.href);
  url.searchParams.set(name, value);
  part.setAttribute("aria-busy", "true");
  const answer = await request(url).catch(() => null);
  if (mine !== turn) return;
  part.removeAttribute("aria-busy");
  if (answer?.ok) part.innerHTML = await answer.text();
  else announce(message("network"));
}

export function start() {
  document.addEventListener("change", (event) => {
    const part = event.target.form?.querySelector(`[data-follows="${CSS.escape(event.target.name)}"]`);
    if (part) refresh(part, event.target.name, event.target.value);
  });
}
