// Conveniences of every page. Each page works without them.

const NEIGHBOURS = { j: "next", k: "prev" };
const INTERACTIVE = "a, button, input, label, select, summary, textarea";
const TEXT_INPUT = "textarea, select, [contenteditable], input:not([type=radio], [type=checkbox])";

// J and K go to the next and the previous clause, record or page of a list.
function followNeighbour(event) {
  const busy = event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey;
  if (busy || event.target.closest(TEXT_INPUT) || document.querySelector("dialog[open]")) return;
  const rel = NEIGHBOURS[event.key];
  const link = rel && document.querySelector(`main a[rel~="${rel}"]`);
  if (link) link.click();
}

// The row is the target of a list, not only the title in it.
function openRow(event) {
  const row = event.target.closest("table.rows tbody tr");
  if (!row || event.target.closest(INTERACTIVE) || getSelection().toString()) return;
  const link = row.querySelector("th[scope=row] a[href]");
  if (!link) return;
  if (event.ctrlKey || event.metaKey) window.open(link.href, "_blank", "noopener");
  else link.click();
}

function closeMenus(keep) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (keep && menu.contains(keep)) continue;
    const held = menu.contains(document.activeElement);
    menu.open = false;
    if (!keep && held) menu.querySelector("summary").focus();
  }
}

function useDialog(event) {
  const opener = event.target.closest("[data-opens]");
  const dialog = opener && document.getElementById(opener.dataset.opens);
  if (dialog) {
    event.preventDefault();
    dialog.showModal();
  }
  if (event.target.closest("[data-closes]")) event.target.closest("dialog").close();
}

// Browsers offer the clipboard over HTTPS and on localhost only.
async function writeClipboard(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.body.appendChild(document.createElement("textarea"));
  area.value = text;
  area.select();
  document.execCommand("copy");
  area.remove();
}

async function copy(event) {
  const button = event.target.closest("[data-copy]");
  if (!button || button.textContent === button.dataset.done) return;
  const label = [...button.childNodes];
  await writeClipboard(button.dataset.copy);
  button.textContent = button.dataset.done;
  setTimeout(() => button.replaceChildren(...label), 2000);
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") closeMenus(null);
  else followNeighbour(event);
});
document.addEventListener("click", (event) => {
  closeMenus(event.target);
  useDialog(event);
  copy(event);
  openRow(event);
});
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
});
// Who writes into the field of a choice means what they write.
document.addEventListener("input", (event) => {
  const writing = event.target.closest("[data-picks]");
  const picks = writing && document.getElementsByName(writing.dataset.picks);
  for (const pick of picks || []) pick.checked = pick.value === "edited";
});
document.addEventListener("toggle", (event) => {
  if (event.target.matches("details.note[open]")) event.target.querySelector("textarea").focus();
}, true);

document.querySelector("[data-focus]")?.focus();
document.querySelector("#rail [aria-current=page]")?.scrollIntoView({ block: "nearest" });
