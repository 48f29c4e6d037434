/** Rows of tile geometry to a Mapbox vector tile. The one place that knows that the embedded engine has no ST_AsMVT:
 *  both engines clip and snap by the same SQL (`queries/tiles.ts`), only the encoder differs. */
import { fromGeojsonVt } from "@maplibre/vt-pbf";
import { type RawBuilder, sql } from "kysely";
import type { OpenDatabase } from "./open.ts";

export const EXTENT = 4096;

/** `rows` yields `geom` in tile coordinates (integers, y down, outer rings of positive area) and the tags as text or number
 *  columns. */
export type TileLayer = { name: string; rows: RawBuilder<unknown> };

type Feature = { geometry: TileGeometry; tags: Record<string, unknown> };

/** All layers in one statement, of one moment, one after the other. Empty buffer when there is nothing. */
export async function encodeTile(database: OpenDatabase, layers: readonly TileLayer[]): Promise<Buffer> {
  if (layers.length === 0) return Buffer.alloc(0);
  const ask = async <T>(packed: (name: string) => RawBuilder<unknown>) => {
    const each = layers.map(({ name, rows }) => sql`(select ${packed(name)} from (${rows}) as t) as ${sql.ref(name)}`);
    const [row] = await database.lending.read<Record<string, T | null>>(sql`select ${sql.join(each)}`.compile(database.db));
    return row!;
  };
  if (database.engine === "postgres") {
    const found = await ask<Buffer>((name) => sql`st_asmvt(t, ${name}::text, ${sql.lit(EXTENT)}, 'geom')`);
    return Buffer.concat(layers.flatMap(({ name }) => found[name] ?? []));
  }
  const found = await ask<Feature[]>(
    () => sql`jsonb_agg(jsonb_build_object('geometry', st_asgeojson(t.geom, 0, 0)::jsonb, 'tags', to_jsonb(t) - 'geom'))`,
  );
  return Buffer.concat(layers.flatMap(({ name }) => (found[name] ? writeLayer(name, found[name]) : [])));
}

function writeLayer(name: string, found: Feature[]): Uint8Array {
  const features = found.map(({ geometry, tags }) => ({
    ...shape(geometry),
    tags: Object.fromEntries(Object.entries(tags).filter(([, value]) => value !== null)),
  }));
  return fromGeojsonVt({ [name]: { features } } as never, { version: 2, extent: EXTENT });
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
