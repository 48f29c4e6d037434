/** What is being measured, on the map: points by clicks, edges as geodesics, lengths written on them. */
import type { GeoJSONSource, LayerSpecification, Map } from "maplibre-gl";
import { watch } from "vue";
import type { Feature, Position } from "../../server/api/common.ts";
import { distanceText } from "../format.ts";
import { lang } from "../messages.ts";
import {
  addPoint,
  edges,
  endMeasuring,
  geodesic,
  measure_ended,
  measure_mode,
  measure_pointer,
  measure_points,
  running_points,
  segments_m,
  stopMeasuring,
  takeBackPoint,
} from "../state/measure.ts";
import { FONT } from "./overlay.ts";

const SOURCE = "sj-measure";
const INK = "#0B5A3C";
const LAYERS: LayerSpecification[] = [
  {
    id: "sj-measure-fill",
    source: SOURCE,
    type: "fill",
    filter: ["==", ["geometry-type"], "Polygon"],
    paint: { "fill-color": INK, "fill-opacity": 0.12 },
  },
  {
    id: "sj-measure-line",
    source: SOURCE,
    type: "line",
    filter: ["==", ["geometry-type"], "LineString"],
    paint: { "line-color": INK, "line-width": 2, "line-dasharray": [3, 1.5] },
  },
  {
    id: "sj-measure-point",
    source: SOURCE,
    type: "circle",
    filter: ["all", ["==", ["geometry-type"], "Point"], ["!", ["has", "label"]]],
    paint: { "circle-radius": 4, "circle-color": "#ffffff", "circle-stroke-color": INK, "circle-stroke-width": 2 },
  },
  {
    id: "sj-measure-label",
    source: SOURCE,
    type: "symbol",
    filter: ["has", "label"],
    layout: { "text-field": ["get", "label"], "text-size": 12, "text-font": FONT, "text-offset": [0, -0.8] },
    paint: { "text-color": INK, "text-halo-color": "#ffffff", "text-halo-width": 2 },
  },
];

/** Needs a loaded map. */
export function startMeasure(map: Map): void {
  map.addSource(SOURCE, { type: "geojson", data: { type: "FeatureCollection", features: [] } });
  for (const layer of LAYERS) map.addLayer(layer);
  const measuring = () => measure_mode.value !== null && !measure_ended.value;
  const centre = (): Position => map.getCenter().toArray();
  // By keys the map moves under a cross in its middle, which sets the points.
  const byKeys = () => map.getCanvas().matches(":focus-visible");
  map.on("move", () => {
    if (measuring() && measure_points.value.length > 0 && byKeys()) measure_pointer.value = centre();
  });
  map.on("click", ({ lngLat }) => {
    if (measuring()) addPoint([lngLat.lng, lngLat.lat]);
  });
  map.on("mousemove", ({ lngLat }) => {
    if (measuring() && measure_points.value.length > 0) measure_pointer.value = [lngLat.lng, lngLat.lat];
  });
  map.on("mouseout", () => (measure_pointer.value = null));
  map.on("dblclick", (event) => {
    if (!measuring()) return;
    event.preventDefault();
    // Its two clicks have set the same point twice.
    takeBackPoint();
    endMeasuring();
  });
  addEventListener("keydown", (event) => {
    if (measure_mode.value === null) return;
    if (event.target instanceof HTMLElement && event.target.closest("input, textarea, select")) return;
    if (event.key === " " && event.target === map.getCanvas()) {
      if (measuring()) addPoint(centre());
    } else if (event.key === "Escape") stopMeasuring();
    else if (event.key === "Enter" && !(event.target instanceof HTMLButtonElement)) endMeasuring();
    else if (event.key === "Backspace") takeBackPoint();
    else return;
    event.preventDefault();
  });
  watch(measure_mode, (mode) => {
    const canvas = map.getCanvas();
    canvas.classList.toggle("drawing", mode !== null);
    canvas.classList.toggle("measured", mode !== null);
    if (mode !== null) canvas.focus({ preventScroll: true });
  });
  watch([running_points, segments_m, measure_mode, lang], () => {
    const features = measure_mode.value === null ? [] : figure(running_points.value);
    void map.getSource<GeoJSONSource>(SOURCE)?.setData({ type: "FeatureCollection", features } as GeoJSON.FeatureCollection);
  });
}

function figure(points: readonly Position[]): Feature[] {
  const lines = edges(points).map(([a, b]) => geodesic(a, b));
  const feature = (geometry: Feature["geometry"], properties: Feature["properties"] = {}): Feature => ({
    type: "Feature",
    geometry,
    properties,
  });
  const ring = lines.flat();
  return [
    ...(measure_mode.value === "area" && points.length > 2
      ? [feature({ type: "Polygon", coordinates: [[...ring, ring[0]!]] })]
      : []),
    ...lines.map((coordinates) => feature({ type: "LineString", coordinates })),
    ...points.map((coordinates) => feature({ type: "Point", coordinates })),
    ...lines.map((coordinates, i) =>
      feature({ type: "Point", coordinates: middle(coordinates) }, { label: distanceText(segments_m.value[i] ?? 0) }),
    ),
  ];
}

function middle(line: readonly Position[]): Position {
  const half = (line.length - 1) / 2;
  const [a, b] = [line[Math.floor(half)]!, line[Math.ceil(half)]!];
  return [(a[0]! + b[0]!) / 2, (a[1]! + b[1]!) / 2];
}
