// A form that holds what no tab may keep (a bank account, a file, a password), or what no address carries (hundreds of chosen
// rows), leaves the page only while its person is logged in. Where the session ended it stays as it is and says so; it is sent
// once they have logged in again in another tab, with the token of the new session.
const words = document.querySelector("#words").dataset;
const person = document.documentElement.dataset.person || "guest";
const UNKEPT = "[type=file], [type=password], [autocomplete=off]:not([type=search])";
const PATIENCE = 3_000; // ms for the answer; without one the form is sent as it is
const LONGEST = 1500; // characters of chosen rows; `pages.by_address` carries as many over a log-in

function asks(form) {
  return person !== "guest" && form.method === "post" && (form.querySelector(UNKEPT) || form.elements.seen?.value.length > LONGEST);
}

function tell(form, text, link) {
  const said = form.querySelector("[data-session]") ?? document.createElement("p");
  said.className = "error";
  said.dataset.session = "";
  said.setAttribute("role", "alert");
  said.replaceChildren(text);
  if (link) {
    const anchor = document.createElement("a");
    Object.assign(anchor, { href: words.login, target: "_blank", textContent: words.logIn });
    said.append(" ", anchor);
  }
  form.querySelector(".verbs, button[type=submit]")?.before(said);
}

async function ask(form, button) {
  form.dataset.asking = "true";
  try {
    const answer = await (await fetch(words.session, { cache: "no-store", credentials: "same-origin", signal: AbortSignal.timeout(PATIENCE) })).json();
    if (answer.person === person) {
      for (const field of document.getElementsByName("csrfmiddlewaretoken")) field.value = answer.token;
    } else {
      tell(form, answer.person === "guest" ? words.sessionOver : words.sessionOther, answer.person === "guest");
      return;
    }
  } catch {
    // No answer to this question: the form itself gets the server's, or the browser's.
  } finally {
    delete form.dataset.asking;
  }
  form.querySelector("[data-session]")?.remove();
  form.dataset.asked = "true";
  form.requestSubmit(button);
  delete form.dataset.asked;
}

document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    if (form.dataset.asked || form.dataset.sent || !asks(form)) return;
    event.preventDefault();
    if (!form.dataset.asking) ask(form, event.submitter);
  },
  true,
);
