/** A rule as data, and what a rule is made of. Pure types and the order of effects; `catalogue.ts` reads the files. */
import type { Action, Effect, InstrumentStatus, Rank } from "../api/checks.ts";
import type { Text } from "../api/common.ts";

export type Confidence = "verified" | "memory" | "local_choice";

/** A question with three answers. Leaves name what they read, so that an unknown answer can name what is missing. */
export type Condition =
  | { all: Condition[] }
  | { any: Condition[] }
  | { not: Condition }
  /** The project's activity is one of these codes. */
  | { activity: string[] }
  /** The activity carries this tag of the vocabulary (for example `construction`). */
  | { tag: string }
  /** The project belongs to this class of the vocabulary. */
  | { class: string }
  /** An attribute of the project. */
  | ({ attribute: string } & Comparison)
  /** An attribute of the feature that was met. */
  | ({ feature: string } & Comparison)
  /** An order of one of these kinds is in force on the as-of date, on the feature that was met or on its district. */
  | { order: OrderKind[] }
  /** What stands was there before the zone was established, or before the provision first held (by its id). */
  | { stood: StoodBefore }
  /** Another rule's outcome in the same check: on the same feature where both look at one theme, else anywhere. */
  | { rule: string; outcome: ReadOutcome[] };

export type OrderKind = "regional_limit" | "approval_suspension";
export type StoodBefore = "before_zone" | "before_rule";
/** Outcomes that are known: an unknown one leaves the question open, so that no row can be built on not knowing. */
export type ReadOutcome = "triggered" | "near" | "not_triggered";

/** Exactly one of these. `setting` names an operator setting that holds the number: unset means unknown. In the name,
 *  `{species}` stands for the value of that attribute. `as_of: "on_or_after"` compares a date with the as-of date:
 *  true when the date is on or after it; `before`, when it is earlier than the as-of date; `on_or_before`, also on the day. */
export type Comparison =
  | { in: (string | number | boolean)[] }
  | { includes_any: string[] }
  /** One of these was stated. Absence is false: for what only its being said can prove (a named sewer contradicts «emits nothing»). */
  | { stated_in: string[] }
  /** Of a code with levels (GB/T 4754): one of these leads it. A code coarser than all of them is unknown. */
  | { starts_with: string[] }
  | { gte: number }
  | { lt: number }
  | { gte_setting: string }
  | { as_of: "before" | "on_or_before" | "on_or_after" };

/** Where a rule looks. `anywhere` looks at no layer. */
export type Where = {
  relation: "overlaps" | "within_m" | "outside" | "upstream" | "anywhere";
  theme: string | null;
  within_m: number | null;
  /** Instead of `within_m`, where the source gives no number: the operator setting that must hold the metres. Unset, no
   *  distance is assumed: the rule cannot tell, wherever in its district the site lies. */
  within_setting?: string;
};

/** `article: "*"` cites the whole text (a reply without articles). */
export type Article = { article: string; paragraph: string | null; item: string | null };

export type Rule = {
  id: string;
  instrument: string;
  article: Article;
  /** Half-open: in force on `valid_from`, no longer on `valid_to`. */
  valid_from: string;
  valid_to: string | null;
  where: Where;
  who: { classes: string[]; actions: Action[]; condition: Condition | null };
  /** On the feature and the as-of date; null: every feature of the theme. */
  when: Condition | null;
  effect: Effect;
  gist: Text;
  /** Verbatim text, loaded by the operator; we ship it empty. */
  quote: string | null;
  next_step: Text;
  office: Text;
  confidence: Confidence;
  /** For whoever edits the row: why it is drawn so. Never shown. */
  note?: string;
};

export type Instrument = {
  id: string;
  title: Text;
  number: string | null;
  issuer: Text;
  rank: Rank;
  /** What it is while its dates run. */
  status: InstrumentStatus;
  /** GB/T 2260 code; null: national. */
  jurisdiction: string | null;
  in_force_from: string;
  in_force_until: string | null;
  /** A work plan's last year: from this day on it ranks as `review` at most. */
  horizon: string | null;
  successor: string | null;
  url: string | null;
  confidence: Confidence;
  /** For whoever edits the file. Never shown. */
  note?: string;
};

