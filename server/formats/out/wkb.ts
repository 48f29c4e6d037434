/** Well-known binary (ISO), little-endian, without heights. */
import type { Geometry, Position } from "../../api/common.ts";

const CODES = { Point: 1, LineString: 2, Polygon: 3, MultiPoint: 4, MultiLineString: 5, MultiPolygon: 6, GeometryCollection: 7 };

export function writeWkb(geometry: Geometry): Uint8Array {
  const view = new DataView(new ArrayBuffer(sizeOf(geometry)));
  let at = 0;
  const count = (value: number) => {
    view.setUint32(at, value, true);
    at += 4;
  };
  const position = ([x, y]: Position) => {
    view.setFloat64(at, x!, true);
    view.setFloat64(at + 8, y!, true);
    at += 16;
  };
  const line = (positions: Position[]) => {
    count(positions.length);
    positions.forEach(position);
  };
  const write = (each: Geometry): void => {
    view.setUint8(at, 1);
    at += 1;
    count(CODES[each.type]);
    if (each.type === "Point") return position(each.coordinates);
    if (each.type === "LineString") return line(each.coordinates);
    if (each.type === "Polygon") {
      count(each.coordinates.length);
      return each.coordinates.forEach(line);
    }
    const members = membersOf(each);
    count(members.length);
    members.forEach(write);
  };
  write(geometry);
  return new Uint8Array(view.buffer);
}

function membersOf(geometry: Exclude<Geometry, { type: "Point" | "LineString" | "Polygon" }>): Geometry[] {
  switch (geometry.type) {
    case "MultiPoint":
      return geometry.coordinates.map((coordinates) => ({ type: "Point", coordinates }));
    case "MultiLineString":
      return geometry.coordinates.map((coordinates) => ({ type: "LineString", coordinates }));
    case "MultiPolygon":
      return geometry.coordinates.map((coordinates) => ({ type: "Polygon", coordinates }));
    case "GeometryCollection":
      return geometry.geometries;
  }
}

function sizeOf(geometry: Geometry): number {
  switch (geometry.type) {
    case "Point":
      return 21;
    case "LineString":
      return 9 + 16 * geometry.coordinates.length;
    case "Polygon":
      return geometry.coordinates.reduce((sum, ring) => sum + 4 + 16 * ring.length, 9);
    default:
      return membersOf(geometry).reduce((sum, each) => sum + sizeOf(each), 9);
  }
}
