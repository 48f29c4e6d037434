/** On the map: who claims to cover which part of a district for a theme, and the part that nobody claims, each with its hatch,
 *  outline and words. */
import type { GeoJSONSource, LayerSpecification, Map } from "maplibre-gl";
import { pointOnFeature } from "@turf/turf";
import { watch } from "vue";
import type { Feature, Geometry } from "../../server/api/common.ts";
import { COVERAGE_PAINT, type Look, lookOf, LOOKS } from "../coverage_looks.ts";
import { lang, t } from "../messages.ts";
import { type ClaimedArea, in_hand, select } from "../state/coverage.ts";
import { claimed, click_taker } from "../state/map_view.ts";
import { FONT } from "./overlay.ts";

const HALO = "#ffffff";
/** Of the district: where outlines that should meet do not, their slivers bear no words. */
const LABELLED_SHARE = 0.003;

const only = (look: Look) => ["==", ["get", "look"], look] as never;

const LAYERS: LayerSpecification[] = [
  {
    // Under the outlines: their dashes stay in sight.
    id: "sj-claim-in-hand",
    source: "sj-claim",
    type: "line",
    filter: ["==", ["get", "in_hand"], true],
    layout: { "line-join": "round" },
    paint: { "line-color": "#FFC400", "line-width": 8 },
  },
  ...LOOKS.flatMap((look): LayerSpecification[] => {
    const { color, outline, dash, pattern } = COVERAGE_PAINT[look];
    return [
      {
        id: `sj-claim-fill-${look}`,
        source: "sj-claim",
        type: "fill",
        filter: only(look),
        paint: { "fill-color": color, "fill-opacity": 0.12 },
      },
      {
        id: `sj-claim-pattern-${look}`,
        source: "sj-claim",
        type: "fill",
        filter: only(look),
        paint: { "fill-pattern": `${pattern}:${color}` },
      },
      {
        id: `sj-claim-line-${look}`,
        source: "sj-claim",
        type: "line",
        filter: only(look),
        layout: { "line-join": "round" },
        paint: { "line-color": outline, "line-width": 2, ...(dash ? { "line-dasharray": dash } : {}) },
      },
    ];
  }),
  {
    id: "sj-claim-label",
    source: "sj-claim",
    type: "symbol",
    filter: ["has", "label"],
    layout: {
      "text-field": ["get", "label"],
      "text-size": 13,
      "text-font": FONT,
      "text-max-width": 16,
      "text-allow-overlap": true,
    },
    paint: { "text-color": "#1f2933", "text-halo-color": HALO, "text-halo-width": 2.5 },
  },
];

/** Needs a loaded map, with our own overlay on it. */
export function startCoverage(map: Map): void {
  map.addSource("sj-claim", { type: "geojson", data: { type: "FeatureCollection", features: [] } });
  for (const layer of LAYERS) map.addLayer(layer, "sj-site-fill");
  watch(
    [claimed, in_hand, lang],
    ([now]) =>
      void map
        .getSource<GeoJSONSource>("sj-claim")
        ?.setData({ type: "FeatureCollection", features: now.flatMap(drawn) } as unknown as GeoJSON.FeatureCollection),
    { immediate: true },
  );
  const fills = LOOKS.map((look) => `sj-claim-fill-${look}`);
  const take = (point: [number, number]): boolean => {
    const id = map.queryRenderedFeatures(point, { layers: fills })[0]?.properties["claim"];
    if (typeof id !== "string") return false;
    select(id, false);
    return true;
  };
  watch(
    claimed,
    (now) => {
      if (now.length > 0) click_taker.value = take;
      else if (click_taker.value === take) click_taker.value = null;
    },
    { immediate: true },
  );
}

function drawn({ id, geometry, properties }: ClaimedArea): Feature[] {
  const look = lookOf(properties);
  const area: Feature = { type: "Feature", geometry, properties: { claim: id, look, in_hand: id === in_hand.value } };
  if (properties.share < LABELLED_SHARE) return [area];
  const label = [t(`data_screen.look.${look}`), properties.document ?? properties.data_date].filter(Boolean).join("\n");
  return [area, { type: "Feature", geometry: pointOnFeature(geometry as never).geometry as Geometry, properties: { label } }];
}
