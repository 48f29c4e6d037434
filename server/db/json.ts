/** JSON into the database, the same on both engines. */
import { type RawBuilder, sql } from "kysely";

/** `value` as jsonb. The detour by text matters: a driver encodes a parameter of type jsonb a second time
 *  (porsager/postgres#1139), which turns an object into a JSON string. `undefined` is stored as JSON null. */
export function jsonb(value: unknown): RawBuilder<unknown> {
  return sql`(${JSON.stringify(value ?? null)}::text)::jsonb`;
}
