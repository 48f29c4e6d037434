/** Reading layers: extent, counts, coverage, pages of features. */
import { type RawBuilder, sql } from "kysely";
import type { CoverageEntry } from "../api/collections.ts";
import type { Geometry } from "../api/common.ts";
import type { Db } from "../db/open.ts";
import { jsonb } from "../db/json.ts";
import { type ColumnType, columnsOf, type Layer } from "../layers/layer.ts";
import { during } from "./during.ts";

export type LayerSummary = {
  features: number;
  bbox: [number, number, number, number] | null;
  from: string | null;
  to: string | null;
  open: boolean;
};

/** How many features (all dates), where, and when. `bbox` is `[west, south, east, north]`, null for an empty layer. */
export async function summarize(db: Db, layer: Layer): Promise<LayerSummary> {
  const { rows } = await sql<{
    n: number;
    w: number | null;
    s: number;
    e: number;
    t: number;
    from: string | null;
    to: string | null;
    open: boolean | null;
  }>`
    select count(*)::int as n, st_xmin(st_extent(geom))::float8 as w, st_ymin(st_extent(geom))::float8 as s,
      st_xmax(st_extent(geom))::float8 as e, st_ymax(st_extent(geom))::float8 as t,
      min(valid_from)::text as from, max(valid_to)::text as to, bool_or(valid_to is null) as open
    from ${sql.table(layer.id)}`.execute(db);
  const row = rows[0]!;
  return {
    features: row.n,
    bbox: row.w === null ? null : [row.w, row.s, row.e, row.t],
    from: row.from,
    to: row.to,
    open: row.open ?? true,
  };
}

/** What is loaded of a layer's themes, per district, on a date. */
export async function coverageOf(
  db: Db,
  layer: Layer,
  asOf: string,
): Promise<Omit<CoverageEntry, "title" | "jurisdiction_name">[]> {
  const { rows } = await sql<Omit<CoverageEntry, "title" | "jurisdiction_name">>`
    select theme, jurisdiction, state, data_date::text as data_date, source, licence, basis
    from coverage
    where split_part(theme, '/', 1) = ${layer.id} and ${during(asOf)}
    order by theme collate "C", jurisdiction collate "C"`.execute(db);
  return rows;
}

export type Row = { code: string; properties: Record<string, unknown>; geometry: Geometry };
export type Page = { rows: Row[]; matched: number; more: boolean };

/** A declared column and the values of its type, any of which a feature must have (a list: contain). */
export type ColumnFilter = { column: string; type: ColumnType; values: (string | number | boolean)[] };

/** Which features: in force on `asOf`, meeting `bbox` or `area` (both in degrees), among `codes`, passing every one of `fields`. */
export type FeatureFilter = {
  asOf: string;
  bbox?: readonly [number, number, number, number] | undefined;
  area?: Geometry | undefined;
  codes?: readonly string[] | undefined;
  fields?: readonly ColumnFilter[];
};

/** A page of the features of a filter in the order of their codes, after `after`. */
export async function page(
  db: Db,
  layer: Layer,
  { after, limit, ...filter }: FeatureFilter & { after: string | undefined; limit: number },
): Promise<Page> {
  const passing = passes(filter);
  const { rows } = await sql<Row>`
    select code, ${propertiesOf(layer)} as properties, st_asgeojson(geom, 9, 0)::jsonb as geometry
    from ${sql.table(layer.id)}
    where ${passing} ${after === undefined ? sql`` : sql`and code collate "C" > ${after}`}
    order by code collate "C"
    limit ${limit + 1}::int`.execute(db);
  const counted = await sql<{ n: number }>`
    select count(*)::int as n from ${sql.table(layer.id)} where ${passing}`.execute(db);
  return { rows: rows.slice(0, limit), matched: counted.rows[0]!.n, more: rows.length > limit };
}

function passes({ asOf, bbox, area, codes, fields = [] }: FeatureFilter): RawBuilder<unknown> {
  const conditions = [during(asOf)];
  if (bbox) {
    const box = sql`st_makeenvelope(${bbox[0]}::float8, ${bbox[1]}::float8, ${bbox[2]}::float8, ${bbox[3]}::float8, 4490)`;
    conditions.push(sql`geom && ${box} and st_intersects(geom, ${box})`);
  }
  if (area) {
    const shape = sql`st_setsrid(st_geomfromgeojson(${JSON.stringify(area)}::text), 4490)`;
    conditions.push(sql`geom && ${shape} and st_intersects(geom, ${shape})`);
  }
  if (codes) conditions.push(sql`code in (select jsonb_array_elements_text(${jsonb(codes)}))`);
  return sql.join([...conditions, ...fields.map(hasAny)], sql` and `);
}

