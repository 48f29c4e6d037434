/** Our own figures over the layers: the site, the piece of a finding, the places of faults. */
import { centerOfMass } from "@turf/turf";
import type { GeoJSONSource, LayerSpecification, Map } from "maplibre-gl";
import { computed, watch } from "vue";
import type { Feature, Geometry } from "../../server/api/common.ts";
import { fault_positions, piece } from "../state/map_view.ts";
import { alternatives, comparison_open, LETTERS } from "../state/comparison.ts";
import { draw_mode, preview } from "../state/site.ts";

/** Labels are drawn with the reader's own fonts; without a name they would be Arial. */
export const FONT = ["Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", "sans-serif"];
/** Colours of the look: site, its halo, overlap of a finding. */
const SITE = "#111111";
const HALO = "#ffffff";
const PIECE = "#FF1744";

const POINTS: ["==", ["geometry-type"], "Point"] = ["==", ["geometry-type"], "Point"];

const LAYERS: LayerSpecification[] = [
  {
    id: "sj-site-fill",
    source: "sj-site",
    type: "fill",
    filter: ["==", ["geometry-type"], "Polygon"],
    paint: { "fill-color": SITE, "fill-opacity": 0.06 },
  },
  {
    id: "sj-site-halo",
    source: "sj-site",
    type: "line",
    filter: ["==", ["geometry-type"], "LineString"],
    layout: { "line-join": "round" },
    paint: { "line-color": HALO, "line-width": 5.5 },
  },
  {
    id: "sj-site-line",
    source: "sj-site",
    type: "line",
    filter: ["==", ["geometry-type"], "LineString"],
    layout: { "line-join": "round" },
    paint: { "line-color": SITE, "line-width": 2.5 },
  },
  {
    id: "sj-site-point",
    source: "sj-site",
    type: "circle",
    filter: POINTS,
    paint: { "circle-radius": 6, "circle-color": SITE, "circle-stroke-color": HALO, "circle-stroke-width": 2.5 },
  },
  {
    id: "sj-compare-line",
    source: "sj-compare",
    type: "line",
    filter: ["!", ["has", "letter"]],
    layout: { "line-join": "round" },
    paint: { "line-color": SITE, "line-width": 2, "line-dasharray": [3, 2] },
  },
  {
    id: "sj-compare-letter",
    source: "sj-compare",
    type: "symbol",
    filter: ["has", "letter"],
    layout: { "text-field": ["get", "letter"], "text-size": 16, "text-font": FONT, "text-allow-overlap": true },
    paint: { "text-color": SITE, "text-halo-color": HALO, "text-halo-width": 3 },
  },
  {
    id: "sj-piece-fill",
    source: "sj-piece",
    type: "fill",
    filter: ["==", ["geometry-type"], "Polygon"],
    paint: { "fill-color": PIECE, "fill-opacity": 0.45 },
  },
  {
    id: "sj-piece-line",
    source: "sj-piece",
    type: "line",
    filter: ["!=", ["geometry-type"], "Point"],
    paint: { "line-color": PIECE, "line-width": 2 },
  },
  {
    id: "sj-piece-point",
    source: "sj-piece",
    type: "circle",
    filter: ["all", POINTS, ["!", ["has", "label"]]],
    paint: {
      "circle-radius": 9,
      "circle-color": PIECE,
      "circle-opacity": 0.45,
      "circle-stroke-color": PIECE,
      "circle-stroke-width": 2,
    },
  },
  {
    id: "sj-piece-label",
    source: "sj-piece",
    type: "symbol",
    filter: ["has", "label"],
    layout: {
      "text-field": ["get", "label"],
      "text-size": 12,
      "text-font": FONT,
      "text-allow-overlap": true,
      "text-max-width": 20,
    },
    paint: { "text-color": "#7a0019", "text-halo-color": HALO, "text-halo-width": 2 },
  },
  {
    id: "sj-fault-ring",
    source: "sj-fault",
    type: "circle",
    paint: {
      "circle-radius": 13,
      "circle-color": PIECE,
      "circle-opacity": 0.12,
      "circle-stroke-color": PIECE,
      "circle-stroke-width": 2.5,
    },
  },
  { id: "sj-fault-dot", source: "sj-fault", type: "circle", paint: { "circle-radius": 3.5, "circle-color": PIECE } },
];

/** Needs a loaded map. */
export function startOverlay(map: Map): void {
  for (const id of ["sj-site", "sj-compare", "sj-piece", "sj-fault"])
    map.addSource(id, { type: "geojson", data: { type: "FeatureCollection", features: [] } });
  for (const layer of LAYERS) map.addLayer(layer);
  const set = (id: string, features: Feature[]) =>
    void map.getSource<GeoJSONSource>(id)?.setData({ type: "FeatureCollection", features } as GeoJSON.FeatureCollection);

  // While vertices are moved, the drawing tool shows the figure.
  const shown = computed(() => (draw_mode.value === "edit" ? null : preview.value));
  watch(shown, (geometry) => set("sj-site", geometry ? [feature(geometry), ...outlines(geometry)] : []), { immediate: true });
  watch(
    piece,
    (now) => {
      const features = now ? [feature(now.geometry)] : [];
      if (now?.label) features.push({ type: "Feature", geometry: middle(now.geometry), properties: { label: now.label } });
      set("sj-piece", features);
    },
    { immediate: true },
  );
  watch(
    [alternatives, comparison_open],
    () =>
      set(
        "sj-compare",
        !comparison_open.value
          ? []
          : alternatives.value.flatMap(({ site: { geometry } }, i) => [
              feature(geometry),
              { type: "Feature" as const, geometry: middle(geometry), properties: { letter: LETTERS[i] } },
            ]),
      ),
    { immediate: true },
  );
  watch(
    fault_positions,
    (positions) =>
      set(
        "sj-fault",
        positions.map((coordinates) => feature({ type: "Point", coordinates })),
      ),
    { immediate: true },
  );
}

/** Rings as lines: a ring that crosses itself may have no area, and would then not be drawn at all. */
function outlines(geometry: Geometry): Feature[] {
  if (geometry.type === "Polygon") return [feature({ type: "MultiLineString", coordinates: geometry.coordinates })];
  if (geometry.type === "MultiPolygon") return [feature({ type: "MultiLineString", coordinates: geometry.coordinates.flat() })];
  return geometry.type === "GeometryCollection" ? geometry.geometries.flatMap(outlines) : [];
}

function feature(geometry: Geometry): Feature {
  return { type: "Feature", geometry, properties: {} };
}

function middle(geometry: Geometry): Geometry {
  return centerOfMass(geometry as never).geometry as Geometry;
}
