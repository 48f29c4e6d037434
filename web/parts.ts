/** A site of several parts: taken apart into single figures and put together again as the plainest geometry that holds
 *  them. Coordinates pass through untouched, in whatever reference system they are. */
import type { Geometry } from "../server/api/common.ts";

export type Part = Extract<Geometry, { type: "Point" | "LineString" | "Polygon" }>;

/** The single figures of a geometry, in their order. */
export function partsOf(geometry: Geometry): Part[] {
  switch (geometry.type) {
    case "MultiPoint":
      return geometry.coordinates.map((coordinates) => ({ type: "Point", coordinates }));
    case "MultiLineString":
      return geometry.coordinates.map((coordinates) => ({ type: "LineString", coordinates }));
    case "MultiPolygon":
      return geometry.coordinates.map((coordinates) => ({ type: "Polygon", coordinates }));
    case "GeometryCollection":
      return geometry.geometries.flatMap(partsOf);
    default:
      return [geometry];
  }
}

/** One geometry of the parts: a single figure as itself, figures of one kind as their multi-geometry, others as a
 *  collection; null of none. */
export function joinParts(parts: readonly Part[]): Geometry | null {
  const [first] = parts;
  if (!first) return null;
  if (parts.length === 1) return first;
  if (parts.every((part) => part.type === "Polygon"))
    return { type: "MultiPolygon", coordinates: parts.map(({ coordinates }) => coordinates) };
  if (parts.every((part) => part.type === "LineString"))
    return { type: "MultiLineString", coordinates: parts.map(({ coordinates }) => coordinates) };
  if (parts.every((part) => part.type === "Point"))
    return { type: "MultiPoint", coordinates: parts.map(({ coordinates }) => coordinates) };
  return { type: "GeometryCollection", geometries: [...parts] };
}

/** Corners as stored, a ring's closing one included. */
export function verticesOf(part: Part): number {
  if (part.type === "Point") return 1;
  return part.type === "LineString" ? part.coordinates.length : part.coordinates.reduce((sum, ring) => sum + ring.length, 0);
}
