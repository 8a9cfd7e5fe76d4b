// Disclosure menus: a button with aria-expanded and the panel it controls.
//   <div data-menu><button data-menu-button aria-expanded="false">…</button><ul data-menu-panel>…</ul></div>
// data-menu="hover" opens on hover (after 150 ms) and on keyboard focus too; all open on click, tap and ↓.

const DELAY = 150;
const LINGER = 250; // Time to move from the button to the panel.
const timers = new WeakMap();

const buttonOf = (menu) => menu.querySelector(":scope > [data-menu-button]");
const panelOf = (menu) => menu.querySelector(":scope > [data-menu-panel]");
const isOpen = (menu) => buttonOf(menu).getAttribute("aria-expanded") === "true";

function setOpen(menu, open) {
  window.clearTimeout(timers.get(menu));
  if (open) closeOthers(menu);
  else menu.querySelectorAll("[data-menu]").forEach((inner) => setOpen(inner, false));
  buttonOf(menu).setAttribute("aria-expanded", String(open));
  if (!open) delete menu.dataset.openedBy;
}

function closeOthers(menu) {
  for (const other of document.querySelectorAll("[data-menu]")) {
    if (other !== menu && !other.contains(menu) && isOpen(other)) setOpen(other, false);
  }
}

function later(menu, open, delay) {
  window.clearTimeout(timers.get(menu));
  timers.set(menu, window.setTimeout(() => setOpen(menu, open), delay));
}

const items = (menu) =>
  [...panelOf(menu).querySelectorAll("a[href], button, input")].filter(
    (item) => !item.disabled && item.type !== "hidden" && item.getClientRects().length > 0,
  );

function move(menu, event) {
  const list = items(menu);
  const at = list.indexOf(document.activeElement);
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: list.length - 1 }[event.key];
  if (next === undefined || list.length === 0) return;
  event.preventDefault();
  if (next < 0 && event.key === "ArrowUp") buttonOf(menu).focus();
  else list[(next + list.length) % list.length].focus();
}

function onKey(menu, event) {
  if (event.key === "Escape" && isOpen(menu)) {
    event.stopPropagation();
    const inside = menu.contains(document.activeElement);
    setOpen(menu, false);
    if (inside) buttonOf(menu).focus({ preventScroll: true });
    return;
  }
  const onButton = event.target === buttonOf(menu);
  if (onButton && event.key === "ArrowDown") setOpen(menu, true);
  if (event.target.type === "radio") return; // Arrows choose the theme there.
  if (isOpen(menu) && event.target.closest("[data-menu]") === menu) move(menu, event);
}

function onClick(menu, event) {
  // Hover or focus has just opened it: the click that follows must not close it.
  const justOpened = menu.dataset.openedBy && event.detail > 0;
  delete menu.dataset.openedBy;
  setOpen(menu, justOpened ? true : !isOpen(menu));
}

function openBy(menu, cause, delay) {
  if (isOpen(menu)) {
    window.clearTimeout(timers.get(menu));
    return;
  }
  window.clearTimeout(timers.get(menu));
  timers.set(
    menu,
    window.setTimeout(() => {
      setOpen(menu, true);
      menu.dataset.openedBy = cause;
    }, delay),
  );
}

function opensOnHover(menu) {
  const button = buttonOf(menu);
  let closedByEscape = false;
  menu.addEventListener("pointerenter", (event) => {
    if (event.pointerType === "mouse") openBy(menu, "hover", DELAY);
  });
  menu.addEventListener("pointerleave", (event) => {
    if (event.pointerType !== "mouse") return;
    if (menu.contains(document.activeElement) && document.activeElement.matches(":focus-visible")) return;
    later(menu, false, LINGER);
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key === "Escape") closedByEscape = true;
  });
  button.addEventListener("focus", () => {
    if (!closedByEscape && button.matches(":focus-visible")) openBy(menu, "focus", 0);
    closedByEscape = false;
  });
}

function enhance(menu) {
  if (menu.dataset.menuReady || !buttonOf(menu)) return;
  menu.dataset.menuReady = "true";
  buttonOf(menu).addEventListener("click", (event) => onClick(menu, event));
  menu.addEventListener("keydown", (event) => onKey(menu, event));
  menu.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !menu.contains(event.relatedTarget)) setOpen(menu, false);
  });
  if (menu.dataset.menu === "hover") opensOnHover(menu);
}

export function start(root = document) {
  root.querySelectorAll("[data-menu]").forEach(enhance);
}

document.addEventListener("pointerdown", (event) => {
  for (const menu of document.querySelectorAll("[data-menu]")) {
    if (isOpen(menu) && !menu.contains(event.target)) setOpen(menu, false);
  }
});

// A choice made: the menu has served. A pop-up that opens from it gives the focus back to its button.
document.addEventListener("click", (event) => {
  const item = event.target.closest("[data-menu-panel] a, [data-menu-panel] button:not([data-menu-button])");
  for (let menu = item?.closest("[data-menu]"); menu; menu = menu.parentElement.closest("[data-menu]")) {
    if (isOpen(menu)) setOpen(menu, false);
  }
});
