/** The reference systems of pages of features (OGC API Features Part 2): named by their address, coordinates in the order of the
 *  authority's axes. (A file has x,y, as its programs expect.) */
import type { Geometry } from "./api/common.ts";
import { declaredByName } from "./formats/crs.ts";
import { FormatError } from "./formats/format.ts";
import { positionsOf } from "./formats/out/system.ts";
import { CRS_WRITTEN, geometryFromCgcs2000 } from "./formats/transform.ts";
import { badParameter } from "./query.ts";

export const CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84";
/** How coordinates are stored, but for the order of their axes. */
export const STORAGE_CRS = addressOf("EPSG:4490");
/** Every system of a page, the usual one first. */
export const PAGE_CRS: readonly string[] = [CRS84, ...CRS_WRITTEN.map(addressOf)];

/** `null`: as stored, longitude and latitude. */
export type PageCrs = { address: string; crs: string | null };

/** What `crs` asks for: an address of PAGE_CRS, or its short form `EPSG:4523`. Throws a 400 that names what there is. */
export function pageCrs(text: string | undefined): PageCrs {
  if (text === undefined || /^(\[?OGC:)?CRS84\]?$/i.test(text) || text === CRS84) return { address: CRS84, crs: null };
  const { crs } = declaredByName(text.replace(/^\[(.+)\]$/, "$1"), "crs");
  // Names of datums and well-known text are for files that people bring.
  if (crs !== null && CRS_WRITTEN.includes(crs) && /EPSG/i.test(text) && text.length < 80)
    return { address: addressOf(crs), crs };
  throw badParameter("crs", `${CRS84} | http://www.opengis.net/def/crs/EPSG/0/{4326 | 3857 | 4490-4554}`, text);
}

/** A stored geometry in the system. EPSG gives latitude before longitude and northing before easting, but for Web Mercator.
 *  Throws FormatError `crs_out_of_reach` where the projection has no such place. */
export function placed(geometry: Geometry, { crs }: PageCrs): Geometry {
  if (crs === null) return geometry;
  const made = geometryFromCgcs2000(geometry, crs, crs !== "EPSG:3857");
  if (positionsOf(made).some((position) => !position.every(Number.isFinite))) throw new FormatError("crs_out_of_reach", { crs });
  return made;
}

function addressOf(crs: string): string {
  return `http://www.opengis.net/def/crs/EPSG/0/${crs.slice("EPSG:".length)}`;
}
