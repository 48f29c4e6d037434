/** Sweeps: the facilities they look at, what they found of each, and how one differs from the one before. */
import { sql } from "kysely";
import type { Geometry } from "../api/common.ts";
import type { Sweep } from "../api/sweeps.ts";
import { analyzeTable } from "../db/analyze.ts";
import { jsonb } from "../db/json.ts";
import type { Db } from "../db/open.ts";
import { facility } from "../layers/facility/index.ts";
import { moment } from "./checks.ts";
import { propertiesOf } from "./collections.ts";
import { during } from "./during.ts";

/** Why a facility is not looked at on a day, or null. The days decide where they are given; the word for its state, which is
 *  that of the day it was written, only where nothing says when it closes. */
const LEFT_OUT = (as_of: string) => sql`case
  when closed <= ${as_of}::date then 'closed'
  when opened > ${as_of}::date then 'not_opened'
  when closed is null and state <> 'operating' then 'state' end`;

/** Writes a sweep of every facility that stands on the date, and gives its id; where one is queued or running for the date,
 *  that one's. */
export async function storeSweep(db: Db, id: string, as_of: string): Promise<string> {
  const stored = await db.transaction().execute(async (tx) => {
    const { rows } = await sql`insert into sweep (id, as_of, total, previous) values (${id}::uuid, ${as_of}::date, 0,
        (select id from sweep where state = 'done' order by finished_at desc, created_at desc limit 1))
      on conflict (as_of) where state in ('queued', 'running') do nothing returning id`.execute(tx);
    if (rows.length === 0) {
      const under_way = await sql<{ id: string }>`
        select id from sweep where as_of = ${as_of}::date and state in ('queued', 'running')`.execute(tx);
      return under_way.rows[0]?.id ?? id;
    }
    await sql`insert into sweep_facility (sweep, facility)
      select ${id}::uuid, code from facility
      where ${during(as_of)} and ${LEFT_OUT(as_of)} is null`.execute(tx);
    await sql`update sweep set total = (select count(*) from sweep_facility where sweep = ${id}::uuid), left_out = (
        select jsonb_build_object('closed', count(*) filter (where why = 'closed'), 'not_opened', count(*) filter (where why = 'not_opened'),
          'state', count(*) filter (where why = 'state'))
        from (select ${LEFT_OUT(as_of)} as why from facility
          where ${during(as_of)}) as registered)
      where id = ${id}::uuid`.execute(tx);
    return id;
  });
  await analyzeTable(db, "sweep_facility");
  return stored;
}

export type FacilityRow = { facility: string; properties: Record<string, unknown>; geometry: Geometry };

/** The next facilities not looked at yet. One that left the register meanwhile has no `properties`. */
export async function openFacilities(
  db: Db,
  id: string,
  limit: number,
): Promise<(FacilityRow | { facility: string; properties: null })[]> {
  const { rows } = await sql<FacilityRow>`
    select open.facility, f.properties, f.geometry
    from (select facility, as_of from sweep_facility join sweep on sweep.id = sweep_facility.sweep
        where sweep = ${id}::uuid and result is null and faults is null order by facility limit ${limit}::int) as open
      left join lateral (
        select ${propertiesOf(facility)} as properties, st_asgeojson(geom, 12, 0)::jsonb as geometry
        from facility where code = open.facility and valid_from <= open.as_of and (valid_to is null or open.as_of < valid_to)
      ) as f on true
    order by open.facility`.execute(db);
  return rows;
}

export type FoundClue = {
  facility: string;
  rule: string;
  layer: string | null;
  feature: string | null;
  theme: string | null;
  effect: string;
  certain: boolean;
  districts: string[];
  activity: string;
  classes: string[];
  deadline: string | null;
  found: Record<string, unknown>;
};
export type SweptFacility = { facility: string; faults: unknown[] | null; result: Record<string, unknown> | null };

