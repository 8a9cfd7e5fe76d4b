// Brings the page into line with what the server says now, without leaving it: the same address is
// asked again and its content takes the place of what is shown. The scroll stays; a part that bears
// data-draft stays too while something is written in it. « page:redrawn » tells the behaviours.

import { isSignIn } from "./http.js";

const isWritten = (part) => [...part.querySelectorAll("textarea")].some((one) => one.value.trim() !== "");

function keepDrafts(main, fresh) {
  for (const part of main.querySelectorAll("[data-draft]")) {
    const twin = fresh.querySelector(`[data-draft="${CSS.escape(part.dataset.draft)}"]`);
    if (twin && isWritten(part)) twin.replaceWith(part);
  }
}

/** Draw #main anew. False when the page could not be had: what is shown is out of date. */
export async function redraw() {
  const response = await fetch(window.location.href, { credentials: "same-origin", cache: "no-store" }).catch(() => null);
  if (!response?.ok || isSignIn(response)) return false;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const main = document.getElementById("main");
  const fresh = page.getElementById("main");
  if (!fresh) return false;
  keepDrafts(main, fresh);
  main.replaceChildren(...document.adoptNode(fresh).childNodes);
  document.title = page.title;
  document.dispatchEvent(new CustomEvent("page:redrawn", { detail: { root: main } }));
  return true;
}
