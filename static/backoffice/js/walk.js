// Next and previous inside the selection: a list leaves the ticked rows (or, with none ticked or everything that
// matches selected, all its rows and the way to its other pages) in this tab's memory; a page about one of them offers
// its neighbours on n and p. At the end of a page the list's next one is read, so that the walk goes on.
const STORE = "walk";
const words = document.querySelector("#words").dataset;
const figure = (number) => new Intl.NumberFormat(document.documentElement.lang || "en").format(number);

function rowsOf(page) {
  const links = [...page.querySelectorAll("[data-rows] tr[data-row]")].map((row) => row.querySelector("a[href]"));
  return links.filter(Boolean).map((link) => new URL(link.getAttribute("href"), location.href).pathname);
}

function wayOf(page, rel, address) {
  const link = page.querySelector(`.pager a[rel=${rel}]`);
  return link ? new URL(link.getAttribute("href"), address).href : "";
}

function leave(event) {
  const link = event.target.closest?.("[data-rows] tr[data-row] a[href]");
  if (!link) return;
  const rows = link.closest("[data-rows]");
  const all = [...rows.querySelectorAll("tr[data-row]")];
  const ticked = all.filter((row) => row.querySelector("[data-tick]:checked"));
  const everything = rows.closest("form[data-selection]")?.elements.all_matching?.value === "1";
  const some = !everything && ticked.includes(link.closest("tr")) && ticked.length > 1;
  const totals = document.querySelector("#totals");
  const walk = {
    stops: (some ? ticked : all).map((row) => new URL(row.querySelector("a[href]").href).pathname),
    selected: some || everything,
    list: location.href,
    title: document.querySelector("h1")?.textContent.trim(),
    before: "",
    after: "",
    total: 0, // 0: only the rows that were met are known
    first: true, // whether the first stop is the first of all
  };
  if (!some) {
    walk.before = wayOf(document, "prev", location.href);
    walk.after = wayOf(document, "next", location.href);
    walk.first = !walk.before;
    if (totals?.dataset.exact === "true") walk.total = Number(totals.dataset.count);
  }
  keep(walk);
}

function keep(walk) {
  try {
    sessionStorage.setItem(STORE, JSON.stringify(walk));
  } catch {
    sessionStorage.removeItem(STORE); // no room for so long a walk: each page stands alone again
  }
}

function link(text, key, path) {
  const element = document.createElement("a");
  element.href = path;
  element.dataset.key = key;
  element.append(`${text} `);
  const hint = document.createElement("kbd");
  hint.textContent = key;
  element.append(hint);
  return element;
}

// The list's next page (or the one before) joins the walk; a row that is there already has moved and counts once.
async function further(walk, side) {
  const answer = await fetch(walk[side], { credentials: "same-origin" });
  if (!answer.ok || answer.redirected) return false;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const met = new Set(walk.stops);
  const found = rowsOf(page).filter((path) => !met.has(path));
  const from = walk[side];
  walk[side] = wayOf(page, side === "after" ? "next" : "prev", from);
  walk.stops = side === "after" ? [...walk.stops, ...found] : [...found, ...walk.stops];
  if (side === "before") walk.first = !walk.before;
  keep(walk);
  return found.length > 0;
}

function position(walk, at) {
  const met = walk.stops.length;
  const total = Math.max(walk.total, met);
  const open = walk.before || walk.after;
  const many = figure(total) + (open && !walk.total ? "+" : "");
  if (!walk.first) return words.selectedMany && walk.selected ? words.selectedMany.replace("{n}", many) : "";
  return (walk.selected ? words.atSelected : words.atListed).replace("{n}", figure(at + 1)).replace("{total}", many);
}

async function arrive(place) {
  let walk;
  try {
    walk = JSON.parse(sessionStorage.getItem(STORE));
  } catch {
    return;
  }
  let at = walk?.stops?.indexOf(location.pathname) ?? -1;
  if (at < 0) return;
  const back = document.querySelector("a[data-key='Escape']");
  if (back) {
    back.href = walk.list; // where the reader came from, with its filters
    back.textContent = walk.title || back.textContent;
  }
  try {
    if (at === walk.stops.length - 1 && walk.after) await further(walk, "after");
    if (at === 0 && walk.before) await further(walk, "before");
  } catch {
    // no answer: the walk ends with the rows that are known
  }
  at = walk.stops.indexOf(location.pathname);
  if (walk.stops.length < 2) return;
  const said = position(walk, at);
  if (said) place.append(" · ", said);
  if (at > 0) place.append(" · ", link(words.previous, "p", walk.stops[at - 1]));
  if (at < walk.stops.length - 1) place.append(" · ", link(words.next, "n", walk.stops[at + 1]));
}

document.addEventListener("click", leave);
document.querySelectorAll("[data-walk]").forEach(arrive);
