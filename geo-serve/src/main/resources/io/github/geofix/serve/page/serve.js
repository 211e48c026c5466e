// The page: photos in, answers in a list and on the map. Text from outside is set as text, never as HTML.
const MOST_AT_A_TIME = 2;
const byId = id => document.getElementById(id);
const model = byId("model");
const other = byId("other");
const top_ = byId("top");
const photos = byId("photos");
const status = byId("status");

let token = "";
let map = null;
let distanceKm = null;
let waiting = [];
let running = 0;
let done = 0;
let count = 0;

/** Returns an element with text and children. */
function element(name, options = {}, ...children) {
  const { text, ...properties } = options;
  const made = Object.assign(document.createElement(name), properties);
  if (text !== undefined) {
    made.textContent = text;
  }
  made.append(...children);
  return made;
}

const headers = () => token ? { Authorization: `Bearer ${token}` } : {};

let asking = null;
function askToken() {
  asking ??= new Promise(resolve => {
    const dialog = byId("ask-token");
    dialog.addEventListener("close", () => {
      token = byId("token").value.trim();
      asking = null;
      resolve();
    }, { once: true });
    dialog.showModal();
  });
  return asking;
}

/** Fetches from this server; asks for the token when it is needed. */
async function ask(path, options = {}) {
  for (;;) {
    const response = await fetch(path, { ...options, headers: { ...options.headers, ...headers() } });
    if (response.status !== 401) {
      return response;
    }
    await askToken();
  }
}

async function post(file, name, more) {
  const query = new URLSearchParams({ model: name, top: top_.value, name: file.name, ...more });
  const type = file.type.startsWith("image/") ? file.type : "application/octet-stream";
  const response = await ask(`locate?${query}`, { method: "POST", headers: { "Content-Type": type }, body: file });
  const answer = await response.json();
  if (!response.ok) {
    throw new Error(answer.error.message);
  }
  return { answer, cost: cost(response.headers.get("Server-Timing")) };
}

async function locate(file, name) {
  const { answer, cost } = await post(file, name, { format: "geojson" });
  return { file, model: name, features: answer.features, cost };
}

/** Returns what asks for the evidence when it is opened first. */
function why({ file, model }) {
  const body = element("div", { className: "evidence" });
  const details = element("details", {}, element("summary", { text: "Why this place" }), body);
  details.addEventListener("toggle", async () => {
    body.replaceChildren(element("p", { className: "fine", text: "waiting for the evidence" }));
    try {
      const [{ answer }, drawing] = await Promise.all([post(file, model, { explain: true }), import("./evidence.js")]);
      body.replaceChildren(...drawing.draw(answer.evidence));
      details.dataset.state = "done";
    } catch (error) {
      body.replaceChildren(element("p", { className: "failed", text: error.message }));
    }
  }, { once: true });
  return details;
}

/** Returns "decode 12 ms, locate 30 ms" of a Server-Timing header. */
function cost(header) {
  return (header ?? "").split(",").map(part => part.trim().split(";dur="))
    .map(([name, ms]) => `${name} ${Number(ms).toFixed(ms < 10 ? 1 : 0)} ms`).join(", ");
}

const format = ([longitude, latitude], decimals = 5) => `${latitude.toFixed(decimals)}, ${longitude.toFixed(decimals)}`;
const whole = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });

function regionText(features) {
  const regions = features.filter(f => f.properties.share !== undefined);
  return regions.map(f => `${Math.round(100 * f.properties.share)} % within ${whole.format(f.properties.areaKm2)} km²`).join(", ");
}

/** Returns a row; its bar is relative to the best score, since scores of many cells are small. */
function candidate(feature, best) {
  const { rank, score, radiusKm } = feature.properties;
  const at = feature.geometry.coordinates;
  const button = element("button", { type: "button", title: `within ${whole.format(radiusKm)} km, cell ${feature.properties.cell}` },
    element("span", { className: "rank", text: rank }),
    element("span", { text: format(at, 3) }),
    element("meter", { min: 0, max: best, value: score, ariaLabel: "score" }),
    element("span", { text: score.toFixed(3) }));
  button.addEventListener("click", () => map?.flyTo(at, radiusKm));
  return element("li", {}, button);
}

