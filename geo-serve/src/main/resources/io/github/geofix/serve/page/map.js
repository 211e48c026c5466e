// The map: outlines of countries or the server's tiles, the regions and candidates of the answers.
import * as maplibre from "./maplibre-gl.mjs";

const EARTH_RADIUS_KM = 6371.01;
const CIRCLE_CORNERS = 64;
const EMPTY = { type: "FeatureCollection", features: [] };
const STILL = matchMedia("(prefers-reduced-motion: reduce)");
const DARK = matchMedia("(prefers-color-scheme: dark)");

const color = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const radians = degrees => degrees * Math.PI / 180;
const degrees = radians => radians * 180 / Math.PI;

/** Returns the great-circle distance of two positions [longitude, latitude] in km. */
export function distanceKm(a, b) {
  const [lon1, lat1, lon2, lat2] = [...a, ...b].map(radians);
  const h = Math.sin((lat2 - lat1) / 2) ** 2
    + Math.cos(lat1) * Math.cos(lat2) * Math.sin((lon2 - lon1) / 2) ** 2;
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(h)));
}

function circle([longitude, latitude], radiusKm) {
  const angle = radiusKm / EARTH_RADIUS_KM;
  const lat = radians(latitude);
  const ring = [];
  for (let i = 0; i <= CIRCLE_CORNERS; i++) {
    const bearing = 2 * Math.PI * i / CIRCLE_CORNERS;
    const to = Math.asin(Math.sin(lat) * Math.cos(angle)
      + Math.cos(lat) * Math.sin(angle) * Math.cos(bearing));
    const east = Math.atan2(Math.sin(bearing) * Math.sin(angle) * Math.cos(lat),
      Math.cos(angle) - Math.sin(lat) * Math.sin(to));
    ring.push([longitude + degrees(east), degrees(to)]);
  }
  return ring;
}

function layers(hasTiles) {
  const base = [{ id: "sea", type: "background", paint: { "background-color": color("--sea") } }];
  if (hasTiles) {
    base.push({ id: "tiles", type: "raster", source: "tiles" });
  } else {
    base.push(
      { id: "land", type: "fill", source: "land", paint: { "fill-color": color("--land") } },
      { id: "borders", type: "line", source: "land", paint: { "line-color": color("--border"), "line-width": 0.7 } });
  }
  const tone = ["match", ["get", "side"], "b", color("--b"), color("--a")];
  return base.concat(
    { id: "regions", type: "fill", source: "answers", filter: ["has", "share"],
      paint: { "fill-color": tone, "fill-antialias": false,
        "fill-opacity": ["case", ["<", ["get", "share"], 0.7], 0.3, 0.14] } },
    { id: "circles", type: "line", source: "answers", filter: ["has", "circle"],
      paint: { "line-color": tone, "line-width": 1.5, "line-opacity": 0.8 } });
}

function style(map, answers) {
  return {
    version: 8,
    sources: {
      ...(map.tiles
        ? { tiles: { type: "raster", tileSize: 256, attribution: map.attribution,
            tiles: [new URL("tiles/{z}/{x}/{y}", document.baseURI).href.replaceAll("%7B", "{").replaceAll("%7D", "}")] } }
        : { land: { type: "geojson", data: new URL("page/outlines.json", document.baseURI).href,
            attribution: "Natural Earth" } }),
      answers: { type: "geojson", data: answers },
    },
    layers: layers(map.tiles),
  };
}

/**
 * Draws the map.
 *
 * @param description what /map.json holds
 * @param headers returns the headers of a request
 * @return show(answers) with answers of the form {side, features}; flyTo([longitude, latitude], radiusKm)
 */
export function draw(container, description, headers) {
  let drawn = EMPTY;
  let markers = [];
  const map = new maplibre.Map({
    container,
    style: style(description, drawn),
    center: [10, 25],
    zoom: 0.8,
    maxZoom: 18,
    attributionControl: { compact: true },
    transformRequest: url => ({ url, headers: headers() }),
  });
  map.addControl(new maplibre.NavigationControl({ showCompass: false }));
  map.dragRotate.disable();
  DARK.addEventListener("change", () => map.setStyle(style(description, drawn)));

  function mark(side, feature) {
    const { rank } = feature.properties;
    const element = document.createElement("div");
    element.className = `marker ${side}${rank === 0 ? " best" : ""}`;
    element.textContent = rank === 0 ? "★" : rank;
    element.setAttribute("aria-hidden", "true");
    markers.push(new maplibre.Marker({ element }).setLngLat(feature.geometry.coordinates).addTo(map));
  }

  return {
    show(answers) {
      markers.forEach(marker => marker.remove());
      markers = [];
      const features = [];
      const bounds = new maplibre.LngLatBounds();
      for (const { side, features: found } of answers) {
        for (const feature of found) {
          feature.properties.side = side;
          if (feature.properties.share) {
            features.push(feature);
          } else {
            const at = feature.geometry.coordinates;
            const radius = feature.properties.radiusKm;
            const ring = radius > 0 && radius < 5000 ? circle(at, radius) : [at];
            if (ring.length > 1) {
              features.push({ type: "Feature", properties: { side, circle: true },
                geometry: { type: "LineString", coordinates: ring } });
            }
            ring.forEach(corner => bounds.extend([corner[0], Math.max(-85, Math.min(85, corner[1]))]));
          }
        }
        // The best last, above the others.
        found.filter(f => f.properties.rank !== undefined)
          .sort((x, y) => y.properties.rank - x.properties.rank)
          .forEach(feature => mark(side, feature));
      }
      drawn = { type: "FeatureCollection", features };
      const update = () => map.getSource("answers").setData(drawn);
      if (map.getSource("answers")) {
        update();
      } else {
        map.once("load", update);
      }
      if (!bounds.isEmpty()) {
        map.fitBounds(bounds, { padding: 48, maxZoom: 9, animate: !STILL.matches });
      }
    },
    flyTo(center, radiusKm) {
      const zoom = Math.max(2, Math.min(12, 12 - Math.log2(Math.max(radiusKm, 4) / 4)));
      map[STILL.matches ? "jumpTo" : "easeTo"]({ center, zoom });
    },
  };
}
