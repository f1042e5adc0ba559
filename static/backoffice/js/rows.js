// The cursor of a list: j and k move it, x ticks the row, Enter opens it. Visible twin: the row's own link and box.
const rows = () => [...document.querySelectorAll("[data-rows] > tbody > tr[data-row]")];

function here() {
  return document.querySelector("[data-rows] tr.here");
}

function go(row) {
  if (!row) return;
  here()?.classList.remove("here");
  row.classList.add("here");
  row.scrollIntoView({ block: "nearest" });
  const bar = document.querySelector(".selection:not([hidden])");
  const hiddenBy = bar ? row.getBoundingClientRect().bottom - bar.getBoundingClientRect().top : 0;
  if (hiddenBy > 0) scrollBy(0, hiddenBy + 8);
  row.querySelector("a[href]")?.focus({ preventScroll: true });
}

function step(by) {
  const all = rows();
  const at = all.indexOf(here());
  go(all[Math.min(Math.max(at + by, 0), all.length - 1)]);
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.target.closest?.("textarea, select, dialog[open], input:not([type=checkbox])")) return;
  if (!rows().length) return;
  if (event.repeat && !["j", "k"].includes(event.key)) return; // held down is one press, but for the cursor
  if (event.key === "j" || event.key === "k") {
    step(event.key === "j" ? 1 : -1);
    event.preventDefault();
  } else if (event.key === "x") {
    here()?.querySelector("input[type=checkbox]")?.click();
    event.preventDefault();
  } else if (event.key === "Enter" && !event.target.closest("a, button, summary, input")) {
    here()?.querySelector("a[href]")?.click();
    event.preventDefault();
  }
});

document.addEventListener("focusin", (event) => {
  const row = event.target.closest?.("[data-rows] tr[data-row]");
  if (row && row !== here()) {
    here()?.classList.remove("here");
    row.classList.add("here");
  }
});
