/** A file format to be written, declared once: a layer of features in, bytes and notes out. Pure: equal input gives equal bytes, so
 *  the date comes from the caller. Coordinates come in CGCS2000 degrees and leave in the system asked for. */
import type { Geometry, Lang, Text } from "../../api/common.ts";

export type OutField = {
  /** As the service spells it. */
  name: string;
  title: Text;
  type: "text" | "number" | "integer" | "boolean" | "date" | "list";
  unit: string | null;
  /** The only values, with their words. */
  values: Record<string, Text> | null;
};

export type OutFeature = { geometry: Geometry | null; properties: Record<string, unknown> };

export type OutLayer = {
  /** ASCII: the stem of file names, and the name of a table. */
  name: string;
  title: Text;
  fields: readonly OutField[];
  /** Fields that hold the number and the name of a feature, as plots and placemarks have them. */
  code: string;
  label: string;
  features: readonly OutFeature[];
};

export type OutEncoding = "utf8" | "gbk";
/** How turning points are written: degrees as decimals or with minutes and seconds, beside metres; or metres alone. */
export type Notation = "decimal" | "dms" | "gk";

export const ENCODINGS: readonly OutEncoding[] = ["utf8", "gbk"];
export const NOTATIONS: readonly Notation[] = ["decimal", "dms", "gk"];

export type OutOptions = {
  /** One of CRS_WRITTEN. */
  crs: string;
  encoding: OutEncoding;
  notation: Notation;
  lang: Lang;
  /** yyyy-mm-dd: the day of which the features are told. */
  date: string;
};

/** What a person should know of the file; `code` is a key of the messages (`export.note.<code>`). */
export type OutNote = { code: string; params: Record<string, string | number> };

export type OutFile = { bytes: Uint8Array; filename: string; contentType: string; notes: OutNote[] };

export type Writer = {
  /** What a request says, `f=<id>`. */
  id: string;
  /** With the dot. */
  ending: string;
  encodings: readonly OutEncoding[];
  notations: readonly Notation[];
  /** Whether it can hold this system. */
  takes(crs: string): boolean;
  /** `degrees`: CGCS2000 longitude and latitude unless asked otherwise; `wgs84`: nothing else by its standard; `metres`: a zone. */
  usual: "degrees" | "wgs84" | "metres";
  /** Throws FormatError. */
  write(layer: OutLayer, options: OutOptions): Promise<OutFile>;
};

/** A value as a cell of text, number or truth; lists as JSON, so that they can be read again; null: unknown. */
export function cellOf(value: unknown): string | number | boolean | null {
  if (value === null || value === undefined) return null;
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value === "string" || typeof value === "boolean") return value;
  return JSON.stringify(value);
}

/** A value as text; empty: unknown. */
export function textOf(value: unknown): string {
  return String(cellOf(value) ?? "");
}
