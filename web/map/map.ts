/** The map: made once, fed with the service's style, told what to do by state, telling state what happens on it. */
import "maplibre-gl/dist/maplibre-gl.css";
import {
  GPUInitializationError,
  Map,
  type MapOptions,
  ScaleControl,
  type SourceSpecification,
  type StyleSpecification,
} from "maplibre-gl";
import { watch } from "vue";
import { getItem } from "../client.ts";
import { early, earlyStyle, forgetTiles, readStyle, styleKey } from "../early.ts";
import { lang, t } from "../messages.ts";
import { readAddress } from "../state/address.ts";
import { as_of, data_version, landing, phone, sheet, task } from "../state/app.ts";
import { checkFacility } from "../state/features.ts";
import { collections, ground_failed, ground_shown, hidden, strength } from "../state/layers.ts";
import {
  claimed,
  click_taker,
  drawn,
  map_failure,
  map_rested,
  pick_missed,
  picking,
  pointer,
  popup,
  startPicking,
  style_shown,
  style_wanted,
  type PopupTarget,
  uploaded,
  view_center,
  view_zoom,
} from "../state/map_view.ts";
import { measure_mode } from "../state/measure.ts";
import { draw_mode } from "../state/site.ts";
import { watchOrders } from "./camera.ts";
import { startMark } from "./mark.ts";
import { FONT, startOverlay } from "./overlay.ts";
import { startMeasure } from "./measure.ts";
import { providePatterns } from "./patterns.ts";
import { registerForPrint } from "./printing.ts";

/** Sources that are not the service's: they survive a change of style. */
const OWN = /^(sj|td)-/;
/** Layers of the drawing tools. */
const DRAWING = /^td-/;
/** Layers and sources of a configured ground map. */
const GROUND = /^ground-/;
const EMPTY: StyleSpecification = {
  version: 8,
  sources: {},
  layers: [{ id: "ground", type: "background", paint: { "background-color": "#eef1f3" } }],
};

/** A map, or undefined where the browser has no WebGL2. */
function tryMap(options: MapOptions): Map | undefined {
  try {
    return new Map(options);
  } catch (error) {
    if (error instanceof GPUInitializationError) return undefined;
    throw error;
  }
}

