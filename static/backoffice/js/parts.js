// A part that is asked for after its page is busy until it comes. One that does not come says so where it was to stand, with
// a button to ask again. What asks by itself every two seconds needs neither.
const words = document.querySelector("#words").dataset;
const mine = (event) => (event.detail.elt.getAttribute?.("hx-trigger")?.endsWith("again") ? event.detail.elt : null);

const asked = (event) => {
  const part = mine(event);
  if (!part) return;
  part.setAttribute("aria-busy", "true");
  for (const waiting of part.querySelectorAll("[data-adding]")) waiting.textContent = words.adding;
};

const failed = (event) => {
  const part = mine(event);
  if (!part) return;
  part.setAttribute("aria-busy", "false");
  for (const waiting of part.querySelectorAll("[data-adding]")) waiting.textContent = words.notKnown;
  const button = part.querySelector(".failed button") ?? told(part);
  button.disabled = false;
};

const told = (part) => {
  const text = document.createElement("p");
  const button = document.createElement("button");
  text.className = "failed small";
  text.setAttribute("role", "alert");
  button.type = "button";
  button.className = "plain small";
  button.textContent = words.askAgain;
  button.addEventListener("click", () => {
    button.disabled = true;
    part.dispatchEvent(new Event("again"));
  });
  text.append(`${words.notAdded} `, button);
  part.append(text);
  return button;
};

// What renews itself every two seconds takes nothing from whoever is at it: a press that has begun ends on the button where
// it began, and the focus stays on the link or button that came in the place of the same one. Where none came, on the part:
// what stands in its place now may do something else.
const CHOICES = "a[href], button, summary, input";
const LONGEST = 10_000; // milliseconds: of a press whose end is not told, as of one that opened a menu
const renews = (event) => event.detail.elt.getAttribute?.("hx-trigger")?.startsWith("every");
let pressed = -Infinity;
let reading = null;

const held = (event) => {
  if (renews(event) && performance.now() - pressed < LONGEST) event.preventDefault(); // the next one comes soon
};

// A link is the same where it leads to the same place, though it counts on; a button, where it does the same.
const same = (one, other) =>
  one.tagName === other.tagName &&
  one.getAttribute("href") === other.getAttribute("href") &&
  (one.matches("a") ||
    (one.form?.action === other.form?.action && one.name === other.name && one.textContent.trim() === other.textContent.trim()));

const before = (event) => {
  const at = document.activeElement;
  const part = renews(event) && at?.closest("[id]:not(body)");
  reading = part ? { at, id: part.id } : null;
};

const after = () => {
  if (reading && document.activeElement === document.body) {
    const part = document.getElementById(reading.id);
    const found = [...(part?.querySelectorAll(CHOICES) ?? [])].find((each) => same(each, reading.at));
    if (found) found.focus({ preventScroll: true });
    else stand(part, { preventScroll: true });
  }
  reading = null;
};

const stand = (part, how) => {
  part?.setAttribute("tabindex", "-1");
  part?.focus(how);
};

const ended = () => setTimeout(() => (pressed = -Infinity)); // once its click is done
addEventListener("pointerdown", (event) => event.button === 0 && (pressed = performance.now()), true);
for (const name of ["pointerup", "pointercancel"]) addEventListener(name, ended, true);
addEventListener("blur", ended); // the window's own: as the press begins, what had the focus hears one, too
document.addEventListener("htmx:beforeOnLoad", held); // before a swap, and before a page is fetched anew
document.addEventListener("htmx:beforeSwap", before);
document.addEventListener("htmx:afterSettle", after);

// Whoever asked again by the button that goes with its part reads on where the part stands.
const came = (event) => {
  if (document.activeElement !== document.body || !event.detail.requestConfig?.triggeringEvent?.type.startsWith("again")) return;
  stand(document.getElementById(event.detail.elt.id));
};

document.addEventListener("htmx:beforeRequest", asked);
document.addEventListener("htmx:afterSettle", came);
for (const name of ["htmx:responseError", "htmx:sendError"]) document.addEventListener(name, failed);
