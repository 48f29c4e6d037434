/** Wire types of `/api/checks`. Coordinates are CGCS2000 (EPSG:4490) lon,lat; `_m2` is on the ellipsoid unless the
 *  name ends in `_gk_m2`; `null` means "does not apply", never zero. */
import type { AnyGeoJson, Fault, Geometry, Lang } from "./common.ts";

export type Action = "new" | "rebuilt" | "expanded" | "existing" | "operating";

export type Effect =
  | "prohibit"
  | "gate"
  | "allowlist"
  | "remove"
  | "relocate"
  | "suspend"
  | "review"
  | "restrict"
  | "no_increase"
  | "replace"
  | "replace_reduce"
  | "condition"
  | "approval"
  | "duty";

export type Outcome = "triggered" | "near" | "touches" | "cannot_tell" | "no_data" | "failed" | "not_triggered";

/** Worst first. */
export type Conclusion =
  | "prohibited"
  | "must_withdraw"
  | "suspended"
  | "undetermined"
  | "restricted"
  | "conditional"
  | "notice"
  | "clear";

export type Standing = "formal" | "screening" | "demonstration";
export type Basis = "approved_polygon" | "computed_default" | "schematic";
export type Relation = "within" | "overlaps" | "crosses" | "touches" | "near" | "outside" | "upstream";
export type CoverageState = "loaded" | "declared_none" | "not_loaded";
export type ThemeStatus = "affected" | "touches" | "near" | "clear" | "cannot_tell" | "no_data" | "failed" | "not_asked";
export type Rank = "law" | "administrative_regulation" | "department_rule" | "normative_document" | "work_plan" | "standard";
export type InstrumentStatus = "in_force" | "draft" | "repealed" | "horizon_passed" | "unverified";

export type CheckRequest = {
  name: string;
  /** A code of `GET /api/activities`. */
  activity: string;
  action: Action;
  /** Only the names that `GET /api/activities` lists for the activity. */
  attributes?: Record<string, AttributeValue>;
  geometry: AnyGeoJson;
  /** EPSG:4326 (default), 4490, 3857 or 4491-4554; x,y order. */
  crs?: string;
  /** yyyy-mm-dd, default today in Asia/Shanghai. */
  as_of?: string;
  /** How far the drawn site may be from the true one, in metres; default 0. */
  accuracy_m?: number;
};
export type AttributeValue = string | number | boolean | string[];

/** Why a rule cannot be answered: the name of what is missing, or how the boundary's accuracy forbids it. */
export type Reason = {
  code:
    | "missing_attribute"
    | "unset_setting"
    /** The districts that may hold the site set it differently. */
    | "setting_differs"
    /** An order of this kind stands in one of the districts that may hold the site. */
    | "order_unsettled"
    /** Another rule, on which this one depends, could not be answered. */
    | "rule_unsettled"
    | "missing_feature_attribute"
    | "boundary_accuracy"
    | "not_covered"
    | "measurement_failed"
    | "network_not_loaded"
    | "several_features"
    | "sliver"
    | "contact"
    | "assumed_attribute"
    /** The provision speaks of such a project and place, but not of this action. */
    | "action_not_named"
    /** ... and no other rule answers for this project there. */
    | "unanswered";
  /** The attribute, setting or theme; empty where the code says it all. */
  name: string;
  /** A sentence in the language of the check. */
  text: string;
  /** boundary_accuracy: metres the site reaches inside the drawn line (positive) or stays outside of it (negative). */
  depth_m?: number;
};

/** An operator setting that a rule read for the project. */
export type SettingUsed = {
  name: string;
  title: string;
  value: number;
  unit: string | null;
  /** GB/T 2260 code of the place whose file sets it, or `national`. */
  jurisdiction: string;
  /** Title, article and date; null where the catalogue names none. */
  source: string | null;
  /** As said in the report. */
  text: string;
};

/** An order in force on the feature, or on its district where the rule asks for orders. */
export type OrderInForce = {
  id: string;
  kind: "regional_limit" | "approval_suspension";
  number: string | null;
  issuer: string;
  cause: string;
  from: string;
  /** First day on which it no longer holds; null while it stands. */
  until: string | null;
  /** As said in the report. */
  text: string;
};

/** Of what stands against a ban or an order to withdraw: which day decided, and what that means. */
export type DecidedBy = {
  what: "zone" | "rule";
  /** The ban stands from this day: the later of the zone's and the rule's. */
  date: string;
  /** Since when it stands: a date or a year. */
  since: string;
  /** It was there before the ban; otherwise it was built against it. */
  before: boolean;
  text: string;
};

