/** GeoJSON (RFC 7946), one text or a feature a line, with the `crs` member of the 2008 edition where a file has one. */
import type { Geometry } from "../api/common.ts";
import { declaredByMember } from "./crs.ts";
import {
  FormatError,
  type DeclaredCrs,
  type Format,
  type InputFile,
  type Limits,
  type ReadLayer,
  type ReadOptions,
} from "./format.ts";
import { budgetOf, readLayer, type Budget, type Row } from "./geometry.ts";
import { decodeText, peekText } from "./text.ts";

const TYPES = /"type"\s*:\s*"(FeatureCollection|Feature|GeometryCollection|(Multi)?(Point|LineString|Polygon))"/;

/** Before each record of a GeoJSON text sequence (RFC 8142). */
const RECORD_SEPARATOR = "\u001e";

export const geojson: Format = {
  id: "geojson",
  endings: [".geojson", ".json", ".geojsonl", ".ndjson"],
  sniff: (files) => (files.some(isGeoJson) ? 0.95 : 0),
  read: async (files, options, limits) => {
    const budget = budgetOf(limits);
    return files.filter(isGeoJson).map((file) => readOne(file, options, limits, budget));
  },
};

function isGeoJson({ bytes, name }: InputFile): boolean {
  const head = peekText(bytes)?.trimStart();
  if (!head || !["{", RECORD_SEPARATOR].includes(head[0]!)) return false;
  return TYPES.test(head) || /\.(geojsonl?|ndjson)$/i.test(name) || /"(features|geometry|coordinates)"\s*:/.test(head);
}

function readOne(file: InputFile, options: ReadOptions, limits: Limits, budget: Budget): ReadLayer {
  const { text, encoding } = decodeText(file.bytes, options.encoding);
  const whole = parse(text);
  const name = file.name.replace(/\.\w+$/, "");
  const rest = { name, encoding };
  if (whole !== undefined) {
    const object = asObject(whole);
    const rows = rowsOf(object);
    return readLayer({ ...rest, rows, declared: declaredOf([object]), expected: rows.length }, budget);
  }
  const lines = text.split(/\r?\n/).map((line) => line.replace(RECORD_SEPARATOR, "").trim());
  const records = lines.filter((line) => line !== "");
  const first = records[0];
  if (records.length < 2 || first === undefined || parse(first) === undefined)
    throw new FormatError("json_broken", brokenAt(text));
  if (records.length > limits.features) throw new FormatError("too_many_features", { max: limits.features });
  const faults = [];
  const rows: Row[] = [];
  const objects: Json[] = [];
  let count = 0;
  for (const line of records) {
    const value = parse(line);
    if (value === undefined) {
      count += 1;
      faults.push({ code: "json_broken_line", params: {}, row: count, position: null });
      continue;
    }
    const object = asObject(value);
    objects.push(object);
    // A line may hold a whole collection: files are put one behind another.
    for (const row of rowsOf(object)) {
      count += 1;
      rows.push({ ...row, row: count });
    }
  }
  return readLayer({ ...rest, rows, faults, declared: declaredOf(objects), expected: count }, budget);
}

/** What a GeoJSON text without `crs` says by its standard: RFC 7946, section 4. Many do not keep to it. */
const BY_FORMAT: DeclaredCrs = { text: "RFC 7946: WGS 84", crs: "EPSG:4326", where: "format" };

type Json = Record<string, unknown>;

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function brokenAt(text: string): { line: number } {
  try {
    JSON.parse(text);
  } catch (error) {
    const offset = Number(/position (\d+)/.exec((error as Error).message)?.[1] ?? text.length);
    return { line: text.slice(0, offset).split("\n").length };
  }
  return { line: 1 };
}

function asObject(value: unknown): Json {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Json;
  throw new FormatError("json_no_object");
}

function rowsOf(object: Json): Row[] {
  if (object.type === "FeatureCollection") {
    if (!Array.isArray(object.features)) throw new FormatError("json_no_features");
    return object.features.map((feature, i) => rowOf(feature, i + 1));
  }
  return [rowOf(object.type === "Feature" ? object : { type: "Feature", geometry: object, properties: {} }, 1)];
}

function rowOf(feature: unknown, row: number): Row {
  const { geometry, properties, id } = (typeof feature === "object" && feature !== null ? feature : {}) as Json;
  const plain = typeof properties === "object" && properties !== null && !Array.isArray(properties) ? (properties as Json) : {};
  const named = (typeof id === "string" || typeof id === "number") && !("id" in plain) ? { id, ...plain } : plain;
  return { row, geometry: () => (geometry ?? null) as Geometry | null, properties: named };
}

/** The one system that the objects and all in them declare; an inner `crs` goes before an outer one. Throws `several_crs`. */
function declaredOf(objects: readonly Json[]): DeclaredCrs {
  const said = new Map<string, DeclaredCrs>();
  for (const object of objects)
    for (const one of declarations(object, BY_FORMAT)) said.set(one === BY_FORMAT ? one.text : (one.crs ?? one.text), one);
  if (said.size > 1)
    throw new FormatError("several_crs", {
      names: [...said.values()]
        .map(({ text }) => text)
        .join(", ")
        .slice(0, 200),
    });
  const [one = ownOf(objects[0] ?? {}, BY_FORMAT)] = said.values();
  return one;
}

/** What holds for each geometry within. Deeper than this none is read. */
function* declarations(value: unknown, outer: DeclaredCrs, depth = 0): Generator<DeclaredCrs> {
  if (typeof value !== "object" || value === null || depth > 20) return;
  const object = value as Json;
  const own = ownOf(object, outer);
  const inner = object.type === "Feature" ? [object.geometry] : (object.features ?? object.geometries);
  if (!Array.isArray(inner)) return yield own;
  for (const each of inner) yield* declarations(each, own, depth + 1);
}

function ownOf({ crs }: Json, outer: DeclaredCrs): DeclaredCrs {
  return crs === undefined || crs === null ? outer : declaredByMember(crs);
}
