// Copy: data-copy holds the text, or data-copy-from the id of the element whose text it is. Says so for four seconds.
const words = document.querySelector("#words").dataset;

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-copy], [data-copy-from]");
  if (!button) return;
  const text = button.dataset.copy ?? document.getElementById(button.dataset.copyFrom)?.textContent.trim() ?? "";
  const said = button.querySelector("[role=status]");
  try {
    await navigator.clipboard.writeText(text);
    if (said) said.textContent = words.copied;
  } catch {
    if (said) said.textContent = words.notCopied;
  }
  setTimeout(() => said && (said.textContent = ""), 4000);
});
