// The pop-up « Ajouter une photo » (templates/images/form.html): choose, drop, paste or take a picture, and
// say which part of it to keep. The file is sent as it is, with the edges of the part as shares of its
// size; the server cuts. A picture that is too heavy is made smaller first. Without this script the form
// sends the file alone, and its middle is kept.

import { announce, fill } from "./messages.js";

const STAGE = 512; // Pixels of the canvas, whatever its size on the screen.
const SMALLEST = 64; // Pixels of the picture that fill the stage when it is zoomed in the most.
const LONGEST = 2048; // The longest side of a picture that was too heavy.

const percents = new Intl.NumberFormat(document.documentElement.lang || "fr", { style: "percent" });

let sent = null; // The file of the form that is being sent: it is put back where the form is shown again.

const limit = (value, low, high) => Math.min(Math.max(value, low), high);

/** The part of a picture that is kept: a square around (x, y), `side` wide, in the picture's pixels.
    A photo fills it; a logo may stand inside it, with room around. */
class Crop {
  constructor(picture, isPhoto) {
    const { width, height } = picture;
    Object.assign(this, { picture, width, height });
    this.widest = isPhoto ? Math.min(width, height) : Math.max(width, height);
    this.narrowest = Math.min(this.widest, Math.max(SMALLEST, this.widest / 8));
    this.reset();
  }

  reset() {
    this.zoom = 0;
    this.side = this.widest;
    this.x = this.width / 2;
    this.y = this.height / 2;
  }

  zoomTo(percent) {
    this.zoom = limit(percent, 0, 100);
    this.side = this.widest * (this.narrowest / this.widest) ** (this.zoom / 100);
    this.moveBy(0, 0);
  }

  /** Move the picture by shares of the stage. */
  moveBy(right, down) {
    this.x = this.#within(this.x - right * this.side, this.width);
    this.y = this.#within(this.y - down * this.side, this.height);
  }

  #within(centre, length) {
    return this.side >= length ? length / 2 : limit(centre, this.side / 2, length - this.side / 2);
  }

  draw(canvas) {
    const context = canvas.getContext("2d");
    const scale = STAGE / this.side;
    context.fillStyle = "white";
    context.fillRect(0, 0, STAGE, STAGE);
    context.imageSmoothingQuality = "high";
    context.drawImage(
      this.picture,
      STAGE / 2 - this.x * scale,
      STAGE / 2 - this.y * scale,
      this.width * scale,
      this.height * scale,
    );
  }

  edges() {
    const half = this.side / 2;
    return {
      left: (this.x - half) / this.width,
      top: (this.y - half) / this.height,
      right: (this.x + half) / this.width,
      bottom: (this.y + half) / this.height,
    };
  }
}

class Editor {
  constructor(form) {
    this.form = form;
    this.input = form.querySelector('input[type="file"]');
    this.stage = form.querySelector("[data-stage]");
    this.canvas = form.querySelector("[data-canvas]");
    this.range = form.querySelector("[data-zoom]");
    this.crop = null;
    this.turn = 0; // A picture that was chosen later takes the place of one being read.
    form.querySelector("[data-scripted]").hidden = false;
    form.querySelector("[data-camera]").hidden = !window.matchMedia("(pointer: coarse)").matches;
    this.listen();
  }

  listen() {
    const { form, stage } = this;
    this.input.addEventListener("change", () => this.show(this.input.files[0]));
    this.range.addEventListener("input", () => this.zoomTo(Number(this.range.value)));
    for (const button of form.querySelectorAll("[data-zoom-step]")) {
      button.addEventListener("click", () => this.zoomTo(this.crop.zoom + Number(button.dataset.zoomStep)));
    }
    form.querySelector("[data-camera]").addEventListener("click", () => this.photograph());
    form.addEventListener("submit", (event) => this.send(event));
    form.addEventListener("dragover", (event) => this.hover(event, true));
    form.addEventListener("dragleave", (event) => this.hover(event, form.contains(event.relatedTarget)));
    form.addEventListener("drop", (event) => {
      this.hover(event, false);
      this.take(event.dataTransfer.files[0]);
    });
    stage.addEventListener("keydown", (event) => this.press(event));
    stage.addEventListener("wheel", (event) => this.roll(event), { passive: false });
    this.followPointers();
  }

  hover(event, over) {
    event.preventDefault(); // Else the browser leaves the page for the file.
    this.form.querySelector("[data-drop]").classList.toggle("portrait-editor__drop--over", over);
  }

  /** A file that did not come through the file field goes into it: the form sends that field. */
  take(file) {
    if (!file) return;
    this.put(file);
    this.show(file);
  }

  put(file) {
    const transfer = new DataTransfer();
    transfer.items.add(file);
    this.input.files = transfer.files;
  }

  photograph() {
    const camera = document.createElement("input");
    camera.type = "file";
    camera.accept = "image/*";
    camera.capture = "environment";
    camera.addEventListener("change", () => this.take(camera.files[0]));
    camera.click();
  }

