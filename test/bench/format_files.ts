/** A layer of made-up zones of any size, the same on every machine, and files of it in every format that is read: by our own
 *  writers, by ogr2ogr for what they do not write. Round 105.9 E 29.3 N, each zone a ring of 100 points, some with a hole. */
import { spawnSync } from "node:child_process";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { zipSync } from "fflate";
import type { Position } from "../../server/api/common.ts";
import { WRITERS } from "../../server/formats/out/index.ts";
import { zoneOf } from "../../server/formats/out/system.ts";
import type { OutField, OutLayer, OutOptions, Writer } from "../../server/formats/out/writer.ts";

const RING = 100;
const SIDE_DEG = 0.4;

const field = (name: string, zh: string, type: OutField["type"]): OutField => ({
  name,
  title: { zh, en: name },
  type,
  unit: null,
  values: null,
});

/** Zones of some `vertices` together, coordinates to nine decimals. */
export function layerOf(vertices: number): OutLayer {
  const noise = seeded(20261126);
  const count = Math.max(1, Math.round(vertices / RING));
  const columns = Math.ceil(Math.sqrt(count));
  const step = SIDE_DEG / columns;
  const ring = ([x, y]: readonly [number, number], radius: number, points: number): Position[] => {
    const positions = Array.from({ length: points - 1 }, (_, k): Position => {
      const angle = (2 * Math.PI * k) / (points - 1);
      const r = radius * (0.8 + 0.2 * noise());
      return [round(x + r * Math.cos(angle)), round(y + r * Math.sin(angle))];
    });
    return [...positions, positions[0]!];
  };
  const features = Array.from({ length: count }, (_, i) => {
    const at = [105.7 + ((i % columns) + 0.5) * step, 29.1 + (Math.floor(i / columns) + 0.5) * step] as const;
    const coordinates =
      i % 10 === 0 ? [ring(at, step * 0.45, RING - 10), ring(at, step * 0.1, 10).toReversed()] : [ring(at, step * 0.45, RING)];
    return {
      geometry: { type: "Polygon" as const, coordinates },
      properties: {
        code: `BF-${String(i).padStart(6, "0")}`,
        name: `第${i}号饮用水水源保护区`,
        level: i % 3 === 0 ? "一级保护区" : "二级保护区",
        area_ha: Math.round(noise() * 1e5) / 100,
        approval_date: "2024-05-01",
      },
    };
  });
  return {
    name: "zones",
    title: { zh: "保护区", en: "Zones" },
    fields: [
      field("code", "编号", "text"),
      field("name", "名称", "text"),
      field("level", "级别", "text"),
      field("area_ha", "面积", "number"),
      field("approval_date", "批准日期", "date"),
    ],
    code: "code",
    label: "name",
    features,
  };
}

const round = (degrees: number) => Math.round(degrees * 1e9) / 1e9;

/** Numbers in [0, 1), always the same ones. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}

/** As a request without wishes has it; the metres of plot files in the zone of the layer. */
export function optionsOf(writer: Writer, layer: OutLayer): OutOptions {
  const crs = { degrees: "EPSG:4490", wgs84: "EPSG:4326", metres: zoneOf(layer.features, 3, true)! }[writer.usual];
  return {
    crs,
    encoding: writer.encodings[0]!,
    notation: writer.notations[0]!,
    lang: "zh",
    date: "2026-11-26",
  };
}

/** A file that is read, and what ogr2ogr makes of the same one: `open` is what it opens, absent where it reads no such file. */
export type FormatFile = { format: string; name: string; path: string; mb: number; open?: string[]; note?: string };

/** How many vertices a file of each format gets: such that it has some 20 to 50 MB where reading is quick, fewer where not. */
const VERTICES: Record<string, number> = {
  geojson: 1_000_000,
  geojsonseq: 1_000_000,
  shapefile: 1_500_000,
  kml: 1_000_000,
  gpx: 300_000,
  geopackage: 1_500_000,
  dxf: 500_000,
  baopan: 500_000,
  csv: 400_000,
  xlsx: 60_000,
  wkt: 1_000_000,
};