/** Writes what was found of some facilities, unless the sweep was stopped meanwhile; all or nothing. */
export async function writeSwept(db: Db, id: string, swept: SweptFacility[], clues: FoundClue[]): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const { rows } = await sql`select id from sweep where id = ${id}::uuid and state = 'running' for update`.execute(tx);
    if (rows.length === 0) return;
    await sql`
      with written as (
        update sweep_facility as row set faults = new.faults, result = new.result
        from jsonb_to_recordset(${jsonb(swept)}) as new (facility text, faults jsonb, result jsonb)
        where row.sweep = ${id}::uuid and row.facility = new.facility and row.result is null and row.faults is null
        returning row.faults
      )
      update sweep set looked = looked + (select count(*) from written),
        faulty = faulty + (select count(*) from written where faults is not null)
      where id = ${id}::uuid`.execute(tx);
    if (clues.length === 0) return;
    const given = sql`jsonb_to_recordset(${jsonb(clues)}) as c (facility text, rule text, layer text, feature text, theme text, effect text,
      certain boolean, districts jsonb, activity text, classes jsonb, deadline date, found jsonb)`;
    await sql`
      insert into violation (id, facility, rule, layer, feature)
      select gen_random_uuid(), facility, rule, layer, feature from ${given}
      on conflict (facility, rule, coalesce(layer, ''), coalesce(feature, '')) do nothing`.execute(tx);
    await sql`
      insert into sweep_violation (sweep, violation, rule, theme, effect, certain, districts, activity, classes, deadline, found, geom, geom_3857)
      select ${id}::uuid, violation.id, c.rule, c.theme, c.effect, c.certain, array(select jsonb_array_elements_text(c.districts)), c.activity,
        array(select jsonb_array_elements_text(c.classes)), c.deadline, c.found, f.geom, f.geom_3857
      from ${given}
        join violation on violation.facility = c.facility and violation.rule = c.rule
          and coalesce(violation.layer, '') = coalesce(c.layer, '') and coalesce(violation.feature, '') = coalesce(c.feature, '')
        join sweep on sweep.id = ${id}::uuid
        join facility as f on f.code = c.facility and f.valid_from <= sweep.as_of and (f.valid_to is null or sweep.as_of < f.valid_to)
      on conflict (sweep, violation) do nothing`.execute(tx);
  });
}

/** Ends a sweep whose every facility was looked at: says of each clue whether it appeared, changed or stayed, and which of
 *  the sweep before are gone. One that could not be looked at - its facility, its theme or its rule was not judged - is not
 *  gone: it is carried on as it stood, as `unlooked`, until a sweep can tell. What an officer had closed or dismissed and is
 *  found again keeps its state; its history says so once for each decision. */
