/** Geometry for the figures of a report, from what a check has frozen and nothing else: brought to the check's frame,
 *  clipped and thinned for the eye. No number is taken from it. */
import { sql } from "kysely";
import type { Geometry } from "../api/common.ts";
import { jsonb } from "../db/json.ts";
import type { Db } from "../db/open.ts";
import { framed } from "./site.ts";

/** `[west, south, east, north]` in metres of the frame. */
type Box = [number, number, number, number];

/** One shape to draw: EWKB hex in EPSG:4490, or GeoJSON in the same. */
export type ToDraw = { id: string; shape: string } | { id: string; geometry: Geometry };

/** x easting, y northing, in metres; `label` is a point inside; a shape that leaves the box is cut at it. */
export type Drawn = { id: string; geometry: Geometry; label: [number, number] };

/** The shapes inside the box, in the order given; those outside of it are left out. Throws what PostGIS throws. */
export async function drawShapes(
  db: Db,
  { shapes, srid_gk, box, tolerance_m }: { shapes: readonly ToDraw[]; srid_gk: number; box: Box; tolerance_m: number },
): Promise<Drawn[]> {
  if (shapes.length === 0) return [];
  const { rows } = await sql<{ id: string; geometry: Geometry; x: number; y: number }>`
    with frame as (
      select st_makeenvelope(${sql.join(box.map((n) => sql`${n}::float8`))}, ${sql.lit(srid_gk)}) as g
    ),
    given as (
      select nr, f ->> 'id' as id, case when f ? 'shape' then (f ->> 'shape')::geometry
        else st_setsrid(st_geomfromgeojson(f ->> 'geometry'), 4490) end as g
      from jsonb_array_elements(${jsonb(shapes)}) with ordinality as e (f, nr)
    ),
    cut as (
      select nr, id, case when st_dimension(g.g) = 0 then g.g else st_clipbybox2d(g.g, frame.g::box2d) end as g
      from (select nr, id, ${framed(sql`g`, srid_gk)} as g from given) as g, frame
      where g.g && frame.g
    ),
    thin as (
      select nr, id, case when st_dimension(g) = 0 then g else st_simplify(g, ${tolerance_m}::float8, true) end as g from cut where not st_isempty(g)
    )
    select id, st_asgeojson(g, 2, 0)::jsonb as geometry, st_x(p)::float8 as x, st_y(p)::float8 as y
    from (select *, case when st_dimension(g) = 0 then st_geometryn(st_multi(g), 1) else st_pointonsurface(g) end as p from thin where not st_isempty(g)) as t
    order by nr`.execute(db);
  return rows.map(({ id, geometry, x, y }) => ({ id, geometry, label: [x, y] }));
}

export type Corner = { path: number[]; x: number; y: number; lon: number; lat: number };

/** Every corner of the site in the order it is stored, `x` easting and `y` northing (metres), and the box of the site. */
export async function siteCorners(
  db: Db,
  geometry: Geometry,
  srid_gk: number,
  limit: number,
): Promise<{ corners: Corner[]; total: number; box: Box }> {
  const site = sql`(select st_setsrid(st_geomfromgeojson(${JSON.stringify(geometry)}::text), 4490) as g) as given`;
  const { rows } = await sql<Corner>`
    select path, st_x(gk)::float8 as x, st_y(gk)::float8 as y, st_x(geom)::float8 as lon, st_y(geom)::float8 as lat
    from (select d.path, d.geom, st_transform(d.geom, ${sql.lit(srid_gk)}) as gk from ${site}, st_dumppoints(given.g) as d) as dumped
    limit ${limit}::int`.execute(db);
  const framedSite = framed(sql`given.g`, srid_gk);
  const measured = await sql<{ total: number; w: number; s: number; e: number; n: number }>`
    select st_npoints(given.g)::int as total, st_xmin(f)::float8 as w, st_ymin(f)::float8 as s, st_xmax(f)::float8 as e, st_ymax(f)::float8 as n
    from ${site}, lateral (select ${framedSite} as f) as f`.execute(db);
  const { total, w, s, e, n } = measured.rows[0]!;
  return { corners: rows, total, box: [w, s, e, n] };
}

/** From the site's nearest point to a shape's, in metres of the frame; null where they meet. */
export async function nearestWay(
  db: Db,
  geometry: Geometry,
  shape: string,
  srid_gk: number,
): Promise<[[number, number], [number, number]] | null> {
  const { rows } = await sql<{ length: number; x1: number; y1: number; x2: number; y2: number }>`
    select st_length(way)::float8 as length, st_x(st_startpoint(way))::float8 as x1, st_y(st_startpoint(way))::float8 as y1,
      st_x(st_endpoint(way))::float8 as x2, st_y(st_endpoint(way))::float8 as y2
    from (select st_shortestline(${framed(sql`st_setsrid(st_geomfromgeojson(${JSON.stringify(geometry)}::text), 4490)`, srid_gk)},
      ${framed(sql`(${shape}::text)::geometry`, srid_gk)}) as way) as shortest`.execute(db);
  const [row] = rows;
  return row && row.length > 0
    ? [
        [row.x1, row.y1],
        [row.x2, row.y2],
      ]
    : null;
}
