/** What a district holds of each theme: its claim of the day, and the features that stand there. */
import { sql } from "kysely";
import type { Basis, CoverageState } from "../api/checks.ts";
import type { Db } from "../db/open.ts";
import type { ThemeSpec } from "../domain/rule.ts";
import type { Layer } from "../layers/layer.ts";
import { during } from "./during.ts";

export type HeldClaim = {
  theme: string;
  state: CoverageState;
  data_date: string | null;
  source: string | null;
  basis: Basis | null;
  document: string | null;
  declared_by: string | null;
  valid_from: string;
};

/** `accuracy_m`: least and greatest of those that say one; null: none does. */
export type HeldFeatures = { features: number; accuracy_m: { min: number; max: number } | null };

/** The claims of a district that hold on a day, by theme. A theme without one counts as not loaded. */
export async function claimsOfDistrict(db: Db, jurisdiction: string, asOf: string): Promise<Map<string, HeldClaim>> {
  const { rows } = await sql<HeldClaim>`
    select theme, state, data_date::text as data_date, source, basis, document, declared_by, valid_from::text as valid_from
    from coverage
    where jurisdiction = ${jurisdiction} and ${during(asOf)}`.execute(db);
  return new Map(rows.map((row) => [row.theme, row]));
}

/** Features of the themes of one layer that hold on a day and are the district's: by their competence, else by their place. */
export async function featuresOfDistrict(
  db: Db,
  layer: Layer,
  themes: readonly ThemeSpec[],
  { jurisdiction, asOf }: { jurisdiction: string; asOf: string },
): Promise<Map<string, HeldFeatures>> {
  const columns = [...new Set(themes.flatMap(({ match }) => Object.keys(match)))];
  const kinds = columns.map((name) => sql`t.${sql.ref(name)}`);
  const grouped = kinds.length > 0 ? sql`group by ${sql.join(kinds)}` : sql``;
  const selected = kinds.map((kind, n) => sql`, ${kind} as ${sql.ref(columns[n]!)}`);
  const { rows } = await sql<{ n: number; least: number | null; most: number | null } & Record<string, unknown>>`
    select count(*)::int as n, min(t.accuracy_m)::float8 as least, max(t.accuracy_m)::float8 as most ${sql.join(selected, sql` `)}
    from ${sql.table(layer.id)} as t
    where ${during(asOf, "t")}
      and (t.competent_jurisdiction = ${jurisdiction} or t.competent_jurisdiction is null and exists (
        select from jurisdiction as j where j.code = ${jurisdiction} and j.valid_to is null and st_intersects(j.geom, t.geom)))
    ${grouped}`.execute(db);
  return new Map(
    themes.map(({ theme, match }) => {
      const own = rows.filter((row) => Object.entries(match).every(([name, value]) => row[name] === value));
      const least = own.flatMap((row) => row.least ?? []);
      const most = own.flatMap((row) => row.most ?? []);
      return [
        theme,
        {
          features: own.reduce((sum, { n }) => sum + n, 0),
          accuracy_m: least.length > 0 ? { min: Math.min(...least), max: Math.max(...most) } : null,
        },
      ];
    }),
  );
}
