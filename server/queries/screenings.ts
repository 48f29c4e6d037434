/** Screenings and their sites, row by row. What a site was given is kept as it came. */
import { type RawBuilder, sql } from "kysely";
import type { Conclusion } from "../api/checks.ts";
import type { RunState, Screening, SiteOutline } from "../api/screenings.ts";
import { analyzeTable } from "../db/analyze.ts";
import { jsonb } from "../db/json.ts";
import type { Db } from "../db/open.ts";
import { moment } from "./checks.ts";

/** What holds for every site of a screening. */
export type Asked = { crs: unknown };
/** A site's answer in short, without the words that the catalogue has. */
export type ShortResult = Record<string, unknown> & { rules: string; layers: Record<string, number> };
export type SiteRow = { n: number; given: unknown; name: string | null; activity: string | null; action: string | null };

/** A site to be stored; `faults` where it is known already that it cannot be judged. */
export type NewSite = Omit<SiteRow, "n"> & { faults?: unknown[] };

const CHUNK = 500;

/** Writes a screening and its sites; all or nothing. */
export async function storeScreening(
  db: Db,
  { id, name, as_of, asked, sites }: { id: string; name: string; as_of: string; asked: Asked; sites: NewSite[] },
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await sql`insert into screening (id, name, as_of, asked, total)
      values (${id}::uuid, ${name}, ${as_of}::date, ${jsonb(asked)}, ${sites.length}::int)`.execute(tx);
    for (let from = 0; from < sites.length; from += CHUNK) {
      const rows = sites.slice(from, from + CHUNK).map((site, index) => ({ n: from + index + 1, ...site }));
      await sql`insert into screening_site (screening, n, given, name, activity, action, faults)
        select ${id}::uuid, n, given, name, activity, action, faults
        from jsonb_to_recordset(${jsonb(rows)}) as s (n int, given jsonb, name text, activity text, action text, faults jsonb)`.execute(
        tx,
      );
    }
  });
  await analyzeTable(db, "screening_site");
}

/** The next sites that were not looked at yet. */
export async function openSites(db: Db, id: string, limit: number): Promise<SiteRow[]> {
  const { rows } = await sql<SiteRow>`
    select n, given, name, activity, action from screening_site
    where screening = ${id}::uuid and result is null and faults is null order by n limit ${limit}::int`.execute(db);
  return rows;
}

/** Writes what became of sites, unless the screening was stopped meanwhile. */
export async function writeSites(
  db: Db,
  id: string,
  rows: { n: number; faults: unknown[] | null; result: ShortResult | null; conclusion: Conclusion | null }[],
): Promise<void> {
  await sql`
    update screening_site as site set faults = new.faults, result = new.result, conclusion = new.conclusion
    from jsonb_to_recordset(${jsonb(rows)}) as new (n int, faults jsonb, result jsonb, conclusion text)
    where site.screening = ${id}::uuid and site.n = new.n
      and exists (select from screening where id = ${id}::uuid and state = 'running')`.execute(db);
}

/** Ends a screening whose every site was looked at. */
export async function finishScreening(db: Db, id: string): Promise<void> {
  await sql`update screening set state = 'done', finished_at = now(), held_by = null, held_until = null
    where id = ${id}::uuid and state = 'running'`.execute(db);
}

export async function readAsked(db: Db, id: string): Promise<{ as_of: string; asked: Asked } | undefined> {
  const { rows } = await sql<{ as_of: string; asked: Asked }>`
    select as_of::text as as_of, asked from screening where id = ${id}::uuid`.execute(db);
  return rows[0];
}

/** `failure` is the code of why it failed. */
type Told = Omit<Screening, "rules" | "changed_layers" | "duplicates">;

function told(): RawBuilder<unknown> {
  return sql`
    select id, name, as_of::text as as_of, state, total, ${moment(sql`created_at`)} as created_at, ${moment(sql`started_at`)} as started_at,
      ${moment(sql`finished_at`)} as finished_at, failure_code as failure, counted.done, counted.faulty, counted.conclusions
    from screening, lateral (
      select coalesce(sum(n) filter (where looked), 0)::int as done, coalesce(sum(n) filter (where faulty), 0)::int as faulty,
        coalesce(jsonb_object_agg(conclusion, n) filter (where conclusion is not null), '{}') as conclusions
      from (
        select conclusion, faults is not null as faulty, faults is not null or conclusion is not null as looked, count(*) as n
        from screening_site where screening = screening.id group by 1, 2, 3
      ) as each
    ) as counted`;
}

