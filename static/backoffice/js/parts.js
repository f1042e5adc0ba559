// A part that was asked for after its page and did not come says so where it was to stand, with a button to ask again.
// What asks by itself every two seconds needs neither.
const words = document.querySelector("#words").dataset;

const failed = (event) => {
  const part = event.detail.elt;
  if (!part.getAttribute("hx-trigger")?.endsWith("again")) return;
  part.removeAttribute("aria-busy");
  for (const waiting of part.querySelectorAll("[data-adding]")) waiting.textContent = words.notKnown;
  part.querySelector(".failed")?.remove();
  const told = document.createElement("p");
  told.className = "failed small";
  told.setAttribute("role", "alert");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "plain small";
  button.textContent = words.askAgain;
  button.addEventListener("click", () => part.dispatchEvent(new Event("again")));
  told.append(`${words.notAdded} `, button);
  part.append(told);
};

for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) document.addEventListener(name, failed);
