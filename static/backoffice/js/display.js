// Theme and density: at once here, remembered per person in a cookie that the server reads for the next page.
// Without this file the same buttons post to /preferences/.
const root = document.documentElement;

function remember(name, value) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `${name}_${root.dataset.person || "guest"}=${value}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
}

document.addEventListener("submit", (event) => {
  const choice = event.submitter;
  if (!event.target.matches("[data-display]") || !choice) return;
  event.preventDefault();
  if (choice.value === "system") delete root.dataset[choice.name];
  else root.dataset[choice.name] = choice.value;
  remember(choice.name, choice.value);
  for (const button of event.target.querySelectorAll(`button[name="${choice.name}"]`)) {
    button.setAttribute("aria-pressed", String(button === choice));
  }
});
