/** What files say of the system their coordinates stand in. */
import type { Geometry, Position } from "../../api/common.ts";
import { gaussKrueger, zoneCode } from "../crs.ts";
import { FormatError } from "../format.ts";
import { geometryFromCgcs2000 } from "../transform.ts";
import type { OutFeature, OutNote } from "./writer.ts";

const CGCS2000 =
  'GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]';
const WGS84 =
  'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]';

/** Well-known text in the words of ArcGIS, as a .prj has it, with the names of its own list for these codes. */
export function wktOf(crs: string): string {
  if (crs === "EPSG:4490") return CGCS2000;
  if (crs === "EPSG:4326") return WGS84;
  if (crs === "EPSG:3857")
    return `PROJCS["WGS_1984_Web_Mercator_Auxiliary_Sphere",${WGS84},PROJECTION["Mercator_Auxiliary_Sphere"],PARAMETER["False_Easting",0.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",0.0],PARAMETER["Standard_Parallel_1",0.0],PARAMETER["Auxiliary_Sphere_Type",0.0],UNIT["Meter",1.0]]`;
  const zone = gaussKrueger(crs);
  if (!zone) throw new FormatError("crs_not_written", { crs });
  const width = zone.width === 3 ? "3_Degree_" : "";
  const name = `CGCS2000_${width}GK_${zone.zone === null ? `CM_${zone.central_meridian}E` : `Zone_${zone.zone}`}`;
  const easting = 500_000 + (zone.zone ?? 0) * 1_000_000;
  return `PROJCS["${name}",${CGCS2000},PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",${easting}.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",${zone.central_meridian}.0],PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]`;
}

/** The Gauss-Krueger zone of the features' middle, `prefixed` with its number in front of the eastings; null without any feature,
 *  or outside 73.5-136.5 degrees. */
export function zoneOf(features: readonly OutFeature[], width: 3 | 6, prefixed: boolean): string | null {
  let [west, east] = [Infinity, -Infinity];
  for (const { geometry } of features)
    for (const [lon] of positionsOf(geometry)) {
      west = Math.min(west, lon!);
      east = Math.max(east, lon!);
    }
  if (west > east) return null;
  const middle = (west + east) / 2;
  return zoneCode(width === 3 ? 3 * Math.round(middle / 3) : 6 * Math.floor(middle / 6) + 3, width, prefixed);
}

/** Every position of a geometry, in its order. */
export function positionsOf(geometry: Geometry | null): Position[] {
  if (geometry === null) return [];
  switch (geometry.type) {
    case "Point":
      return [geometry.coordinates];
    case "MultiPoint":
    case "LineString":
      return geometry.coordinates;
    case "MultiLineString":
    case "Polygon":
      return geometry.coordinates.flat();
    case "MultiPolygon":
      return geometry.coordinates.flat(2);
    case "GeometryCollection":
      return geometry.geometries.flatMap(positionsOf);
  }
}

/** Beside the zone by more than its width; a neighbouring zone is used on purpose sometimes, this seldom. */
const FAR_ZONES = 1.5;
/** About 1 cm between the two straight lines, see `geometryFromCgcs2000`. */
const LONG_EDGE_DEGREES = 0.01;

/** The features in `crs`, and what that means for them. Throws FormatError `crs_out_of_reach` where the projection has no such
 *  place. */
export function inSystem(features: readonly OutFeature[], crs: string): { features: OutFeature[]; notes: OutNote[] } {
  const zone = gaussKrueger(crs);
  const metres = zone !== undefined || crs === "EPSG:3857";
  let [far, long] = [0, 0];
  const moved = features.map((feature) => {
    const { geometry, properties } = feature;
    if (geometry === null) return feature;
    const before = positionsOf(geometry);
    const made = geometryFromCgcs2000(geometry, crs);
    if (positionsOf(made).some((position) => !position.every(Number.isFinite)))
      throw new FormatError("crs_out_of_reach", { crs });
    if (zone && before.some(([lon]) => Math.abs(lon! - zone.central_meridian) > FAR_ZONES * zone.width)) far += 1;
    if (metres && partsOf(geometry).some(({ lines }) => lines.some(hasLongEdge))) long += 1;
    return { geometry: made, properties };
  });
  const notes: OutNote[] = [];
  if (far > 0) notes.push({ code: "far_from_meridian", params: { count: far, meridian: zone!.central_meridian } });
  if (long > 0) notes.push({ code: "long_edges", params: { count: long } });
  return { features: moved, notes };
}

function hasLongEdge(positions: readonly Position[]): boolean {
  return positions.some(([lon, lat], i) => {
    const before = positions[i - 1];
    return before !== undefined && Math.hypot(lon! - before[0]!, lat! - before[1]!) > LONG_EDGE_DEGREES;
  });
}

/** A part of a geometry with its rings or lines, for formats that number them: a polygon is one part of its rings, outer one
 *  first; a line or a point one part of one. */
export type Part = { kind: "point" | "line" | "polygon"; lines: Position[][] };

/** The parts of any geometry, collections taken apart. */
export function partsOf(geometry: Geometry): Part[] {
  switch (geometry.type) {
    case "Point":
      return [{ kind: "point", lines: [[geometry.coordinates]] }];
    case "MultiPoint":
      return geometry.coordinates.map((position) => ({ kind: "point", lines: [[position]] }));
    case "LineString":
      return [{ kind: "line", lines: [geometry.coordinates] }];
    case "MultiLineString":
      return geometry.coordinates.map((line) => ({ kind: "line", lines: [line] }));
    case "Polygon":
      return [{ kind: "polygon", lines: geometry.coordinates }];
    case "MultiPolygon":
      return geometry.coordinates.map((lines) => ({ kind: "polygon", lines }));
    case "GeometryCollection":
      return geometry.geometries.flatMap(partsOf);
  }
}

/** Area of a closed ring in its own plane: positive when it runs counter-clockwise. */
export function signedArea(ring: readonly Position[]): number {
  const [ox, oy] = ring[0] ?? [0, 0];
  let sum = 0;
  for (const [i, [x, y]] of ring.entries()) {
    const [nx, ny] = ring[(i + 1) % ring.length]!;
    sum += (x! - ox!) * (ny! - oy!) - (nx! - ox!) * (y! - oy!);
  }
  return sum / 2;
}
