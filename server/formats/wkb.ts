/** Well-known binary, as GeoPackage and PostGIS have it: both byte orders, heights in either style (ISO and EWKB). */
import type { Geometry, Position } from "../api/common.ts";
import { RowFault } from "./geometry.ts";

type Cursor = { view: DataView; at: number; depth: number };

const TYPES = ["Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon", "GeometryCollection"] as const;

/** The geometry that begins at `at`; null for an empty one. Positions as in the file, heights kept as a third number.
 *  Throws RowFault `wkb_broken`. */
export function readWkb(bytes: Uint8Array, at = 0): Geometry | null {
  const cursor = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), at, depth: 0 };
  try {
    return geometryAt(cursor);
  } catch (error) {
    if (error instanceof RangeError) throw new RowFault("wkb_broken");
    throw error;
  }
}

function geometryAt(cursor: Cursor): Geometry | null {
  if (cursor.depth > 8) throw new RowFault("nested_too_deep", { max: 8 });
  const little = cursor.view.getUint8(cursor.at) === 1;
  const code = cursor.view.getUint32(cursor.at + 1, little);
  cursor.at += 5;
  const iso = (code & 0x0fffffff) % 1000;
  const style = Math.floor((code & 0x0fffffff) / 1000);
  if (code & 0x20000000) cursor.at += 4;
  const extra = (style === 3 ? 2 : style > 0 ? 1 : 0) || (code & 0x80000000 ? 1 : 0) + (code & 0x40000000 ? 1 : 0);
  const has_height = style === 1 || style === 3 || (code & 0x80000000) !== 0;
  const type = TYPES[iso - 1];
  const position = (): Position => {
    const [x, y] = [cursor.view.getFloat64(cursor.at, little), cursor.view.getFloat64(cursor.at + 8, little)];
    cursor.at += 16 + 8 * extra;
    return has_height ? [x, y, 0] : [x, y];
  };
  const many = <T>(smallest: number, one: () => T): T[] => {
    const count = cursor.view.getUint32(cursor.at, little);
    cursor.at += 4;
    // Before memory is taken for what the file cannot hold.
    if (count * smallest > cursor.view.byteLength - cursor.at) throw new RowFault("wkb_broken");
    return Array.from({ length: count }, one);
  };
  const line = () => many(16 + 8 * extra, position);
  const parts = (): Geometry[] => {
    cursor.depth += 1;
    const read = many(5, () => geometryAt(cursor)).filter((each) => each !== null);
    cursor.depth -= 1;
    return read;
  };
  const coordinates = () => parts().map((part) => ("coordinates" in part ? part.coordinates : [])) as never;
  switch (type) {
    case "Point": {
      const [x, y, ...rest] = position();
      return Number.isNaN(x) && Number.isNaN(y) ? null : { type, coordinates: [x!, y!, ...rest] };
    }
    case "LineString":
      return { type, coordinates: line() };
    case "Polygon":
      return { type, coordinates: many(4, line) };
    case "MultiPoint":
    case "MultiLineString":
    case "MultiPolygon":
      return { type, coordinates: coordinates() };
    case "GeometryCollection":
      return { type, geometries: parts() };
    default:
      throw new RowFault("unknown_geometry", { type: iso });
  }
}
