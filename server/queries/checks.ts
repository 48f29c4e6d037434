/** Stored checks: what was answered is written once and never changed; what is done with a check is written beside it. */
import { type RawBuilder, sql } from "kysely";
import type { Check, CheckSummary, Conclusion, Dispute } from "../api/checks.ts";
import type { Lang } from "../api/common.ts";
import { jsonb } from "../db/json.ts";
import type { Db } from "../db/open.ts";
import type { Catalogue } from "../domain/rule.ts";
import { liesWithin } from "./districts.ts";

/** `frozen` is all that the answer rests on but the catalogue, which is kept once per version. */
export type StoredCheck = { said: Record<Lang, Check>; frozen: unknown; catalogue: Catalogue };

/** Writes a check with its hash, and the catalogue it was judged by when this version of it is new. All or nothing. */
export async function storeCheck(db: Db, { said, frozen, catalogue }: StoredCheck, hash: string): Promise<void> {
  const check = said.zh;
  const summary = Object.fromEntries(
    Object.entries(said).map(([lang, { sentence, project }]) => [
      lang,
      { sentence, activity_title: project.activity_title, action_title: project.action_title },
    ]),
  );
  const districts = sql`array(select jsonb_array_elements_text(${jsonb(check.site.jurisdictions)}))`;
  await db.transaction().execute(async (tx) => {
    await keepCatalogue(tx, catalogue);
    await sql`insert into site_check (id, created_at, as_of, name, activity, action, districts, summary, conclusion, standing, complete,
        said, frozen, catalogue, hash)
      values (${check.id}::uuid, ${check.created_at}::timestamptz, ${check.as_of}::date, ${check.project.name}, ${check.project.activity},
        ${check.project.action}, ${districts}, ${jsonb(summary)}, ${check.conclusion}, ${check.standing}, ${check.complete}, ${jsonb(said)},
        ${jsonb(frozen)}, ${catalogue.version}, ${hash})`.execute(tx);
  });
}

/** Keeps the catalogue when this version of it is new: what was judged by it can be read for ever. */
export async function keepCatalogue(db: Db, catalogue: Catalogue): Promise<void> {
  const kept = await db
    .selectFrom("catalogue_version")
    .select("version")
    .where("version", "=", catalogue.version)
    .executeTakeFirst();
  if (!kept)
    await sql`insert into catalogue_version (version, body) values (${catalogue.version}, ${jsonb(catalogue)})
      on conflict (version) do nothing`.execute(db);
}

/** A catalogue by its version; undefined when nothing was ever judged by it. */
export async function readKeptCatalogue(db: Db, version: string): Promise<Catalogue | undefined> {
  const { rows } = await sql<{ body: Catalogue }>`select body from catalogue_version where version = ${version}`.execute(db);
  return rows[0]?.body;
}

/** One check with all that was frozen; undefined when there is none of that id. */
export async function readCheck(db: Db, id: string): Promise<StoredCheck | undefined> {
  const { rows } = await sql<StoredCheck>`
    select said, frozen, catalogue_version.body as catalogue
    from site_check join catalogue_version on catalogue_version.version = site_check.catalogue
    where id = ${id}::uuid`.execute(db);
  return rows[0];
}

/** What a check said, without what it rests on, and when it was put away; undefined when there is none of that id. */
export async function readSaid(
  db: Db,
  id: string,
): Promise<{ said: Record<Lang, Check>; deleted_at: string | null } | undefined> {
  const { rows } = await sql<{ said: Record<Lang, Check>; deleted_at: string | null }>`
    select said, ${moment(sql`deleted_at`)} as deleted_at from site_check where id = ${id}::uuid`.execute(db);
  return rows[0];
}

/** The check that was stored with this hash; undefined when there is none. */
export async function idOfHash(db: Db, hash: string): Promise<string | undefined> {
  const { rows } = await sql<{ id: string }>`select id from site_check where hash = ${hash}`.execute(db);
  return rows[0]?.id;
}

