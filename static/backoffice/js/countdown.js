// The time left to a cut-off: data-until names the moment, data-left holds the seconds to it when the page, or a part of it, was
// made. No clock of the reader's counts. Each part that comes anew says it again, later than it was made: the earliest that any
// of them means is the nearest, also after the machine slept, for which performance.now() may stand still.
const words = document.querySelector("#words").dataset;
const ends = new Map();

const endOf = ({ until, left }, now) => {
  const end = Math.min(ends.get(until) ?? Infinity, now + Number(left));
  ends.set(until, end);
  return end;
};

const tick = () => {
  const now = performance.now() / 1000;
  for (const shown of document.querySelectorAll("[data-until]")) {
    const minutes = Math.floor((endOf(shown.dataset, now) - now) / 60);
    const said = minutes >= 60 ? words.leftHours : minutes >= 0 ? words.leftMinutes : words.leftNothing;
    const text = said.replace("{hours}", Math.floor(minutes / 60)).replace("{minutes}", minutes % 60);
    if (shown.textContent !== text) shown.textContent = text;
  }
};

tick();
setInterval(tick, 10_000);
for (const name of ["htmx:afterSwap", "htmx:oobAfterSwap", "visibilitychange"]) document.addEventListener(name, tick);
