/** Positions of a file to CGCS2000 degrees (EPSG:4490), by proj4 and gcoord. All are x,y: longitude or easting first. */
import gcoord_module from "gcoord";
import proj4, { type Converter } from "proj4";
import type { Geometry, Position } from "../api/common.ts";
import { gaussKrueger, refusedDatum, utmZone } from "./crs.ts";
import { FormatError } from "./format.ts";

// Its types describe the default of its ES module; Node gives the CommonJS object itself.
const gcoord = gcoord_module as unknown as typeof gcoord_module.default;

const DEGREES = "+proj=longlat +a=6378137 +rf=298.257222101 +no_defs";
const MERCATOR = "+proj=merc +a=6378137 +b=6378137 +units=m +nadgrids=@null +no_defs";
/** The contract (design, Geometry a): edges are densified before any transform. At 30 degrees north the straight line of a
 *  1 km edge in the plane and in degrees differ by about 1 cm, of a 10 km edge by about 1 m. */
const LONGEST_EDGE_M = 1000;

/** Every system that `toCgcs2000` takes. */
export const CRS_READ: readonly string[] = [
  "EPSG:4490",
  "EPSG:4326",
  "EPSG:3857",
  ...codes(4491, 4554),
  ...codes(32_643, 32_653),
  "GCJ-02",
  "BD-09",
];

function codes(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, i) => `EPSG:${from + i}`);
}

/** Positions in degrees of CGCS2000; WGS 84 is taken as equal to it, as the whole service does. A place that the projection
 *  does not have gives NaN. GCJ-02 and BD-09 are converted by the public formula; see `accuracyOf`.
 *  Throws FormatError `datum_refused` for XIAN80 and BEIJING54, `crs_unknown` for what is not in CRS_READ. */
export function toCgcs2000(positions: readonly Position[], crs: string): Position[] {
  const convert = converterOf(crs);
  return positions.map(([x, y]) => {
    if (!Number.isFinite(x) || !Number.isFinite(y)) return [Number.NaN, Number.NaN];
    return convert(x!, y!);
  });
}

/** A geometry in degrees of CGCS2000, `swap` for one whose file has y,x. Edges in metres longer than 1 km are split before. */
export function geometryToCgcs2000(geometry: Geometry, crs: string, swap = false): Geometry {
  const convert = (positions: Position[]) => toCgcs2000(swap ? positions.map(([x, y]) => [y!, x!]) : positions, crs);
  const edges = (positions: Position[]) => convert(inMetres(crs) ? densify(positions) : positions);
  switch (geometry.type) {
    case "Point":
      return { type: "Point", coordinates: convert([geometry.coordinates])[0]! };
    case "MultiPoint":
      return { type: "MultiPoint", coordinates: convert(geometry.coordinates) };
    case "LineString":
      return { type: "LineString", coordinates: edges(geometry.coordinates) };
    case "MultiLineString":
    case "Polygon":
      return { type: geometry.type, coordinates: geometry.coordinates.map(edges) };
    case "MultiPolygon":
      return { type: "MultiPolygon", coordinates: geometry.coordinates.map((polygon) => polygon.map(edges)) };
    case "GeometryCollection":
      return { type: "GeometryCollection", geometries: geometry.geometries.map((each) => geometryToCgcs2000(each, crs, swap)) };
  }
}

/** Every system that `geometryFromCgcs2000` makes: those in which a survey or a web map is handed on. GCJ-02 and BD-09 are no
 *  systems to hand land on in. */
export const CRS_WRITTEN: readonly string[] = ["EPSG:4490", "EPSG:4326", "EPSG:3857", ...codes(4491, 4554)];

/** A geometry of CGCS2000 degrees in `crs`, x,y, each number rounded to what files state: 9 decimals of a degree (0.1 mm)
 *  or a millimetre. Vertices are kept as they are and none is added, since a boundary point is a legal point; so an edge of
 *  1 km runs up to 1 cm beside itself in the other plane. `swap`: y,x. A place that the projection does not have gives NaN.
 *  Throws FormatError `crs_not_written` for what is not in CRS_WRITTEN. */
export function geometryFromCgcs2000(geometry: Geometry, crs: string, swap = false): Geometry {
  if (!CRS_WRITTEN.includes(crs)) throw new FormatError("crs_not_written", { crs });
  const definition = definitionOf(crs);
  const project = definition === null ? null : projected(definition);
  const place = ([lon, lat]: Position): Position => {
    if (!project) return [rounded(lon!, 1e9), rounded(lat!, 1e9)];
    const [x, y] = project.forward([lon!, lat!]);
    return [rounded(x!, 1000), rounded(y!, 1000)];
  };
  return mapPositions(geometry, swap ? (position) => place(position).toReversed() : place);
}

