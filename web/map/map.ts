/** The map: made once, fed with the service's style, told what to do by state, telling state what happens on it. */
import "maplibre-gl/dist/maplibre-gl.css";
import { type LayerSpecification, Map, ScaleControl, setWorkerUrl, type StyleSpecification } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import { watch } from "vue";
import { getStyle } from "../client.ts";
import { lang, t } from "../messages.ts";
import { readAddress } from "../state/address.ts";
import { as_of, landing, phone, sheet } from "../state/app.ts";
import { collections, hidden, stylePrefix, themesOf } from "../state/layers.ts";
import { map_failure, pointer, popup, type PopupTarget } from "../state/map_view.ts";
import { draw_mode } from "../state/site.ts";
import { watchOrders } from "./camera.ts";
import { startDrawingTools } from "./drawing.ts";
import { FONT, startOverlay } from "./overlay.ts";
import { providePatterns } from "./patterns.ts";

/** Sources that are not the service's: they survive a change of style. */
const OWN = /^(sj|td)-/;
const EMPTY: StyleSpecification = {
  version: 8,
  sources: {},
  layers: [{ id: "ground", type: "background", paint: { "background-color": "#eef1f3" } }],
};

export function hasWebGL2(): boolean {
  try {
    return document.createElement("canvas").getContext("webgl2") !== null;
  } catch {
    return false;
  }
}

/** Makes the map in `container`; undefined, with `map_failure` set, where the browser cannot. */
export function createMap(container: HTMLElement): Map | undefined {
  if (!hasWebGL2()) {
    map_failure.value = "no_webgl2";
    return undefined;
  }
  setWorkerUrl(workerUrl);
  const [west, south, east, north] = landing.value?.bbox ?? [73.5, 18, 135, 53.6];
  const map = new Map({
    container,
    style: EMPTY,
    bounds: [west, south, east, north],
    fitBoundsOptions: { padding: 40 },
    hash: "map",
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    maxZoom: 19,
    // Relative URLs of the style are the service's own.
    transformRequest: (url) => ({ url: new URL(url, location.origin).href }),
    fadeDuration: readAddress("test") ? 0 : 150,
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  providePatterns(map);
  map.addControl(new ScaleControl({ maxWidth: 110, unit: "metric" }), "bottom-left");
  map.on("error", ({ error }) => {
    if (/worker/i.test(error?.message ?? "")) map_failure.value = "worker";
  });

  watchStyle(map);
  watchPointer(map);
  watchOrders(map);
  void map.once("load").then(() => {
    startOverlay(map);
    startDrawingTools(map);
  });
  watch(lang, () => map.getCanvas().setAttribute("aria-label", t("map.label")), { immediate: true });
  if (readAddress("test") === "1") Object.assign(window, { shuijie_map: map });
  return map;
}

/** The style follows date and language; our own figures stay on top through the change. */
function watchStyle(map: Map): void {
  let newest = 0;
  const load = async () => {
    const mine = ++newest;
    try {
      const style = await getStyle(lang.value, as_of.value);
      if (mine !== newest) return;
      map.setStyle(style, { diff: true, transformStyle: (previous, next) => keepOwn(previous, next) });
      if (map_failure.value === "style") map_failure.value = null;
      applyHidden(map);
    } catch {
      if (mine === newest) map_failure.value = "style";
    }
  };
  watch([lang, as_of], load, { immediate: true });
  watch(map_failure, (failure, before) => {
    // A retry clears the failure.
    if (failure === null && before === "style" && !hasServiceLayers(map)) void load();
  });
  watch(hidden, () => applyHidden(map));
  map.on("styledata", () => applyHidden(map));
}

function hasServiceLayers(map: Map): boolean {
  return map.getStyle().layers.some((layer) => "source" in layer && !OWN.test(String(layer.source)));
}

function keepOwn(previous: StyleSpecification | undefined, next: StyleSpecification): StyleSpecification {
  for (const layer of next.layers)
    if (layer.type === "symbol" && layer.layout?.["text-field"] !== undefined) layer.layout["text-font"] ??= FONT;
  if (!previous) return next;
  const sources = Object.fromEntries(Object.entries(previous.sources).filter(([id]) => OWN.test(id)));
  const layers = previous.layers.filter((layer) => "source" in layer && OWN.test(String(layer.source)));
  return { ...next, sources: { ...next.sources, ...sources }, layers: [...next.layers, ...layers] };
}

function applyHidden(map: Map): void {
  const prefixes = collections.value
    .flatMap(themesOf)
    .map((theme) => ({ prefix: stylePrefix(theme), shown: !hidden.value.has(theme) }));
  for (const layer of map.getLayersOrder()) {
    const match = prefixes
      .filter(({ prefix }) => layer.startsWith(prefix))
      .toSorted((a, b) => b.prefix.length - a.prefix.length)[0];
    if (!match) continue;
    const visibility = match.shown ? "visible" : "none";
    if ((map.getLayoutProperty(layer, "visibility") ?? "visible") !== visibility)
      map.setLayoutProperty(layer, "visibility", visibility);
  }
}

/** Position under the pointer, and a popup where features of a layer are clicked while nothing is drawn. */
function watchPointer(map: Map): void {
  map.on("mousemove", ({ lngLat }) => {
    pointer.value = [lngLat.lng, lngLat.lat];
  });
  map.on("mouseout", () => {
    pointer.value = null;
  });
  map.on("click", ({ point, lngLat }) => {
    if (draw_mode.value !== "idle") return;
    const targets = featuresAt(map, [point.x, point.y]);
    if (targets.length > 0 && phone.value) sheet.value = "peek";
    popup.value = targets.length > 0 ? { at: [lngLat.lng, lngLat.lat], targets } : null;
  });
}

/** Topmost first; one entry a feature, however many tiles and style layers show it. */
function featuresAt(map: Map, point: [number, number]): PopupTarget[] {
  const ours = new Set(collections.value.map((collection) => collection.id));
  const layers = map
    .getStyle()
    .layers.filter((layer: LayerSpecification) => "source-layer" in layer && ours.has(String(layer["source-layer"])));
  const seen = new Set<string>();
  const targets: PopupTarget[] = [];
  for (const feature of map.queryRenderedFeatures(point, { layers: layers.map((layer) => layer.id) })) {
    const code = feature.properties["code"] as unknown;
    const layer = feature.sourceLayer;
    if (typeof code !== "string" || !layer || seen.has(`${layer}/${code}`)) continue;
    seen.add(`${layer}/${code}`);
    targets.push({ layer, code });
  }
  return targets;
}
