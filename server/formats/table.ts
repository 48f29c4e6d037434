/** Tables of coordinates to features: one row a point, or rows that are the boundary points of plots. */
import type { Geometry } from "../api/common.ts";
import { isPacked, isPlain, readCoordinate, readPacked } from "./coordinate.ts";
import { crsOfEpsg, datumOf, zoneCode } from "./crs.ts";
import { type DeclaredCrs, FormatError, type FormatNote, type ReadLayer, type ReadOptions, type TableReading } from "./format.ts";
import { readLayer, RowFault, type Budget, type Row } from "./geometry.ts";
import { isNorthing, zonePrefix } from "./magnitude.ts";
import { joinAngles } from "./table_angles.ts";
import { allNamed, findColumns, guessHeader, isPlace, namesLines, POINT, type Columns } from "./table_columns.ts";
import { footerOf, isNoCorner, linesOf, positionOf, propertiesOf, readerOf, type Line } from "./table_lines.ts";
import { cornersOf, plotRows } from "./table_plots.ts";
import { declaredBySrid, parseWkt, sridOf } from "./wkt.ts";

/** A table as its cells; `row` of features and faults is the number of its line or sheet row, from 1. */
export type Table = { name: string; cells: unknown[][]; encoding: ReadLayer["encoding"]; notes: FormatNote[] };

/** The layers of the tables that hold coordinates. A person's choice of columns holds for every table that has them; where none
 *  has, it is the FormatError `column_unknown`. Where no table shows coordinates, those that hold numbers under names are told
 *  of without features, with the fault, so that a person can say which columns to take; without any: `table_no_coordinates`.
 *  `skipped` are the names of the others. */
export function readTables(
  tables: readonly Table[],
  options: ReadOptions,
  budget: Budget,
): { layers: ReadLayer[]; skipped: string[] } {
  const layers: ReadLayer[] = [];
  const skipped: string[] = [];
  let headers = 0;
  let unknown: FormatError | undefined;
  let followed = false;
  for (const table of tables) {
    let layer: ReadLayer | null;
    try {
      layer = readTable(table, options, budget);
      followed = true;
    } catch (error) {
      if (!(error instanceof FormatError && error.code === "column_unknown")) throw error;
      unknown ??= error;
      const { columns: _, ...others } = options;
      layer = readTable(table, others, budget);
    }
    if (layer) layers.push(layer);
    else if (table.cells.some((row) => row.length > 0)) {
      skipped.push(table.name);
      // The first row of several cells names coordinates: what is wanting is rows.
      const first = table.cells.findIndex((row) => row.filter((cell) => String(cell ?? "").trim() !== "").length > 1);
      if (first !== -1 && findColumns(joinAngles(table.cells), undefined)?.header === first) headers += 1;
    }
  }
  if (unknown && !followed) throw unknown;
  if (layers.length > 0) return { layers, skipped };
  const open = tables.map((table) => openTable(table)).filter((layer) => layer !== null);
  if (open.length === 0) throw new FormatError(headers > 0 ? "table_no_rows" : "table_no_coordinates");
  return { layers: open, skipped: skipped.filter((name) => !open.some((layer) => layer.name === name)) };
}

/** Whether the names of the coordinates stand there again, over other numbers: several points a row, or the same points in
 *  several systems. Merged cells repeat both name and number. */
function isRepeated({ header, names, first, second }: Columns, cells: readonly unknown[][]): boolean {
  const rows = cells.slice(header + 1, header + 201);
  const again = (column: number) =>
    names.some(
      (name, i) =>
        i !== column &&
        name === names[column] &&
        rows.some((row) => readCoordinate(row[i]) !== null && String(row[i]) !== String(row[column])),
    );
  return first >= 0 && second >= 0 && again(first) && again(second);
}

const NO_COORDINATES = { code: "table_no_coordinates", params: {} };

