/** From declarations to the MapLibre style and the legend. Colours come from `paint`, words from the declaration. */
import type { StyleSpecification } from "maplibre-gl";
import type { LegendEntry } from "../api/collections.ts";
import type { Lang } from "../api/common.ts";
import { layers } from "./index.ts";
import type { Layer, Paint } from "./layer.ts";

type StyleLayer = StyleSpecification["layers"][number];

/** The neutral ground: it needs no network. */
const GROUND = "#F3F4F1";

/** Legend rows of a layer, top of the map first. */
export function legendOf(layer: Layer): LegendEntry[] {
  return layer.paint
    .toReversed()
    .map(({ theme, title, color, dash, pattern }) => ({ theme, title, kind: "fill", color, outline: color, dash, pattern }));
}

/** The style of all layers on a date (yyyy-mm-dd), or of today when absent. Ids: `<layer>[-<level>]-fill`, `-pattern`,
 *  `-line`, `-label`. No glyphs: labels are drawn with the reader's own fonts. */
export function styleOf(lang: Lang, datetime: string | undefined): StyleSpecification {
  const suffix = datetime ? `?datetime=${datetime}` : "";
  return {
    version: 8,
    name: "Shuijie",
    sources: Object.fromEntries(
      layers.map((layer) => [
        layer.id,
        { type: "vector", url: `/tiles/${layer.id}${suffix}`, promoteId: { [layer.id]: "code" } },
      ]),
    ),
    layers: [
      { id: "ground", type: "background", paint: { "background-color": GROUND } },
      ...layers.flatMap((layer) => layer.paint.flatMap((paint) => shapes(layer, paint))),
      ...layers.flatMap((layer) => layer.paint.flatMap((paint) => labels(layer, paint, lang))),
    ],
    metadata: { "shuijie:legend": layers.toReversed().flatMap(legendOf) },
  };
}

function common(layer: Layer, paint: Paint, more: unknown[] = []) {
  const tests = [...Object.entries(paint.match).map(([name, value]) => ["==", ["get", name], value]), ...more];
  return {
    source: layer.id,
    "source-layer": layer.id,
    minzoom: layer.minzoom,
    ...(tests.length > 0 ? { filter: (tests.length === 1 ? tests[0] : ["all", ...tests]) as never } : {}),
    metadata: { "shuijie:layer": layer.id, "shuijie:theme": paint.theme },
  };
}

function idOf(paint: Paint): string {
  return paint.theme.replace("/", "-");
}

function shapes(layer: Layer, paint: Paint): StyleLayer[] {
  const id = idOf(paint);
  return [
    {
      id: `${id}-fill`,
      type: "fill",
      ...common(layer, paint),
      paint: { "fill-color": paint.color, "fill-opacity": paint.fill_opacity },
    },
    ...(paint.pattern
      ? [
          {
            id: `${id}-pattern`,
            type: "fill",
            ...common(layer, paint),
            paint: { "fill-pattern": `${paint.pattern}:${paint.color}`, "fill-opacity": 0.5 },
          } as StyleLayer,
        ]
      : []),
    {
      id: `${id}-line`,
      type: "line",
      ...common(layer, paint),
      layout: { "line-join": "round" },
      paint: { "line-color": paint.color, "line-width": paint.width, ...(paint.dash ? { "line-dasharray": paint.dash } : {}) },
    },
  ];
}

function labels(layer: Layer, paint: Paint, lang: Lang): StyleLayer[] {
  if (!paint.label) return [];
  return [
    {
      id: `${idOf(paint)}-label`,
      type: "symbol",
      ...common(layer, paint, [["==", ["geometry-type"], "Point"]]),
      layout: { "text-field": ["get", paint.label[lang]], "text-size": 12, "text-max-width": 12, "symbol-placement": "point" },
      paint: { "text-color": paint.color, "text-halo-color": "#FFFFFF", "text-halo-width": 1.4 },
    },
  ];
}
