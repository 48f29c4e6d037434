/** The hash of a check, by which its reports are known. Null for what was stored before: the service works it out when
 *  somebody asks for a hash. Frozen once merged. */
import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<never>): Promise<void> {
  await sql.raw(`alter table site_check add column hash text check (hash ~ '^[0-9a-f]{64}$')`).execute(db);
  await sql.raw(`create index site_check_hash on site_check (hash)`).execute(db);
  await sql.raw(`create index site_check_without_hash on site_check (created_at) where hash is null`).execute(db);
}

export async function down(db: Kysely<never>): Promise<void> {
  await sql.raw(`alter table site_check drop column hash`).execute(db);
}
