/** Statistics after many rows were written at once. */
import { sql } from "kysely";
import type { Db } from "./open.ts";

/** Counts the table's rows for the planner. Until the server has done so by itself (the embedded engine never does) it plans
 *  for a table without the new rows, and a statement of a second may take minutes. Where it fails, things are only slower. */
export async function analyzeTable(db: Db, table: string): Promise<void> {
  await sql`analyze ${sql.table(table)}`.execute(db).catch(() => undefined);
}

/** The same for these columns only, a statement for each group. */
export async function analyzeColumns(db: Db, table: string, groups: string[][]): Promise<void> {
  for (const columns of groups)
    await sql`analyze ${sql.table(table)} (${sql.join(columns.map((column) => sql.ref(column)))})`
      .execute(db)
      .catch(() => undefined);
}
