// What must not wait for the modules: the theme, set before anything is drawn, and a Ctrl K pressed early.
// The choice is kept in this browser: "light", "dark", or nothing, which follows the system.
(() => {
  const root = document.documentElement;
  const system = window.matchMedia("(prefers-color-scheme: dark)");

  const stored = () => {
    try {
      return window.localStorage.getItem("theme");
    } catch {
      return null; // Storage is refused: the system decides.
    }
  };

  const apply = () => {
    const choice = stored();
    const known = choice === "light" || choice === "dark";
    if (known) root.dataset.theme = choice;
    else delete root.dataset.theme;
    root.dataset.bsTheme = known ? choice : system.matches ? "dark" : "light";
  };

  const remember = (choice) => {
    try {
      if (choice === "system") window.localStorage.removeItem("theme");
      else window.localStorage.setItem("theme", choice);
    } catch {
      // Refused: the choice lasts as long as this page.
    }
  };

  // palette.js opens on it as soon as it starts, and does this itself from then on.
  document.addEventListener("keydown", (event) => {
    const isCtrlK = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k";
    if (!isCtrlK || root.dataset.keys === "started" || !document.getElementById("palette")) return;
    event.preventDefault();
    root.dataset.keys = "palette";
  });

  apply();
  system.addEventListener("change", apply);
  window.addEventListener("storage", apply);
  document.addEventListener("DOMContentLoaded", () => {
    const choice = stored() ?? "system";
    for (const input of document.querySelectorAll('[data-theme-choice] input[type="radio"]')) {
      input.checked = input.value === choice;
      input.addEventListener("change", () => {
        remember(input.value);
        apply();
      });
    }
  });
})();
