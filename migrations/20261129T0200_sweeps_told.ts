/** What a sweep could not look at is not gone, and what officers had closed and it finds again is told; which facilities it
 *  left out and why; how far it is, in its own row, and what is told of it, counted once when it ends; why a run failed, by a
 *  code that is said in words. Frozen once merged. */
import { type Kysely, sql } from "kysely";

const EVENTS = ["appeared", "changed", "gone", "confirmed", "notified", "rectifying", "closed", "dismissed", "reopened", "noted"];

/** As `server/queries/sweeps.ts` counts it on this day. */
const SUMMARY = `jsonb_build_object(
  'rules', coalesce((select jsonb_agg(distinct result -> 'rules') from sweep_facility as f where f.sweep = sweep.id and result is not null), '[]'),
  'changed_layers', coalesce((select jsonb_agg(layer order by layer) from (
    select layer.key as layer
    from (select distinct f.result -> 'layers' as layers from sweep_facility as f where f.sweep = sweep.id and f.result is not null) as different,
      jsonb_each(layers) as layer
    group by 1 having count(distinct layer.value) > 1) as changed), '[]'),
  'unproven', coalesce((select jsonb_agg(jsonb_build_object('theme', theme, 'facilities', n) order by n desc, theme) from (
    select theme, count(*) as n from sweep_facility as f, jsonb_array_elements_text(f.result -> 'unproven') as theme
    where f.sweep = sweep.id and f.result is not null group by theme) as each), '[]'),
  'clues', (select count(*) from sweep_violation as v where v.sweep = sweep.id),
  'certain', (select count(*) from sweep_violation as v where v.sweep = sweep.id and v.certain))`;

export async function up(db: Kysely<never>): Promise<void> {
  const run = (text: string) => sql.raw(text).execute(db);
  for (const table of ["screening", "sweep"]) {
    await run(`alter table ${table} add column failure_code text`);
    await run(`update ${table} set failure_code = 'program' where failure is not null`);
  }
  await run(
    `alter table sweep add column unlooked int, add column again int, add column left_out jsonb, add column summary jsonb,
      add column looked int not null default 0, add column faulty int not null default 0`,
  );
  await run(
    `update sweep set looked = counted.looked, faulty = counted.faulty
      from (select sweep as id, count(*) filter (where result is not null or faults is not null) as looked,
        count(*) filter (where faults is not null) as faulty from sweep_facility group by sweep) as counted
      where sweep.id = counted.id`,
  );
  await run(`update sweep set unlooked = 0, again = 0, summary = ${SUMMARY} where state = 'done'`);
  await run("alter table sweep_violation drop constraint sweep_violation_change_check");
  await run(
    `alter table sweep_violation add column again boolean not null default false,
      add constraint sweep_violation_change_check check (change in ('appeared', 'changed', 'kept', 'unlooked'))`,
  );
  await allowEvents(db, [...EVENTS, "unlooked", "found_again"]);
}

async function allowEvents(db: Kysely<never>, events: string[]): Promise<void> {
  const among = events.map((event) => `'${event}'`).join(", ");
  await sql.raw("alter table violation_event drop constraint violation_event_what_check").execute(db);
  await sql.raw(`alter table violation_event add constraint violation_event_what_check check (what in (${among}))`).execute(db);
}

/** What was only carried on from an earlier sweep is lost, and the events that there were none of. */
export async function down(db: Kysely<never>): Promise<void> {
  const run = (text: string) => sql.raw(text).execute(db);
  await run("delete from violation_event where what in ('unlooked', 'found_again')");
  await allowEvents(db, EVENTS);
  await run("delete from sweep_violation where change = 'unlooked'");
  await run("alter table sweep_violation drop constraint sweep_violation_change_check");
  await run(
    `alter table sweep_violation drop column again,
      add constraint sweep_violation_change_check check (change in ('appeared', 'changed', 'kept'))`,
  );
  await run(
    `alter table sweep drop column unlooked, drop column again, drop column left_out, drop column summary, drop column looked,
      drop column faulty`,
  );
  for (const table of ["screening", "sweep"]) await run(`alter table ${table} drop column failure_code`);
}
