/** The reference systems of pages of features (OGC API Features Part 2): named by their address, coordinates in the order of the
 *  authority's axes. (A file has x,y, as its programs expect.) */
import type { Geometry, Position } from "./api/common.ts";
import { declaredByName, gaussKrueger } from "./formats/crs.ts";
import { FormatError } from "./formats/format.ts";
import { positionsOf } from "./formats/out/system.ts";
import { CRS_WRITTEN, geometryFromCgcs2000, geometryToCgcs2000, toCgcs2000 } from "./formats/transform.ts";
import type { FeatureFilter } from "./queries/collections.ts";
import { badParameter, bboxParameter } from "./query.ts";

export const CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84";
/** How coordinates are stored, but for the order of their axes. */
export const STORAGE_CRS = addressOf("EPSG:4490");
/** Every system of a page, the usual one first. */
export const PAGE_CRS: readonly string[] = [CRS84, ...CRS_WRITTEN.map(addressOf)];

/** `null`: as stored, longitude and latitude. */
export type PageCrs = { address: string; crs: string | null };

/** What `crs` asks for: an address of PAGE_CRS, or its short form `EPSG:4523`. Throws a 400 that names what there is. */
export function pageCrs(text: string | undefined, parameter = "crs"): PageCrs {
  if (text === undefined || /^(\[?OGC:)?CRS84\]?$/i.test(text) || text === CRS84) return { address: CRS84, crs: null };
  const { crs } = declaredByName(text.replace(/^\[(.+)\]$/, "$1"), "crs");
  // Names of datums and well-known text are for files that people bring.
  if (crs !== null && CRS_WRITTEN.includes(crs) && /EPSG/i.test(text) && text.length < 80)
    return { address: addressOf(crs), crs };
  throw badParameter(parameter, `${CRS84} | http://www.opengis.net/def/crs/EPSG/0/{4326 | 3857 | 4490-4554}`, text);
}

/** A stored geometry in the system. EPSG gives latitude before longitude and northing before easting, but for Web Mercator.
 *  Throws FormatError `crs_out_of_reach` where the projection has no such place. */
export function placed(geometry: Geometry, { crs }: PageCrs): Geometry {
  if (crs === null) return geometry;
  const made = geometryFromCgcs2000(geometry, crs, isTurned(crs));
  if (positionsOf(made).some((position) => !position.every(Number.isFinite))) throw new FormatError("crs_out_of_reach", { crs });
  return made;
}

/** Easting and northing of a zone within which a box is one that the projection bears, metres. */
const REACH_M = { from_meridian: 1_500_000, north: 7_000_000 };
const MERCATOR_M = 20_037_508.3428;

/** The box of `bbox` in the system of `bbox-crs`, in the order of its axes. Throws a 400. */
export function boxParameter(bbox: string | undefined, bbox_crs: string | undefined): Pick<FeatureFilter, "bbox" | "area"> {
  const { crs } = pageCrs(bbox_crs, "bbox-crs");
  if (bbox === undefined && bbox_crs !== undefined) throw badParameter("bbox-crs", "bbox", bbox_crs);
  if (crs === null || bbox === undefined) return { bbox: bboxParameter("bbox", bbox) };
  const numbers = bbox.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  const [west, south, east, north] = isTurned(crs) ? [1, 0, 3, 2].map((i) => numbers[i]!) : numbers;
  const zone = gaussKrueger(crs);
  if (!zone && crs !== "EPSG:3857")
    return { bbox: bboxParameter("bbox", [west, south, east, north, ...numbers.slice(4)].join()) };
  const middle = zone ? 500_000 + (zone.zone ?? 0) * 1_000_000 : 0;
  const [reach, least, most] = zone ? [REACH_M.from_meridian, 0, REACH_M.north] : [MERCATOR_M, -MERCATOR_M, MERCATOR_M];
  const usable =
    numbers.length === 4 &&
    west! < east! &&
    south! < north! &&
    west! >= middle - reach &&
    east! <= middle + reach &&
    south! >= least &&
    north! <= most;
  if (!usable) {
    const [x, y] = [`${middle - reach}..${middle + reach}`, `${least}..${most}`];
    throw badParameter("bbox", zone ? `north,east,north,east (${y}, ${x})` : `west,south,east,north (${x}, ${y})`, bbox);
  }
  const corners: Position[] = [
    [west!, south!],
    [east!, south!],
    [east!, north!],
    [west!, north!],
    [west!, south!],
  ];
  if (zone) return { area: geometryToCgcs2000({ type: "Polygon", coordinates: [corners] }, crs) };
  const [from, , to] = toCgcs2000(corners, crs);
  return { bbox: [from![0]!, from![1]!, to![0]!, to![1]!] };
}

/** Whether the authority gives y before x. */
function isTurned(crs: string): boolean {
  return crs !== "EPSG:3857";
}

function addressOf(crs: string): string {
  return `http://www.opengis.net/def/crs/EPSG/0/${crs.slice("EPSG:".length)}`;
}