function answerSection(answer, side) {
  const { features } = answer;
  const best = features.find(f => f.properties.rank === 0);
  const candidates = features.filter(f => f.properties.rank > 0);
  const heading = candidates[0]?.properties.heading;
  return element("section", { className: `answer ${side}` },
    element("h3", { text: answer.model }),
    element("p", { className: "place", text: format(best.geometry.coordinates) }),
    element("p", { className: "fine", text: [regionText(features),
      heading === undefined ? "" : `facing ${Math.round(heading)}°`].filter(Boolean).join("; ") }),
    element("ol", {}, ...candidates.map(c => candidate(c, candidates[0].properties.score))),
    element("p", { className: "fine cost", text: answer.cost }),
    why(answer));
}

function show(card, answers) {
  document.querySelectorAll("article.shown").forEach(shown => shown.classList.remove("shown"));
  card.classList.add("shown");
  map?.show(answers.map((answer, i) => ({ side: i ? "b" : "a", features: answer.features })));
}

async function run({ file, card, body }) {
  const names = [model.value, other.value].filter((name, i, all) => name && all.indexOf(name) === i);
  try {
    const answers = [];
    for (const name of names) {
      answers.push(await locate(file, name));
    }
    body.replaceChildren(...answers.map((answer, i) => answerSection(answer, i ? "b" : "a")));
    if (answers.length > 1 && distanceKm) {
      const [a, b] = answers.map(x => x.features.find(f => f.properties.rank === 0).geometry.coordinates);
      body.append(element("p", { className: "apart", text: `The answers are ${whole.format(distanceKm(a, b))} km apart.` }));
    }
    const button = card.querySelector(".show");
    button.hidden = false;
    button.addEventListener("click", () => show(card, answers));
    show(card, answers);
    card.dataset.state = "done";
  } catch (error) {
    body.replaceChildren(element("p", { className: "failed", text: error.message }));
    card.dataset.state = "failed";
  }
}

function next() {
  while (running < MOST_AT_A_TIME && waiting.length > 0) {
    running++;
    run(waiting.shift()).finally(() => {
      running--;
      done++;
      next();
    });
  }
  status.textContent = done === count ? `${count} ${count === 1 ? "photo" : "photos"} answered` : `${done} of ${count} photos answered`;
}

function add(files) {
  for (const file of files) {
    const body = element("div", {}, element("p", { className: "fine", text: "waiting for the answer" }));
    const image = element("img", { alt: "", src: URL.createObjectURL(file) });
    image.addEventListener("load", () => URL.revokeObjectURL(image.src));
    image.addEventListener("error", () => image.remove());
    const card = element("article", {},
      element("div", { className: "head" }, image, element("div", {},
        element("h2", { text: file.name }),
        element("button", { type: "button", className: "show", hidden: true, text: "Show on the map" }))),
      body);
    card.dataset.state = "waiting";
    photos.prepend(card);
    waiting.push({ file, card, body });
    count++;
  }
  next();
}

function listen() {
  const drop = byId("drop");
  const stop = event => event.preventDefault();
  byId("files").addEventListener("change", event => {
    add(event.target.files);
    event.target.value = "";
  });
  addEventListener("dragover", event => {
    stop(event);
    drop.classList.add("over");
  });
  addEventListener("dragleave", () => drop.classList.remove("over"));
  addEventListener("drop", event => {
    stop(event);
    drop.classList.remove("over");
    add(event.dataTransfer.files);
  });
  addEventListener("paste", event => add(event.clipboardData.files));
}

async function start() {
  listen();
  const { models } = await (await ask("models")).json();
  for (const { name } of models) {
    model.append(element("option", { value: name, text: name }));
    other.append(element("option", { value: name, text: name }));
  }
  other.closest("label").hidden = models.length < 2;
  const description = await (await ask("map.json")).json();
  try {
    const drawing = await import("./map.js");
    distanceKm = drawing.distanceKm;
    map = drawing.draw(byId("map"), description, headers);
  } catch (error) {
    console.warn(error);
    byId("map").hidden = true;
    byId("no-map").hidden = false;
  }
  document.body.dataset.state = "ready";
}

start();
