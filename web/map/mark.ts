/** The mark of a position that was looked for, and the outline of the feature whose drawer is open. */
import type { GeoJSONSource, LayerSpecification, Map } from "maplibre-gl";
import { watch } from "vue";
import type { Feature, Geometry } from "../../server/api/common.ts";
import { item, opened } from "../state/features.ts";
import { mark } from "../state/search.ts";
import { FONT } from "./overlay.ts";

const PIN = "#D6006C";
const CHOSEN = "#00A3C4";
const WHITE = "#ffffff";

const LAYERS: LayerSpecification[] = [
  {
    id: "sj-chosen-halo",
    source: "sj-chosen",
    type: "line",
    layout: { "line-join": "round", "line-cap": "round" },
    paint: { "line-color": WHITE, "line-width": 7, "line-opacity": 0.9 },
  },
  {
    id: "sj-chosen-line",
    source: "sj-chosen",
    type: "line",
    layout: { "line-join": "round", "line-cap": "round" },
    paint: { "line-color": CHOSEN, "line-width": 3.5 },
  },
  {
    id: "sj-chosen-ring",
    source: "sj-chosen",
    type: "circle",
    filter: ["==", ["geometry-type"], "Point"],
    paint: { "circle-radius": 13, "circle-opacity": 0, "circle-stroke-color": CHOSEN, "circle-stroke-width": 3.5 },
  },
  {
    id: "sj-mark-ring",
    source: "sj-mark",
    type: "circle",
    paint: { "circle-radius": 9, "circle-color": WHITE, "circle-stroke-color": PIN, "circle-stroke-width": 3 },
  },
  { id: "sj-mark-dot", source: "sj-mark", type: "circle", paint: { "circle-radius": 3, "circle-color": PIN } },
  {
    id: "sj-mark-label",
    source: "sj-mark",
    type: "symbol",
    layout: {
      "text-field": ["get", "label"],
      "text-font": FONT,
      "text-size": 12,
      "text-anchor": "bottom",
      "text-offset": [0, -1.2],
      "text-max-width": 40,
      "text-allow-overlap": true,
      "text-ignore-placement": true,
    },
    paint: { "text-color": PIN, "text-halo-color": WHITE, "text-halo-width": 2 },
  },
];

/** Needs a loaded map. Its sources are our own and outlive a change of style. */
export function startMark(map: Map): void {
  for (const id of ["sj-chosen", "sj-mark"])
    map.addSource(id, { type: "geojson", data: { type: "FeatureCollection", features: [] } });
  for (const layer of LAYERS) map.addLayer(layer);
  const set = (id: string, features: Feature[]) =>
    void map.getSource<GeoJSONSource>(id)?.setData({ type: "FeatureCollection", features } as GeoJSON.FeatureCollection);
  const feature = (geometry: Geometry, properties = {}): Feature => ({ type: "Feature", geometry, properties });

  watch(mark, (now) => set("sj-mark", now ? [feature({ type: "Point", coordinates: now.position }, { label: now.label })] : []), {
    immediate: true,
  });
  watch([opened, item], () => set("sj-chosen", opened.value && item.value?.geometry ? [feature(item.value.geometry)] : []), {
    immediate: true,
  });
}
