/** Figures of a report, drawn as SVG in the check's Gauss-Krueger frame: paper millimetres, grid north up, a numeric scale
 *  that holds when printed at 100 %. No ground map, no network, no browser. What is drawn is for the eye; no number of the
 *  report is taken from it. */
import type { Lang } from "../api/common.ts";
import { say } from "../messages.ts";
import { html, type Markup } from "./markup.ts";

/** Inner frame of the map on paper, mm. */
export const MAP_MM = { width: 168, height: 80 };

/** Metres; x easting, y northing. */
export type Box = [west: number, south: number, east: number, north: number];

export type Shape = {
  kind: "area" | "line" | "point";
  /** Rings, lines or single positions, in metres. */
  paths: [number, number][][];
  style: { color: string; opacity: number; width: number; dash: number[] | null; pattern: string | null };
  /** Lines with small arrows along them, in the direction they are stored. */
  arrows: boolean;
};

/** Where it may go when its place is taken: elsewhere inside the rings or along the lines (metres), `aside` of its place,
 *  or, for the name of a point, `off` it, which it never covers. None of them: nowhere. */
export type Label = {
  at: [number, number];
  text: string;
  color: string;
  strong: boolean;
  within?: [number, number][][];
  along?: [number, number][][];
  moves?: "aside" | "off";
  /** Its place is marked. */
  dot?: boolean;
};

export type LegendRow = { title: string; kind: Shape["kind"]; style: Shape["style"] };

export type Drawing = {
  box: Box;
  /** 1:`scale` on paper. */
  scale: number;
  /** Bottom first. */
  shapes: Shape[];
  /** In the order they are placed: a later one gives way to an earlier one. */
  labels: Label[];
  legend: LegendRow[];
  /** As written under the figure. */
  notes: string[];
  sample: boolean;
};

const SCALES = [1, 1.5, 2, 2.5, 3, 4, 5, 7.5].flatMap((step) =>
  [100, 1000, 10_000, 100_000, 1_000_000].map((power) => step * power),
);

/** The frame round `content` (metres) with at least `margin_m` about it, at the nearest round scale that holds it. */
export function frameOf(content: Box, margin_m: number): { box: Box; scale: number } {
  const [west, south, east, north] = content;
  const width = east - west + 2 * margin_m;
  const height = north - south + 2 * margin_m;
  const needed = Math.max(width / MAP_MM.width, height / MAP_MM.height) * 1000;
  const scale = SCALES.toSorted((a, b) => a - b).find((each) => each >= needed) ?? Math.ceil(needed / 1_000_000) * 1_000_000;
  const half = { x: (MAP_MM.width * scale) / 2000, y: (MAP_MM.height * scale) / 2000 };
  const centre = { x: (west + east) / 2, y: (south + north) / 2 };
  return { box: [centre.x - half.x, centre.y - half.y, centre.x + half.x, centre.y + half.y], scale };
}

/** The length that the scale bar stands for, metres: a round number 25 to 63 mm long on paper. */
export function barLength(scale: number): number {
  const longest = 0.063 * scale;
  const power = 10 ** Math.floor(Math.log10(longest));
  return [5, 2.5, 2, 1].map((step) => step * power).find((length) => length <= longest)!;
}

const LABEL_MM = 3;
const LEGEND_ROW_MM = 4.6;
const LEGEND_COLUMNS = 3;
const LEGEND_SIGNS = 16;

