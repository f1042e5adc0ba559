// The selection bar: counts and sums what is ticked, puts the numbers into the verbs, and offers everything that
// matches once the totals have said how many that is. Sums are integers of minor units; nothing is rounded here.
const language = document.documentElement.lang || "en";
const words = document.querySelector("#words").dataset;
const KEY = "X"; // the help says so, too

function figure(minor, digits) {
  const negative = minor < 0n;
  const text = (negative ? -minor : minor).toString().padStart(digits + 1, "0");
  const decimal = digits ? `${text.slice(0, -digits)}.${text.slice(-digits)}` : text;
  const format = new Intl.NumberFormat(language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return (negative ? "\u2212" : "") + format.format(decimal);
}

const everyOne = (form) => form.elements.all_matching?.value === "1";
// The totals part says how many match once it has come; until then nobody knows.
const unknown = () => {
  const totals = document.querySelector("#totals");
  return Boolean(totals) && !("exact" in totals.dataset);
};

function whole(form) {
  const totals = document.querySelector("#totals");
  return totals?.dataset.exact === "true" && everyOne(form) ? totals : null;
}

function sums(boxes) {
  const found = new Map();
  const whole = new Set(boxes.map((box) => box.dataset.once));
  const counted = new Set();
  for (const box of boxes) {
    const { minor, currency, digits, once, within } = box.dataset;
    if (!currency || (once && counted.has(once)) || (within && whole.has(within))) continue;
    counted.add(once);
    const [minors, exponents] = [minor.split(" "), digits.split(" ")];
    currency.split(" ").forEach((code, at) => {
      const sum = found.get(code) || { minor: 0n, digits: Number(exponents[at]) };
      sum.minor += BigInt(minors[at]);
      found.set(code, sum);
    });
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1));
}

const part = (some, all) =>
  words.part.replace("{n}", new Intl.NumberFormat(language).format(some)).replace("{total}", all);

function showSums(bar, boxes, all) {
  const place = bar.querySelector("[data-sums]");
  if (all) {
    place.replaceChildren(...[...all.querySelectorAll("[data-sum]")].map((sum) => sum.cloneNode(true)));
    return;
  }
  place.replaceChildren(
    ...sums(boxes).map(([currency, sum]) => {
      const span = document.createElement("span");
      const figureShown = document.createElement("b");
      figureShown.textContent = figure(sum.minor, sum.digits);
      span.append(figureShown, ` ${currency}`);
      return span;
    }),
  );
}

const onPage = (form) => [...form.querySelectorAll("[data-tick]:not([data-elsewhere])")];

function showElsewhere(bar, count) {
  const place = bar.querySelector("[data-elsewhere-count]");
  if (!place) return;
  place.parentElement.hidden = count === 0;
  const shown = new Intl.NumberFormat(language).format(count);
  place.textContent = (count === 1 ? words.elsewhereOne : words.elsewhereMany).replace("{n}", shown);
}

function refresh(form) {
  if (everyOne(form) && !unknown() && !whole(form)) everything(form, false); // more match now than are counted: these rows
  const boxes = onPage(form);
  const elsewhere = [...form.querySelectorAll("[data-elsewhere]")];
  const here = boxes.filter((box) => box.checked);
  const ticked = [...here, ...elsewhere];
  const all = whole(form);
  const count = all ? Number(all.dataset.count) : ticked.length;
  const bar = document.querySelector(".selection");
  for (const box of boxes) box.closest("tr").setAttribute("aria-selected", String(Boolean(all) || box.checked));
  const head = form.querySelector("[data-tick-all]");
  if (head) {
    head.checked = boxes.length > 0 && here.length === boxes.length;
    head.indeterminate = here.length > 0 && here.length < boxes.length;
  }
  if (!bar) return;
  bar.hidden = count === 0 || (everyOne(form) && unknown()); // no verb says "2" and takes all that match
  const shown = new Intl.NumberFormat(language).format(count);
  bar.querySelector("[data-count]").textContent = (count === 1 ? words.selectedOne : words.selectedMany).replace("{n}", shown);
  for (const verb of bar.querySelectorAll("[data-many]")) {
    const most = Number(verb.dataset.most || count); // what the verb takes in one step
    const number = count > most ? part(most, shown) : shown;
    verb.querySelector("span").textContent = count === 1 ? verb.dataset.one : verb.dataset.many.replace("{n}", number);
  }
  showElsewhere(bar, all ? 0 : elsewhere.length);
  showSums(bar, ticked, all);
  offer(form);
}

// After a person changed what is ticked; `ticks.js` keeps it for the list's other pages.
function changed(form) {
  refresh(form);
  form.dispatchEvent(new Event("ticked", { bubbles: true }));
}

function offer(form) {
  const button = form.querySelector("[data-select-matching]");
  const totals = document.querySelector("#totals");
  const boxes = onPage(form).length;
  const count = Number(totals?.dataset.count || 0);
  const more = Boolean(button) && totals?.dataset.exact === "true" && count > boxes;
  const counted = !button || !unknown(); // before it is known how many match, the key does nothing
  const head = form.querySelector("[data-tick-all]");
  if (head) head.dataset.key = more || !counted ? "" : KEY; // where all that match stand here, or are not offered, all of the page
  if (!button) return;
  button.hidden = !more;
  const on = everyOne(form);
  const shown = new Intl.NumberFormat(language).format(count);
  const hint = document.createElement("kbd");
  hint.textContent = KEY;
  button.replaceChildren(on ? words.selectNothing : words.selectAll.replace("{n}", shown), " ", hint);
}

function everything(form, on) {
  if (form.elements.all_matching) form.elements.all_matching.value = on ? "1" : "";
}

function letGo(form) {
  for (const box of form.querySelectorAll("[data-elsewhere]")) box.remove();
}

document.addEventListener("change", (event) => {
  const form = event.target.closest?.("form[data-selection]");
  if (!form) return;
  if (event.target.matches("[data-tick-all]")) {
    for (const box of onPage(form)) box.checked = event.target.checked;
  }
  everything(form, false); // touching single rows means these rows, not all that match
  changed(form);
});

document.addEventListener("click", (event) => {
  const form = document.querySelector("form[data-selection]");
  const button = form && event.target.closest?.("[data-select-matching], [data-clear], [data-let-go]");
  if (!button) return;
  letGo(form); // all that match holds them; what is cleared is cleared on every page
  if (!button.matches("[data-let-go]")) {
    const on = button.matches("[data-select-matching]") && !everyOne(form);
    everything(form, on);
    for (const box of onPage(form)) box.checked = on;
  }
  changed(form);
});

const begin = () => document.querySelectorAll("form[data-selection]").forEach(refresh);
begin();
addEventListener("pageshow", begin); // ticks come back with the back button
document.addEventListener("htmx:afterSettle", begin);
