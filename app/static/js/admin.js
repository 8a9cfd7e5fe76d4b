// What FAB's stock screens load beside their own scripts: our frame, and repairs that make FAB's
// Bootstrap 3 markup readable aloud (roles and names that its templates lack).

import { start as startMenus } from "./menu.js";
import { message } from "./messages.js";
import { start as startPalette } from "./palette.js";
import { start as startToasts } from "./toast.js";

function nameBoxes() {
  for (const box of document.querySelectorAll(".action_check, .action_check_all")) {
    const row = box.closest("tr");
    const all = box.classList.contains("action_check_all");
    const words = all ? "" : [...row.querySelectorAll("td")].map((cell) => cell.textContent.trim()).find(Boolean);
    box.setAttribute("aria-label", words || document.querySelector("main .panel-title")?.textContent.trim() || "✓");
  }
}

function nameControls() {
  for (const control of document.querySelectorAll(".stock__main a.btn, .stock__main button, .stock__main [data-toggle='tooltip']")) {
    if (control.textContent.trim() || control.getAttribute("aria-label")) continue;
    const words = control.dataset.originalTitle || control.title;
    if (words) control.setAttribute("aria-label", words);
  }
}

function nameHeaders() {
  for (const header of document.querySelectorAll(".stock__main th:empty")) {
    const words = document.createElement("span");
    words.className = "visually-hidden";
    words.textContent = message("row_actions");
    header.append(words);
  }
}

// FAB's titles are <h4> under no other heading.
function levelTitles() {
  document.querySelectorAll(".stock__main .panel-title").forEach((title) => {
    title.setAttribute("role", "heading");
    title.setAttribute("aria-level", "2");
  });
}

// role="menu" promises menuitems that FAB's lists of links do not hold.
function dropRoles() {
  document.querySelectorAll('.stock__main ul[role="menu"], .stock__main [role="header"]').forEach((node) => {
    node.removeAttribute("role");
  });
}

startMenus();
startToasts();
startPalette();
nameBoxes();
nameControls();
nameHeaders();
levelTitles();
dropRoles();
