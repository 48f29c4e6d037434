/** The records of a .shp, one at a time, after the ESRI Shapefile Technical Description (July 1998). No library does what a
 *  review needs: shpjs loses the row of a broken record and drops holes without a shell; `shapefile` has not been kept since 2017. */
import type { Geometry, Position } from "../api/common.ts";
import { FormatError, type FormatNote } from "./format.ts";
import { closeRing, RowFault, type Budget, type Row } from "./geometry.ts";
import { nestRings } from "./rings.ts";

const HEADER = 100;

export type Shp = {
  rows: Omit<Row, "properties">[];
  faults: FormatNote[];
  notes: FormatNote[];
  /** Records by the index or the attribute table, where there is one. */
  expected: number | null;
};

export function isShp(bytes: Uint8Array): boolean {
  return bytes.length >= HEADER && viewOf(bytes).getInt32(0) === 9994 && viewOf(bytes).getInt32(28, true) === 1000;
}

/** The records of a .shp, by its index where that is sound, else one after the other. `expected_rows` are those of the .dbf.
 *  Positions as in the file. Throws FormatError `shp_header`. */
export function readShp(bytes: Uint8Array, shx: Uint8Array | null, expected_rows: number | null, budget: Budget): Shp {
  if (!isShp(bytes)) throw new FormatError("shp_header");
  const view = viewOf(bytes);
  const notes: FormatNote[] = [];
  const said = view.getInt32(24) * 2;
  if (said !== bytes.length) notes.push(whole("shp_length", { expected: said, got: bytes.length }));
  const walked = walk(view);
  const listed = shx && indexOf(shx, view);
  // Fewer than the attributes: it was cut off. Else the others are what editing left behind.
  const index = listed && listed.length < Math.min(walked.length, expected_rows ?? 0) ? null : listed;
  if (shx && !index) notes.push(whole("shx_ignored"));
  const known = new Set(index);
  const unlisted = index ? walked.filter((offset) => !known.has(offset)).length : 0;
  if (unlisted > 0) notes.push(whole("shp_unlisted", { count: unlisted }));
  const type = view.getInt32(32, true);
  if (type > 10) notes.push(whole("heights_dropped"));
  const offsets = index ?? walked;
  const expected = expected_rows ?? index?.length ?? null;
  const rows = offsets.map((offset, i) => ({ row: i + 1, geometry: () => readRecord(view, offset, i + 1, notes, budget) }));
  const faults: FormatNote[] = [];
  for (let row = rows.length + 1; row <= Math.min(expected ?? 0, budget.limits.features); row += 1)
    faults.push({ code: "record_missing", params: {}, row, position: null });
  return { rows, faults, notes, expected };
}

function whole(code: string, params: FormatNote["params"] = {}): FormatNote {
  return { code, params, row: null, position: null };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Offsets of the records by the .shx; null where it is cut off, or one of them leads out of the .shp, to no record, or to one twice. */
function indexOf(shx: Uint8Array, shp: DataView): number[] | null {
  if (shx.length < HEADER || viewOf(shx).getInt32(0) !== 9994) return null;
  const view = viewOf(shx);
  if (view.getInt32(24) * 2 > shx.length) return null;
  const offsets: number[] = [];
  for (let at = HEADER; at + 8 <= shx.length; at += 8) {
    const offset = view.getInt32(at) * 2;
    const length = view.getInt32(at + 4) * 2;
    if (offset < HEADER || length < 4 || offset + 8 + length > shp.byteLength || shp.getInt32(offset + 4) * 2 !== length)
      return null;
    offsets.push(offset);
  }
  return new Set(offsets).size === offsets.length ? offsets : null;
}

/** Offsets of the records one after the other; the last one may be cut off. */
function walk(shp: DataView): number[] {
  const offsets: number[] = [];
  for (let at = HEADER; at + 8 <= shp.byteLength;) {
    offsets.push(at);
    const length = shp.getInt32(at + 4) * 2;
    if (length < 0) break;
    at += 8 + length;
  }
  return offsets;
}

function readRecord(shp: DataView, offset: number, row: number, notes: FormatNote[], budget: Budget): Geometry | null {
  const length = shp.getInt32(offset + 4) * 2;
  const available = shp.byteLength - offset - 8;
  if (length < 4 || length > available) throw new RowFault("record_truncated", { expected: length, got: available });
  const record = new DataView(shp.buffer, shp.byteOffset + offset + 8, length);
  const type = record.getInt32(0, true);
  if (type === 0) return null;
  if (type === 31) throw new RowFault("multipatch");
  const kind = type % 10;
  if (![1, 3, 5, 8].includes(kind) || type > 28 || type < 0) throw new RowFault("shp_type", { type });
  if (kind === 1) return { type: "Point", coordinates: positionsAt(record, 4, 1)[0]! };
  need(record, kind === 8 ? 40 : 44);
  if (kind === 8) return { type: "MultiPoint", coordinates: pointsAt(record, 40, record.getInt32(36, true), budget) };
  const lines = partsOf(record, budget);
  if (lines.length === 0) return null;
  if (kind === 3)
    return lines.length === 1 ? { type: "LineString", coordinates: lines[0]! } : { type: "MultiLineString", coordinates: lines };
  const { geometry, same_direction } = nestRings(lines.map(closeRing));
  if (same_direction > 0) notes.push({ code: "ring_direction", params: { count: same_direction }, row, position: null });
  return geometry;
}

function need(record: DataView, bytes: number): void {
  if (bytes > record.byteLength) throw new RowFault("record_truncated", { expected: bytes, got: record.byteLength });
}

function pointsAt(record: DataView, at: number, count: number, budget: Budget): Position[] {
  if (count < 0) throw new RowFault("shp_counts");
  need(record, at + 16 * count);
  // Before they take memory: the vertices are counted again, one by one, when the row is settled.
  if (count > budget.vertices) throw new FormatError("too_many_vertices", { max: budget.limits.vertices });
  return positionsAt(record, at, count);
}

function positionsAt(record: DataView, at: number, count: number): Position[] {
  need(record, at + 16 * count);
  return Array.from({ length: count }, (_, i) => [
    record.getFloat64(at + 16 * i, true),
    record.getFloat64(at + 16 * i + 8, true),
  ]);
}

function partsOf(record: DataView, budget: Budget): Position[][] {
  const [parts, points] = [record.getInt32(36, true), record.getInt32(40, true)];
  if (parts < 0 || points < 0) throw new RowFault("shp_counts");
  need(record, 44 + 4 * parts + 16 * points);
  const positions = pointsAt(record, 44 + 4 * parts, points, budget);
  const starts = Array.from({ length: parts }, (_, i) => record.getInt32(44 + 4 * i, true));
  if (parts > 0 && starts[0] !== 0) throw new RowFault("shp_counts");
  // Starts that go backwards would read the same points over and over.
  if (starts.some((start, i) => start < (starts[i - 1] ?? 0) || start > points)) throw new RowFault("shp_counts");
  return starts.map((start, i) => positions.slice(start, starts[i + 1] ?? points)).filter((line) => line.length > 0);
}
