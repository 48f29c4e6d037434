/** 报盘 TXT, the text of boundary points that Chinese land reviews are submitted with: a header of `key=value`, then plots, each
 *  a line of attributes that ends with `@` and its points `点号,地块圈号,X,Y`, X to the north. Writers disagree on nearly
 *  everything else; what is accepted here is listed in test/fixtures/formats/README.md. */
import type { Geometry, Position } from "../api/common.ts";
import { datumOf, declaredByName, zoneCode } from "./crs.ts";
import {
  type DeclaredCrs,
  type Format,
  FormatError,
  type FormatNote,
  type InputFile,
  type ReadLayer,
  type ReadOptions,
} from "./format.ts";
import { budgetOf, closeRing, isClosed, readLayer, RowFault, takeVertices, type Budget, type Row } from "./geometry.ts";
import { isNorthing, zonePrefix } from "./magnitude.ts";
import { nestRings } from "./rings.ts";
import { decodeText, peekText } from "./text.ts";

const COUNT = "界址点数";
const AREA = "地块面积";
const KIND = "记录图形属性";

/** The attributes of a plot, in the order of the line; what comes after them has no agreed meaning. */
const ATTRIBUTES = [COUNT, AREA, "地块编号", "地块名称", KIND, "图幅号", "地块用途", "地类编码"];

/** The form that provinces hand on to the ministry names the place before the plot. */
const PLACED = [COUNT, AREA, "行政区代码", "行政区名称", ...ATTRIBUTES.slice(2)];

export const baopan: Format = {
  id: "baopan",
  endings: [".txt"],
  sniff: (files) => (files.some(isBaopan) ? 0.97 : 0),
  read: async (files, options, limits) => {
    const budget = budgetOf(limits);
    return files.filter(isBaopan).map((file) => readOne(file, options, budget));
  },
};

function isBaopan({ bytes }: InputFile): boolean {
  const head = peekText(bytes, 16_384) ?? "";
  return (
    LIST.test(head) ||
    /^\s*\[(属性描述|地块坐标|扩展信息)\]/m.test(head) ||
    /,@\s*\r?\n\s*\w+\s*,\s*\d+\s*,\s*[\d.]+\s*,\s*[\d.]+/.test(head)
  );
}

/** A list of boundary points without plot lines, as an office of Zhejiang exports it: 序号,地块号,圈号,点号,X,Y. */
const LIST = /^\uFEFF?导出面数据/;

type Point = { ring: string; first: number; second: number; line: number };
type Plot = { attributes: string[]; points: Point[]; faults: FormatNote[]; line: number };

function readOne(file: InputFile, options: ReadOptions, budget: Budget): ReadLayer {
  const { text, encoding } = decodeText(file.bytes, options.encoding);
  const notes: FormatNote[] = [];
  const { header, plots } = parse(text, notes, budget);
  const swap = swapped(plots, options, notes);
  for (const [i, plot] of plots.entries()) plot.faults.push(...oddCorners(plot, swap, i + 1));
  const faults = plots.flatMap((plot) => plot.faults);
  const rows: Row[] = plots.map((plot, i) => ({
    row: i + 1,
    geometry: () => shapeOf(plot, i + 1, swap, notes),
    properties: propertiesOf(plot),
  }));
  const declared = declaredBy(header, plots, swap, notes);
  // Lines that are no points spoil their plot: without them its boundary would be another.
  const sound = rows.filter((_, i) => plots[i]!.faults.length === 0);
  const layer = readLayer(
    { name: file.name.replace(/\.\w+$/, ""), rows: sound, faults, declared, encoding, expected: plots.length },
    budget,
  );
  return { ...layer, notes: [...notes, ...layer.notes].slice(0, 200) };
}

function note(code: string, params: FormatNote["params"] = {}, row: number | null = null): FormatNote {
  return { code, params, row, position: null };
}

