// Copy: data-copy holds the text, or data-copy-from the id of the element whose text it is. Says so for four seconds.
document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-copy], [data-copy-from]");
  if (!button) return;
  const text = button.dataset.copy ?? document.getElementById(button.dataset.copyFrom)?.textContent.trim() ?? "";
  const said = button.querySelector("[role=status]");
  try {
    await navigator.clipboard.writeText(text);
    if (said) said.textContent = "Copied";
  } catch {
    if (said) said.textContent = "Not copied: select the text and press Ctrl+C";
  }
  setTimeout(() => said && (said.textContent = ""), 4000);
});
