/** Records of checks that can be found, put away and disputed: what the list shows beside each check, when it was
 *  deleted (softly), disputes of findings, and an append-only log of both. Frozen once merged. */
import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<never>): Promise<void> {
  await sql
    .raw(
      `alter table site_check add column action text, add column districts text[] not null default '{}',
        add column summary jsonb not null default '{}', add column deleted_at timestamptz`,
    )
    .execute(db);
  await sql
    .raw(
      `update site_check set
        action = said -> 'zh' -> 'project' ->> 'action',
        districts = array(select jsonb_array_elements_text(said -> 'zh' -> 'site' -> 'jurisdictions')),
        summary = (select jsonb_object_agg(lang, jsonb_build_object('sentence', said -> lang -> 'sentence',
            'activity_title', said -> lang -> 'project' -> 'activity_title', 'action_title', said -> lang -> 'project' -> 'action_title'))
          from unnest(array['zh', 'en']) as lang)`,
    )
    .execute(db);
  await sql.raw(`alter table site_check alter column action set not null`).execute(db);
  await sql
    .raw(
      `create table check_dispute (
        id uuid primary key,
        check_id uuid not null references site_check (id),
        finding text not null,
        rule text not null,
        feature text,
        reason text not null check (length(reason) between 1 and 2000),
        created_at timestamptz not null default now(),
        withdrawn_at timestamptz
      )`,
    )
    .execute(db);
  await sql.raw(`create index check_dispute_check on check_dispute (check_id)`).execute(db);
  await sql
    .raw(
      `create table check_event (
        id bigint generated always as identity primary key,
        check_id uuid not null references site_check (id),
        at timestamptz not null default now(),
        what text not null check (what in ('deleted', 'restored', 'disputed', 'withdrawn')),
        detail jsonb not null default '{}'
      )`,
    )
    .execute(db);
  await sql.raw(`create index check_event_check on check_event (check_id)`).execute(db);
}

export async function down(db: Kysely<never>): Promise<void> {
  await sql.raw(`drop table check_event`).execute(db);
  await sql.raw(`drop table check_dispute`).execute(db);
  await sql
    .raw(`alter table site_check drop column action, drop column districts, drop column summary, drop column deleted_at`)
    .execute(db);
}