/** A table whose columns nobody could tell; null where no two of them are named over numbers or shapes. */
function openTable(
  { name, cells, encoding, notes }: Table,
  fault: Pick<FormatNote, "code" | "params"> = NO_COORDINATES,
): ReadLayer | null {
  const { header, names, start } = guessHeader(cells);
  if (header < 0 || names.length < 2 || !cells.slice(start).some((row) => row.some(isPlace))) return null;
  const none = { x: null, y: null, plot: null, ring: null, point: null, wkt: null, geometry: null };
  return {
    name,
    fields: [],
    features: [],
    declared: null,
    encoding,
    counts: { expected: cells.length - start, read: 0, faulty: 1 },
    faults: [{ ...fault, row: null, position: null }],
    notes,
    table: { columns: columnsTold(names, cells.slice(start)), taken: none },
  };
}

/** First values told of each column. */
const FIRST = 3;

function columnsTold(names: readonly string[], rows: readonly unknown[][]): TableReading["columns"] {
  return names.map((name, i) => ({
    name,
    first: rows
      .slice(0, 200)
      .map((row) => String(row[i] ?? "").trim())
      .filter((value) => value !== "")
      .slice(0, FIRST)
      .map((value) => value.slice(0, 60)),
  }));
}

/** The layer of a table; null where it holds no coordinates. Throws FormatError `column_unknown`. */
function readTable(table: Table, options: ReadOptions, budget: Budget): ReadLayer | null {
  const cells = joinAngles(table.cells);
  const columns = findColumns(cells, options.columns);
  if (!columns) return null;
  if (!options.columns && isRepeated(columns, cells)) {
    const open = openTable(table, { code: "table_side_by_side", params: { row: columns.header + 1 } });
    if (open) return open;
  }
  const notes = [...table.notes];
  const all = linesOf(cells, columns);
  const found = all.filter((line) => !isNoCorner(line, columns));
  const shape = options.columns?.geometry ?? shapeOf(found, columns);
  const footer = shape === "point" ? [] : footerOf(found);
  const lines = shape === "point" ? all : found.slice(0, found.length - footer.length);
  if (lines.length === 0) return null;
  const said = {
    around: [saidAround(cells, lines, columns), saidInRows(lines, columns)].join("\n"),
    headers: saidInHeaders(columns),
  };
  const rest = { name: table.name, encoding: table.encoding };
  const width = Math.max(...lines.slice(0, 100).map(({ cells }) => cells.length));
  const names = allNamed(columns.names, width);
  const called = (column: number | null) => (column === null || column < 0 ? null : names[column]!);
  const told = (shape: TableReading["taken"]["geometry"], turned: boolean): TableReading => ({
    columns: columnsTold(
      names,
      lines.slice(0, 200).map(({ cells }) => cells),
    ),
    taken: {
      x: called(turned ? columns.second : columns.first),
      y: called(turned ? columns.first : columns.second),
      plot: called(columns.plot),
      ring: called(columns.ring),
      point: called(columns.point),
      wkt: called(columns.wkt),
      geometry: shape,
    },
  });
  if (columns.wkt !== null) {
    const shapes = lines.map(({ row, cells }) => ({
      row,
      geometry: () => parseWkt(String(cells[columns.wkt!] ?? "")),
      properties: propertiesOf(cells, columns),
    }));
    const rows = inOrder(
      shapes,
      unplacedRows(cells, columns, lines, () => parseWkt("")),
    );
    const srids = lines.map(({ cells }) => sridOf(String(cells[columns.wkt!] ?? ""))).filter((srid) => srid !== null);
    const declared = declaredBySrid(new Set(srids)) ?? declaredBy(said, null);
    const layer = readLayer({ ...rest, rows, notes, declared, expected: rows.length }, budget);
    return { ...layer, table: told(null, false) };
  }
  const turned = order(lines, columns, options, notes);
  const wide = lines.filter(({ cells }) => cells.slice(columns.names.length).some((cell) => String(cell ?? "").trim() !== ""));
  const figures = wide.some(({ cells }) => cells.slice(columns.names.length).some((cell) => readCoordinate(cell) !== null));
  if (columns.header >= 0 && (figures || wide.length * 2 > lines.length))
    notes.push({ code: "cells_beyond", params: { count: wide.length }, row: null, position: null });
  const packed = [columns.first, columns.second].filter((column) => isPacked(columns.names[column] ?? ""));
  if (packed.length > 0 && lines.some(({ cells }) => packed.some((column) => isPlain(cells[column])))) {
    const so = packed.every((column) => readerOf(cells, columns, column) === readPacked);
    notes.push({ code: so ? "dms_packed" : "dms_not_packed", params: {}, row: null, position: null });
  }
  notes.push({ code: `table_${shape}`, params: {}, row: null, position: null });
  const rows =
    shape === "point"
      ? inOrder(
          pointRows(lines, columns, turned),
          unplacedRows(cells, columns, lines, () => {
            throw new RowFault("row_no_place");
          }),
        )
      : plotRows(cornersOf({ cells, lines, columns, footer }, notes), columns, { turned, line: shape === "line", notes });
  const layer = readLayer(
    { ...rest, rows, declared: declaredBy(said, firstEasting(lines, turned)), expected: rows.length },
    budget,
  );
  return { ...layer, table: told(shape, turned), notes: [...notes, ...layer.notes].slice(0, 200) };
}