export type AttributeSpec = {
  name: string;
  title: Text;
  help: Text;
  type: "choice" | "choices" | "number" | "integer" | "boolean" | "text" | "date";
  unit: string | null;
  options: { value: string; title: Text }[] | null;
  min: number | null;
  max: number | null;
  /** Regular expression that a text must match. */
  pattern?: string;
  /** What absence means where the vocabulary says so (see `purpose`); null: absence is unknown. */
  absent: string | null;
};

export type ActivitySpec = {
  code: string;
  title: Text;
  aliases: Text[];
  note: Text;
  tags: string[];
  actions: Action[];
  /** Names of AttributeSpec. */
  attributes: string[];
  /** Attribute values that lie in the nature of the activity (waterworks: `purpose: supply`) and are not asked. */
  fixed: Record<string, string | number | boolean | string[]>;
  /** Classes that choosing this activity asserts. */
  asserts: string[];
};

export type ClassSpec = {
  code: string;
  title: Text;
  /** Reads the activity, its attributes, settings and other classes; never a feature or a date. */
  condition: Condition;
  source: string;
  confidence: Confidence;
};

export type ThemeSpec = {
  theme: string;
  title: Text;
  /** Layer id, whether or not this version of the program has the layer. */
  layer: string;
  /** Column values of the layer that select the theme's features; empty: every feature. */
  match: Record<string, string>;
  /** Lying in or near a feature restricts nothing by itself (a park, a river, the supply network): not a notice. */
  plain?: boolean;
  /** GB/T 2260 code of the district, or of each district, whose plans alone know this theme: elsewhere it is not missed.
   *  Absent: everywhere. */
  jurisdiction?: string | string[];
};

/** What a district asks, versioned; stored with each check. Protection zones cannot be left off. */
export type Checklist = {
  /** GB/T 2260 code, or `national` for a site in no known district. */
  jurisdiction: string;
  version: number;
  valid_from: string;
  valid_to: string | null;
  themes: string[];
  source: Text;
};

/** One operator setting of a place. `value` null: not set here, and `fill` says what would fill it; the next place up the
 *  tree is asked. */
export type Setting = {
  name: string;
  value: number | null;
  /** A unit of its family (`vocabulary/settings.json`). */
  unit: string;
  title: Text;
  /** Null where nothing is set. */
  source: { title: Text; article: Text | null; date: string | null } | null;
  confidence: Confidence | null;
  fill?: Text;
  /** For whoever edits the file. Never shown. */
  note?: string;
};

/** `geodata/settings/<jurisdiction>.json`. */
export type PlaceSettings = {
  /** GB/T 2260 code of a province, prefecture or district, or `national`. */
  jurisdiction: string;
  settings: Setting[];
};

/** Settings whose names begin alike (`bank_width_m.yc_r42`), and the units that they may have. */
export type SettingFamily = {
  family: string;
  title: Text;
  units: { unit: string; title: Text }[];
  /** Names after the family that are known though no rule reads them (norms that other parts of the service read). */
  names: string[];
};

/** An order that limits or suspends approvals (区域限批、暂停审批): a dated record on a feature or on a whole district. */
export type Order = {
  id: string;
  kind: OrderKind;
  /** GB/T 2260 code. */
  jurisdiction: string;
  /** A feature of one of these layers by its code; `jurisdiction`: the whole district of that GB/T 2260 code. */
  target: { layer: "control_area" | "industrial_park" | "jurisdiction"; code: string };
  /** Half-open: in force on `from`, no longer on `until`; null while it stands. */
  from: string;
  until: string | null;
  cause: Text;
  /** Number of the document that ordered it. */
  number: string | null;
  issuer: Text;
  /** What lifted it; null while it stands, and where it ended by its own term. */
  released_by: Text | null;
  confidence: Confidence | "schematic";
};

/** Everything the files of `geodata/` say about law and words, frozen. `version` is a hash of the files. */
export type Catalogue = {
  version: string;
  instruments: Instrument[];
  rules: Rule[];
  activities: ActivitySpec[];
  /** What an activity's tags mean, by tag. */
  tags: Record<string, Text>;
  attributes: AttributeSpec[];
  classes: ClassSpec[];
  themes: ThemeSpec[];
  checklists: Checklist[];
  /** Operator settings that hold everywhere, by name; a name that is absent is unset unless a place sets it. */
  settings: Record<string, number>;
  /** Settings of places, the national file among them. Absent in catalogues kept before 2026-11-26. */
  place_settings?: PlaceSettings[];
  setting_families?: SettingFamily[];
  /** Absent in catalogues kept before 2026-11-26. */
  orders?: Order[];
};
