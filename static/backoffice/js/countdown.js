// The time left to a cut-off: data-left holds the seconds at the moment the page was made. No clock of the reader's counts.
const words = document.querySelector("#words").dataset;
const ends = new WeakMap();

const tick = () => {
  for (const shown of document.querySelectorAll("[data-left]")) {
    if (!ends.has(shown)) ends.set(shown, performance.now() / 1000 + Number(shown.dataset.left));
    const minutes = Math.floor((ends.get(shown) - performance.now() / 1000) / 60);
    const text = minutes >= 60 ? words.leftHours : minutes >= 0 ? words.leftMinutes : words.leftNothing;
    shown.textContent = text.replace("{hours}", Math.floor(minutes / 60)).replace("{minutes}", minutes % 60);
  }
};

tick();
setInterval(tick, 10_000);
document.addEventListener("htmx:afterSwap", tick);
