/** Rows that are the corners of plots, or of lines: which belong together, and what stands between them. */
import type { Geometry, Position } from "../api/common.ts";
import type { FormatNote } from "./format.ts";
import { closeRing, isClosed, RowFault, type Row } from "./geometry.ts";
import { nestRings } from "./rings.ts";
import type { Columns } from "./table_columns.ts";
import { ASIDE, isHeader, isHeading, positionOf, propertiesOf, type Line } from "./table_lines.ts";

/** A corner of a plot; `bare`: the row says something of a corner but not where it is; `heading`: what stands above the plot
 *  that begins here. */
type Corner = Line & { bare: boolean; heading?: string };

/** A heading that begins a plot. */
const PLOT_WORD = /地块|宗地|图斑|多边形|斑块|区块|\b(plot|parcel|polygon|block)\b/i;

/** The field that a heading becomes. */
const HEADING = "地块名称";

const ROWS_TOLD = 20;

type Around = { cells: readonly unknown[][]; lines: readonly Line[]; columns: Columns; footer: readonly Line[] };

/** The corners of each plot. A row between corners that says something but not where is a corner of its plot, bare, unless it is
 *  a heading, a sum or a note; those are told in `notes`, for none is lost in silence. */
export function cornersOf({ cells, lines, columns, footer }: Around, notes: FormatNote[]): Corner[][] {
  const isNumbered = numbered(lines, columns);
  const above = cells
    .slice(0, Math.max(columns.header, 0))
    .map(headingOf)
    .findLast((text) => text !== "");
  const plots = columns.plot === null ? plotsByGap(columns, isNumbered, above ?? "") : plotsByName(lines, columns, isNumbered);
  const signed = new Set(footer.map(({ row }) => row));
  const isSide = sides(lines);
  let between = 0;
  const passed: number[] = [];
  let next = 0;
  let blank = true;
  for (let i = columns.header < 0 ? lines[0]!.row - 1 : columns.header + 1; i < cells.length; i += 1) {
    const row = i + 1;
    const texts = cells[i]!;
    if (signed.has(row)) continue;
    if (!texts.some((cell) => says(cell))) {
      plots.end();
      blank = true;
      continue;
    }
    if (lines[next]?.row === row) {
      plots.place(lines[next]!);
      next += 1;
    } else if (isSide(texts)) {
      between += 1;
    } else {
      const bare: Corner = { row, cells: texts, first: null, second: null, gap: false, half: false, bare: true };
      const open = blank || !cells[i + 1]?.some((cell) => says(cell));
      if (!plots.take(bare, { next: lines[next], open }) && !isHeader(texts, columns)) passed.push(row);
    }
    blank = false;
  }
  if (between > 0) notes.push({ code: "rows_of_sides", params: { count: between }, row: null, position: null });
  const last = lines.at(-1)!.row;
  const told = (code: string, rows: readonly number[]) => {
    if (rows.length === 0) return;
    const listed = rows.slice(0, ROWS_TOLD).join(", ") + (rows.length > ROWS_TOLD ? " …" : "");
    notes.push({ code, params: { rows: listed }, row: null, position: null });
  };
  told(
    "rows_between_ignored",
    passed.filter((row) => row < last),
  );
  told(
    "rows_below_ignored",
    [...passed.filter((row) => row > last), ...signed].toSorted((a, b) => a - b),
  );
  return plots.all;
}

/** Whether a row says nothing but numbers in columns that no corner uses: the standard list of boundary points (界址点成果表) has
 *  the length of each side in a row between its two corners. */
function sides(lines: readonly Line[]): (row: readonly unknown[]) => boolean {
  const used = new Set(lines.flatMap(({ cells }) => cells.flatMap((cell, i) => (says(cell) ? [i] : []))));
  return (row) => row.every((cell, i) => !says(cell) || (!used.has(i) && /^\d+([.,]\d+)?$/.test(textOf(cell))));
}

function says(cell: unknown): boolean {
  return textOf(cell) !== "";
}

function textOf(cell: unknown): string {
  return String(cell ?? "").trim();
}

/** The one text of a row, merged or not, where it speaks of a plot; else nothing. */
function headingOf(row: readonly unknown[]): string {
  const texts = new Set(row.map(textOf).filter((text) => text !== ""));
  const [text = ""] = texts;
  return texts.size === 1 && PLOT_WORD.test(text) ? text.slice(0, 100) : "";
}

