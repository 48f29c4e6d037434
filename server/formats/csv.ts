/** Tables as text: comma, semicolon, tab or spaces; also a few pasted coordinates. */
import { parse } from "csv-parse/sync";
import { FormatError, type Format, type InputFile, type ReadOptions } from "./format.ts";
import { budgetOf } from "./geometry.ts";
import { isNorthing } from "./magnitude.ts";
import { readTables, type Table } from "./table.ts";
import { findColumns } from "./table_columns.ts";
import { decodeText, peekText } from "./text.ts";

export const csv: Format = {
  id: "csv",
  endings: [".csv", ".txt", ".tsv"],
  sniff: (files) => Math.max(...files.map(sureOf)),
  read: async (files, options, limits) => {
    const budget = budgetOf(limits);
    const tables = files.filter((file) => sureOf(file) > 0).map((file) => tableOf(file, options));
    const { layers, skipped } = readTables(tables, options, budget);
    const names = skipped.join(", ").slice(0, 200);
    if (names !== "") layers[0]!.notes.push({ code: "tables_ignored", params: { names }, row: null, position: null });
    return layers;
  },
};

/** A name that says table is tried even where no coordinates are seen, so that a person hears what is missing. */
function sureOf({ bytes, name }: InputFile): number {
  const head = peekText(bytes, 8192);
  if (head === null || /^\s*[<{[]/.test(head)) return 0;
  try {
    const whole = bytes.length > 8192 ? head.slice(0, head.lastIndexOf("\n") + 1) : head;
    if (findColumns(cellsOf(whole), undefined)) return 0.5;
  } catch (error) {
    return error instanceof FormatError && error.code === "csv_pairs" ? 0.5 : 0;
  }
  return /\.(csv|tsv)$/i.test(name) ? 0.1 : 0;
}

function tableOf(file: InputFile, options: ReadOptions): Table {
  const { text, encoding } = decodeText(file.bytes, options.encoding);
  return { name: file.name.replace(/\.\w+$/, ""), cells: cellsOf(text), encoding, notes: [] };
}

const NUMBER = /^[+-]?\d{1,9}(\.\d+)?$/;

/** The pairs of a line that has nothing but pairs, one after the other, as map programs copy an outline; null where it is none. */
function pairsIn(line: string, between: RegExp): string[] | null {
  const numbers = line.split(between).filter((part) => part !== "");
  if (numbers.length < 4 || numbers.length % 2 === 1 || !numbers.every((part) => NUMBER.test(part))) return null;
  const pairs = Array.from(
    { length: numbers.length / 2 },
    (_, i) => numbers.slice(2 * i, 2 * i + 2).map(Number) as [number, number],
  );
  const sound = pairs.every(([a, b]) => isNorthing(a, b) || isNorthing(b, a));
  return sound ? pairs.map((_, i) => `${numbers[2 * i]},${numbers[2 * i + 1]}`) : null;
}

/** Signs that part pairs, and never the two numbers of one, stand on the line. */
const PARTED = /[,，][^;；|]*[;；|]|[,，]\s*[\d.]+\s+[+-]?\d/;

/** A text that is one line of pairs has a pair a line. Throws FormatError `csv_pairs` where several lines have several. */
function unchained(text: string): string {
  const filled = text
    .split(/\r?\n/, 1000)
    .map((line, i) => ({ line, row: i + 1 }))
    .filter(({ line }) => line.trim() !== "");
  const [first] = filled;
  if (filled.length === 1) return pairsIn(first!.line, /[\s,，;；|]+/)?.join("\n") ?? text;
  for (const { line, row } of filled) {
    const pairs = PARTED.test(line) ? pairsIn(line, /[\s,，;；|]+/) : null;
    if (pairs) throw new FormatError("csv_pairs", { line: row, count: pairs.length });
  }
  return text;
}

function cellsOf(given: string): unknown[][] {
  const text = unchained(given);
  const delimiter = delimiterOf(text);
  const source = delimiter === " " ? text.replace(/^[^\S\n]+|[^\S\n]+$/gm, "").replace(/[^\S\n]+/g, "\t") : text;
  try {
    return parse(source, {
      delimiter: delimiter === " " ? "\t" : delimiter,
      bom: true,
      relax_column_count: true,
      relax_quotes: true,
      // Seconds of an angle are written with a quotation mark: it quotes at the beginning of a cell only, where it closes again.
      quote: /(^|[,;\t，])"/m.test(source) ? '"' : null,
      trim: true,
    }).map((row: unknown[]) => row.map(withoutGuard));
  } catch (error) {
    throw new FormatError("csv_broken", { line: (error as { lines?: number }).lines ?? 0 });
  }
}

/** A quotation mark before what a spreadsheet would take for a formula is no part of the text: our own tables have it. */
function withoutGuard(cell: unknown): unknown {
  return typeof cell === "string" && /^'[=+\-@\t\r]/.test(cell) ? cell.slice(1) : cell;
}

/** The sign that most lines have; spaces when no other. */
function delimiterOf(text: string): string {
  const lines = text.split(/\r?\n/, 50).filter((line) => line.trim() !== "");
  const counts = ["\t", ",", "，", ";", "；", "|"].map((sign) => ({
    sign,
    count: lines.filter((line) => line.includes(sign)).length,
  }));
  const best = counts.reduce((a, b) => (b.count > a.count ? b : a));
  return best.count * 2 >= lines.length && best.count > 0 ? best.sign : " ";
}
