/** What the database says of its own tables: for the parity test and for operators. */
import { sql } from "kysely";
import type { Db } from "../db/open.ts";

/** Columns of a table of the public schema, in order. */
export async function tableShape(db: Db, table: string): Promise<{ name: string; type: string; nullable: boolean }[]> {
  const { rows } = await sql<{ name: string; type: string; nullable: boolean }>`
    select column_name as name, data_type as type, is_nullable = 'YES' as nullable
    from information_schema.columns
    where table_schema = 'public' and table_name = ${table}
    order by ordinal_position`.execute(db);
  return rows;
}