/** The figure as one <svg>, 170 mm wide. `title` is what a reader hears; `id` keeps the names of its patterns apart from those of other figures. */
export function drawFigure(drawing: Drawing, lang: Lang, id: string, title: string): Markup {
  const { box, scale, shapes, legend, notes } = drawing;
  const mm = (metres: number) => (metres * 1000) / scale;
  const place = ([x, y]: readonly [number, number]): [number, number] => [1 + mm(x - box[0]), 1 + mm(box[3] - y)];
  const patterns = new Map<string, string>();
  for (const { style } of [...shapes, ...legend])
    if (style.pattern && !patterns.has(style.pattern + style.color))
      patterns.set(style.pattern + style.color, `${id}-p${patterns.size}`);
  const patternOf = ({ pattern, color }: Shape["style"]) => (pattern ? patterns.get(pattern + color) : undefined);
  const legend_top = MAP_MM.height + 12;
  const rows = Math.ceil(legend.length / LEGEND_COLUMNS);
  const notes_top = legend_top + rows * LEGEND_ROW_MM + 3;
  const lines = notes.flatMap((note) => wrap(note, 122));
  const height = notes_top + lines.length * 3.6 + 2;
  return html`<svg
    xmlns="http://www.w3.org/2000/svg"
    viewBox="0 0 170 ${fixed(height)}"
    width="170mm"
    height="${fixed(height)}mm"
    role="img"
    aria-label="${title}"
  >
    <defs>
      ${[...patterns].map(([key, name]) => patternMarkup(name, key))}
      <clipPath id="${id}-frame"><rect x="1" y="1" width="${MAP_MM.width}" height="${MAP_MM.height}" /></clipPath>
    </defs>
    <rect x="1" y="1" width="${MAP_MM.width}" height="${MAP_MM.height}" fill="#fbfbf9" />
    <g clip-path="url(#${id}-frame)">${shapes.map((shape) => shapeMarkup(shape, place, patternOf(shape.style)))}</g>
    ${drawing.labels.filter(({ dot }) => dot).map(({ at }) => dotMarkup(place(at)))}
    ${placeLabels(drawing.labels, place).map(labelMarkup)}
    <rect x="1" y="1" width="${MAP_MM.width}" height="${MAP_MM.height}" fill="none" stroke="#111" stroke-width="0.35" />
    ${
      drawing.sample &&
      html`<g
        ><rect x="3" y="3" width="${lang === "zh" ? 20 : 26}" height="6.4" fill="#fff8e6" stroke="#b58900" stroke-width="0.3" />
        <text x="${lang === "zh" ? 13 : 16}" y="7.4" font-size="3.6" text-anchor="middle" fill="#6b4700"
          >${say(lang, "report.sample")}</text
        ></g
      >`
    }
    <g transform="translate(161 5)">
      <path d="M0 11 4 0 8 11 4 8.6z" fill="#111" />
      <path d="M4 0 8 11 4 8.6z" fill="#fff" stroke="#111" stroke-width="0.2" />
      <text x="4" y="15" font-size="3.4" text-anchor="middle">${say(lang, "report.figure.north")}</text>
    </g>
    ${corners(box, lang)} ${scaleBar(scale, lang)}
    ${legend.map((row, i) => legendRow(row, patternOf(row.style), 1 + (i % LEGEND_COLUMNS) * 56, legend_top + Math.floor(i / LEGEND_COLUMNS) * LEGEND_ROW_MM))}
    ${lines.map((line, i) => html`<text x="1" y="${fixed(notes_top + 2.4 + i * 3.6)}" font-size="2.7" fill="#444">${line}</text>`)}
  </svg>`;
}

function fixed(value: number): string {
  return Number(value.toFixed(2)).toString();
}

function pathOf(points: readonly [number, number][], close: boolean): string {
  return points.map(([x, y], i) => `${i === 0 ? "M" : "L"}${fixed(x)} ${fixed(y)}`).join("") + (close ? "Z" : "");
}

function shapeMarkup(shape: Shape, place: (at: [number, number]) => [number, number], pattern: string | undefined): Markup {
  const { style, kind } = shape;
  const paths = shape.paths.map((path) => path.map(place));
  if (kind === "point")
    return html`${paths
      .flat()
      .map(
        ([x, y]) =>
          html`<circle cx="${fixed(x)}" cy="${fixed(y)}" r="1.5" fill="${style.color}" stroke="#fff" stroke-width="0.4" />`,
      )}`;
  const d = paths.map((path) => pathOf(path, kind === "area")).join("");
  const dash = style.dash ? style.dash.map((part) => fixed(part * 0.6)).join(" ") : null;
  const stroke = html`<path
    d="${d}"
    fill="none"
    stroke="${style.color}"
    stroke-width="${style.width}"
    stroke-linejoin="round"
    ${dash ? html` stroke-dasharray="${dash}"` : ""}
  />`;
  if (kind === "line") return html`${stroke}${shape.arrows && paths.map((path) => arrow(path, style.color))}`;
  return html`<path d="${d}" fill="${style.color}" fill-opacity="${style.opacity}" fill-rule="evenodd" />${
      pattern && html`<path d="${d}" fill="url(#${pattern})" fill-rule="evenodd" />`
    }${stroke}`;
}

/** In the middle of a line that is long enough to carry one. */
function arrow(path: readonly [number, number][], color: string): Markup | null {
  const lengths = path.slice(1).map(([x, y], i) => Math.hypot(x - path[i]![0], y - path[i]![1]));
  const half = lengths.reduce((sum, length) => sum + length, 0) / 2;
  if (half < 8) return null;
  let walked = 0;
  for (const [i, length] of lengths.entries()) {
    if (walked + length >= half && length > 0) {
      const [a, b] = [path[i]!, path[i + 1]!];
      const t = (half - walked) / length;
      const angle = (Math.atan2(b[1] - a[1], b[0] - a[0]) * 180) / Math.PI;
      const at = `translate(${fixed(a[0] + (b[0] - a[0]) * t)} ${fixed(a[1] + (b[1] - a[1]) * t)}) rotate(${fixed(angle)})`;
      return html`<path
        d="M-1.4 -1.2 1.6 0 -1.4 1.2 -0.7 0z"
        transform="${at}"
        fill="${color}"
        stroke="#fff"
        stroke-width="0.2"
      />`;
    }
    walked += length;
  }
  return null;
}

