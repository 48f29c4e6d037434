/** Wire types of `/api/coverage`, `/api/coverage/declarations` and `/api/checklists`: what a district holds, what it says it
 *  has none of, and what it asks. */
import type { Basis, CoverageState } from "./checks.ts";
import type { Text } from "./common.ts";

/** What a district holds of one theme on a day. */
export type ThemeHolding = {
  theme: string;
  title: string;
  layer: string;
  state: CoverageState;
  /** Of the claim; null where the theme is not loaded. */
  data_date: string | null;
  source: string | null;
  basis: Basis | null;
  /** Of a declaration of none. */
  document: string | null;
  declared_by: string | null;
  /** First day of the claim; null where the theme is not loaded. */
  valid_from: string | null;
  /** In force on the day, the district's by competence or, where that is not said, by place. */
  features: number;
  /** Least and greatest of the features that say one, metres; null: none does. */
  accuracy_m: { min: number; max: number } | null;
  /** A checklist may not leave it off. */
  locked: boolean;
  /** Districts whose plans alone know the theme; null: every district. */
  known_in: string[] | null;
};

/** A district's word that it has no feature of a theme. Counts as covered in checks (`declared_none`). */
export type Declaration = {
  /** Null: it stands in a file of `geodata/` and is changed there. */
  id: string | null;
  theme: string;
  title: string;
  /** GB/T 2260 code. */
  jurisdiction: string;
  /** The document that says so. */
  document: string;
  /** Who declares. */
  name: string;
  /** First day on which it holds, yyyy-mm-dd. */
  date: string;
  made_at: string | null;
  withdrawn_at: string | null;
};

export type DeclarationRequest = Pick<Declaration, "theme" | "jurisdiction" | "document" | "name" | "date">;

/** What a district asks in every check, versioned. Checks store `jurisdiction@version`. */
export type ChecklistVersion = {
  /** GB/T 2260 code, or `national`. */
  jurisdiction: string;
  version: number;
  valid_from: string;
  /** First day on which a later version holds; null: none does. */
  valid_to: string | null;
  themes: string[];
  source: Text;
  /** Null: it stands in a file of `geodata/`. */
  made_at: string | null;
};

/** `source` says who decided it, for the report. */
export type ChecklistRequest = { themes: string[]; valid_from: string; source: string };
