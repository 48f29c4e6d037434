/** Much is removed in portions, between which others have their turn. */
import { type RawBuilder, sql } from "kysely";
import type { Db } from "./open.ts";

const ROWS = 1000;

/** Deletes the rows of `table` for which `where` holds. */
export async function deletePortions(db: Db, table: string, where: RawBuilder<unknown>): Promise<void> {
  for (let more = true; more;) {
    const { numAffectedRows } = await sql`
      delete from ${sql.table(table)} where ctid = any(array(select ctid from ${sql.table(table)} where ${where} limit ${ROWS}::int))`.execute(
      db,
    );
    more = Number(numAffectedRows ?? 0n) > 0;
  }
}
