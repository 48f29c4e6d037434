/** Runs in the background, of whatever kind: who holds which, and how far it is. */
import { sql } from "kysely";
import { DatabaseError } from "../db/errors.ts";
import type { Db } from "../db/open.ts";
import { keepSummary } from "./sweeps.ts";

export type RunTable = "screening" | "sweep";

/** A process that is not heard of for this long has lost its run. */
const HOLD = sql`interval '60 seconds'`;

/** The oldest run that nobody holds, now held by `me`; undefined when there is none. */
export async function claim(db: Db, table: RunTable, me: string): Promise<string | undefined> {
  const { rows } = await sql<{ id: string }>`
    update ${sql.table(table)} set state = 'running', started_at = coalesce(started_at, now()), held_by = ${me}::uuid, held_until = now() + ${HOLD}
    where id = (
      select id from ${sql.table(table)}
      where state in ('queued', 'running') and (held_until is null or held_until < now() or held_by = ${me}::uuid)
      order by created_at, id limit 1 for update skip locked
    )
    returning id`.execute(db);
  return rows[0]?.id;
}

/** Keeps a run for the next step; false when it was cancelled or another has it. */
export async function hold(db: Db, table: RunTable, id: string, me: string): Promise<boolean> {
  const { rows } = await sql`
    update ${sql.table(table)} set held_until = now() + ${HOLD}
    where id = ${id}::uuid and state = 'running' and held_by = ${me}::uuid returning id`.execute(db);
  return rows.length > 0;
}

export async function release(db: Db, table: RunTable, id: string, me: string): Promise<void> {
  await sql`update ${sql.table(table)} set held_until = null, held_by = null where id = ${id}::uuid and held_by = ${me}::uuid`.execute(
    db,
  );
}

/** What went wrong in a run: the database took too long, answered with an error, or the program is at fault. Said in words as
 *  `run.failure.<code>`. */
export type FailureCode = "timeout" | "database" | "program";

/** Stops a run that cannot go on. `text` is what the program said, for those who look after it: nobody is shown it. */
export async function fail(
  db: Db,
  table: RunTable,
  id: string,
  me: string,
  { code, text }: { code: FailureCode; text: string },
): Promise<void> {
  await sql`update ${sql.table(table)} set state = 'failed', failure_code = ${code}, failure = ${text.slice(0, 500)}, finished_at = now(),
      held_by = null, held_until = null
    where id = ${id}::uuid and held_by = ${me}::uuid and state = 'running'`.execute(db);
  if (table === "sweep") await keepSummary(db, id);
}

/** Stops a run that is not at its end; what is done stays. False when it was at its end. */
export async function cancel(db: Db, table: RunTable, id: string): Promise<boolean> {
  const { rows } = await sql`
    update ${sql.table(table)} set state = 'cancelled', finished_at = now(), held_by = null, held_until = null
    where id = ${id}::uuid and state in ('queued', 'running') returning id`.execute(db);
  if (table === "sweep") await keepSummary(db, id);
  return rows.length > 0;
}

/** Lets a cancelled or failed run go on where it stopped. False when it was neither, or another of its kind that may not
 *  run beside it has begun. */
export async function resume(db: Db, table: RunTable, id: string): Promise<boolean> {
  try {
    const { rows } = await sql`
      update ${sql.table(table)} set state = 'queued', finished_at = null, failure = null, failure_code = null
        ${table === "sweep" ? sql`, summary = null` : sql``}
      where id = ${id}::uuid and state in ('cancelled', 'failed') returning id`.execute(db);
    return rows.length > 0;
  } catch (error) {
    if (error instanceof DatabaseError && error.code === "23505") return false;
    throw error;
  }
}
