/** A report before it is any file: its parts in order, every word and figure as it will be read. Each rendering writes this
 *  down in its own way and works out nothing, so that a number is the same on paper, in Word and in a spreadsheet. */
import type { Conclusion } from "../api/checks.ts";
import type { Lang } from "../api/common.ts";
import type { Drawing } from "./figure.ts";

/** Words in one manner. */
export type Run = {
  text: string;
  bold?: boolean;
  small?: boolean;
  /** #RRGGBB. */
  color?: string;
  /** Identifiers, in letters of one width. */
  code?: boolean;
  /** Written by whoever asked or loaded the data: it may run the other way. */
  given?: boolean;
  /** Where it leads, a path or address. */
  link?: string;
  /** Verbatim from an instrument. */
  quote?: boolean;
};
export type Line = readonly Run[];
/** Lines under one another. */
export type Lines = readonly Line[];

/** A figure as a number beside its text, for renderings that can hold one; `format` is a spreadsheet's. */
export type Value = { value: number; format: string };
export type Cell = { lines: Lines } & Partial<Value>;

export type Column = {
  title: string;
  /** Of the whole, all columns of a table make 1. */
  width: number;
};

/** A number that the text of a row holds among others, for spreadsheets: `title` of its own column with the unit. */
export type Measure = { title: string; format: string | ((value: number) => string); values: readonly (number | null)[] };

export type Table = {
  kind: "table";
  id: "instruments" | "data" | "results" | "provisions" | "coordinates" | "slivers" | "silent" | "steps" | "notes";
  caption: string;
  /** In the list of contents. */
  listed?: boolean;
  columns: readonly Column[];
  rows: readonly (readonly Cell[])[];
  measures?: readonly Measure[];
};

/** `lines` are items of a list where `items` is set. */
export type Fact = { term: string; lines: Lines; items?: boolean };

/** Boxes that say the conclusion; `hatched` for what is not known. */
export type Verdict = {
  kind: "verdict";
  color: string;
  hatched: boolean;
  text: string;
  /** Smaller, below it. */
  which: string | null;
  uncovered?: boolean;
};

export type Figure = { kind: "figure"; number: number; title: string; caption: string } & (
  | { drawing: Drawing }
  | { failed: string }
);

export type Block =
  | { kind: "facts"; facts: readonly Fact[] }
  | { kind: "paragraph"; line: Line; tone?: "note" | "sentence" | "failed" }
  | { kind: "heading"; text: string }
  | { kind: "list"; ordered: boolean; items: Lines; tone?: "silent" }
  | Verdict
  | Figure
  | Table;

export type Section = { id: string; number: number; title: string; blocks: readonly Block[] };

export type ReportDocument = {
  lang: Lang;
  service: string;
  title: string;
  number: string;
  /** Of the project. */
  name: string;
  conclusion: Conclusion;
  /** When the check was made, UTC: the date of the file. */
  created_at: string;
  /** What runs over every page, and the word across it, where data are samples. */
  sample: { running: string; word: string } | null;
  cover: readonly Fact[];
  declaration: { title: string; text: string };
  opening: readonly Block[];
  sections: readonly Section[];
  signatures: readonly { who: string; date: string }[];
  closing: readonly Fact[];
  /** `path` is that of the address in this service. */
  verify: { url: string; path: string; text: string };
  note: string;
};

/** One line of one run. */
export function plain(text: string): Lines {
  return [[{ text }]];
}

/** The words of lines, lines apart by a line feed. */
export function wordsOf(lines: Lines): string {
  return lines.map((line) => line.map(({ text }) => text).join("")).join("\n");
}