/** One screening with its counts; undefined when there is none of that id. */
export async function readScreening(db: Db, id: string): Promise<Screening | undefined> {
  const { rows } = await sql<Told>`${told()} where id = ${id}::uuid and deleted_at is null`.execute(db);
  if (!rows[0]) return undefined;
  const more = await sql<Pick<Screening, "rules" | "changed_layers" | "duplicates">>`
    select
      (select coalesce(sum(n), 0)::int from (select count(*) as n from screening_site
        where screening = ${id}::uuid and name is not null group by name having count(*) > 1) as same) as duplicates,
      coalesce((select jsonb_agg(distinct rules) from screening_site where screening = ${id}::uuid and rules is not null), '[]') as rules,
      coalesce((select jsonb_agg(layer) from (
        select layer.key as layer
        from (select distinct layers from screening_site where screening = ${id}::uuid and layers is not null) as different, jsonb_each(layers) as layer
        group by 1 having count(distinct layer.value) > 1 order by 1) as changed), '[]')
        as changed_layers`.execute(db);
  return { ...rows[0], ...more.rows[0]! };
}

/** Newest first. */
export async function listScreenings(db: Db, limit: number): Promise<{ items: Told[]; matched: number }> {
  const { rows } =
    await sql<Told>`${told()} where deleted_at is null order by screening.created_at desc, id desc limit ${limit}::int`.execute(
      db,
    );
  const counted = await sql<{ n: number }>`select count(*)::int as n from screening where deleted_at is null`.execute(db);
  return { items: rows, matched: counted.rows[0]!.n };
}

/** How far it is, for those who wait: cheap enough to ask twice a second. */
export async function progressOf(
  db: Db,
  id: string,
): Promise<{ state: RunState; total: number; done: number; faulty: number } | undefined> {
  const { rows } = await sql<{ state: RunState; total: number; done: number; faulty: number }>`
    select state, total, (select count(*)::int from screening_site where screening = id and (faults is not null or conclusion is not null)) as done,
      (select count(*)::int from screening_site where screening = id and faults is not null) as faulty
    from screening where id = ${id}::uuid and deleted_at is null`.execute(db);
  return rows[0];
}

export type StoredSite = SiteRow & { faults: unknown[] | null; result: ShortResult | null; same_name: number[] };
export type SiteFilter = {
  limit: number;
  after: number;
  conclusion: Conclusion | undefined;
  faulty: boolean | undefined;
  /** Words in the name. */
  q: string | undefined;
};

const SITE = sql`
    select n, given, name, activity, action, faults, result,
      coalesce((select jsonb_agg(other.n order by other.n) from screening_site as other
        where other.screening = site.screening and other.name = site.name and other.n <> site.n), '[]') as same_name
    from screening_site as site`;

/** One site; undefined when there is none of that number. */
export async function readSite(db: Db, id: string, n: number): Promise<StoredSite | undefined> {
  const { rows } = await sql<StoredSite>`${SITE} where screening = ${id}::uuid and n = ${n}::int`.execute(db);
  return rows[0];
}

/** Every judged site's place and conclusion, in their order. */
export async function outlinesOf(db: Db, id: string): Promise<SiteOutline[]> {
  const { rows } = await sql<SiteOutline>`
    select n, name, conclusion, result -> 'geometry' as geometry from screening_site
    where screening = ${id}::uuid and result is not null order by n`.execute(db);
  return rows;
}

/** Sites in their order. `matched` counts all that the filters let through. */
export async function listSites(
  db: Db,
  id: string,
  { limit, after, conclusion, faulty, q }: SiteFilter,
): Promise<{ items: StoredSite[]; matched: number; more: boolean }> {
  const tests = sql`screening = ${id}::uuid
    ${conclusion === undefined ? sql`` : sql`and conclusion = ${conclusion}`}
    ${faulty === undefined ? sql`` : faulty ? sql`and faults is not null` : sql`and faults is null`}
    ${q === undefined ? sql`` : sql`and position(${q.trim().toLowerCase()}::text in lower(coalesce(name, ''))) > 0`}`;
  const { rows } = await sql<StoredSite>`
    ${SITE} where ${tests} and n > ${after}::int order by n limit ${limit + 1}::int`.execute(db);
  const counted = await sql<{ n: number }>`select count(*)::int as n from screening_site where ${tests}`.execute(db);
  return { items: rows.slice(0, limit), matched: counted.rows[0]!.n, more: rows.length > limit };
}

/** Puts a screening away. False when there is none, or it runs. */
export async function putScreeningAway(db: Db, id: string): Promise<boolean> {
  const { rows } = await sql`update screening set deleted_at = now()
    where id = ${id}::uuid and deleted_at is null and state not in ('queued', 'running') returning id`.execute(db);
  return rows.length > 0;
}
