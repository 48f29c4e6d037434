/** What districts declare to have none of, and what came of it. */
import { type RawBuilder, sql } from "kysely";
import type { Declaration } from "../api/coverage.ts";
import type { Db } from "../db/open.ts";
import type { ThemeSpec } from "../domain/rule.ts";
import type { Layer } from "../layers/layer.ts";
import { writeChange } from "./changes.ts";
import { moment } from "./checks.ts";
import { type Claim, claimsOn, holdClaims, type NewClaim, putClaim, restoreClaims, sameClaims } from "./coverage.ts";

export type Declared = Omit<Declaration, "title">;

/** Why a declaration cannot stand: data is loaded, it was declared already, features speak against it, no outline. */
export type NotDeclared = { why: "loaded" | "declared" | "no_outline" } | { why: "features"; n: number };

/** Writes a declaration from its date on. */
export async function declareNone(
  db: Db,
  {
    id,
    who,
    layer,
    theme,
    declared,
  }: { id: string; who: string; layer: Layer; theme: ThemeSpec; declared: Omit<Declared, "id" | "made_at" | "withdrawn_at"> },
): Promise<NotDeclared | undefined> {
  const { jurisdiction, date } = declared;
  return db.transaction().execute(async (tx) => {
    await holdClaims(tx);
    const before = await claimsOn(tx, [theme.theme], jurisdiction);
    const holding = before.find((each) => each.valid_from <= date && (each.valid_to === null || date < each.valid_to));
    if (holding?.state === "loaded") return { why: "loaded" as const };
    if (holding?.state === "declared_none") return { why: "declared" as const };
    const n = await featuresOf(tx, layer, theme, jurisdiction, date);
    if (n > 0) return { why: "features" as const, n };
    const claim: NewClaim = {
      theme: theme.theme,
      jurisdiction,
      state: "declared_none",
      data_date: date,
      source: declared.document,
      licence: null,
      basis: null, // the outline's own
      declared_by: declared.name,
      document: declared.document,
      valid_from: date,
      file: `declared/${id}`,
    };
    if (!(await putClaim(tx, claim))) return { why: "no_outline" as const };
    const after = await claimsOn(tx, [theme.theme], jurisdiction);
    await writeChange(tx, {
      id,
      who,
      what: "declared",
      import: null,
      layer: layer.id,
      undoes: null,
      detail: declared,
      before,
      after,
    });
    return undefined;
  });
}

/** Features of a theme that hold on a day or later and are the district's: by their competence, else by their place. */
async function featuresOf(db: Db, layer: Layer, { match }: ThemeSpec, jurisdiction: string, date: string): Promise<number> {
  const tests: RawBuilder<unknown>[] = Object.entries(match).map(([name, value]) => sql`t.${sql.ref(name)} = ${value}`);
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from ${sql.table(layer.id)} as t
    where ${sql.join([...tests, sql`(valid_to is null or valid_to > ${date}::date)`], sql` and `)}
      and (competent_jurisdiction = ${jurisdiction} or competent_jurisdiction is null and exists (
        select from jurisdiction as j where j.code = ${jurisdiction} and j.valid_to is null and st_intersects(j.geom, t.geom)))`.execute(
    db,
  );
  return rows[0]!.n;
}

/** Takes a declaration back: the claims are what they were before it. Where something changed them since, it alone goes,
 *  and what it covered counts as not loaded. False when none of that id stands. */
export async function withdrawDeclaration(
  db: Db,
  { id, undo, who }: { id: string; undo: string; who: string },
): Promise<boolean> {
  return db.transaction().execute(async (tx) => {
    await holdClaims(tx);
    const { rows } = await sql<{ layer: string; detail: Declared; coverage_before: Claim[]; coverage_after: Claim[] }>`
      select layer, detail, coverage_before, coverage_after from change_log as c
      where id = ${id}::uuid and what = 'declared' and not exists (select from change_log where undoes = c.id)`.execute(tx);
    const declared = rows[0];
    if (!declared) return false;
    const { theme, jurisdiction } = declared.detail;
    const before = await claimsOn(tx, [theme], jurisdiction);
    const untouched = sameClaims(before, declared.coverage_after);
    const after = untouched ? declared.coverage_before : before.filter(({ file }) => file !== `declared/${id}`);
    await restoreClaims(tx, [theme], jurisdiction, after);
    await writeChange(tx, {
      id: undo,
      who,
      what: "withdrawn",
      import: null,
      layer: declared.layer,
      undoes: id,
      detail: declared.detail,
      before,
      after,
    });
    return true;
  });
}

/** Every declaration, newest first; those of files of `geodata/` last. `withdrawn`: also those taken back. */
export async function listDeclarations(
  db: Db,
  { jurisdiction, withdrawn }: { jurisdiction: string | undefined; withdrawn: boolean },
): Promise<Declared[]> {
  const made = await sql<Declared>`
    select c.id, c.detail ->> 'theme' as theme, c.detail ->> 'jurisdiction' as jurisdiction, c.detail ->> 'document' as document,
      c.detail ->> 'name' as name, c.detail ->> 'date' as date, ${moment(sql`c.at`)} as made_at, ${moment(sql`u.at`)} as withdrawn_at
    from change_log as c left join change_log as u on u.undoes = c.id
    where c.what = 'declared' ${jurisdiction === undefined ? sql`` : sql`and c.detail ->> 'jurisdiction' = ${jurisdiction}`}
      ${withdrawn ? sql`` : sql`and u.id is null`}
    order by c.seq desc`.execute(db);
  const filed = await sql<Declared>`
    select null as id, theme, jurisdiction, document, declared_by as name, valid_from::text as date, null as made_at, null as withdrawn_at
    from coverage
    where state = 'declared_none' and file not like 'declared/%' ${jurisdiction === undefined ? sql`` : sql`and jurisdiction = ${jurisdiction}`}
    order by jurisdiction collate "C", theme collate "C"`.execute(db);
  return [...made.rows, ...filed.rows];
}
