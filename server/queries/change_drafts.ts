/** A change of a layer while it is prepared: its log, code by code, and the rows it will put, written in portions outside
 *  the transaction that makes it a change. Nobody reads a draft; the database lets it grow and go, and freezes its features
 *  with the entry in the log. */
import { type RawBuilder, sql } from "kysely";
import { jsonb } from "../db/json.ts";
import type { Db } from "../db/open.ts";
import { deletePortions } from "../db/portions.ts";
import { recordsetOf } from "../db/recordset.ts";
import { columnsOf, type Layer } from "../layers/layer.ts";
import { propertiesOf } from "./collections.ts";
import { type Portion, shapesOf, webbed } from "./ready_rows.ts";

/** A draft that was not ended by then never will be. */
const LOST_AFTER = sql`interval '1 day'`;

export async function beginDraft(db: Db, id: string): Promise<void> {
  await sql`insert into change_draft (id) values (${id}::uuid)`.execute(db);
}

/** In the transaction that writes the entry: from now on what was drafted stands. Throws when the draft was removed as lost. */
export async function endDraft(tx: Db, id: string): Promise<void> {
  const { numAffectedRows } = await sql`delete from change_draft where id = ${id}::uuid`.execute(tx);
  if (numAffectedRows !== 1n) throw new Error(`The draft of change ${id} was removed before it was written.`);
}

/** Removes a draft with its features; a change that was written stays. */
export async function dropDraft(db: Db, id: string): Promise<void> {
  const { rows } = await sql`select 1 from change_draft where id = ${id}::uuid`.execute(db);
  if (rows.length === 0) return;
  await deletePortions(db, "change_feature", sql`change = ${id}::uuid`);
  await sql`delete from change_draft where id = ${id}::uuid`.execute(db);
}

export async function dropLostDrafts(db: Db): Promise<void> {
  const { rows } = await sql<{ id: string }>`select id from change_draft where begun_at < now() - ${LOST_AFTER}`.execute(db);
  for (const { id } of rows) await dropDraft(db, id);
}

/** All lives of a code as one list, shapes as EWKB hex: what the log keeps and compares. */
export function livesOf(layer: Layer, code: RawBuilder<unknown>): RawBuilder<unknown> {
  return listOf(layer, sql`select * from ${sql.table(layer.id)} as t where t.code = ${code}`);
}

function listOf(layer: Layer, lives: RawBuilder<unknown>): RawBuilder<unknown> {
  const row = sql`${propertiesOf(layer)} || jsonb_build_object('file', file, 'geom', encode(st_asewkb(geom), 'hex'))`;
  return sql`coalesce((select jsonb_agg(${row} order by l.valid_from) from (${lives}) as l), '[]')`;
}

/** The lives of a ready row's code once it is written: earlier ones end, one of the same first day is replaced. */
function livesAfter(layer: Layer): RawBuilder<unknown> {
  const names = Object.keys(columnsOf(layer));
  const ended = sql`case when t.valid_from < r.valid_from and (t.valid_to is null or t.valid_to > r.valid_from)
    then r.valid_from else t.valid_to end`;
  return listOf(
    layer,
    sql`
      select ${sql.join(names.map((name) => (name === "valid_to" ? sql`${ended} as valid_to` : sql.ref(`t.${name}`))))}, t.file, t.geom
      from ${sql.table(layer.id)} as t where t.code = r.code and t.valid_from <> r.valid_from
      union all
      select ${sql.join(names.map((name) => sql.ref(`v.${name}`)))}, r.file, r.geom
      from jsonb_to_record(r.properties) as v (${recordsetOf(layer)})`,
  );
}

/** Which lives a ready row's code has, by row and the transaction that wrote it: null for none. */
function fingerprint(layer: Layer): RawBuilder<unknown> {
  return sql`(select string_agg(t.id || ' ' || t.xmin, ',' order by t.valid_from) from ${sql.table(layer.id)} as t where t.code = r.code)`;
}

/** Writes the log of the ready rows that `which` picks (of `r`), and gives the rows what else the layer stores of them. */
async function draftWhich(db: Db, layer: Layer, change: string, which: RawBuilder<unknown>): Promise<void> {
  const shapes = shapesOf(layer, sql`s.webbed`);
  const set = sql.join(shapes.map(({ name, made }) => sql`${sql.ref(name)} = ${made}`));
  await sql`
    with r as materialized (
      select r.n, r.code, r.valid_from, r.properties, r.file, r.geom, ${fingerprint(layer)} as lives
      from import_row as r where r.application = ${change}::uuid and ${which}
    ),
    logged as (
      insert into change_feature (change, code, before, after)
      select ${change}::uuid, r.code, ${livesOf(layer, sql`r.code`)}, ${livesAfter(layer)} from r
    ),
    s as materialized (select n, lives, ${webbed(layer, sql`geom`)} as webbed from r)
    update import_row as own set lives = s.lives, ${set} from s where own.application = ${change}::uuid and own.n = s.n`.execute(
    db,
  );
}

