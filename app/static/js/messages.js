// The sentences in the reader's language, and the page's live region.

const sentences = JSON.parse(document.getElementById("messages")?.textContent ?? "{}");
const language = document.documentElement.lang || "fr";
const numbers = new Intl.NumberFormat(language);

/** A sentence of _frames/_messages.html, its {names} filled in. */
export function message(key, values = {}) {
  return fill(sentences[key] ?? key, values);
}

export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

/** 12483 as the reader writes it: « 12 483 ». */
export function formatNumber(value) {
  return numbers.format(value);
}

/** In French none and one are singular. */
export function plural(count, one, many) {
  const singular = language.startsWith("fr") ? count < 2 : count === 1;
  return singular ? one : many;
}

let clearing = 0;

/** Have a screen reader say it, without moving the focus. */
export function announce(text) {
  const region = document.getElementById("live");
  if (!region) return;
  window.clearTimeout(clearing);
  region.textContent = "";
  window.setTimeout(() => {
    region.textContent = text;
  }, 50);
  clearing = window.setTimeout(() => {
    region.textContent = "";
  }, 8000);
}

/** What failed, in words: an HTTP status, or 0 when nothing answered. */
export function problem(status) {
  if (status === 0) return message("network");
  if (status === 400 || status === 401) return message("expired");
  if (status === 403) return message("forbidden");
  if (status === 404 || status === 410) return message("gone");
  return message("server");
}
