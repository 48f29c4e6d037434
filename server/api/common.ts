/** Wire types that several URL families share. Types only: `web/` imports them with `import type`. */

export type Lang = "zh" | "en";

/** One text in both languages. Chinese is the first language; both are always filled. */
export type Text = { zh: string; en: string };

/** A link as in RFC 8288 and OGC API Features. */
export type Link = { href: string; rel: string; type?: string; title?: string };

/** One fault in an input. `pointer` is a JSON pointer into the request body (`#/geometry/coordinates/0`), or
 *  `?name` for a query parameter. `position` is `[lon, lat]` (CGCS2000) where the fault has a place. */
export type Fault = { pointer: string; detail: string; position?: [number, number] };

/** RFC 9457 problem, `application/problem+json`. `type` is a path this service answers. */
export type Problem = {
  type: string;
  title: string;
  status: number;
  detail: string;
  instance: string;
  errors?: Fault[];
  /** Offered with an invalid geometry that can be mended; nothing is stored until the user sends it back as the geometry. */
  repair?: Repair;
};

/** A mended geometry in EPSG:4490, with the area before and after, in square metres on the ellipsoid. */
export type Repair = { geometry: Geometry; area_before_m2: number; area_after_m2: number };

export type List<T> = { items: T[]; numberMatched: number; numberReturned: number; links: Link[] };

export type Position = number[];
export type Geometry =
  | { type: "Point"; coordinates: Position }
  | { type: "MultiPoint"; coordinates: Position[] }
  | { type: "LineString"; coordinates: Position[] }
  | { type: "MultiLineString"; coordinates: Position[][] }
  | { type: "Polygon"; coordinates: Position[][] }
  | { type: "MultiPolygon"; coordinates: Position[][][] }
  | { type: "GeometryCollection"; geometries: Geometry[] };

export type Feature = {
  type: "Feature";
  id?: string | number;
  geometry: Geometry | null;
  properties: Record<string, unknown> | null;
};
export type FeatureCollection = { type: "FeatureCollection"; features: Feature[] };
export type AnyGeoJson = Geometry | Feature | FeatureCollection;