export async function finishSweep(db: Db, id: string): Promise<void> {
  await analyzeTable(db, "sweep_violation");
  await db.transaction().execute(async (tx) => {
    const { rows } = await sql`select id from sweep where id = ${id}::uuid and state = 'running' for update`.execute(tx);
    if (rows.length === 0) return;
    await sql`
      update sweep_violation as new set change = coalesce((
        select case
          when old.effect <> new.effect or old.certain <> new.certain or old.deadline is distinct from new.deadline
            or old.districts <> new.districts or old.found -> 'relation' is distinct from new.found -> 'relation'
            or abs(coalesce((old.found ->> 'distance_m')::float8, 0) - coalesce((new.found ->> 'distance_m')::float8, 0)) > 0.01 then 'changed'
          else 'kept' end
        from sweep_violation as old
        where old.sweep = (select previous from sweep where id = ${id}::uuid) and old.violation = new.violation), 'appeared'),
        again = exists (select from violation where id = new.violation and violation.state in ('closed', 'dismissed'))
      where new.sweep = ${id}::uuid`.execute(tx);
    const gone = sql`
      select old.violation from sweep_violation as old
      where old.sweep = (select previous from sweep where id = ${id}::uuid)
        and not exists (select from sweep_violation as new where new.sweep = ${id}::uuid and new.violation = old.violation)`;
    await sql`
      insert into sweep_violation (sweep, violation, rule, theme, effect, certain, districts, activity, classes, deadline, found, geom, geom_3857, change)
      select ${id}::uuid, old.violation, old.rule, old.theme, old.effect, old.certain, old.districts, old.activity, old.classes, old.deadline,
        old.found, old.geom, old.geom_3857, 'unlooked'
      from sweep_violation as old join violation on violation.id = old.violation
        join sweep_facility as f on f.sweep = ${id}::uuid and f.facility = violation.facility
      where old.sweep = (select previous from sweep where id = ${id}::uuid) and old.violation in (${gone})
        and (f.faults is not null or f.result -> 'unproven' @> to_jsonb(old.theme) or f.result -> 'not_asked' @> to_jsonb(old.theme)
          or f.result -> 'open_rules' @> to_jsonb(old.rule)
          or f.result -> 'placed' = 'false')`.execute(tx);
    await sql`
      insert into violation_event (violation, what, sweep)
      select new.violation, what, new.sweep
      from sweep_violation as new left join sweep_violation as old
          on old.sweep = (select previous from sweep where id = ${id}::uuid) and old.violation = new.violation,
        lateral (values
          (1, new.change, new.change in ('appeared', 'changed') or (new.change = 'unlooked' and old.change is distinct from 'unlooked')),
          (2, 'found_again', (new.change = 'kept' and old.change = 'unlooked') or (new.again and not exists (
            select from violation_event as told where told.violation = new.violation and told.what = 'found_again' and told.id > (
              select max(id) from violation_event as decided
              where decided.violation = new.violation and decided.what in ('closed', 'dismissed')))))
        ) as event (n, what, happened)
      where new.sweep = ${id}::uuid and happened order by new.violation, n`.execute(tx);
    await sql`insert into violation_event (violation, what, sweep) select violation, 'gone', ${id}::uuid from (${gone}) as gone`.execute(
      tx,
    );
    await sql`
      update sweep set state = 'done', finished_at = now(), held_by = null, held_until = null,
        appeared = counted.appeared, changed = counted.changed, kept = counted.kept, unlooked = counted.unlooked, again = counted.again,
        gone = (select count(*) from (${gone}) as gone)
      from (select count(*) filter (where change = 'appeared') as appeared, count(*) filter (where change = 'changed') as changed,
        count(*) filter (where change = 'kept') as kept, count(*) filter (where change = 'unlooked') as unlooked,
        count(*) filter (where again) as again from sweep_violation where sweep = ${id}::uuid) as counted
      where id = ${id}::uuid`.execute(tx);
    await keepSummary(tx, id);
  });
}

/** `failure` is the code of why it failed. */
type Themes = { theme: string; facilities: number }[];
/** `not_asked` here has every theme; which of them matter the catalogue says. */
export type ToldSweep = Omit<Sweep, "unproven" | "not_asked"> & { unproven: Themes; not_asked: Themes };
type Summary = Pick<ToldSweep, "rules" | "changed_layers" | "unproven" | "clues" | "certain"> & {
  /** Summaries before 2026-11-30 lack it. */
  not_asked?: Themes;
};

/** Themes that stand under this name in the results of facilities, most facilities first. */
const themesOf = (name: "unproven" | "not_asked") => sql`coalesce((
    select jsonb_agg(jsonb_build_object('theme', theme, 'facilities', n) order by n desc, theme) from (
    select theme, count(*) as n from sweep_facility as f, jsonb_array_elements_text(f.result -> ${sql.lit(name)}) as theme
    where f.sweep = sweep.id and f.result is not null group by theme) as each), '[]')`;

/** What takes reading every facility and clue of a sweep. */
const SUMMARY = sql`jsonb_build_object(
  'rules', coalesce((select jsonb_agg(distinct result -> 'rules') from sweep_facility as f where f.sweep = sweep.id and result is not null), '[]'),
  'changed_layers', coalesce((select jsonb_agg(layer order by layer) from (
    select layer.key as layer
    from (select distinct f.result -> 'layers' as layers from sweep_facility as f where f.sweep = sweep.id and f.result is not null) as different,
      jsonb_each(layers) as layer
    group by 1 having count(distinct layer.value) > 1) as changed), '[]'),
  'unproven', ${themesOf("unproven")},
  'not_asked', ${themesOf("not_asked")},
  'clues', (select count(*) from sweep_violation as v where v.sweep = sweep.id),
  'certain', (select count(*) from sweep_violation as v where v.sweep = sweep.id and v.certain))`;

