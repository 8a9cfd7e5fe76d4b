// A button that shows what is typed in a password box.

import { message } from "./messages.js";

export function start() {
  for (const box of document.querySelectorAll("[data-password]")) {
    const input = box.querySelector("input");
    const toggle = box.querySelector("[data-password-toggle]");
    toggle.hidden = false;
    toggle.addEventListener("click", () => {
      const shown = input.type === "password";
      input.type = shown ? "text" : "password";
      toggle.setAttribute("aria-pressed", String(shown));
      toggle.setAttribute("aria-label", message(shown ? "hide_password" : "show_password"));
    });
  }
}
