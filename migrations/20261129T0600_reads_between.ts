/** What is read for the map between two statements of a transaction that writes, as the database was before it: the statement
 *  in `shuijie.asked`, called by a cursor that was opened first (`server/db/lending.ts`). It must stay stable: only so does it
 *  read from the cursor's snapshot. A failure is an answer and leaves the transaction whole. Frozen once merged. */
import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<never>): Promise<void> {
  await sql
    .raw(
      `create function read_as_before() returns jsonb language plpgsql stable as $$
        declare answer jsonb;
        begin
          execute 'select jsonb_agg(to_jsonb(q)) from (' || current_setting('shuijie.asked') || ') as q' into answer;
          return jsonb_build_object('rows', coalesce(answer, '[]'));
        exception when others then
          return jsonb_build_object('failed', sqlerrm, 'code', sqlstate);
        end $$`,
    )
    .execute(db);
}

export async function down(db: Kysely<never>): Promise<void> {
  await sql.raw("drop function read_as_before()").execute(db);
}
