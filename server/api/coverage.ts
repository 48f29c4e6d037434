/** Wire types of `/api/coverage`, `/api/coverage/areas`, `/api/coverage/declarations` and `/api/checklists`: what a district
 *  holds, where that is claimed, what it says it has none of, and what it asks. */
import type { Basis, CoverageState } from "./checks.ts";
import type { Geometry, Link, Text } from "./common.ts";

/** What a district holds of one theme on a day. */
export type ThemeHolding = {
  theme: string;
  title: string;
  layer: string;
  state: CoverageState;
  /** Of the claim; null where the theme is not loaded. */
  data_date: string | null;
  /** The data is five years old or older on the day. */
  stale: boolean;
  /** In the language asked for, where it is said in both ("中文 / English"); so too `document`, `declared_by` and `licence`. */
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

/** An area of a district and who claims it for a theme on a day. `not_loaded`: nobody claims it (no `jurisdiction`), or
 *  somebody says that nothing is loaded there. */
export type CoverageArea = {
  theme: string;
  title: string;
  layer: string;
  /** GB/T 2260 code of the district in which it lies. */
  district: string;
  /** Whose claim it is, which may be a city's or a neighbour's; null: nobody says anything. */
  jurisdiction: string | null;
  jurisdiction_name: string | null;
  state: CoverageState;
  /** Null where nothing is loaded or declared. */
  data_date: string | null;
  /** Whole days from `data_date` to the day asked for; negative where the data is later. */
  age_days: number | null;
  /** Five years old or older on the day. */
  stale: boolean;
  source: string | null;
  licence: string | null;
  basis: Basis | null;
  /** Of a declaration of none. */
  document: string | null;
  declared_by: string | null;
  valid_from: string | null;
  valid_to: string | null;
  /** A file of `geodata/`, an import, a declaration in the data room; null: no claim. */
  origin: "file" | "import" | "declaration" | null;
  /** Who brought it in, and when; null for files of `geodata/`. */
  who: string | null;
  made_at: string | null;
  /** Names of the files of an import. */
  files: string[] | null;
  /** On the ellipsoid, and as a share of the district's. */
  area_m2: number;
  share: number;
};

/** `application/geo+json`. Areas of one theme, the district's own first, which together are the district and overlap where two
 *  claims speak of the same ground; thinned for display beyond 500 vertices. */
export type CoverageAreas = {
  type: "FeatureCollection";
  as_of: string;
  features: { type: "Feature"; id: string; geometry: Geometry; properties: CoverageArea }[];
  links: Link[];
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
