/** The rows of a table below its header: what stands in them, and where. */
import type { Position } from "../api/common.ts";
import { isPacked, isPlain, readCoordinate, readPacked } from "./coordinate.ts";
import { RowFault } from "./geometry.ts";
import type { Columns } from "./table_columns.ts";

export type Line = { row: number; cells: unknown[]; first: number | null; second: number | null; gap: boolean; half: boolean };

/** A second row of a header: units. */
const UNIT = /^[（(【[]?\s*(m|米|度|°|deg(rees)?|单位.*)\s*[)）】\]]?$/i;

/** How the cells of a column are read: as numbers packed of degrees, minutes and seconds where the header says so and each of
 *  them, in both columns, can be one. */
export function readerOf(cells: unknown[][], { header, names, first, second }: Columns, column: number): typeof readCoordinate {
  const packed = [first, second].filter((each) => isPacked(names[each] ?? ""));
  if (!packed.includes(column)) return readCoordinate;
  const plain = cells.slice(header + 1).flatMap((row) => packed.map((each) => row[each]).filter(isPlain));
  return plain.length > 0 && plain.every((cell) => readPacked(cell) !== null) ? readPacked : readCoordinate;
}

/** The rows below the header that hold anything; `gap`: an empty row stood before it; `half`: one of the two columns is empty. */
export function linesOf(cells: unknown[][], columns: Columns): Line[] {
  const lines: Line[] = [];
  let gap = false;
  const [readFirst, readSecond] = [readerOf(cells, columns, columns.first), readerOf(cells, columns, columns.second)];
  for (const [i, row] of cells.entries()) {
    if (i <= columns.header) continue;
    const textAt = (column: number) => String(row[column] ?? "").trim();
    const empty = (column: number) => column < 0 || textAt(column) === "";
    if (lines.length === 0 && isHeader(row, columns)) continue;
    if (columns.wkt === null && empty(columns.first) && empty(columns.second)) {
      gap = true;
      continue;
    }
    if (columns.wkt !== null && empty(columns.wkt)) continue;
    lines.push({
      row: i + 1,
      cells: row,
      first: readFirst(row[columns.first]),
      second: readSecond(row[columns.second]),
      gap,
      half: empty(columns.first) !== empty(columns.second),
    });
    gap = false;
  }
  return lines;
}

/** Whether a row says the names of the columns again, or their units. */
export function isHeader(row: readonly unknown[], { header, names, first, second, wkt }: Columns): boolean {
  if (wkt !== null || header < 0) return false;
  return [first, second].every((column) => {
    const text = String(row[column] ?? "").trim();
    return text === names[column] || UNIT.test(text);
  });
}

/** Whether one text stands in three cells or more, those of both coordinates among them, and no other does: a heading over merged
 *  cells. */
export function isHeading(row: readonly unknown[], { first, second }: Columns): boolean {
  const texts = row.map((cell) => String(cell ?? "").trim()).filter((text) => text !== "");
  const [text] = texts;
  const places = [first, second].every((column) => String(row[column] ?? "").trim() === text);
  return places && texts.length > 2 && texts.every((each) => each === text) && readCoordinate(text) === null;
}

/** Rows whose cells hold no coordinates, told apart from corners by what they say: sums, notes, signatures. */
export const ASIDE =
  /合计|小计|总计|总和|共计|平均|备注|说明|注[:：]|[:：]|制表|填表|审核|校核|日期|面积|周长|\b(total|sum|note|remark|area|date)\b/i;

/** What stands below the last plot, behind an empty row, with something in one of the columns: who drew the table up, a date,
 *  a sum. Fewer than three rows are no plot. */
export function footerOf(lines: readonly Line[]): Line[] {
  const from = lines.findLastIndex(({ gap }) => gap);
  const last = from > 0 ? lines.slice(from) : [];
  return last.length < 3 && last.every(({ half }) => half) ? last : [];
}

/** Where a row is. Throws RowFault `<what>_no_number` or, where one of its cells is empty, `<what>_empty`, with the column and what stands there. */
export function positionOf(
  { first, second, row, cells }: Line,
  columns: Columns,
  turned: boolean,
  what: "cell" | "corner",
): Position {
  if (first === null || second === null) {
    const column = first === null ? columns.first : columns.second;
    const text = String(cells[column] ?? "").trim();
    const name = columns.names[column] || String(column + 1);
    if (text === "") throw new RowFault(`${what}_empty`, { line: row, name });
    throw new RowFault(`${what}_no_number`, { line: row, name, text: text.slice(0, 40) });
  }
  return turned ? [second, first] : [first, second];
}

/** Whether a row of a table of corners is none: a header or a heading, or a sum whose figure stands in a column of coordinates. */
export function isNoCorner({ cells, half }: Line, columns: Columns): boolean {
  if (columns.wkt !== null) return false;
  const sum = half && cells.some((cell) => typeof cell === "string" && ASIDE.test(cell));
  return sum || isHeader(cells, columns) || isHeading(cells, columns);
}

/** What a row says besides its coordinates. */
export function propertiesOf(cells: readonly unknown[], columns: Columns): Record<string, unknown> {
  const coordinates = [columns.first, columns.second, columns.wkt];
  return Object.fromEntries(
    columns.names
      .map((name, i) => [name, i, cells[i] ?? null] as const)
      .filter(([name, i]) => name !== "" && !coordinates.includes(i))
      .map(([name, , value]) => [name, typeof value === "string" && value.trim() === "" ? null : value]),
  );
}
