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
const ONLY_NUMBERS = /^[\d.,，;；|+\s-]+$/;
/** Corners of one outline lie no farther from its first, in degrees and in metres. */
const APART = { degrees: 3, metres: 300_000 };

/** The pairs of a line that has nothing but pairs, one after the other, as map programs copy an outline; null where it is none.
 *  `parted`: signs stand between the pairs that do not stand within them; without such, three pairs are the least. */
function pairsIn(line: string): { pairs: string[]; parted: boolean } | null {
  if (!ONLY_NUMBERS.test(line)) return null;
  const filled = (parts: string[]) => parts.map((part) => part.trim()).filter((part) => part !== "");
  const signs = /[;；|]/.test(line);
  const spaced = !signs && /[,，]/.test(line) && /\d\s+[+-]?\d/.test(line);
  const groups = signs ? filled(line.split(/[;；|]/)) : spaced ? filled(line.split(/\s+/)) : null;
  const numbers = filled(line.split(/[\s,，;；|]+/));
  if (groups?.some((group) => filled(group.split(/[\s,，]+/)).length !== 2)) return null;
  if (numbers.length < (groups ? 4 : 6) || numbers.length % 2 === 1 || !numbers.every((part) => NUMBER.test(part))) return null;
  const pairs = Array.from({ length: numbers.length / 2 }, (_, i) => [numbers[2 * i]!, numbers[2 * i + 1]!] as const);
  return isOutline(pairs) ? { pairs: pairs.map((pair) => pair.join()), parted: groups !== null } : null;
}

/** All in one order, in degrees with decimals or in metres, and near each other: numbers of points and heights are none. */
function isOutline(pairs: readonly (readonly [string, string])[]): boolean {
  const points = pairs.map(([a, b]) => [Number(a), Number(b)] as const);
  const [first] = points;
  const degrees = points.every(([a, b]) => Math.abs(a) <= 180 && Math.abs(b) <= 180);
  const apart = degrees ? APART.degrees : APART.metres;
  return (
    (points.every(([a, b]) => isNorthing(a, b)) || points.every(([a, b]) => isNorthing(b, a))) &&
    (!degrees || pairs.flat().every((number) => /\.\d{2}/.test(number))) &&
    points.every(([a, b]) => Math.abs(a - first![0]) <= apart && Math.abs(b - first![1]) <= apart)
  );
}

/** A text that is one line of pairs has a pair a line. Throws FormatError `csv_pairs` where several lines have several. */
function unchained(text: string): string {
  const filled = text
    .split(/\r?\n/, 1000)
    .map((line, i) => ({ line, row: i + 1 }))
    .filter(({ line }) => line.trim() !== "");
  if (filled.length === 1) return pairsIn(filled[0]!.line)?.pairs.join("\n") ?? text;
  for (const { line, row } of filled) {
    const found = pairsIn(line);
    if (found?.parted) throw new FormatError("csv_pairs", { line: row, count: found.pairs.length });
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
