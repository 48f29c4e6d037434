/** On the map: facilities with clues as rings, screened sites in the colour of their conclusion, and what is in hand. */
import type { GeoJSONSource, LayerSpecification, Map, VectorTileSource } from "maplibre-gl";
import { bbox } from "@turf/turf";
import { computed, watch } from "vue";
import type { Conclusion } from "../../server/api/checks.ts";
import type { Feature, Geometry } from "../../server/api/common.ts";
import { lang, t } from "../messages.ts";
import { violationTiles } from "../runs_client.ts";
import { task } from "../state/app.ts";
import { drawer } from "../state/drawer.ts";
import { click_taker, type PopupTarget } from "../state/map_view.ts";
import { outlines, select as selectSite, selected as selected_site } from "../state/screening.ts";
import { marked, selectFacility, tile_filter, tiles_version } from "../state/sweep.ts";
import { CONCLUSIONS } from "../conclusions.ts";
import { FONT } from "./overlay.ts";

/** Confirmed; suspected, or decided and found again; decided otherwise (look: red, amber). */
const RED = "#B4232A";
const AMBER = "#E08600";
const GREY = "#5B6470";
const RING = { confirmed: RED, suspected: AMBER, again: AMBER, gone: GREY, decided: GREY };
const MARK = "#FF1744";
const HALO = "#ffffff";
/** A thumb's breadth round a click, px. */
const REACH_PX = 8;

/** The farthest a facility's clues have come; `of` gives what is drawn for it. Decided ones are `again` where the sweep shown
 *  found them nevertheless, `gone` where it does not find them any more, and `decided` where officers decided since. */
function byState({ decided, ...of }: Record<keyof typeof RING, string>): never {
  const cases = Object.entries(of).flatMap(([name, drawn]) => [[">", ["get", name], 0], drawn]);
  return ["case", ...cases, decided] as never;
}

const CLUES: LayerSpecification[] = [
  {
    id: "sj-clue-ring",
    source: "sj-clue",
    "source-layer": "violation",
    type: "circle",
    paint: {
      "circle-radius": ["interpolate", ["linear"], ["zoom"], 8, 4, 12, 8, 15, 12],
      "circle-color": byState(RING),
      "circle-opacity": 0.14,
      "circle-stroke-color": byState(RING),
      "circle-stroke-width": ["interpolate", ["linear"], ["zoom"], 8, 1.5, 12, 2.5, 15, 3.5],
    },
  },
  {
    // Colour is never alone: confirmed bears "!", suspected "?"; what could not be looked at this time "…" beside it.
    id: "sj-clue-sign",
    source: "sj-clue",
    "source-layer": "violation",
    type: "symbol",
    minzoom: 11,
    layout: {
      "text-field": [
        "concat",
        byState({ confirmed: "!", suspected: "?", again: "↻", gone: "✓", decided: "–" }),
        ["case", [">", ["get", "unlooked"], 0], "…", ""],
      ],
      "text-size": 13,
      "text-font": FONT,
      "text-offset": [1.05, -0.9],
      "text-allow-overlap": true,
      "text-ignore-placement": true,
    },
    paint: {
      "text-color": byState({
        confirmed: "#8f1218",
        suspected: "#7a4a00",
        again: "#7a4a00",
        gone: "#3d454e",
        decided: "#3d454e",
      }),
      "text-halo-color": HALO,
      "text-halo-width": 2,
    },
  },
];

const MARKED: LayerSpecification[] = [
  {
    id: "sj-marked-fill",
    source: "sj-marked",
    type: "fill",
    filter: ["==", ["geometry-type"], "Polygon"],
    paint: { "fill-color": MARK, "fill-opacity": 0.07 },
  },
  {
    id: "sj-marked-line",
    source: "sj-marked",
    type: "line",
    filter: ["!=", ["geometry-type"], "Point"],
    paint: { "line-color": MARK, "line-width": 2.5 },
  },
  {
    id: "sj-marked-point",
    source: "sj-marked",
    type: "circle",
    filter: ["==", ["geometry-type"], "Point"],
    paint: {
      "circle-radius": 17,
      "circle-color": HALO,
      "circle-opacity": 0,
      "circle-stroke-color": "#111111",
      "circle-stroke-width": 3,
    },
  },
];

const IN_HAND = ["boolean", ["feature-state", "in_hand"], false] as const;
const SITES: LayerSpecification[] = [
  {
    id: "sj-sites-fill",
    source: "sj-sites",
    type: "fill",
    filter: ["==", ["geometry-type"], "Polygon"],
    paint: { "fill-color": ["get", "colour"], "fill-opacity": ["case", IN_HAND as never, 0.5, 0.25] },
  },
  {
    id: "sj-sites-line",
    source: "sj-sites",
    type: "line",
    filter: ["all", ["!=", ["geometry-type"], "Point"], ["!=", ["get", "conclusion"], "undetermined"]],
    paint: { "line-color": ["get", "colour"], "line-width": ["case", IN_HAND as never, 5, 2] },
  },
  {
    // "We do not know" must not look like "fine".
    id: "sj-sites-line-unknown",
    source: "sj-sites",
    type: "line",
    filter: ["all", ["!=", ["geometry-type"], "Point"], ["==", ["get", "conclusion"], "undetermined"]],
    paint: { "line-color": ["get", "colour"], "line-width": ["case", IN_HAND as never, 5, 2], "line-dasharray": [3, 2] },
  },
  {
    id: "sj-sites-dot",
    source: "sj-sites",
    type: "circle",
    filter: ["has", "sign"],
    paint: {
      "circle-radius": ["case", IN_HAND as never, 14, 10],
      "circle-color": ["get", "colour"],
      "circle-stroke-color": ["case", IN_HAND as never, "#111111", HALO],
      "circle-stroke-width": ["case", IN_HAND as never, 3, 1.5],
    },
  },
  {
    id: "sj-sites-sign",
    source: "sj-sites",
    type: "symbol",
    filter: ["has", "sign"],
    layout: {
      "text-field": ["get", "sign"],
      "text-size": 11,
      "text-font": FONT,
      "text-allow-overlap": true,
      "text-ignore-placement": true,
    },
    paint: { "text-color": HALO },
  },
];

