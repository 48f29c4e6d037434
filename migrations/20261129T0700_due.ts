/** The deadline that an officer set with a change of state counts: it stands with the violation, not in its history alone.
 *  Frozen once merged. */
import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<never>): Promise<void> {
  const run = (text: string) => sql.raw(text).execute(db);
  await run("alter table violation add column due date");
  await run(
    `update violation set due = latest.deadline
      from (select distinct on (violation) violation, deadline from violation_event where deadline is not null
        order by violation, id desc) as latest
      where violation.id = latest.violation`,
  );
}

/** The deadlines stay in the history. */
export async function down(db: Kysely<never>): Promise<void> {
  await sql.raw("alter table violation drop column due").execute(db);
}
