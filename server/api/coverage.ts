/** Wire types of `/api/coverage/declarations` and `/api/checklists`: what a district says it has none of, and what it asks. */
import type { Text } from "./common.ts";

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