const SQL_VALUE: Record<Exclude<ColumnType, "list">, (value: unknown) => RawBuilder<unknown>> = {
  text: (value) => sql`${value}::text`,
  number: (value) => sql`${value}::float8`,
  integer: (value) => sql`${value}::int`,
  boolean: (value) => sql`${value}::boolean`,
  date: (value) => sql`${value}::date`,
};

function hasAny({ column, type, values }: ColumnFilter): RawBuilder<unknown> {
  if (type !== "list") return sql`${sql.ref(column)} in (${sql.join(values.map(SQL_VALUE[type]))})`;
  const contains = values.map((value) => sql`${sql.ref(column)} @> ${jsonb([value])}`);
  return sql`(${sql.join(contains, sql` or `)})`;
}

/** Every feature of a filter, in the order of their codes, read in pages of one snapshot: what a file holds was true at one
 *  moment. `rows` is null where there are more than `max`. */
export async function everyFeature(
  db: Db,
  layer: Layer,
  { max, ...filter }: FeatureFilter & { max: number },
): Promise<{ rows: Row[] | null; matched: number }> {
  return db
    .transaction()
    .setIsolationLevel("repeatable read")
    .setAccessMode("read only")
    .execute(async (snapshot) => {
      const rows: Row[] = [];
      for (;;) {
        const next = await page(snapshot, layer, { ...filter, after: rows.at(-1)?.code, limit: 1000 });
        if (next.matched > max) return { rows: null, matched: next.matched };
        rows.push(...next.rows);
        if (!next.more) return { rows, matched: next.matched };
      }
    });
}

/** One feature by code on a date; undefined when there is none. */
export async function feature(db: Db, layer: Layer, code: string, asOf: string): Promise<Row | undefined> {
  const { rows } = await sql<Row>`
    select code, ${propertiesOf(layer)} as properties, st_asgeojson(geom, 9, 0)::jsonb as geometry
    from ${sql.table(layer.id)}
    where code = ${code} and ${during(asOf)}`.execute(db);
  return rows[0];
}

/** The declared columns as one JSON object; dates as yyyy-mm-dd. */
export function propertiesOf(layer: Layer): RawBuilder<unknown> {
  return sql`jsonb_build_object(${sql.join(Object.keys(columnsOf(layer)).flatMap((name) => [sql.lit(name), sql.ref(name)]))})`;
}

/** Version numbers by layer: they change with every load, and make cached tiles old. */
export async function layerVersions(db: Db): Promise<Record<string, number>> {
  const rows = await db.selectFrom("layer_version").select(["layer", "version"]).execute();
  return Object.fromEntries(rows.map(({ layer, version }) => [layer, version]));
}

/** The districts in force on a date, by code, with their boxes. */
export async function places(
  db: Db,
  asOf: string,
): Promise<{ code: string; name: { zh: string; en: string }; bbox: [number, number, number, number] }[]> {
  const { rows } = await sql<{ code: string; zh: string; en: string; w: number; s: number; e: number; n: number }>`
    select code, name_zh as zh, name_en as en, st_xmin(geom)::float8 as w, st_ymin(geom)::float8 as s, st_xmax(geom)::float8 as e, st_ymax(geom)::float8 as n
    from jurisdiction
    where level = 'county' and ${during(asOf)}
    order by code collate "C"`.execute(db);
  return rows.map(({ code, zh, en, w, s, e, n }) => ({ code, name: { zh, en }, bbox: [w, s, e, n] }));
}

/** Names of jurisdictions by code, for words. */
export async function jurisdictionNames(db: Db): Promise<Record<string, { zh: string; en: string }>> {
  const { rows } = await sql<{ code: string; zh: string; en: string }>`
    select distinct on (code) code, name_zh as zh, name_en as en from jurisdiction order by code, valid_from desc`.execute(db);
  return Object.fromEntries(rows.map(({ code, zh, en }) => [code, { zh, en }]));
}
