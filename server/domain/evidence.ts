/** What the database measured between a site and the layers: the only facts that judgement sees. Metres and square
 *  metres; areas and lengths on the ellipsoid; distances in the check's Gauss-Krueger frame; `null` = does not apply. */
import type { Basis, CoverageState } from "../api/checks.ts";
import type { Geometry } from "../api/common.ts";

/** One number says what may be noise, another what matters: in a first-level zone the legal limit is zero, so what the
 *  tolerance hides is never clear but `touches`, and stands in the ledger. */
export type Tolerances = {
  sliver_area_m2: number;
  sliver_width_m: number;
  line_length_m: number;
  contact_m: number;
  near_m: number;
};

export const TOLERANCES: Tolerances = {
  sliver_area_m2: 1, // unions of pieces below this are listed, not counted
  sliver_width_m: 0.1, // unions that erosion by half of this wipes out are listed, not counted
  line_length_m: 1, // lines shorter than this inside are listed, not counted
  contact_m: 0.1, // closer than this without overlap is contact
  near_m: 1000, // screening distance
};

/** The site as measured. `dimension` parts may all be present: a site can have polygons, lines and points. */
export type SiteEvidence = {
  area_m2: number | null;
  area_gk_m2: number | null;
  length_m: number | null;
  points: number | null;
  /** EPSG code of the check's frame, 4534-4554. */
  srid_gk: number;
  accuracy_m: number;
};

/** No theme's features are counted beyond this in a file: that there are any is the proof, and a country's are not counted
 *  for it. A number from here on means "at least". */
export const MOST_COUNTED = 1000;

/** How much of the site lies in a shape: the union of the pieces of the right dimension. */
export type Overlap = {
  /** Above the tolerance in at least one dimension. */
  counts: boolean;
  area_m2: number | null;
  /** 2 x area / perimeter of the widest piece. */
  width_m: number | null;
  length_m: number | null;
  points: number | null;
};

export type FeatureEvidence = {
  layer: string;
  code: string;
  name: { zh: string; en: string };
  /** All columns of the layer but the geometry. */
  columns: Record<string, unknown>;
  basis: Basis;
  accuracy_m: number | null;
  overlap: Overlap;
  /** The same against the shape shrunk and grown by zone + site accuracy (a schematic zone's is 0: it is taken as drawn); equal
   *  to `overlap` where that is 0. */
  overlap_shrunk: Overlap;
  overlap_grown: Overlap;
  /** The whole site lies in the shape (drawn, shrunk, grown). */
  inside: boolean;
  inside_shrunk: boolean;
  inside_grown: boolean;
  /** To the drawn shape; 0 where they meet. */
  distance_m: number;
  /** Towards the nearest point of the shape, degrees clockwise from grid north; null where they meet. */
  bearing_deg: number | null;
  /** Deepest point of the overlap below the drawn boundary; null without overlap. */
  depth_m: number | null;
  /** Clipped pieces in EPSG:4490; null where there are none. */
  piece: Geometry | null;
};

/** One layer's measurement: features within the screening distance, nearest first; or the failure that broke it. */
export type LayerEvidence =
  /** `counts`: per theme, the features in force in the files that cover the site; 0 when one of those files has none. */
  | {
      state: "measured";
      features: FeatureEvidence[];
      counts: Record<string, number>;
      version: number;
      /** Themes of the layer whose measurement broke, by name, with the reason: the others stand. Absent: none. */
      failed?: Record<string, string>;
    }
  | { state: "failed"; reason: string };

/** Coverage of one theme as seen from the site. */
export type ThemeCoverage = {
  theme: string;
  /** Worst state of the districts that the site touches. */
  state: CoverageState;
  /** For each distance asked (0 and every `within_m` of a rule): the covered area holds the site grown by it. */
  covers: Record<string, boolean>;
  data_date: string | null;
  source: string | null;
  basis: Basis | null;
};

/** Why a theme could not be measured; undefined where it was, or where its layer was not asked. */
export function failureOf(theme: string, layer: LayerEvidence | undefined): string | undefined {
  return layer?.state === "failed" ? layer.reason : layer?.failed?.[theme];
}

export type Evidence = {
  site: SiteEvidence;
  layers: Record<string, LayerEvidence>;
  coverage: Record<string, ThemeCoverage> | { failed: string };
};
