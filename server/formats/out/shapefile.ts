/** A zip of shapefiles, one for each kind of shape that the layer has, with .shp, .shx, .dbf, .prj, .cpg, a list of what the short
 *  names of the fields stand for, and a text of what a person should know. */
import { type Zippable, zipSync } from "fflate";
import type { Lang } from "../../api/common.ts";
import { say } from "../../messages.ts";
import { csvOf } from "../../table.ts";
import { columnsOf, shortNames, writeDbf, type DbfColumn } from "./dbf.ts";
import { encoderOf } from "./encoding.ts";
import { SHAPE_KINDS, shapeKindOf, writeShp, type ShapeKind } from "./shp.ts";
import { inSystem, partsOf, wktOf, type Part } from "./system.ts";
import type { OutFeature, OutLayer, OutNote, Writer } from "./writer.ts";

/** ArcGIS and GDAL know 936 for GBK. */
const CODE_PAGES = { utf8: "UTF-8", gbk: "936" };

export const shapefile: Writer = {
  id: "shapefile",
  ending: ".zip",
  encodings: ["utf8", "gbk"],
  notations: ["decimal"],
  takes: () => true,
  usual: "degrees",
  async write(layer, { crs, encoding, lang, date }) {
    const system = inSystem(layer.features, crs);
    const { groups, notes: split } = grouped(system.features);
    const encoder = encoderOf(encoding);
    const notes = [...system.notes, ...split];
    const long = layer.fields.map(({ name, title }) => (lang === "zh" ? title.zh : name));
    const names = shortNames(long, encoder);
    const latin = (text: string) => new TextEncoder().encode(text);
    const files: Zippable = {};
    for (const [kind, features] of groups) {
      const stem = groups.size > 1 ? `${layer.name}_${kind}` : layer.name;
      const records = features.map(({ properties }) => properties);
      const columns = columnsOf(layer.fields, names, records, encoder);
      const dbf = writeDbf(columns, records, { encoder, date, gbk: encoding === "gbk", lang });
      notes.push(...dbf.notes);
      const { shp, shx } = writeShp(
        kind,
        features.map(({ geometry }) => geometry),
      );
      files[`${stem}.shp`] = shp;
      files[`${stem}.shx`] = shx;
      files[`${stem}.dbf`] = dbf.bytes;
      files[`${stem}.prj`] = latin(wktOf(crs));
      files[`${stem}.cpg`] = latin(CODE_PAGES[encoding]);
    }
    notes.push(...encoder.notes());
    files[say(lang, "export.legend.file")] = latin(legendOf(layer, names, lang));
    if (notes.length > 0)
      files[say(lang, "export.notes.file")] = latin(
        `\uFEFF${notes.map(({ code, params }) => say(lang, `export.note.${code}`, params)).join("\r\n")}\r\n`,
      );
    // The year in which zip begins: the bytes shall not tell when they were made.
    const bytes = zipSync(files, { mtime: new Date(1980, 0, 1) });
    return { bytes, filename: `${layer.name}.zip`, contentType: "application/zip", notes };
  },
};

/** Features by kind of shape. Collections are taken apart into shapes with the same attributes; features without a shape go
 *  with the first kind, as null shapes. A layer without any is one of points without rows. */
function grouped(features: readonly OutFeature[]): { groups: Map<ShapeKind, OutFeature[]>; notes: OutNote[] } {
  const pieces: { kind: ShapeKind | null; feature: OutFeature }[] = [];
  let split = 0;
  for (const feature of features) {
    const { geometry, properties } = feature;
    const kind = geometry && shapeKindOf(geometry);
    if (geometry === null || kind !== null) pieces.push({ kind, feature });
    else {
      split += 1;
      for (const each of gathered(partsOf(geometry)))
        pieces.push({ kind: shapeKindOf(each), feature: { geometry: each, properties } });
    }
  }
  const kinds = SHAPE_KINDS.filter((kind) => pieces.some((piece) => piece.kind === kind));
  const first = kinds[0] ?? "point";
  const groups = new Map(
    (kinds.length > 0 ? kinds : [first]).map((kind) => [
      kind,
      pieces.filter((piece) => (piece.kind ?? first) === kind).map((piece) => piece.feature),
    ]),
  );
  return { groups, notes: split > 0 ? [{ code: "collections_split", params: { count: split } }] : [] };
}

function gathered(parts: readonly Part[]) {
  const of = (kind: Part["kind"]) => parts.filter((part) => part.kind === kind).map((part) => part.lines);
  const [polygons, lines, points] = [of("polygon"), of("line").flat(), of("point").flat(2)];
  return [
    ...(polygons.length > 0 ? [{ type: "MultiPolygon" as const, coordinates: polygons }] : []),
    ...(lines.length > 0 ? [{ type: "MultiLineString" as const, coordinates: lines }] : []),
    ...(points.length > 0 ? [{ type: "MultiPoint" as const, coordinates: points }] : []),
  ];
}

function legendOf(layer: OutLayer, names: readonly DbfColumn["name"][], lang: Lang): string {
  const columns = ["short", "title", "name", "unit", "values"].map((each) => say(lang, `export.legend.${each}`));
  const rows = layer.fields.map(({ name, title, unit, values }, i) => [
    names[i]!,
    title[lang],
    name,
    unit,
    values &&
      Object.entries(values)
        .map(([value, words]) => `${value}=${words[lang]}`)
        .join("; "),
  ]);
  return csvOf({ columns, rows });
}
