import { type RawBuilder, sql } from "kysely";

/** Half-open validity holds on a day. `table`: whose columns, where several have them. */
export function during(asOf: string, table?: string): RawBuilder<unknown> {
  const [from, to] = ["valid_from", "valid_to"].map((name) => sql.ref(table === undefined ? name : `${table}.${name}`));
  return sql`${from} <= ${asOf}::date and (${to} is null or ${asOf}::date < ${to})`;
}
