/** What a feature has to do with others: by declared references, and by place. */
import { type RawBuilder, sql } from "kysely";
import type { Relation, RelatedGroup, Version } from "../api/search.ts";
import type { Db } from "../db/open.ts";
import { layerOf, layers } from "../layers/index.ts";
import { columnsOf, type Layer } from "../layers/layer.ts";
import { during } from "./during.ts";
import { placesOf } from "./places.ts";

/** So many of each sort, references and places, are listed; all are counted. */
const LISTED = 50;

type Row = { relation: Relation; layer: string; column: string | null; code: string; total: number };

/** Groups of features in force on `asOf` that the feature names, that name it, or that it meets. The feature itself must
 *  be in force on that day. Where more are than can be listed, every group has its share. */
export async function related(db: Db, layer: Layer, code: string, asOf: string): Promise<RelatedGroup[]> {
  const rows = [
    ...(await list(db, layer, code, asOf, references(layer, asOf))),
    ...(await list(db, layer, code, asOf, meetings(layer, asOf))),
  ];
  const places = await placesOf(db, rows, asOf);
  const groups = new Map<string, RelatedGroup>();
  for (const { relation, layer: id, column, code: other, total } of rows) {
    const key = `${relation}/${id}/${column}`;
    const group = groups.get(key) ?? { relation, layer: id, column, total, items: [] };
    const place = places.get(`${id}/${other}`);
    if (place) group.items.push(place);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** The lives of a code, oldest first; empty when there never was one. */
export async function versions(db: Db, layer: Layer, code: string): Promise<Version[]> {
  const { rows } = await sql<{ valid_from: string; valid_to: string | null; zh: string; en: string }>`
    select valid_from::text as valid_from, valid_to::text as valid_to, name_zh as zh, name_en as en
    from ${sql.table(layer.id)}
    where code = ${code}
    order by valid_from`.execute(db);
  return rows.map(({ zh, en, ...dates }) => ({ ...dates, name: { zh, en } }));
}

async function list(db: Db, layer: Layer, code: string, asOf: string, parts: RawBuilder<unknown>[]): Promise<Row[]> {
  if (parts.length === 0) return [];
  const { rows } = await sql<Row>`
    with self as materialized (select * from ${sql.table(layer.id)} as t where t.code = ${code} and ${during(asOf, "t")}),
    other as (${sql.join(parts, sql` union all `)}),
    counted as (
      select relation, layer, "column", code, count(*) over kin as total,
        row_number() over (partition by relation, layer, "column" order by code collate "C") as nth
      from other
      window kin as (partition by relation, layer, "column")
    ),
    listed as (select * from counted order by nth, relation collate "C", layer collate "C", "column" collate "C" limit ${sql.lit(LISTED)})
    select relation, layer, "column", code, total::int as total from listed
    order by relation collate "C", layer collate "C", "column" collate "C", code collate "C"`.execute(db);
  const order = layers.map(({ id }) => id);
  return rows.toSorted(
    (a, b) => RELATIONS.indexOf(a.relation) - RELATIONS.indexOf(b.relation) || order.indexOf(b.layer) - order.indexOf(a.layer),
  );
}

const RELATIONS: readonly Relation[] = ["refers_to", "referred_by", "lies_in", "coincides", "holds", "meets", "touches"];

/** One select a declared reference, out of the feature and into it. */
function references(layer: Layer, asOf: string): RawBuilder<unknown>[] {
  const out = referring(layer).map(({ name, refers }) => {
    const other = layerOf(refers)!;
    return pick("refers_to", other, name, asOf, layer, sql`${names(sql.ref(`self.${name}`), "self", "t")}`);
  });
  const into = layers.flatMap((other) =>
    referring(other)
      .filter(({ refers }) => refers === layer.id)
      .map(({ name }) => pick("referred_by", other, name, asOf, layer, sql`${names(sql.ref(`t.${name}`), "t", "self")}`)),
  );
  return [...out, ...into];
}

/** True where `value`, of a row of `from`, names the row `to`. */
function names(value: RawBuilder<unknown>, from: string, to: string): RawBuilder<unknown> {
  return sql`(${value} = ${sql.ref(`${to}.code`)} or ${value} = ${sql.ref(`${to}.name_zh`)}
    and ${sql.ref(`${from}.competent_jurisdiction`)} = ${sql.ref(`${to}.competent_jurisdiction`)})`;
}

function referring(layer: Layer): { name: string; refers: string }[] {
  return Object.entries(columnsOf(layer)).flatMap(([name, { refers }]) => (refers === null ? [] : [{ name, refers }]));
}

function pick(relation: Relation, other: Layer, column: string, asOf: string, self: Layer, on: RawBuilder<unknown>) {
  return sql`
    select ${sql.lit(relation)}::text as relation, ${sql.lit(other.id)}::text as layer, ${sql.lit(column)}::text as "column", t.code
    from ${sql.table(other.id)} as t, self
    where ${during(asOf, "t")} and ${on} ${notItself(other, self)}`;
}

/** One select a layer: everything that shares a point with the feature, as stored, and how. */
function meetings(self: Layer, asOf: string): RawBuilder<unknown>[] {
  return layers.map(
    (other) => sql`
      select case
          when st_covers(self.geom, t.geom) and st_coveredby(self.geom, t.geom) then 'coincides'
          when st_coveredby(self.geom, t.geom) then 'lies_in'
          when st_covers(self.geom, t.geom) then 'holds'
          when st_touches(self.geom, t.geom) then 'touches'
          else 'meets' end as relation, ${sql.lit(other.id)}::text as layer, null::text as "column", t.code
      from ${sql.table(other.id)} as t, self
      where ${during(asOf, "t")} and st_intersects(self.geom, t.geom) ${notItself(other, self)}`,
  );
}

function notItself(other: Layer, self: Layer): RawBuilder<unknown> {
  return other.id === self.id ? sql`and t.code <> self.code` : sql``;
}
