/** Files brought in by a person: what was read of each, row by row, in the file's own coordinates; the same in CGCS2000
 *  once a reference system is chosen; and an append-only log of what was changed by it, before and after. Checklists made
 *  here are kept beside those of the files. Frozen once merged. */
import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<never>): Promise<void> {
  const run = (text: string) => sql.raw(text).execute(db);
  await run(`create table import (
    id uuid primary key,
    created_at timestamptz not null default now(),
    kept_until timestamptz not null,
    format text not null,
    files jsonb not null,
    layers jsonb not null
  )`);
  await run(`create index import_created on import (created_at desc, id)`);
  // One row of the file; n counts from 1 in the order of the file, "row" is its number there.
  await run(`create table import_feature (
    import uuid not null references import (id) on delete cascade,
    layer int not null,
    n int not null,
    "row" int not null,
    vertices int not null,
    geometry jsonb,
    properties jsonb not null,
    primary key (import, layer, n)
  )`);
  // Written once, read once: compressing costs more than the room it saves.
  await run(`alter table import_feature alter column geometry set storage external`);
  await run(`create table import_fault (
    import uuid not null references import (id) on delete cascade,
    layer int not null,
    id bigint generated always as identity primary key,
    "row" int,
    key text not null,
    params jsonb not null,
    x float8,
    y float8
  )`);
  await run(`create index import_fault_of on import_fault (import, layer, id)`);
  // A placement is written when every row has been placed.
  await run(`create table import_placement (
    import uuid not null references import (id) on delete cascade,
    layer int not null,
    crs text not null,
    primary key (import, layer, crs)
  )`);
  await run(`create table import_placed (
    import uuid not null references import (id) on delete cascade,
    layer int not null,
    crs text not null,
    n int not null,
    "row" int not null,
    geom geometry(Geometry, 4490) check (st_isvalid(geom) and not st_isempty(geom)),
    faults jsonb,
    mended geometry(Geometry, 4490) check (st_isvalid(mended) and not st_isempty(mended)),
    area_before_m2 float8,
    area_after_m2 float8,
    primary key (import, layer, crs, n),
    check ((geom is null) = (faults is not null)),
    check (mended is null or geom is null)
  )`);
  // Rows made ready for a layer, outside the transaction that writes them there.
  await run(`create table import_row (
    application uuid not null,
    import uuid not null references import (id) on delete cascade,
    n int not null,
    code text not null,
    valid_from date not null,
    properties jsonb not null,
    geom geometry(Geometry, 4490) not null,
    before jsonb,
    primary key (application, n)
  )`);
  await run(`create index import_row_code on import_row (application, code)`);
  await run(`create table change_log (
    id uuid primary key,
    seq bigint generated always as identity,
    at timestamptz not null default now(),
    who text not null,
    what text not null check (what in ('imported', 'undone', 'declared', 'withdrawn', 'checklist')),
    import uuid,
    layer text,
    undoes uuid references change_log (id),
    detail jsonb not null,
    coverage_before jsonb not null default '[]',
    coverage_after jsonb not null default '[]'
  )`);
  await run(`create index change_log_import on change_log (import, seq)`);
  await run(`create unique index change_log_undoes on change_log (undoes)`);
  await run(`create table change_feature (
    change uuid not null references change_log (id),
    code text not null,
    before jsonb not null,
    after jsonb not null,
    primary key (change, code)
  )`);
  for (const column of ["before", "after"]) await run(`alter table change_feature alter column ${column} set storage external`);
  await run(`create function refuse_change() returns trigger language plpgsql as $$
    begin raise exception 'The log of changes is append-only.' using errcode = '42501'; end $$`);
  for (const table of ["change_log", "change_feature"])
    await run(`create trigger ${table}_append_only before update or delete on ${table} execute function refuse_change()`);
  await run(`create table checklist_version (
    jurisdiction text not null,
    version int not null,
    valid_from date not null,
    themes jsonb not null,
    source jsonb not null,
    made_at timestamptz not null default now(),
    primary key (jurisdiction, version)
  )`);
}

export async function down(db: Kysely<never>): Promise<void> {
  for (const table of [
    "checklist_version",
    "change_feature",
    "change_log",
    "import_row",
    "import_placed",
    "import_placement",
    "import_fault",
    "import_feature",
    "import",
  ])
    await sql.raw(`drop table ${table}`).execute(db);
  await sql.raw(`drop function refuse_change()`).execute(db);
}
