/** Tiles: what a tile shows, as rows in tile coordinates. Display only; none of this enters a check. */
import { sql } from "kysely";
import { encodeTile, EXTENT } from "../db/mvt.ts";
import type { OpenDatabase } from "../db/open.ts";
import { columnsOf, type Layer } from "../layers/layer.ts";

/** Pixels of 1/4096 kept around a tile, so that outlines and hatches meet. */
const BUFFER = 64;

/** From this zoom on, snapping hardly ever breaks a ring (0.4-1.8 %); below, rings are made valid again. */
const SNAP_IS_SAFE_FROM = 11;

/** One layer's tile, not compressed; empty when there is nothing. Below `minzoom` a layer has no tiles.
 *  Each feature is a polygon, and in the one tile that holds its label point a point with the same tags.
 *  Stored Web Mercator, clipped by box, affine, snapped: six times faster than ST_AsMVTGeom with the same features. */
export async function layerTile(
  database: OpenDatabase,
  layer: Layer,
  { z, x, y, asOf }: { z: number; x: number; y: number; asOf: string },
): Promise<Buffer> {
  if (z < layer.minzoom) return Buffer.alloc(0);
  const tags = Object.entries(columnsOf(layer)).filter(([, column]) => column.tiled);
  const side = 40075016.68557849 / 2 ** z;
  const west = -20037508.342789244 + x * side;
  const north = 20037508.342789244 - y * side;
  const scale = EXTENT / side;
  const snapped = sql`st_snaptogrid(st_affine(
      case when geom_3857 @ env.box then geom_3857 else st_collectionextract(st_clipbybox2d(geom_3857, env.box), 3) end,
      ${sql.lit(scale)}, 0, 0, ${sql.lit(-scale)}, ${sql.lit(-west * scale)}, ${sql.lit(north * scale)}), 1)`;
  const mended = z >= SNAP_IS_SAFE_FROM ? snapped : sql`st_collectionextract(st_makevalid(${snapped}), 3)`;
  const names = sql.join(tags.map(([name]) => sql.ref(name)));
  const box = sql`st_makeenvelope(${sql.lit(west - side * (BUFFER / EXTENT))}, ${sql.lit(north - side * (1 + BUFFER / EXTENT))},
    ${sql.lit(west + side * (1 + BUFFER / EXTENT))}, ${sql.lit(north + side * (BUFFER / EXTENT))}, 3857)`;
  const placed = sql`st_snaptogrid(st_affine(spot, ${sql.lit(scale)}, 0, 0, ${sql.lit(-scale)}, ${sql.lit(-west * scale)}, ${sql.lit(north * scale)}), 1)`;
  const rows = sql`
    with shown as materialized (
      select ${names}, geom_3857, st_pointonsurface(geom_3857) as spot
      from ${sql.table(layer.id)}
      where geom_3857 && ${box} and valid_from <= ${asOf}::date and (valid_to is null or ${asOf}::date < valid_to)
    )
    select ${names}, st_forcepolygonccw(geom) as geom
    from (
      select ${names}, ${mended} as geom
      from shown, (select ${box} as box) as env
      order by code collate "C"
      offset 0
    ) as cut
    where not st_isempty(geom)
    union all
    select ${names}, ${placed} as geom
    from shown
    where st_x(spot) >= ${sql.lit(west)} and st_x(spot) < ${sql.lit(west + side)}
      and st_y(spot) > ${sql.lit(north - side)} and st_y(spot) <= ${sql.lit(north)}`;
  return encodeTile(database, layer.id, rows);
}
