/** Answers and what they rest on are tens of kilobytes each; lz4 packs them in a fraction of the time of pglz, a little less
 *  tightly. Where the engine is built without it they stay as they are. Frozen once merged. */
import { type Kysely, sql } from "kysely";

const PACKED: Record<string, string[]> = {
  site_check: ["said", "frozen"],
  screening_site: ["given", "result"],
  sweep_facility: ["result"],
};

const set = (method: string) =>
  Object.entries(PACKED).map(
    ([table, columns]) =>
      `alter table ${table} ${columns.map((column) => `alter ${column} set compression ${method}`).join(", ")};`,
  );

export async function up(db: Kysely<never>): Promise<void> {
  await sql.raw(`do $$ begin ${set("lz4").join(" ")} exception when feature_not_supported then null; end $$`).execute(db);
}

export async function down(db: Kysely<never>): Promise<void> {
  for (const each of set("default")) await sql.raw(each).execute(db);
}