  /** Show a picture to cut; one that the browser cannot read is left to the server, which says why. */
  async show(file) {
    const mine = ++this.turn;
    this.refuse("");
    this.forget();
    if (!file) return;
    const { heaviest, mostPixels } = this.form.dataset;
    let picture = await createImageBitmap(file, { imageOrientation: "from-image" }).catch(() => null);
    const isHeavy = file.size > heaviest || (picture && picture.width * picture.height > mostPixels);
    if (picture && isHeavy) picture = await this.lighten(picture, file, mine);
    if (mine !== this.turn) return;
    if (this.input.files[0]?.size > heaviest) this.refuse(this.form.dataset.tooHeavy);
    else if (picture) this.open(picture);
  }

  /** Put a smaller copy in the file's place; the picture to show, as it then is. */
  async lighten(picture, file, mine) {
    const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    const type = file.type === "image/jpeg" ? "image/jpeg" : "image/png";
    const blob = await new Promise((done) => canvas.toBlob(done, type, 0.9));
    if (!blob || mine !== this.turn) return null;
    this.put(new File([blob], file.name, { type }));
    return canvas;
  }

  open(picture) {
    this.crop = new Crop(picture, this.form.dataset.portraitEditor === "photo");
    this.toggle(true);
    this.redraw();
  }

  forget() {
    this.crop = null;
    this.toggle(false);
    for (const edge of ["left", "top", "right", "bottom"]) this.form.elements[edge].value = "";
  }

  toggle(shown) {
    this.form.querySelector("[data-crop]").hidden = !shown;
    const present = this.form.querySelector("[data-present]");
    if (present) present.hidden = shown;
  }

  redraw() {
    this.crop.draw(this.canvas);
    this.range.value = String(this.crop.zoom);
    this.range.setAttribute("aria-valuetext", this.words());
    for (const [edge, share] of Object.entries(this.crop.edges())) this.form.elements[edge].value = share.toFixed(6);
  }

  words() {
    return fill(this.form.dataset.zoomed, { percent: percents.format(this.crop.widest / this.crop.side) });
  }

  zoomTo(percent) {
    if (!this.crop) return;
    this.crop.zoomTo(percent);
    this.redraw();
  }

  moveBy(right, down) {
    if (!this.crop) return;
    this.crop.moveBy(right, down);
    this.redraw();
  }

  press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = event.shiftKey ? 0.1 : 0.02;
    const moves = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
    const zooms = { "+": 10, "=": 10, "-": -10, "−": -10 };
    if (moves[event.key]) this.moveBy(...moves[event.key]);
    else if (zooms[event.key]) {
      this.zoomTo(this.crop.zoom + zooms[event.key]);
      announce(this.words());
    } else return;
    event.preventDefault();
  }

  roll(event) {
    event.preventDefault();
    if (this.crop) this.zoomTo(this.crop.zoom - Math.sign(event.deltaY) * 5);
  }

  // One finger or the mouse moves the picture, two fingers zoom.
  followPointers() {
    const { stage } = this;
    const held = new Map();
    const spread = () => {
      const [one, two] = [...held.values()];
      return Math.hypot(one.clientX - two.clientX, one.clientY - two.clientY);
    };
    stage.addEventListener("pointerdown", (event) => {
      stage.setPointerCapture(event.pointerId);
      held.set(event.pointerId, event);
    });
    stage.addEventListener("pointermove", (event) => {
      const before = held.get(event.pointerId);
      if (!before) return;
      const wide = held.size > 1 ? spread() : 0;
      held.set(event.pointerId, event);
      if (held.size > 1) this.zoomTo(this.crop.zoom + (100 * (spread() - wide)) / stage.clientWidth);
      else this.moveBy((event.clientX - before.clientX) / stage.clientWidth, (event.clientY - before.clientY) / stage.clientHeight);
    });
    for (const end of ["pointerup", "pointercancel"]) {
      stage.addEventListener(end, (event) => held.delete(event.pointerId));
    }
  }

  refuse(text) {
    this.form.querySelector("[data-refusal]").hidden = !text;
    this.form.querySelector("[data-refusal-text]").textContent = text;
  }

  send(event) {
    const [file] = this.input.files;
    if (file?.size > this.form.dataset.heaviest) {
      event.preventDefault();
      this.refuse(this.form.dataset.tooHeavy);
      this.input.focus();
      return;
    }
    sent = file ? { file, action: this.form.action } : null;
  }
}

const editors = new WeakMap();

function edit(form) {
  if (!form || editors.has(form)) return;
  const editor = new Editor(form);
  editors.set(form, editor);
  // Another person was faster: the picture is shown again beside theirs, ready to be sent.
  if ("again" in form.dataset && sent?.action === form.action) editor.take(sent.file);
  sent = null;
}

export function start() {
  edit(document.querySelector("main [data-portrait-editor]"));
  document.addEventListener("dialog:shown", (event) => edit(event.detail.root.querySelector("[data-portrait-editor]")));
  document.addEventListener("paste", (event) => {
    const form = document.querySelector("[data-portrait-editor]");
    const [file] = event.clipboardData?.files ?? [];
    if (!form || !file) return;
    event.preventDefault();
    editors.get(form)?.take(file);
  });
}
