/** What a person changed in a layer: written in one transaction with the log of what was before and what is after, and
 *  taken back exactly from that log. A code's lives never overlap; the database sees to it. */
import { sql } from "kysely";
import type { ImportChange } from "../api/imports.ts";
import { analyzeColumns } from "../db/analyze.ts";
import { jsonb } from "../db/json.ts";
import type { Breath } from "../db/lending.ts";
import type { Db, OpenDatabase } from "../db/open.ts";
import { JURISDICTION } from "../domain/judge.ts";
import type { ThemeSpec } from "../domain/rule.ts";
import { columnsOf, type Layer } from "../layers/layer.ts";
import {
  beginDraft,
  type Codes,
  codesOf,
  draftImport,
  draftUndo,
  dropDraft,
  endDraft,
  movedCodes,
  redraftMoved,
  removeCodes,
} from "./change_drafts.ts";
import { moment } from "./checks.ts";
import {
  type Claim,
  claimsOn,
  holdClaims,
  type NewClaim,
  putClaim,
  renewOutlines,
  restoreClaims,
  sameClaims,
} from "./coverage.ts";
import { matching } from "./evidence.ts";
import { dropReady, laterLives, type Portion, portionsOf, putReady } from "./ready_rows.ts";

export type Application = {
  /** Its number, under which the rows stand ready. */
  change: string;
  import: string;
  who: string;
  layer: Layer;
  district: string;
  /** What is told of it afterwards. */
  detail: Omit<ImportChange, "id" | "at" | "who" | "layer" | "written" | "closed" | "undone_at">;
  claims: NewClaim[];
  /** Themes with rows but without a claim of their own: an earlier claim goes on with both sources. */
  touched: { spec: ThemeSpec; claim: NewClaim }[];
};

/** Why nothing was written. */
export type NotApplied = "applied-already" | "changed-meanwhile";

/** Writes the ready rows into the layer: earlier lives end, a life of the same first day is replaced, the log is written,
 *  the layer's version grows. All or nothing. What can be done before is done before, in portions: the transaction only puts
 *  what is ready. Where another writer came in between, it puts the log right first. */
export async function applyRows({ db, lending }: OpenDatabase, given: Application): Promise<NotApplied | undefined> {
  const { layer, change } = given;
  try {
    const drafted = await versionOf(db, layer);
    await beginDraft(db, change);
    const portions = await portionsOf(db, change, { lived: false });
    for (const portion of portions) await draftImport(db, layer, change, portion);
    await refuseLater(db, layer, change);
    await lending.write((tx, breathe) => writeImport(tx, breathe, given, drafted, portions));
  } catch (error) {
    await dropDraft(db, change);
    if (error instanceof NotWritten) return error.why;
    throw error;
  }
  await analyzeLayer(db, layer);
  return undefined;
}

async function writeImport(tx: Db, breathe: Breath, given: Application, drafted: number, portions: Portion[]): Promise<void> {
  const { layer, change } = given;
  const version = await holdLayer(tx, layer);
  await sql`select id from import where id = ${given.import}::uuid for update`.execute(tx);
  if ((await standingChange(tx, given.import)) !== undefined) throw new NotWritten("applied-already");
  if (version !== drafted + 1) {
    await refuseLater(tx, layer, change);
    await redraftMoved(tx, layer, change);
  }
  let closed = 0;
  for (const portion of await portionsOf(tx, change, { lived: true })) {
    closed += await endLives(tx, layer, change, portion);
    await breathe();
  }
  await putAll(tx, breathe, layer, change, portions);
  await holdClaims(tx);
  const themes = [...given.claims.map(({ theme }) => theme), ...given.touched.map(({ spec }) => spec.theme)];
  const before = await claimsOn(tx, themes, given.district);
  for (const claim of given.claims) await putClaim(tx, claim);
  for (const { spec, claim } of given.touched)
    await goOn(
      tx,
      layer,
      spec,
      claim,
      before.filter((each) => each.theme === spec.theme),
    );
  if (layer.id === JURISDICTION) await renewOutlines(tx);
  await writeChange(tx, {
    id: change,
    who: given.who,
    what: "imported",
    import: given.import,
    layer: layer.id,
    undoes: null,
    detail: { ...given.detail, themes, written: portions.reduce((sum, { rows }) => sum + rows, 0), closed },
    before,
    after: await claimsOn(tx, themes, given.district),
  });
  await endDraft(tx, change);
}

