// A second click on a verb sends nothing: the form is marked as sent. Coming back by the back button clears the mark; so does
// time where the answer is a file (data-again) and the page stays.
const SOON = 3_000;

function clear(form) {
  delete form.dataset.sent;
  const buttons = [...form.elements].filter((field) => field.matches("button[aria-disabled]"));
  for (const button of buttons) button.removeAttribute("aria-disabled");
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.matches("[data-display]")) return;
  if (form.dataset.sent === "true") {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "true";
  event.submitter?.setAttribute("aria-disabled", "true");
  if (form.matches("[data-again]")) setTimeout(clear, SOON, form);
});

addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll("form[data-sent]").forEach(clear); // else it may be sent before it is shown
});
