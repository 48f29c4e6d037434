/** What a screened site was judged by, beside its answer: read of every site whenever somebody looks at a screening, while the
 *  answers themselves are long. Frozen once merged. */
import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<never>): Promise<void> {
  await sql
    .raw(
      `alter table screening_site add column rules text generated always as (result ->> 'rules') stored,
        add column layers jsonb generated always as (result -> 'layers') stored`,
    )
    .execute(db);
}

export async function down(db: Kysely<never>): Promise<void> {
  await sql.raw("alter table screening_site drop column rules, drop column layers").execute(db);
}
