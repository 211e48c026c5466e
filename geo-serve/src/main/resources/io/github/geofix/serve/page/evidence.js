// The evidence for an answer, drawn in the form of the model's family. Text is set as text, never as HTML.

/** Returns an element with a class, text and children. */
function made(name, className, text, ...children) {
  const element = document.createElement(name);
  if (className) {
    element.className = className;
  }
  if (text !== undefined) {
    element.textContent = text;
  }
  element.append(...children);
  return element;
}

const number = value => Math.abs(value) >= 0.001 || value === 0 ? value.toFixed(3) : value.toExponential(1);
const place = item => `${item.latitude.toFixed(3)}, ${item.longitude.toFixed(3)}`;

/** Returns rows of a name, a bar of the part of the largest value, and the value. */
function bars(title, rows) {
  const most = Math.max(...rows.map(row => row.value), Number.MIN_VALUE);
  const list = made("ul", "bars");
  for (const { name, value, image } of rows) {
    const meter = document.createElement("meter");
    meter.max = most;
    meter.value = Math.max(0, value);
    meter.ariaLabel = name;
    const label = made("span", "name", name);
    if (image) {
      const picture = made("img");
      picture.src = image;
      picture.alt = "";
      label.prepend(picture);
    }
    list.append(made("li", "", undefined, label, meter, made("span", "value", number(value))));
  }
  return [made("h4", "", title), list];
}

/** Returns a picture with a grid of values over it. */
function overlaid({ picture, rows, columns, values, weakest, chosen, caption }) {
  const box = made("div", "overlaid");
  box.setAttribute("role", "img");
  box.setAttribute("aria-label", caption);
  if (picture) {
    const image = made("img");
    image.src = picture;
    image.alt = "";
    box.append(image);
  } else {
    box.style.aspectRatio = `${columns}/${rows}`;
  }
  const grid = made("div", "grid");
  grid.style.gridTemplate = `repeat(${rows}, 1fr) / repeat(${columns}, 1fr)`;
  const range = Math.max(...values) - weakest || 1;
  values.forEach((value, i) => {
    const cell = made("i", i === chosen ? "chosen" : "");
    cell.style.setProperty("--v", Math.max(0, (value - weakest) / range).toFixed(3));
    cell.title = number(value);
    grid.append(cell);
  });
  box.append(grid);
  return made("figure", "", undefined, box, made("figcaption", "", caption));
}

const heat = (map, name) => overlaid({ ...map, weakest: Math.min(...map.values),
  caption: `${name}: cosines ${Math.min(...map.values).toFixed(2)} to ${Math.max(...map.values).toFixed(2)}` });

const neighbors = list => bars("Similar photos, by their share of the votes", list.map(neighbor =>
  ({ name: `${neighbor.photo.split(/[\\/]/).pop()} (${place(neighbor)})`, value: neighbor.vote, image: neighbor.picture })));

const kinds = {
  levels: ({ levels, neighbors: photos }) => levels
    .flatMap((level, n) => bars(`Level ${n + 1}: best of ${level.cells} cells`,
      level.best.slice(0, 5).map(cell => ({ name: cell.cell, value: cell.score }))))
    .concat(photos.length ? neighbors(photos) : []),
  tokens: ({ tokens, lost }) => bars("Tokens, coarse to fine",
    tokens.map((token, n) => ({ name: `${n + 1}: ${token.value} (${token.cell})`, value: token.score })))
    .concat(lost.length ? bars("Sequences that lost", lost.slice(0, 5).map(beam => ({ name: beam.cell, value: beam.score }))) : []),
  zoom: ({ steps }) => [made("h4", "", "Views, coarse to fine"), made("div", "views", undefined, ...steps.map(step =>
    overlaid({ picture: step.picture, rows: step.side, columns: step.side, values: step.scores, weakest: 0,
      chosen: step.chosen, caption: `score ${number(step.scores[step.chosen])}` })))],
  directions: ({ cosine, regions, photo, tile }) => [made("h4", "", "Where photo and map match"),
    made("div", "views", undefined, heat(photo, "photo"), ...(tile ? [heat(tile, "map")] : [])),
    ...bars(`Cosine ${number(cosine)}, by direction`, regions.map(region =>
      ({ name: `${Math.round(region.fromDegrees)}° to ${Math.round(region.toDegrees % 360)}°`, value: region.part })))],
  neighbors: ({ neighbors: photos }) => neighbors(photos),
  stages: ({ first, stages }) => draw(first).concat(stages.flatMap(stage => bars(`After ${stage.name}`,
    stage.candidates.slice(0, 5).map(candidate => ({ name: place(candidate), value: candidate.score }))))),
  candidates: () => [made("p", "fine", "This model gives no evidence but its candidates.")],
};

/** Returns the elements that show the evidence of an answer of POST /locate?explain=true. */
export function draw(evidence) {
  return kinds[evidence.kind](evidence);
}
