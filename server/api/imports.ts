/** Wire types of `/api/imports`. Coordinates are CGCS2000 lon,lat unless a name says `file_`; `_m2` is on the ellipsoid;
 *  `null` means "does not apply" or "not yet". */
import type { Basis } from "./checks.ts";
import type { FeatureCollection, Geometry, Link, Position } from "./common.ts";

/** `EPSG:4326`, `EPSG:4490`, `EPSG:3857`, `EPSG:4491`-`EPSG:4554`; `GCJ-02` and `BD-09` where somebody asks for them. */
export type ImportCrs = string;

/** `swap`: the file has y,x. `score` ranks; it is no probability. */
export type ImportCandidate = { crs: ImportCrs; swap: boolean; score: number; reason: string };

/** What is wrong with a row, or was put right in it. */
export type ImportFault = {
  /** Row, record or plot number in the file, from 1; null: the file as a whole. */
  row: number | null;
  code: string;
  detail: string;
  /** `[lon, lat]`; null where the fault has no place, or no reference system is chosen yet. */
  position: [number, number] | null;
  /** The same place in the file's own coordinates. */
  file_position: [number, number] | null;
};

/** A mended shape, offered; it is taken only where `apply` says `repair: true`. */
export type ImportRepair = { row: number; geometry: Geometry; area_before_m2: number | null; area_after_m2: number | null };

export type ImportLayer = { name: string; features: number };

export type Import = {
  id: string;
  created_at: string;
  /** After this moment the upload and what was read of it are removed. */
  kept_until: string;
  files: { name: string; bytes: number }[];
  format: string;
  /** All layers of the file; `layer` names the one told here. */
  layers: ImportLayer[];
  layer: string;
  fields: { name: string; type: "text" | "number" | "boolean" | "date" }[];
  /** Of a coordinate table: its columns with their first values, and which of them was taken for what (null: none); null: the
   *  file is no table. `POST .../read` takes the names, as `columns`. */
  table: {
    columns: { name: string; first: string[] }[];
    taken: Record<"x" | "y" | "plot" | "ring" | "point" | "wkt", string | null> & {
      geometry: "point" | "line" | "polygon" | null;
    };
  } | null;
  encoding: string | null;
  encoding_from: "declared" | "sniffed" | "chosen" | null;
  crs: {
    declared: { text: string; crs: ImportCrs | null; where: string } | null;
    /** Best first. */
    candidates: ImportCandidate[];
    /** True: the file declares the first, and nothing contradicts it: it holds unless another is chosen. */
    certain: boolean;
    warnings: string[];
    /** Why no reference system may be chosen at all (Xi'an 80, Beijing 54); null: one may. */
    refused: string | null;
    /** The one that this preview is in; null: none is known, and nothing is drawn. */
    used: ImportCrs | null;
    swap: boolean;
    /** What the choice adds to the uncertainty of every position, metres. */
    accuracy_m: number;
  };
  counts: { expected: number | null; read: number; faulty: number };
  notes: ImportFault[];
  /** The first of them; `faults_total` counts all. */
  faults: ImportFault[];
  faults_total: number;
  repairs: ImportRepair[];
  /** `[west, south, east, north]`. */
  bounds: [number, number, number, number] | null;
  /** A page of the rows in the order of the file, simplified for display; `id` is the row. Without a reference system, or
   *  with a fault, a row has no geometry. */
  features: FeatureCollection;
  numberMatched: number;
  links: Link[];
  /** What was last written into a layer from this import, and stands; null: nothing. */
  applied: ImportChange | null;
};

/** What an import did to a layer. */
export type ImportChange = {
  id: string;
  at: string;
  who: string;
  layer: string;
  district: string;
  valid_from: string;
  written: number;
  /** Lives that ended because of it. */
  closed: number;
  left_out: number;
  undone_at: string | null;
};

export type ImportSummary = Pick<Import, "id" | "created_at" | "kept_until" | "files" | "format"> & {
  features: number;
  changes: ImportChange[];
};

/** Which columns of a table are what, by the names that `TableReading` gives; an empty name: no column is. `x` is easting or
 *  longitude; `x` and `y` go together, or `wkt` stands alone, whose cells are whole shapes. */
export type ColumnChoice = {
  x?: string;
  y?: string;
  wkt?: string;
  plot?: string;
  ring?: string;
  point?: string;
  geometry?: "point" | "line" | "polygon";
};

/** How a kept upload is to be read. */
export type ReadAgain = {
  encoding?: string;
  columns?: ColumnChoice;
  swap?: boolean;
  /** The only layer of the file that is read; absent: all. */
  layer?: string;
};

type Chosen = {
  /** Layer of the file; absent: the first with features. */
  file_layer?: string;
  /** The reference system that a person chose; absent: the declared one, where it fits. */
  crs_chosen?: ImportCrs;
  /** With `crs_chosen`: the file has y,x. */
  swap?: boolean;
  /** Takes the mended shape of a row whose own is not valid. */
  repair?: boolean;
};

export type ApplyAsSite = Chosen & { as: "site"; /** Rows to take; absent: all. */ rows?: number[] };

/** Fields of the file by what they say; a value is matched by code or by its words in either language. */
export type ApplyAsScreening = Chosen & {
  as: "screening";
  name: string;
  as_of?: string;
  /** For every site whose row says none of its own. */
  activity?: string;
  action?: string;
  attributes?: Record<string, unknown>;
  mapping: { name?: string; activity?: string; action?: string; attributes?: Record<string, string> };
  accuracy_m?: number;
};

export type ApplyAsLayer = Chosen & {
  as: "layer";
  layer: string;
  /** GB/T 2260 code of the district whose data this is. */
  district: string;
  /** First day on which the features hold, for rows that say none of their own. */
  valid_from: string;
  mode: "all_or_nothing" | "good_rows";
  /** Column of the layer -> field of the file; null: not from the file. Absent columns are found by name and synonym. */
  mapping?: Record<string, string | null>;
  /** Column -> value, where the row says nothing. */
  defaults?: Record<string, unknown>;
  source: {
    /** Where the data comes from. */
    title: string;
    /** yyyy-mm-dd */
    data_date: string;
    licence?: string;
    basis: Basis;
    /** Required with `computed_default` and `approved_polygon`, metres. */
    accuracy_m?: number;
    /** All three required with `approved_polygon`. */
    approval_no?: string;
    approval_body?: string;
    approval_date?: string;
  };
  /** Themes of which this file holds every feature of the district: the claim that a "clear" rests on. Absent: none. */
  covers?: string[];
};

export type Apply = ApplyAsSite | ApplyAsScreening | ApplyAsLayer;

/** Ready to be sent to `POST /api/checks`. */
export type SiteOfImport = {
  as: "site";
  geometry: Geometry;
  crs: "EPSG:4490";
  accuracy_m: number;
  area_m2: number | null;
  length_m: number | null;
  points: number | null;
  bbox: [number, number, number, number];
  rows: number[];
};

export type ScreeningOfImport = { as: "screening"; screening: string; total: number };

export type LayerOfImport = {
  as: "layer";
  /** Null for a trial. */
  change: ImportChange | null;
  total: number;
  good: number;
  /** Column -> field, as it was used. */
  mapping: Record<string, string>;
  /** Fields that no column takes. */
  unused: string[];
  faults: ImportFault[];
  faults_total: number;
};

export type Applied = SiteOfImport | ScreeningOfImport | LayerOfImport;

export type { Position };