/** Makes the map in `container`; undefined, with `map_failure` set, where the browser cannot. */
export function createMap(container: HTMLElement): Map | undefined {
  const [west, south, east, north] = landing.value?.bbox ?? [73.5, 18, 135, 53.6];
  const style = earlyStyle(lang.value, as_of.value);
  const map = tryMap({
    container,
    style: style ? asShown(style) : EMPTY,
    bounds: [west, south, east, north],
    fitBoundsOptions: {
      padding: { top: 40, left: 40, right: 40, bottom: phone.value && task.value ? container.clientHeight * 0.5 : 40 },
    },
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
  if (!map) {
    map_failure.value = "no_webgl2";
    return undefined;
  }
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  providePatterns(map);
  registerForPrint(map);
  map.addControl(new ScaleControl({ maxWidth: 110, unit: "metric" }), "bottom-left");
  map.on("error", ({ error, ...rest }) => {
    if (GROUND.test(String((rest as { sourceId?: string }).sourceId))) ground_failed.value = true;
    if (/worker/i.test(error?.message ?? "")) map_failure.value = "worker";
  });

  watchStyle(map, style !== undefined);
  watchPointer(map);
  watchView(map);
  watchOrders(map);
  void settled(map).then(async () => {
    startOverlay(map);
    startMark(map);
    startMeasure(map);
    startWhen(
      map,
      () => task.value === "sweep" || task.value === "screening",
      async () => (await import("./runs.ts")).startRuns,
    );
    startWhen(
      map,
      () => uploaded.value.length > 0,
      async () => (await import("./upload.ts")).startUpload,
    );
    startWhen(
      map,
      () => claimed.value.length > 0,
      async () => (await import("./coverage.ts")).startCoverage,
    );
    const { startDrawingTools } = await import("./drawing.ts");
    if (!gone.has(map)) watchDrawing(map, startDrawingTools);
  });
  map.on("remove", () => gone.add(map));
  watch(lang, () => map.getCanvas().setAttribute("aria-label", t("map.label")), { immediate: true });
  if (readAddress("test") === "1") Object.assign(window, { shuijie_map: map });
  return map;
}

const gone = new WeakSet<Map>();
/** Our figures and the drawing tools wait no longer for tiles than this. */
const PATIENCE_MS = 1500;

/** Resolves when the first picture stands, or when it is long in coming; the style is there in any case. */
async function settled(map: Map): Promise<void> {
  const drawn_first = map.once("idle");
  if (!map.isStyleLoaded()) await map.once("style.load");
  await Promise.race([drawn_first, new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
}

/** Has the drawing tools start when they are first wanted, and shows what they hold only while they hold something: empty
 *  sources would be cut into tiles at every move. */
function watchDrawing(map: Map, start: (map: Map) => void): void {
  let started = false;
  watch(
    draw_mode,
    (mode) => {
      if (!started && mode !== "idle") {
        started = true;
        start(map);
        // The tools hear of changes only: what was wished before they were there begins now.
        draw_mode.value = "idle";
        draw_mode.value = mode;
      }
      if (!started) return;
      const visibility = draw_mode.value === "idle" ? "none" : "visible";
      for (const id of map.getLayersOrder()) if (DRAWING.test(id)) map.setLayoutProperty(id, "visibility", visibility);
    },
    { flush: "sync", immediate: true },
  );
}

/** What few need is loaded and drawn from the first time that it is wanted. */
function startWhen(map: Map, wanted: () => boolean, load: () => Promise<(map: Map) => void>): void {
  const stop = watch(
    wanted,
    async (now) => {
      if (!now) return;
      void Promise.resolve().then(() => stop());
      const start = await load();
      if (!gone.has(map)) start(map);
    },
    { immediate: true },
  );
}

/** The style follows date and language; our own figures stay on top through the change. `first`: the map has the first one
 *  already. */
function watchStyle(map: Map, first: boolean): void {
  let newest = 0;
  let tiles_of = data_version.value;
  style_shown.value = first ? style_wanted.value : "";
  // A style can be compared with the next one only when it is there.
  const there = map.once("style.load");
  const load = async () => {
    const mine = ++newest;
    const [wanted, version] = [style_wanted.value, data_version.value];
    try {
      const [words, date] = [lang.value, as_of.value];
      const [style] = await Promise.all([early(styleKey(words, date), () => readStyle(words, date)), there]);
      if (mine !== newest) return;
      map.setStyle(style, { diff: true, transformStyle: (previous, next) => keepOwn(previous, next) });
      if (version !== tiles_of) for (const id of serviceSources(map)) map.refreshTiles(id);
      tiles_of = version;
      style_shown.value = wanted;
      if (map_failure.value === "style") map_failure.value = null;
      applyHidden(map);
      applyStrength(map);
    } catch {
      if (mine === newest) map_failure.value = "style";
    }
  };
  watch(data_version, forgetTiles, { flush: "sync" });
  watch(style_wanted, load, { immediate: !first });
  watch(map_failure, (failure, before) => {
    // A retry clears the failure.
    if (failure === null && before === "style" && style_shown.value !== style_wanted.value) void load();
  });
  watch(hidden, () => applyHidden(map));
  watch(strength, () => applyStrength(map));
  watch(ground_shown, () => applyGround(map));
  map.on("styledata", () => {
    applyHidden(map);
    applyGround(map);
  });
  map.on("data", (event) => {
    // One tile that comes ends the notice of those that did not.
    if (event.dataType === "source" && GROUND.test(event.sourceId) && "tile" in event && event.tile) ground_failed.value = false;
  });
}

function applyGround(map: Map): void {
  for (const id of map.getLayersOrder()) {
    if (!GROUND.test(id)) continue;
    const visibility = ground_shown.value ? "visible" : "none";
    if ((map.getLayoutProperty(id, "visibility") ?? "visible") !== visibility)
      map.setLayoutProperty(id, "visibility", visibility);
  }
}

/** Sources of vector tiles that the service makes. */
function serviceSources(map: Map): string[] {
  const isService = ([id, { type }]: [string, SourceSpecification]) => type === "vector" && !OWN.test(id);
  return Object.entries(map.getStyle().sources)
    .filter(isService)
    .map(([id]) => id);
}

function hasServiceLayers(map: Map): boolean {
  return map
    .getStyle()
    .layers.some((layer) => "source" in layer && !OWN.test(String(layer.source)) && !GROUND.test(String(layer.source)));
}

function keepOwn(previous: StyleSpecification | undefined, next: StyleSpecification): StyleSpecification {
  asShown(next);
  if (!previous) return next;
  const sources = Object.fromEntries(Object.entries(previous.sources).filter(([id]) => OWN.test(id)));
  const layers = previous.layers.filter((layer) => "source" in layer && OWN.test(String(layer.source)));
  return { ...next, sources: { ...next.sources, ...sources }, layers: [...next.layers, ...layers] };
}

/** Completes a style of the service, in place: fonts, and what is hidden or made fainter, so that the map need not change
 *  what it has just loaded. */
function asShown(style: StyleSpecification): StyleSpecification {
  for (const layer of style.layers) {
    if (layer.type === "symbol" && layer.layout?.["text-field"] !== undefined) layer.layout["text-font"] ??= FONT;
    declared.set(layer.id, { ...layer.paint } as Record<string, unknown>);
    const theme = themeOf(layer);
    const off = theme === undefined ? GROUND.test(layer.id) && !ground_shown.value : hidden.value.has(theme);
    if (off) layer.layout = { ...layer.layout, visibility: "none" } as never;
    const of = (layer.metadata as Record<string, string> | undefined)?.["shuijie:layer"];
    if (of === undefined || !strength.value.has(of)) continue;
    for (const name of OPACITIES[layer.type] ?? [])
      layer.paint = { ...layer.paint, [name]: strengthOf(layer.id, name, of) } as never;
  }
  return style;
}

/** Paint as the service declares it, by style layer. */
const declared = new globalThis.Map<string, Record<string, unknown>>();
const OPACITIES: Partial<Record<string, readonly string[]>> = {
  fill: ["fill-opacity"],
  line: ["line-opacity"],
  symbol: ["icon-opacity", "text-opacity"],
};

/** Draws each layer as strongly as the user wants it. */
function applyStrength(map: Map): void {
  for (const id of map.getLayersOrder()) {
    const layer = map.getLayer(id);
    const of = (layer?.metadata as Record<string, string> | undefined)?.["shuijie:layer"];
    if (!layer || of === undefined) continue;
    for (const name of OPACITIES[layer.type] ?? []) {
      const wanted = strengthOf(id, name, of);
      if ((map.getPaintProperty(id, name as never) ?? 1) !== wanted) map.setPaintProperty(id, name as never, wanted as never);
    }
  }
}

/** The opacity `name` of a style layer that belongs to the layer `of`. */
function strengthOf(id: string, name: string, of: string): number {
  const base = declared.get(id)?.[name];
  return (typeof base === "number" ? base : 1) * (strength.value.get(of) ?? 1);
}

function applyHidden(map: Map): void {
  for (const layer of map.getLayersOrder()) {
    const theme = themeOf(map.getLayer(layer));
    if (theme === undefined) continue;
    const visibility = hidden.value.has(theme) ? "none" : "visible";
    if ((map.getLayoutProperty(layer, "visibility") ?? "visible") !== visibility)
      map.setLayoutProperty(layer, "visibility", visibility);
  }
}

/** The theme that a style layer paints; undefined for the ground and our own figures. */
function themeOf(layer: { metadata?: unknown } | undefined): string | undefined {
  return (layer?.metadata as Record<string, string> | undefined)?.["shuijie:theme"];
}

const REST_MS = 200;

/** Where the map looks, and what of the layers is drawn there: told when it has come to rest. */
function watchView(map: Map): void {
  const tell = () => {
    const themes = new Set<string>();
    for (const feature of map.queryRenderedFeatures()) {
      const theme = themeOf(feature.layer);
      if (theme !== undefined) themes.add(theme);
    }
    if (themes.size !== drawn.value.size || [...themes].some((theme) => !drawn.value.has(theme))) drawn.value = themes;
  };
  // The map may come to rest several times in a row.
  let waiting: ReturnType<typeof setTimeout> | undefined;
  map.on("idle", () => {
    map_rested.value ||= hasServiceLayers(map);
    waiting ??= setTimeout(() => {
      waiting = undefined;
      tell();
    }, REST_MS);
  });
  map.on("remove", () => clearTimeout(waiting));
  const place = () => {
    const { lng, lat } = map.getCenter();
    view_center.value = [lng, lat];
    view_zoom.value = map.getZoom();
  };
  map.on("moveend", place);
  place();
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
    if (draw_mode.value !== "idle" || measure_mode.value !== null) return;
    const targets = featuresAt(map, [point.x, point.y]);
    if (picking.value) return void pickFacility(targets.find(({ layer }) => layer === FACILITY));
    if (click_taker.value?.([point.x, point.y], targets)) return void (popup.value = null);
    if (targets.length > 0 && phone.value) sheet.value = "peek";
    popup.value = targets.length > 0 ? { at: [lngLat.lng, lngLat.lat], targets } : null;
  });
}

const FACILITY = "facility";

/** The facility clicked becomes the site; where there is none, that is said. */
async function pickFacility(target: PopupTarget | undefined): Promise<void> {
  pick_missed.value = target === undefined;
  if (!target) return;
  try {
    const item = await getItem(target.layer, target.code, as_of.value);
    // Given up meanwhile, or another was picked.
    if (!picking.value) return;
    startPicking(false);
    await checkFacility(item);
  } catch {
    pick_missed.value = true;
  }
}

/** A thumb's breadth round a click, px. */
const REACH_PX = 4;

/** Topmost first; one entry a feature, however many tiles and style layers show it. Points and lines are hit from a few
 *  pixels away, areas only where they are. */
function featuresAt(map: Map, [x, y]: [number, number]): PopupTarget[] {
  const near = map.queryRenderedFeatures([
    [x - REACH_PX, y - REACH_PX],
    [x + REACH_PX, y + REACH_PX],
  ]);
  const exact = map.queryRenderedFeatures([x, y]);
  const geometryOf = (layer: string | undefined) => collections.value.find(({ id }) => id === layer)?.geometry;
  const seen = new Set<string>();
  const targets: PopupTarget[] = [];
  for (const feature of [...near.filter(({ sourceLayer }) => geometryOf(sourceLayer) !== "polygon"), ...exact]) {
    const { code, name_zh, name_en } = feature.properties as Record<string, unknown>;
    const layer = feature.sourceLayer;
    if (typeof code !== "string" || !layer || !geometryOf(layer) || seen.has(`${layer}/${code}`)) continue;
    seen.add(`${layer}/${code}`);
    targets.push({ layer, theme: themeOf(feature.layer) ?? layer, code, name: { zh: String(name_zh), en: String(name_en) } });
  }
  return targets;
}
