// Forms that save themselves through htmx: the line that says so, and a word before unsaved text is left.

const unsaved = new Set();
const sent = new WeakMap();

const formOf = (event) => event.detail.elt.closest("[data-saved]");
const lineOf = (form) => document.getElementById(form.dataset.saved);

// Sends the form as a plain page would, to where both texts stand side by side.
function comparing(form, label) {
  const button = Object.assign(document.createElement("button"), { type: "button", className: "link", textContent: label });
  button.dataset.of = form.getAttribute("action");
  button.addEventListener("click", () => {
    for (const text of form.querySelectorAll("textarea")) unsaved.delete(text);
    form.submit();
  });
  return button;
}

function show(line, name, reason, form) {
  const content = document.getElementById(name).content.cloneNode(true);
  const why = content.querySelector("[data-why]");
  if (why) {
    why.textContent = `${reason.error} `;
    if (reason.url) {
      const link = Object.assign(document.createElement("a"), { href: reason.url, textContent: reason.link });
      why.parentElement.append(" ", link);
    }
    if (reason.compare) why.parentElement.append(" ", comparing(form, reason.compare));
  }
  line.replaceChildren(content);
}

function reasonOf(request) {
  const words = document.getElementById("saved-fail").dataset;
  if (!request.status) return { error: words.offline };
  try {
    const answer = JSON.parse(request.responseText);
    if (answer.error) return answer;
  } catch {
    // Not JSON: a page meant for people who reach it without script.
  }
  return { error: words.refused };
}

document.addEventListener("htmx:beforeRequest", (event) => {
  const form = formOf(event);
  if (!form) return;
  // Once somebody else was faster, only comparing helps: trying again would take the button for it away.
  if (lineOf(form).querySelector(`[form="${form.id}"], [data-of="${form.getAttribute("action")}"]`)) {
    event.preventDefault();
    return;
  }
  show(lineOf(form), "saved-wait");
  for (const text of form.querySelectorAll("textarea")) sent.set(text, text.value);
});

document.addEventListener("htmx:afterRequest", (event) => {
  const form = formOf(event);
  if (!form) return;
  if (!event.detail.successful) {
    show(lineOf(form), "saved-fail", reasonOf(event.detail.xhr), form);
    return;
  }
  if (lineOf(form).querySelector(".wait")) lineOf(form).replaceChildren();
  for (const text of form.querySelectorAll("textarea")) if (text.value === sent.get(text)) unsaved.delete(text);
});

document.addEventListener("input", (event) => {
  if (event.target.matches("[data-guard] textarea, textarea[data-guard]")) unsaved.add(event.target);
});
document.addEventListener("submit", (event) => {
  if (!event.defaultPrevented) for (const text of event.target.querySelectorAll("textarea")) unsaved.delete(text);
});
addEventListener("beforeunload", (event) => {
  if ([...unsaved].some((text) => text.isConnected)) event.preventDefault();
});
