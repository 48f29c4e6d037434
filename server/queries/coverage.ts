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
  geom: string | null;
};

export type NewClaim = Omit<Claim, "geom" | "valid_to">;

const COLUMNS = sql`theme, jurisdiction, state, data_date, source, licence, basis, declared_by, document, valid_from, valid_to, file`;

/** Only one writer of claims at a time; readers are not held. For the rest of the transaction. */
export async function holdClaims(tx: Db): Promise<void> {
  await sql`lock table coverage in share row exclusive mode`.execute(tx);
}

/** All claims on these themes of a district, in a fixed order. */
export async function claimsOn(db: Db, themes: readonly string[], jurisdiction: string): Promise<Claim[]> {
  if (themes.length === 0) return [];
  const { rows } = await sql<Claim>`
    select ${COLUMNS},
      encode(st_asewkb(geom), 'hex') as geom
    from coverage where theme in (${sql.join(themes)}) and jurisdiction = ${jurisdiction}
    order by theme collate "C", coverage.valid_from`.execute(db);
  return rows;
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
      ${claim.file}, j.geom
    from ${outlineOf(jurisdiction)} as j
    returning theme`.execute(tx);
  return rows.length > 0;
}

/** The newest outline of a district. */
function outlineOf(jurisdiction: string): RawBuilder<unknown> {
  return sql`(select geom, basis from jurisdiction where code = ${jurisdiction} order by valid_from desc limit 1)`;
}

/** Puts the claims on these themes back to what they were. */
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
      select ${COLUMNS}, geom::geometry
      from jsonb_to_recordset(${jsonb(claims)}) as c (theme text, jurisdiction text, state text, data_date date, source text, licence text,
        basis text, declared_by text, document text, valid_from date, valid_to date, file text, geom text)`.execute(tx);
}

/** True when a district of this code has an outline. */
export async function hasOutline(db: Db, jurisdiction: string): Promise<boolean> {
  const { rows } = await sql`select 1 from ${outlineOf(jurisdiction)} as j`.execute(db);
  return rows.length > 0;
}
