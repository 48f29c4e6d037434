/** Districts in statements: as `liesIn` of `server/domain/judge.ts`, which reads GB/T 2260 codes one by one. */
import { type RawBuilder, sql } from "kysely";

/** One of the districts is `jurisdiction` or lies in it: 500118 in 500000, 320102 in 320100. */
export function liesWithin(districts: RawBuilder<unknown>, jurisdiction: string): RawBuilder<unknown> {
  const significant = jurisdiction.replace(/(00){1,2}$/, "");
  return significant.length === 6
    ? sql`${jurisdiction}::text = any(${districts})`
    : sql`exists (select from unnest(${districts}) as district where starts_with(district, ${significant}::text))`;
}
