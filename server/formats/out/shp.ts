/** The .shp and .shx of one kind of shape, after the ESRI Shapefile Technical Description (July 1998). Written here, like the
 *  .dbf: @mapbox/shp-write 0.4.3 leaves the table to dbf 0.2.0, which has no encodings
 *  (https://github.com/mapbox/shp-write/issues/85, https://github.com/mapbox/dbf/issues/21). */
import type { Geometry, Position } from "../../api/common.ts";
import { partsOf, signedArea } from "./system.ts";

export type ShapeKind = "point" | "line" | "polygon" | "multipoint";
export const SHAPE_KINDS: readonly ShapeKind[] = ["polygon", "line", "point", "multipoint"];
const TYPES: Record<ShapeKind, number> = { point: 1, line: 3, polygon: 5, multipoint: 8 };

/** The kind that holds a geometry; null for a collection, which no shapefile holds. */
export function shapeKindOf(geometry: Geometry): ShapeKind | null {
  switch (geometry.type) {
    case "Point":
      return "point";
    case "MultiPoint":
      return "multipoint";
    case "LineString":
    case "MultiLineString":
      return "line";
    case "Polygon":
    case "MultiPolygon":
      return "polygon";
    case "GeometryCollection":
      return null;
  }
}

type Box = [number, number, number, number];

/** Both files; null is a null shape. Outer rings run clockwise, holes counter-clockwise, whatever their direction before. */
export function writeShp(kind: ShapeKind, geometries: readonly (Geometry | null)[]): { shp: Uint8Array; shx: Uint8Array } {
  const box: Box = [Infinity, Infinity, -Infinity, -Infinity];
  const records = geometries.map((geometry) => recordOf(kind, geometry, box));
  if (box[0] > box[2]) box.fill(0);
  const length = 100 + records.reduce((sum, record) => sum + 8 + record.byteLength, 0);
  const shp = new Uint8Array(length);
  const shx = new Uint8Array(100 + 8 * records.length);
  writeHeader(shp, kind, box);
  writeHeader(shx, kind, box);
  const [main, index] = [new DataView(shp.buffer), new DataView(shx.buffer)];
  let at = 100;
  for (const [i, record] of records.entries()) {
    index.setInt32(100 + 8 * i, at / 2);
    index.setInt32(104 + 8 * i, record.byteLength / 2);
    main.setInt32(at, i + 1);
    main.setInt32(at + 4, record.byteLength / 2);
    shp.set(record, at + 8);
    at += 8 + record.byteLength;
  }
  return { shp, shx };
}

function writeHeader(bytes: Uint8Array, kind: ShapeKind, box: Box): void {
  const view = new DataView(bytes.buffer);
  view.setInt32(0, 9994);
  view.setInt32(24, bytes.length / 2);
  view.setInt32(28, 1000, true);
  view.setInt32(32, TYPES[kind], true);
  for (const [i, value] of box.entries()) view.setFloat64(36 + 8 * i, value, true);
}

function recordOf(kind: ShapeKind, geometry: Geometry | null, whole: Box): Uint8Array {
  if (geometry === null) return new Uint8Array(4);
  const lines = linesOf(kind, geometry);
  const positions = lines.flat();
  const box: Box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const position of positions)
    for (const each of [box, whole]) {
      each[0] = Math.min(each[0], position[0]!);
      each[1] = Math.min(each[1], position[1]!);
      each[2] = Math.max(each[2], position[0]!);
      each[3] = Math.max(each[3], position[1]!);
    }
  const parts = kind === "line" || kind === "polygon" ? lines : [];
  const head = kind === "point" ? 4 : kind === "multipoint" ? 40 : 44 + 4 * parts.length;
  const view = new DataView(new ArrayBuffer(head + 16 * positions.length));
  view.setInt32(0, TYPES[kind], true);
  if (kind !== "point") for (const [i, value] of box.entries()) view.setFloat64(4 + 8 * i, value, true);
  if (kind === "multipoint") view.setInt32(36, positions.length, true);
  if (parts.length > 0) {
    view.setInt32(36, parts.length, true);
    view.setInt32(40, positions.length, true);
  }
  let start = 0;
  for (const [i, part] of parts.entries()) {
    view.setInt32(44 + 4 * i, start, true);
    start += part.length;
  }
  for (const [i, [x, y]] of positions.entries()) {
    view.setFloat64(head + 16 * i, x!, true);
    view.setFloat64(head + 16 * i + 8, y!, true);
  }
  return new Uint8Array(view.buffer);
}

function linesOf(kind: ShapeKind, geometry: Geometry): Position[][] {
  return partsOf(geometry).flatMap(({ lines }) => (kind === "polygon" ? lines.map((ring, i) => turned(ring, i === 0)) : lines));
}

function turned(ring: Position[], clockwise: boolean): Position[] {
  return signedArea(ring) > 0 === clockwise ? ring.toReversed() : ring;
}