export type Finding = {
  /** Position in the check, stable: `f1`, `f2` ... */
  id: string;
  rule: string;
  outcome: Outcome;
  effect: Effect;
  /** What this finding contributes by itself. */
  conclusion: Conclusion;
  layer: string | null;
  theme: string | null;
  theme_title: string | null;
  feature: string | null;
  feature_name: string | null;
  relation: Relation | null;
  overlap_m2: number | null;
  overlap_length_m: number | null;
  /** Mean width (2 x area / perimeter) of the widest piece. */
  overlap_width_m: number | null;
  /** Points of the site inside the feature; null where the site has no points. */
  overlap_points: number | null;
  /** Overlap over the site's area (polygon), length (line) or count (points). */
  share_of_site: number | null;
  /** To the drawn boundary; 0 where they meet. */
  distance_m: number | null;
  /** Where the feature lies as seen from the site's nearest point: degrees clockwise from grid north; null where they
   *  meet. Checks stored before 2026-11-24 lack it. */
  bearing_deg: number | null;
  basis: Basis | null;
  accuracy_m: number | null;
  /** Facts of the feature that a reader of the finding needs: a deadline, an order's number, date and reason. */
  told: { name: string; title: string; value: string }[];
  /** The clipped pieces; null where there are none. */
  piece: Geometry | null;
  instrument: string;
  instrument_title: string;
  rank: Rank;
  status: InstrumentStatus;
  /** As cited, for example 第三百一十九条第一款. */
  article: string;
  gist: string;
  quote: string | null;
  reasons: Reason[];
  /** Checks stored before 2026-11-26 lack these three. */
  settings: SettingUsed[];
  orders: OrderInForce[];
  decided_by: DecidedBy | null;
  next_step: string;
  office: string;
  confidence: "verified" | "memory" | "local_choice";
};

export type ThemeAnswer = {
  theme: string;
  title: string;
  status: ThemeStatus;
  coverage: CoverageState;
  /** The data covers the whole site; true for a theme that was not asked, of which nothing is said. */
  covered: boolean;
  /** yyyy-mm-dd of the data; null when not loaded. */
  data_date: string | null;
  source: string | null;
  basis: Basis | null;
  /** Features of the theme in force on the date in the files that cover the site, none beyond 1,000 a file counted, so
   *  that from 1,000 on there are at least as many; 0 when one of them has none; over the whole layer where no file covers it; null when unknown. */
  features: number | null;
  nearest_m: number | null;
};

export type Sliver = {
  theme: string;
  feature: string;
  feature_name: string;
  area_m2: number | null;
  width_m: number | null;
  length_m: number | null;
  /** The tolerance that hid it. */
  tolerance: { area_m2: number; width_m: number; length_m: number };
};

export type Check = {
  id: string;
  lang: Lang;
  created_at: string;
  as_of: string;
  standing: Standing;
  conclusion: Conclusion;
  known: Conclusion;
  possible: Conclusion;
  complete: boolean;
  sentence: string;
  project: {
    name: string;
    activity: string;
    activity_title: string;
    action: Action;
    action_title: string;
    attributes: Record<string, AttributeValue>;
    /** Classes of the vocabulary, three-valued. */
    classes: Record<string, "true" | "false" | "unknown">;
  };
  site: {
    geometry: Geometry;
    area_m2: number | null;
    area_gk_m2: number | null;
    length_m: number | null;
    points: number | null;
    crs_given: string;
    crs_gk: string;
    accuracy_m: number;
    jurisdictions: string[];
  };
  findings: Finding[];
  /** Ids of every finding that carries the conclusion, the highest source first. Checks stored before 2026-11-26 lack it. */
  deciding: string[];
  themes: ThemeAnswer[];
  rules_counted: { took_part: number; not_in_force: number; other_district: number; other_activity: number; not_asked: number };
  slivers: Sliver[];
  /** `code@version` of the checklist, or the national one where no district is known. */
  checklist: string;
  tolerances: { sliver_area_m2: number; sliver_width_m: number; line_length_m: number; contact_m: number; near_m: number };
  versions: { layers: Record<string, number>; rules: string; engine: string; service: string };
};

export type CheckSummary = Pick<Check, "id" | "created_at" | "as_of" | "standing" | "conclusion" | "complete" | "sentence"> & {
  name: string;
  activity: string;
  activity_title: string;
  action: Action;
  action_title: string;
  /** GB/T 2260 codes. */
  districts: string[];
  /** Disputes that stand. */
  disputes: number;
  /** When it was put away; null: it stands in the list. */
  deleted_at: string | null;
};

/** A finding that somebody does not accept, and why. The verdict stays as it is. */
export type Dispute = {
  id: string;
  /** `f1`, `f2` ... of the check. */
  finding: string;
  rule: string;
  feature: string | null;
  reason: string;
  created_at: string;
  /** Null while it stands; withdrawn ones are kept. */
  withdrawn_at: string | null;
};

export type Replay = { same: boolean; differences: { pointer: string; frozen: unknown; now: unknown }[] };

export type { Fault };
