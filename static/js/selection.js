// Rows of a list chosen for one change: the whole page, ranges with Shift, everything the filter finds. Without this
// script the checkboxes and the bar are a plain form.

const bar = document.getElementById("selection");
const boxes = () => [...document.querySelectorAll("input[name=pick][form=selection]")];
const whole = document.querySelector("[data-picks-page]");
const all = bar?.querySelector("[name=all]");
let last = null;

function tell() {
  const chosen = boxes().filter((box) => box.checked).length;
  const count = all?.checked ? Number(all.dataset.total) : chosen;
  const words = bar.querySelector("[role=status]");
  bar.classList.toggle("on", count > 0);
  words.textContent = count === 1 ? words.dataset.one : words.dataset.many.replace("{n}", count.toLocaleString());
  whole.checked = chosen > 0 && chosen === boxes().length;
  whole.indeterminate = chosen > 0 && !whole.checked;
}

function pick(event) {
  const box = event.target.closest("input[name=pick][form=selection]");
  if (!box) return;
  const every = boxes();
  if (event.shiftKey && last?.isConnected) {
    const [from, to] = [every.indexOf(last), every.indexOf(box)].sort((a, b) => a - b);
    for (const between of every.slice(from, to + 1)) between.checked = box.checked;
    getSelection().removeAllRanges();
  }
  last = box;
  if (!box.checked && all) all.checked = false;
  tell();
}

function pickPage(checked) {
  for (const box of boxes()) box.checked = checked;
  if (!checked && all) all.checked = false;
  tell();
}

if (bar && whole) {
  document.addEventListener("click", pick);
  whole.addEventListener("change", () => pickPage(whole.checked));
  all?.addEventListener("change", () => (all.checked ? pickPage(true) : tell()));
  bar.querySelector("[data-clears]").addEventListener("click", () => {
    pickPage(false);
    whole.focus();
  });
  addEventListener("pageshow", tell);
  tell();
}