function parse(text: string, notes: FormatNote[], budget: Budget): { header: Map<string, string>; plots: Plot[] } {
  const header = new Map<string, string>();
  const plots: Plot[] = [];
  const begin = (attributes: string[], line: number) => plots.push({ attributes, points: [], faults: [], line });
  let section = LIST.test(text) ? "导出面数据" : "";
  let listed = "";
  let points = 0;
  let wide = 0;
  for (const [i, raw] of text.split(/\r\n|\r|\n/).entries()) {
    const line = halved(raw.trim());
    if (line !== raw.trim()) wide += 1;
    if (line === "") continue;
    const named = /^\[(.*)\]$/.exec(line);
    if (named) section = named[1]!.trim();
    else if (line.endsWith("@"))
      begin(
        line
          .slice(0, -1)
          .split(",")
          .map((part) => part.trim()),
        i + 1,
      );
    else if (line.includes("=") && (plots.length === 0 || section !== "地块坐标")) keep(header, line, i + 1);
    else if (section === "导出面数据") {
      if (plots.length === 0 && (LIST.test(line) || !/\d/.test(line))) continue; // a heading
      const [, plot = "", ...point] = line.split(",");
      if ((points += 1) > budget.vertices) takeVertices(budget, points);
      if (plots.length === 0 || plot !== listed) begin([], i + 1);
      listed = plot;
      const [ring, corner, ...place] = point;
      addPoint(plots.at(-1)!, place.length === 2 ? [corner, ring, ...place].join(",") : line, { line: i + 1, row: plots.length });
    } else if (plots.length > 0 || section === "地块坐标") {
      if (plots.length === 0) {
        notes.push(note("plot_line_missing"));
        begin([], i + 1);
      }
      // Bounded while reading, since a file of commas would make many short lines.
      if ((points += 1) > budget.vertices) takeVertices(budget, points);
      addPoint(plots.at(-1)!, line, { line: i + 1, row: plots.length });
    }
  }
  if (wide > 0) notes.push(note("fullwidth_signs", { count: wide }));
  return { header, plots };
}

/** What the plots of a file are said to be in, without how it is spelt: files put one behind another must agree. */
const SYSTEM: Record<string, (value: string) => unknown> = {
  坐标系: (value) => datumOf(value) ?? value,
  几度分带: (value) => /[36]/.exec(value)?.[0],
  带号: (value) => Number(value.replace(/\D/g, "")),
};

function keep(header: Map<string, string>, line: string, at: number): void {
  const [name, value] = [line.slice(0, line.indexOf("=")).trim(), line.slice(line.indexOf("=") + 1).trim()];
  const before = header.get(name);
  const meant = SYSTEM[name];
  if (before !== undefined && value === "") return;
  if (before !== undefined && before !== "" && meant && meant(before) !== meant(value))
    throw new FormatError("headers_differ", { line: at, name, first: before.slice(0, 60), second: value.slice(0, 60) });
  header.set(name, value);
}

/** Full-width signs and tabs as the commas they should be, where a line has no others: a name may hold one rightly. */
function halved(line: string): string {
  const separated = line.includes(",") ? line : line.replaceAll(/[，\t]/g, ",");
  return separated.replace(/＠$/, "@");
}

function addPoint(plot: Plot, text: string, at: { line: number; row: number }): void {
  const parts = text.split(",").map((part) => part.trim());
  // Point, ring, X, Y, perhaps a height; some leave out the ring.
  const [ring, first, second] = parts.length >= 4 ? parts.slice(1, 4) : ["1", ...parts.slice(1, 3)];
  const numbers = [Number(first || Number.NaN), Number(second || Number.NaN)];
  if (parts.length < 3 || !numbers.every(Number.isFinite)) {
    plot.faults.push(note("point_line", { line: at.line, text: text.slice(0, 60) }, at.row));
    return;
  }
  plot.points.push({ ring: ring === "" ? "1" : ring!, first: numbers[0]!, second: numbers[1]!, line: at.line });
}

/** Whether the second number of a point is the northing, against the rule. By the size of the numbers, or as chosen. */
function swapped(plots: readonly Plot[], { swap }: ReadOptions, notes: FormatNote[]): boolean {
  let [kept, turned] = [0, 0];
  for (const { points } of plots)
    for (const { first, second } of points) {
      if (isNorthing(first, second)) kept += 1;
      if (isNorthing(second, first)) turned += 1;
    }
  const found = turned > kept;
  if (found) notes.push(note("columns_swapped"));
  return swap === true ? !found : found;
}

/** Corners whose numbers are of another kind than those of the rest: exchanged, cut short, or one of them written twice. */
function oddCorners({ points }: Plot, swap: boolean, row: number): FormatNote[] {
  const odd = points.filter(({ first, second }) => !(swap ? isNorthing(second, first) : isNorthing(first, second)));
  if (odd.length === 0 || odd.length * 2 >= points.length) return [];
  const lines = odd
    .slice(0, 20)
    .map(({ line }) => line)
    .join(", ");
  return [note("corner_odd", { lines: lines + (odd.length > 20 ? " …" : "") }, row)];
}

/** What each attribute of a plot is, by where its kind stands: some leave out the number of points, or the plot's own. */
function namesOf(attributes: readonly string[]): readonly string[] {
  const kind = attributes.findIndex((value) => KINDS.test(value));
  if (kind === ATTRIBUTES.indexOf(KIND) + 2) return PLACED;
  if (kind !== ATTRIBUTES.indexOf(KIND) - 1) return ATTRIBUTES;
  return Number.isInteger(Number(attributes[0])) ? ATTRIBUTES.toSpliced(2, 1) : ATTRIBUTES.slice(1);
}

