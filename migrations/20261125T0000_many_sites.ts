/** Many sites at once: screenings (sites that somebody asks about), sweeps (every facility on a date), and the violations
 *  that sweeps suspect, with what was done about each. Frozen once merged. */
import { type Kysely, sql } from "kysely";

/** A run in the background: held by one process until `held_until`, then free for another. */
const RUN = `
  state text not null default 'queued' check (state in ('queued', 'running', 'done', 'cancelled', 'failed')),
  as_of date not null,
  total int not null,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz,
  failure text,
  held_by uuid,
  held_until timestamptz`;

export async function up(db: Kysely<never>): Promise<void> {
  const run = (text: string) => sql.raw(text).execute(db);
  await run(
    `create table screening (id uuid primary key, name text not null, asked jsonb not null, deleted_at timestamptz, ${RUN})`,
  );
  await run(
    `create table screening_site (
      screening uuid not null references screening (id),
      n int not null,
      given jsonb not null,
      name text,
      activity text,
      action text,
      faults jsonb,
      result jsonb,
      conclusion text,
      primary key (screening, n)
    )`,
  );
  await run(`create index screening_site_open on screening_site (screening, n) where result is null and faults is null`);
  await run(`create index screening_site_conclusion on screening_site (screening, conclusion, n)`);
  await run(
    `create table sweep (id uuid primary key, previous uuid references sweep (id), appeared int, gone int, changed int, kept int, ${RUN})`,
  );
  await run(`create unique index sweep_under_way on sweep (as_of) where state in ('queued', 'running')`);
  await run(
    `create table sweep_facility (
      sweep uuid not null references sweep (id),
      facility text not null,
      faults jsonb,
      result jsonb,
      primary key (sweep, facility)
    )`,
  );
  await run(`create index sweep_facility_open on sweep_facility (sweep, facility) where result is null and faults is null`);
  await run(
    `create table violation (
      id uuid primary key,
      facility text not null,
      rule text not null,
      layer text,
      feature text,
      state text not null default 'suspected'
        check (state in ('suspected', 'confirmed', 'notified', 'rectifying', 'closed', 'dismissed')),
      version int not null default 1,
      created_at timestamptz not null default now(),
      changed_at timestamptz not null default now()
    )`,
  );
  await run(`create unique index violation_identity on violation (facility, rule, coalesce(layer, ''), coalesce(feature, ''))`);
  await run(
    `create table sweep_violation (
      sweep uuid not null references sweep (id),
      violation uuid not null references violation (id),
      rule text not null,
      theme text,
      effect text not null,
      certain boolean not null,
      districts text[] not null,
      activity text not null,
      classes text[] not null,
      deadline date,
      found jsonb not null,
      geom geometry(Point, 4490) not null,
      geom_3857 geometry(Point, 3857) not null,
      change text check (change in ('appeared', 'changed', 'kept')),
      primary key (sweep, violation)
    )`,
  );
  await run(`create index sweep_violation_tile on sweep_violation using gist (geom_3857)`);
  await run(`create index sweep_violation_of on sweep_violation (violation)`);
  await run(
    `create table violation_event (
      id bigint generated always as identity primary key,
      violation uuid not null references violation (id),
      at timestamptz not null default now(),
      what text not null check (what in ('appeared', 'changed', 'gone', 'confirmed', 'notified', 'rectifying', 'closed', 'dismissed', 'reopened', 'noted')),
      before text,
      after text,
      note text,
      evidence text,
      deadline date,
      sweep uuid references sweep (id)
    )`,
  );
  await run(`create index violation_event_of on violation_event (violation, id)`);
}

export async function down(db: Kysely<never>): Promise<void> {
  for (const table of [
    "violation_event",
    "sweep_violation",
    "violation",
    "sweep_facility",
    "sweep",
    "screening_site",
    "screening",
  ])
    await sql.raw(`drop table ${table}`).execute(db);
}
