// « Afficher le plan »: a street map in the place of the outline of France, once a person asks for it
// (templates/places/_stage.html). Until then nothing is fetched, neither from the tiles' host nor from ours.
//   <div data-map="12"> <div data-map-outline>…</div> <div data-map-plan='{"latitude": …}' hidden></div> …
//   data-map-edit      the marker can be moved: dragged, by the arrows, by a click, by typing in the fields
//   [data-map-latitude], [data-map-longitude]   those fields
// Where the tiles do not answer, the outline stays and a sentence says so.

const PATIENCE = 6000; // Milliseconds for the first tile.
const NEAREST = 19;
const NEAREST_DRAWN = 18; // Beyond, the tiles of the zoom before are enlarged.
const STEP = 10; // Pixels that an arrow moves the marker by; one with Shift.
const ARROWS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

let library = null;
let current = null; // The street map on show.
let wanted = ""; // Its place: asked for once, it is shown again when the pop-up's content is renewed.

/** Leaflet and its style, when they are first needed. */
function leaflet() {
  library ??= Promise.all([import("../vendor/leaflet.js"), style()]).then(() => window.L);
  library.catch(() => {
    library = null;
  });
  return library;
}

function style() {
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = new URL("../css/leaflet.css", import.meta.url);
  return new Promise((done, failed) => {
    link.onload = done;
    link.onerror = failed;
    document.head.append(link);
  });
}

/** The address of the tile that holds a point (Web Mercator). */
function tileOf({ tiles, latitude, longitude, zoom }) {
  const side = 2 ** zoom;
  const angle = (Math.max(-85, Math.min(85, latitude)) * Math.PI) / 180;
  const x = Math.floor(((longitude + 180) / 360) * side);
  const y = Math.floor(((1 - Math.asinh(Math.tan(angle)) / Math.PI) / 2) * side);
  return tiles.replace("{z}", zoom).replace("{x}", x).replace("{y}", y);
}

/** One image first: a host that does not answer is then one error, and no empty map. */
function answers(url) {
  return new Promise((done) => {
    const image = new Image();
    const end = (came) => {
      clearTimeout(timer);
      image.onload = image.onerror = null;
      done(came);
    };
    const timer = setTimeout(() => {
      end(false);
      image.removeAttribute("src"); // What still comes would come for nothing.
    }, PATIENCE);
    image.onload = () => end(true);
    image.onerror = () => end(false);
    image.src = url;
  });
}

