/** MapLibre and nothing else: the twin that our map is measured against. It draws the same picture: the service's own
 *  style and tiles, the same images, fonts, hidden themes, place and size. The address says where and how large:
 *  `?box=left,top,width,height&hide=theme,theme&datetime=#map=zoom/lat/lon`. */
import "maplibre-gl/dist/maplibre-gl.css";
import { Map, setWorkerUrl, type StyleSpecification } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import { providePatterns } from "../../../web/map/patterns.ts";

const asked = new URLSearchParams(location.search);
const [left, top, width, height] = (asked.get("box") ?? "0,0,1000,800").split(",").map(Number);
const hidden = new Set((asked.get("hide") ?? "").split(","));
const container = document.querySelector<HTMLElement>("#map")!;
container.style.cssText = `position:absolute;left:${left}px;top:${top}px;width:${width}px;height:${height}px`;

setWorkerUrl(workerUrl);
const map = new Map({
  container,
  hash: "map",
  attributionControl: false,
  dragRotate: false,
  pitchWithRotate: false,
  touchPitch: false,
  maxZoom: 19,
  transformRequest: (url) => ({ url: new URL(url, location.origin).href }),
  fadeDuration: 0,
});
providePatterns(map);
map.setStyle("/style.json?lang=zh", { transformStyle: (_, style) => asShown(style) });
Object.assign(window, { shuijie_map: map });

/** As our screen shows it: its fonts, and without the themes that are hidden. */
function asShown(style: StyleSpecification): StyleSpecification {
  for (const layer of style.layers) {
    const theme = (layer.metadata as Record<string, string> | undefined)?.["shuijie:theme"];
    if (theme !== undefined && hidden.has(theme)) layer.layout = { ...layer.layout, visibility: "none" } as never;
    if (layer.type === "symbol" && layer.layout?.["text-field"] !== undefined)
      layer.layout["text-font"] ??= ["Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", "sans-serif"];
  }
  return style;
}
