/** Rows made ready for a layer, outside the transaction that puts them there: what can be computed of them is computed here,
 *  in portions between which others have their turn. */
import { type RawBuilder, sql } from "kysely";
import { jsonb } from "../db/json.ts";
import type { Db } from "../db/open.ts";
import { deletePortions } from "../db/portions.ts";
import { recordsetOf } from "../db/recordset.ts";
import { columnsOf, type Layer } from "../layers/layer.ts";

/** The name under which rows and claims of an import stand: no file of `geodata/` is called so. */
export function fileOf(importId: string): string {
  return `import/${importId}`;
}

/** A row that fits the layer, without its shape, which stands with the placed rows. */
export type ReadyRow = { n: number; code: string; valid_from: string; properties: Record<string, unknown> };

/** Takes rows ready for a layer, with their shapes as the layer's kind wants them. */
export async function readyRows(
  db: Db,
  layer: Layer,
  {
    application,
    id,
    file_layer,
    crs,
    repair,
  }: { application: string; id: string; file_layer: number; crs: string; repair: boolean },
  rows: ReadyRow[],
): Promise<void> {
  if (rows.length === 0) return;
  const shape = repair ? sql`coalesce(p.geom, p.mended)` : sql`p.geom`;
  const fitted = layer.geometry === "point" ? sql`st_geometryn(${shape}, 1)` : sql`st_multi(${shape})`;
  await sql`
    insert into import_row (application, import, n, code, valid_from, properties, file, geom)
    select ${application}::uuid, ${id}::uuid, r.n, r.code, r.valid_from, r.properties, ${fileOf(id)}, ${fitted}
    from jsonb_to_recordset(${jsonb(rows)}) as r (n int, code text, valid_from date, properties jsonb)
    join import_placed as p on p.import = ${id}::uuid and p.layer = ${file_layer}::int and p.crs = ${crs} and p.n = r.n`.execute(
    db,
  );
}

export async function leaveOut(db: Db, application: string, numbers: number[]): Promise<void> {
  if (numbers.length > 0)
    await sql`delete from import_row where application = ${application}::uuid
      and n in (select jsonb_array_elements_text(${jsonb(numbers)})::int)`.execute(db);
}

export async function dropReady(db: Db, application: string): Promise<void> {
  await deletePortions(db, "import_row", sql`application = ${application}::uuid`);
}

/** A life of the same code that begins inside the new one: the new one would have to end it before it began. */
export function laterLives(layer: Layer, application: string): RawBuilder<unknown> {
  return sql`
    from import_row as r join ${sql.table(layer.id)} as t on t.code = r.code
    where r.application = ${application}::uuid and t.valid_from > r.valid_from
      and ((r.properties ->> 'valid_to') is null or t.valid_from < (r.properties ->> 'valid_to')::date)`;
}

export type LaterLife = { n: number; code: string; valid_from: string };

export async function laterLivesOf(db: Db, layer: Layer, application: string): Promise<LaterLife[]> {
  const { rows } =
    await sql<LaterLife>`select r.n, r.code, min(t.valid_from)::text as valid_from ${laterLives(layer, application)} group by r.n, r.code order by r.n`.execute(
      db,
    );
  return rows;
}

/** Rows that lie farther from the district's outline than `degrees`, by their boxes: most often a wrong zone. */
export async function farRows(
  db: Db,
  application: string,
  district: string,
  degrees: number,
): Promise<{ n: number; lon: number; lat: number }[]> {
  const { rows } = await sql<{ n: number; lon: number; lat: number }>`
    select n, st_x(st_centroid(st_envelope(geom)))::float8 as lon, st_y(st_centroid(st_envelope(geom)))::float8 as lat
    from import_row
    where application = ${application}::uuid and not geom && (
      select st_expand(st_envelope(geom), ${degrees}::float8) from jurisdiction where code = ${district} order by valid_from desc limit 1)
    order by n`.execute(db);
  return rows;
}

/** Shapes that tiles of a polygon layer are drawn from; the database makes them where they are not given. */
const LOW = [10, 8, 6];
const SHAPES = ["geom_3857", ...LOW.map((z) => `geom_z${z}`), "spot_3857"];

/** The stored shapes of a layer beside `geom`, and how each is made of `webbed`, the shape in Web Mercator. */
export function shapesOf(layer: Layer, webbed: RawBuilder<unknown>): { name: string; made: RawBuilder<unknown> }[] {
  const made = [webbed, ...LOW.map((z) => sql`low_shape(${webbed}, ${sql.lit(z)})`), sql`st_pointonsurface(${webbed})`];
  return SHAPES.map((name, n) => ({ name, made: made[n]! })).slice(0, layer.geometry === "polygon" ? undefined : 1);
}

/** `geom` in Web Mercator, of the layer's kind. */
export function webbed(layer: Layer, geom: RawBuilder<unknown>): RawBuilder<unknown> {
  return layer.geometry === "point" ? sql`st_transform(${geom}, 3857)` : sql`st_multi(st_transform(${geom}, 3857))`;
}

export type Portion = { from: number; to: number; rows: number };

/** Ranges of ready rows of about 300 kB each: some 20,000 vertices, or 500 rows. `lived`: of codes only that had lives. */
export async function portionsOf(db: Db, application: string, { lived }: { lived: boolean }): Promise<Portion[]> {
  const { rows } = await sql<Portion>`
    select min(n)::int as "from", max(n)::int as "to", count(*)::int as rows
    from (
      select n, (sum(pg_column_size(geom) + 600) over (order by n) - 1) / 300000 as portion
      from import_row where application = ${application}::uuid ${lived ? sql`and lives is not null` : sql``}
    ) as weighed
    group by portion order by 1`.execute(db);
  return rows;
}

/** Puts a portion into the layer. Throws when not all of it stands ready any more. */
export async function putReady(tx: Db, layer: Layer, application: string, { from, to, rows }: Portion): Promise<void> {
  const list = (prefix: string, names: string[]) => sql.join(names.map((name) => sql.ref(`${prefix}${name}`)));
  const names = Object.keys(columnsOf(layer));
  const shapes = ["geom", ...shapesOf(layer, sql``).map(({ name }) => name)];
  const { numAffectedRows } = await sql`
    insert into ${sql.table(layer.id)} (${list("", names)}, file, ${list("", shapes)})
    select ${list("v.", names)}, r.file, ${list("r.", shapes)}
    from import_row as r, lateral jsonb_to_record(r.properties) as v (${recordsetOf(layer)})
    where r.application = ${application}::uuid and r.n between ${from}::int and ${to}::int order by r.n`.execute(tx);
  if (numAffectedRows !== BigInt(rows)) throw new Error(`Of ${rows} rows ready for ${layer.id}, ${numAffectedRows} are left.`);
}