/** The texts above the header and beside the lines, which may name a datum. A merged cell says the same in each of its cells. */
function saidAround(cells: unknown[][], lines: readonly Line[], columns: Columns): string {
  const taken = new Set(lines.map(({ row }) => row - 1));
  const around = cells.filter((_, i) => i !== columns.header && !taken.has(i));
  return [...new Set(around.flat().filter((cell) => typeof cell === "string"))].join("\n").slice(0, 10_000);
}

/** A column that names the system of each row. */
const SYSTEM = /^(坐标系统?|坐标系名称|空间参考|大地基准|基准面|crs|srs|srid|epsg|datum|coord(inate)?[_ ]?(ref|sys)\w*)$/i;

type Said = { around: string; headers: string };

/** What the headers of the columns taken say of their system, `X(西安80)`, `北（EPSG:4544）`. Those of other columns speak of other
 *  coordinates. */
function saidInHeaders({ names, first, second }: Columns): string {
  return [...new Set([names[first], names[second]])].filter((name) => name !== undefined).join("\n");
}

/** What the rows say in a column of their own: names, or codes. */
function saidInRows(lines: readonly Line[], { names }: Columns): string {
  const system = names.findIndex((name) => SYSTEM.test(name.trim()));
  if (system === -1) return "";
  const told = new Set(lines.map(({ cells }) => String(cells[system] ?? "").trim()).filter((value) => value !== ""));
  return [...told]
    .map((value) => (value === "2000" ? "CGCS2000" : /^\d{4,6}$/.test(value) ? `EPSG:${value}` : `坐标系：${value}`))
    .join("\n")
    .slice(0, 1000);
}

/** Whether the second column is x. By the headers where they say longitude or easting; X and Y mean north and east to a
 *  surveyor and the reverse to a program, so there the numbers decide, and a person is told. */
function order(lines: readonly Line[], columns: Columns, { swap }: ReadOptions, notes: FormatNote[]): boolean {
  let turned = columns.named === "yx";
  if (columns.named === null) {
    const count = (holds: (a: number, b: number) => boolean) =>
      lines.filter(({ first, second }) => first !== null && second !== null && holds(first, second)).length;
    turned = count((a, b) => isNorthing(a, b)) > count((a, b) => isNorthing(b, a));
  }
  if (swap === true) turned = !turned;
  const name = (column: number) => columns.names[column] || String(column + 1);
  const [x, y] = turned ? [columns.second, columns.first] : [columns.first, columns.second];
  notes.push({ code: "columns_taken", params: { x: name(x), y: name(y) }, row: null, position: null });
  const against = lines.filter(({ first, second }) => {
    if (first === null || second === null) return false;
    return turned ? isNorthing(second, first) : isNorthing(first, second);
  });
  const along = lines.some(
    ({ first, second }) =>
      first !== null && second !== null && isNorthing(...(turned ? ([first, second] as const) : ([second, first] as const))),
  );
  if (along && against.length > 0) {
    const rows =
      against
        .slice(0, 20)
        .map(({ row }) => row)
        .join(", ") + (against.length > 20 ? " …" : "");
    notes.push({ code: "rows_turned", params: { rows }, row: null, position: null });
  }
  return turned;
}

function firstEasting(lines: readonly Line[], turned: boolean): number | null {
  const line = lines.find(({ first, second }) => first !== null && second !== null);
  return line ? (turned ? line.second : line.first) : null;
}

