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

// Whoever asked again by the button that goes with its part reads on where the part stands.
const came = (event) => {
  if (document.activeElement !== document.body || !event.detail.requestConfig?.triggeringEvent?.type.startsWith("again")) return;
  const part = document.getElementById(event.detail.elt.id);
  part?.setAttribute("tabindex", "-1");
  part?.focus();
};

document.addEventListener("htmx:beforeRequest", asked);
document.addEventListener("htmx:afterSettle", came);
for (const name of ["htmx:responseError", "htmx:sendError"]) document.addEventListener(name, failed);