/** Needs a loaded map, with our own overlay on it. */
export function startRuns(map: Map): void {
  const none = { type: "FeatureCollection" as const, features: [] };
  map.addSource("sj-marked", { type: "geojson", data: none });
  map.addSource("sj-sites", { type: "geojson", data: none, promoteId: "n" });
  for (const layer of [...SITES, ...MARKED]) map.addLayer(layer);
  const set = (id: string, features: Feature[]) =>
    void map.getSource<GeoJSONSource>(id)?.setData({ type: "FeatureCollection", features } as GeoJSON.FeatureCollection);

  const clues = computed(() => (tile_filter.value && shows("sweep") ? violationTiles(tile_filter.value) : null));
  watch(
    [clues, tiles_version],
    ([tiles]) => {
      const source = map.getSource<VectorTileSource>("sj-clue");
      if (source && tiles) source.setTiles([tiles]);
      else if (tiles) {
        map.addSource("sj-clue", { type: "vector", tiles: [tiles], maxzoom: 16 });
        for (const layer of CLUES) map.addLayer(layer, "sj-marked-fill");
      }
      for (const { id } of CLUES) if (map.getLayer(id)) map.setLayoutProperty(id, "visibility", tiles ? "visible" : "none");
    },
    { immediate: true },
  );
  const in_hand = computed(() => (shows("sweep") ? marked.value : null));
  watch(
    in_hand,
    (now) =>
      set("sj-marked", now ? [...(now.area ? [plain(now.area)] : []), plain({ type: "Point", coordinates: now.position })] : []),
    { immediate: true },
  );

  const sites = computed(() => (shows("screening") ? outlines.value : []));
  watch(
    [sites, lang],
    ([now]) =>
      set(
        "sj-sites",
        now.flatMap(({ n, name, conclusion, geometry }) => {
          const properties = { n, name, conclusion, colour: COLOURS[conclusion] };
          return [
            { type: "Feature" as const, geometry, properties },
            {
              type: "Feature" as const,
              geometry: middle(geometry),
              properties: { ...properties, sign: t(`sign.${conclusion}`) },
            },
          ];
        }),
      ),
    { immediate: true },
  );
  watch(
    [selected_site, sites],
    ([n], [before]) => {
      if (typeof before === "number") map.removeFeatureState({ source: "sj-sites", id: before });
      if (n !== null) map.setFeatureState({ source: "sj-sites", id: n }, { in_hand: true });
    },
    { immediate: true },
  );

  watch(
    task,
    (now) => {
      if (now === "sweep") click_taker.value = takeFacility;
      else if (now === "screening") click_taker.value = takeSite;
      else if (click_taker.value === takeFacility || click_taker.value === takeSite) click_taker.value = null;
    },
    { immediate: true },
  );
  const at = ([x, y]: [number, number], layers: string[]) =>
    map.queryRenderedFeatures(
      [
        [x - REACH_PX, y - REACH_PX],
        [x + REACH_PX, y + REACH_PX],
      ],
      { layers: layers.filter((id) => map.getLayer(id)) },
    )[0];
  function takeFacility(point: [number, number], targets: PopupTarget[]): boolean {
    const code = at(point, ["sj-clue-ring"])?.properties["code"] ?? targets.find(({ layer }) => layer === "facility")?.code;
    if (typeof code !== "string") return false;
    void selectFacility(code);
    return true;
  }
  function takeSite(point: [number, number]): boolean {
    const n = at(point, ["sj-sites-dot", "sj-sites-fill", "sj-sites-line", "sj-sites-line-unknown"])?.properties["n"];
    if (typeof n !== "number") return false;
    selectSite(n, false);
    return true;
  }
}

/** While its panel is open, and beside the drawer of a feature opened from it. */
function shows(which: "sweep" | "screening"): boolean {
  if (task.value === which) return true;
  return task.value === "feature" && drawer.value === (which === "sweep" ? "clues" : "sites");
}

/** As the screen has them. */
const COLOURS = Object.fromEntries(
  CONCLUSIONS.map((one) => [one, getComputedStyle(document.documentElement).getPropertyValue(`--${one}`).trim()]),
) as Record<Conclusion, string>;

function plain(geometry: Geometry): Feature {
  return { type: "Feature", geometry, properties: {} };
}

/** Where the sign stands: the middle of the box, which is near enough for a dot. */
function middle(geometry: Geometry): Geometry {
  const [west, south, east, north] = bbox(geometry as never);
  return { type: "Point", coordinates: [(west! + east!) / 2, (south! + north!) / 2] };
}
