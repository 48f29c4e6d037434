/** Coordinates of the reference systems the service takes, to degrees, for the preview. The service computes with its own. */
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

export function isPlainDegrees(crs: string): boolean {
  return crs === "EPSG:4326" || crs === "EPSG:4490";
}

/** The geometry in degrees, or null when a coordinate is no place on the earth. */
export function toDegrees(geometry: Geometry, crs: string): Geometry | null {
  const convert = converter(crs);
  let placed = true;
  const walk = (node: unknown): unknown => {
    if (!Array.isArray(node)) return node;
    if (typeof node[0] !== "number") return node.map(walk);
    const [lon, lat] = convert(node as Position);
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

function converter(crs: string): (position: Position) => Position {
  if (crs === "EPSG:3857") return fromMercator;
  const zone = gaussKrueger(crs);
  return zone ? (position) => fromGaussKrueger(position, zone) : (position) => position;
}

const MERCATOR_RADIUS_M = 6_378_137;

function fromMercator([x, y]: Position): Position {
  const lat = 2 * Math.atan(Math.exp((y ?? Number.NaN) / MERCATOR_RADIUS_M)) - Math.PI / 2;
  return [degrees((x ?? Number.NaN) / MERCATOR_RADIUS_M), degrees(lat)];
}

/** CGCS2000 ellipsoid. */
const A = 6_378_137;
const F = 1 / 298.257222101;

/** Inverse Krueger series to the fourth order of n (Karney 2011, eqs. 15, 36; below 1 mm inside a zone). */
function fromGaussKrueger([x, y]: Position, { central_meridian, zone }: GaussKrueger): Position {
  const n = F / (2 - F);
  const radius = (A / (1 + n)) * (1 + n ** 2 / 4 + n ** 4 / 64);
  const beta = [
    n / 2 - (2 * n ** 2) / 3 + (37 * n ** 3) / 96 - n ** 4 / 360,
    n ** 2 / 48 + n ** 3 / 15 - (437 * n ** 4) / 1440,
    (17 * n ** 3) / 480 - (37 * n ** 4) / 840,
    (4397 * n ** 4) / 161280,
  ];
  const xi = (y ?? Number.NaN) / radius;
  const eta = ((x ?? Number.NaN) - 500_000 - (zone ?? 0) * 1_000_000) / radius;
  let xi0 = xi;
  let eta0 = eta;
  for (const [i, b] of beta.entries()) {
    const k = 2 * (i + 1);
    xi0 -= b * Math.sin(k * xi) * Math.cosh(k * eta);
    eta0 -= b * Math.cos(k * xi) * Math.sinh(k * eta);
  }
  const e = Math.sqrt(F * (2 - F));
  const conformal = Math.sin(xi0) / Math.sqrt(Math.sinh(eta0) ** 2 + Math.cos(xi0) ** 2);
  let tau = conformal;
  for (let i = 0; i < 6; i++) {
    // Newton on tau' (tau), Karney eqs. 7-9 and 19-21.
    const root = Math.sqrt(1 + tau * tau);
    const sigma = Math.sinh(e * Math.atanh((e * tau) / root));
    const guess = tau * Math.sqrt(1 + sigma * sigma) - sigma * root;
    tau += ((conformal - guess) / Math.sqrt(1 + guess * guess)) * ((1 + (1 - e * e) * tau * tau) / ((1 - e * e) * root));
  }
  return [central_meridian + degrees(Math.atan2(Math.sinh(eta0), Math.cos(xi0))), degrees(Math.atan(tau))];
}

function degrees(radians: number): number {
  return (radians * 180) / Math.PI;
}
