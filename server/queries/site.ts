/** The site as the database sees it: its validity, its place in CGCS2000, its measures in one metric frame. */
import { sql } from "kysely";
import type { Geometry } from "../api/common.ts";
import { jsonb } from "../db/json.ts";
import type { Db } from "../db/open.ts";

/** Straight edges bend between frames: every edge is cut to this length before any transform. A chord of 100 m leaves
 *  its geodesic by less than 0.2 mm. */
const DENSIFY_M = 100;
export const DENSIFY_DEG = 0.001;

export type PartFault = { index: number; reason: string; x: number | null; y: number | null };

/** What GEOS finds wrong with each part (`reason` and the place, in the part's own coordinates); empty when valid.
 *  Rings must be closed before this is asked. */
export async function invalidParts(db: Db, parts: Geometry[]): Promise<PartFault[]> {
  return (await invalidSites(db, [parts]))[0]!;
}

/** The same for many sites at once, in their order. */
export async function invalidSites(db: Db, sites: Geometry[][]): Promise<PartFault[][]> {
  const { rows } = await sql<PartFault & { n: number }>`
    select n, index, (d).reason, st_x((d).location)::float8 as x, st_y((d).location)::float8 as y
    from (select n, index, st_isvaliddetail(st_geomfromgeojson(part)) as d from (${partsOf(sites)}) as given) as detail
    where not (d).valid
    order by n, index`.execute(db);
  const faults: PartFault[][] = sites.map(() => []);
  for (const { n, ...fault } of rows) faults[n]!.push(fault);
  return faults;
}

/** The parts of many sites as rows (n, index, part), both from 0. */
function partsOf(sites: Geometry[][]) {
  const rows = sites.flatMap((parts, n) => parts.map((part, index) => ({ n, index, part: JSON.stringify(part) })));
  return sql`select n, index, part from jsonb_to_recordset(${jsonb(rows)}) as p (n int, index int, part text)`;
}

/** The same shape made valid (area kept by the linework), with its area as drawn and after, on the ellipsoid. Parts in
 *  `srid`, answer in EPSG:4490. `null` when nothing with an area remains. */
export async function repair(
  db: Db,
  parts: Geometry[],
  srid: number,
): Promise<{ geometry: Geometry; area_before_m2: number; area_after_m2: number } | null> {
  const { rows } = await sql<{ geometry: Geometry | null; before: number; after: number }>`
    with part as (
      select ${toCgcs(sql`st_geomfromgeojson(p.part)`, srid)} as g
      from jsonb_array_elements_text(${jsonb(parts.map((part) => JSON.stringify(part)))}) as p (part)
    ),
    mended as (select st_unaryunion(st_collect(st_collectionextract(st_makevalid(g), 3))) as g from part)
    select st_asgeojson(mended.g, 9, 0)::jsonb as geometry, st_area(mended.g::geography)::float8 as after,
      (select coalesce(sum(st_area(g::geography)), 0)::float8 from part) as before
    from mended
    where not st_isempty(mended.g)`.execute(db);
  const row = rows[0];
  return row?.geometry ? { geometry: row.geometry, area_before_m2: row.before, area_after_m2: row.after } : null;
}

/** A geometry in `srid` as EPSG:4490. Projected edges are densified first; lon,lat edges stay as they are. */
export function toCgcs(geometry: ReturnType<typeof sql>, srid: number) {
  if (srid === 4490 || srid === 4326) return sql`st_setsrid(${geometry}, 4490)`;
  return sql`st_transform(st_segmentize(st_setsrid(${geometry}, ${sql.lit(srid)}), ${sql.lit(DENSIFY_M)}), 4490)`;
}

export type PlacedSite = {
  /** EPSG:4490, parts united by dimension: Multi*, or a GeometryCollection of them. */
  geometry: Geometry;
  lon: number;
  lat: number;
  bbox: [number, number, number, number];
  area_m2: number | null;
  length_m: number | null;
  points: number | null;
};

/** Valid parts in `srid`, brought to EPSG:4490 and united by dimension. `lon`, `lat` is the centroid, which picks the
 *  Gauss-Krueger zone. Measures are on the ellipsoid; `null` where the site has no part of that dimension. */
