/** Which columns of a table are coordinates, and which say what belongs together, by their headers in Chinese or English. */
import type { ColumnChoice } from "../api/imports.ts";
import { FormatError } from "./format.ts";
import { readCoordinate } from "./coordinate.ts";

/** Column numbers from 0; `header` is the row they stand in, -1 without one. `first` and `second` are the coordinates in the
 *  order of the table; `named` says whether the headers tell which is which. */
export type Columns = {
  header: number;
  names: string[];
  first: number;
  second: number;
  named: "xy" | "yx" | null;
  plot: number | null;
  ring: number | null;
  point: number | null;
  wkt: number | null;
};

const EAST = /^(lon|lng|long|longitude|经度|东经|easting|east|e|东坐标|东向|x_?coord|point_x|gcj_?lon|wgs_?lon|横坐标.*)$/;
const NORTH = /^(lat|latitude|纬度|北纬|northing|north|n|北坐标|北向|y_?coord|point_y|gcj_?lat|wgs_?lat|纵坐标.*)$/;
const X = /^x$|^x坐标|^坐标x|^x值|^x轴|^x\b/;
const Y = /^y$|^y坐标|^坐标y|^y值|^y轴|^y\b/;
const PLOT =
  /^(地块|宗地|图斑|多边形|斑块|区块|项目)?(编号|名称|号|名)$|^(地块|宗地|图斑|多边形|斑块|区块)$|^(plot|parcel|polygon|block|area)([_ ]?(id|no|name|number|code))?$|地块/;
const RING = /^(地块)?圈号$|^环号$|^(ring|part)([_ ]?(no|id|number))?$/;
/** Numbers the parts too, and says that they are lines. */
const LINE = /^线号$|^line([_ ]?(no|id|number))?$/;
export const POINT = /点号|界址点|拐点|桩号|^(point|vertex|node|pt)([_ ]?(no|id|number|name))?$|^序号$|^no\.?$/;
const WKT = /^(wkt|geom|geometry|the_geom|wkt_geom|shape)$/;

const HEADER_ROWS = 20;

const ROLES = ["plot", "ring", "point"] as const;

/** By the headers, or by a column of shapes, or by the first two columns of numbers; a person's choice goes before all. Null
 *  where the table has no coordinates. Throws FormatError `column_unknown`. */
export function findColumns(rows: readonly unknown[][], chosen: ColumnChoice | undefined): Columns | null {
  const placed = chosen?.x !== undefined || chosen?.wkt !== undefined;
  const named = [chosen?.x, chosen?.y, chosen?.wkt, ...ROLES.map((role) => chosen?.[role])].filter(
    (name) => name !== undefined && name !== "",
  );
  for (const [header, row] of rows.slice(0, HEADER_ROWS).entries()) {
    const names = row.map((cell) => String(cell ?? "").trim());
    if (named.some((name) => !names.includes(name!))) continue;
    const found = placed ? byChoice(names, chosen!) : byHeader(names);
    if (found) return { header, names, ...withRoles(names, found, chosen) };
  }
  const found = byShapes(rows) ?? byNumbers(rows);
  if (!chosen || named.length === 0) return found;
  const { header, names } = guessHeader(rows);
  const unknown = named.filter((name) => !names.includes(name!));
  if (unknown.length > 0) throw new FormatError("column_unknown", { names: unknown.join(", ").slice(0, 200) });
  if (placed) return { header, names, ...withRoles(names, byChoice(names, chosen), chosen) };
  return found && { ...found, ...withRoles(found.names, found, chosen) };
}

/** The names of all columns, and the row they stand in (-1: none): the last row of several cells above the first row with a
 *  number or a shape. A column without a name is called `column_<n>`, from 1. */
export function guessHeader(rows: readonly unknown[][]): { header: number; names: string[]; start: number } {
  const start = Math.max(
    rows.findIndex((row) => row.some(isPlace)),
    0,
  );
  const header = rows.slice(0, start).findLastIndex((row) => row.filter(says).length > 1);
  const width = Math.max(0, ...rows.slice(Math.max(header, 0), start + 100).map((row) => row.length));
  return { header, names: allNamed(rows[header] ?? [], width), start };
}

/** Every column with a name. */
export function allNamed(row: readonly unknown[], width: number): string[] {
  return Array.from({ length: Math.max(width, row.length) }, (_, i) => String(row[i] ?? "").trim() || `column_${i + 1}`);
}

function says(cell: unknown): boolean {
  return cell !== "" && cell !== null && cell !== undefined;
}

type Roles = Omit<Columns, "header" | "names">;

function clean(name: string): string {
  return name
    .toLowerCase()
    .replace(/[（([【].*?[)）\]】]/g, "")
    .replace(/\s+/g, " ")
    .trim();
}

/** Whether the parts that a column numbers are lines, by its header. */
export function namesLines(name: string): boolean {
  return LINE.test(clean(name));
}

