/** The map once more, for paper: off the screen, at the sheet's size and at print density, with everything that is drawn
 *  on the screen. */
import { Map, type StyleSpecification } from "maplibre-gl";
import { providePatterns } from "./patterns.ts";

/** CSS takes an inch for 96 px. */
const PX_MM = 96 / 25.4;
const DPI = 220;
const EQUATOR_M = 2 * Math.PI * 6_378_137;
const TILE_PX = 512;
/** Longer than tiles of a slow service need; then it has failed. */
const LONGEST_MS = 45_000;
/** What is being drawn at the moment is no part of the map. */
const UNFINISHED = /^td-/;

export const SCALES = [
  500, 1000, 2000, 5000, 10_000, 15_000, 20_000, 25_000, 30_000, 50_000, 60_000, 75_000, 100_000, 150_000, 200_000, 250_000,
  500_000, 1_000_000,
] as const;

export type PrintedMap = {
  /** Object URL of the picture; the caller revokes it. */
  url: string;
  /** 1:`scale` at the centre of the sheet. */
  scale: number;
  /** Themes that are drawn. */
  themes: ReadonlySet<string>;
  /** `[west, south, east, north]`, degrees. */
  bounds: [number, number, number, number];
};

let screen_map: Map | undefined;

/** Tells which map is printed. */
export function registerForPrint(map: Map): void {
  screen_map = map;
}

/** The round scale at which what the screen shows fits the sheet. */
export function fittingScale(size_mm: { width: number; height: number }): number {
  if (!screen_map) return SCALES[4];
  const { clientWidth, clientHeight } = screen_map.getContainer();
  const metres = resolution(screen_map.getCenter().lat, screen_map.getZoom());
  const needed = Math.max((clientWidth * metres) / size_mm.width, (clientHeight * metres) / size_mm.height) * 1000;
  return SCALES.find((scale) => scale >= needed) ?? SCALES.at(-1)!;
}

/** Metres that a CSS px stands for. */
function resolution(lat: number, zoom: number): number {
  return (EQUATOR_M * Math.cos((lat * Math.PI) / 180)) / (TILE_PX * 2 ** zoom);
}

/** Draws what the screen shows about its centre, at 1:`scale` on `size_mm`. Rejects when there is no map, or when what it
 *  needs does not come. */
export async function printMap(
  size_mm: { width: number; height: number },
  scale: number,
  signal: AbortSignal,
): Promise<PrintedMap> {
  const source = screen_map;
  if (!source) throw new Error("There is no map on the screen.");
  const center = source.getCenter();
  const metres_per_px = scale / 1000 / PX_MM;
  const zoom = Math.log2((EQUATOR_M * Math.cos((center.lat * Math.PI) / 180)) / (TILE_PX * metres_per_px));
  const container = document.createElement("div");
  container.setAttribute("aria-hidden", "true");
  container.style.cssText = `position:fixed;left:-10000px;top:0;width:${size_mm.width * PX_MM}px;height:${size_mm.height * PX_MM}px`;
  document.body.append(container);
  const map = new Map({
    container,
    style: finished(source.getStyle()),
    center,
    zoom,
    pixelRatio: DPI / 96,
    maxCanvasSize: [8192, 8192],
    interactive: false,
    attributionControl: false,
    fadeDuration: 0,
    canvasContextAttributes: { preserveDrawingBuffer: true },
    transformRequest: (url) => ({ url: new URL(url, location.origin).href }),
  });
  providePatterns(map);
  try {
    await settled(map, signal);
    const themes = new Set<string>();
    for (const { layer } of map.queryRenderedFeatures()) {
      const theme = (layer.metadata as Record<string, string> | undefined)?.["shuijie:theme"];
      if (theme !== undefined) themes.add(theme);
    }
    const bounds = map.getBounds();
    const blob = await new Promise<Blob | null>((resolve) => map.getCanvas().toBlob(resolve, "image/png"));
    if (!blob) throw new Error("The picture could not be read.");
    return {
      url: URL.createObjectURL(blob),
      scale,
      themes,
      bounds: [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()],
    };
  } finally {
    map.remove();
    container.remove();
  }
}

function finished(style: StyleSpecification): StyleSpecification {
  const sources = Object.fromEntries(Object.entries(style.sources).filter(([id]) => !UNFINISHED.test(id)));
  return {
    ...style,
    sources,
    layers: style.layers.filter((layer) => !("source" in layer) || !UNFINISHED.test(String(layer.source))),
  };
}

function settled(map: Map, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("The map did not come to rest.")), LONGEST_MS);
    const end = (act: () => void) => {
      clearTimeout(timer);
      act();
    };
    signal.addEventListener("abort", () => end(() => reject(signal.reason as Error)), { once: true });
    let failed: unknown;
    map.on("error", ({ error }) => (failed = error));
    map.once("idle", () => end(() => (failed === undefined ? resolve() : reject(failed as Error))));
  });
}

/** The length that a scale bar stands for: a round number of metres, at most `longest_mm` on paper. */
export function barLength(scale: number, longest_mm: number): number {
  const longest = (longest_mm / 1000) * scale;
  const power = 10 ** Math.floor(Math.log10(longest));
  return [5, 2, 1].map((step) => step * power).find((length) => length <= longest)!;
}
