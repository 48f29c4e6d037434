/** A site from a request: any GeoJSON in a named reference system, to plain parts, or every fault at once with its place.
 *  geojson-validation first, then what it misses: closure, ranges, axis order, metres for degrees, emptiness, limits. */
import gjv from "geojson-validation";
import type { Geometry, Position } from "./api/common.ts";
import { declaredByMember, refusedDatum } from "./formats/crs.ts";
import { sayBoth } from "./messages.ts";
import type { FaultSpec } from "./problem.ts";

/** `parts` are single geometries in `srid`, x,y, heights dropped. */
export type ParsedSite = { parts: Geometry[]; pointers: string[]; srid: number };

/** Beyond this a check could hold the embedded database for tens of seconds. */
export const MAX_VERTICES = 20_000;
export const MAX_PARTS = 10_000;
/** The CGCS2000 3-degree zones reach from here to there. */
export const LONGITUDES = [73.5, 136.5] as const;

/** `EPSG:4326` (absent), 4490, 3857 or 4491-4554; undefined for anything else. */
export function parseCrs(crs: unknown): number | undefined {
  if (crs === undefined || crs === null) return 4326;
  const match =
    typeof crs === "string"
      ? /^(?:EPSG:|urn:ogc:def:crs:EPSG::|https?:\/\/www\.opengis\.net\/def\/crs\/EPSG\/0\/)(\d+)$/i.exec(crs.trim())
      : null;
  const srid = match ? Number(match[1]) : Number.NaN;
  return srid === 4326 || srid === 4490 || srid === 3857 || (srid >= 4491 && srid <= 4554) ? srid : undefined;
}

/** A `crs` member that does not name the system of the request. */
function memberFaults(object: Record<string, unknown>, pointer: string, srid: number | undefined): FaultSpec[] {
  if (object["crs"] === undefined || object["crs"] === null) return [];
  const { crs } = declaredByMember(object["crs"]);
  const datum = refusedDatum(crs);
  const at = `${pointer}/crs`;
  if (datum) return [{ pointer: at, key: "fault.crs_datum", params: { datum: sayBoth(`import.datum.${datum}`) } }];
  return crs === `EPSG:${srid}` ? [] : [{ pointer: at, key: "fault.crs_member", params: {} }];
}

/** What a row of a screening names as its system. */
function ownSystem(feature: unknown): unknown {
  return (feature as { properties?: { crs?: unknown } | null } | null)?.properties?.crs;
}

/** The same for many sites: of the collection, of its features, each of which may be in a system of its own, and of what is
 *  in them. The first 50. */
export function sitesMemberFaults(sites: unknown, crs: unknown): FaultSpec[] {
  const faults: FaultSpec[] = [];
  const look = (value: unknown, pointer: string, outer: unknown, depth: number): void => {
    // Deeper than this no geometry is taken.
    if (typeof value !== "object" || value === null || depth > 8 || faults.length >= 50) return;
    const { features, geometry, geometries } = value as Record<string, unknown>;
    const system = ownSystem(value) ?? outer;
    // What a collection says it says of its features.
    const held = Array.isArray(features) && features.length > 0 ? features.map((each) => ownSystem(each) ?? outer) : [system];
    const systems = [...new Set(held.map(parseCrs))];
    faults.push(...memberFaults(value as Record<string, unknown>, pointer, systems.length === 1 ? systems[0] : undefined));
    look(geometry, `${pointer}/geometry`, system, depth + 1);
    for (const [name, list] of Object.entries({ features, geometries }))
      if (Array.isArray(list)) for (const [i, each] of list.entries()) look(each, `${pointer}/${name}/${i}`, system, depth + 1);
  };
  look(sites, "#/sites", crs, 0);
  return faults;
}

/** What eastings a CGCS2000 Gauss-Krueger system allows: false easting (with the zone prefix where it has one). */
export function falseEasting(srid: number): number {
  if (srid <= 4501) return (srid - 4478) * 1_000_000 + 500_000; // 6-degree, zone prefix 13-23
  if (srid <= 4512) return 500_000;
  if (srid <= 4533) return (srid - 4488) * 1_000_000 + 500_000; // 3-degree, zone prefix 25-45
  return 500_000;
}

/** Parses `geometry` (Geometry, Feature or FeatureCollection). Faults carry JSON pointers below `#/geometry`. `limit` is of
 *  its vertices. */
export function parseSite(
  geometry: unknown,
  srid: number,
  limit: number = MAX_VERTICES,
): { site: ParsedSite; faults: [] } | { site: null; faults: FaultSpec[] } {
  const reader = new SiteReader(srid, limit);
  reader.any(geometry, "#/geometry");
  if (reader.faults.length === 0 && reader.parts.length === 0) reader.fault("#/geometry", "fault.empty_geometry");
  if (reader.faults.length === 0) {
    const said = gjv.valid(geometry, true);
    for (const text of said.slice(0, 5)) reader.fault("#/geometry", "fault.geojson", { text: text.slice(0, 200) });
  }
  if (reader.faults.length > 0) return { site: null, faults: reader.faults.slice(0, 50) };
  return { site: { parts: reader.parts, pointers: reader.pointers, srid }, faults: [] };
}