/** Lines when it numbers lines; boundary points when the table numbers points or plots, or has nothing but coordinates; else one row is one point. */
function shapeOf(lines: readonly Line[], columns: Columns): "point" | "line" | "polygon" {
  if (columns.ring !== null && namesLines(columns.names[columns.ring] ?? "")) return "line";
  if (lines.length < 3) return "point";
  const [first, last] = [lines[0]!, lines.at(-1)!];
  const plots = new Set(
    columns.plot === null
      ? []
      : lines.map(({ cells }) => String(cells[columns.plot!] ?? "").trim()).filter((plot) => plot !== ""),
  );
  // Rings or not: plots of one row each, as a layer of points is written, have none.
  if (plots.size === lines.length) return "point";
  if (columns.ring !== null || (first.first === last.first && first.second === last.second)) return "polygon";
  if (columns.plot !== null) return plots.size * 3 <= lines.length || numbersAgain(lines, columns) ? "polygon" : "point";
  if (rowsHaveNames(lines, columns)) return "point";
  const used = [columns.first, columns.second, columns.point];
  const more = columns.names.some(
    (name, i) => name !== "" && !used.includes(i) && lines.some(({ cells }) => String(cells[i] ?? "").trim() !== ""),
  );
  return more && columns.point === null ? "point" : "polygon";
}

/** Whether each plot numbers its points anew, three or more of them in one: a plot may lack some. */
function numbersAgain(lines: readonly Line[], { point }: Columns): boolean {
  const numbers = lines
    .map(({ cells }) => (point === null ? "" : String(cells[point] ?? "").trim()))
    .filter((number) => number !== "");
  const distinct = new Set(numbers).size;
  return distinct > 2 && distinct < numbers.length;
}

/** Two letters or characters together: a name rather than a number of a point, a side `J1-J2` or an angle. */
const NAME = /\p{L}{2}/u;
/** What is told of a boundary point may differ from row to row too. */
const REMARK = /备注|说明|描述|位置|方位|地物|remark|note|comment|desc/i;

/** Whether a column names each row otherwise, as a list of farms does and a table of boundary points does not. */
function rowsHaveNames(lines: readonly Line[], columns: Columns): boolean {
  return columns.names.some((name, i) => {
    if (name === "" || i === columns.first || i === columns.second || POINT.test(name) || REMARK.test(name)) return false;
    const values = lines.map(({ cells }) => cells[i]).filter((cell) => typeof cell === "string" && NAME.test(cell));
    return values.length >= lines.length * 0.9 && new Set(values).size >= lines.length * 0.9;
  });
}

function pointRows(lines: readonly Line[], columns: Columns, turned: boolean): Row[] {
  return lines.map((line) => ({
    row: line.row,
    geometry: () => ({ type: "Point", coordinates: positionOf(line, columns, turned, "cell") }),
    properties: propertiesOf(line.cells, columns),
  }));
}

/** Rows of a list that say something but not where: they are counted and named, never dropped. The list ends with the first
 *  empty row below the last that has a place; what stands below that is no row of it. */
function unplacedRows(cells: unknown[][], columns: Columns, lines: readonly Line[], fault: () => Geometry): Row[] {
  const says = (row: readonly unknown[], column: number) => column >= 0 && String(row[column] ?? "").trim() !== "";
  const filled = (row: readonly unknown[]) => row.some((_, column) => says(row, column));
  const places = [columns.first, columns.second, columns.wkt ?? -1];
  const first = columns.header < 0 ? lines[0]!.row : columns.header + 1;
  const below = cells.findIndex((row, i) => i >= lines.at(-1)!.row && !filled(row));
  return cells
    .slice(0, below === -1 ? cells.length : below)
    .flatMap((row, i) =>
      i < first || !filled(row) || places.some((column) => says(row, column))
        ? []
        : [{ row: i + 1, geometry: fault, properties: propertiesOf(row, columns) }],
    );
}

function inOrder(placed: Row[], unplaced: Row[]): Row[] {
  return unplaced.length === 0 ? placed : [...placed, ...unplaced].toSorted((a, b) => a.row - b.row);
}

