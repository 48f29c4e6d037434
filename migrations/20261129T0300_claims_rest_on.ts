/** A claim that goes on after an import without one of its own still rests on the file before it: an emptied file proves
 *  nothing. Frozen once merged. */
import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<never>): Promise<void> {
  await sql.raw("alter table coverage add column rests_on text[] not null default '{}'").execute(db);
}

export async function down(db: Kysely<never>): Promise<void> {
  await sql.raw("alter table coverage drop column rests_on").execute(db);
}