const KINDS = /^(点|线|面)$/;

function propertiesOf({ attributes }: Plot): Record<string, unknown> {
  const names = namesOf(attributes);
  return Object.fromEntries(
    attributes
      .map((value, i) => [names[i] ?? `附加属性${i - names.length + 1}`, value] as const)
      .filter(([name, value]) => value !== "" || names.includes(name))
      .map(([name, value]) => [name, name === COUNT || name === AREA ? numberOf(value) : value === "" ? null : value]),
  );
}

/** What a plot says of itself under one name; empty where it says nothing. */
function saidOf({ attributes }: Plot, name: string): string {
  return attributes[namesOf(attributes).indexOf(name)] ?? "";
}

/** "0.7655公顷" is 0.7655: the area is in hectares whether it says so or not. */
function numberOf(value: string): number | string | null {
  const number = Number(value.replace(/公顷$|ha$/i, ""));
  return value === "" ? null : Number.isFinite(number) ? number : value;
}

function shapeOf(plot: Plot, row: number, swap: boolean, notes: FormatNote[]): Geometry | null {
  if (plot.points.length === 0) return null;
  const parts = partsOf(plot.points, swap);
  checkCount(plot, parts, row, notes);
  const kind = plot.attributes.find((value) => KINDS.test(value)) ?? "面";
  const positions = parts.map((part) => part.positions);
  if (kind === "点") return single({ type: "MultiPoint", coordinates: positions.flat() });
  if (kind === "线") return single({ type: "MultiLineString", coordinates: positions });
  const open = positions.filter((part) => !isClosed(part)).length;
  if (open > 0) notes.push(note("plot_closed", { count: open }, row));
  const short = positions.find((part) => part.length < 3);
  if (short) throw new RowFault("ring_too_short", { count: short.length }, short[0] as [number, number]);
  const { geometry } = nestRings(positions.map(closeRing));
  const outer = geometry.type === "MultiPolygon" ? geometry.coordinates.length : 1;
  const numbered = new Set(parts.map((part) => part.ring)).size;
  // Ring 1 is the outer one and the others holes, say some; by their place it is otherwise here.
  if (outer > 1 && numbered > 1) notes.push(note("ring_numbers", { outer, rings: parts.length }, row));
  checkArea(saidOf(plot, AREA), geometry, row, notes);
  return geometry;
}

const SQUARE_METRES = /^(.*?)\s*(平方米|㎡|m2|m²)$/i;
const MU = 10_000 / 15;

/** The area that a plot states, in hectares or whatever it says, against what its corners enclose: 2 % apart and more than its
 *  last digit can say, corners are missing, out of order, or in another system. */
function checkArea(stated: string, geometry: Geometry, row: number, notes: FormatNote[]): void {
  const metres = SQUARE_METRES.exec(stated);
  const text = (metres?.[1] ?? stated).replace(/\s*(公顷|ha|亩)$/i, "");
  const said = Number(text || Number.NaN);
  if (!(said > 0)) return;
  const found = areaOf(geometry);
  const units = metres ? [1] : stated.endsWith("亩") ? [MU] : text === stated ? [10_000, 1, MU] : [10_000];
  const digit = 10 ** -(text.split(".")[1]?.length ?? 0);
  if (units.some((unit) => Math.abs(said * unit - found) <= found * 0.02 + (digit / 2) * unit)) return;
  notes.push(note("area_differs", { said: stated, found: (found / 10_000).toPrecision(4) }, row));
}

/** Square metres inside plane coordinates, or about as many inside degrees. */
function areaOf(geometry: Geometry): number {
  const polygons =
    geometry.type === "Polygon" ? [geometry.coordinates] : geometry.type === "MultiPolygon" ? geometry.coordinates : [];
  return polygons.reduce(
    (sum, [outer, ...holes]) => sum + ringArea(outer!) - holes.reduce((hole, ring) => hole + ringArea(ring), 0),
    0,
  );
}

function ringArea(ring: readonly Position[]): number {
  const [[x0, y0]] = ring as [Position];
  const degrees = Math.abs(x0!) <= 180 && Math.abs(y0!) <= 90;
  const [east, north] = degrees ? [111_320 * Math.cos((y0! * Math.PI) / 180), 110_900] : [1, 1];
  const twice = ring.reduce((sum, [x, y], i) => {
    const [nextX, nextY] = ring[(i + 1) % ring.length]!;
    return sum + (x! - x0!) * (nextY! - y0!) - (nextX! - x0!) * (y! - y0!);
  }, 0);
  return (Math.abs(twice) / 2) * east * north;
}

