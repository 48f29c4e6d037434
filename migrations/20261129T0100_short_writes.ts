/** What a large import needs so that the transaction that writes it is short: shapes for tiles that may be given ready, and
 *  are made by the database where they are not; rows that carry all of it; a log written as a draft beforehand, which nobody
 *  reads and nothing can be added to or taken from once its entry stands; one life a day held by a hash of the code, five
 *  times as fast to keep as by its text. Frozen once merged. */
import { type Kysely, sql } from "kysely";

const POLYGONS = ["jurisdiction", "control_area", "no_farming_area", "industrial_park", "protection_zone"];
const OTHERS = ["river", "reach", "black_odor_water", "water_source", "monitoring_section", "facility"];
const SHAPES = ["geom_z10", "geom_z8", "geom_z6", "spot_3857"];

export async function up(db: Kysely<never>): Promise<void> {
  const run = (text: string) => sql.raw(text).execute(db);
  // As in the migration before: thinned to half a unit of a tile of zoom z, brought to its grid, valid there.
  await run(`create function low_shape(shape geometry, z int) returns geometry language sql immutable parallel safe as $$
    select st_collectionextract(st_reduceprecision(st_makevalid(
      st_simplify(shape, 40075016.68557849::float8 / 2 ^ z / 4096 / 2, true)), 40075016.68557849::float8 / 2 ^ z / 4096), 3) $$`);
  await run(`create function make_tile_shapes() returns trigger language plpgsql as $$
    begin
      new.geom_z10 := low_shape(new.geom_3857, 10);
      new.geom_z8 := low_shape(new.geom_3857, 8);
      new.geom_z6 := low_shape(new.geom_3857, 6);
      new.spot_3857 := st_pointonsurface(new.geom_3857);
      return new;
    end $$`);
  for (const layer of POLYGONS) {
    for (const column of SHAPES) await run(`alter table ${layer} alter column ${column} drop expression`);
    for (const column of SHAPES) await run(`alter table ${layer} alter column ${column} set not null`);
    // Shapes given ready are taken as they are; those of another row do not fit.
    await run(`alter table ${layer} add constraint ${layer}_own_shapes check (spot_3857 @ geom_3857)`);
    await run(`create trigger ${layer}_shapes_made before insert on ${layer} for each row
      when (${SHAPES.map((column) => `new.${column} is null`).join(" or ")}) execute function make_tile_shapes()`);
    await run(`create trigger ${layer}_shapes_follow before update of geom_3857, ${SHAPES.join(", ")} on ${layer} for each row
      execute function make_tile_shapes()`);
  }
  for (const layer of [...POLYGONS, ...OTHERS]) {
    await run(`create index ${layer}_code on ${layer} (code, valid_from)`);
    const { rows } = await sql<{ name: string }>`
      select conname as name from pg_constraint where conrelid = ${layer}::regclass and contype = 'x'`.execute(db);
    // Two codes of one hash (64 bits) would be kept apart needlessly; one code is never kept twice.
    await run(`alter table ${layer} add constraint ${layer}_one_life
      exclude using gist (hashtextextended(code, 0) with =, daterange(valid_from, valid_to, '[)') with &&)`);
    for (const { name } of rows) await run(`alter table ${layer} drop constraint "${name}"`);
    // Coordinates hardly compress: trying costs more than it saves.
    for (const column of ["geom", "geom_3857"]) await run(`alter table ${layer} alter column ${column} set storage external`);
  }

  await run("delete from import_row");
  await run(`alter table import_row drop column before,
    add column file text, add column lives text, add column geom_3857 geometry(Geometry, 3857),
    ${SHAPES.map((column) => `add column ${column} geometry(Geometry, 3857)`).join(", ")}`);
  for (const column of ["geom", "geom_3857"]) await run(`alter table import_row alter column ${column} set storage external`);
  await run(`create index import_row_lived on import_row (application, n) where lives is not null`);

  // A change that is being prepared: its features are written before its entry in the log, in portions.
  await run(`create table change_draft (
    id uuid primary key,
    begun_at timestamptz not null default now()
  )`);
  await run(`alter table change_feature drop constraint change_feature_change_fkey`);
  await run(`drop trigger change_feature_append_only on change_feature`);
  await run(`create trigger change_feature_not_changed before update on change_feature execute function refuse_change()`);
  await run(`create function drafts_only() returns trigger language plpgsql as $$
    begin
      -- Held until the end of this transaction: the draft cannot become an entry under it.
      perform from change_draft where id in (select distinct change from touched) for key share;
      if exists (select from touched where not exists (select from change_draft where id = touched.change))
        then raise exception 'The log of changes is append-only.' using errcode = '42501'; end if;
      return null;
    end $$`);
  await run(`create trigger change_feature_added after insert on change_feature
    referencing new table as touched for each statement execute function drafts_only()`);
  await run(`create trigger change_feature_removed after delete on change_feature
    referencing old table as touched for each statement execute function drafts_only()`);
  await run(`create trigger change_feature_emptied before truncate on change_feature execute function refuse_change()`);
  await run(`create function draft_ends() returns trigger language plpgsql as $$
    begin
      if not exists (select from change_log where id = old.id) and exists (select from change_feature where change = old.id)
        then raise exception 'A draft of a change ends as an entry of the log, or without features.' using errcode = '42501'; end if;
      return null;
    end $$`);
  await run(`create constraint trigger change_draft_ends after delete on change_draft deferrable initially deferred
    for each row execute function draft_ends()`);
}