const isCalm = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;
const isFrench = () => document.documentElement.lang.startsWith("fr");
const written = (degrees) => {
  const plain = String(Number(degrees.toFixed(6)));
  return isFrench() ? plain.replace(".", ",") : plain;
};
const read = (field) => {
  const text = field.value.trim().replace(",", ".").replace("−", "-");
  return /^[+-]?\d{1,3}(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
};

function escaped(text) {
  const span = document.createElement("span");
  span.textContent = text;
  return span.innerHTML;
}

class StreetMap {
  constructor(root) {
    const find = (name) => root.querySelector(`[data-map-${name}]`);
    this.root = root;
    this.place = root.dataset.map;
    this.plan = find("plan");
    this.data = JSON.parse(this.plan.dataset.mapPlan);
    this.words = JSON.parse(this.plan.dataset.mapWords);
    this.outline = find("outline");
    this.keys = find("keys");
    this.status = find("status");
    this.ask = find("ask");
    this.shown = find("shown");
    this.pin = find("pin");
    this.fields = root.matches("[data-map-edit]") ? [find("latitude"), find("longitude")] : null;
    this.ask.hidden = false;
    find("show").addEventListener("click", () => this.show({ focus: true }));
    find("hide").addEventListener("click", () => this.hide());
    this.fields?.forEach((field) => field.addEventListener("input", () => this.follow()));
  }

  say(text) {
    this.status.textContent = text;
  }

  async show({ focus = false } = {}) {
    if (this.map || this.waiting) return;
    this.waiting = true;
    this.say(this.words.loading);
    const [isThere, L] = await Promise.all([answers(tileOf(this.data)), leaflet().catch(() => null)]);
    this.waiting = false;
    if (!this.root.isConnected) return;
    if (!isThere || !L) {
      this.say(this.words.failed);
      return;
    }
    current = this;
    wanted = this.place;
    this.toggle(true);
    this.draw(L);
    this.say("");
    if (focus) this.plan.focus({ preventScroll: true });
  }

  hide() {
    wanted = "";
    this.leave();
    this.toggle(false);
    this.say("");
    this.ask.querySelector("button").focus();
  }

  /** Take the map down, with the listeners that it has on the page. */
  leave() {
    this.map?.remove();
    this.map = this.marker = null;
    if (current === this) current = null;
  }

  toggle(isOn) {
    this.plan.hidden = this.keys.hidden = this.shown.hidden = !isOn;
    this.ask.hidden = isOn;
    if (this.outline) this.outline.hidden = isOn;
  }

  draw(L) {
    const { latitude, longitude, zoom, tiles, attribution } = this.data;
    const moves = !isCalm();
    this.L = L;
    this.map = L.map(this.plan, {
      zoomControl: false,
      attributionControl: false,
      scrollWheelZoom: false,
      zoomAnimation: moves,
      fadeAnimation: moves,
      markerZoomAnimation: moves,
      inertia: moves,
    }).setView([latitude, longitude], zoom);
    if (!moves) {
      const { panBy } = L.Map.prototype;
      this.map.panBy = (offset) => panBy.call(this.map, offset, { animate: false });
    }
    const { zoom_in: zoomInTitle, zoom_out: zoomOutTitle } = this.words;
    L.control.zoom({ position: "topright", zoomInTitle, zoomOutTitle }).addTo(this.map);
    L.control.attribution({ prefix: false }).addTo(this.map);
    const layer = L.tileLayer(tiles, {
      maxZoom: NEAREST,
      maxNativeZoom: NEAREST_DRAWN,
      attribution: escaped(attribution),
    });
    layer.on("tileerror", () => this.say(this.words.partial)).addTo(this.map);
    // The page scrolls under the wheel, until one works in the map.
    this.plan.addEventListener("focus", () => this.map?.scrollWheelZoom.enable());
    this.plan.addEventListener("blur", () => this.map?.scrollWheelZoom.disable());
    this.point();
  }

  /** Put the marker, and around it how far the place may be. */
  point() {
    const { latitude, longitude, radius, marked } = this.data;
    const typed = this.fields ? this.fields.map(read) : [];
    if (this.fields) this.map.on("click", (event) => this.move(event.latlng));
    if (typed.length && typed.every(Number.isFinite)) this.mark(typed);
    else if (marked) this.mark([latitude, longitude]);
    if (!radius || this.fields) return;
    const around = { radius, className: "map__around", interactive: false };
    this.L.circle([latitude, longitude], around).addTo(this.map);
  }

  mark(place) {
    const icon = this.L.divIcon({
      className: "map__pin",
      html: this.pin.content.firstElementChild.cloneNode(true),
      iconSize: [36, 36],
      iconAnchor: [18, 33],
    });
    const draggable = Boolean(this.fields);
    this.marker = this.L.marker(place, { icon, draggable, interactive: draggable, keyboard: false });
    this.marker.addTo(this.map);
    if (!draggable) return;
    const handle = this.marker.getElement();
    handle.tabIndex = 0;
    handle.setAttribute("role", "application");
    handle.setAttribute("aria-label", this.words.marker);
    handle.setAttribute("aria-describedby", this.keys.id);
    handle.addEventListener("keydown", (event) => this.onKey(event));
    this.marker.on("dragend", () => this.move(this.marker.getLatLng()));
  }

  onKey(event) {
    const way = ARROWS[event.key];
    if (!way || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    const step = event.shiftKey ? 1 : STEP;
    const here = this.map.latLngToContainerPoint(this.marker.getLatLng());
    this.move(this.map.containerPointToLatLng(here.add([way[0] * step, way[1] * step])));
    this.map.panInside(this.marker.getLatLng(), { padding: [40, 40] });
  }

  /** The marker is there: so say the fields. */
  move(place) {
    const { lat, lng } = place.wrap();
    if (this.marker) this.marker.setLatLng([lat, lng]);
    else this.mark([lat, lng]);
    const [latitude, longitude] = [written(lat), written(lng)];
    this.fields[0].value = latitude;
    this.fields[1].value = longitude;
    this.say(this.words.moved.replace("{latitude}", latitude).replace("{longitude}", longitude));
  }

  /** The fields say another place: so does the marker. */
  follow() {
    const place = this.fields.map(read);
    if (!this.map || !place.every(Number.isFinite) || Math.abs(place[0]) > 90) return;
    if (this.marker) this.marker.setLatLng(place);
    else this.mark(place);
    this.map.panTo(place);
  }
}

function prepare(root) {
  current?.leave();
  for (const element of root.querySelectorAll("[data-map]")) {
    if (!element.querySelector("[data-map-plan]")) continue;
    const map = new StreetMap(element);
    if (wanted && map.place === wanted) map.show();
  }
}

export function start() {
  prepare(document);
  document.addEventListener("dialog:shown", (event) => prepare(event.detail.root));
  document.getElementById("dialog")?.addEventListener("close", () => {
    current?.leave();
    wanted = "";
  });
}