/** Datums as texts about a table name them, a cell a line: a street or a company of that city is none, nor is a number. */
const NAMED: Record<string, RegExp> = {
  XIAN80:
    /(西安|xi'?an)[ \t_—-]*(19)?80(?!\d)|西安坐标|1980[ \t]*年?[ \t]*(西安|国家大地|坐标系)|(?<!\d)80(西安|国家大地坐标|坐标系)|^80系|国家80(?!\d)|坐标系(统|名称)?[:：\s]*(西安|xi'?an|(19)?80(?!\d))/im,
  BEIJING54:
    /(北京|beijing|\bBJ)[ \t_—-]*(19)?54(?!\d)|北京坐标|1954[ \t]*年?[ \t]*(北京|坐标系)|(?<!\d)54(北京|坐标系)|^54系|坐标系(统|名称)?[:：\s]*(北京|beijing|(19)?54(?!\d))/im,
  "GCJ-02": /GCJ-?02|火星坐标/i,
  "BD-09": /BD-?09|百度坐标/i,
  WGS84: /wgs[-_ ]?(19)?84|world[_ ]geodetic/i,
};
/** In a header a number in brackets is short for it: `X(80)`. */
const SHORT: Record<string, RegExp> = { XIAN80: /[(（][ \t]*(19)?80[ \t]*[)）]/, BEIJING54: /[(（][ \t]*(19)?54[ \t]*[)）]/ };

/** Every datum that the texts around a table or its headers name. */
function datumsIn({ around, headers }: Said): string[] {
  const text = `${around}\n${headers}`;
  const found = Object.keys(NAMED).filter((name) => NAMED[name]!.test(text) || SHORT[name]?.test(headers));
  return datumOf(text) === "CGCS2000" ? [...found, "CGCS2000"] : found;
}

/** A datum named above the header ("2000国家大地坐标系", "1980西安坐标系") or in it, or an EPSG code: a zone's number in the
 *  eastings completes it, or the width of the zones and their meridian. Of several, none is taken. */
function declaredBy(said: Said, easting: number | null): DeclaredCrs | null {
  const above = `${said.around}\n${said.headers}`;
  const text = above.replace(/\s+/g, " ").trim().slice(0, 200);
  const codes = new Set(
    [...above.matchAll(/EPSG(?:[:：]{1,2}[\d.]*[:：]|[:：]{0,2}[ \t]*)(\d{4,6})(?!\d)/gi)].map(([, code]) => Number(code)),
  );
  const degrees = easting !== null && Math.abs(easting) <= 180;
  const coded = codes.size === 1 ? crsOfEpsg([...codes][0]!) : null;
  // The system of metres that stand beside degrees is not theirs.
  const other = degrees && coded !== null && coded !== "EPSG:4490" && coded !== "EPSG:4326";
  if (codes.size === 1 && !other) return { text, crs: coded, where: "title" };
  const datums = datumsIn(said);
  if (codes.size > 1 || datums.length > 1) return { text, crs: null, where: "title" };
  const [datum] = datums;
  if (datum === undefined) return null;
  if (datum === "GCJ-02" || datum === "BD-09") return { text, crs: datum, where: "title" };
  const prefix = easting === null ? null : zonePrefix(easting);
  if (datum === "XIAN80" || datum === "BEIJING54") return { text, crs: datum, where: "title" };
  if (degrees) return { text, crs: datum === "WGS84" ? "EPSG:4326" : "EPSG:4490", where: "title" };
  const strip = Number(/([36])\s*度\s*分?带/.exec(above)?.[1] ?? (/三度/.test(above) ? 3 : /六度/.test(above) ? 6 : Number.NaN));
  const meridian = Number(
    /中央(?:子午线|经线)[^\d.\n]{0,6}(\d{2,3}(?:\.\d+)?)(?![\d.])(?![ \t]*[°度][ \t]*\d)/.exec(above)?.[1] ?? Number.NaN,
  );
  if (datum === "CGCS2000" && prefix === null && (strip === 3 || strip === 6) && Number.isFinite(meridian))
    return { text, crs: zoneCode(meridian, strip, false), where: "title" };
  if (datum === "WGS84" || prefix === null) return { text, crs: null, where: "title" };
  return { text, crs: zoneCode(prefix.width === 3 ? 3 * prefix.zone : 6 * prefix.zone - 3, prefix.width, true), where: "title" };
}
