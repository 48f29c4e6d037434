/** Lists as tables for a spreadsheet. What somebody typed is text there, never a formula. */

export type Cell = string | number | boolean | null;
export type Table = { columns: string[]; rows: Cell[][] };

/** A spreadsheet takes a text that begins so for a formula. */
const FORMULA = /^[=+\-@\t\r]/;

/** UTF-8 with a byte-order mark, as spreadsheets in China expect; RFC 4180 lines; absence is an empty cell. */
export function csvOf({ columns, rows }: Table): string {
  const cell = (value: Cell): string => {
    if (value === null) return "";
    if (typeof value !== "string") return String(value);
    const safe = FORMULA.test(value) ? `'${value}` : value;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return `\uFEFF${[columns, ...rows].map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
}
