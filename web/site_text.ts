/** A site that was typed, pasted or read from a file: GeoJSON without a system of its own, or one coordinate
 *  pair a line. */
import type { AnyGeoJson, Geometry, Position } from "../server/api/common.ts";
import { hasCrsMember } from "./crs_member.ts";

export type SiteText = { ok: true; given: AnyGeoJson } | { ok: false; key: string; params: Record<string, unknown> };
export type FigureKind = "polygon" | "line" | "point";

/** Reads the text. Pairs become a figure of `kind`, an open ring is closed; x (longitude or easting) comes first. What is
 *  wrong with GeoJSON itself is for the service to say. */
export function readSite(text: string, kind: FigureKind): SiteText {
  const trimmed = text.trim();
  if (trimmed === "") return { ok: false, key: "site_text.empty", params: {} };
  if (/^[{[]/.test(trimmed) && !/^\[\s*-?\d/.test(trimmed)) return readJson(trimmed);
  return readPairs(trimmed, kind);
}

function readJson(text: string): SiteText {
  try {
    const given = JSON.parse(text) as AnyGeoJson;
    if (typeof given !== "object" || given === null || typeof given.type !== "string")
      return { ok: false, key: "site_text.not_geojson", params: {} };
    if (hasCrsMember(given)) return { ok: false, key: "site_text.crs_member", params: {} };
    return { ok: true, given };
  } catch {
    return { ok: false, key: "site_text.not_json", params: {} };
  }
}

function readPairs(text: string, kind: FigureKind): SiteText {
  const positions: Position[] = [];
  for (const [i, line] of text.split(/[\n;；]+/).entries()) {
    const parts = line
      .trim()
      .split(/[\s,，、\t]+/)
      .filter((part) => part !== "");
    if (parts.length === 0) continue;
    // A survey table may begin with the number of the point.
    const numbers = (parts.length === 3 ? parts.slice(1) : parts).map(Number);
    if (numbers.length !== 2 || !numbers.every(Number.isFinite))
      return { ok: false, key: "site_text.bad_line", params: { line: i + 1, text: line.trim().slice(0, 40) } };
    positions.push(numbers);
  }
  const needed = { polygon: 3, line: 2, point: 1 }[kind];
  if (positions.length < needed) return { ok: false, key: "site_text.too_few", params: { needed, came: positions.length } };
  if (kind === "point")
    return {
      ok: true,
      given:
        positions.length === 1 ? { type: "Point", coordinates: positions[0]! } : { type: "MultiPoint", coordinates: positions },
    };
  if (kind === "line") return { ok: true, given: { type: "LineString", coordinates: positions } };
  const [first, last] = [positions[0]!, positions.at(-1)!];
  if (first[0] !== last[0] || first[1] !== last[1]) positions.push([...first]);
  return { ok: true, given: { type: "Polygon", coordinates: [positions] } };
}

/** The geometry inside any GeoJSON, several as a collection; null when there is none that could be drawn. */
export function geometryOf(given: AnyGeoJson): Geometry | null {
  if (given.type === "Feature") return given.geometry && geometryOf(given.geometry);
  if (given.type === "FeatureCollection") {
    if (!Array.isArray(given.features)) return null;
    const geometries = given.features.map((feature) => geometryOf(feature)).filter((geometry) => geometry !== null);
    if (geometries.length === 0) return null;
    return geometries.length === 1 ? geometries[0]! : { type: "GeometryCollection", geometries };
  }
  if (given.type === "GeometryCollection") return Array.isArray(given.geometries) ? given : null;
  return Array.isArray(given.coordinates) ? given : null;
}
