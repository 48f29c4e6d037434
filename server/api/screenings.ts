/** Wire types of `/api/screenings`: up to 10,000 sites judged in the background. Coordinates are CGCS2000 lon,lat; `_m2` is
 *  on the ellipsoid; `null` means "does not apply" or "not yet". */
import type { Conclusion, CoverageState, Effect, Outcome, Relation, Standing, ThemeStatus } from "./checks.ts";
import type { AnyGeoJson, Fault, Geometry } from "./common.ts";

export type RunState = "queued" | "running" | "done" | "cancelled" | "failed";

export type ScreeningRequest = {
  name: string;
  /** yyyy-mm-dd, default today in Asia/Shanghai. */
  as_of?: string;
  /** For every site that names none of its own; default EPSG:4326. */
  crs?: string;
  /** Properties: `name`, `activity`, `action`, `attributes`, and, where they differ, `crs` and `accuracy_m`. */
  sites: {
    type: "FeatureCollection";
    features: { type: "Feature"; geometry: AnyGeoJson; properties: Record<string, unknown> }[];
  };
};

export type Screening = {
  id: string;
  name: string;
  as_of: string;
  state: RunState;
  total: number;
  /** Judged or faulty. */
  done: number;
  faulty: number;
  conclusions: Partial<Record<Conclusion, number>>;
  /** Sites that bear the name of another. */
  duplicates: number;
  /** Versions of the rules the sites were judged by; more than one when they changed on the way. */
  rules: string[];
  /** Layers whose data changed on the way. */
  changed_layers: string[];
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
  /** Why it failed, in a sentence; null unless `state` is `failed`. */
  failure: string | null;
};

/** One finding of a site, in short. */
export type ScreenedFinding = {
  rule: string;
  outcome: Outcome;
  effect: Effect;
  /** What this finding contributes by itself. */
  conclusion: Conclusion;
  theme: string | null;
  feature: string | null;
  feature_name: string | null;
  relation: Relation | null;
  overlap_m2: number | null;
  overlap_length_m: number | null;
  share_of_site: number | null;
  distance_m: number | null;
  instrument_title: string;
  article: string;
  gist: string;
};

export type ScreenedSite = {
  /** From 1, in the order given. */
  n: number;
  name: string | null;
  activity: string | null;
  /** As the vocabulary calls it; null until judged. */
  activity_title: string | null;
  action: string | null;
  /** Numbers of other sites of the same name. */
  same_name: number[];
  /** Properties of the row that nothing reads. */
  ignored: string[];
  /** `waiting`: not looked at yet, so nothing is known of it. */
  state: "judged" | "faulty" | "waiting";
  state_title: string;
  /** What is wrong with the row; empty when it could be judged or was not looked at yet. */
  faults: Fault[];
  result: {
    standing: Standing;
    conclusion: Conclusion;
    known: Conclusion;
    possible: Conclusion;
    complete: boolean;
    sentence: string;
    geometry: Geometry;
    area_m2: number | null;
    length_m: number | null;
    points: number | null;
    jurisdictions: string[];
    findings: ScreenedFinding[];
    themes: { theme: string; title: string; status: ThemeStatus; coverage: CoverageState; covered: boolean }[];
    slivers: number;
  } | null;
};

/** One site on a map. */
export type SiteOutline = { n: number; name: string | null; conclusion: Conclusion; geometry: Geometry };
