// How long ago something was goes on while its page stands: data-ago holds the seconds at the moment the page, or a part of it,
// was made. No clock of the reader's counts. What is said in days stays as it is.
const words = document.querySelector("#words").dataset;
const began = new WeakMap();
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const IN_DAYS = 48 * HOUR;

const said = (seconds) => {
  if (seconds < MINUTE) return words.agoSeconds.replace("{n}", seconds);
  if (seconds < HOUR) return words.agoMinutes.replace("{n}", Math.floor(seconds / MINUTE));
  return words.agoHours.replace("{n}", Math.floor(seconds / HOUR));
};

const tick = () => {
  const now = performance.now() / 1000;
  for (const shown of document.querySelectorAll("[data-ago]")) {
    if (!began.has(shown)) began.set(shown, now - Number(shown.dataset.ago));
    const seconds = Math.max(Math.floor(now - began.get(shown)), 1);
    const text = seconds < IN_DAYS ? said(seconds) : shown.textContent;
    if (shown.textContent !== text) shown.textContent = text;
  }
};

tick();
setInterval(tick, 5_000);
for (const name of ["htmx:afterSwap", "htmx:oobAfterSwap"]) document.addEventListener(name, tick);