function others(names: readonly string[], taken: readonly number[]): Pick<Roles, "plot" | "ring" | "point"> {
  const find = (pattern: RegExp, but: readonly number[]) => {
    const at = names.findIndex((name, i) => !but.includes(i) && pattern.test(clean(name)));
    return at === -1 ? null : at;
  };
  const ring = find(RING, taken) ?? find(LINE, taken);
  const point = find(POINT, [...taken, ring ?? -1]);
  return { ring, point, plot: find(PLOT, [...taken, ring ?? -1, point ?? -1]) };
}

function byHeader(names: readonly string[]): Roles | null {
  const cleaned = names.map(clean);
  const at = (pattern: RegExp) => cleaned.findIndex((name) => pattern.test(name));
  const [east, north, x, y, wkt] = [at(EAST), at(NORTH), at(X), at(Y), at(WKT)];
  const roles = (first: number, second: number, named: Roles["named"]) => ({
    first,
    second,
    named,
    wkt: null,
    ...others(names, [first, second]),
  });
  if (east !== -1 && north !== -1) return east < north ? roles(east, north, "xy") : roles(north, east, "yx");
  if (x !== -1 && y !== -1 && x !== y) return roles(x, y, null);
  return wkt === -1 ? null : ofShapes(names, wkt, []);
}

function ofShapes(names: readonly string[], wkt: number, taken: readonly number[]): Roles {
  return { first: -1, second: -1, named: null, wkt, ...others(names, [wkt, ...taken]) };
}

/** `x` and `y`, or `wkt`, are among the names. */
function byChoice(names: readonly string[], { x, y, wkt, ...more }: ColumnChoice): Roles {
  const said = ROLES.map((role) => names.indexOf(more[role] ?? "")).filter((column) => column !== -1);
  if (wkt !== undefined) return ofShapes(names, names.indexOf(wkt), said);
  const [first, second] = [names.indexOf(x!), names.indexOf(y!)];
  return { first, second, named: "xy", wkt: null, ...others(names, [first, second, ...said]) };
}

function withRoles(names: readonly string[], roles: Roles, chosen: ColumnChoice | undefined): Roles {
  const said = ROLES.filter((role) => chosen?.[role] !== undefined).map((role) => {
    const column = names.indexOf(chosen![role]!);
    return [role, chosen![role] === "" || column === -1 ? null : column] as const;
  });
  return { ...roles, ...Object.fromEntries(said) };
}

const SHAPE = /^\s*(SRID=\d+;)?\s*(MULTI)?(POINT|LINESTRING|POLYGON)\s*(Z|M|ZM)?\s*\(/i;

function isShape(cell: unknown): boolean {
  return typeof cell === "string" && SHAPE.test(cell);
}

/** A number that may be a coordinate, or a whole shape. */
export function isPlace(cell: unknown): boolean {
  return isShape(cell) || readCoordinate(cell) !== null;
}

/** Without known headers: the first column whose cells are shapes in nine of ten rows. */
function byShapes(rows: readonly unknown[][]): Columns | null {
  const start = rows.findIndex((row) => row.some(isShape));
  if (start === -1) return null;
  const filled = rows.slice(start).filter((row) => row.some(says));
  const width = Math.max(...filled.slice(0, 100).map((row) => row.length));
  const wkt = Array.from({ length: width }, (_, i) => i).find(
    (i) => filled.filter((row) => isShape(row[i])).length >= filled.length * 0.9,
  );
  if (wkt === undefined) return null;
  const header = start - 1;
  const names = allNamed(rows[header] ?? [], width).slice(0, width);
  return { header, names, ...ofShapes(names, wkt, []) };
}

/** Without known headers: the first two columns that are numbers in nine of ten rows, as `点号,X,Y` has them, and as `X,Y` does. */
function byNumbers(rows: readonly unknown[][]): Columns | null {
  // Above the first row with a number stand headers that nobody knows.
  const { header, start } = guessHeader(rows);
  const filled = rows.slice(start).filter((row) => row.some(says));
  const width = Math.max(0, ...filled.slice(0, 100).map((row) => row.length));
  const numeric = Array.from({ length: width }, (_, i) => i).filter((i) => {
    const numbers = filled.map((row) => readCoordinate(row[i])).filter((value) => value !== null);
    // Numbers of points are whole and small, coordinates are not.
    return (
      numbers.length > 0 &&
      numbers.length >= filled.length * 0.9 &&
      numbers.some((value) => !Number.isInteger(value) || Math.abs(value) > 100_000)
    );
  });
  if (numeric.length < 2) return null;
  const [first, second] = numeric as [number, number];
  const before = Array.from({ length: first }, (_, i) => i);
  const names = allNamed(rows[header] ?? [], width).slice(0, width);
  const point = before.find((i) => filled.some((row) => String(row[i] ?? "") !== "")) ?? null;
  return { header, names, first, second, named: null, plot: null, ring: null, point, wkt: null };
}
