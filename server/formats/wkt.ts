/** Well-known text, one geometry or several, with the `SRID=` of PostGIS in front or not. Read strictly, and to its end: the package
 *  `betterknown` stops after the first geometry and takes "105,9 29" for the place 105, 29. */
import type { Geometry, Position } from "../api/common.ts";
import { declaredByName } from "./crs.ts";
import {
  type DeclaredCrs,
  FormatError,
  type Format,
  type FormatNote,
  type InputFile,
  type ReadLayer,
  type ReadOptions,
} from "./format.ts";
import { budgetOf, readLayer, RowFault, type Budget, type Row } from "./geometry.ts";
import { decodeText, peekText } from "./text.ts";

const TYPES = {
  POINT: "Point",
  LINESTRING: "LineString",
  POLYGON: "Polygon",
  MULTIPOINT: "MultiPoint",
  MULTILINESTRING: "MultiLineString",
  MULTIPOLYGON: "MultiPolygon",
  GEOMETRYCOLLECTION: "GeometryCollection",
} as const;

const KIND = `(${Object.keys(TYPES).join("|")})\\s*(ZM|Z|M)?\\s*(?=\\(|EMPTY)`;
const START = new RegExp(`^\\s*(SRID=\\d+\\s*;)?\\s*${KIND}`, "i");
const HEAD = new RegExp(`\\s*${KIND}`, "iy");
const SRID = /\s*SRID\s*=\s*(\d+)\s*;/iy;
const NUMBER = /\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)(?=[\s,)])/iy;
const BETWEEN = /[\s;,]*/y;

/** As deep as collections are followed; the limit of the upload is lower. */
const DEPTH = 8;

export const wkt: Format = {
  id: "wkt",
  endings: [".wkt", ".txt"],
  sniff: (files) => (files.some(isWkt) ? 0.9 : 0),
  read: async (files, options, limits) => {
    const budget = budgetOf(limits);
    return files.filter(isWkt).map((file) => readOne(file, options, budget));
  },
};

function isWkt({ bytes }: InputFile): boolean {
  return START.test(peekText(bytes) ?? "");
}

function readOne(file: InputFile, options: ReadOptions, budget: Budget): ReadLayer {
  const { text, encoding } = decodeText(file.bytes, options.encoding);
  const srids = new Set<string>();
  const faults: FormatNote[] = [];
  const rows: Row[] = [];
  const cursor: Cursor = { text, at: 0 };
  let row = 0;
  for (take(cursor, BETWEEN); cursor.at < text.length; take(cursor, BETWEEN)) {
    row += 1;
    if (row > budget.limits.features) throw new FormatError("too_many_features", { max: budget.limits.features });
    const start = cursor.at;
    const srid = take(cursor, SRID)?.[1] ?? "";
    // What is no geometry at all says nothing of a system.
    if (srid !== "" || matches(cursor, HEAD)) srids.add(srid);
    try {
      const parsed = geometryAt(cursor, 0);
      rows.push({ row, geometry: () => parsed, properties: {} });
    } catch (error) {
      if (!(error instanceof RowFault)) throw error;
      // What is empty was read to its end.
      if (error.code !== "empty_geometry") cursor.at = endOfBroken(text, start);
      const params = error.code === "wkt_broken" ? { text: text.slice(start, cursor.at).trim().slice(0, 60) } : error.params;
      faults.push({ code: error.code, params, row, position: null });
    }
  }
  return readLayer(
    { name: file.name.replace(/\.\w+$/, ""), rows, faults, declared: declaredBySrid(srids), encoding, expected: row },
    budget,
  );
}

/** The `SRID=` that a text of a geometry begins with, "" without; null where it is none. */
export function sridOf(text: string): string | null {
  const found = START.exec(text);
  return found && (/\d+/.exec(found[1] ?? "")?.[0] ?? "");
}

/** What the `SRID=` of the geometries say together; "" for one without. Throws FormatError `several_crs`. */
export function declaredBySrid(srids: ReadonlySet<string>): DeclaredCrs | null {
  if (srids.size > 1) throw new FormatError("several_crs", { names: [...srids].map((each) => each || "-").join(", ") });
  const [srid] = srids;
  return srid ? declaredByName(`EPSG:${srid}`, "SRID") : null;
}

