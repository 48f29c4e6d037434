/** A workbook as a reader of spreadsheets sees it. */
import excel from "exceljs";

/** The cells of the first sheet, row by row; an empty cell is null. */
export async function readWorkbook(bytes: Buffer): Promise<unknown[][]> {
  const workbook = new excel.Workbook();
  await workbook.xlsx.load(bytes as never);
  const sheet = workbook.worksheets[0]!;
  return Array.from({ length: sheet.rowCount }, (_, row) =>
    Array.from({ length: sheet.columnCount }, (__, column) => sheet.getCell(row + 1, column + 1).value),
  );
}