export async function placeSite(db: Db, parts: Geometry[], srid: number): Promise<PlacedSite> {
  return (await placeSites(db, [parts], srid))[0]!;
}

/** The same for many sites in one system, in their order. */
export async function placeSites(db: Db, sites: Geometry[][], srid: number): Promise<PlacedSite[]> {
  const { rows } = await sql<{
    geometry: Geometry;
    lon: number;
    lat: number;
    w: number;
    s: number;
    e: number;
    n: number;
    area: number;
    length: number;
    points: number;
  }>`
    with part as (
      select n, index, ${toCgcs(sql`st_geomfromgeojson(part)`, srid)} as g from (${partsOf(sites)}) as given
    ),
    kind as (
      select n, st_unaryunion(st_collectionextract(st_collect(g order by index), 3)) as poly,
        st_unaryunion(st_collectionextract(st_collect(g order by index), 2)) as line,
        st_unaryunion(st_collectionextract(st_collect(g order by index), 1)) as dots
      from part
      group by n
    ),
    whole as (
      select *, case
        when (not st_isempty(poly))::int + (not st_isempty(line))::int + (not st_isempty(dots))::int > 1
          then st_forcecollection(st_collect(array(select g from unnest(array[poly, line, dots]) as g where not st_isempty(g))))
        when not st_isempty(poly) then poly
        when not st_isempty(line) then line
        else dots end as g
      from kind
    )
    select st_asgeojson(g, 12, 0)::jsonb as geometry, st_x(st_centroid(g))::float8 as lon, st_y(st_centroid(g))::float8 as lat,
      st_xmin(g)::float8 as w, st_ymin(g)::float8 as s, st_xmax(g)::float8 as e, st_ymax(g)::float8 as n,
      st_area(poly::geography)::float8 as area, st_length(line::geography)::float8 as length, st_npoints(dots)::int as points
    from whole
    order by whole.n`.execute(db);
  const some = (value: number) => (value > 0 ? value : null);
  return rows.map((row) => ({
    geometry: row.geometry,
    lon: row.lon,
    lat: row.lat,
    bbox: [row.w, row.s, row.e, row.n],
    area_m2: some(row.area),
    length_m: some(row.length),
    points: some(row.points),
  }));
}

/** The site in its Gauss-Krueger frame, as EWKB hex by dimension: what every layer is measured against. */
export type FramedSite = { poly: string | null; line: string | null; dots: string | null; area_gk_m2: number | null };

export async function frameSite(db: Db, geometry: Geometry, srid_gk: number): Promise<FramedSite> {
  return (await frameSites(db, [geometry], srid_gk))[0]!;
}

/** The same for many sites in one frame, in their order. */
export async function frameSites(db: Db, geometries: Geometry[], srid_gk: number): Promise<FramedSite[]> {
  const { rows } = await sql<FramedSite>`
    with kind as (
      select n, st_collectionextract(g, 3) as poly, st_collectionextract(g, 2) as line, st_collectionextract(g, 1) as dots
      from (
        select n, st_setsrid(st_geomfromgeojson(geometry), 4490) as g
        from jsonb_array_elements_text(${jsonb(geometries.map((geometry) => JSON.stringify(geometry)))}) with ordinality as p (geometry, n)
      ) as given
    )
    select case when st_isempty(poly) then null else encode(st_asewkb(${framed(sql`poly`, srid_gk)}), 'hex') end as poly,
      case when st_isempty(line) then null else encode(st_asewkb(${framed(sql`line`, srid_gk)}), 'hex') end as line,
      case when st_isempty(dots) then null else encode(st_asewkb(${framed(sql`dots`, srid_gk)}), 'hex') end as dots,
      case when st_isempty(poly) then null else st_area(${framed(sql`poly`, srid_gk)})::float8 end as area_gk_m2
    from kind
    order by n`.execute(db);
  return rows;
}

/** A CGCS2000 geometry in the check's frame, densified first. */
export function framed(geometry: ReturnType<typeof sql>, srid_gk: number) {
  return sql`st_transform(st_segmentize(${geometry}, ${sql.lit(DENSIFY_DEG)}), ${sql.lit(srid_gk)})`;
}
