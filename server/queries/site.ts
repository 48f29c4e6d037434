/** The site as the database sees it: its validity, its place in CGCS2000, its measures in one metric frame. */
import { type RawBuilder, sql } from "kysely";
import type { Geometry } from "../api/common.ts";
import { jsonb } from "../db/json.ts";
import type { Db } from "../db/open.ts";

/** Straight edges bend between frames: every edge is cut to this length before any transform. A chord of 100 m leaves
 *  its geodesic by less than 0.2 mm. */
const DENSIFY_M = 100;
export const DENSIFY_DEG = 0.001;

export type PartFault = { index: number; reason: string; x: number | null; y: number | null };

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

/** The EPSG code of the CGCS2000 3-degree zone of a longitude, without zone prefix: 4534 (75 E) to 4554 (135 E). */
function zoneOf(lon: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`4509 + floor((${lon} + 1.5) / 3)::int`;
}

/** The central meridian of such a code, degrees. */
export function zoneMeridian(srid_gk: number): number {
  return (srid_gk - 4509) * 3;
}

/** The site in its Gauss-Krueger frame, as EWKB hex by dimension: what every layer is measured against. */
export type FramedSite = { poly: string | null; line: string | null; dots: string | null; area_gk_m2: number | null };

export type PlacedSite = {
  /** EPSG:4490, parts united by dimension: Multi*, or a GeometryCollection of them. */
  geometry: Geometry;
  /** The Gauss-Krueger zone of its centroid: an EPSG code. */
  srid_gk: number;
  bbox: [number, number, number, number];
  /** On the ellipsoid; null where the site has no part of that dimension. */
  area_m2: number | null;
  length_m: number | null;
  points: number | null;
  framed: FramedSite;
};

/** A site in its place, or what GEOS finds wrong with its parts (`reason` and the place, in their own coordinates). */
export type Placement = { placed: PlacedSite; faults: [] } | { placed: null; faults: PartFault[] };

/** Parts in `srid`, tested, brought to EPSG:4490, united by dimension and framed. Rings must be closed before this is asked. */
export async function placeSite(db: Db, parts: Geometry[], srid: number): Promise<Placement> {
  return (await placeSites(db, [parts], srid))[0]!;
}

/** The same for many sites in one system, in their order. */
export async function placeSites(db: Db, sites: Geometry[][], srid: number): Promise<Placement[]> {
  const { rows } = await sql<{
    site: number;
    faults: PartFault[] | null;
    geometry: Geometry;
    srid_gk: number;
    w: number;
    s: number;
    e: number;
    n: number;
    area: number;
    length: number;
    points: number;
    framed: FramedSite;
  }>`
    with given as materialized (
      select n, index, g, st_isvaliddetail(g) as d
      from (select n, index, st_geomfromgeojson(part) as g from (${partsOf(sites)}) as parts offset 0) as read
    ),
    faulty as materialized (
      select n, jsonb_agg(jsonb_build_object('index', index, 'reason', (d).reason, 'x', st_x((d).location), 'y', st_y((d).location))
        order by index) as faults
      from given where not (d).valid group by n
    ),
    -- Materialized, and fenced below: an inlined step would be computed once for every column that reads it.
    part as materialized (
      select n, index, ${toCgcs(sql`g`, srid)} as g from given where n not in (select n from faulty)
    ),
    kind as materialized (
      select n, st_unaryunion(st_collectionextract(st_collect(g order by index), 3)) as poly,
        st_unaryunion(st_collectionextract(st_collect(g order by index), 2)) as line,
        st_unaryunion(st_collectionextract(st_collect(g order by index), 1)) as dots
      from part
      group by n
    ),
    whole as materialized (
      select *, case
        when (not st_isempty(poly))::int + (not st_isempty(line))::int + (not st_isempty(dots))::int > 1
          then st_forcecollection(st_collect(array(select g from unnest(array[poly, line, dots]) as g where not st_isempty(g))))
        when not st_isempty(poly) then poly
        when not st_isempty(line) then line
        else dots end as g
      from kind
    ),
    said as materialized (select *, st_asgeojson(g, 12, 0) as geometry, ${zoneOf(sql`st_x(st_centroid(g))`)} as srid_gk from whole),
    framed as materialized (
      -- Of what is kept, to the last digit: a replay frames that again.
      select n, ${framedOf(sql`st_setsrid(st_geomfromgeojson(geometry), 4490)`, sql`srid_gk`)} as framed
      from said
    )
    select site, faults, geometry::jsonb as geometry, srid_gk,
      st_xmin(g)::float8 as w, st_ymin(g)::float8 as s, st_xmax(g)::float8 as e, st_ymax(g)::float8 as n,
      st_area(poly::geography)::float8 as area, st_length(line::geography)::float8 as length, st_npoints(dots)::int as points, framed
    from (select distinct given.n as site from given) as each_site
      left join faulty on faulty.n = site left join said on said.n = site left join framed on framed.n = site
    order by site`.execute(db);
  const some = (value: number) => (value > 0 ? value : null);
  const rowOf = new Map(rows.map((row) => [row.site, row]));
  return sites.map((_, n): Placement => {
    const row = rowOf.get(n);
    if (row?.faults) return { placed: null, faults: row.faults };
    // By its number, never by its turn: a site that is nowhere must not get the place of the next.
    if (!row?.geometry) throw new Error(`Site ${n} of ${sites.length} has no place.`);
    return {
      placed: {
        geometry: row.geometry,
        srid_gk: row.srid_gk,
        bbox: [row.w, row.s, row.e, row.n],
        area_m2: some(row.area),
        length_m: some(row.length),
        points: some(row.points),
        framed: row.framed,
      },
      faults: [],
    };
  });
}

/** A site that was placed once, framed again. */
export async function frameSite(db: Db, geometry: Geometry, srid_gk: number): Promise<FramedSite> {
  const given = sql`st_setsrid(st_geomfromgeojson(${JSON.stringify(geometry)}::text), 4490)`;
  const { rows } = await sql<{ framed: FramedSite }>`select ${framedOf(given, sql.lit(srid_gk))} as framed`.execute(db);
  return rows[0]!.framed;
}

/** A `FramedSite` as jsonb. */
function framedOf(geometry: RawBuilder<unknown>, srid_gk: RawBuilder<unknown>): RawBuilder<unknown> {
  const kind = (dimension: number) => sql`st_collectionextract(g, ${sql.lit(dimension)})`;
  const part = (dimension: number) =>
    sql`case when not st_isempty(${kind(dimension)}) then ${framed(kind(dimension), srid_gk)} end`;
  return sql`(
    select jsonb_build_object('poly', encode(st_asewkb(poly), 'hex'), 'line', encode(st_asewkb(line), 'hex'),
      'dots', encode(st_asewkb(dots), 'hex'), 'area_gk_m2', st_area(poly))
    from (
      select ${part(3)} as poly, ${part(2)} as line, ${part(1)} as dots from (select ${geometry} as g offset 0) as whole_site offset 0
    ) as parts
  )`;
}

/** A CGCS2000 geometry in the check's frame, densified first. */
export function framed(geometry: RawBuilder<unknown>, srid_gk: number | RawBuilder<unknown>): RawBuilder<unknown> {
  const srid = typeof srid_gk === "number" ? sql.lit(srid_gk) : srid_gk;
  return sql`st_transform(st_segmentize(${geometry}, ${sql.lit(DENSIFY_DEG)}), ${srid})`;
}
