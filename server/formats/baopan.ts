/** 报盘 TXT, the text of boundary points that Chinese land reviews are submitted with: a header of `key=value`, then plots, each
 *  a line of attributes that ends with `@` and its points `点号,地块圈号,X,Y`, X to the north. Writers disagree on nearly
 *  everything else; what is accepted here is listed in test/fixtures/formats/README.md. */
import type { Geometry, Position } from "../api/common.ts";
import { datumOf, zoneCode } from "./crs.ts";
import type { DeclaredCrs, Format, FormatNote, InputFile, ReadLayer, ReadOptions } from "./format.ts";
import { budgetOf, closeRing, isClosed, readLayer, RowFault, takeVertices, type Budget, type Row } from "./geometry.ts";
import { isNorthing, zonePrefix } from "./magnitude.ts";
import { nestRings } from "./rings.ts";
import { decodeText, peekText } from "./text.ts";

/** The attributes of a plot, in the order of the line; what comes after them has no agreed meaning. */
const ATTRIBUTES = ["界址点数", "地块面积", "地块编号", "地块名称", "记录图形属性", "图幅号", "地块用途", "地类编码"];

const NUMBERS = ["界址点数", "地块面积"];

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
  return /^\s*\[(属性描述|地块坐标|扩展信息)\]/m.test(head) || /,@\s*\r?\n\s*\w+\s*,\s*\d+\s*,\s*[\d.]+\s*,\s*[\d.]+/.test(head);
}

type Point = { ring: string; first: number; second: number; line: number };
type Plot = { attributes: string[]; points: Point[]; faults: FormatNote[]; line: number };

function readOne(file: InputFile, options: ReadOptions, budget: Budget): ReadLayer {
  const { text, encoding } = decodeText(file.bytes, options.encoding);
  const notes: FormatNote[] = [];
  const { header, plots } = parse(text, notes, budget);
  const swap = swapped(plots, options, notes);
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
  let section = "";
  let points = 0;
  let wide = 0;
  for (const [i, raw] of text.split(/\r\n|\r|\n/).entries()) {
    const line = halved(raw.trim());
    if (line !== raw.trim()) wide += 1;
    if (line === "") continue;
    const named = /^\[(.*)\]$/.exec(line);
    if (named) section = named[1]!.trim();
    else if (line.endsWith("@"))
      plots.push({
        attributes: line
          .slice(0, -1)
          .split(",")
          .map((part) => part.trim()),
        points: [],
        faults: [],
        line: i + 1,
      });
    else if (line.includes("=") && plots.length === 0)
      header.set(line.slice(0, line.indexOf("=")).trim(), line.slice(line.indexOf("=") + 1).trim());
    else if (plots.length > 0 || section === "地块坐标") {
      if (plots.length === 0) {
        notes.push(note("plot_line_missing"));
        plots.push({ attributes: [], points: [], faults: [], line: i + 1 });
      }
      // Bounded while reading, since a file of commas would make many short lines.
      if ((points += 1) > budget.vertices) takeVertices(budget, points);
      addPoint(plots.at(-1)!, line, { line: i + 1, row: plots.length });
    }
  }
  if (wide > 0) notes.push(note("fullwidth_signs", { count: wide }));
  return { header, plots };
}

/** Full-width signs as the half-width ones they should be, where a line has no others: a name may hold one rightly. */
function halved(line: string): string {
  const separated = line.includes(",") ? line : line.replaceAll("，", ",");
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

function propertiesOf({ attributes }: Plot): Record<string, unknown> {
  return Object.fromEntries(
    attributes
      .map((value, i) => [ATTRIBUTES[i] ?? `附加属性${i - ATTRIBUTES.length + 1}`, value] as const)
      .filter(([name, value]) => value !== "" || ATTRIBUTES.includes(name))
      .map(([name, value]) => [name, NUMBERS.includes(name) ? numberOf(value) : value === "" ? null : value]),
  );
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
  const kind = plot.attributes.find((value) => /^(点|线|面)$/.test(value)) ?? "面";
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
  return geometry;
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
function checkCount({ attributes, points }: Plot, parts: readonly Part[], row: number, notes: FormatNote[]): void {
  const said = Number(attributes[0] || Number.NaN);
  if (!Number.isInteger(said)) return;
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
  const width = Number(/[36]/.exec(header.get("几度分带") ?? "")?.[0] ?? Number.NaN);
  const zone = Number(header.get("带号")?.replace(/\D/g, "") || Number.NaN);
  const prefix = zonePrefix(east);
  if (prefix !== null && Number.isFinite(zone) && prefix.zone !== zone)
    notes.push(note("zone_contradicts", { header: zone, coordinates: prefix.zone }));
  if (!system) return null;
  const text = [system, header.get("几度分带") && `几度分带=${header.get("几度分带")}`, Number.isFinite(zone) && `带号=${zone}`]
    .filter(Boolean)
    .join(" ")
    .slice(0, 200);
  const datum = datumOf(system);
  if (datum !== "CGCS2000") return { text, crs: datum === "WGS84" ? "EPSG:4326" : datum, where: "header" };
  if (Math.abs(east) <= 180 && Math.abs(north) <= 90) return { text, crs: "EPSG:4490", where: "header" };
  const strip = width === 6 || (Number.isNaN(width) && zone < 24) ? 6 : 3;
  const known = Number.isFinite(zone) ? { zone, width: strip as 3 | 6 } : prefix;
  if (!known) return { text, crs: null, where: "header" };
  const central_meridian = known.width === 3 ? 3 * known.zone : 6 * known.zone - 3;
  return { text, crs: zoneCode(central_meridian, known.width, prefix !== null), where: "header" };
}
