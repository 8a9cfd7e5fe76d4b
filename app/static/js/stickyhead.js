// The heads of a list's columns stay in view. Where the columns fit, the page itself scrolls and the heads
// stick to its top; where they do not, the table scrolls in a box of its own, both ways.

const box = () => document.querySelector(".list__scroll");

function fit() {
  const table = box()?.querySelector("table");
  if (!table) return;
  const isWide = table.scrollWidth > box().clientWidth + 1;
  box().classList.toggle("list__scroll--fits", !isWide);
  box().classList.toggle("list__scroll--wide", isWide);
}

export function start() {
  if (!document.querySelector("[data-list]")) return;
  fit();
  window.addEventListener("resize", fit);
  document.fonts?.ready.then(fit);
  document.addEventListener("list:changed", fit);
}
