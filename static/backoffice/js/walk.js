// Next and previous inside the selection: a list leaves the ticked rows (or, with none ticked, all its rows) in this
// tab's memory; a page about one of them offers its neighbours on n and p.
const STORE = "walk";
const words = document.querySelector("#words").dataset;

function leave(event) {
  const link = event.target.closest?.("[data-rows] tr[data-row] a[href]");
  if (!link) return;
  const all = [...link.closest("[data-rows]").querySelectorAll("tr[data-row]")];
  const ticked = all.filter((row) => row.querySelector("[data-tick]:checked"));
  const chosen = ticked.includes(link.closest("tr")) && ticked.length > 1 ? ticked : all;
  const stops = chosen.map((row) => new URL(row.querySelector("a[href]").href).pathname);
  sessionStorage.setItem(STORE, JSON.stringify({ stops, selected: chosen === ticked, list: location.href, title: document.querySelector("h1")?.textContent.trim() }));
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

function arrive(place) {
  let walk;
  try {
    walk = JSON.parse(sessionStorage.getItem(STORE));
  } catch {
    return;
  }
  const at = walk?.stops?.indexOf(location.pathname) ?? -1;
  if (at < 0 || walk.stops.length < 2) return;
  const said = walk.selected ? words.atSelected : words.atListed;
  place.append(" · ", said.replace("{n}", at + 1).replace("{total}", walk.stops.length));
  if (at > 0) place.append(" · ", link(words.previous, "p", walk.stops[at - 1]));
  if (at < walk.stops.length - 1) place.append(" · ", link(words.next, "n", walk.stops[at + 1]));
  const back = document.querySelector("a[data-key='Escape']");
  if (back) {
    back.href = walk.list; // where the reader came from, with its filters
    back.textContent = walk.title || back.textContent;
  }
}

document.addEventListener("click", leave);
document.querySelectorAll("[data-walk]").forEach(arrive);
