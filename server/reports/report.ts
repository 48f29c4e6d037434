/** What a report is made from: one frozen check with all that its pages need, in one language; and what a rendering is.
 *  Renderings are pure: equal reports give equal bytes. */
import type { Check, InstrumentStatus, Rank, ThemeAnswer } from "../api/checks.ts";
import type { Drawing } from "./figure.ts";

export type InstrumentRow = {
  id: string;
  title: string;
  number: string | null;
  issuer: string;
  rank: Rank;
  /** On the check's date. */
  status: InstrumentStatus;
  from: string;
  until: string | null;
  confidence: string;
};

/** A corner of the site: `x` northing and `y` easting in the check's frame (metres), degrees of CGCS2000. */
export type CoordinateRow = { part: number; ring: number; number: number; x: number; y: number; lon: number; lat: number };

/** `place`: the section it stands in. */
export type ReportFigure = { number: number; title: string; place: "project" | "results" | "annex" } & (
  | { drawing: Drawing }
  /** Why there is none, as a sentence. */
  | { failed: string }
);

export type Report = {
  check: Check;
  /** SJ-20261124-1A2B3C4D: the day in Asia/Shanghai and the beginning of the check's id. */
  number: string;
  /** SHA-256 over what was frozen, hex: `hashOf` in server/report.ts. */
  hash: string;
  /** When the check was made, in Asia/Shanghai. */
  made_at: string;
  /** Path of the check in this service. */
  link: string;
  districts: string[];
  attributes: { title: string; value: string }[];
  instruments: InstrumentRow[];
  /** Version of the layer a theme lies in; null where it was not read. */
  layer_version: (theme: ThemeAnswer) => number | null;
  central_meridian: number;
  coordinates: CoordinateRow[];
  /** Corners beyond those listed. */
  more_coordinates: number;
  /** Why there are no coordinates; null when there are. */
  coordinates_failed: string | null;
  figures: ReportFigure[];
};

/** One file type of a report. */
export type Rendering = {
  /** The ending of the file and of the URL. */
  id: string;
  type: string;
  render(report: Report): string | Uint8Array;
};
