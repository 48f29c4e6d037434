/** A table as an Excel workbook (.xlsx). The same table gives the same bytes, at any time and on any machine. */
import { unzipSync, zipSync } from "fflate";
import { FormatError } from "./formats/format.ts";
import type { Cell, Table } from "./table.ts";

/** A cell of Excel holds no more; what is cut ends with an ellipsis. */
const MAX_CELL = 32_767;
/** Widths in characters; longer text is wrapped. */
const WIDTH = { min: 8, max: 60 };
/** The first day that a zip can name. */
const EPOCH = new Date(1980, 0, 1);
/** A sheet's name holds no more, and none of these. */
const MAX_SHEET_NAME = 31;
const NOT_IN_SHEET_NAME = /[\\/?*[\]:']/g;

/** A sheet takes some 8 KB of memory a row while it is made. */
const MAX_ROWS = 200_000;

/** One sheet: header in bold and frozen, filters on, columns as wide as what they hold; `title` above the header. Text stays
 *  text, whatever it begins with: it is stored as a string, never as a formula. Absence is an empty cell. Throws FormatError
 *  `xlsx_rows`. */
export async function xlsxOf({ columns, rows }: Table, sheetName: string, title: string | null = null): Promise<Buffer> {
  if (rows.length > MAX_ROWS) throw new FormatError("xlsx_rows", { max: MAX_ROWS, got: rows.length });
  const header_row = title === null ? 1 : 2;
  // It takes a second to load, and most services are never asked for a workbook.
  const { default: excel } = await import("exceljs");
  const workbook = new excel.Workbook();
  workbook.created = workbook.modified = EPOCH;
  workbook.creator = workbook.lastModifiedBy = "";
  const sheet = workbook.addWorksheet(sheetName.replace(NOT_IN_SHEET_NAME, " ").trim().slice(0, MAX_SHEET_NAME) || "1", {
    views: [{ state: "frozen", ySplit: header_row }],
  });
  sheet.columns = columns.map((header, index) => ({
    header,
    width: widthOf([header, ...rows.slice(0, 500).map((row) => row[index] ?? null)]),
    style: { alignment: { vertical: "top", wrapText: true } },
  }));
  for (const row of rows)
    sheet.addRow(
      row.map((cell) => (typeof cell === "string" && cell.length > MAX_CELL ? `${cell.slice(0, MAX_CELL - 1)}…` : cell)),
    );
  if (title !== null) sheet.insertRow(1, [title]).alignment = { wrapText: false };
  sheet.getRow(header_row).font = { bold: true };
  sheet.autoFilter = {
    from: { row: header_row, column: 1 },
    to: { row: rows.length + header_row, column: columns.length },
  };
  const written = unzipSync(new Uint8Array((await workbook.xlsx.writeBuffer()) as ArrayBuffer));
  // Zipped again with a fixed date: the writer stamps each part with the hour.
  return Buffer.from(zipSync(written, { mtime: EPOCH, level: 6 }));
}

/** Of the widest cell; Chinese characters are two columns wide. */
function widthOf(cells: readonly Cell[]): number {
  let widest = 0;
  for (const cell of cells) {
    let width = 0;
    for (const one of cell === null ? "" : String(cell).slice(0, WIDTH.max)) width += one > "\u2e7f" ? 2 : 1;
    widest = Math.max(widest, width);
  }
  return Math.min(Math.max(widest + 3, WIDTH.min), WIDTH.max);
}
