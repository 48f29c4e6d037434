/** Loads `geodata/layers/<layer>/<jurisdiction>.geojson` with its `.source.json`: checked against the declaration, then
 *  written in one transaction per file. A file that has not changed is left alone. What a person imported or declared
 *  stands: a file's feature or coverage holds until the day from which the person's does. */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "kysely";
import { z } from "zod";
import { JURISDICTION } from "../domain/judge.ts";
import type { Layer } from "../layers/layer.ts";
import { columnsOf } from "../layers/layer.ts";
import { layers } from "../layers/index.ts";
import { faultsOfFeature, sentenceOf } from "../layers/validate.ts";
import { renewOutlines } from "../queries/coverage.ts";
import { analyzeTable } from "./analyze.ts";
import { jsonb } from "./json.ts";
import type { Db } from "./open.ts";
import { recordsetOf } from "./recordset.ts";

const date = z.iso.date();

const Source = z.strictObject({
  title: z.string().min(1),
  source: z.string().min(1),
  url: z.string().nullable(),
  licence: z.string().min(1),
  confidence: z.enum(["sourced", "approximate", "schematic"]),
  basis: z.enum(["approved_polygon", "computed_default", "schematic"]),
  data_date: date,
  method: z.string().min(1),
  /** What this file lets us say: per theme, over the outline of the jurisdiction. */
  coverage: z.array(
    z.strictObject({
      theme: z.string(),
      jurisdiction: z.string(),
      state: z.enum(["loaded", "declared_none", "not_loaded"]),
      valid_from: date,
      declared_by: z.string().optional(),
      document: z.string().optional(),
    }),
  ),
});

const File = z.object({
  type: z.literal("FeatureCollection"),
  features: z.array(
    z.object({
      type: z.literal("Feature"),
      properties: z.record(z.string(), z.unknown()),
      geometry: z.object({
        type: z.enum(["Point", "LineString", "MultiLineString", "Polygon", "MultiPolygon"]),
        coordinates: z.array(z.unknown()).min(1),
      }),
    }),
  ),
});

export class LoadError extends Error {}

export type Loaded = { layer: string; file: string; features: number; changed: boolean };

/** Loads every layer in order. `progress` is told before each. Throws LoadError naming file, feature and fault. */
export async function loadAll(
  db: Db,
  geodata: string,
  progress: (layer: Layer, n: number, of: number) => void,
): Promise<Loaded[]> {
  const done: Loaded[] = [];
  for (const [index, layer] of layers.entries()) {
    progress(layer, index + 1, layers.length);
    const folder = join(geodata, "layers", layer.id);
    const files = (await readdir(folder).catch(() => [])).filter((file) => file.endsWith(".geojson")).toSorted();
    for (const file of files) done.push(await loadFile(db, layer, folder, file));
    await sql`insert into layer_version (layer, version) values (${layer.id}, 1) on conflict do nothing`.execute(db);
    await analyzeTable(db, layer.id);
  }
  return done;
}

async function loadFile(db: Db, layer: Layer, folder: string, name: string): Promise<Loaded> {
  const file = `${layer.id}/${name}`;
  const bytes = await readFile(join(folder, name), "utf8");
  const sourceBytes = await readFile(join(folder, name.replace(/\.geojson$/, ".source.json")), "utf8").catch(() => {
    throw new LoadError(`${file} has no .source.json beside it: every file says where it comes from.`);
  });
  const sha256 = createHash("sha256").update(bytes).update(sourceBytes).digest("hex");
  const before = await db.selectFrom("loaded_file").select("sha256").where("file", "=", file).executeTakeFirst();
  const { features } = parse(File, bytes, file);
  if (before?.sha256 === sha256) return { layer: layer.id, file, features: features.length, changed: false };
  const source = parse(Source, sourceBytes, file);
  const faults = features.flatMap((feature, index) =>
    featureFaults(layer, feature).map((fault) => `feature ${index} (${String(feature.properties["code"])}): ${fault}`),
  );
  if (faults.length > 0) throw new LoadError(`${file}: ${faults.join(" ")}`);
  await db.transaction().execute(async (tx) => {
    // First: it is held by one writer of the layer at a time.
    await sql`insert into layer_version (layer, version) values (${layer.id}, 1)
      on conflict (layer) do update set version = layer_version.version + 1, changed_at = now()`.execute(tx);
    await sql`delete from ${sql.table(layer.id)} where file = ${file}`.execute(tx);
    await sql`delete from coverage where file = ${file}`.execute(tx);
    await insertFeatures(tx, layer, file, features);
    await insertCoverage(tx, file, source);
    if (layer.id === JURISDICTION) await renewOutlines(tx);
    await sql`insert into loaded_file (file, sha256, features) values (${file}, ${sha256}, ${features.length})
      on conflict (file) do update set sha256 = excluded.sha256, features = excluded.features, loaded_at = now()`.execute(tx);
  });
  return { layer: layer.id, file, features: features.length, changed: true };
}

