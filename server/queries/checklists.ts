/** Checklists made by a person, beside those of the files of `geodata/`. A version is never changed. */
import { sql } from "kysely";
import type { Text } from "../api/common.ts";
import { jsonb } from "../db/json.ts";
import type { Db } from "../db/open.ts";
import { writeChange } from "./changes.ts";
import { moment } from "./checks.ts";

export type MadeChecklist = {
  jurisdiction: string;
  version: number;
  valid_from: string;
  themes: string[];
  source: Text;
  made_at: string;
};

export async function madeChecklists(db: Db): Promise<MadeChecklist[]> {
  const { rows } = await sql<MadeChecklist>`
    select jurisdiction, version, valid_from::text as valid_from, themes, source, ${moment(sql`made_at`)} as made_at
    from checklist_version order by jurisdiction collate "C", version`.execute(db);
  return rows;
}

/** False when somebody made that version first. */
export async function storeChecklist(
  db: Db,
  { change, who, before, list }: { change: string; who: string; before: string[]; list: Omit<MadeChecklist, "made_at"> },
): Promise<boolean> {
  return db.transaction().execute(async (tx) => {
    const { rows } = await sql`
      insert into checklist_version (jurisdiction, version, valid_from, themes, source)
      values (${list.jurisdiction}, ${list.version}::int, ${list.valid_from}::date, ${jsonb(list.themes)}, ${jsonb(list.source)})
      on conflict do nothing returning version`.execute(tx);
    if (rows.length === 0) return false;
    const detail = { ...list, themes_before: before };
    await writeChange(tx, {
      id: change,
      who,
      what: "checklist",
      import: null,
      layer: null,
      undoes: null,
      detail,
      before: [],
      after: [],
    });
    return true;
  });
}
