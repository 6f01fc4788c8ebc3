// Drop zones: each file goes on its own, with its progress; what was typed elsewhere on the page stays.

const zoneOf = (event) => event.target.closest?.("form[data-drop]");
const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");

function addRow(zone, file) {
  const row = document.createElement("li");
  const name = Object.assign(document.createElement("span"), { textContent: file.name });
  const state = Object.assign(document.createElement("span"), { className: "soft num" });
  const bar = Object.assign(document.createElement("progress"), { max: 100, value: 0 });
  bar.setAttribute("aria-label", file.name);
  row.append(name, state, bar);
  zone.querySelector(".uploads").append(row);
  return { row, state, bar };
}

function announce(zone, text) {
  zone.querySelector("[role=status]").textContent = text;
}

function refuse(zone, file, { row, state, bar }, why) {
  bar.remove();
  state.remove();
  row.append(Object.assign(document.createElement("span"), { className: "small refused", textContent: why }));
  announce(zone, `${file.name}: ${why}`);
}

function wrongSize(zone, file) {
  if (!file.size) return zone.dataset.empty;
  return file.size > Number(zone.dataset.maxBytes) ? zone.dataset.large : "";
}

function errorOf(zone, request) {
  try {
    return JSON.parse(request.responseText).error || zone.dataset.refused;
  } catch {
    return zone.dataset.refused;
  }
}

function send(zone, file, { state, bar }) {
  const data = new FormData(zone);
  data.set(zone.querySelector("input[type=file]").name, file);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", zone.action);
    request.setRequestHeader("X-Requested-With", "XMLHttpRequest");
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", (event) => {
      bar.value = (100 * event.loaded) / event.total;
      state.textContent = `${Math.floor(bar.value)} %`;
    });
    request.addEventListener("load", () => {
      // Who is no longer signed in is led to another page, which answers well and has stored nothing.
      if (request.responseURL !== zone.action) reject(zone.dataset.signedOut);
      else if (request.status < 300) resolve();
      else reject(errorOf(zone, request));
    });
    request.addEventListener("error", () => reject(zone.dataset.lost));
    request.send(data);
  });
}

async function refresh(zone) {
  const { refreshUrl: url, refreshTarget: target } = zone.dataset;
  if (url) await window.htmx.ajax("GET", url, { target, swap: "innerHTML" });
  document.body.dispatchEvent(new Event("uploaded"));
}

async function upload(zone, file) {
  const shown = addRow(zone, file);
  const wrong = wrongSize(zone, file);
  if (wrong) return refuse(zone, file, shown, wrong);
  try {
    await send(zone, file, shown);
  } catch (why) {
    return refuse(zone, file, shown, why);
  }
  announce(zone, `${file.name}: ${zone.dataset.done}`);
  shown.state.textContent = zone.dataset.done;
  await refresh(zone);
  if (zone.dataset.refreshUrl) shown.row.remove();
}

async function uploadAll(zone, files) {
  zone.querySelector(".uploads").querySelectorAll("li:not(:has(progress))").forEach((row) => row.remove());
  for (const file of files) await upload(zone, file);
}

document.addEventListener("change", (event) => {
  const zone = zoneOf(event);
  if (!zone || event.target.type !== "file") return;
  const files = [...event.target.files];
  event.target.value = "";
  uploadAll(zone, files);
});

for (const name of ["dragenter", "dragover", "dragleave", "drop"]) {
  document.addEventListener(name, (event) => {
    // A file let go beside the zone would replace the page and all that was typed on it.
    if (!hasFiles(event) || !document.querySelector("form[data-drop]")) return;
    event.preventDefault();
    const zone = zoneOf(event);
    document.querySelectorAll(".drop.over").forEach((drop) => drop.classList.remove("over"));
    if (!zone) return;
    if (name === "drop") uploadAll(zone, [...event.dataTransfer.files]);
    else if (name !== "dragleave") zone.querySelector(".drop").classList.add("over");
  });
}