class SiteReader {
  readonly srid: number;
  readonly limit: number;
  readonly faults: FaultSpec[] = [];
  readonly parts: Geometry[] = [];
  readonly pointers: string[] = [];
  vertices = 0;
  told = new Set<string>();

  constructor(srid: number, limit: number) {
    this.srid = srid;
    this.limit = limit;
  }

  fault(pointer: string, key: string, params: Record<string, unknown> = {}, position?: [number, number]): void {
    this.faults.push({ pointer, key, params, ...(position ? { position } : {}) });
  }

  /** A fault of the whole input, told once however many vertices show it. */
  once(pointer: string, key: string, params: Record<string, unknown>): void {
    if (this.told.has(key)) return;
    this.told.add(key);
    this.fault(pointer, key, params);
  }

  any(value: unknown, pointer: string, depth = 0): void {
    if (typeof value !== "object" || value === null || Array.isArray(value))
      return this.fault(pointer, "fault.not_geojson", { got: brief(value) });
    const object = value as Record<string, unknown>;
    this.faults.push(...memberFaults(object, pointer, this.srid));
    switch (object["type"]) {
      case "FeatureCollection":
        return this.each(
          object["features"],
          `${pointer}/features`,
          (feature, at) => this.any(feature, at, depth + 1),
          depth === 0,
        );
      case "Feature":
        if (object["geometry"] === null) return this.fault(`${pointer}/geometry`, "fault.empty_geometry");
        return this.any(object["geometry"], `${pointer}/geometry`, depth + 1);
      case "GeometryCollection":
        if (depth > 3) return this.fault(pointer, "fault.too_nested");
        return this.each(
          object["geometries"],
          `${pointer}/geometries`,
          (geometry, at) => this.any(geometry, at, depth + 1),
          true,
        );
      case "Point":
      case "LineString":
      case "Polygon":
        return this.part(object["type"], object["coordinates"], `${pointer}/coordinates`);
      case "MultiPoint":
      case "MultiLineString":
      case "MultiPolygon": {
        const single = object["type"].slice(5) as "Point" | "LineString" | "Polygon";
        if (single === "Polygon") return this.multiPolygon(object["coordinates"], `${pointer}/coordinates`);
        return this.each(object["coordinates"], `${pointer}/coordinates`, (each, at) => this.part(single, each, at), true);
      }
      default:
        return this.fault(`${pointer}/type`, "fault.geojson_type", { got: brief(object["type"]) });
    }
  }

  each(value: unknown, pointer: string, take: (value: unknown, pointer: string) => void, allowed: boolean): void {
    if (!Array.isArray(value) || !allowed) return this.fault(pointer, "fault.not_array", { got: brief(value) });
    if (value.length === 0) return this.fault(pointer, "fault.empty_geometry");
    if (value.length > MAX_PARTS) return this.fault(pointer, "fault.too_many_parts", { got: value.length, limit: MAX_PARTS });
    for (const [index, each] of value.entries()) {
      if (this.faults.length > 50) return;
      take(each, `${pointer}/${index}`);
    }
  }

  add(geometry: Geometry, pointer: string): void {
    if (this.parts.length >= MAX_PARTS)
      return this.once("#/geometry", "fault.too_many_parts", { got: `> ${MAX_PARTS}`, limit: MAX_PARTS });
    this.parts.push(geometry);
    this.pointers.push(pointer);
  }

  part(type: "Point" | "LineString" | "Polygon", coordinates: unknown, pointer: string): void {
    const before = this.faults.length;
    if (type === "Point") {
      const position = this.position(coordinates, pointer);
      if (position && this.faults.length === before) this.add({ type, coordinates: position }, pointer);
    } else if (type === "LineString") {
      const line = this.line(coordinates, pointer, 2);
      if (line && this.faults.length === before) {
        if (line.every((each) => same(each, line[0]!))) return this.fault(pointer, "fault.zero_length", {}, this.place(line[0]!));
        this.add({ type, coordinates: line }, pointer);
      }
    } else {
      const rings = this.rings(coordinates, pointer);
      if (rings && this.faults.length === before) this.add({ type, coordinates: rings }, pointer);
    }
  }

