/** What all formats share once positions are read: limits, finite numbers, closed rings, and rings nested into polygons. */
import type { Geometry, Position } from "../api/common.ts";
import { FormatError, type FormatNote, type Limits, type ReadFeature, type ReadLayer } from "./format.ts";

/** No coordinate in degrees or metres is larger; shapefiles write "no data" as less than -1e38. */
const LARGEST = 1e9;
const NOTES_KEPT = 200;
/** As many as a screening has rows: each that cannot be read is named there. */
const FAULTS_KEPT = 10_000;

/** What is left of the limits while one upload is read. */
export type Budget = { limits: Limits; vertices: number; features: number };

export function budgetOf(limits: Limits): Budget {
  return { limits, vertices: limits.vertices, features: limits.features };
}

/** Takes vertices from what may still be read. Throws `too_many_vertices`. */
export function takeVertices(budget: Budget, count: number): void {
  budget.vertices -= count;
  if (budget.vertices < 0) throw new FormatError("too_many_vertices", { max: budget.limits.vertices });
}

/** Takes features from what may still be read. Throws `too_many_features`. */
export function takeFeatures(budget: Budget, count: number): void {
  budget.features -= count;
  if (budget.features < 0) throw new FormatError("too_many_features", { max: budget.limits.features });
}

/** What is wrong with one row; caught by `readLayer`, which goes on with the next. */
export class RowFault extends Error {
  readonly code: string;
  readonly params: FormatNote["params"];
  readonly position: [number, number] | null;
  constructor(code: string, params: FormatNote["params"] = {}, position: [number, number] | null = null) {
    super(code);
    this.code = code;
    this.params = params;
    this.position = position;
  }
}

export type Row = { row: number; geometry: () => Geometry | null; properties: Record<string, unknown> };

export type LayerParts = {
  name: string;
  rows: Iterable<Row>;
  fields?: ReadLayer["fields"];
  declared?: ReadLayer["declared"];
  encoding?: ReadLayer["encoding"];
  /** How many rows the file says it has. */
  expected?: number | null;
  faults?: FormatNote[];
  notes?: FormatNote[];
};

/** One layer of rows. A row whose geometry cannot be read is a fault and no feature; a row without geometry is a fault too,
 *  and a feature with null. Throws FormatError where a limit is passed. */
export function readLayer(parts: LayerParts, budget: Budget): ReadLayer {
  const features: ReadFeature[] = [];
  const faults = [...(parts.faults ?? [])];
  const notes = [...(parts.notes ?? [])];
  const heights = { seen: 0 };
  let [read, rows] = [0, new Set(faults.map(({ row }) => row).filter((row) => row !== null)).size];
  for (const { row, geometry, properties } of parts.rows) {
    rows += 1;
    takeFeatures(budget, 1);
    try {
      const raw = geometry();
      const settled = raw && settle(raw, { budget, row, notes, heights, depth: 0 });
      if (!settled) faults.push({ code: "no_geometry", params: {}, row, position: null });
      else read += 1;
      features.push({ row, geometry: settled, properties });
    } catch (error) {
      if (!(error instanceof RowFault)) throw error;
      faults.push({ code: error.code, params: error.params, row, position: error.position });
    }
  }
  const { expected = null } = parts;
  if (expected !== null && expected !== rows)
    notes.push({ code: "count_differs", params: { expected, got: rows }, row: null, position: null });
  if (heights.seen > 0) notes.push({ code: "heights_dropped", params: {}, row: null, position: null });
  return {
    name: parts.name,
    fields: parts.fields ?? fieldsOf(features),
    features,
    declared: parts.declared ?? null,
    encoding: parts.encoding ?? null,
    counts: { expected: parts.expected ?? null, read, faulty: new Set(faults.map(({ row }, i) => row ?? `whole ${i}`)).size },
    faults: firstOf(faults, FAULTS_KEPT),
    notes: firstOf(notes, NOTES_KEPT),
  };
}

function firstOf(notes: FormatNote[], kept: number): FormatNote[] {
  const more = notes.length - kept;
  if (more <= 0) return notes;
  return [...notes.slice(0, kept), { code: "more", params: { count: more }, row: null, position: null }];
}

