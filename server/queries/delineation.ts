/** Zones along a channel, by the defaults of HJ 338: strips of an axis, cut at chainages from an intake. */
import { sql } from "kysely";
import type { Geometry, Position } from "../api/common.ts";
import { jsonb } from "../db/json.ts";
import type { Db } from "../db/open.ts";

export type Strip = { upstream_m: number; downstream_m: number; half_width_m: number };

/** Rings along an axis (EPSG:4490, drawn source to mouth) round an intake on it: the first strip whole, each later one
 *  without the ones before. Metres are measured in `srid_gk`; ends are cut square across the channel. EPSG:4490, rounded
 *  to 1e-8 degrees (1 mm). Throws when a strip would be empty. */
export async function channelRings(
  db: Db,
  axis: Position[],
  intake: Position,
  strips: Strip[],
  srid_gk: number,
): Promise<Geometry[]> {
  const { rows } = await sql<{ ring: Geometry }>`
    with axis as (
      select st_transform(st_segmentize(st_setsrid(st_geomfromgeojson(${JSON.stringify({ type: "LineString", coordinates: axis })}::text), 4490), 0.001), ${sql.lit(srid_gk)}) as g
    ),
    placed as (
      select g, st_length(g) as length, st_linelocatepoint(g, st_transform(st_setsrid(st_geomfromgeojson(
        ${JSON.stringify({ type: "Point", coordinates: intake })}::text), 4490), ${sql.lit(srid_gk)})) * st_length(g) as at
      from axis
    ),
    strip as (
      select n, st_buffer(st_linesubstring(g, greatest(0, (at - s.up) / length), least(1, (at + s.down) / length)), s.half, 'endcap=flat join=round') as g
      from placed, jsonb_to_recordset(${jsonb(strips.map((s, n) => ({ n, up: s.upstream_m, down: s.downstream_m, half: s.half_width_m })))})
        as s (n int, up float8, down float8, half float8)
    )
    select st_asgeojson(st_multi(st_makevalid(st_reduceprecision(st_transform(
      coalesce(st_difference(strip.g, (select st_union(inner_strip.g) from strip as inner_strip where inner_strip.n < strip.n)), strip.g), 4490), 1e-8))), 8)::jsonb as ring
    from strip
    order by n`.execute(db);
  return rows.map((row) => row.ring);
}

/** Lengths of lines (EPSG:4490) on the ellipsoid, in metres, in the order given. */
export async function geodesicLengths(db: Db, lines: Geometry[]): Promise<number[]> {
  const { rows } = await sql<{ metres: number }>`
    select st_length(st_setsrid(st_geomfromgeojson(l.line), 4490)::geography)::float8 as metres
    from jsonb_array_elements_text(${jsonb(lines.map((line) => JSON.stringify(line)))}) with ordinality as l (line, n)
    order by l.n`.execute(db);
  return rows.map(({ metres }) => metres);
}
