// <form method="get" data-submit-on-change>: a choice is enough, its button is for those without a script.

export function start(root = document) {
  root.querySelectorAll("[data-submit-on-change] [data-submit-button]").forEach((button) => {
    button.hidden = true;
  });
}

document.addEventListener("change", (event) => {
  event.target.closest("[data-submit-on-change]")?.requestSubmit();
});
