/** What each district is loaded with, as claims: made by files of `geodata/`, by imports, and by declarations of a person.
 *  Every change by a person is in the log of changes, with the claims before and after. */
import { type RawBuilder, sql } from "kysely";
import type { Basis, CoverageState } from "../api/checks.ts";
import { jsonb } from "../db/json.ts";
import type { Db } from "../db/open.ts";

/** A claim with its outline as EWKB hex, as the log of changes keeps it. */
export type Claim = {
  theme: string;
  jurisdiction: string;
  state: CoverageState;
  data_date: string | null;
  source: string | null;
  licence: string | null;
  basis: Basis | null;
  declared_by: string | null;
  document: string | null;
  valid_from: string;
  valid_to: string | null;
  file: string;
  /** Files that the claim goes on from; left out where there are none. */
  rests_on?: string[];
  geom: string | null;
};

export type NewClaim = Omit<Claim, "geom" | "valid_to">;

const PLAIN = sql`theme, jurisdiction, state, data_date, source, licence, basis, declared_by, document, valid_from, valid_to, file`;
const COLUMNS = sql`${PLAIN}, rests_on`;

/** Only one writer of claims at a time; readers are not held. For the rest of the transaction. */
export async function holdClaims(tx: Db): Promise<void> {
  await sql`lock table coverage in share row exclusive mode`.execute(tx);
}

/** All claims on these themes of a district, in a fixed order. */
export async function claimsOn(db: Db, themes: readonly string[], jurisdiction: string): Promise<Claim[]> {
  if (themes.length === 0) return [];
  const { rows } = await sql<Claim & { rests_on: string[] }>`
    select ${PLAIN}, to_jsonb(rests_on) as rests_on, encode(st_asewkb(geom), 'hex') as geom
    from coverage where theme in (${sql.join(themes)}) and jurisdiction = ${jurisdiction}
    order by theme collate "C", coverage.valid_from`.execute(db);
  return rows.map(({ rests_on, ...claim }) => (rests_on.length > 0 ? { ...claim, rests_on } : claim));
}

/** Whether these are the same claims, wherever the outline of their district runs by now. */
export function sameClaims(a: readonly Claim[], b: readonly Claim[]): boolean {
  // Keys in one order: jsonb has its own.
  const plain = (claims: readonly Claim[]) =>
    JSON.stringify(claims.map(({ geom: _outline, ...claim }) => Object.entries(claim).toSorted(([x], [y]) => (x < y ? -1 : 1))));
  return plain(a) === plain(b);
}

/** Puts a claim from its first day on: the one before ends there, one of the same day gives way, and it ends where a later
 *  one begins. False when the district has no outline. */
export async function putClaim(tx: Db, claim: NewClaim): Promise<boolean> {
  const { theme, jurisdiction, valid_from } = claim;
  const of = sql`theme = ${theme} and jurisdiction = ${jurisdiction}`;
  const from = sql`${valid_from}::date`;
  await sql`delete from coverage where ${of} and valid_from = ${from}`.execute(tx);
  await sql`update coverage set valid_to = ${from} where ${of} and valid_from < ${from} and (valid_to is null or valid_to > ${from})`.execute(
    tx,
  );
  const { rows } = await sql`
    insert into coverage (${COLUMNS}, geom)
    select ${theme}, ${jurisdiction}, ${claim.state}, ${claim.data_date}::date, ${claim.source}, ${claim.licence},
      ${claim.basis === null ? sql`j.basis` : sql`${claim.basis}`}, ${claim.declared_by}, ${claim.document}, ${from},
      (select min(later.valid_from) from coverage as later where later.theme = ${theme} and later.jurisdiction = ${jurisdiction} and later.valid_from > ${from}),
      ${claim.file}, ${textArray(claim.rests_on ?? [])}, j.geom
    from ${outlineOf(jurisdiction)} as j
    returning theme`.execute(tx);
  return rows.length > 0;
}

/** The newest outline of a district. */
function outlineOf(jurisdiction: string): RawBuilder<unknown> {
  return sql`(select geom, basis from jurisdiction where code = ${jurisdiction} order by valid_from desc limit 1)`;
}

function textArray(texts: readonly string[]): RawBuilder<unknown> {
  return sql`array(select jsonb_array_elements_text(${jsonb(texts)}))`;
}

/** Gives claims the newest outlines of their districts, or of one of them: an outline that was mended moves them along. */
export async function renewOutlines(tx: Db, jurisdiction?: string): Promise<void> {
  const own = jurisdiction === undefined ? sql`` : sql`where code = ${jurisdiction}`;
  await sql`
    update coverage set geom = newest.geom
    from (select distinct on (code) code, geom from jurisdiction ${own} order by code, valid_from desc) as newest
    where coverage.jurisdiction = newest.code and coverage.geom is not null and st_asewkb(coverage.geom) <> st_asewkb(newest.geom)`.execute(
    tx,
  );
}

/** Puts the claims on these themes back to what they were, over the newest outline. */
export async function restoreClaims(
  tx: Db,
  themes: readonly string[],
  jurisdiction: string,
  claims: readonly Claim[],
): Promise<void> {
  if (themes.length === 0) return;
  await sql`delete from coverage where theme in (${sql.join(themes)}) and jurisdiction = ${jurisdiction}`.execute(tx);
  if (claims.length > 0)
    await sql`
      insert into coverage (${COLUMNS}, geom)
      select ${PLAIN}, array(select jsonb_array_elements_text(coalesce(rests_on, '[]'))), geom::geometry
      from jsonb_to_recordset(${jsonb(claims)}) as c (theme text, jurisdiction text, state text, data_date date, source text, licence text,
        basis text, declared_by text, document text, valid_from date, valid_to date, file text, rests_on jsonb, geom text)`.execute(
      tx,
    );
  await renewOutlines(tx, jurisdiction);
}

/** True when a district of this code has an outline. */
export async function hasOutline(db: Db, jurisdiction: string): Promise<boolean> {
  const { rows } = await sql`select 1 from ${outlineOf(jurisdiction)} as j`.execute(db);
  return rows.length > 0;
}
