// A combobox over an address that searches (_macros/forms.html, picker_input).
// WAI-ARIA: focus stays in the box, aria-activedescendant names the option.

import { request } from "./http.js";
import { announce, message, problem } from "./messages.js";

const DELAY = 200;

class Picker {
  constructor(box) {
    this.box = box;
    this.input = box.querySelector("[role=combobox]");
    this.hidden = box.querySelector("[data-picker-value]");
    this.list = box.querySelector("[role=listbox]");
    this.clearButton = box.querySelector("[data-picker-clear]");
    this.creates = "create" in box.dataset;
    this.offers = box.dataset.offers;
    this.chosenText = this.hidden.value ? this.input.value : "";
    this.options = [];
    this.active = -1;
    this.input.removeAttribute("list"); // What the browser offers where no script runs.
    this.listen();
    this.showClear();
  }

  listen() {
    this.input.addEventListener("input", () => this.onInput());
    this.input.addEventListener("keydown", (event) => this.onKey(event));
    this.input.addEventListener("blur", () => this.onBlur());
    this.list.addEventListener("pointerdown", (event) => event.preventDefault()); // Keeps the focus.
    this.list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.choose(Number(option.dataset.index));
    });
    this.clearButton.addEventListener("click", () => this.clear());
    this.dependence()?.addEventListener("change", () => this.forget());
  }

  dependence() {
    const name = this.box.dataset.depends;
    return name ? this.input.form?.querySelector(`[name="${CSS.escape(name)}"]`) : null;
  }

  onInput() {
    this.setValue("", false);
    this.showClear();
    this.complain("");
    window.clearTimeout(this.timer);
    if (this.input.value.trim() === "") this.close();
    else this.timer = window.setTimeout(() => this.search(), DELAY);
  }

  address() {
    const url = new URL(this.box.dataset.picker, window.location.href);
    url.searchParams.set("q", this.input.value.trim());
    const other = this.dependence();
    if (other) url.searchParams.set(this.box.dataset.depends, other.value);
    return url;
  }

  async search() {
    window.clearTimeout(this.timer);
    this.flight?.abort();
    this.flight = new AbortController();
    const { signal } = this.flight;
    this.input.setAttribute("aria-busy", "true");
    try {
      const response = await request(this.address(), { signal, headers: { Accept: "application/json" } });
      if (!response.ok) throw Object.assign(new Error("refused"), { status: response.status });
      const { results } = await response.json();
      if (signal.aborted) return;
      this.answered = this.input.value.trim();
      this.show(results);
    } catch (error) {
      if (!signal.aborted) this.tell(problem(error.status ?? 0));
    } finally {
      if (!signal.aborted) this.input.removeAttribute("aria-busy");
    }
  }

  show(results) {
    const typed = this.input.value.trim();
    const known = results.some((one) => one.exact || one.label.toLocaleLowerCase() === typed.toLocaleLowerCase());
    this.options = [...results];
    if (this.creates && typed && !known) {
      this.options.push({ id: "", label: message("create", { text: typed }), text: typed, detail: "" });
    }
    // A step makes what is not there: it may bear a name that another one has.
    if (this.offers && typed) {
      this.options.push({ id: "", label: message(`offer_${this.offers}`, { text: typed }), text: typed, detail: "", isOffer: true });
    }
    if (this.options.length === 0) {
      this.tell(message("no_result"));
      return;
    }
    this.list.replaceChildren(...this.options.map((one, index) => this.option(one, index)));
    this.open();
    this.activate(-1);
    if (results.length === 0) announce(this.options[0].label);
    else announce(results.length === 1 ? message("one_result") : message("results", { count: results.length }));
  }

  option(one, index) {
    const item = document.createElement("li");
    item.className = one.isOffer ? "picker__option picker__option--offer" : "picker__option";
    item.id = `${this.list.id}-${index}`;
    item.dataset.index = String(index);
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    for (const [css, text] of [["picker__label", one.label], ["picker__detail", one.detail]]) {
      if (!text) continue;
      const span = document.createElement("span");
      span.className = css;
      span.textContent = text;
      item.append(span);
    }
    return item;
  }

  tell(text) {
    this.options = [];
    const line = document.createElement("li");
    line.className = "picker__empty";
    line.setAttribute("role", "option");
    line.setAttribute("aria-disabled", "true");
    line.setAttribute("aria-selected", "false");
    line.textContent = text;
    this.list.replaceChildren(line);
    this.open();
    announce(text);
  }

  open() {
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.list.scrollIntoView({ block: "nearest" });
  }

  close() {
    window.clearTimeout(this.timer);
    this.flight?.abort();
    this.list.hidden = true;
    this.active = -1;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
    this.input.removeAttribute("aria-busy");
  }

  activate(index) {
    const items = this.list.querySelectorAll(".picker__option");
    items.forEach((item, at) => item.setAttribute("aria-selected", String(at === index)));
    this.active = index;
    if (index < 0) {
      this.input.removeAttribute("aria-activedescendant");
      return;
    }
    this.input.setAttribute("aria-activedescendant", items[index].id);
    items[index].scrollIntoView({ block: "nearest" });
  }

  step(by) {
    const count = this.options.length;
    if (this.list.hidden) this.search();
    else if (count > 0) this.activate(this.active < 0 && by < 0 ? count - 1 : (this.active + by + count) % count);
  }

  onKey(event) {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      this.step(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey && !this.list.hidden) {
      event.preventDefault();
      this.choose(this.active < 0 ? this.best() : this.active);
    } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey && this.isUnanswered()) {
      event.preventDefault(); // Typed faster than the answer: the form is not sent yet.
      this.search();
    } else if (event.key === "Escape" && !this.list.hidden) {
      event.preventDefault(); // The pop-up stays open: Esc closes the list first.
      event.stopPropagation();
      this.close();
    }
  }

  isUnanswered() {
    const text = this.input.value.trim();
    return text !== "" && this.hidden.value === "" && text !== this.answered;
  }

  // Enter without an arrow takes what is written in full, or the only answer there is.
  best() {
    const typed = this.input.value.trim().toLocaleLowerCase();
    const exact = this.options.findIndex((one) => one.exact || (!one.isOffer && (one.text ?? one.label).toLocaleLowerCase() === typed));
    return exact >= 0 ? exact : this.options.length === 1 ? 0 : -1;
  }

  choose(index) {
    const one = this.options[index];
    if (!one) return;
    this.input.value = one.text ?? one.label;
    this.chosenText = this.input.value;
    this.close();
    this.setValue(String(one.id), true);
    this.showClear();
    this.complain("");
    announce(message("chosen", { label: this.input.value }));
    this.box.dispatchEvent(new CustomEvent("picker:chosen", { detail: one, bubbles: true }));
  }

  setValue(value, always) {
    if (this.hidden.value === value && !always) return;
    this.hidden.value = value;
    this.hidden.dispatchEvent(new Event("change", { bubbles: true }));
  }

  clear() {
    this.forget();
    this.input.focus();
    announce(message("cleared"));
  }

  forget() {
    this.input.value = "";
    this.chosenText = "";
    this.setValue("", false);
    this.complain("");
    this.close();
    this.showClear();
  }

  showClear() {
    this.clearButton.hidden = this.input.value === "";
  }

  // Text that names nothing stays (nothing typed is lost), but says what is expected.
  onBlur() {
    this.close();
    const text = this.input.value.trim();
    const astray = text !== "" && this.hidden.value === "" && !this.creates && text !== this.chosenText;
    this.complain(astray ? message("choose") : "");
  }

  complain(text) {
    const id = `${this.input.id}-choose`;
    document.getElementById(id)?.remove();
    if (!text) {
      if (this.complains) this.unmark(id);
      return;
    }
    const line = document.createElement("p");
    line.className = "field__error";
    line.id = id;
    line.textContent = text;
    this.box.after(line);
    this.complains = true;
    this.input.classList.add("is-invalid");
    this.input.setAttribute("aria-invalid", "true");
    const others = this.input.getAttribute("aria-describedby") ?? "";
    this.input.setAttribute("aria-describedby", `${others} ${id}`.trim());
    announce(text);
  }

  unmark(id) {
    this.complains = false;
    this.input.classList.remove("is-invalid");
    this.input.removeAttribute("aria-invalid");
    const others = (this.input.getAttribute("aria-describedby") ?? "").replace(id, "").trim();
    if (others) this.input.setAttribute("aria-describedby", others);
    else this.input.removeAttribute("aria-describedby");
  }
}

export function start(root = document) {
  for (const box of root.querySelectorAll("[data-picker]")) {
    if (box.dataset.pickerReady) continue;
    box.dataset.pickerReady = "true";
    new Picker(box);
  }
}

document.addEventListener("dialog:shown", (event) => start(event.detail.root));