/** How a number of a point is written: `J1` and `J12` alike. */
function likeness(cell: unknown): string {
  return textOf(cell)
    .replace(/[0-9０-９]+/g, "0")
    .replace(/[A-Za-z]+/g, "A");
}

/** What stands around a row without a place: the next corner below it, and whether an empty row is beside it. */
type Beside = { next: Line | undefined; open: boolean };

/** The plots so far, and what becomes of the next row. */
type Plots = {
  all: Corner[][];
  /** An empty row. */
  end(): void;
  place(line: Line): void;
  /** A row without a place; whether it is a corner, or names a plot. */
  take(row: Corner, beside: Beside): boolean;
};

/** Whether a row numbers a point or a ring as the corners do. */
type IsNumbered = (row: Line) => boolean;

function numbered(lines: readonly Line[], columns: Columns): IsNumbered {
  const numbers = [columns.point, columns.ring]
    .filter((column) => column !== null)
    .filter((column) => column !== columns.plot)
    .map(
      (column) =>
        [
          column,
          new Set(
            lines
              .map(({ cells }) => cells[column])
              .filter(says)
              .map(likeness),
          ),
        ] as const,
    );
  return ({ cells }) =>
    !isHeader(cells, columns) &&
    !isHeading(cells, columns) &&
    numbers.some(([column, alike]) => says(cells[column]) && alike.has(likeness(cells[column])));
}

/** Plots told apart by empty rows, and by headings where one ends, which name the next. `above`: the heading above the table,
 *  which names the first where others are named too. */
function plotsByGap(columns: Columns, isNumbered: IsNumbered, above: string): Plots {
  const all: Corner[][] = [];
  let plot: Corner[] | null = null;
  let heading = "";
  let ring = NO_RING;
  let points = new Set<string>();
  const numberOf = ({ cells }: Line) => (columns.point === null ? "" : textOf(cells[columns.point]));
  const end = () => {
    plot = null;
    ring = NO_RING;
    points = new Set();
  };
  const push = (corner: Corner) => {
    if (plot) plot.push(corner);
    else {
      const named = heading === "" ? corner : { ...corner, heading };
      if (heading !== "" && above !== "" && all.length === 1) all[0]![0] = { ...all[0]![0]!, heading: above };
      all.push((plot = [named]));
      heading = "";
    }
    return true;
  };
  return {
    all,
    end,
    place(line) {
      push({ ...line, bare: false });
      ring = extend(ring, line, columns);
      points.add(numberOf(line));
    },
    take(row, { next, open }) {
      // Where the first corner is repeated above, the form was only numbered further than the plot goes.
      if (isNumbered(row)) return next || !ring.closed ? push(row) : false;
      const number = next ? numberOf(next) : "";
      const again = number !== "" && points.has(number);
      if (!next || open || ring.closed || again || row.cells.some((cell) => PLOT_WORD.test(textOf(cell)))) {
        end();
        heading = next ? headingOf(row.cells) : "";
        return heading !== "";
      }
      // A header on each page; without numbers of points nobody can tell whether the plot goes on below it.
      return isHeader(row.cells, columns) && number !== "" ? false : push(row);
    },
  };
}

/** Plots told apart by their names, which merged cells and tidy people write only once. */
function plotsByName(lines: readonly Line[], columns: Columns, isNumbered: IsNumbered): Plots {
  const all: Corner[][] = [];
  const plots = new Map<string, { corners: Corner[]; ring: Ring }>();
  const nameOf = ({ cells }: Line) => textOf(cells[columns.plot!]);
  const named = new Set(lines.map(nameOf));
  let name = "";
  let above: string | null = null;
  const push = (corner: Corner) => {
    name = nameOf(corner) || name;
    const plot = plots.get(name);
    if (plot) plot.corners.push(corner);
    else all.push(plots.set(name, { corners: [corner], ring: NO_RING }).get(name)!.corners);
    return true;
  };
  return {
    all,
    end() {},
    place(line) {
      // A plot whose name stands in a row of its own above.
      const heads = nameOf(line) === "" && name !== "" && !plots.has(name);
      push({ ...line, cells: heads ? line.cells.with(columns.plot!, name) : line.cells, bare: false });
      const plot = plots.get(name)!;
      plot.ring = extend(plot.ring, line, columns);
      above = name;
    },
    take(row, { next, open }) {
      const said = nameOf(row);
      if (isNumbered(row)) return next || !plots.get(said || name)?.ring.closed ? push(row) : false;
      if (isHeader(row.cells, columns)) return false;
      if (said === "") {
        const within = next && above === name && [name, ""].includes(nameOf(next)) && columns.point === null;
        return within && !row.cells.some((cell) => ASIDE.test(textOf(cell))) ? push(row) : false;
      }
      if (next && nameOf(next) === "" && !ASIDE.test(said)) {
        name = said;
        return true;
      }
      const other = isHeading(row.cells, columns) || ASIDE.test(said) || (!next && open);
      return named.has(said) || !other ? push(row) : false;
    },
  };
}

