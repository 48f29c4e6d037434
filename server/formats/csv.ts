/** Tables as text: comma, semicolon, tab or spaces; also a few pasted coordinates. */
import { parse } from "csv-parse/sync";
import { FormatError, type Format, type InputFile, type ReadOptions } from "./format.ts";
import { budgetOf } from "./geometry.ts";
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
  } catch {
    return 0;
  }
  return /\.(csv|tsv)$/i.test(name) ? 0.1 : 0;
}

function tableOf(file: InputFile, options: ReadOptions): Table {
  const { text, encoding } = decodeText(file.bytes, options.encoding);
  return { name: file.name.replace(/\.\w+$/, ""), cells: cellsOf(text), encoding, notes: [] };
}

function cellsOf(text: string): unknown[][] {
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
    });
  } catch (error) {
    throw new FormatError("csv_broken", { line: (error as { lines?: number }).lines ?? 0 });
  }
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