function rounded(value: number, steps: number): number {
  // No "-0" in a file.
  return Math.round(value * steps) / steps + 0;
}

function mapPositions(geometry: Geometry, place: (position: Position) => Position): Geometry {
  switch (geometry.type) {
    case "Point":
      return { type: "Point", coordinates: place(geometry.coordinates) };
    case "MultiPoint":
    case "LineString":
      return { type: geometry.type, coordinates: geometry.coordinates.map(place) };
    case "MultiLineString":
    case "Polygon":
      return { type: geometry.type, coordinates: geometry.coordinates.map((line) => line.map(place)) };
    case "MultiPolygon":
      return { type: "MultiPolygon", coordinates: geometry.coordinates.map((rings) => rings.map((ring) => ring.map(place))) };
    case "GeometryCollection":
      return { type: "GeometryCollection", geometries: geometry.geometries.map((each) => mapPositions(each, place)) };
  }
}

const projections = new Map<string, Converter>();

function projected(definition: string): Converter {
  const known = projections.get(definition) ?? proj4(DEGREES, definition);
  projections.set(definition, known);
  return known;
}

/** By how much a conversion may put a place wrong, in metres, to be added to the accuracy of the site; `confidence` and
 *  `source` say where the figure comes from. */
export type CrsAccuracy = { accuracy_m: number; confidence: "computed" | "memory"; source: string };

/** GCJ-02 and BD-09 have no published definition: the figures are experience with the public formula, not a guarantee. */
export function accuracyOf(crs: string): CrsAccuracy {
  if (crs === "GCJ-02")
    return {
      accuracy_m: 5,
      confidence: "memory",
      source: "public GCJ-02 formula (gcoord 1.0.7); the official transform is not published",
    };
  if (crs === "BD-09")
    return {
      accuracy_m: 10,
      confidence: "memory",
      source: "public BD-09 and GCJ-02 formulas (gcoord 1.0.7); the official transforms are not published",
    };
  return {
    accuracy_m: 0,
    confidence: "computed",
    source: "proj4 2.22.0, to the millimetre of PROJ; WGS 84 and CGCS2000 taken as equal",
  };
}

function inMetres(crs: string): boolean {
  return definitionOf(crs) !== null;
}

const converters = new Map<string, (x: number, y: number) => Position>();

function converterOf(crs: string): (x: number, y: number) => Position {
  const known = converters.get(crs);
  if (known) return known;
  if (refusedDatum(crs)) throw new FormatError("datum_refused", { datum: crs });
  const made = makeConverter(crs);
  if (!made) throw new FormatError("crs_unknown", { crs });
  converters.set(crs, made);
  return made;
}

function makeConverter(crs: string): ((x: number, y: number) => Position) | null {
  if (crs === "EPSG:4490" || crs === "EPSG:4326") return (x, y) => [x, y];
  if (crs === "GCJ-02") return (x, y) => gcoord.transform([x, y], gcoord.GCJ02, gcoord.WGS84);
  if (crs === "BD-09") return (x, y) => gcoord.transform([x, y], gcoord.BD09, gcoord.WGS84);
  const definition = definitionOf(crs);
  if (definition === null) return null;
  const project = projected(definition);
  return (x, y) => {
    const [lon, lat] = project.inverse([x, y]);
    return [lon!, lat!];
  };
}

function definitionOf(crs: string): string | null {
  if (crs === "EPSG:3857") return MERCATOR;
  const utm = utmZone(crs);
  // The ellipsoid of WGS 84 differs from that of CGCS2000 by 0.1 mm in the polar axis; taken as equal like the datum.
  if (utm !== undefined) return transverse(6 * utm - 183, 500_000, 0.9996);
  const zone = gaussKrueger(crs);
  return zone ? transverse(zone.central_meridian, 500_000 + (zone.zone ?? 0) * 1_000_000, 1) : null;
}

function transverse(lon_0: number, x_0: number, k: number): string {
  return `+proj=tmerc +lat_0=0 +lon_0=${lon_0} +k=${k} +x_0=${x_0} +y_0=0 +a=6378137 +rf=298.257222101 +units=m +no_defs`;
}

function densify(positions: Position[]): Position[] {
  const dense: Position[] = [];
  for (const [i, position] of positions.entries()) {
    const before = positions[i - 1];
    if (before) {
      const [dx, dy] = [position[0]! - before[0]!, position[1]! - before[1]!];
      // A wild vertex shall not become a million of them.
      const pieces = Math.min(Math.ceil(Math.hypot(dx, dy) / LONGEST_EDGE_M), 1000);
      for (let k = 1; k < pieces; k += 1) dense.push([before[0]! + (dx * k) / pieces, before[1]! + (dy * k) / pieces]);
    }
    dense.push(position);
  }
  return dense;
}