/** The one geometry that the text is. Throws RowFault `wkt_broken` where it is none, `wkt_left_over` where it says more. */
export function parseWkt(text: string): Geometry {
  const cursor: Cursor = { text, at: 0 };
  try {
    take(cursor, SRID);
    const geometry = geometryAt(cursor, 0);
    take(cursor, BETWEEN);
    if (cursor.at < text.length) throw new RowFault("wkt_left_over", { text: text.slice(cursor.at, cursor.at + 60) });
    return geometry;
  } catch (error) {
    if (error instanceof RowFault && error.code === "wkt_broken") throw new RowFault("wkt_broken", { text: text.slice(0, 60) });
    throw error;
  }
}

type Cursor = { text: string; at: number };

function matches({ text, at }: Cursor, pattern: RegExp): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** Steps over what the sticky pattern finds here. */
function take(cursor: Cursor, pattern: RegExp): RegExpExecArray | null {
  const found = matches(cursor, pattern);
  if (found) cursor.at += found[0].length;
  return found;
}

function broken(): RowFault {
  return new RowFault("wkt_broken");
}

const OPEN = /\s*\(/y;
const CLOSE = /\s*\)/y;
const COMMA = /\s*,/y;
const EMPTY = /\s*EMPTY\b/iy;

/** The geometry that begins here; the cursor then stands behind it. Throws RowFault. */
function geometryAt(cursor: Cursor, depth: number): Geometry {
  if (depth > DEPTH) throw new RowFault("nested_too_deep", { max: DEPTH });
  const head = take(cursor, HEAD);
  if (!head) throw broken();
  const type = TYPES[head[1]!.toUpperCase() as keyof typeof TYPES];
  if (take(cursor, EMPTY)) throw new RowFault("empty_geometry");
  const extra = (head[2] ?? "").length;
  const has_height = /z/i.test(head[2] ?? "");
  const position = () => positionAt(cursor, extra, has_height);
  const line = () => listAt(cursor, position);
  const rings = () => listAt(cursor, line);
  switch (type) {
    case "Point":
      return { type, coordinates: onlyOf(line()) };
    case "LineString":
      return { type, coordinates: line() };
    case "MultiPoint":
      // Each in brackets of its own, or not.
      return { type, coordinates: listAt(cursor, () => (matches(cursor, OPEN) ? onlyOf(line()) : position())) };
    case "Polygon":
    case "MultiLineString":
      return { type, coordinates: rings() };
    case "MultiPolygon":
      return { type, coordinates: listAt(cursor, rings) };
    case "GeometryCollection": {
      const parts = listAt(cursor, () => (takeEmpty(cursor) ? null : geometryAt(cursor, depth + 1)));
      return { type, geometries: parts.filter((part) => part !== null) };
    }
  }
}

function onlyOf(positions: Position[]): Position {
  if (positions.length !== 1) throw broken();
  return positions[0]!;
}

/** Steps over an empty part of a collection, which holds nothing. */
function takeEmpty(cursor: Cursor): boolean {
  const { at } = cursor;
  if (take(cursor, HEAD) && take(cursor, EMPTY)) return true;
  cursor.at = at;
  return false;
}

/** `( one, one ... )` */
function listAt<T>(cursor: Cursor, one: () => T): T[] {
  if (!take(cursor, OPEN)) throw broken();
  const list: T[] = [];
  do list.push(one());
  while (take(cursor, COMMA));
  if (!take(cursor, CLOSE)) throw broken();
  return list;
}

/** As many numbers as the kind says there are: a missing one, or a comma for a point, would bend the line. */
function positionAt(cursor: Cursor, extra: number, has_height: boolean): Position {
  const numbers: number[] = [];
  for (let found = take(cursor, NUMBER); found; found = take(cursor, NUMBER)) numbers.push(Number(found[1]));
  if (numbers.length !== 2 + extra) throw broken();
  return has_height ? numbers.slice(0, 3) : numbers.slice(0, 2);
}

/** Where what could not be read ends: behind its last bracket, or where a line begins a geometry that is no part of it. */
function endOfBroken(text: string, start: number): number {
  let depth = 0;
  let before = "";
  for (let at = start; at < text.length; at += 1) {
    const sign = text[at]!;
    if (
      (sign === "\n" || sign === "\r") &&
      (depth === 0 || (!"(,".includes(before) && START_OF_LINE.test(text.slice(at + 1, at + 80))))
    )
      return at;
    if (sign === "(") depth += 1;
    if (sign === ")") depth -= 1;
    if (sign === ")" && depth <= 0) return at + 1;
    if (sign.trim() !== "") before = sign;
  }
  return text.length;
}

/** `START`, of that line alone. */
const START_OF_LINE = new RegExp(START.source.replace("^\\s*", "^[^\\S\\n]*"), "i");
