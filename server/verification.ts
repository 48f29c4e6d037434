/** Whether a hash is that of a report of this service, and what may be said to whoever holds it. */
import type { Check } from "./api/checks.ts";
import type { Lang } from "./api/common.ts";
import type { Db } from "./db/open.ts";
import type { Frozen } from "./gather.ts";
import { hashOf } from "./hash.ts";
import { idOfHash, idsWithoutHash, keepHash, readCheck, readSaid } from "./queries/checks.ts";
import { districtNames, madeAt, numberOf } from "./report.ts";

/** Nothing of where the site lies but its districts. */
export type Verified = {
  number: string;
  id: string;
  check: Pick<Check, "as_of" | "standing" | "conclusion" | "complete" | "sentence" | "project">;
  made_at: string;
  districts: string[];
  /** When it was put away; null: it stands. */
  deleted_at: string | null;
  /** What is stored gives the hash still; otherwise somebody changed it after it was made. */
  whole: boolean;
};

/** Checks without a hash that are read at a time. */
const BATCH = 20;

/** What was stored with the hash, in both languages; undefined when nothing was. Hashes of checks from before hashes were
 *  stored are worked out at the first question, once. */
export async function verify(db: Db, hash: string): Promise<Record<Lang, Verified> | undefined> {
  let id = await idOfHash(db, hash);
  if (id === undefined && (await fillIn(db))) id = await idOfHash(db, hash);
  if (id === undefined) return undefined;
  const [stored, state] = [await readCheck(db, id), await readSaid(db, id)];
  if (!stored || !state) return undefined;
  const whole = hashOf(stored) === hash;
  const of = (lang: Lang): Verified => {
    const check = stored.said[lang];
    return {
      number: numberOf(check),
      id: check.id,
      check,
      made_at: madeAt(check),
      districts: districtNames(stored.frozen as Frozen, lang),
      deleted_at: state.deleted_at,
      whole,
    };
  };
  return { zh: of("zh"), en: of("en") };
}

/** True when there were some. */
async function fillIn(db: Db): Promise<boolean> {
  let filled = false;
  for (;;) {
    const ids = await idsWithoutHash(db, BATCH);
    if (ids.length === 0) return filled;
    for (const id of ids) {
      const stored = await readCheck(db, id);
      if (stored) await keepHash(db, id, hashOf(stored));
    }
    filled = true;
  }
}
