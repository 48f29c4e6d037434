/** What a person changed in a layer: written in one transaction with the log of what was before and what is after, and
 *  taken back exactly from that log. A code's lives never overlap; the database sees to it. */
import { type RawBuilder, sql } from "kysely";
import type { ImportChange } from "../api/imports.ts";
import { analyzeTable } from "../db/analyze.ts";
import { jsonb } from "../db/json.ts";
import type { Db } from "../db/open.ts";
import { recordsetOf } from "../db/recordset.ts";
import { columnsOf, type Layer } from "../layers/layer.ts";
import { moment } from "./checks.ts";
import { propertiesOf } from "./collections.ts";
import { type Claim, claimsOn, holdClaims, type NewClaim, putClaim, restoreClaims } from "./coverage.ts";

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
    insert into import_row (application, import, n, code, valid_from, properties, geom)
    select ${application}::uuid, ${id}::uuid, r.n, r.code, r.valid_from, r.properties, ${fitted}
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
  await sql`delete from import_row where application = ${application}::uuid`.execute(db);
}

/** A life of the same code that begins inside the new one: the new one would have to end it before it began. */
function laterLives(layer: Layer, application: string): RawBuilder<unknown> {
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

/** All lives of a code as one list, shapes as EWKB hex: what the log keeps and compares. */
function livesOf(layer: Layer, table: string): RawBuilder<unknown> {
  const row = sql`${propertiesOf(layer)} || jsonb_build_object('file', file, 'geom', encode(st_asewkb(geom), 'hex'))`;
  return sql`coalesce((select jsonb_agg(${row} order by l.valid_from) from ${sql.table(layer.id)} as l where l.code = ${sql.ref(`${table}.code`)}), '[]')`;
}

export type Application = {
  change: string;
  application: string;
  import: string;
  who: string;
  layer: Layer;
  district: string;
  /** What is told of it afterwards. */
  detail: Omit<ImportChange, "id" | "at" | "who" | "layer" | "written" | "closed" | "undone_at">;
  claims: NewClaim[];
  /** Themes with rows but without a claim of their own: an earlier claim goes on with both sources. */
  touched: { theme: string; claim: NewClaim }[];
};

/** The name under which rows and claims of an import stand: no file of `geodata/` is called so. */
export function fileOf(importId: string): string {
  return `import/${importId}`;
}

/** Why nothing was written. */
export type NotApplied = "applied-already" | "changed-meanwhile";

/** Writes the ready rows into the layer: earlier lives end, a life of the same first day is replaced, the log is written,
 *  the layer's version grows. All or nothing. */
export async function applyRows(db: Db, given: Application): Promise<NotApplied | undefined> {
  const { layer, application, change } = given;
  const table = sql.table(layer.id);
  const names = Object.keys(columnsOf(layer));
  const mine = sql`r.application = ${application}::uuid`;
  const webbed = sql`st_transform(r.geom, 3857)`;
  const refused = await db
    .transaction()
    .execute(async (tx) => {
      await holdLayer(tx, layer);
      await sql`select id from import where id = ${given.import}::uuid for update`.execute(tx);
      if ((await standingChange(tx, given.import)) !== undefined) throw new NotWritten("applied-already");
      const later = await sql`select 1 ${laterLives(layer, application)} limit 1`.execute(tx);
      if (later.rows.length > 0) throw new NotWritten("changed-meanwhile");
      await sql`update import_row as r set before = ${livesOf(layer, "r")} where ${mine}`.execute(tx);
      const closed = await sql`
      update ${table} as t set valid_to = r.valid_from from import_row as r
      where ${mine} and t.code = r.code and t.valid_from < r.valid_from and (t.valid_to is null or t.valid_to > r.valid_from)`.execute(
        tx,
      );
      await sql`delete from ${table} as t using import_row as r where ${mine} and t.code = r.code and t.valid_from = r.valid_from`.execute(
        tx,
      );
      const list = (prefix: string) => sql.join(names.map((name) => sql.ref(`${prefix}${name}`)));
      // In portions: no statement may take long, however much there is.
      const portions = await portionsOf(tx, application);
      let written = 0;
      for (const { from, to } of portions) {
        const { numAffectedRows } = await sql`
          insert into ${table} (${list("")}, file, geom, geom_3857)
          select ${list("v.")}, ${fileOf(given.import)}, r.geom, ${layer.geometry === "point" ? webbed : sql`st_multi(${webbed})`}
          from import_row as r, lateral jsonb_to_record(r.properties) as v (${recordsetOf(layer)})
          where ${mine} and r.n between ${from}::int and ${to}::int order by r.n`.execute(tx);
        written += Number(numAffectedRows ?? 0n);
      }
      await holdClaims(tx);
      const themes = [...given.claims.map(({ theme }) => theme), ...given.touched.map(({ theme }) => theme)];
      const before = await claimsOn(tx, themes, given.district);
      for (const claim of given.claims) await putClaim(tx, claim);
      for (const { theme, claim } of given.touched)
        await goOn(
          tx,
          claim,
          before.filter((each) => each.theme === theme),
        );
      const after = await claimsOn(tx, themes, given.district);
      await writeChange(tx, {
        id: change,
        who: given.who,
        what: "imported",
        import: given.import,
        layer: layer.id,
        undoes: null,
        detail: {
          ...given.detail,
          themes,
          written,
          closed: Number(closed.numAffectedRows ?? 0n),
        },
        before,
        after,
      });
      for (const { from, to } of portions)
        await sql`
          insert into change_feature (change, code, before, after)
          select ${change}::uuid, r.code, r.before, ${livesOf(layer, "r")}
          from import_row as r where ${mine} and r.n between ${from}::int and ${to}::int`.execute(tx);
      await sql`delete from import_row as r where ${mine}`.execute(tx);
      return undefined;
    })
    .catch((error: unknown) => {
      if (error instanceof NotWritten) return error.why;
      throw error;
    });
  if (refused === undefined) await analyzeTable(db, layer.id);
  return refused;
}

/** Rolls the transaction back. */
class NotWritten extends Error {
  readonly why: NotApplied;
  constructor(why: NotApplied) {
    super(why);
    this.why = why;
  }
}

/** Ranges of ready rows with about 50,000 vertices each. */
async function portionsOf(db: Db, application: string): Promise<{ from: number; to: number }[]> {
  const { rows } = await sql<{ from: number; to: number }>`
    select min(n)::int as "from", max(n)::int as "to"
    from (select n, (sum(st_npoints(geom)) over (order by n) - 1) / 50000 as portion from import_row where application = ${application}::uuid) as weighed
    group by portion order by 1`.execute(db);
  return rows;
}

/** New rows under a claim that does not speak of them: loaded stays loaded, by the weaker basis and the older date of the
 *  two; "declared none" is contradicted and ends. */
async function goOn(tx: Db, claim: NewClaim, earlier: Claim[]): Promise<void> {
  const from = claim.valid_from;
  const holding = earlier.find(({ valid_from, valid_to }) => valid_from <= from && (valid_to === null || from < valid_to));
  if (!holding || holding.state === "not_loaded") return;
  if (holding.state === "declared_none") return void (await putClaim(tx, { ...claim, state: "not_loaded" }));
  const bases = [holding.basis, claim.basis];
  const basis =
    (["schematic", "computed_default", "approved_polygon"] as const).find((each) => bases.includes(each)) ?? claim.basis;
  await putClaim(tx, {
    ...claim,
    basis,
    data_date: [holding.data_date, claim.data_date].filter((day) => day !== null).toSorted()[0] ?? null,
    source: [...new Set([holding.source, claim.source].filter((each) => each !== null))].join("; "),
    licence: [...new Set([holding.licence, claim.licence].filter((each) => each !== null))].join("; ") || null,
  });
}

/** One writer of a layer at a time, for the rest of the transaction; its version grows, so that tiles are made anew. */
async function holdLayer(tx: Db, layer: Layer): Promise<void> {
  await sql`insert into layer_version (layer, version) values (${layer.id}, 1)
    on conflict (layer) do update set version = layer_version.version + 1, changed_at = now()`.execute(tx);
}

export type NewChange = {
  id: string;
  who: string;
  what: "imported" | "undone" | "declared" | "withdrawn" | "checklist";
  import: string | null;
  layer: string | null;
  undoes: string | null;
  detail: unknown;
  before: Claim[];
  after: Claim[];
};

/** Adds to the log; the database refuses to change or remove what stands there. */
export async function writeChange(tx: Db, change: NewChange): Promise<void> {
  await sql`insert into change_log (id, who, what, import, layer, undoes, detail, coverage_before, coverage_after)
    values (${change.id}::uuid, ${change.who}, ${change.what}, ${change.import}::uuid, ${change.layer}, ${change.undoes}::uuid,
      ${jsonb(change.detail)}, ${jsonb(change.before)}, ${jsonb(change.after)})`.execute(tx);
}

type Standing = {
  id: string;
  layer: string;
  detail: { district: string; themes: string[] };
  coverage_before: Claim[];
  coverage_after: Claim[];
};

/** The change of an import that was not taken back; undefined: none. */
async function standingChange(db: Db, importId: string): Promise<Standing | undefined> {
  const { rows } = await sql<Standing>`
    select id, layer, detail, coverage_before, coverage_after from change_log as c
    where import = ${importId}::uuid and what = 'imported' and not exists (select from change_log where undoes = c.id)
    order by seq desc limit 1`.execute(db);
  return rows[0];
}

/** Takes an import back. `changed`: codes (and themes of coverage) that something changed since; then nothing is done. */
export async function undoImport(
  db: Db,
  { importId, undo, who, layerOf }: { importId: string; undo: string; who: string; layerOf: (id: string) => Layer | undefined },
): Promise<"nothing" | { changed: string[] } | { layer: string }> {
  return db
    .transaction()
    .execute(async (tx) => {
      const first = await standingChange(tx, importId);
      const layer = first && layerOf(first.layer);
      if (!layer) return "nothing";
      await holdLayer(tx, layer);
      const change = await standingChange(tx, importId);
      if (!change) return "nothing";
      const table = sql.table(layer.id);
      const names = Object.keys(columnsOf(layer));
      const mine = sql`c.change = ${change.id}::uuid`;
      const moved = await sql<{ code: string }>`
      select c.code from change_feature as c where ${mine} and c.after <> ${livesOf(layer, "c")} order by c.code collate "C" limit 20`.execute(
        tx,
      );
      await holdClaims(tx);
      const { district, themes } = change.detail;
      const claims = await claimsOn(tx, themes, district);
      const reclaimed = JSON.stringify(sorted(claims)) === JSON.stringify(sorted(change.coverage_after)) ? [] : themes;
      const changed = [...moved.rows.map(({ code }) => code), ...reclaimed];
      if (changed.length > 0) throw new ChangedSince(changed);
      await sql`delete from ${table} as t using change_feature as c where ${mine} and t.code = c.code`.execute(tx);
      const list = sql.join(names.map((name) => sql.ref(name)));
      const webbed = sql`st_transform(g, 3857)`;
      await sql`
      insert into ${table} (${list}, file, geom, geom_3857)
      select ${list}, file, g, ${layer.geometry === "point" ? webbed : sql`st_multi(${webbed})`}
      from (
        select v.*, v.geom::geometry as g from change_feature as c, jsonb_to_recordset(c.before) as v (${recordsetOf(layer)}, file text, geom text)
        where ${mine}
      ) as lives`.execute(tx);
      await restoreClaims(tx, themes, district, change.coverage_before);
      await writeChange(tx, {
        id: undo,
        who,
        what: "undone",
        import: importId,
        layer: layer.id,
        undoes: change.id,
        detail: change.detail,
        before: change.coverage_after,
        after: change.coverage_before,
      });
      await sql`insert into change_feature (change, code, before, after)
      select ${undo}::uuid, c.code, c.after, c.before from change_feature as c where ${mine}`.execute(tx);
      return { layer: layer.id };
    })
    .catch((error: unknown) => {
      if (error instanceof ChangedSince) return { changed: error.changed };
      throw error;
    });
}

/** Rolls the transaction back. */
class ChangedSince extends Error {
  readonly changed: string[];
  constructor(changed: string[]) {
    super("Something later changed the same codes.");
    this.changed = changed;
  }
}

/** Keys in one order: jsonb has its own. */
function sorted(claims: Claim[]): unknown[] {
  return claims.map((claim) => Object.entries(claim).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** What imports did, newest first: of one import, or of those given. */
export async function changesOf(db: Db, imports: readonly string[]): Promise<(ImportChange & { import: string })[]> {
  if (imports.length === 0) return [];
  const { rows } = await sql<{
    id: string;
    import: string;
    at: string;
    who: string;
    layer: string;
    detail: Application["detail"] & { written: number; closed: number };
    undone_at: string | null;
  }>`
    select c.id, c.import, ${moment(sql`c.at`)} as at, c.who, c.layer, c.detail, ${moment(sql`u.at`)} as undone_at
    from change_log as c left join change_log as u on u.undoes = c.id
    where c.what = 'imported' and c.import in (${sql.join(imports.map((id) => sql`${id}::uuid`))})
    order by c.seq desc`.execute(db);
  return rows.map(({ detail: { district, valid_from, left_out, written, closed }, ...row }) => ({
    ...row,
    district,
    valid_from,
    written,
    closed,
    left_out,
  }));
}
