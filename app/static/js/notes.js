// Writing a note: <form data-note-form>. The text stays in this tab until it is saved, whatever happens to
// the page; Ctrl Enter saves (formguard.js). Then the page is drawn anew, with the note in it.

import { setPending } from "./formguard.js";
import { isSignIn, request } from "./http.js";
import { announce, message, problem } from "./messages.js";
import { redraw } from "./redraw.js";

const form = () => document.querySelector("[data-note-form]");
const text = () => form()?.querySelector("[data-note-text]");
const key = () => `note:${form().getAttribute("action").split("&list=")[0]}`;

function keep(value) {
  try {
    if (value.trim()) window.sessionStorage.setItem(key(), value);
    else window.sessionStorage.removeItem(key());
  } catch {
    // Refused: the draft lasts as long as this page.
  }
}

function recall() {
  try {
    text().value ||= window.sessionStorage.getItem(key()) ?? "";
  } catch {
    // Refused: there is no draft.
  }
}

function complain(words) {
  const line = form().querySelector("[data-note-problem]");
  line.textContent = words;
  line.hidden = words === "";
}

async function send() {
  const sending = form();
  if (sending.dataset.pending === "true") return;
  if (!text().value.trim()) {
    text().focus();
    return;
  }
  setPending(sending, true);
  const response = await request(sending.action, { method: "POST", body: new FormData(sending), target: "note" }).catch(() => null);
  setPending(sending, false);
  if (response?.status === 204) {
    keep("");
    text().value = "";
    complain("");
    announce(message("saved"));
    if (!(await redraw())) window.location.reload();
    text()?.focus();
  } else {
    complain(problem(!response ? 0 : isSignIn(response) ? 401 : response.status));
  }
}

export function start() {
  if (!form()) return;
  recall();
  document.addEventListener("input", (event) => {
    if (event.target.matches("[data-note-text]")) keep(event.target.value);
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-note-form]")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    send();
  }, true);
}