function single(geometry: Extract<Geometry, { type: "MultiPoint" | "MultiLineString" }>): Geometry {
  if (geometry.coordinates.length !== 1) return geometry;
  return geometry.type === "MultiPoint"
    ? { type: "Point", coordinates: geometry.coordinates[0]! }
    : { type: "LineString", coordinates: geometry.coordinates[0]! };
}

type Part = { ring: string; positions: Position[] };

/** Points to rings: a new ring begins with a new number, or after the first point was repeated. */
function partsOf(points: readonly Point[], swap: boolean): Part[] {
  const parts: Part[] = [];
  let closed = false;
  for (const { ring, first, second } of points) {
    const position: Position = swap ? [first, second] : [second, first];
    let part = parts.at(-1);
    if (!part || part.ring !== ring || closed) parts.push((part = { ring, positions: [] }));
    part.positions.push(position);
    closed = part.positions.length > 3 && isClosed(part.positions);
  }
  return parts;
}

/** The number of points that the plot announces may count the repeated ones or not, and be off by one. Beyond that lines are
 *  missing, and the plot is a fault. */
function checkCount(plot: Plot, parts: readonly Part[], row: number, notes: FormatNote[]): void {
  const { points } = plot;
  const said = Number(saidOf(plot, COUNT) || Number.NaN);
  if (!Number.isInteger(said)) return;
  // Some programs leave it at 0.
  if (said === 0) return void notes.push(note("point_count_none", { got: points.length }, row));
  const repeated = parts.filter(({ positions }) => positions.length > 3 && isClosed(positions)).length;
  if (said <= points.length && said >= points.length - repeated) return;
  if (said > points.length && said <= points.length + parts.length - repeated) return;
  const counts = { expected: said, got: points.length };
  if (said > points.length + parts.length || said < points.length - repeated - 1) throw new RowFault("point_count", counts);
  notes.push(note("point_count_off", counts, row));
}

/** The system that the header names. Only the datum is needed from it where the eastings carry their zone. */
function declaredBy(header: Map<string, string>, plots: readonly Plot[], swap: boolean, notes: FormatNote[]): DeclaredCrs | null {
  const system = header.get("坐标系");
  const point = plots.find(({ points }) => points.length > 0)?.points[0];
  const [north, east] = !point ? [Number.NaN, Number.NaN] : swap ? [point.second, point.first] : [point.first, point.second];
  const belts = header.get("几度分带") ?? header.get("分带");
  const width = Number(/[36]/.exec(belts ?? "")?.[0] ?? Number.NaN);
  const zone = Number(header.get("带号")?.replace(/\D/g, "") || Number.NaN);
  const prefix = zonePrefix(east);
  if (prefix !== null && Number.isFinite(zone) && prefix.zone !== zone)
    notes.push(note("zone_contradicts", { header: zone, coordinates: prefix.zone }));
  if (!system) return null;
  const text = [system, belts && `几度分带=${belts}`, Number.isFinite(zone) && `带号=${zone}`]
    .filter(Boolean)
    .join(" ")
    .slice(0, 200);
  const datum = datumOf(system);
  if (datum === null) return { ...declaredByName(system, "header"), text };
  if (datum !== "CGCS2000") return { text, crs: datum === "WGS84" ? "EPSG:4326" : datum, where: "header" };
  if (Math.abs(east) <= 180 && Math.abs(north) <= 90) return { text, crs: "EPSG:4490", where: "header" };
  const strip = width === 6 || (Number.isNaN(width) && zone < 24) ? 6 : 3;
  // Where no zone has that number, the file says nothing of it.
  const exists = strip === 3 ? zone >= 25 && zone <= 45 : zone >= 13 && zone <= 23;
  const known = exists ? { zone, width: strip as 3 | 6 } : prefix;
  const said = header.get("中央子午线") ?? header.get("中央经线") ?? "";
  const meridian = Number(/^\D*(\d{2,3}(?:\.\d+)?)\s*[°度]?\s*$/.exec(said)?.[1] ?? Number.NaN);
  if (!known && Number.isFinite(meridian)) return { text, crs: zoneCode(meridian, strip, false), where: "header" };
  if (!known) return { text, crs: null, where: "header" };
  const central_meridian = known.width === 3 ? 3 * known.zone : 6 * known.zone - 3;
  return { text, crs: zoneCode(central_meridian, known.width, prefix !== null), where: "header" };
}