function parse<T>(schema: z.ZodType<T>, text: string, file: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new LoadError(`${file} is not JSON.`);
  }
  const result = schema.safeParse(value);
  if (!result.success) throw new LoadError(`${file}: ${z.prettifyError(result.error)}`);
  return result.data;
}

/** What is wrong with one feature, as sentences; empty when all fits the declaration. */
export function featureFaults(layer: Layer, feature: z.infer<typeof File>["features"][number]): string[] {
  return faultsOfFeature(layer, feature).map(sentenceOf);
}

async function insertFeatures(db: Db, layer: Layer, file: string, features: z.infer<typeof File>["features"]): Promise<void> {
  const names = Object.keys(columnsOf(layer));
  const rows = features.map(({ properties, geometry }) => ({ ...properties, geometry: JSON.stringify(geometry) }));
  const invalid = await sql<{ code: string; reason: string }>`
    select r.code, st_isvalidreason(st_geomfromgeojson(r.geometry)) as reason
    from jsonb_to_recordset(${jsonb(rows)}) as r (code text, geometry text)
    where not st_isvalid(st_geomfromgeojson(r.geometry))`.execute(db);
  if (invalid.rows.length > 0)
    throw new LoadError(`${file}: ${invalid.rows.map(({ code, reason }) => `${code} is not valid (${reason})`).join("; ")}.`);
  const list = sql.join(names.map((name) => sql.ref(name)));
  const multi = (g: ReturnType<typeof sql>) => (layer.geometry === "point" ? g : sql`st_multi(${g})`);
  await sql`
    insert into ${sql.table(layer.id)} (${list}, file, geom, geom_3857)
    select ${sql.join(names.map((name) => (name === "valid_to" ? sql`least(valid_to, taken_from)` : sql.ref(name))))}, ${file}, g,
      ${multi(sql`st_transform(g, 3857)`)}
    from (
      select r.*, ${multi(sql`st_setsrid(st_geomfromgeojson(r.geometry), 4490)`)} as g, (
        select min(other.valid_from) from ${sql.table(layer.id)} as other
        where other.code = r.code and ${byPerson("other")} and (other.valid_to is null or other.valid_to > r.valid_from)
      ) as taken_from
      from jsonb_to_recordset(${jsonb(rows)}) as r (${recordsetOf(layer)}, geometry text)
    ) as rows
    where taken_from is null or taken_from > valid_from`.execute(db);
}

/** Rows that no file of `geodata/` owns: imported, or declared. */
function byPerson(table: string) {
  const file = sql.ref(`${table}.file`);
  return sql`(${file} like 'import/%' or ${file} like 'declared/%')`;
}

/** Coverage is over the outline of the jurisdiction, which is loaded first. */
async function insertCoverage(db: Db, file: string, source: z.infer<typeof Source>): Promise<void> {
  for (const entry of source.coverage) {
    const inserted = await sql<{ theme: string }>`
      with outline as (
        select geom, (
          select min(c.valid_from) from coverage as c
          where c.theme = ${entry.theme} and c.jurisdiction = ${entry.jurisdiction} and ${byPerson("c")}
            and (c.valid_to is null or c.valid_to > ${entry.valid_from}::date)
        ) as taken_from
        from jurisdiction
        where code = ${entry.jurisdiction} and valid_to is null
      ),
      claimed as (
        insert into coverage (theme, jurisdiction, state, data_date, source, licence, basis, declared_by, document, valid_from, valid_to, file, geom)
        select ${entry.theme}, ${entry.jurisdiction}, ${entry.state}, ${source.data_date}::date, ${source.source}, ${source.licence},
          ${source.basis}, ${entry.declared_by ?? null}, ${entry.document ?? null}, ${entry.valid_from}::date, taken_from, ${file}, geom
        from outline
        where taken_from is null or taken_from > ${entry.valid_from}::date
      )
      select ${entry.theme} as theme from outline`.execute(db);
    if (inserted.rows.length !== 1)
      throw new LoadError(`${file}: coverage of ${entry.theme} names ${entry.jurisdiction}, whose outline is not loaded.`);
  }
}
