// Keys press what is visible: every key is the data-key of a link or button on the page, so nothing needs a key
// and no key does what the page does not offer.
const TYPING = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]";

function shown(element) {
  return element.checkVisibility ? element.checkVisibility() : element.offsetParent !== null;
}

function press(key) {
  const scope = document.querySelector("dialog[open]") || document;
  for (const element of scope.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)) {
    if (!shown(element) || element.disabled || element.getAttribute("aria-disabled") === "true") continue;
    element.click();
    return true;
  }
  return false;
}

function escape(target) {
  if (document.querySelector("dialog[open], [popover]:popover-open")) return false; // the browser closes these
  const open = document.querySelector("details.filter[open], details.mine[open]");
  if (open) {
    open.open = false;
    open.querySelector("summary").focus();
    return true;
  }
  if (target.matches(TYPING)) {
    target.blur();
    return true;
  }
  return press("Escape");
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented) return; // the cursor of a list took it
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return; // held down is one press
  const target = event.target instanceof Element ? event.target : document.body;
  if (event.key === "Escape") {
    if (escape(target)) event.preventDefault();
    return;
  }
  if (target.matches(TYPING)) return;
  if (event.key === "Enter" && target.matches("a, button, summary, input")) return;
  if (event.key === "/") {
    const find = document.querySelector("#find");
    if (find) {
      find.focus();
      find.select();
      event.preventDefault();
    }
    return;
  }
  if (press(event.key)) event.preventDefault();
});

// One filter panel open at a time; a click beside it closes it.
document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll("details.filter[open], details.mine[open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
});

// A panel that would stick out at the right hangs from its chip's right edge instead.
document.addEventListener(
  "toggle",
  (event) => {
    const chip = event.target;
    if (!chip.matches("details.filter[open]")) return;
    chip.classList.remove("edge");
    const right = chip.querySelector(":scope > :is(form, ul)").getBoundingClientRect().right;
    chip.classList.toggle("edge", right > document.documentElement.clientWidth);
  },
  true,
);
