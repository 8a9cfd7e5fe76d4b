// Jobs: a notice on whatever page one is when a job of this session has ended (data-jobs on the toasts
// says where to ask), and the page of a job, which htmx asks for again and again while it is done.

import { request } from "./http.js";
import { announce } from "./messages.js";
import { toast } from "./toast.js";

const EVERY = 4000;
const LONGEST = 60000; // Between two questions, where the server does not answer or the tab is hidden.

function watchNotices() {
  const region = document.querySelector("[data-jobs]");
  if (!region) return;
  let wait = EVERY;
  const ask = async () => {
    const answer = document.hidden ? null : await request(region.dataset.jobs).catch(() => null);
    const found = answer?.ok ? await answer.json().catch(() => null) : null;
    if (found) {
      found.notices.forEach(tell);
      if (!found.follows) return;
    }
    wait = found ? EVERY : Math.min(wait * 2, LONGEST);
    window.setTimeout(ask, wait);
  };
  window.setTimeout(ask, wait);
}

function tell(note) {
  if (note.url === window.location.pathname) return; // The page itself says it.
  toast(note);
  announce(note.text);
}

function watchPage() {
  let said = document.querySelector("[data-job-state]")?.dataset.jobState;
  document.body.addEventListener("htmx:afterSettle", () => {
    const now = document.querySelector("[data-job-state]")?.dataset.jobState;
    if (now && now !== said) announce(now);
    said = now;
  });
}

export function start() {
  watchNotices();
  watchPage();
}
