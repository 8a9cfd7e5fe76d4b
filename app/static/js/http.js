// Requests of ours that htmx does not make. All carry the CSRF token and name the region they fill.

export function csrfToken() {
  return document.querySelector('meta[name="csrf-token"]')?.content ?? "";
}

/** fetch() of one of our addresses, as a fragment for `target`. Rejects only when nothing answers. */
export function request(url, { target, ...options } = {}) {
  const headers = { "HX-Request": "true", "X-CSRFToken": csrfToken(), ...options.headers };
  if (target) headers["HX-Target"] = target;
  return fetch(url, { credentials: "same-origin", ...options, headers });
}

/** The same for a form whose files take time to go: `meter` holds a <progress> that shows how far they are. */
export function upload(url, { target, method, body, meter }) {
  const bar = meter.querySelector("progress");
  const call = new XMLHttpRequest();
  call.open(method, url);
  const headers = { "HX-Request": "true", "X-CSRFToken": csrfToken(), "HX-Target": target };
  for (const [name, value] of Object.entries(headers)) call.setRequestHeader(name, value);
  call.upload.addEventListener("progress", (event) => {
    bar.value = event.lengthComputable ? Math.round((100 * event.loaded) / event.total) : 0;
  });
  return new Promise((answer, fail) => {
    call.addEventListener("loadend", () => {
      meter.hidden = true;
      if (call.status) answer(asResponse(call));
      else fail(new TypeError("nothing answers"));
    });
    bar.value = 0;
    meter.hidden = false;
    call.send(body);
  });
}

function asResponse(call) {
  const { status, responseText, responseURL } = call;
  const lines = call.getAllResponseHeaders().trim().split(/\r?\n/).map((line) => line.split(": "));
  const headers = lines.map(([name, ...value]) => [name, value.join(": ")]);
  const response = new Response(status === 204 ? null : responseText, { status, headers });
  // XMLHttpRequest follows redirections without saying so; only signing in again comes by one.
  Object.defineProperty(response, "url", { value: responseURL });
  Object.defineProperty(response, "redirected", { value: new URL(responseURL).pathname.endsWith("/login/") });
  return response;
}

/** Did the session end, so that the answer is the page to sign in? */
export function isSignIn(response) {
  return response.redirected && new URL(response.url).pathname.endsWith("/login/");
}

/** Do what the answer's headers ask. True when the page is being left or redrawn. */
export function follow(response) {
  const events = response.headers.get("HX-Trigger");
  if (events) trigger(events);
  const redirect = response.headers.get("HX-Redirect");
  if (redirect) {
    goTo(redirect);
    return true;
  }
  if (response.headers.get("HX-Refresh") === "true") {
    window.location.reload();
    return true;
  }
  return false;
}

// An address of this page that differs by its fragment alone would not load anew.
function goTo(address) {
  const url = new URL(address, window.location.href);
  if (url.origin !== window.location.origin) return;
  const same = url.pathname + url.search === window.location.pathname + window.location.search;
  if (same && !url.hash) window.location.reload();
  else window.location.assign(url.href);
}

function trigger(header) {
  let events;
  try {
    events = JSON.parse(header);
  } catch {
    events = Object.fromEntries(header.split(",").map((name) => [name.trim(), null]));
  }
  for (const [name, detail] of Object.entries(events)) {
    document.body.dispatchEvent(new CustomEvent(name, { detail, bubbles: true }));
  }
}