  /** Kept whole: parts of a multi-polygon that overlap are an invalid geometry, not two sites. */
  multiPolygon(coordinates: unknown, pointer: string): void {
    const before = this.faults.length;
    const polygons: Position[][][] = [];
    this.each(
      coordinates,
      pointer,
      (polygon, at) => {
        const rings = this.rings(polygon, at);
        if (rings) polygons.push(rings);
      },
      true,
    );
    if (this.faults.length === before) this.add({ type: "MultiPolygon", coordinates: polygons }, pointer);
  }

  rings(value: unknown, pointer: string): Position[][] | undefined {
    const rings: Position[][] = [];
    this.each(
      value,
      pointer,
      (ring, at) => {
        const line = this.line(ring, at, 4);
        if (!line) return;
        const first = line[0]!;
        const last = line.at(-1)!;
        if (!same(first, last))
          return this.fault(at, "fault.ring_not_closed", { first: first.join(","), last: last.join(",") }, this.place(last));
        if (area(line) === 0 && new Set(line.map(String)).size < 3)
          return this.fault(at, "fault.zero_area", {}, this.place(first));
        rings.push(line);
      },
      true,
    );
    return rings;
  }

  line(value: unknown, pointer: string, least: number): Position[] | undefined {
    if (!Array.isArray(value)) return void this.fault(pointer, "fault.not_array", { got: brief(value) });
    if (value.length === 0) return void this.fault(pointer, "fault.empty_geometry");
    if (value.length < least) return void this.fault(pointer, "fault.too_few_positions", { least, got: value.length });
    const line: Position[] = [];
    for (const [index, each] of value.entries()) {
      if (this.faults.length > 50) return undefined;
      const position = this.position(each, `${pointer}/${index}`);
      if (!position) return undefined;
      line.push(position);
    }
    return line;
  }

  position(value: unknown, pointer: string): Position | undefined {
    if (++this.vertices > this.limit) return void this.once("#/geometry", "fault.too_many_vertices", { limit: this.limit });
    if (
      !Array.isArray(value) ||
      value.length < 2 ||
      value.length > 3 ||
      !value.every((n) => typeof n === "number" && Number.isFinite(n))
    )
      return void this.fault(pointer, "fault.position", { got: brief(value) });
    const [x, y] = value as [number, number];
    this.range(x, y, pointer);
    return [x, y];
  }

  /** Coordinates that cannot be in this reference system, with the likeliest reason. */
  range(x: number, y: number, pointer: string): void {
    const got = `${x}, ${y}`;
    const inChina = (lon: number, lat: number) => lon >= LONGITUDES[0] && lon <= LONGITUDES[1] && lat >= 3 && lat <= 54;
    if (this.srid === 4326 || this.srid === 4490) {
      if (Math.abs(x) > 400 || Math.abs(y) > 400) return this.once(pointer, "fault.metres_as_degrees", { got });
      if (!inChina(x, y) && inChina(y, x)) return this.once(pointer, "fault.swapped", { got });
      if (Math.abs(x) > 180 || Math.abs(y) > 90) return this.once(pointer, "fault.out_of_range", { got });
      if (x < LONGITUDES[0] || x > LONGITUDES[1])
        this.once(pointer, "fault.longitude", { got: x, from: LONGITUDES[0], to: LONGITUDES[1] });
      return;
    }
    if (Math.abs(x) <= 180 && Math.abs(y) <= 90 && (x !== 0 || y !== 0))
      return this.once(pointer, "fault.degrees_as_metres", { got, srid: this.srid });
    if (this.srid === 3857) {
      if (Math.abs(x) > 20_037_509 || Math.abs(y) > 20_048_967) this.once(pointer, "fault.out_of_range", { got });
      else if (x < 8_181_982 || x > 15_195_111)
        this.once(pointer, "fault.longitude", { got: x / 111_319.49, from: LONGITUDES[0], to: LONGITUDES[1] });
      return;
    }
    const east = falseEasting(this.srid);
    const fits = (e: number, n: number) => Math.abs(e - east) <= 500_000 && n >= 0 && n <= 6_500_000;
    if (fits(x, y)) return;
    if (fits(y, x)) return this.once(pointer, "fault.swapped_metres", { got });
    this.once(pointer, "fault.easting", { got: x, from: east - 500_000, to: east + 500_000, srid: this.srid });
  }

  place([x, y]: Position): [number, number] | undefined {
    return this.srid === 4326 || this.srid === 4490 ? [x!, y!] : undefined;
  }
}

function same(a: Position, b: Position): boolean {
  return a[0] === b[0] && a[1] === b[1];
}

/** Signed area of a ring in its own units, squared and doubled: only its being zero is looked at. */
function area(ring: Position[]): number {
  let sum = 0;
  for (let i = 0; i + 1 < ring.length; i++) sum += ring[i]![0]! * ring[i + 1]![1]! - ring[i + 1]![0]! * ring[i]![1]!;
  return sum;
}

function brief(value: unknown): string {
  return (JSON.stringify(value) ?? "undefined").slice(0, 60);
}
