// Forms that are pages: warn before leaving what is not saved, and send once.
// data-guard: warn and send once. Any other POST form: send once, unless data-resubmit says it may be
// sent again (an answer that opens in another tab, a download).

const initial = new WeakMap();
let leaving = false;

function snapshot(form) {
  return [...new FormData(form)].map(([name, value]) => `${name}=${value.name ?? value}`).join("&");
}

/** Has the person changed anything since the form was shown? */
export function isDirty(form) {
  return initial.has(form) && initial.get(form) !== snapshot(form);
}

/** Take the present values as those that are saved. */
export function remember(form) {
  initial.set(form, snapshot(form));
}

/** Take none of the values as saved: the server refused them. */
export function markUnsaved(form) {
  initial.set(form, null);
}

export function setPending(form, pending) {
  form.dataset.pending = String(pending);
  for (const button of form.querySelectorAll("[type=submit]")) {
    button.setAttribute("aria-busy", String(pending));
    button.setAttribute("aria-disabled", String(pending));
  }
}

export function start() {
  for (const form of document.querySelectorAll("main form[data-guard]")) {
    remember(form);
    const summary = form.querySelector("[data-error-summary]");
    if (!summary) continue;
    markUnsaved(form);
    summary.focus();
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || "resubmit" in form.dataset) return;
  if (form.dataset.pending === "true") {
    event.preventDefault();
    return;
  }
  leaving = form.matches("[data-guard]");
  setPending(form, true);
});

window.addEventListener("beforeunload", (event) => {
  if (leaving) return;
  const dirty = [...document.querySelectorAll("form[data-guard]")].some(isDirty);
  if (dirty) event.preventDefault();
});

// Back from the cache of pages: nothing is pending any more.
window.addEventListener("pageshow", () => {
  leaving = false;
  document.querySelectorAll('form[data-pending="true"]').forEach((form) => setPending(form, false));
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  const form = event.target.closest?.("form");
  if (!form || form.method !== "post") return;
  event.preventDefault();
  form.requestSubmit(form.querySelector("[data-submit]") ?? undefined);
});
