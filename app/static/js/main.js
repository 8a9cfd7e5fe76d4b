// What our pages load: each behaviour is a module driven by data- attributes.

import "./address.js";
import { start as startChoices } from "./autosubmit.js";
import "./copy.js";
import { start as startColumns } from "./columns.js";
import { start as startDialogs } from "./dialog.js";
import { start as startDuplicates } from "./duplicates.js";
import { start as startExports } from "./export.js";
import { start as startFacets } from "./facets.js";
import { start as startFollowers } from "./follows.js";
import { start as startForms } from "./formguard.js";
import "./fragmentsearch.js";
import { csrfToken } from "./http.js";
import { start as startImages } from "./images.js";
import { start as startInPlace } from "./inplace.js";
import { start as startJobs } from "./jobs.js";
import { start as startKeyboard } from "./keyboard.js";
import { start as startListing } from "./listing.js";
import { start as startMaps } from "./map.js";
import { start as startMenus } from "./menu.js";
import { start as startNotes } from "./notes.js";
import { start as startPalette } from "./palette.js";
import { start as startPasswords } from "./password.js";
import { start as startPickers } from "./picker.js";
import { start as startPlace } from "./place.js";
import { start as startSearch } from "./search.js";
import { start as startSelection } from "./selection.js";
import "./step.js";
import { start as startStickyHead } from "./stickyhead.js";
import { start as startToasts } from "./toast.js";

document.body.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = csrfToken();
});
document.body.addEventListener("htmx:afterSettle", (event) => {
  startMenus(event.target.parentElement ?? document);
  startPickers(event.target.parentElement ?? document);
});

document.addEventListener("page:redrawn", () => {
  startChoices();
  startMenus();
  startPickers();
});

startChoices();
startMenus();
startToasts();
startJobs();
startForms();
startPasswords();
startDialogs();
startDuplicates();
startColumns();
startMaps();
startImages();
startPickers();
startInPlace();
startNotes();
startFollowers();
startSelection();
startStickyHead();
startPlace();
startListing();
startFacets();
startExports();
startSearch();
startPalette();
startKeyboard();

// « Back » pressed again before the scripts had started changed the address, and not the page.
const withoutHash = (address) => address.split("#")[0];
document.addEventListener("DOMContentLoaded", () => {
  const [loaded] = performance.getEntriesByType("navigation");
  if (loaded && withoutHash(loaded.name) !== withoutHash(window.location.href)) window.location.reload();
});

// On a phone the tabs scroll sideways: show the current one, without moving the page.
const tabs = document.querySelector("[data-tabs]");
const tab = tabs?.querySelector('[aria-current="page"]');
if (tab) tabs.scrollLeft = tab.offsetLeft - (tabs.clientWidth - tab.offsetWidth) / 2;
