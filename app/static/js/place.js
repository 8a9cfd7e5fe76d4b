// Where one was in a list, for the way back from a sheet: page, scroll and row. Kept in this tab.

const PLACE = "list-place";
const region = () => document.querySelector("[data-list]");
const box = () => document.querySelector(".list__scroll");
const here = () => window.location.pathname + window.location.search;

function read() {
  try {
    return JSON.parse(window.sessionStorage.getItem(PLACE) ?? "null");
  } catch {
    return null;
  }
}

function keep() {
  const row = region().querySelector("[data-current]")?.dataset.id ?? null;
  const inside = [box()?.scrollLeft ?? 0, box()?.scrollTop ?? 0];
  try {
    window.sessionStorage.setItem(PLACE, JSON.stringify({ url: here(), scroll: window.scrollY, inside, row }));
  } catch {
    // Refused: the way back leads to the top of the list.
  }
}

// The row that was opened stays the one from which j and k go on.
function returnToPlace() {
  const place = read();
  const fromSheet = document.referrer.startsWith(window.location.origin + window.location.pathname);
  const [loaded] = performance.getEntriesByType("navigation");
  if (place?.url !== here() || !(fromSheet || ["back_forward", "reload"].includes(loaded?.type))) return;
  window.scrollTo({ top: place.scroll, behavior: "instant" });
  if (place.inside) box()?.scrollTo(...place.inside); // Where the table scrolls in a box of its own.
  const row = place.row && region().querySelector(`tbody [data-id="${CSS.escape(place.row)}"]`);
  if (row) row.dataset.current = "";
}

function pointBack() {
  const place = read();
  for (const link of document.querySelectorAll("a[data-back-to-list]")) {
    const path = new URL(link.href).pathname;
    if (place?.url.split("?")[0] === path) link.href = place.url;
  }
}

export function start() {
  pointBack();
  if (!region()) return;
  window.addEventListener("pagehide", keep);
  returnToPlace();
}
