// What is ticked on one page of a list stays ticked on its others: in this tab, per person and list, until the server says
// that a verb has taken it, the filter changes, the person logs out, another logs in or half a day has passed. Kept are ids
// and amounts, no more. Boxes of other pages stand in the form unseen, so that they are counted, added up and sent like
// those of the page (`selection.js`).
const AGE = 12 * 60 * 60 * 1000;
const person = document.documentElement.dataset.person || "guest";
const PREFIX = "ticked:";
const OWN = `${PREFIX}${person}:`;
const PLACE = ["before", "after", "sort", "view", "back"]; // what of an address is not the filter
const PARTS = ["minor", "currency", "digits", "once", "within"];

const formHere = () => document.querySelector("form[data-selection]");
const here = () => `${OWN}${location.pathname}`;

function read(name) {
  try {
    return JSON.parse(sessionStorage.getItem(name));
  } catch {
    return null;
  }
}

function write(name, kept) {
  try {
    if (kept.all || kept.boxes.length) sessionStorage.setItem(name, JSON.stringify(kept));
    else sessionStorage.removeItem(name);
  } catch {
    sessionStorage.removeItem(name); // no room for so many: each page stands alone again
  }
}

function names(prefix) {
  return Object.keys(sessionStorage).filter((name) => name.startsWith(prefix));
}

function filterOf(form) {
  const query = new URLSearchParams(form.elements.query?.value ?? "");
  for (const name of PLACE) query.delete(name);
  query.sort();
  return query.toString();
}

function keep(form) {
  const all = form.elements.all_matching?.value === "1";
  const ticked = all ? [] : [...form.querySelectorAll("[data-tick]:checked")];
  const boxes = ticked.map((box) => [box.value, ...PARTS.map((part) => box.dataset[part] ?? "")]);
  const verbs = [...document.querySelectorAll(".selection [formaction]")].map((verb) => new URL(verb.formAction).pathname);
  write(here(), { at: Date.now(), filter: filterOf(form), verbs, all, boxes });
}

function unseen([value, ...parts]) {
  const box = document.createElement("input");
  Object.assign(box, { type: "checkbox", name: "ids", value, checked: true, hidden: true, autocomplete: "off" });
  Object.assign(box.dataset, { tick: "", elsewhere: "" });
  PARTS.forEach((part, at) => {
    if (parts[at]) box.dataset[part] = parts[at];
  });
  return box;
}

function restore() {
  const form = formHere();
  let kept = read(here());
  if (kept && (!form || kept.filter !== filterOf(form))) {
    sessionStorage.removeItem(here());
    kept = null;
  }
  if (!form) return;
  for (const box of form.querySelectorAll("[data-elsewhere]")) box.remove();
  if (form.elements.all_matching) form.elements.all_matching.value = kept?.all ? "1" : "";
  const ticked = new Map((kept?.boxes ?? []).map((box) => [box[0], box]));
  for (const box of form.querySelectorAll("[data-tick]")) {
    box.checked = Boolean(kept?.all) || ticked.has(box.value);
    ticked.delete(box.value);
  }
  form.append(...[...ticked.values()].map(unseen));
}

// A verb is asked for: what of the lists that lead to it is left once the server says that it was done.
function asked(form) {
  const verb = new URL(form.getAttribute("action") || location.href, location.href).pathname;
  const back = form.elements.back ? new URL(form.elements.back.value, location.href).pathname : "";
  const data = new FormData(form);
  const done = new Set([...data.getAll("ids"), ...(data.get("seen") ?? "").split(",").map((pair) => pair.split("=")[0])]);
  for (const name of names(OWN)) {
    const kept = read(name);
    if (!kept?.verbs.includes(verb)) continue;
    const left = name === `${OWN}${back}` ? [] : kept.boxes.filter(([value]) => !done.has(value));
    write(name, { ...kept, left });
  }
}

function arrive() {
  if (person === "guest") return; // who asked may log in and go on
  const taken = document.querySelector("[data-taken]"); // the server says that it was done; all else lets nothing go
  for (const name of names(PREFIX)) {
    const { left, ...kept } = read(name) ?? { at: 0 };
    if (!name.startsWith(OWN) || Date.now() - kept.at > AGE) sessionStorage.removeItem(name);
    else if (left && taken) write(name, { ...kept, all: kept.all && left.length > 0, boxes: left });
    else if (left) write(name, kept);
  }
}

document.addEventListener("ticked", (event) => keep(event.target));

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented) return;
  if (form.matches("[data-log-out]")) for (const name of names(PREFIX)) sessionStorage.removeItem(name);
  else if (form.elements.confirmed?.value === "1") asked(form);
});

arrive();
restore();
addEventListener("pageshow", restore); // the browser has put back what was ticked when the page was left
