// The page's one pop-up. <a href="/crm/companies/new" data-dialog> fetches that address as a fragment
// (HX-Request, HX-Target: dialog) and shows it; the form inside posts the same way.
//   200 + HTML, 409, 422   the answer takes the place of the content; the error summary takes the focus;
//                          413 and 507 too, where it is the form
//   HX-Redirect, HX-Refresh  the page goes on (http.js)
//   204, or an empty answer    the pop-up closes
//   anything else, or no answer   says so over the form; nothing typed is lost
// « dialog:shown » is sent to the document for each content that arrives (the pickers start then),
// « dialog:done » when a form has been accepted.

import { isDirty, markUnsaved, remember, setPending } from "./formguard.js";
import { follow, isSignIn, request, upload } from "./http.js";
import { announce, message, problem } from "./messages.js";

const SWAPPED = [200, 201, 409, 422];
const SWAPPED_FORMS = [413, 507]; // Where the answer is the form itself: a file is too heavy, a disk full.
const FOCUSABLE =
  'input:not([type="hidden"], [disabled]), select:not([disabled]), textarea:not([disabled]), button:not([disabled]), a[href]';

const dialog = document.getElementById("dialog");
const content = dialog?.querySelector("[data-dialog-content]");
let opener = null;
let wanted = ""; // The field that the address names after its #.
let turn = 0; // Answers to an earlier opening are dropped.

const currentForm = () => content.querySelector("form");

function element(tag, css, text) {
  const node = document.createElement(tag);
  node.className = css;
  if (text) node.textContent = text;
  return node;
}

function showLoading() {
  const box = element("div", "dialog__loading");
  const title = element("h2", "visually-hidden", message("loading"));
  title.id = "dialog-title";
  const wait = element("p", "mb-0", `${message("loading")}…`);
  const close = element("button", "btn", message("close"));
  close.type = "button";
  close.dataset.dialogClose = "";
  box.append(title, wait, close);
  content.replaceChildren(box);
  content.setAttribute("aria-busy", "true");
}

function parse(html) {
  return document.createRange().createContextualFragment(html);
}

function focusFirst() {
  const target =
    content.querySelector("[data-error-summary]") ??
    (wanted ? content.querySelector(`#${CSS.escape(wanted)}`) : null) ??
    content.querySelector("[autofocus]") ??
    content.querySelector(`.dialog__body :is(${FOCUSABLE})`) ??
    content.querySelector(FOCUSABLE);
  target?.focus();
}

function show(nodes, { saved = true } = {}) {
  content.removeAttribute("aria-busy");
  content.replaceChildren(nodes);
  if (!dialog.open) dialog.showModal();
  // Those who listen fill in values of their own: they are part of what is shown first.
  document.dispatchEvent(new CustomEvent("dialog:shown", { detail: { root: content, opener } }));
  const form = currentForm();
  if (form && saved) remember(form);
  else if (form) markUnsaved(form);
  focusFirst();
}

function fromMenu(trigger) {
  let menu = trigger?.closest("[data-menu]");
  if (!menu) return trigger;
  // A menu inside another may show no button of its own: on a phone the whole is one list.
  while (menu.querySelector("[data-menu-button]").getClientRects().length === 0) {
    const outer = menu.parentElement.closest("[data-menu]");
    if (!outer) return trigger;
    menu = outer;
  }
  return menu.querySelector("[data-menu-button]");
}

function begin(trigger) {
  turn += 1;
  opener = fromMenu(trigger) ?? document.activeElement;
  return turn;
}

/** Show the form or panel at `url`; `trigger` gets the focus back. */
export async function openDialog(url, trigger) {
  const mine = begin(trigger);
  wanted = decodeURIComponent(new URL(url, window.location.href).hash.slice(1));
  showLoading();
  dialog.showModal();
  let response;
  try {
    response = await request(url, { target: "dialog", cache: "no-store" });
  } catch {
    if (mine === turn) showProblem(0);
    return;
  }
  if (mine === turn && dialog.open) await receive(response, mine);
}

/** Show what a <template> of the page holds. */
export function openTemplate(template, trigger) {
  begin(trigger);
  wanted = "";
  show(template.content.cloneNode(true));
}

async function receive(response, mine, { posted = false } = {}) {
  const form = currentForm();
  if (response.ok && posted && form) {
    remember(form); // Saved: leaving the page must not warn.
    document.dispatchEvent(new CustomEvent("dialog:done", { detail: { form } }));
  }
  if (follow(response)) return;
  if (isSignIn(response)) {
    showProblem(401);
    return;
  }
  const html = response.status === 204 ? "" : await response.text();
  if (mine !== turn) return; // Closed while the rest of the answer was on its way.
  if (response.ok && html.trim() === "") {
    close();
  } else if (SWAPPED.includes(response.status) || (SWAPPED_FORMS.includes(response.status) && html.includes("<form"))) {
    show(parse(html), { saved: !posted || response.ok });
  } else {
    showProblem(response.status, html);
  }
}

