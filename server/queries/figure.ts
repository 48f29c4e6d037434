/** Geometry for the figures of a report, from what a check has frozen and nothing else: brought to the check's frame once,
 *  thinned, then clipped figure by figure. For the eye alone: no number of a report is taken from it. */
import { type RawBuilder, sql } from "kysely";
import type { Geometry } from "../api/common.ts";
import { jsonb } from "../db/json.ts";
import type { Db } from "../db/open.ts";
import { framed } from "./site.ts";

/** `[west, south, east, north]` in metres of the frame. */
type Box = [number, number, number, number];
/** Easting and northing in metres of the frame. */
type Place = [number, number];

/** One shape to bring: EWKB hex in EPSG:4490, or GeoJSON in the same. */
export type ToBring = { id: string; shape: string } | { id: string; geometry: Geometry };

/** `shape` is EWKB hex in the frame, thinned. */
export type Brought = {
  id: string;
  shape: string;
  /** From the site's nearest point to the shape's; null where they meet. */
  way: [Place, Place] | null;
  /** The point of an area's outline that is nearest to the middle of the site; null for lines and points. */
  edge: Place | null;
};

type Ends = Record<"x1" | "y1" | "x2" | "y2", number> & Record<"ex" | "ey", number | null>;

/** Shapes in the frame, thinned to `tolerance_m`, and how the site lies to them. Throws what PostGIS throws. */
export async function bringShapes(
  db: Db,
  { shapes, site, srid_gk, tolerance_m }: { shapes: readonly ToBring[]; site: Geometry; srid_gk: number; tolerance_m: number },
): Promise<Brought[]> {
  if (shapes.length === 0) return [];
  const thin = (g: RawBuilder<unknown>) => thinned(framed(g, srid_gk), tolerance_m);
  const { rows } = await sql<{ id: string; shape: string; apart: number } & Ends>`
    with site as materialized (
      select ${thin(sql`st_setsrid(st_geomfromgeojson(${JSON.stringify(site)}::text), 4490)`)} as g
    ),
    given as materialized (
      select nr, f ->> 'id' as id, case when f ? 'shape' then (f ->> 'shape')::geometry
        else st_setsrid(st_geomfromgeojson(f ->> 'geometry'), 4490) end as g
      from jsonb_array_elements(${jsonb(shapes)}) with ordinality as e (f, nr)
    ),
    brought as materialized (select nr, id, ${thin(sql`given.g`)} as g from given),
    met as materialized (
      select nr, id, brought.g, st_shortestline(site.g, brought.g) as way,
        case when st_dimension(brought.g) = 2 then st_closestpoint(st_boundary(brought.g), st_centroid(site.g)) end as edge
      from brought, site
    )
    select id, encode(st_asewkb(g), 'hex') as shape, st_length(way)::float8 as apart,
      st_x(st_startpoint(way))::float8 as x1, st_y(st_startpoint(way))::float8 as y1,
      st_x(st_endpoint(way))::float8 as x2, st_y(st_endpoint(way))::float8 as y2,
      st_x(edge)::float8 as ex, st_y(edge)::float8 as ey
    from met
    order by nr`.execute(db);
  return rows.map(({ id, shape, apart, x1, y1, x2, y2, ex, ey }) => ({
    id,
    shape,
    way:
      apart > 0
        ? [
            [x1, y1],
            [x2, y2],
          ]
        : null,
    edge: ex === null || ey === null ? null : [ex, ey],
  }));
}

/** Points stay; a line or area that would vanish keeps a trace. `offset 0` keeps the shape from being made twice. */
function thinned(g: RawBuilder<unknown>, tolerance_m: number): RawBuilder<unknown> {
  return sql`(select case when st_dimension(t.g) = 0 then t.g else st_simplify(t.g, ${tolerance_m}::float8, true) end
    from (select ${g} as g offset 0) as t)`;
}

/** x easting, y northing, in metres; `label` is a point inside; a shape that leaves the box is cut at it. */
export type Drawn = { id: string; geometry: Geometry; label: Place };

export type ToDraw = { id: string; shape: string };

/** The shapes (EWKB hex in the frame) inside the box, in the order given, thinned to `tolerance_m`; those outside of it
 *  are left out. Throws what PostGIS throws. */
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
      select nr, f ->> 'id' as id, (f ->> 'shape')::geometry as g
      from jsonb_array_elements(${jsonb(shapes)}) with ordinality as e (f, nr)
    ),
    cut as (
      select nr, id, case when st_dimension(given.g) = 0 then given.g else st_clipbybox2d(given.g, frame.g::box2d) end as g
      from given, frame
      where given.g && frame.g
    ),
    thin as (select nr, id, ${thinned(sql`cut.g`, tolerance_m)} as g from cut where not st_isempty(g))
    select id, st_asgeojson(g, 2, 0)::jsonb as geometry, st_x(p)::float8 as x, st_y(p)::float8 as y
    from (
      select *, case when st_dimension(g) = 0 then st_geometryn(st_multi(g), 1) else st_pointonsurface(g) end as p
      from thin where not st_isempty(g)
    ) as t
    order by nr`.execute(db);
  return rows.map(({ id, geometry, x, y }) => ({ id, geometry, label: [x, y] }));
}

/** Shapes (EWKB hex in EPSG:4490) as GeoJSON, in their order, whole and to 1e-9 degrees. Throws what PostGIS throws. */
export async function shapesAsGeometry(db: Db, shapes: readonly string[]): Promise<Geometry[]> {
  if (shapes.length === 0) return [];
  const { rows } = await sql<{ geometry: Geometry }>`
    select st_asgeojson((f #>> '{}')::geometry, 9, 0)::jsonb as geometry
    from jsonb_array_elements(${jsonb(shapes)}) with ordinality as e (f, nr)
    order by nr`.execute(db);
  return rows.map(({ geometry }) => geometry);
}

/** Positions (EPSG:4490) in the frame, in their order, and the box of the site. */
export async function framePositions(
  db: Db,
  { positions, site, srid_gk }: { positions: readonly (readonly number[])[]; site: Geometry; srid_gk: number },
): Promise<{ places: Place[]; box: Box }> {
  const { rows } = await sql<{ x: number; y: number }>`
    select st_x(g)::float8 as x, st_y(g)::float8 as y
    from jsonb_array_elements(${jsonb(positions)}) with ordinality as e (p, nr),
      lateral (select st_transform(st_setsrid(st_makepoint((p ->> 0)::float8, (p ->> 1)::float8), 4490), ${sql.lit(srid_gk)}) as g) as placed
    order by nr`.execute(db);
  const given = sql`st_setsrid(st_geomfromgeojson(${JSON.stringify(site)}::text), 4490)`;
  const measured = await sql<{ w: number; s: number; e: number; n: number }>`
    select st_xmin(f)::float8 as w, st_ymin(f)::float8 as s, st_xmax(f)::float8 as e, st_ymax(f)::float8 as n
    from (select ${framed(given, srid_gk)} as f offset 0) as site`.execute(db);
  const { w, s, e, n } = measured.rows[0]!;
  return { places: rows.map(({ x, y }) => [x, y]), box: [w, s, e, n] };
}