/** Some checks that were stored before hashes were, at most `limit`. */
export async function idsWithoutHash(db: Db, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from site_check where hash is null order by created_at limit ${limit}::int`.execute(db);
  return rows.map(({ id }) => id);
}

/** Writes the hash of a check that has none. */
export async function keepHash(db: Db, id: string, hash: string): Promise<void> {
  await sql`update site_check set hash = ${hash} where id = ${id}::uuid and hash is null`.execute(db);
}

export type CheckFilter = {
  lang: Lang;
  limit: number;
  /** Only those after the check of this id. */
  after: string | undefined;
  /** Words in the name, the activity, the sentence (either language) or at the beginning of the id. */
  q: string | undefined;
  conclusion: Conclusion | undefined;
  activity: string | undefined;
  jurisdiction: string | undefined;
  /** Days in Asia/Shanghai on which they were made, both included. */
  from: string | undefined;
  to: string | undefined;
  /** Only those put away; otherwise only the others. */
  deleted: boolean;
};

/** Newest first; `matched` counts all that the filters let through. */
export async function listChecks(
  db: Db,
  filter: CheckFilter,
): Promise<{ items: CheckSummary[]; matched: number; more: boolean }> {
  const { lang, limit, after } = filter;
  const tests = testsOf(filter);
  const { rows } = await sql<{ item: CheckSummary }>`
    select jsonb_build_object('id', id, 'created_at', ${moment(sql`created_at`)}, 'as_of', as_of, 'standing', standing,
      'conclusion', conclusion, 'complete', complete, 'name', name, 'activity', activity, 'action', action, 'districts', to_jsonb(districts),
      'deleted_at', ${moment(sql`deleted_at`)},
      'disputes', (select count(*) from check_dispute where check_id = site_check.id and withdrawn_at is null))
      || (summary -> ${lang}::text) as item
    from site_check
    where ${sql.join(tests, sql` and `)}
    ${after === undefined ? sql`` : sql`and (created_at, id) < (select created_at, id from site_check where id = ${after}::uuid)`}
    order by created_at desc, id desc
    limit ${limit + 1}::int`.execute(db);
  const counted = await sql<{ n: number }>`
    select count(*)::int as n from site_check where ${sql.join(tests, sql` and `)}`.execute(db);
  return { items: rows.slice(0, limit).map((row) => row.item), matched: counted.rows[0]!.n, more: rows.length > limit };
}

function testsOf({ q, conclusion, activity, jurisdiction, from, to, deleted }: CheckFilter): RawBuilder<unknown>[] {
  const day = sql`(created_at at time zone 'Asia/Shanghai')::date`;
  const tests = [deleted ? sql`deleted_at is not null` : sql`deleted_at is null`];
  for (const word of q?.toLowerCase().split(/\s+/).filter(Boolean) ?? [])
    tests.push(
      sql`(position(${word}::text in lower(name || ' ' || coalesce(summary -> 'zh' ->> 'activity_title', '') || ' ' ||
        coalesce(summary -> 'en' ->> 'activity_title', '') || ' ' || coalesce(summary -> 'zh' ->> 'sentence', '') || ' ' ||
        coalesce(summary -> 'en' ->> 'sentence', ''))) > 0 or starts_with(id::text, ${word}::text))`,
    );
  if (conclusion) tests.push(sql`conclusion = ${conclusion}`);
  if (activity) tests.push(sql`activity = ${activity}`);
  if (jurisdiction) tests.push(liesWithin(sql`districts`, jurisdiction));
  if (from) tests.push(sql`${day} >= ${from}::date`);
  if (to) tests.push(sql`${day} <= ${to}::date`);
  return tests;
}

/** Puts a check away, or brings it back. False when there is none of that id in the other state: somebody was first. */
export async function putAway(db: Db, id: string, deleted: boolean): Promise<boolean> {
  const { rows } = await sql`
    with changed as (
      update site_check set deleted_at = ${deleted ? sql`now()` : sql`null`}
      where id = ${id}::uuid and ${deleted ? sql`deleted_at is null` : sql`deleted_at is not null`}
      returning id
    )
    insert into check_event (check_id, what) select id, ${deleted ? "deleted" : "restored"} from changed returning check_id`.execute(
    db,
  );
  return rows.length > 0;
}

/** Every dispute of a check, withdrawn ones too, oldest first. */
export async function disputesOf(db: Db, id: string): Promise<Dispute[]> {
  const { rows } = await sql<Dispute>`
    select id, finding, rule, feature, reason, ${moment(sql`created_at`)} as created_at, ${moment(sql`withdrawn_at`)} as withdrawn_at
    from check_dispute where check_id = ${id}::uuid order by check_dispute.created_at, id`.execute(db);
  return rows;
}

/** Writes a dispute of one finding. */
export async function dispute(
  db: Db,
  check: string,
  { id, finding, rule, feature, reason }: Pick<Dispute, "id" | "finding" | "rule" | "feature" | "reason">,
): Promise<void> {
  await sql`
    with written as (
      insert into check_dispute (id, check_id, finding, rule, feature, reason)
      values (${id}::uuid, ${check}::uuid, ${finding}, ${rule}, ${feature}, ${reason})
      returning id, check_id, finding, reason
    )
    insert into check_event (check_id, what, detail)
    select check_id, 'disputed', jsonb_build_object('dispute', id, 'finding', finding, 'reason', reason) from written`.execute(
    db,
  );
}

/** Takes a dispute back; it stays in the list. False when none of that id stands. */
export async function withdraw(db: Db, check: string, id: string): Promise<boolean> {
  const { rows } = await sql`
    with changed as (
      update check_dispute set withdrawn_at = now()
      where id = ${id}::uuid and check_id = ${check}::uuid and withdrawn_at is null
      returning id, check_id
    )
    insert into check_event (check_id, what, detail)
    select check_id, 'withdrawn', jsonb_build_object('dispute', id) from changed returning check_id`.execute(db);
  return rows.length > 0;
}

/** A moment as ISO 8601 in UTC, the same on both engines. */
export function moment(column: RawBuilder<unknown>): RawBuilder<string> {
  return sql<string>`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}
