/** Workbooks (.xlsx): every sheet that holds coordinates is a layer. Formulas are not computed; what the program that saved the
 *  file had computed is taken, and said. */
import { zipSync } from "fflate";
import { unzip } from "./archive.ts";
import {
  FormatError,
  type Format,
  type FormatNote,
  type InputFile,
  type Limits,
  type ReadLayer,
  type ReadOptions,
} from "./format.ts";
import { budgetOf } from "./geometry.ts";
import { readTables, type Table } from "./table.ts";

/** A workbook takes some twenty times its text in memory. */
const SHEET_BYTES = 40_000_000;
const CELLS = 20_000_000;

export const xlsx: Format = {
  id: "xlsx",
  endings: [".xlsx"],
  sniff: (files) => (files.some(isXlsx) ? 0.8 : 0),
  read: async (files, options, limits) => {
    const layers: ReadLayer[] = [];
    for (const file of files.filter(isXlsx)) layers.push(...(await readBook(file, options, limits)));
    return layers;
  },
};

/** The list of a zip's files stands at its end, uncompressed. */
function isXlsx({ bytes }: InputFile): boolean {
  if (bytes[0] !== 0x50 || bytes[1] !== 0x4b) return false;
  const end = new TextDecoder("latin1").decode(bytes.subarray(Math.max(0, bytes.length - 65_536)));
  return end.includes("xl/workbook.xml");
}

async function readBook(file: InputFile, options: ReadOptions, limits: Limits): Promise<ReadLayer[]> {
  // Unpacked here within limits, and packed again as it stands, so that exceljs meets nothing but what was measured.
  const parts = await unzip(file, { ...limits, bytes: Math.min(limits.bytes, SHEET_BYTES) });
  const { default: exceljs } = await import("exceljs");
  const book = new exceljs.Workbook();
  try {
    const packed = zipSync(
      Object.fromEntries(parts.filter(({ name }) => NEEDED.test(name)).map(({ name, bytes }) => [name, harmless(name, bytes)])),
      { level: 0 },
    );
    await book.xlsx.load(packed.buffer as ArrayBuffer, { ignoreNodes: IGNORED } as Parameters<typeof book.xlsx.load>[1]);
  } catch (error) {
    if (error instanceof FormatError) throw error;
    throw new FormatError("xlsx_damaged", { name: file.name, cause: String((error as Error).message).slice(0, 120) });
  }
  const sheets = book.worksheets.toSorted((a, b) => Number(isHidden(a)) - Number(isHidden(b)));
  const tables = sheets.map((sheet): Table => {
    const notes: FormatNote[] = [];
    return { name: sheet.name, cells: cellsOf(sheet, notes), encoding: null, notes };
  });
  const { layers: all, skipped } = readTables(tables, options, budgetOf(limits));
  // What nobody sees is not taken for what was sent, unless nothing else is there.
  const hidden = new Set(sheets.filter(isHidden).map(({ name }) => name));
  const seen = all.filter(({ name }) => !hidden.has(name));
  const layers = seen.length > 0 ? seen : all;
  const names = all.filter(({ name }) => hidden.has(name)).map(({ name }) => name);
  if (names.length > 0)
    layers[0]!.notes.push({
      code: seen.length > 0 ? "sheets_hidden" : "sheets_hidden_read",
      params: { names: names.join(", ").slice(0, 200) },
      row: null,
      position: null,
    });
  if (skipped.length > 0 && layers[0])
    layers[0].notes.push({
      code: "sheets_ignored",
      params: { names: skipped.join(", ").slice(0, 200) },
      row: null,
      position: null,
    });
  return layers;
}

/** The parts of a workbook that hold cells: no pictures, comments, charts, tables. */
const NEEDED =
  /^(\[Content_Types\]\.xml|_rels\/\.rels|xl\/workbook\.xml|xl\/_rels\/workbook\.xml\.rels|xl\/worksheets\/[^/]+\.xml|xl\/(sharedStrings|styles)\.xml)$/;
/** Of a sheet, what is no cell. Some of it exceljs spreads over every cell of a range that may be the whole sheet. */
const IGNORED =
  "cols dataValidations conditionalFormatting hyperlinks autoFilter extLst picture drawing legacyDrawing tableParts".split(" ");
const MERGES = 5000;
const MERGED_CELLS = 1_000_000;

/** The part without defined names, which exceljs spreads over their cells, and with no more merged cells than can be borne. */
function harmless(name: string, bytes: Uint8Array): Uint8Array {
  if (name === "xl/workbook.xml") {
    const text = new TextDecoder().decode(bytes).replace(/<definedNames[^]*?<\/definedNames>/g, "");
    if (text.includes("<definedName")) throw new FormatError("xlsx_damaged", { name });
    return new TextEncoder().encode(text);
  }
  if (name.startsWith("xl/worksheets/")) {
    const text = new TextDecoder().decode(bytes);
    const merges = [...text.matchAll(/<mergeCell\s[^>]*>/g)].map(([tag]) =>
      areaOf(/\bref\s*=\s*["']([A-Z]+)(\d+)(?::([A-Z]+)(\d+))?["']/.exec(tag)),
    );
    if (merges.length > MERGES || merges.reduce((sum, area) => sum + area, 0) > MERGED_CELLS)
      throw new FormatError("xlsx_cells", { max: MERGED_CELLS });
  }
  return bytes;
}

/** Cells of a range; infinite where it is none, so that nothing slips by. */
function areaOf(range: RegExpExecArray | null): number {
  if (!range) return Infinity;
  const column = (letters: string) => [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0);
  const [, left, top, right = left, bottom = top] = range;
  return (Math.abs(column(right!) - column(left!)) + 1) * (Math.abs(Number(bottom) - Number(top)) + 1);
}

function isHidden({ state }: Sheet): boolean {
  return state !== undefined && state !== "visible";
}

type Sheet = import("exceljs").Worksheet;

function cellsOf(sheet: Sheet, notes: FormatNote[]): unknown[][] {
  if (sheet.rowCount * sheet.columnCount > CELLS) throw new FormatError("xlsx_cells", { max: CELLS });
  const cells: unknown[][] = [];
  let [formulas, empty, hidden] = [0, 0, 0];
  sheet.eachRow({ includeEmpty: false }, (row, number) => {
    const values: unknown[] = [];
    row.eachCell({ includeEmpty: false }, (cell, column) => {
      const value = valueOf(cell.value);
      if (cell.formula !== undefined) {
        formulas += 1;
        if (value === null) empty += 1;
      }
      values[column - 1] = value;
    });
    if (row.hidden && values.length > 0) hidden += 1;
    cells[number - 1] = Array.from(values, (value) => value ?? null);
  });
  if (hidden > 0) notes.push({ code: "rows_hidden", params: { count: hidden }, row: null, position: null });
  if (formulas > 0) notes.push({ code: "formulas_cached", params: { count: formulas }, row: null, position: null });
  if (empty > 0) notes.push({ code: "formulas_empty", params: { count: empty }, row: null, position: null });
  return Array.from(cells, (row) => row ?? []);
}

/** Texts, numbers and truth values; dates as 2026-11-25; of formulas and links what they show; null for errors. */
function valueOf(value: unknown): unknown {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString().slice(0, 10);
  if (typeof value !== "object" || value === null) return value ?? null;
  const cell = value as { richText?: { text: string }[]; text?: unknown; result?: unknown; error?: unknown };
  if (cell.richText) return cell.richText.map(({ text }) => text).join("");
  if ("result" in cell) return valueOf(cell.result);
  return "text" in cell ? valueOf(cell.text) : null;
}
