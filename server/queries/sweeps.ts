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
      where valid_from <= ${as_of}::date and (valid_to is null or ${as_of}::date < valid_to) and state = 'operating'
        and (opened is null or opened <= ${as_of}::date) and (closed is null or ${as_of}::date < closed)`.execute(tx);
    await sql`update sweep set total = (select count(*) from sweep_facility where sweep = ${id}::uuid) where id = ${id}::uuid`.execute(
      tx,
    );
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
      update sweep_facility as row set faults = new.faults, result = new.result
      from jsonb_to_recordset(${jsonb(swept)}) as new (facility text, faults jsonb, result jsonb)
      where row.sweep = ${id}::uuid and row.facility = new.facility`.execute(tx);
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
 *  the sweep before are gone. */
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
        where old.sweep = (select previous from sweep where id = ${id}::uuid) and old.violation = new.violation), 'appeared')
      where new.sweep = ${id}::uuid`.execute(tx);
    await sql`
      insert into violation_event (violation, what, sweep)
      select violation, change, sweep from sweep_violation where sweep = ${id}::uuid and change <> 'kept'`.execute(tx);
    const gone = sql`
      select old.violation from sweep_violation as old
      where old.sweep = (select previous from sweep where id = ${id}::uuid)
        and not exists (select from sweep_violation as new where new.sweep = ${id}::uuid and new.violation = old.violation)`;
    await sql`insert into violation_event (violation, what, sweep) select violation, 'gone', ${id}::uuid from (${gone}) as gone`.execute(
      tx,
    );
    await sql`
      update sweep set state = 'done', finished_at = now(), held_by = null, held_until = null,
        appeared = counted.appeared, changed = counted.changed, kept = counted.kept, gone = (select count(*) from (${gone}) as gone)
      from (select count(*) filter (where change = 'appeared') as appeared, count(*) filter (where change = 'changed') as changed,
        count(*) filter (where change = 'kept') as kept from sweep_violation where sweep = ${id}::uuid) as counted
      where id = ${id}::uuid`.execute(tx);
  });
}

type Told = Omit<Sweep, "unproven"> & { unproven: { theme: string; facilities: number }[] };

const TOLD = sql`
  select id, as_of::text as as_of, state, total, ${moment(sql`created_at`)} as created_at, ${moment(sql`started_at`)} as started_at,
    ${moment(sql`finished_at`)} as finished_at, failure, looked.done, looked.faulty, looked.rules, looked.changed_layers, looked.unproven,
    seen.clues, seen.certain,
    case when state = 'done' then jsonb_build_object('previous', previous, 'appeared', appeared, 'gone', gone, 'changed', changed, 'kept', kept) end
      as change
  from sweep, lateral (
    select count(*) filter (where faults is not null or result is not null)::int as done, count(*) filter (where faults is not null)::int as faulty,
      coalesce(jsonb_agg(distinct result -> 'rules') filter (where result is not null), '[]') as rules,
      coalesce((select jsonb_agg(layer order by layer) from (
        select layer.key as layer
        from (select distinct f.result -> 'layers' as layers from sweep_facility as f where f.sweep = sweep.id and f.result is not null) as different,
          jsonb_each(layers) as layer
        group by 1 having count(distinct layer.value) > 1) as changed), '[]') as changed_layers,
      coalesce((select jsonb_agg(jsonb_build_object('theme', theme, 'facilities', n) order by n desc, theme) from (
        select theme, count(*) as n from sweep_facility as f, jsonb_array_elements_text(f.result -> 'unproven') as theme
        where f.sweep = sweep.id and f.result is not null group by theme) as each), '[]') as unproven
    from sweep_facility where sweep = sweep.id
  ) as looked, lateral (
    select count(*)::int as clues, count(*) filter (where certain)::int as certain from sweep_violation where sweep_violation.sweep = sweep.id
  ) as seen`;

/** The day of a sweep; undefined when there is none of that id. */
export async function dayOfSweep(db: Db, id: string): Promise<string | undefined> {
  const { rows } = await sql<{ as_of: string }>`select as_of::text as as_of from sweep where id = ${id}::uuid`.execute(db);
  return rows[0]?.as_of;
}

/** One sweep; undefined when there is none of that id. */
export async function readSweep(db: Db, id: string): Promise<Told | undefined> {
  const { rows } = await sql<Told>`${TOLD} where id = ${id}::uuid`.execute(db);
  return rows[0];
}

/** Newest first. */
export async function listSweeps(db: Db, limit: number): Promise<{ items: Told[]; matched: number }> {
  const { rows } = await sql<Told>`${TOLD} order by created_at desc, id limit ${limit}::int`.execute(db);
  const counted = await sql<{ n: number }>`select count(*)::int as n from sweep`.execute(db);
  return { items: rows, matched: counted.rows[0]!.n };
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