const LINES: Record<string, { size: number; d: string; turn: number }> = {
  "hatch-dense": { size: 1.6, d: "M0 0V1.6", turn: 45 },
  "hatch-wide": { size: 3.2, d: "M0 0V3.2", turn: 45 },
  "cross-hatch": { size: 3, d: "M0 0V3M0 0H3", turn: 45 },
  "thin-grid": { size: 2.2, d: "M0 0V2.2M0 0H2.2", turn: 0 },
  "vertical-hatch": { size: 2, d: "M0 0V2", turn: 0 },
};

function patternMarkup(name: string, key: string): Markup {
  const color = key.slice(key.indexOf("#"));
  const lines = LINES[key.slice(0, key.indexOf("#"))];
  if (!lines)
    return html`<pattern id="${name}" width="2.4" height="2.4" patternUnits="userSpaceOnUse"
      ><circle cx="1.2" cy="1.2" r="0.35" fill="${color}"
    /></pattern>`;
  return html`<pattern
    id="${name}"
    width="${lines.size}"
    height="${lines.size}"
    patternUnits="userSpaceOnUse"
    patternTransform="rotate(${lines.turn})"
    ><path d="${lines.d}" stroke="${color}" stroke-width="0.3" stroke-opacity="0.6"
  /></pattern>`;
}

/** Chinese signs are as wide as they are high, others a little over half. */
export function textWidth(text: string, size: number): number {
  return [...text].reduce((sum, sign) => sum + (sign.codePointAt(0)! > 0x2e80 ? size : size * 0.56), 0);
}

/** The text, or as much of it as is `most` Chinese signs wide, with an ellipsis. */
function cut(text: string, most: number): string {
  if (textWidth(text, 1) <= most) return text;
  let kept = "";
  for (const sign of text) {
    if (textWidth(kept + sign, 1) > most - 1) break;
    kept += sign;
  }
  return `${kept}…`;
}

/** Lines of at most `most` half-width signs; a longer word stands alone. */
function wrap(text: string, most: number): string[] {
  const lines = [""];
  // Words of letters stay whole; Chinese breaks anywhere but before a closing sign.
  for (const piece of text.match(/[\w.,;:%°@/()-]+[）」》，。、；：]*|\s+|[^][）」》，。、；：]*/gu) ?? []) {
    if (textWidth(lines.at(-1)! + piece, 2) > most) lines.push("");
    lines[lines.length - 1] += piece;
  }
  return lines.map((line) => line.trim()).filter((line) => line !== "");
}

type Placed = Label & { x: number; y: number; lines: string[]; width: number; height: number };
/** Chinese signs of a label in all, and in a line. */
const MOST_SIGNS = 36;
const LINE_SIGNS = 17;

/** Where labels stand: over their place or where they may move to, within the frame; one that would cover another
 *  wherever it goes is left out, as is one with nothing to read. */
export function placeLabels(labels: readonly Label[], place: (at: [number, number]) => [number, number]): Placed[] {
  const placed: Placed[] = [];
  for (const label of labels) {
    const lines = wrap(cut(label.text, MOST_SIGNS), LINE_SIGNS * 2);
    if (lines.length === 0) continue;
    const width = Math.max(...lines.map((line) => textWidth(line, LABEL_MM)));
    const height = lines.length * LABEL_MM * 1.2;
    for (const [px, py] of candidates(label, place, width, height)) {
      const x = Math.min(Math.max(px - width / 2, 2), MAP_MM.width - width);
      const y = Math.min(Math.max(py - height / 2, 2), MAP_MM.height - height);
      const free = placed.every(
        (other) => x > other.x + other.width || x + width < other.x || y > other.y + other.height || y + height < other.y,
      );
      if (!free) continue;
      placed.push({ ...label, x, y, lines, width, height });
      break;
    }
  }
  return placed;
}

type Mm = [x: number, y: number];
/** Places tried inside an area: every so many mm each way. */
const GRID_MM = { x: 12, y: 6 };

/** Middles of a label of that size, best first, mm. */
function* candidates(
  { at, within, along, moves }: Label,
  place: (at: [number, number]) => [number, number],
  width: number,
  height: number,
): Generator<Mm> {
  const [x, y] = place(at);
  const beside = 2.2 + width / 2;
  const over = 2.2 + height / 2;
  if (moves !== "off") yield [x, y];
  if (moves === "off") yield* around(x, y, beside, over);
  if (moves === "aside") for (const step of [1.3, 2.4, 3.6]) yield* around(x, y, beside, step * height);
  if (within)
    yield* inside(
      within.map((ring) => ring.map(place)),
      [x, y],
    );
  for (const line of along ?? [])
    for (const part of [0.25, 0.75, 0.1, 0.9]) yield place(line[Math.round((line.length - 1) * part)]!);
}

