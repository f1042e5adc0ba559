// What was typed into a form that changes something is kept in this tab until the server has taken it: a session that
// ended, a page left by mistake or a refusal loses no word. Kept per person and per form; gone with the tab, at log-out
// and after half a day. Never kept: passwords, files, hidden fields, and forms whose fields say autocomplete="off", but for a box to search in: it may hold a pasted list.
const AGE = 12 * 60 * 60 * 1000;
const PREFIX = "typed:";
const words = document.querySelector("#words").dataset;
const person = document.documentElement.dataset.person || "guest";
const FIELDS = "textarea, select, input:not([type=password], [type=file], [type=hidden], [type=submit])";

const SEARCH = "[role=search]"; // kept over the log-in that its search asks for, and no longer: it may name people

function fields(form) {
  return [...form.elements].filter((field) => field.name && field.matches(FIELDS));
}

function keeps(form) {
  return (form.getAttribute("method") || "").toLowerCase() === "post" && !form.matches("[data-display], [data-selection]") && !form.querySelector("[type=password], [autocomplete=off]:not([type=search])") && fields(form).length > 0;
}

// What the form is about: where it goes with its question, and its hidden fields. A note about one hold is never offered
// for another, nor an export's columns for another filter. Left out is what says nothing of that: where to go back to,
// what is new at each look (`key`, the versions in `seen`). A form that names what was seen is about that alone, however it was chosen.
const ELSE = ["csrfmiddlewaretoken", "back", "confirmed", "key"];

function key(form) {
  const address = new URL(form.getAttribute("action") || location.href, location.href);
  const hidden = [...form.elements].filter((field) => field.name && field.type === "hidden").map((field) => [field.name, field.value]);
  const pairs = form.elements.seen ? hidden : [...hidden, ...address.searchParams];
  const about = pairs.filter(([name]) => !ELSE.includes(name)).map(([name, value]) => JSON.stringify([name, name === "seen" ? value.replace(/=[^,]*/g, "") : value]));
  return `${PREFIX}${person}:${hash([address.pathname, ...new Set(about.sort())].join())}`;
}

// 53 bits of a text (cyrb53), for a short name; what is kept never leaves the tab.
function hash(text) {
  let [high, low] = [0xdeadbeef, 0x41c6ce57];
  for (let at = 0; at < text.length; at += 1) {
    high = Math.imul(high ^ text.charCodeAt(at), 2654435761);
    low = Math.imul(low ^ text.charCodeAt(at), 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return (4294967296 * (2097151 & low) + (high >>> 0)).toString(36);
}

function values(form) {
  return fields(form).map((field) => [field.name, field.matches("[type=checkbox], [type=radio]") ? field.checked : field.value, field.value]);
}

function keep(form, sent) {
  sessionStorage.setItem(key(form), JSON.stringify({ at: Date.now(), sent, values: values(form) }));
}

function restore(form, kept) {
  let changed = false;
  for (const [name, value, own] of kept.values) {
    const field = fields(form).find((each) => each.name === name && (typeof value !== "boolean" || each.value === own));
    if (!field) continue;
    const property = typeof value === "boolean" ? "checked" : "value";
    changed ||= field[property] !== value;
    field[property] = value;
  }
  if (!changed) return;
  const said = document.createElement("p");
  said.className = "help";
  said.setAttribute("role", "status");
  said.textContent = words.kept.replace("{time}", new Date(kept.at).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }));
  if (form.matches(".box")) form.before(said);
  else form.prepend(said);
}

function all() {
  return Object.keys(sessionStorage).filter((name) => name.startsWith(PREFIX)).map((name) => [name, JSON.parse(sessionStorage.getItem(name))]);
}

function arrive() {
  const notTaken = person === "guest" || document.querySelector("[data-not-taken]"); // the server asked to log in first, or refused
  for (const [name, kept] of all()) {
    if (Date.now() - kept.at > AGE) sessionStorage.removeItem(name);
    else if (kept.sent && notTaken) sessionStorage.setItem(name, JSON.stringify({ ...kept, sent: false }));
    else if (kept.sent) sessionStorage.removeItem(name);
  }
  for (const form of document.forms) {
    const kept = keeps(form) && JSON.parse(sessionStorage.getItem(key(form)));
    if (kept) restore(form, kept);
    if (kept && form.matches(SEARCH)) sessionStorage.removeItem(key(form));
  }
}

addEventListener("input", (event) => {
  const form = event.target.form;
  if (form && keeps(form) && !form.matches(SEARCH)) keep(form, false);
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented) return;
  if (form.matches("[data-log-out]")) for (const [name] of all()) sessionStorage.removeItem(name);
  else if (keeps(form) && (form.matches(SEARCH) || sessionStorage.getItem(key(form)))) keep(form, true);
});

arrive();
