/** Wire types of `/api`, `/api/collections`, `/style.json` and TileJSON. */
import type { Action, AttributeValue, Basis, CoverageState } from "./checks.ts";
import type { Feature, Link, Text } from "./common.ts";

/** The ground map that the operator has configured. */
export type Ground = {
  title: Text;
  /** Whose it is; shown with the map. */
  attribution: Text;
  /** 审图号, shown with the map. */
  approval_no: string;
};

export type Landing = {
  title: string;
  description: string;
  /** yyyy-mm-dd in Asia/Shanghai: the default as-of date. */
  today: string;
  /** True while any loaded layer is schematic sample data: every screen says 示例数据. */
  sample_data: boolean;
  /** Where the map opens, `[west, south, east, north]`. */
  bbox: [number, number, number, number];
  /** The districts that are loaded, by code. */
  places: { code: string; name: Text; bbox: [number, number, number, number] }[];
  /** Null: the layers stand on a plain ground, and nobody else is asked for tiles. */
  ground: Ground | null;
  links: Link[];
};

export type CoverageEntry = {
  theme: string;
  title: string;
  jurisdiction: string;
  jurisdiction_name: string;
  state: CoverageState;
  data_date: string | null;
  source: string | null;
  licence: string | null;
  basis: Basis | null;
};

export type ColumnInfo = {
  name: string;
  title: Text;
  type: string;
  unit: string | null;
  /** The only values, with their words; null: any. */
  values: Record<string, Text> | null;
  /** Said with findings on a feature. */
  told: boolean;
  /** The layer whose feature the value names; null: none. */
  refers: string | null;
  /** Every feature says it. Of a layer made of kinds, a kind may require more of its own. */
  required: boolean;
};

/** One row of a legend. `pattern` names an image the map makes (`hatch-dense`, `hatch-wide` ...), null for none. */
export type LegendEntry = {
  theme: string;
  title: Text;
  kind: "fill" | "line" | "point";
  /** Pictogram of a point, null for fills and lines. */
  icon: string | null;
  color: string;
  outline: string;
  dash: number[] | null;
  pattern: string | null;
  /** Drawn from this zoom on. */
  minzoom: number;
};

export type Collection = {
  id: string;
  title: string;
  titles: Text;
  description: string;
  itemType: "feature";
  extent: { spatial: { bbox: number[][]; crs: string }; temporal: { interval: (string | null)[][] } } | null;
  crs: string[];
  storageCrs: string;
  geometry: "point" | "line" | "polygon";
  minzoom: number;
  maxzoom: number;
  columns: ColumnInfo[];
  legend: LegendEntry[];
  coverage: CoverageEntry[];
  licence: string | null;
  features: number;
  links: Link[];
};

/** One field to filter by. */
export type Queryable = {
  title: string;
  type: "string" | "number" | "integer" | "boolean" | "array";
  format?: "date";
  items?: { type: "string" };
  /** The only values; `description` has their words. */
  enum?: string[];
  description?: string;
  "x-ogc-unit"?: string;
  "x-ogc-role"?: "id";
};

/** `/api/collections/{layer}/queryables`: a JSON Schema, as OGC API Features Part 3 has it. */
export type Queryables = {
  $schema: string;
  $id: string;
  type: "object";
  title: string;
  description: string;
  properties: Record<string, Queryable>;
  additionalProperties: false;
};

/** A registered facility as the project of a check, as a sweep judges it. */
export type FacilityProject = {
  activity: string;
  /** Those of `existing` and `operating` that the activity knows; never empty. */
  actions: Action[];
  attributes: Record<string, AttributeValue>;
};

/** One feature by its code, with the theme that paints it. `project`: of a facility; null where the register says what the
 *  vocabulary does not have. */
export type Item = Feature & { theme: string; project?: FacilityProject | null; links: Link[] };

export type TileJson = {
  tilejson: "3.0.0";
  tiles: string[];
  minzoom: number;
  maxzoom: number;
  bounds: number[];
  vector_layers: { id: string; fields: Record<string, string>; minzoom: number; maxzoom: number }[];
};
