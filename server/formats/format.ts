/** A file format, declared once: bytes in, features and notes out. Pure: no database, no clock, no network. What a file does
 *  not say is not guessed here: coordinates stay as they stand in the file, and a reference system is only passed on where
 *  the file declares one. */
import type { Geometry } from "../api/common.ts";
import type { ColumnChoice } from "../api/imports.ts";

/** One file of an upload, archives unpacked: `name` is the path inside, with `/`, never trusted as a path of this machine. */
export type InputFile = { name: string; bytes: Uint8Array };

/** A reference system as a file names it. `crs` is what this service takes it for; null: declared, but not one we know. */
export type DeclaredCrs = { text: string; crs: string | null; where: string };

/** One feature as it stands in the file. Positions are x,y: easting or longitude first, whatever the order in the file. */
export type ReadFeature = {
  /** Row, record or plot number in the file, from 1. */
  row: number;
  geometry: Geometry | null;
  properties: Record<string, unknown>;
};

/** What is wrong, or was put right, at a place in the file; `code` is a key of the messages (`import.fault.<code>`). */
export type FormatNote = {
  code: string;
  params: Record<string, string | number>;
  /** Row, record or plot, from 1; null: the file as a whole. */
  row: number | null;
  /** Position in the file's own coordinates. */
  position: [number, number] | null;
};

export type ReadLayer = {
  name: string;
  fields: { name: string; type: "text" | "number" | "boolean" | "date" }[];
  features: ReadFeature[];
  declared: DeclaredCrs | null;
  /** Null where the format has one encoding only. */
  encoding: { name: string; from: "declared" | "sniffed" | "chosen" } | null;
  /** What the file says it holds (plots, records), where it says so, and what could be read. */
  counts: { expected: number | null; read: number; faulty: number };
  /** Rows that could not be read; the others can. */
  faults: FormatNote[];
  /** Of tables alone: their columns, and what each was taken for, so that a person can say otherwise. */
  table?: TableReading;
  /** What a person should know (a point count off by one, a ring closed for them, columns taken as X,Y). */
  notes: FormatNote[];
};

/** A table as it was read. */
export type TableReading = {
  /** Left to right; a column without a header is called `column_<n>`, from 1. `first`: the first values, as text. */
  columns: { name: string; first: string[] }[];
  /** Null: no column is. `geometry` is null where the table holds whole shapes (WKT), or no coordinates were found. */
  taken: Record<"x" | "y" | "plot" | "ring" | "point" | "wkt", string | null> & { geometry: "point" | "line" | "polygon" | null };
};

/** Choices that a person made after a first look; absent: as the file says. */
export type ReadOptions = { encoding?: string; layer?: string; columns?: ColumnChoice; swap?: boolean };

/** `bytes` of all files after unpacking, `vertices` and `features` of all layers; `depth` of archives in archives, and of
 *  collections in collections. */
export type Limits = { bytes: number; vertices: number; features: number; depth: number };

export const LIMITS: Limits = { bytes: 200_000_000, vertices: 2_000_000, features: 200_000, depth: 3 };

/** Why a file cannot be read at all. */
export class FormatError extends Error {
  readonly code: string;
  readonly params: Record<string, string | number>;
  constructor(code: string, params: Record<string, string | number> = {}) {
    super(`${code} ${JSON.stringify(params)}`);
    this.code = code;
    this.params = params;
  }
}

export type Format = {
  id: string;
  /** File endings, with the dot, lower case. */
  endings: string[];
  /** How sure this format is that it reads these files, 0 to 1, from their bytes rather than their names. */
  sniff(files: readonly InputFile[]): number;
  /** Throws FormatError. */
  read(files: readonly InputFile[], options: ReadOptions, limits: Limits): Promise<ReadLayer[]>;
};
