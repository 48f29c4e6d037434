/** Coordinates of the reference systems the service takes, to degrees and back, for the screen, by proj4. The service
 *  computes with its own. All are x,y: longitude or easting first. CGCS2000 and WGS 84 are taken as equal. */
import proj4, { type Converter } from "proj4";
import type { Geometry, Position } from "../server/api/common.ts";

/** EPSG:4491-4554 in the order people look for them: the 3-degree zones of central meridian, then the rest. */
export const CRS_CODES: readonly string[] = [
  "EPSG:4490",
  "EPSG:4326",
  "EPSG:3857",
  ...range(4534, 4554),
  ...range(4513, 4533),
  ...range(4502, 4512),
  ...range(4491, 4501),
];

function range(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, i) => `EPSG:${from + i}`);
}

export type GaussKrueger = { central_meridian: number; width: 3 | 6; zone: number | null };

/** Zone of a CGCS2000 Gauss-Krueger code; `zone` is set where the easting begins with it. Undefined for other codes. */
export function gaussKrueger(crs: string): GaussKrueger | undefined {
  const code = Number(/^EPSG:(\d{4})$/.exec(crs)?.[1]);
  if (code >= 4491 && code <= 4501) return { central_meridian: 75 + 6 * (code - 4491), width: 6, zone: 13 + code - 4491 };
  if (code >= 4502 && code <= 4512) return { central_meridian: 75 + 6 * (code - 4502), width: 6, zone: null };
  if (code >= 4513 && code <= 4533) return { central_meridian: 75 + 3 * (code - 4513), width: 3, zone: 25 + code - 4513 };
  if (code >= 4534 && code <= 4554) return { central_meridian: 75 + 3 * (code - 4534), width: 3, zone: null };
  return undefined;
}

/** The CGCS2000 Gauss-Krueger code whose zone holds a longitude in degrees; `prefixed`: its easting begins with the zone's
 *  number. Null outside 73.5 to 136.5 (3 degrees) or 72 to 138 (6 degrees), where the system has no zone. */
export function zoneCodeAt(lon: number, width: 3 | 6, prefixed: boolean): string | null {
  const index = width === 3 ? Math.floor((lon - 73.5) / 3) : Math.floor((lon - 72) / 6);
  if (!(index >= 0 && index < (width === 3 ? 21 : 11))) return null;
  const first = width === 3 ? (prefixed ? 4513 : 4534) : prefixed ? 4491 : 4502;
  return `EPSG:${first + index}`;
}

export function isPlainDegrees(crs: string): boolean {
  return crs === "EPSG:4326" || crs === "EPSG:4490";
}

/** The geometry in degrees, or null when a coordinate is no place on the earth. */
export function toDegrees(geometry: Geometry, crs: string): Geometry | null {
  const project = converter(crs);
  let placed = true;
  const walk = (node: unknown): unknown => {
    if (!Array.isArray(node)) return node;
    if (typeof node[0] !== "number") return node.map(walk);
    const [x, y] = node as Position;
    const finite = Number.isFinite(x) && Number.isFinite(y);
    // proj4 throws on what is no number.
    const [lon, lat] = finite ? inverse(project, [x!, y!]) : [];
    if (lon === undefined || lat === undefined || !(Math.abs(lon) <= 180) || !(Math.abs(lat) <= 90)) placed = false;
    return [lon, lat];
  };
  const one = (part: Geometry): Geometry =>
    part.type === "GeometryCollection"
      ? { type: part.type, geometries: part.geometries.map(one) }
      : ({ type: part.type, coordinates: walk(part.coordinates) } as Geometry);
  const result = one(geometry);
  return placed ? result : null;
}

/** Degrees `[lon, lat]` as `[x, y]` of `crs`: metres, the easting with its zone's number where the code has one; degrees
 *  for EPSG:4490 and 4326. Null where the projection has no such place. */
export function fromDegrees(position: Position, crs: string): Position | null {
  const [lon, lat] = position;
  if (lon === undefined || lat === undefined || !(Math.abs(lon) <= 180) || !(Math.abs(lat) <= 90)) return null;
  const project = converter(crs);
  const [x, y] = project ? project.forward([lon, lat]) : [lon, lat];
  return Number.isFinite(x) && Number.isFinite(y) ? [x!, y!] : null;
}

const DEGREES = "+proj=longlat +a=6378137 +rf=298.257222101 +no_defs";
const MERCATOR = "+proj=merc +a=6378137 +b=6378137 +units=m +nadgrids=@null +no_defs";

const converters = new Map<string, Converter | null>();

/** From degrees forward to `crs`; null where `crs` is in degrees itself. */
function converter(crs: string): Converter | null {
  const known = converters.get(crs);
  if (known !== undefined) return known;
  const zone = gaussKrueger(crs);
  const target = zone ? definition(zone) : crs === "EPSG:3857" ? MERCATOR : null;
  const made = target === null ? null : proj4(DEGREES, target);
  converters.set(crs, made);
  return made;
}

function definition({ central_meridian, zone }: GaussKrueger): string {
  const x_0 = 500_000 + (zone ?? 0) * 1_000_000;
  return `+proj=tmerc +lat_0=0 +lon_0=${central_meridian} +k=1 +x_0=${x_0} +y_0=0 +a=6378137 +rf=298.257222101 +units=m +no_defs`;
}

function inverse(project: Converter | null, position: Position): Position {
  return project ? project.inverse(position) : position;
}
