/** What a report is made from: one frozen check with all that its pages need, in one language; and what a rendering is.
 *  Renderings are pure: equal reports give equal bytes. */
import type { Check, InstrumentStatus, Rank } from "../api/checks.ts";
import type { Geometry } from "../api/common.ts";
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
  /** SHA-256 over what was frozen, hex: `hashOf` in server/hash.ts. */
  hash: string;
  /** When the check was made, in Asia/Shanghai. */
  made_at: string;
  /** Path of the check in this service. */
  link: string;
  /** Address at which anybody can see whether this report is one of this service. */
  verify: string;
  districts: string[];
  attributes: { title: string; value: string }[];
  instruments: InstrumentRow[];
  central_meridian: number;
  coordinates: CoordinateRow[];
  /** Corners beyond those listed. */
  more_coordinates: number;
  /** Why there are no coordinates; null when there are. */
  coordinates_failed: string | null;
  figures: ReportFigure[];
  /** Features that a finding speaks of, as frozen; null unless asked for. */
  features: ReportFeature[] | null;
};

/** `geometry` in EPSG:4490, lon,lat. */
export type ReportFeature = { layer: string; code: string; name: string; theme: string; geometry: Geometry };

/** Files that renderings need beside the report: fonts with every sign a report may hold (OpenType, regular and bold, then
 *  those for rarer signs) and the program that turns drawings into pictures (WebAssembly). */
export type Assets = {
  fonts: { regular: Uint8Array; bold: Uint8Array; rare: Uint8Array; rare_bold: Uint8Array };
  resvg: Uint8Array;
};

/** One file type of a report. */
export type Rendering = {
  /** The ending of the file and of the URL. */
  id: string;
  type: string;
  /** In the browser, rather than kept as a file. */
  shown?: boolean;
  /** Takes so long that it is done beside the service, not in it. */
  heavy?: boolean;
  /** Shapes of the features met are part of it. */
  features?: boolean;
  render(report: Report, assets: () => Promise<Assets>): Promise<string | Uint8Array>;
};