/** The fields of the properties, in the order of their first use, with the type that all their values have. */
export function fieldsOf(features: readonly Pick<ReadFeature, "properties">[]): ReadLayer["fields"] {
  const types = new Map<string, Set<string>>();
  for (const { properties } of features)
    for (const [name, value] of Object.entries(properties)) {
      const known = types.get(name) ?? types.set(name, new Set()).get(name)!;
      if (value !== null && value !== undefined && value !== "") known.add(typeof value);
    }
  return [...types].map(([name, seen]) => {
    const [only] = seen;
    const type = seen.size === 1 && (only === "number" || only === "boolean") ? only : "text";
    return { name, type };
  });
}

type Settling = { budget: Budget; row: number; notes: FormatNote[]; heights: { seen: number }; depth: number };

function settle(geometry: Geometry, at: Settling): Geometry {
  switch (geometry.type) {
    case "Point":
      return { type: "Point", coordinates: place(geometry.coordinates, at) };
    case "MultiPoint":
      return { type: "MultiPoint", coordinates: some(geometry.coordinates).map((each) => place(each, at)) };
    case "LineString":
      return { type: "LineString", coordinates: line(geometry.coordinates, at) };
    case "MultiLineString":
      return { type: "MultiLineString", coordinates: some(geometry.coordinates).map((each) => line(each, at)) };
    case "Polygon":
      return { type: "Polygon", coordinates: some(geometry.coordinates).map((each) => ring(each, at)) };
    case "MultiPolygon":
      return {
        type: "MultiPolygon",
        coordinates: some(geometry.coordinates).map((each) => some(each).map((inner) => ring(inner, at))),
      };
    case "GeometryCollection": {
      if (at.depth >= at.budget.limits.depth) throw new RowFault("nested_too_deep", { max: at.budget.limits.depth });
      const deeper = { ...at, depth: at.depth + 1 };
      return { type: "GeometryCollection", geometries: some(geometry.geometries).map((each) => settle(each, deeper)) };
    }
    default:
      throw new RowFault("unknown_geometry", { type: String((geometry as { type: unknown } | null)?.type).slice(0, 40) });
  }
}

function some<T>(list: T[]): T[] {
  if (!Array.isArray(list)) throw new RowFault("not_positions");
  if (list.length === 0) throw new RowFault("empty_geometry");
  return list;
}

function place(position: Position, at: Settling): Position {
  takeVertices(at.budget, 1);
  const x: unknown = Array.isArray(position) ? position[0] : undefined;
  const y: unknown = Array.isArray(position) ? position[1] : undefined;
  if (typeof x !== "number" || typeof y !== "number" || !Number.isFinite(x) || !Number.isFinite(y))
    throw new RowFault("not_a_number", { x: String(x).slice(0, 40), y: String(y).slice(0, 40) });
  if (Math.abs(x) > LARGEST || Math.abs(y) > LARGEST) throw new RowFault("too_large_coordinate", { x, y }, [x, y]);
  if (position.length > 2) at.heights.seen += 1;
  return [x, y];
}

function line(positions: Position[], at: Settling): Position[] {
  const placed = some(positions).map((each) => place(each, at));
  const [x, y] = placed[0]!;
  if (placed.every((each) => each[0] === x && each[1] === y)) throw new RowFault("zero_length_line", {}, [x!, y!]);
  return placed;
}

function ring(positions: Position[], at: Settling): Position[] {
  const placed = some(positions).map((each) => place(each, at));
  const closed = closeRing(placed);
  const first = closed[0] as [number, number];
  if (closed !== placed) at.notes.push({ code: "ring_closed", params: {}, row: at.row, position: first });
  if (!enclosesSomething(closed)) throw new RowFault("ring_too_short", { count: new Set(closed.map(String)).size }, first);
  return closed;
}

/** Whether the last position is the first again. */
export function isClosed(positions: readonly Position[]): boolean {
  const first = positions[0];
  const last = positions.at(-1);
  return first?.[0] === last?.[0] && first?.[1] === last?.[1];
}

/** The ring with its first position repeated at the end; the same array where it is closed already. */
export function closeRing(positions: Position[]): Position[] {
  return isClosed(positions) ? positions : [...positions, positions[0]!];
}

/** Whether the positions are at least three places. */
function enclosesSomething(positions: Position[]): boolean {
  const differs = (a: Position, b: Position) => a[0] !== b[0] || a[1] !== b[1];
  const first = positions[0]!;
  const second = positions.find((each) => differs(each, first));
  return second !== undefined && positions.some((each) => differs(each, first) && differs(each, second));
}
