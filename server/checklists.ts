/** The catalogue as it is now: that of the files, with the checklists that were made here. */
import { createHash } from "node:crypto";
import type { ChecklistVersion } from "./api/coverage.ts";
import type { Db } from "./db/open.ts";
import type { Catalogue, Checklist } from "./domain/rule.ts";
import { type MadeChecklist, madeChecklists } from "./queries/checklists.ts";

export type LiveCatalogue = {
  /** Always the newest that `current` has seen; hold a copy (`{ ...catalogue }`) for as long as one answer takes. */
  catalogue: Catalogue;
  /** Asks the database, so that a version made by another process counts at once. */
  current(): Promise<Catalogue>;
};

export function createLiveCatalogue(db: Db, base: Catalogue): LiveCatalogue {
  let now = base;
  let key = "[]";
  const catalogue: Catalogue = {
    ...base,
    get version() {
      return now.version;
    },
    get checklists() {
      return now.checklists;
    },
  };
  return {
    catalogue,
    async current() {
      const made = await madeChecklists(db);
      const next = JSON.stringify(made);
      if (next !== key) {
        key = next;
        now = withChecklists(base, made);
      }
      return now;
    },
  };
}

/** The catalogue with made checklists among its own; its version says that they are. */
export function withChecklists(base: Catalogue, made: readonly MadeChecklist[]): Catalogue {
  if (made.length === 0) return base;
  const mark = createHash("sha256").update(JSON.stringify(made)).digest("hex").slice(0, 8);
  const checklists = versionsOf(base, made).map(({ made_at: _made_at, ...list }): Checklist => list);
  return { ...base, version: `${base.version}-${mark}`, checklists };
}

/** Every version of every checklist; each ends where the next begins. A made one stands before a file's of its number. */
export function versionsOf(base: Catalogue, made: readonly MadeChecklist[]): ChecklistVersion[] {
  const same = (a: { jurisdiction: string; version: number }) => (b: { jurisdiction: string; version: number }) =>
    a.jurisdiction === b.jurisdiction && a.version === b.version;
  const all: ChecklistVersion[] = [
    ...base.checklists.filter((list) => !made.some(same(list))).map((list) => ({ ...list, made_at: null })),
    ...made.map((list) => ({ ...list, valid_to: null })),
  ];
  return all
    .map((list) => {
      const next = all
        .filter(
          (other) =>
            other.jurisdiction === list.jurisdiction && other.version > list.version && other.valid_from > list.valid_from,
        )
        .map(({ valid_from }) => valid_from)
        .toSorted()[0];
      const ends = [list.valid_to, next].filter((day) => day !== null && day !== undefined).toSorted();
      return { ...list, valid_to: ends[0] ?? null };
    })
    .toSorted((a, b) => (a.jurisdiction === b.jurisdiction ? b.version - a.version : a.jurisdiction < b.jurisdiction ? -1 : 1));
}