/** Files of every format in `folder`, `share` of their full size. Empty `ogr`: without those that ogr2ogr makes. */
export async function formatFiles(folder: string, share: number, ogr: boolean): Promise<FormatFile[]> {
  const files: FormatFile[] = [];
  const layers = new Map<number, OutLayer>();
  const sized = (format: string) => {
    const vertices = Math.round(VERTICES[format]! * share);
    if (!layers.has(vertices)) layers.set(vertices, layerOf(vertices));
    return { vertices, layer: layers.get(vertices)! };
  };
  const add = (format: string, name: string, more: Pick<FormatFile, "note"> & { open?: string[] | undefined } = {}) => {
    const path = join(folder, name);
    const { open, ...rest } = more;
    files.push({ format, name, path, mb: statSync(path).size / 1e6, ...rest, ...(open ? { open } : {}) });
  };
  const path = (name: string) => join(folder, name);
  const written = async (format: string, name: string) => {
    const writer = WRITERS.find(({ ending }) => name.endsWith(ending))!;
    const { layer } = sized(format);
    writeFileSync(path(name), (await writer.write(layer, optionsOf(writer, layer))).bytes);
  };
  /** A file that ogr2ogr makes of GeoJSON with as many vertices. */
  const converted = (format: string, name: string, driver: string, options: string[] = []) => {
    if (!ogr) return;
    const { layer } = sized(format);
    const source = path(`${name}.source.geojsonl`);
    writeFileSync(source, layer.features.map((feature) => `${JSON.stringify({ type: "Feature", ...feature })}\n`).join(""));
    const { status, stderr } = spawnSync("ogr2ogr", ["-f", driver, path(name), source, ...options], { encoding: "utf8" });
    if (status !== 0) throw new Error(`ogr2ogr -f ${driver}: ${stderr.slice(0, 500)}`);
    add(format, name, { open: [path(name)] });
  };

  await written("geojson", "zones.geojson");
  add("geojson", "zones.geojson", { open: [path("zones.geojson")] });
  converted("geojsonseq", "zones.geojsonl", "GeoJSONSeq", ["-lco", "COORDINATE_PRECISION=9"]);
  await written("shapefile", "zones.zip");
  add("shapefile", "zones.zip", { open: [`/vsizip/${path("zones.zip")}`] });
  await written("kml", "zones.kml");
  add("kml", "zones.kml", { open: [path("zones.kml")] });
  // Of ogr2ogr it would take minutes: its time grows with the square of the features.
  writeFileSync(path("zones.kmz"), zipSync({ "doc.kml": new Uint8Array(readFileSync(path("zones.kml"))) }));
  add("kmz", "zones.kmz", { open: [path("zones.kmz")] });
  const lines = ["-nlt", "MULTILINESTRING"];
  converted("gpx", "zones.gpx", "GPX", [...lines, "-nln", "tracks", "-select", "name"]);
  await written("geopackage", "zones.gpkg");
  add("geopackage", "zones.gpkg", { open: [path("zones.gpkg")] });
  converted("dxf", "zones.dxf", "DXF", [...lines, "-select", ""]);
  await written("baopan", "zones.txt");
  add("baopan", "zones.txt", { note: "ogr2ogr does not read it" });
  await written("csv", "zones.csv");
  add("csv", "zones.csv", {
    open: [path("zones.csv"), "-oo", "X_POSSIBLE_NAMES=经度", "-oo", "Y_POSSIBLE_NAMES=纬度"],
    note: "ogr2ogr reads points, ours plots",
  });
  await written("xlsx", "zones.xlsx");
  add("xlsx", "zones.xlsx", { open: [path("zones.xlsx")], note: "ogr2ogr reads rows without shapes" });
  const wkt = ({ geometry }: OutLayer["features"][number]) =>
    `POLYGON (${(geometry as { coordinates: Position[][] }).coordinates
      .map((ring) => `(${ring.map((position) => position.join(" ")).join(", ")})`)
      .join(", ")})\n`;
  writeFileSync(path("zones.wkt"), sized("wkt").layer.features.map(wkt).join(""));
  add("wkt", "zones.wkt", { note: "ogr2ogr reads WKT in csv only" });
  return files;
}
