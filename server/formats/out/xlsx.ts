/** Tables as workbooks (.xlsx), and turning points among them. */
import { unzipSync, zipSync } from "fflate";
import type { Table } from "../../table.ts";
import { FormatError } from "../format.ts";
import { pointTable } from "./points.ts";
import type { Writer } from "./writer.ts";

export const XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/** A sheet holds a million, but takes some 8 KB of memory a row while it is made. */
const MAX_ROWS = 100_000;
const MAX_TEXT = 32_767;

export const xlsx: Writer = {
  id: "xlsx",
  ending: ".xlsx",
  encodings: ["utf8"],
  notations: ["decimal", "dms", "gk"],
  takes: () => true,
  usual: "degrees",
  async write(layer, options) {
    const table = pointTable(layer, options);
    const bytes = await workbookOf(table, { sheet: layer.title[options.lang], title: table.title });
    return { bytes, filename: `${layer.name}.xlsx`, contentType: XLSX_TYPE, notes: table.notes };
  },
};

/** A workbook of one sheet, equal bytes for an equal table: `title` above the headings, which stay in view. Texts are texts, also
 *  where they look like formulas. Throws FormatError `xlsx_rows`. */
export async function workbookOf(table: Table, { sheet, title }: { sheet: string; title: string | null }): Promise<Uint8Array> {
  if (table.rows.length > MAX_ROWS) throw new FormatError("xlsx_rows", { max: MAX_ROWS, got: table.rows.length });
  const { default: exceljs } = await import("exceljs");
  const book = new exceljs.Workbook();
  // The program's own clock would make every file another.
  book.created = new Date(0);
  book.modified = new Date(0);
  const page = book.addWorksheet(sheet.replaceAll(/[\\/?*[\]:]/g, " ").slice(0, 31));
  if (title !== null) page.addRow([title]);
  page.addRow(table.columns).font = { bold: true };
  for (const row of table.rows) page.addRow(row.map((cell) => (typeof cell === "string" ? cell.slice(0, MAX_TEXT) : cell)));
  page.views = [{ state: "frozen", ySplit: title === null ? 1 : 2 }];
  for (const [i, name] of table.columns.entries()) page.getColumn(i + 1).width = Math.min(Math.max(12, name.length * 2), 40);
  const packed = unzipSync(new Uint8Array(await book.xlsx.writeBuffer()));
  return zipSync(packed, { mtime: new Date(1980, 0, 1) });
}
