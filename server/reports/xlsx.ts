/** The report as a workbook: the tables of the report, and its numbers as numbers. Text is only ever text: what somebody
 *  typed is never a formula. */
import ExcelJS from "exceljs";
import { pin } from "./archive.ts";
import { sayIn } from "./cells.ts";
import { documentOf } from "./content.ts";
import { type Cell, type ReportDocument, type Table, wordsOf } from "./document.ts";
import type { Report } from "./report.ts";
import { shown } from "./signs.ts";
import {
  coordinateTable,
  dataTable,
  instrumentTables,
  notesTable,
  provisionTables,
  resultsTable,
  silentTable,
  sliversTable,
  stepsTable,
  themesTable,
} from "./tables.ts";

/** Of a cell in Excel. */
const MAX_SIGNS = 32_767;
/** Signs that a column of the whole width holds. */
const WHOLE_WIDTH = 150;
const HEAD = { type: "pattern" as const, pattern: "solid" as const, fgColor: { argb: "FFEEF1F4" } };
const THIN = { style: "thin" as const, color: { argb: "FF9AA5B1" } };
const EDGES = { top: THIN, left: THIN, bottom: THIN, right: THIN };

export async function renderXlsx(report: Report): Promise<Uint8Array> {
  const document = documentOf(report);
  const { check } = report;
  const t = sayIn(check.lang);
  const book = new ExcelJS.Workbook();
  const made = new Date(document.created_at);
  Object.assign(book, { creator: document.service, lastModifiedBy: document.service, created: made, modified: made });
  book.title = shown(`${document.title} ${document.number}`);
  summary(book.addWorksheet(t("report.sheet.summary")), document, report);
  const sheets: [key: string, tables: Table[]][] = [
    ["report.sheet.t1", report.coordinates_failed === null ? [coordinateTable(report, t)] : []],
    ["report.sheet.t2", [dataTable(report, t)]],
    ["report.sheet.t3", [resultsTable(check, t)]],
    ["report.sheet.slivers", [sliversTable(check, t)]],
    ["report.sheet.t4", provisionTables(check, t)],
    ["report.sheet.silent", [silentTable(check, t)]],
    ["report.sheet.steps", [stepsTable(check, t)]],
    ["report.sheet.themes", [themesTable(report, t)]],
    ["report.sheet.instruments", instrumentTables(report, t)],
    ["report.sheet.notes", [notesTable(document, t)]],
  ];
  for (const [key, tables] of sheets) {
    const sheet = book.addWorksheet(t(key), {
      pageSetup: { paperSize: 9, orientation: "landscape", fitToPage: true, fitToHeight: 0 },
    });
    if (document.sample) sheet.addRow([document.sample.running]).font = { bold: true, color: { argb: "FF6B4700" } };
    if (key === "report.sheet.t1" && report.coordinates_failed !== null) sheet.addRow([shown(report.coordinates_failed)]);
    if (key === "report.sheet.t1" && report.more_coordinates > 0)
      sheet.addRow([t("report.t1.more", { count: report.more_coordinates })]);
    for (const table of tables) fill(sheet, table);
    if (key !== "report.sheet.t1" && tables.every(({ rows }) => rows.length === 0)) sheet.addRow([t("report.unknown.none")]);
  }
  return pin(new Uint8Array(await book.xlsx.writeBuffer()), document.created_at);
}

function text(value: string): string {
  const said = shown(value);
  return said.length > MAX_SIGNS ? `${said.slice(0, MAX_SIGNS - 1)}…` : said;
}

function summary(sheet: ExcelJS.Worksheet, document: ReportDocument, { check }: Report): void {
  const { title, sample, name, opening, cover, sections, closing, verify, note } = document;
  sheet.columns = [{ width: 26 }, { width: 110 }];
  sheet.addRow([title]).font = { bold: true, size: 16 };
  sheet.addRow([text(name)]).font = { size: 13 };
  if (sample) sheet.addRow([sample.running]).font = { bold: true, color: { argb: "FF6B4700" } };
  for (const block of opening) {
    if (block.kind === "verdict") {
      const row = sheet.addRow([block.text, text(block.which ?? "")]);
      row.font = { bold: true, color: { argb: "FFFFFFFF" }, size: 13 };
      row.fill = { type: "pattern", pattern: "solid", fgColor: { argb: `FF${block.color.slice(1).toUpperCase()}` } };
    } else if (block.kind === "paragraph") {
      const row = sheet.addRow(["", text(block.line.map((run) => run.text).join(""))]);
      row.alignment = { wrapText: true, vertical: "top" };
    }
  }
  const told = [
    ...cover,
    ...opening.flatMap((block) => (block.kind === "facts" ? block.facts : [])),
    ...sections.flatMap(({ blocks }) => blocks.flatMap((block) => (block.kind === "facts" ? block.facts : []))),
    ...closing,
  ];
  for (const { term, lines } of told) pair(sheet, term, text(wordsOf(lines)));
  const t = sayIn(document.lang);
  const { area_m2, area_gk_m2, length_m } = check.site;
  for (const [key, value] of [
    ["report.measure.site", area_m2],
    ["report.measure.site_gk", area_gk_m2],
    ["report.measure.site_length", length_m],
  ] as const)
    if (value !== null) {
      pair(sheet, t(key), value);
      sheet.lastRow!.getCell(2).numFmt = "#,##0.00";
    }
  pair(sheet, verify.text, verify.url);
  pair(sheet, "", note);
}

function pair(sheet: ExcelJS.Worksheet, term: string, value: string | number): void {
  const row = sheet.addRow([term, value]);
  row.alignment = { wrapText: true, vertical: "top", horizontal: "left" };
  row.getCell(1).font = { color: { argb: "FF4A5763" } };
}

/** The table below what is there; its numbers that stand among words come again in columns of their own. */
function fill(sheet: ExcelJS.Worksheet, { caption, columns, rows, measures = [] }: Table): void {
  if (sheet.rowCount > 1) sheet.addRow([]);
  sheet.addRow([caption]).font = { bold: true, size: 12 };
  const head = sheet.addRow([...columns.map(({ title }) => title), ...measures.map(({ title }) => title)]);
  head.font = { bold: true };
  head.eachCell((cell) => Object.assign(cell, { fill: HEAD, border: EDGES, alignment: { wrapText: true, vertical: "middle" } }));
  for (const [at, { width }] of columns.entries()) sheet.getColumn(at + 1).width = Math.max(8, Math.round(width * WHOLE_WIDTH));
  for (const [at] of measures.entries()) sheet.getColumn(columns.length + at + 1).width = 16;
  // The head stays in sight where one table has the sheet for itself.
  if (sheet.views.length === 0) sheet.views = [{ state: "frozen", ySplit: sheet.rowCount }];
  for (const [nr, cells] of rows.entries()) {
    const row = sheet.addRow([]);
    for (const [at, cell] of cells.entries()) write(row.getCell(at + 1), cell);
    for (const [at, { values, format }] of measures.entries()) {
      const value = values[nr];
      if (typeof value !== "number") continue;
      const cell = row.getCell(columns.length + at + 1);
      cell.value = value;
      cell.numFmt = typeof format === "string" ? format : format(value);
      cell.border = EDGES;
      cell.alignment = { vertical: "top" };
    }
  }
}

function write(into: ExcelJS.Cell, { lines, value, format }: Cell): void {
  into.value = value ?? text(wordsOf(lines));
  if (format !== undefined) into.numFmt = format;
  into.border = EDGES;
  into.alignment = { wrapText: true, vertical: "top", horizontal: value === undefined ? "left" : "right" };
}
