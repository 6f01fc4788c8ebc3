// The search of the bar: "/" or Ctrl-K, arrows and Enter. Without this script the form opens the page of results.

const TEXT_INPUT = "textarea, select, [contenteditable], input:not([type=radio], [type=checkbox])";
const field = document.getElementById("search");
const list = document.getElementById("found");
const panel = list?.parentElement;
const count = document.getElementById("found-count");

function options() {
  return [...list.querySelectorAll("[role=option]")];
}

function chosen() {
  return list.querySelector("[aria-selected=true]");
}

function choose(option) {
  chosen()?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  option?.scrollIntoView({ block: "nearest" });
  if (option) field.setAttribute("aria-activedescendant", option.id);
  else field.removeAttribute("aria-activedescendant");
}

function show(open) {
  panel.hidden = !open;
  field.setAttribute("aria-expanded", String(open));
  if (!open) choose(null);
}

function move(step) {
  const all = options();
  if (!all.length) return;
  if (panel.hidden) show(true);
  const at = all.indexOf(chosen());
  choose(all[(at + step + (at < 0 && step < 0 ? 1 : 0) + all.length) % all.length]);
}

function useKey(event) {
  if (event.isComposing) return;
  if (event.key === "ArrowDown") move(1);
  else if (event.key === "ArrowUp") move(-1);
  else if (event.key === "Enter" && chosen()) chosen().click();
  else if (event.key === "Escape" && !panel.hidden) show(false);
  else return;
  event.preventDefault();
}

// From anywhere but a field: "/" would be missing in what is being written there.
function open(event) {
  const slash = event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey;
  const control = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey;
  if (!slash && !control) return;
  if (slash && event.target.closest?.(TEXT_INPUT)) return;
  if (document.querySelector("dialog[open]")) return;
  event.preventDefault();
  field.focus();
  field.select();
}

if (field) document.addEventListener("keydown", open);
if (field && list) {
  field.addEventListener("keydown", useKey);
  field.addEventListener("focus", () => show(options().length > 0));
  field.form.addEventListener("focusout", (event) => {
    if (!field.form.contains(event.relatedTarget)) show(false);
  });
  panel.addEventListener("mousedown", (event) => event.preventDefault());
  field.addEventListener("input", () => {
    if (field.value.trim()) return;
    list.replaceChildren();
    count.textContent = "";
    show(false);
  });
  list.addEventListener("htmx:afterSwap", () => {
    if (!field.value.trim()) list.replaceChildren();
    show(document.activeElement === field && field.value.trim() !== "");
  });
}