async function putAll(tx: Db, breathe: Breath, layer: Layer, change: string, portions: Portion[]): Promise<void> {
  for (const portion of portions) {
    await putReady(tx, layer, change, portion);
    await breathe();
  }
}

/** The rows were held to the layer's lives when they were made ready; some may have come since. */
async function refuseLater(db: Db, layer: Layer, change: string): Promise<void> {
  const { rows } = await sql`select 1 ${laterLives(layer, change)} limit 1`.execute(db);
  if (rows.length > 0) throw new NotWritten("changed-meanwhile");
}

/** Ends the lives before those of a portion of ready rows, and removes those of the same first day; how many ended. */
async function endLives(tx: Db, layer: Layer, change: string, { from, to }: Portion): Promise<number> {
  const table = sql.table(layer.id);
  const same = sql`r.application = ${change}::uuid and r.lives is not null and r.n between ${from}::int and ${to}::int and t.code = r.code`;
  const { numAffectedRows } = await sql`
    update ${table} as t set valid_to = r.valid_from from import_row as r
    where ${same} and t.valid_from < r.valid_from and (t.valid_to is null or t.valid_to > r.valid_from)`.execute(tx);
  await sql`delete from ${table} as t using import_row as r where ${same} and t.valid_from = r.valid_from`.execute(tx);
  return Number(numAffectedRows ?? 0n);
}

/** Counts the layer's rows anew for the planner, without the shapes that no statement chooses rows by. */
async function analyzeLayer(db: Db, layer: Layer): Promise<void> {
  await analyzeColumns(db, layer.id, [["id", "file", ...Object.keys(columnsOf(layer))], ["geom"], ["geom_3857"]]);
}

/** Rolls the transaction back. */
class NotWritten extends Error {
  readonly why: NotApplied;
  constructor(why: NotApplied) {
    super(why);
    this.why = why;
  }
}

/** New rows under a claim that does not speak of them: loaded stays loaded, by the weaker basis and the older date of the
 *  two, and by the files before as long as they hold anything; "declared none" is contradicted and ends. */
async function goOn(tx: Db, layer: Layer, spec: ThemeSpec, claim: NewClaim, earlier: Claim[]): Promise<void> {
  const from = claim.valid_from;
  const holding = earlier.find(({ valid_from, valid_to }) => valid_from <= from && (valid_to === null || from < valid_to));
  if (!holding || holding.state === "not_loaded") return;
  if (holding.state === "declared_none") return void (await putClaim(tx, { ...claim, state: "not_loaded" }));
  const bases = [holding.basis, claim.basis];
  const basis =
    (["schematic", "computed_default", "approved_polygon"] as const).find((each) => bases.includes(each)) ?? claim.basis;
  // A file whose every row the new ones replaced is not needed any more.
  const { rows } = await sql<{ file: string }>`
    select behind.file from jsonb_array_elements_text(${jsonb([...(holding.rests_on ?? []), holding.file])}) as behind (file)
    where exists (select from ${sql.table(layer.id)} as t where t.file = behind.file and ${matching(spec)})`.execute(tx);
  await putClaim(tx, {
    ...claim,
    rests_on: rows.map(({ file }) => file).filter((file) => file !== claim.file),
    basis,
    data_date: [holding.data_date, claim.data_date].filter((day) => day !== null).toSorted()[0] ?? null,
    source: [...new Set([holding.source, claim.source].filter((each) => each !== null))].join("; "),
    licence: [...new Set([holding.licence, claim.licence].filter((each) => each !== null))].join("; ") || null,
  });
}