/** The ring that a plot's last corner is of. */
type Ring = { start: Line | null; number: string; count: number; closed: boolean };

const NO_RING: Ring = { start: null, number: "", count: 0, closed: false };

function extend(ring: Ring, line: Line, { ring: column }: Columns): Ring {
  const number = column === null ? "" : textOf(line.cells[column]);
  if (ring.start === null || ring.closed || (number !== "" && number !== ring.number))
    return { start: line, number, count: 1, closed: false };
  const count = ring.count + 1;
  return { ...ring, count, closed: count > 3 && line.first === ring.start.first && line.second === ring.start.second };
}

type Plotting = { turned: boolean; line: boolean; notes: FormatNote[] };

export function plotRows(plots: readonly Corner[][], columns: Columns, how: Plotting): Row[] {
  return plots.map((plot) => {
    const row = plot[0]!.row;
    const { heading } = plot[0]!;
    const properties = { ...(heading === undefined ? {} : { [HEADING]: heading }), ...common(plot, columns) };
    return { row, geometry: () => plotShape(plot, columns, row, how), properties };
  });
}

function plotShape(plot: readonly Corner[], columns: Columns, row: number, { turned, line, notes }: Plotting): Geometry {
  const bare = plot.filter((corner) => corner.bare).map((corner) => corner.row);
  if (bare.length > 0) throw new RowFault("corner_no_place", { lines: bare.slice(0, ROWS_TOLD).join(", ") });
  const rings: { ring: string; positions: Position[] }[] = [];
  let closed = false;
  for (const each of plot) {
    const ring = columns.ring === null ? "" : String(each.cells[columns.ring] ?? "").trim();
    let part = rings.at(-1);
    if (!part || closed || (ring !== "" && ring !== part.ring)) rings.push((part = { ring, positions: [] }));
    part.positions.push(positionOf(each, columns, turned, "corner"));
    closed = !line && part.positions.length > 3 && isClosed(part.positions);
  }
  // The first corner again, and again.
  const [before, last] = rings.slice(-2);
  const again = closed ? null : last;
  if (
    again?.positions.length === 1 &&
    before &&
    before.ring === again.ring &&
    isClosed([before.positions[0]!, again.positions[0]!])
  )
    rings.pop();
  const positions = rings.map((ring) => ring.positions);
  if (line) return { type: "MultiLineString", coordinates: positions };
  const short = positions.find((part) => part.length < 3);
  if (short) throw new RowFault("ring_too_short", { count: short.length }, short[0] as [number, number]);
  const open = positions.filter((part) => !isClosed(part)).length;
  if (open > 0) notes.push({ code: "plot_closed", params: { count: open }, row, position: null });
  return nestRings(positions.map(closeRing)).geometry;
}

/** Attributes of a plot: those that all its rows agree on, blanks aside. */
function common(plot: readonly Line[], columns: Columns): Record<string, unknown> {
  const all = plot.map(({ cells }) => propertiesOf(cells, columns));
  // What names the plot is told, whatever else it is.
  const skipped = [columns.point, columns.ring].map((i) => (i === null || i === columns.plot ? "" : columns.names[i]));
  return Object.fromEntries(
    Object.keys(all[0] ?? {})
      .filter((name) => !skipped.includes(name))
      .map((name) => [name, [...new Set(all.map((each) => each[name]).filter((value) => value !== null))]] as const)
      .filter(([, values]) => values.length === 1)
      .map(([name, [value]]) => [name, value]),
  );
}