/** Counts what is told of a sweep that has ended, once: until it is resumed nothing of it changes. */
export async function keepSummary(db: Db, id: string): Promise<void> {
  await sql`update sweep set summary = ${SUMMARY} where id = ${id}::uuid and state not in ('queued', 'running')`.execute(db);
}

const TOLD = sql`
  select id, as_of::text as as_of, state, total, looked as done, faulty, left_out, ${moment(sql`created_at`)} as created_at,
    ${moment(sql`started_at`)} as started_at, ${moment(sql`finished_at`)} as finished_at, failure_code as failure,
    case when state = 'done' then jsonb_build_object('previous', previous, 'appeared', appeared, 'gone', gone, 'changed', changed, 'kept', kept,
      'unlooked', unlooked, 'again', again) end as change,
    coalesce(summary, ${SUMMARY}) as summary
  from sweep`;

function told({ summary, ...row }: Omit<ToldSweep, keyof Summary> & { summary: Summary }): ToldSweep {
  return { ...row, ...summary, not_asked: summary.not_asked ?? [] };
}

/** The day of a sweep; undefined when there is none of that id. */
export async function dayOfSweep(db: Db, id: string): Promise<string | undefined> {
  const { rows } = await sql<{ as_of: string }>`select as_of::text as as_of from sweep where id = ${id}::uuid`.execute(db);
  return rows[0]?.as_of;
}

/** One sweep; undefined when there is none of that id. */
export async function readSweep(db: Db, id: string): Promise<ToldSweep | undefined> {
  const { rows } = await sql<Parameters<typeof told>[0]>`${TOLD} where id = ${id}::uuid`.execute(db);
  return rows[0] && told(rows[0]);
}

/** How far it is, for those who wait: one row, cheap enough to ask twice a second. */
export async function progressOfSweep(
  db: Db,
  id: string,
): Promise<Pick<Sweep, "state" | "total" | "done" | "faulty"> | undefined> {
  const { rows } = await sql<Pick<Sweep, "state" | "total" | "done" | "faulty">>`
    select state, total, looked as done, faulty from sweep where id = ${id}::uuid`.execute(db);
  return rows[0];
}

/** The finished sweep that a finished one is compared with; null where there is none, undefined when there is no such sweep. */
export async function previousOf(db: Db, id: string): Promise<string | null | undefined> {
  const { rows } = await sql<{ previous: string | null }>`
    select case when state = 'done' then previous end as previous from sweep where id = ${id}::uuid`.execute(db);
  return rows[0]?.previous;
}

/** Newest first. */
export async function listSweeps(db: Db, limit: number): Promise<{ items: ToldSweep[]; matched: number }> {
  const { rows } = await sql<Parameters<typeof told>[0]>`${TOLD} order by created_at desc, id limit ${limit}::int`.execute(db);
  const counted = await sql<{ n: number }>`select count(*)::int as n from sweep`.execute(db);
  return { items: rows.map(told), matched: counted.rows[0]!.n };
}

/** The newest sweep that is done; undefined when there is none. */
export async function newestSweep(db: Db): Promise<string | undefined> {
  const { rows } = await sql<{ id: string }>`
    select id from sweep where state = 'done' order by finished_at desc, created_at desc limit 1`.execute(db);
  return rows[0]?.id;
}

/** Register entries that could not be judged, by code. */
export async function faultyFacilities(
  db: Db,
  id: string,
): Promise<{ facility: string; zh: string | null; en: string | null; faults: unknown[] }[]> {
  const { rows } = await sql<{ facility: string; zh: string | null; en: string | null; faults: unknown[] }>`
    select row.facility, f.name_zh as zh, f.name_en as en, row.faults
    from sweep_facility as row join sweep on sweep.id = row.sweep
      left join facility as f on f.code = row.facility and f.valid_from <= sweep.as_of and (f.valid_to is null or sweep.as_of < f.valid_to)
    where row.sweep = ${id}::uuid and row.faults is not null order by row.facility`.execute(db);
  return rows;
}