// The form stays as it is, with all that is typed; the message comes over it. Where there is no form
// yet, the server's own page of the error (errors/error.html as a fragment) or the sentence is shown.
function showProblem(status, html = "") {
  const form = currentForm();
  const text = problem(status);
  if (!form) {
    if (html.includes("dialog__frame")) show(parse(html));
    else showText(text);
    return;
  }
  form.querySelector(".dialog__problem")?.remove();
  const notice = element("div", "notice notice--danger dialog__problem");
  notice.setAttribute("role", "alert");
  notice.tabIndex = -1;
  notice.append(element("p", "notice__text", text));
  form.querySelector(".dialog__header").after(notice);
  notice.focus();
}

function showText(text) {
  showLoading();
  content.removeAttribute("aria-busy");
  content.querySelector("p").textContent = text;
  content.querySelector("h2").textContent = text;
  content.querySelector("button").focus();
  announce(text);
}

async function submit(form, submitter) {
  if (form.dataset.pending === "true") return;
  const body = new FormData(form, submitter);
  const mine = turn;
  setPending(form, true);
  announce(message("saving"));
  const meter = form.querySelector("[data-progress]");
  const send = meter ? upload : request;
  let response;
  try {
    response = await send(submitter?.getAttribute("formaction") ?? form.getAttribute("action"), {
      method: "POST",
      target: "dialog",
      body,
      meter,
    });
  } catch {
    if (mine === turn) showProblem(0);
    return;
  } finally {
    setPending(form, false);
  }
  if (mine === turn) await receive(response, mine, { posted: true });
}

function close() {
  turn += 1;
  content.replaceChildren();
  dialog.close();
}

// Inside the same pop-up: a second one over it would lose the first.
function askToDiscard() {
  if (content.querySelector(".dialog__question")) return;
  const question = element("div", "dialog__question");
  question.setAttribute("role", "alertdialog");
  question.setAttribute("aria-labelledby", "discard-title");
  question.setAttribute("aria-describedby", "discard-text");
  const text = element("p", "dialog__question-text");
  const title = element("strong", "dialog__question-title", message("discard_title"));
  title.id = "discard-title";
  const detail = element("span", "", message("discard_text"));
  detail.id = "discard-text";
  text.append(title, detail);
  const keep = element("button", "btn", message("discard_no"));
  keep.type = "button";
  const back = document.activeElement;
  keep.addEventListener("click", () => {
    question.remove();
    back?.focus();
  });
  const discard = element("button", "btn btn-danger", message("discard_yes"));
  discard.type = "button";
  discard.addEventListener("click", close);
  question.append(text, keep, discard);
  content.append(question);
  keep.focus();
}

function tryToClose() {
  const question = content.querySelector(".dialog__question");
  if (question) {
    question.querySelector("button").click(); // Esc again means « go on typing ».
    return;
  }
  const form = currentForm();
  if (form && form.dataset.pending !== "true" && isDirty(form)) askToDiscard();
  else close();
}

function wantsOwnTab(event) {
  return event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0;
}

function onClick(event) {
  const trigger = event.target.closest("[data-dialog]");
  if (trigger && !event.defaultPrevented && !wantsOwnTab(event)) {
    event.preventDefault();
    // A link inside the pop-up leads to another form: not without asking.
    if (dialog.contains(trigger) && currentForm() && isDirty(currentForm())) askToDiscard();
    else openDialog(trigger.href ?? trigger.dataset.dialog, dialog.contains(trigger) ? opener : trigger);
    return;
  }
  const summaryLink = event.target.closest("[data-error-summary] a[href^='#']");
  if (summaryLink) {
    const field = document.getElementById(decodeURIComponent(summaryLink.hash.slice(1)));
    if (!field) return;
    event.preventDefault();
    (field.matches("fieldset, ul, div") ? field.querySelector("input, select, textarea") ?? field : field).focus();
  }
}

function onSubmit(event) {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || "dialogIgnore" in form.dataset) return;
  // A download is the browser's own affair: the page stays, the pop-up has done its work.
  if ("download" in form.dataset) {
    setTimeout(close);
    return;
  }
  event.preventDefault();
  submit(form, event.submitter);
}

export function start() {
  if (!dialog) return;
  document.addEventListener("click", onClick);
  content.addEventListener("submit", onSubmit);
  content.addEventListener("click", (event) => {
    if (!event.target.closest("[data-dialog-close]")) return;
    event.preventDefault();
    tryToClose();
  });
  dialog.addEventListener("cancel", (event) => {
    if (event.target !== dialog) return;
    event.preventDefault();
    tryToClose();
  });
  // Chromium closes on a second Esc without asking; the key never reaches it.
  dialog.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.preventDefault();
    tryToClose();
  });
  dialog.addEventListener("close", () => {
    const back = opener;
    opener = null;
    if (back?.isConnected) back.focus({ preventScroll: true });
  });
}
