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
  return layer.paint.toReversed().map(({ theme, title, color, dash, pattern, icon, minzoom }) => ({
    theme,
    title,
    kind: layer.geometry === "polygon" ? "fill" : layer.geometry,
    color,
    outline: color,
    dash,
    pattern,
    icon: icon ?? null,
    minzoom: minzoom ?? layer.minzoom,
  }));
}

/** A raster map under all layers: URL templates of 256-pixel tiles. */
export type GroundSource = { id: string; tiles: string[]; minzoom: number; maxzoom: number };

/** One source for all layers: a tile is asked once, not once a layer. */
const SOURCE = "layers";
/** Names of facilities would cover the map before this zoom. */
const CROWDED_LABELS_FROM = 13;

/** The style of all layers on a date (yyyy-mm-dd), or of today when absent. Ids: `<layer>[-<level>]-fill`, `-pattern`,
 *  `-line`, `-arrow`, `-icon`, `-label`. No glyphs: labels are drawn with the reader's own fonts; no sprite: images are
 *  named by what they show (`hatch-dense:#B4232A`, `arrow:#2F7FC1`, `pin:factory:#5F6B76`) and made by the map. */
export function styleOf(lang: Lang, datetime: string | undefined, ground: GroundSource[] = []): StyleSpecification {
  const suffix = datetime ? `?datetime=${datetime}` : "";
  const each = (make: (layer: Layer, paint: Paint, lang: Lang) => StyleLayer[], of: (layer: Layer) => boolean = () => true) =>
    layers.filter(of).flatMap((layer) => layer.paint.flatMap((paint) => make(layer, paint, lang)));
  return {
    version: 8,
    name: "Shuijie",
    sources: {
      ...Object.fromEntries(
        ground.map(({ id, tiles, minzoom, maxzoom }) => [id, { type: "raster", tiles, minzoom, maxzoom, tileSize: 256 }]),
      ),
      [SOURCE]: {
        type: "vector",
        url: `/tiles/${layers.map(({ id }) => id).join()}${suffix}`,
        promoteId: Object.fromEntries(layers.map(({ id }) => [id, "code"])),
      },
    },
    layers: [
      { id: "ground", type: "background", paint: { "background-color": GROUND } },
      ...ground.map(({ id }): StyleLayer => ({ id, type: "raster", source: id })),
      ...each(fills, ({ geometry }) => geometry === "polygon"),
      ...each(lines, ({ geometry }) => geometry === "line"),
      ...each(labels, ({ geometry }) => geometry === "polygon"),
      ...each(names, ({ geometry }) => geometry === "line"),
      ...each(points, ({ geometry }) => geometry === "point"),
    ],
    metadata: { "shuijie:legend": layers.toReversed().flatMap(legendOf) },
  };
}

function common(layer: Layer, paint: Paint, more: unknown[] = []) {
  const tests = [...Object.entries(paint.match).map(([name, value]) => ["==", ["get", name], value]), ...more];
  return {
    source: SOURCE,
    "source-layer": layer.id,
    minzoom: paint.minzoom ?? layer.minzoom,
    ...(tests.length > 0 ? { filter: (tests.length === 1 ? tests[0] : ["all", ...tests]) as never } : {}),
    metadata: { "shuijie:layer": layer.id, "shuijie:theme": paint.theme },
  };
}

function idOf(paint: Paint): string {
  return paint.theme.replace("/", "-");
}

function fills(layer: Layer, paint: Paint): StyleLayer[] {
  const id = idOf(paint);
  const image = (suffix: string, drawn: Record<string, unknown>) =>
    ({ id: `${id}-${suffix}`, type: "fill", ...common(layer, paint), paint: drawn }) as StyleLayer;
  return [
    image("fill", { "fill-color": paint.color, "fill-opacity": paint.fill_opacity }),
    ...(paint.pattern ? [image("pattern", { "fill-pattern": `${paint.pattern}:${paint.color}`, "fill-opacity": 0.5 })] : []),
    stroke(layer, paint, paint.width),
  ];
}

function stroke(layer: Layer, paint: Paint, width: unknown): StyleLayer {
  return {
    id: `${idOf(paint)}-line`,
    type: "line",
    ...common(layer, paint),
    layout: { "line-join": "round" },
    paint: {
      "line-color": paint.color,
      "line-width": width as number,
      ...(paint.dash ? { "line-dasharray": paint.dash } : {}),
    },
  };
}

function lines(layer: Layer, paint: Paint): StyleLayer[] {
  const width = paint.thinned_by ? ["max", 1, ["/", paint.width, ["coalesce", ["get", paint.thinned_by], 1]]] : paint.width;
  if (!paint.arrows) return [stroke(layer, paint, width)];
  return [
    stroke(layer, paint, width),
    {
      id: `${idOf(paint)}-arrow`,
      type: "symbol",
      ...common(layer, paint),
      layout: {
        "icon-image": `arrow:${paint.color}`,
        "symbol-placement": "line",
        "symbol-spacing": 160,
        "icon-allow-overlap": true,
      },
    },
  ];
}

const HALO = { "text-halo-color": "#FFFFFF", "text-halo-width": 1.4 };

function labels(layer: Layer, paint: Paint, lang: Lang): StyleLayer[] {
  if (!paint.label) return [];
  return [
    {
      id: `${idOf(paint)}-label`,
      type: "symbol",
      ...common(layer, paint, [["==", ["geometry-type"], "Point"]]),
      layout: { "text-field": ["get", paint.label[lang]], "text-size": 12, "text-max-width": 12, "symbol-placement": "point" },
      paint: { "text-color": paint.color, ...HALO },
    },
  ];
}

function names(layer: Layer, paint: Paint, lang: Lang): StyleLayer[] {
  if (!paint.label) return [];
  return [
    {
      id: `${idOf(paint)}-label`,
      type: "symbol",
      ...common(layer, paint),
      layout: { "text-field": ["get", paint.label[lang]], "text-size": 12, "symbol-placement": "line", "symbol-spacing": 400 },
      paint: { "text-color": paint.color, ...HALO },
    },
  ];
}

function points(layer: Layer, paint: Paint, lang: Lang): StyleLayer[] {
  const plain = `pin:${paint.icon}:${paint.color}`;
  const image = paint.written ? ["concat", `${plain}:`, ["coalesce", ["get", paint.written], ""]] : plain;
  const icon: StyleLayer = {
    id: `${idOf(paint)}-icon`,
    type: "symbol",
    ...common(layer, paint),
    layout: { "icon-image": image as string, "icon-allow-overlap": true, "icon-ignore-placement": true },
  };
  if (!paint.label) return [icon];
  return [
    icon,
    {
      id: `${idOf(paint)}-label`,
      type: "symbol",
      ...common(layer, paint),
      minzoom: layer.id === "facility" ? CROWDED_LABELS_FROM : (paint.minzoom ?? layer.minzoom + 2),
      layout: {
        "text-field": ["get", paint.label[lang]],
        "text-size": 11,
        "text-max-width": 10,
        "text-anchor": "top",
        "text-offset": [0, 0.8],
        "text-optional": true,
      },
      paint: { "text-color": "#33404C", ...HALO },
    },
  ];
}
