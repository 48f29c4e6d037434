/** Tables that an operator loaded with GDAL's ogr2ogr, read like an upload. PostgreSQL only: ogr2ogr cannot reach the embedded
 *  engine. */
import { sql } from "kysely";
import type { Geometry } from "../api/common.ts";
import { jsonb } from "../db/json.ts";
import type { Db } from "../db/open.ts";

export type StagedTable = {
  schema: string;
  table: string;
  geometry: string;
  /** As the table says; 0: it says none. */
  srid: number;
  columns: { name: string; type: string }[];
};

/** A table with one geometry column, by `schema.table`; undefined when there is none. */
export async function findStagedTable(db: Db, schema: string, table: string): Promise<StagedTable | undefined> {
  const { rows } = await sql<{ geometry: string; srid: number }>`
    select f_geometry_column::text as geometry, srid::int as srid from geometry_columns
    where f_table_schema = ${schema} and f_table_name = ${table}`.execute(db);
  if (rows.length !== 1) return undefined;
  const columns = await sql<{ name: string; type: string }>`
    select column_name::text as name, data_type::text as type from information_schema.columns
    where table_schema = ${schema} and table_name = ${table} and column_name <> ${rows[0]!.geometry} order by ordinal_position`.execute(
    db,
  );
  return { schema, table, ...rows[0]!, columns: columns.rows };
}

/** Copies every row into the staging of an import (layer 0) in the table's own coordinates, curves as lines, heights
 *  dropped; without a time limit. Rows without a shape become faults. */
export async function copyStagedTable(
  db: Db,
  id: string,
  { schema, table, geometry }: StagedTable,
): Promise<{ rows: number; shapeless: number; vertices: number }> {
  const from = sql.table(`${schema}.${table}`);
  const shape = sql`st_curvetoline(st_force2d(t.${sql.ref(geometry)}))`;
  return db.transaction().execute(async (tx) => {
    await sql`set local statement_timeout = 0`.execute(tx);
    await sql`
      insert into import_feature (import, layer, n, "row", vertices, geometry, properties)
      select ${id}::uuid, 0, n, n, coalesce(st_npoints(g), 0), case when not st_isempty(g) then st_asgeojson(g, 15, 0)::jsonb end, properties
      from (
        select row_number() over (order by t.ctid)::int as n, ${shape} as g, to_jsonb(t) - ${geometry}::text as properties
        from ${from} as t
      ) as numbered`.execute(tx);
    await sql`
      insert into import_fault (import, layer, "row", key, params)
      select import, layer, "row", 'import.fault.no_geometry', ${jsonb({})} from import_feature
      where import = ${id}::uuid and geometry is null order by n`.execute(tx);
    const { rows } = await sql<{ rows: number; shapeless: number; vertices: number }>`
      select count(*)::int as rows, count(*) filter (where geometry is null)::int as shapeless, coalesce(sum(vertices), 0)::int as vertices
      from import_feature where import = ${id}::uuid`.execute(tx);
    return rows[0]!;
  });
}

/** Some shapes spread over the rows, to tell the reference system by. */
export async function sampleShapes(db: Db, id: string): Promise<Geometry[]> {
  const { rows } = await sql<{ geometry: Geometry }>`
    select geometry from import_feature
    where import = ${id}::uuid and geometry is not null and vertices <= 1000
      and n % greatest(1, (select count(*) / 200 from import_feature where import = ${id}::uuid)) = 0
    order by n limit 200`.execute(db);
  return rows.map(({ geometry }) => geometry);
}