/** Writes a portion of the log of an import, as the layer is now. */
export async function draftImport(db: Db, layer: Layer, change: string, { from, to }: Portion): Promise<void> {
  await draftWhich(db, layer, change, sql`r.n between ${from}::int and ${to}::int`);
}

/** Writes anew what the log says of codes whose lives changed since it was drafted. */
export async function redraftMoved(tx: Db, layer: Layer, change: string): Promise<void> {
  const { rows } = await sql<{ n: number; code: string }>`
    select r.n, r.code from import_row as r where r.application = ${change}::uuid and r.lives is distinct from ${fingerprint(layer)}`.execute(
    tx,
  );
  if (rows.length === 0) return;
  await sql`delete from change_feature where change = ${change}::uuid
    and code in (select jsonb_array_elements_text(${jsonb(rows.map(({ code }) => code))}))`.execute(tx);
  await draftWhich(tx, layer, change, sql`r.n in (select jsonb_array_elements_text(${jsonb(rows.map(({ n }) => n))})::int)`);
}

export type Codes = { from: string; to: string };

/** Ranges of the codes of a change, of about 1 MB of its log each. */
export async function codesOf(db: Db, change: string): Promise<Codes[]> {
  const { rows } = await sql<Codes>`
    select min(code) as "from", max(code) as "to"
    from (
      select code, (sum(pg_column_size(before) + pg_column_size(after) + 1000) over (order by code) - 1) / 1000000 as portion
      from change_feature where change = ${change}::uuid
    ) as weighed
    group by portion order by portion`.execute(db);
  return rows;
}

/** Codes of a change that something else changed since, at most `limit`. */
export async function movedCodes(db: Db, layer: Layer, change: string, { from, to }: Codes, limit: number): Promise<string[]> {
  const { rows } = await sql<{ code: string }>`
    select c.code from change_feature as c
    where c.change = ${change}::uuid and c.code between ${from} and ${to} and c.after <> ${livesOf(layer, sql`c.code`)}
    order by c.code collate "C" limit ${limit}::int`.execute(db);
  return rows.map(({ code }) => code);
}

/** Writes a portion of the log of taking `change` back, and makes ready the lives that were before; how many those are.
 *  They are numbered from `after`. */
export async function draftUndo(
  db: Db,
  layer: Layer,
  { undo, change, importId, after }: { undo: string; change: string; importId: string; after: number },
  { from, to }: Codes,
): Promise<number> {
  const shapes = shapesOf(layer, sql`webbed`);
  const mine = sql`c.change = ${change}::uuid and c.code between ${from} and ${to}`;
  await sql`insert into change_feature (change, code, before, after)
    select ${undo}::uuid, c.code, c.after, c.before from change_feature as c where ${mine}`.execute(db);
  const { numAffectedRows } = await sql`
    insert into import_row (application, import, n, code, valid_from, properties, file, geom, ${sql.join(shapes.map(({ name }) => sql.ref(name)))})
    select ${undo}::uuid, ${importId}::uuid, ${after}::int + row_number() over (order by code, valid_from), code, valid_from, properties, file, geom,
      ${sql.join(shapes.map(({ made }) => made))}
    from (
      select *, ${webbed(layer, sql`geom`)} as webbed
      from (
        select c.code, (life ->> 'valid_from')::date as valid_from, life - 'file' - 'geom' as properties, life ->> 'file' as file,
          (life ->> 'geom')::geometry as geom
        from change_feature as c, jsonb_array_elements(c.before) as life
        where ${mine}
        offset 0
      ) as lives
      offset 0
    ) as placed`.execute(db);
  return Number(numAffectedRows ?? 0n);
}

/** Removes from the layer every life of the codes of a change. */
export async function removeCodes(tx: Db, layer: Layer, change: string, { from, to }: Codes): Promise<void> {
  await sql`delete from ${sql.table(layer.id)} as t using change_feature as c
    where c.change = ${change}::uuid and c.code between ${from} and ${to} and t.code = c.code`.execute(tx);
}