/** One writer of a layer at a time, for the rest of the transaction; its version grows, so that tiles are made anew. The
 *  new version: what was seen at the one before is as it was. */
async function holdLayer(tx: Db, layer: Layer): Promise<number> {
  const { rows } = await sql<{ version: number }>`insert into layer_version (layer, version) values (${layer.id}, 1)
    on conflict (layer) do update set version = layer_version.version + 1, changed_at = now() returning version`.execute(tx);
  return rows[0]!.version;
}

/** 0: never written. */
async function versionOf(db: Db, layer: Layer): Promise<number> {
  const { rows } = await sql<{ version: number }>`select version from layer_version where layer = ${layer.id}`.execute(db);
  return rows[0]?.version ?? 0;
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

/** Codes told of at once. */
const TOLD = 20;

type Undo = { importId: string; undo: string; who: string };

/** Takes an import back. `changed`: codes (and themes of coverage) that something changed since; then nothing is done. As
 *  with an import, all that can be done before its transaction is. */
export async function undoImport(
  { db, lending }: OpenDatabase,
  { layerOf, ...order }: Undo & { layerOf: (id: string) => Layer | undefined },
): Promise<"nothing" | { changed: string[] } | { layer: string }> {
  const { importId, undo } = order;
  const change = await standingChange(db, importId);
  const layer = change && layerOf(change.layer);
  if (!layer) return "nothing";
  try {
    const drafted = await versionOf(db, layer);
    await beginDraft(db, undo);
    const codes = await codesOf(db, change.id);
    const moved: string[] = [];
    let rows = 0;
    for (const each of codes) {
      moved.push(...(await movedCodes(db, layer, change.id, each, TOLD - moved.length)));
      if (moved.length === TOLD) break;
      if (moved.length === 0) rows += await draftUndo(db, layer, { undo, change: change.id, importId, after: rows }, each);
    }
    const portions = await portionsOf(db, undo, { lived: false });
    const draft = { change: change.id, drafted, codes, moved, portions };
    await lending.write((tx, breathe) => writeUndo(tx, breathe, layer, order, draft));
    return { layer: layer.id };
  } catch (error) {
    await dropDraft(db, undo);
    if (error instanceof ChangedSince) return { changed: error.changed };
    if (error instanceof NothingToUndo) return "nothing";
    throw error;
  } finally {
    await dropReady(db, undo);
  }
}

type UndoDraft = { change: string; drafted: number; codes: Codes[]; moved: string[]; portions: Portion[] };

async function writeUndo(tx: Db, breathe: Breath, layer: Layer, { importId, undo, who }: Undo, draft: UndoDraft): Promise<void> {
  const version = await holdLayer(tx, layer);
  const change = await standingChange(tx, importId);
  if (change?.id !== draft.change) throw new NothingToUndo();
  const moved = [...draft.moved];
  if (moved.length === 0 && version !== draft.drafted + 1)
    for (const each of draft.codes) moved.push(...(await movedCodes(tx, layer, change.id, each, TOLD - moved.length)));
  await holdClaims(tx);
  const { district, themes } = change.detail;
  const claims = await claimsOn(tx, themes, district);
  const reclaimed = sameClaims(claims, change.coverage_after) ? [] : themes;
  const changed = [...moved, ...reclaimed];
  if (changed.length > 0) throw new ChangedSince(changed);
  for (const each of draft.codes) {
    await removeCodes(tx, layer, change.id, each);
    await breathe();
  }
  await putAll(tx, breathe, layer, undo, draft.portions);
  await restoreClaims(tx, themes, district, change.coverage_before);
  if (layer.id === JURISDICTION) await renewOutlines(tx);
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
  await endDraft(tx, undo);
}

/** Rolls the transaction back. */
class NothingToUndo extends Error {}

/** Rolls the transaction back. */
class ChangedSince extends Error {
  readonly changed: string[];
  constructor(changed: string[]) {
    super("Something later changed the same codes.");
    this.changed = changed;
  }
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
