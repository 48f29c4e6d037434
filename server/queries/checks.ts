/** Stored checks: written once, never changed. */
import { sql } from "kysely";
import type { Check, CheckSummary } from "../api/checks.ts";
import type { Lang } from "../api/common.ts";
import { jsonb } from "../db/json.ts";
import type { Db } from "../db/open.ts";
import type { Catalogue } from "../domain/rule.ts";

/** `frozen` is all that the answer rests on but the catalogue, which is kept once per version. */
export type StoredCheck = { said: Record<Lang, Check>; frozen: unknown; catalogue: Catalogue };

/** Writes a check, and the catalogue it was judged by when this version of it is new. All or nothing. */
export async function storeCheck(db: Db, { said, frozen, catalogue }: StoredCheck): Promise<void> {
  const check = said.zh;
  await db.transaction().execute(async (tx) => {
    const kept = await tx
      .selectFrom("catalogue_version")
      .select("version")
      .where("version", "=", catalogue.version)
      .executeTakeFirst();
    if (!kept)
      await sql`insert into catalogue_version (version, body) values (${catalogue.version}, ${jsonb(catalogue)})
        on conflict (version) do nothing`.execute(tx);
    await sql`insert into site_check (id, created_at, as_of, name, activity, conclusion, standing, complete, said, frozen, catalogue)
      values (${check.id}::uuid, ${check.created_at}::timestamptz, ${check.as_of}::date, ${check.project.name}, ${check.project.activity},
        ${check.conclusion}, ${check.standing}, ${check.complete}, ${jsonb(said)}, ${jsonb(frozen)}, ${catalogue.version})`.execute(
      tx,
    );
  });
}

/** One check with all that was frozen; undefined when there is none of that id. */
export async function readCheck(db: Db, id: string): Promise<StoredCheck | undefined> {
  const { rows } = await sql<StoredCheck>`
    select said, frozen, catalogue_version.body as catalogue
    from site_check join catalogue_version on catalogue_version.version = site_check.catalogue
    where id = ${id}::uuid`.execute(db);
  return rows[0];
}

/** What a check said, without what it rests on. */
export async function readSaid(db: Db, id: string): Promise<Record<Lang, Check> | undefined> {
  const { rows } = await sql<{ said: Record<Lang, Check> }>`select said from site_check where id = ${id}::uuid`.execute(db);
  return rows[0]?.said;
}

/** Newest first, after the check `after` (its id); `matched` counts all. */
export async function listChecks(
  db: Db,
  { lang, limit, after }: { lang: Lang; limit: number; after: string | undefined },
): Promise<{ items: CheckSummary[]; matched: number; more: boolean }> {
  const { rows } = await sql<{ item: CheckSummary }>`
    select (said -> ${lang}::text -> 'project') as project, jsonb_build_object('id', id, 'created_at', said -> 'zh' -> 'created_at',
      'as_of', as_of, 'standing', standing, 'conclusion', conclusion, 'complete', complete, 'sentence', said -> ${lang}::text -> 'sentence',
      'name', name, 'activity', activity, 'activity_title', said -> ${lang}::text -> 'project' -> 'activity_title') as item
    from site_check
    ${after === undefined ? sql`` : sql`where (created_at, id) < (select created_at, id from site_check where id = ${after}::uuid)`}
    order by created_at desc, id desc
    limit ${limit + 1}::int`.execute(db);
  const counted = await sql<{ n: number }>`select count(*)::int as n from site_check`.execute(db);
  return { items: rows.slice(0, limit).map((row) => row.item), matched: counted.rows[0]!.n, more: rows.length > limit };
}
