/** On the map: what came through the door, dashed until it is put to use. */
import type { GeoJSONSource, LayerSpecification, Map } from "maplibre-gl";
import { computed, watch } from "vue";
import { task } from "../state/app.ts";
import { uploaded } from "../state/map_view.ts";

const INK = "#6A1B9A";
const HALO = "#ffffff";

const LAYERS: LayerSpecification[] = [
  {
    id: "sj-upload-fill",
    source: "sj-upload",
    type: "fill",
    filter: ["==", ["geometry-type"], "Polygon"],
    paint: { "fill-color": INK, "fill-opacity": 0.14 },
  },
  {
    id: "sj-upload-halo",
    source: "sj-upload",
    type: "line",
    filter: ["!=", ["geometry-type"], "Point"],
    paint: { "line-color": HALO, "line-width": 5 },
  },
  {
    id: "sj-upload-line",
    source: "sj-upload",
    type: "line",
    filter: ["!=", ["geometry-type"], "Point"],
    paint: { "line-color": INK, "line-width": 2.5, "line-dasharray": [3, 1.5] },
  },
  {
    id: "sj-upload-point",
    source: "sj-upload",
    type: "circle",
    filter: ["==", ["geometry-type"], "Point"],
    paint: { "circle-radius": 6, "circle-color": INK, "circle-stroke-color": HALO, "circle-stroke-width": 2 },
  },
];

/** Needs a loaded map, with our own overlay on it. */
export function startUpload(map: Map): void {
  map.addSource("sj-upload", { type: "geojson", data: { type: "FeatureCollection", features: [] } });
  for (const layer of LAYERS) map.addLayer(layer, "sj-fault-ring");
  const drawn = computed(() => (task.value === "data" ? uploaded.value.filter(({ geometry }) => geometry !== null) : []));
  watch(
    drawn,
    (features) =>
      void map
        .getSource<GeoJSONSource>("sj-upload")
        ?.setData({ type: "FeatureCollection", features } as unknown as GeoJSON.FeatureCollection),
    { immediate: true },
  );
}
