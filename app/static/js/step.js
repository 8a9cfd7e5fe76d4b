// A step of a form: what is made on the way when a picker finds nothing that fits (contacts/_place.html).
// The box <input type="checkbox" data-step="id of the step's first field" data-step-from="name of the picker's
// text"> shows and hides the step without a script. A picker with data-offers="name of the box" ends its list
// with « Créer … »: choosing that ticks the box, and the step takes what was typed and the focus.

function prefill(box, text) {
  const first = document.getElementById(box.dataset.step);
  if (text && first.value === "") {
    first.value = text;
    first.dispatchEvent(new Event("input", { bubbles: true }));
  }
  return first;
}

document.addEventListener("picker:chosen", (event) => {
  const { offers } = event.target.dataset;
  if (!offers || !event.detail.isOffer) return;
  const box = event.target.closest("form").elements[offers];
  box.checked = true;
  box.dispatchEvent(new Event("change", { bubbles: true }));
  prefill(box, event.detail.text).focus();
});

// Ticked by hand: what was typed in the picker, and chosen from nothing, is the name.
document.addEventListener("change", (event) => {
  const box = event.target.closest?.("[data-step-from]");
  if (!box?.checked) return;
  const typed = box.form.elements[box.dataset.stepFrom];
  const chosen = typed.parentElement.querySelector("[data-picker-value]").value;
  if (!chosen) prefill(box, typed.value.trim());
});
