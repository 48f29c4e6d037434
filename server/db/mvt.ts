/** Rows of tile geometry to a Mapbox vector tile. The one place that knows that the embedded engine has no ST_AsMVT:
 *  both engines clip and snap by the same SQL (`queries/tiles.ts`), only the encoder differs. */
import { fromGeojsonVt } from "@maplibre/vt-pbf";
import { type RawBuilder, sql } from "kysely";
import type { OpenDatabase } from "./open.ts";

export const EXTENT = 4096;

/** `rows` yields `geom` in tile coordinates (integers, y down, outer rings of positive area) and the tags as text or
 *  number columns. Empty buffer when there is nothing. */
export async function encodeTile(database: OpenDatabase, layer: string, rows: RawBuilder<unknown>): Promise<Buffer> {
  if (database.engine === "postgres") {
    const result = await sql<{ mvt: Buffer }>`
      select st_asmvt(t, ${layer}::text, ${sql.lit(EXTENT)}, 'geom') as mvt from (${rows}) as t`.execute(database.db);
    return result.rows[0]?.mvt ?? Buffer.alloc(0);
  }
  const result = await sql<{ geometry: TileGeometry; tags: Record<string, unknown> }>`
    select st_asgeojson(t.geom, 0, 0)::jsonb as geometry, to_jsonb(t) - 'geom' as tags
    from (${rows}) as t`.execute(database.db);
  if (result.rows.length === 0) return Buffer.alloc(0);
  const features = result.rows.map(({ geometry, tags }) => ({
    ...shape(geometry),
    tags: Object.fromEntries(Object.entries(tags).filter(([, value]) => value !== null)),
  }));
  return Buffer.from(fromGeojsonVt({ [layer]: { features } } as never, { version: 2, extent: EXTENT }));
}

type TileGeometry =
  | { type: "Point"; coordinates: number[] }
  | { type: "LineString"; coordinates: number[][] }
  | { type: "MultiLineString"; coordinates: number[][][] }
  | { type: "Polygon"; coordinates: number[][][] }
  | { type: "MultiPolygon"; coordinates: number[][][][] };

/** As `@maplibre/vt-pbf` takes it: 1 a list of points, 2 a list of lines, 3 a list of rings. */
function shape(geometry: TileGeometry): { type: 1 | 2 | 3; geometry: unknown } {
  if (geometry.type === "Point") return { type: 1, geometry: [geometry.coordinates] };
  if (geometry.type === "LineString") return { type: 2, geometry: [geometry.coordinates] };
  if (geometry.type === "MultiLineString") return { type: 2, geometry: geometry.coordinates };
  return { type: 3, geometry: geometry.type === "Polygon" ? geometry.coordinates : geometry.coordinates.flat() };
}
