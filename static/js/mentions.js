// Who may be meant by an "@" in a comment: a list under the field, arrows and Enter. Without this script one types the
// whole name. Ctrl-Enter sends the comment.

const TYPED = /(?:^|[^\w@/.])@([^\n@]{0,40})$/u;
let asked = 0;
// What nobody's name begins with, or what was just put in: whoever writes on is not asked about again.
let settled = null;

const boxOf = (field) => field.closest("[data-people]");
const listOf = (field) => boxOf(field).querySelector("[role=listbox]");
const panelOf = (field) => listOf(field).parentElement;
const options = (field) => [...listOf(field).querySelectorAll("[role=option]:not([aria-disabled=true])")];
const chosen = (field) => listOf(field).querySelector("[aria-selected=true]");
const typed = (field) => TYPED.exec(field.value.slice(0, field.selectionStart))?.[1];

function choose(field, option) {
  chosen(field)?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  option?.scrollIntoView({ block: "nearest" });
  if (option) field.setAttribute("aria-activedescendant", option.id);
  else field.removeAttribute("aria-activedescendant");
}

function close(field) {
  asked += 1;
  panelOf(field).hidden = true;
  listOf(field).replaceChildren();
  field.removeAttribute("aria-activedescendant");
}

function asOption(field, person, number) {
  const option = document.createElement("div");
  option.id = `${listOf(field).id}-${number}`;
  option.setAttribute("role", "option");
  option.setAttribute("aria-selected", "false");
  if (!person.may_see) option.setAttribute("aria-disabled", "true");
  option.dataset.insert = person.insert;
  const note = Object.assign(document.createElement("span"), { className: "soft", textContent: person.note });
  option.append(Object.assign(document.createElement("span"), { textContent: person.name }), note);
  return option;
}

async function offer(field) {
  const words = typed(field);
  if (words === undefined) settled = null;
  if (words === undefined || (settled !== null && words.startsWith(settled))) return close(field);
  const turn = (asked += 1);
  const answer = await fetch(`${boxOf(field).dataset.people}?${new URLSearchParams({ q: words })}`);
  if (!answer.ok || turn !== asked) return;
  const { people } = await answer.json();
  if (turn !== asked) return;
  settled = people.length ? null : words;
  listOf(field).replaceChildren(...people.map((person, number) => asOption(field, person, number)));
  panelOf(field).hidden = !people.length;
  field.setAttribute("aria-controls", listOf(field).id);
  choose(field, options(field)[0]);
  const status = boxOf(field).querySelector("[role=status]");
  status.textContent = people.length ? `${people.length} ${status.dataset.some}` : status.dataset.none;
}

function insert(field, option) {
  const begin = field.selectionStart - typed(field).length;
  field.setRangeText(`${option.dataset.insert} `, begin, field.selectionStart, "end");
  settled = option.dataset.insert;
  close(field);
  field.focus();
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function move(field, step) {
  const all = options(field);
  if (all.length) choose(field, all[(all.indexOf(chosen(field)) + step + all.length) % all.length]);
}

function useKey(event) {
  const field = event.target.closest("[data-people] textarea");
  if (!field || event.isComposing) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) field.form.requestSubmit();
  else if (panelOf(field).hidden) return;
  else if (event.key === "ArrowDown") move(field, 1);
  else if (event.key === "ArrowUp") move(field, -1);
  else if ((event.key === "Enter" || event.key === "Tab") && chosen(field)) insert(field, chosen(field));
  else if (event.key === "Escape") close(field);
  else return;
  event.preventDefault();
  event.stopPropagation();
}

document.addEventListener("keydown", useKey, true);
document.addEventListener("input", (event) => {
  const field = event.target.closest("[data-people] textarea");
  if (field) offer(field);
});
document.addEventListener("focusout", (event) => {
  const field = event.target.closest("[data-people] textarea");
  if (field) close(field);
});
document.addEventListener("mousedown", (event) => {
  const option = event.target.closest("[data-people] [role=option]");
  if (!option) return;
  event.preventDefault();
  const field = option.closest("[data-people]").querySelector("textarea");
  if (option.getAttribute("aria-disabled") !== "true") insert(field, option);
});