function around(x: number, y: number, dx: number, dy: number): Mm[] {
  return [
    [x + dx, y],
    [x - dx, y],
    [x, y - dy],
    [x, y + dy],
    [x + dx, y - dy],
    [x - dx, y - dy],
    [x + dx, y + dy],
    [x - dx, y + dy],
  ];
}

/** Grid points of the frame inside the rings, nearest to `from` first. */
function inside(rings: readonly Mm[][], from: Mm): Mm[] {
  const found: Mm[] = [];
  for (let x = GRID_MM.x; x < MAP_MM.width; x += GRID_MM.x)
    for (let y = GRID_MM.y; y < MAP_MM.height; y += GRID_MM.y) if (isInside(rings, x, y)) found.push([x, y]);
  const away = ([x, y]: Mm) => Math.hypot(x - from[0], y - from[1]);
  return found.toSorted((a, b) => away(a) - away(b));
}

/** By the even-odd rule. */
function isInside(rings: readonly Mm[][], x: number, y: number): boolean {
  let within = false;
  for (const ring of rings)
    for (const [i, [x1, y1]] of ring.entries()) {
      const [x2, y2] = ring[(i + 1) % ring.length]!;
      if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) within = !within;
    }
  return within;
}

function dotMarkup([x, y]: Mm): Markup {
  return html`<circle cx="${fixed(x)}" cy="${fixed(y)}" r="0.8" fill="#fff" stroke="#111" stroke-width="0.3" />`;
}

function labelMarkup({ x, y, lines, width, height, color, strong }: Placed): Markup {
  return html`<rect
      x="${fixed(x - 0.4)}"
      y="${fixed(y - 0.2)}"
      width="${fixed(width + 0.8)}"
      height="${fixed(height)}"
      rx="0.5"
      fill="#fff"
      fill-opacity="0.78"
    />${lines.map(
      (line, i) =>
        html`<text
          x="${fixed(x + width / 2)}"
          y="${fixed(y + LABEL_MM * (0.9 + i * 1.2))}"
          font-size="${LABEL_MM}"
          text-anchor="middle"
          ${strong ? html` font-weight="600"` : ""}
          fill="${color}"
          >${line}</text
        >`,
    )}`;
}

/** Where the corners of the frame lie: northing and easting in metres. */
function corners([west, south, east, north]: Box, lang: Lang): Markup {
  const said = (x: number, y: number) => say(lang, "report.figure.corner", { north: Math.round(y), east: Math.round(x) });
  return html`<text x="1.5" y="${MAP_MM.height + 3.8}" font-size="2.4" fill="#444">${said(west, south)}</text>
    <text x="${MAP_MM.width + 0.5}" y="${MAP_MM.height + 3.8}" font-size="2.4" text-anchor="end" fill="#444"
      >${said(east, north)}</text
    >`;
}

function scaleBar(scale: number, lang: Lang): Markup {
  const length = barLength(scale);
  const width = (length * 1000) / scale;
  const top = MAP_MM.height + 5.2;
  const words = (metres: number) => (metres >= 1000 ? `${metres / 1000} km` : `${metres} m`);
  return html`<g>
    <rect x="1" y="${top}" width="${fixed(width / 2)}" height="1.3" fill="#111" stroke="#111" stroke-width="0.2" />
    <rect
      x="${fixed(1 + width / 2)}"
      y="${top}"
      width="${fixed(width / 2)}"
      height="1.3"
      fill="#fff"
      stroke="#111"
      stroke-width="0.2"
    />
    <text x="1" y="${top + 4}" font-size="2.6">0</text>
    <text x="${fixed(1 + width)}" y="${top + 4}" font-size="2.6" text-anchor="middle">${words(length)}</text>
    <text x="${fixed(width + 10)}" y="${top + 1.8}" font-size="3.2" font-weight="600"
      >${say(lang, "report.figure.scale", { scale: scale.toLocaleString("en") })}</text
    >
  </g>`;
}

function legendRow({ title, kind, style }: LegendRow, pattern: string | undefined, x: number, y: number): Markup {
  const swatch: Shape = {
    kind,
    arrows: false,
    style,
    paths:
      kind === "area"
        ? [
            [
              [0, 0.4],
              [7, 0.4],
              [7, 3.6],
              [0, 3.6],
            ],
          ]
        : kind === "line"
          ? [
              [
                [0, 2],
                [7, 2],
              ],
            ]
          : [[[3.5, 2]]],
  };
  return html`<g transform="translate(${x} ${fixed(y)})"
    >${shapeMarkup(swatch, (at) => at, pattern)}<text x="9" y="3.1" font-size="2.8">${cut(title, LEGEND_SIGNS)}</text></g
  >`;
}
