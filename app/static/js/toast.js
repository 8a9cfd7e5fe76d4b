// Short notices. Each goes after 10 s; the clock stops while it is hovered or holds the focus. One that
// carries a link (data-toast-stays) stays until it is closed.
// From a script or from the server (HX-Trigger: {"passerelle:toast": {"text": …, "undo_url": …}}).

import { announce } from "./messages.js";
import { csrfToken } from "./http.js";

const LIFE = 10000;

function watch(note) {
  if (note.dataset.toastReady) return;
  note.dataset.toastReady = "true";
  let left = LIFE;
  let since = 0;
  let timer = 0;
  const run = () => {
    window.clearTimeout(timer);
    if ("toastStays" in note.dataset) return;
    since = performance.now();
    timer = window.setTimeout(() => note.remove(), left);
  };
  const pause = () => {
    window.clearTimeout(timer);
    left = Math.max(2000, left - (performance.now() - since));
  };
  note.addEventListener("pointerenter", pause);
  note.addEventListener("pointerleave", () => note.contains(document.activeElement) || run());
  note.addEventListener("focusin", pause);
  note.addEventListener("focusout", run);
  note.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close(note);
  });
  note.querySelector("[data-toast-close]").addEventListener("click", () => close(note));
  run();
}

function close(note) {
  const inside = note.contains(document.activeElement);
  note.remove();
  if (inside) document.getElementById("main")?.focus({ preventScroll: true });
}

/** Show a notice; with `undo_url` it carries « Annuler », which posts there; with `url` a link; with
    `file_url` a file to take along. `failed`: what was asked did not happen. */
export function toast({ text, failed = false, undo_url: undoUrl, url, url_text: urlText, file_url: fileUrl, file_text: fileText }) {
  const region = document.querySelector("[data-toasts]");
  const template = document.getElementById("toast-template");
  if (!region || !template) return;
  const note = template.content.firstElementChild.cloneNode(true);
  note.querySelector("[data-toast-text]").textContent = text;
  note.classList.toggle("toast-note--failed", failed);
  const link = note.querySelector("[data-toast-link]");
  if (url) {
    link.href = url;
    link.textContent = urlText;
  } else {
    link.remove();
    delete note.dataset.toastStays;
  }
  const file = note.querySelector("[data-toast-file]");
  if (fileUrl) {
    file.href = fileUrl;
    file.textContent = fileText;
  } else {
    file.remove();
  }
  const form = note.querySelector("form");
  if (undoUrl) {
    form.action = undoUrl;
    form.elements.csrf_token.value = csrfToken();
  } else {
    form.remove();
  }
  region.append(note);
  watch(note);
}

export function start() {
  const notes = document.querySelectorAll("[data-toast]");
  notes.forEach(watch);
  // They came with the page: a live region says only what changes in it.
  const texts = [...notes].map((note) => note.querySelector("[data-toast-text]").textContent.trim());
  if (texts.length > 0) announce(texts.join(" "));
  document.body.addEventListener("passerelle:toast", (event) => toast(event.detail));
}

// Ctrl+Z takes back what the last notice tells, unless one is typing.
document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.key !== "z" || event.shiftKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  const forms = document.querySelectorAll("[data-toast] form");
  if (forms.length === 0) return;
  event.preventDefault();
  forms[forms.length - 1].requestSubmit();
});
