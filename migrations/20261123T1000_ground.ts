/** The ground: two layers, coverage, layer versions, what was loaded, and stored checks. Frozen once merged.
 *  Geometry is CGCS2000 (EPSG:4490); `geom_3857` is for tiles only and never enters a check. A feature's validity is
 *  half-open and one code never holds twice on one day. */
import { type Kysely, sql } from "kysely";

const COMMON = `
  id bigint generated always as identity primary key,
  code text not null,
  name_zh text not null,
  name_en text not null,
  aliases jsonb not null default '[]',
  valid_from date not null,
  valid_to date,
  basis text not null check (basis in ('approved_polygon', 'computed_default', 'schematic')),
  accuracy_m float8 check (accuracy_m >= 0),
  source text not null,
  approval_no text,
  approval_body text,
  approval_date date,
  competent_jurisdiction text,
  file text not null,
  geom geometry(MultiPolygon, 4490) not null check (st_isvalid(geom) and not st_isempty(geom)),
  geom_3857 geometry(MultiPolygon, 3857) not null,
  check (valid_to is null or valid_to > valid_from),
  check (basis <> 'approved_polygon' or (approval_no is not null and approval_body is not null and approval_date is not null)),
  check ((basis = 'schematic') = (accuracy_m is null)),
  exclude using gist (code with =, daterange(valid_from, valid_to, '[)') with &&)
`;

export async function up(db: Kysely<never>): Promise<void> {
  await sql
    .raw(`create table jurisdiction (
    ${COMMON},
    level text not null check (level in ('province', 'city', 'county')),
    parent text
  )`)
    .execute(db);
  await sql
    .raw(`create table protection_zone (
    ${COMMON},
    level text not null check (level in ('first', 'second', 'quasi', 'rural')),
    part text not null check (part in ('water', 'land', 'whole')),
    water_source text not null,
    wl_basis text check (wl_basis in ('mean_annual', 'flood5', 'flood10', 'normal_pool', 'bank_line', 'other')),
    established date
  )`)
    .execute(db);
  for (const layer of ["jurisdiction", "protection_zone"]) {
    await sql.raw(`create index ${layer}_geom on ${layer} using gist (geom)`).execute(db);
    await sql.raw(`create index ${layer}_geom_3857 on ${layer} using gist (geom_3857)`).execute(db);
  }
  await sql
    .raw(`create table coverage (
    theme text not null,
    jurisdiction text not null,
    state text not null check (state in ('loaded', 'declared_none', 'not_loaded')),
    data_date date,
    source text,
    licence text,
    basis text check (basis in ('approved_polygon', 'computed_default', 'schematic')),
    declared_by text,
    document text,
    valid_from date not null,
    valid_to date,
    file text not null,
    geom geometry(MultiPolygon, 4490) check (st_isvalid(geom)),
    check (state = 'not_loaded' or (geom is not null and data_date is not null and source is not null and basis is not null)),
    check (state <> 'declared_none' or (declared_by is not null and document is not null)),
    exclude using gist (theme with =, jurisdiction with =, daterange(valid_from, valid_to, '[)') with &&)
  )`)
    .execute(db);
  await sql
    .raw(
      `create table layer_version (layer text primary key, version int not null, changed_at timestamptz not null default now())`,
    )
    .execute(db);
  await sql
    .raw(
      `create table loaded_file (file text primary key, sha256 text not null, features int not null, loaded_at timestamptz not null default now())`,
    )
    .execute(db);
  // What checks were judged by, once per version: a check names it, and is so frozen whole.
  await sql
    .raw(
      `create table catalogue_version (version text primary key, body jsonb not null, kept_at timestamptz not null default now())`,
    )
    .execute(db);
  await sql
    .raw(`create table site_check (
    id uuid primary key,
    created_at timestamptz not null default now(),
    as_of date not null,
    name text not null,
    activity text not null,
    conclusion text not null,
    standing text not null,
    complete boolean not null,
    said jsonb not null,
    frozen jsonb not null,
    catalogue text not null references catalogue_version (version)
  )`)
    .execute(db);
  await sql.raw(`create index site_check_created on site_check (created_at desc, id)`).execute(db);
}

export async function down(db: Kysely<never>): Promise<void> {
  for (const table of [
    "site_check",
    "catalogue_version",
    "loaded_file",
    "layer_version",
    "coverage",
    "protection_zone",
    "jurisdiction",
  ])
    await sql.raw(`drop table ${table}`).execute(db);
}