export async function down(db: Kysely<never>): Promise<void> {
  const run = (text: string) => sql.raw(text).execute(db);
  await run("delete from change_feature where change in (select id from change_draft)");
  await run("drop table change_draft");
  for (const name of ["added", "removed", "emptied", "not_changed"])
    await run(`drop trigger change_feature_${name} on change_feature`);
  for (const name of ["drafts_only", "draft_ends"]) await run(`drop function ${name}()`);
  await run(
    `create trigger change_feature_append_only before update or delete on change_feature execute function refuse_change()`,
  );
  await run(
    `alter table change_feature add constraint change_feature_change_fkey foreign key (change) references change_log (id)`,
  );
  await run("delete from import_row");
  await run("drop index import_row_lived");
  await run(`alter table import_row add column before jsonb, drop column file, drop column lives, drop column geom_3857,
    ${SHAPES.map((column) => `drop column ${column}`).join(", ")}`);
  for (const layer of [...POLYGONS, ...OTHERS]) {
    await run(`alter table ${layer} add exclude using gist (code with =, daterange(valid_from, valid_to, '[)') with &&)`);
    await run(`alter table ${layer} drop constraint ${layer}_one_life`);
    await run(`drop index ${layer}_code`);
    for (const column of ["geom", "geom_3857"]) await run(`alter table ${layer} alter column ${column} set storage main`);
  }
  const unit = (z: number) => 40075016.68557849 / 2 ** z / 4096;
  for (const layer of POLYGONS) {
    for (const name of ["made", "follow"]) await run(`drop trigger ${layer}_shapes_${name} on ${layer}`);
    const low = (z: number) => `add column geom_z${z} geometry(Geometry, 3857) generated always as
      (st_collectionextract(st_reduceprecision(st_makevalid(st_simplify(geom_3857, ${unit(z) / 2}, true)), ${unit(z)}), 3)) stored`;
    await run(`alter table ${layer} ${SHAPES.map((column) => `drop column ${column}`).join(", ")}`);
    await run(`alter table ${layer} ${low(10)}, ${low(8)}, ${low(6)},
      add column spot_3857 geometry(Point, 3857) generated always as (st_pointonsurface(geom_3857)) stored`);
  }
  await run("drop function make_tile_shapes()");
  await run("drop function low_shape(geometry, int)");
}
