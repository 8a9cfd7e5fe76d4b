// The sheets that this person opened lately, kept in this browser under their account's number: kinds and
// ids alone, since a shared computer must not tell names. The server names those that are still there.

const MOST = 8;
const KEY = /^(company|contact):[0-9]{1,9}$/;

const place = (account) => `recent:${account}`;
const here = () => document.querySelector("[data-record]")?.dataset.record;

function kept(account) {
  try {
    const stored = JSON.parse(window.localStorage.getItem(place(account)) ?? "[]");
    return Array.isArray(stored) ? stored.filter((one) => KEY.test(one)).slice(0, MOST) : [];
  } catch {
    return []; // Refused or damaged: nothing is remembered.
  }
}

/** « company:12 », « contact:5 »…, the last opened first; not the one that the page shows. */
export function recent(account) {
  return kept(account).filter((one) => one !== here());
}

/** Remember the sheet that this page shows, if it shows one. */
export function rememberSheet(account) {
  const opened = here();
  if (!opened || !KEY.test(opened)) return;
  const others = recent(account);
  try {
    window.localStorage.setItem(place(account), JSON.stringify([opened, ...others].slice(0, MOST)));
  } catch {
    // Refused: the palette opens on its actions and pages.
  }
}
