/** The figures of a report: what each shows, how far it reaches, what is written on it. Shapes come from what the check has
 *  frozen; numbers on a figure are those of the check. */
import type { Check, Finding, ThemeAnswer } from "./api/checks.ts";
import type { Geometry, Lang } from "./api/common.ts";
import type { Frozen } from "./gather.ts";
import { isBroken } from "./db/errors.ts";
import type { Db } from "./db/open.ts";
import { JURISDICTION } from "./domain/judge.ts";
import { layers } from "./layers/index.ts";
import type { Layer, Paint } from "./layers/layer.ts";
import { areaText, distanceText } from "./measures.ts";
import { say } from "./messages.ts";
import { bringShapes, type Brought, type Drawn, drawShapes, type ToBring } from "./queries/figure.ts";
import { zoneMeridian } from "./queries/site.ts";
import { type Box, type Drawing, frameOf, type Label, type LegendRow, type Shape } from "./reports/figure.ts";
import type { CoordinateRow, ReportFigure } from "./reports/report.ts";

export const OVERVIEW = "report.figure.overview";

/** Of what is drawn, on paper, mm: finer than a line is wide. */
const THINNED_MM = 0.15;
/** The site is at least a thousandth of itself exact, whatever the figure, and never coarser than this on the ground. */
const SITE_PARTS = 1100;
const FINEST_M = 0.02;
/** More corner numbers than this would cover the plan. */
const MAX_NUMBERED = 60;

export type DrawInput = {
  check: Check;
  frozen: Frozen;
  lang: Lang;
  srid_gk: number;
  site_box: Box;
  /** All corners of the site; empty when there are too many to number. */
  corners: readonly CoordinateRow[];
};

/** What a frozen feature is, beside its shape. */
type Known = { id: string; layer: Layer; code: string; shape: string; paint: Paint; theme: string; name: string };

type Brace = { brought: ReadonlyMap<string, Brought>; failed: ReadonlyMap<string, string> };

/** The value, or the sentence that stands in its place. Throws only when the database is gone. */
export async function attempt<T>(lang: Lang, work: () => Promise<T>): Promise<{ value: T } | { failed: string }> {
  try {
    return { value: await work() };
  } catch (error) {
    if (isBroken(error)) throw error;
    return { failed: say(lang, "report.figure.failed") };
  }
}

/** The overview, one figure for each theme that the site meets or comes near, and the plan of the site. */
export async function drawAll(db: Db, input: DrawInput): Promise<ReportFigure[]> {
  const { check, frozen, lang, site_box, corners } = input;
  const known = knownFeatures(frozen, lang);
  const brace = await bringAll(db, input, known);
  const size = Math.max(site_box[2] - site_box[0], site_box[3] - site_box[1]);
  const [broken] = brace.failed.values();
  const overview =
    broken === undefined
      ? await attempt(lang, () => draw(db, input, brace, { known, content: site_box, margin_m: Math.max(500, size * 0.6) }))
      : { failed: broken };
  const figures: ReportFigure[] = [{ number: 1, title: say(lang, OVERVIEW), place: "project", ...said(overview) }];
  for (const { theme, title } of drawnThemes(check)) {
    const failed = brace.failed.get(theme);
    const drawn = failed === undefined ? await attempt(lang, () => drawTheme(db, input, brace, known, theme, size)) : { failed };
    figures.push({ number: figures.length + 1, title, place: "results", ...said(drawn) });
  }
  if (size > 0) {
    const margin_m = Math.max(3, size * 0.12);
    const plan = await attempt(lang, () => draw(db, input, brace, { known: [], content: site_box, margin_m, corners }));
    figures.push({ number: figures.length + 1, title: say(lang, "report.figure.plan"), place: "annex", ...said(plan) });
  }
  return figures;
}

function said(drawn: { value: Drawing } | { failed: string }): { drawing: Drawing } | { failed: string } {
  return "failed" in drawn ? drawn : { drawing: drawn.value };
}

/** Layers that help to find one's way in the figure of a theme. */
const CONTEXT = new Set(["river", "water_source", JURISDICTION]);
const DRAWN = new Set(["affected", "touches", "cannot_tell", "near"]);

/** Themes that the site meets or comes near, in something that can be drawn. */
export function drawnThemes(check: Check): ThemeAnswer[] {
  return check.themes.filter(
    ({ theme, status }) =>
      DRAWN.has(status) && check.findings.some((finding) => finding.theme === theme && finding.feature !== null),
  );
}

function knownFeatures(frozen: Frozen, lang: Lang): Known[] {
  return layers.flatMap((layer) => {
    const stored = frozen.layers[layer.id];
    if (!stored || "failed" in stored) return [];
    return stored.features.flatMap(({ code, properties, shape }) => {
      const paint = layer.paint.find(({ match }) => Object.entries(match).every(([name, value]) => properties[name] === value));
      const id = `${layer.id}/${code}`;
      return paint ? [{ id, layer, code, shape, paint, theme: paint.theme, name: String(properties[`name_${lang}`]) }] : [];
    });
  });
}

const pieceId = ({ layer, feature }: Finding) => `piece/${layer}/${feature}`;

/** Everything frozen, brought to the frame in one statement; when that breaks, theme by theme, so that the broken one is
 *  missing alone. */
async function bringAll(db: Db, { check, srid_gk, site_box, lang }: DrawInput, known: readonly Known[]): Promise<Brace> {
  const size = Math.max(site_box[2] - site_box[0], site_box[3] - site_box[1]);
  const site = check.site.geometry;
  const tolerance_m = Math.max(FINEST_M, size / SITE_PARTS);
  const bring = (shapes: readonly ToBring[]) => bringShapes(db, { shapes, site, srid_gk, tolerance_m });
  const of = (features: readonly Known[]) => features.map(({ id, shape }) => ({ id, shape }));
  const pieces = new Map(check.findings.flatMap((one) => (one.piece ? [[pieceId(one), one.piece] as const] : [])));
  const own: ToBring[] = [...[...pieces].map(([id, geometry]) => ({ id, geometry })), { id: "site", geometry: site }];
  const failed = new Map<string, string>();
  const brought: Brought[] = [];
  const whole = await attempt(lang, () => bring([...of(known), ...own]));
  if ("value" in whole) brought.push(...whole.value);
  else {
    brought.push(...(await bring(own)));
    for (const theme of new Set(known.map((feature) => feature.theme))) {
      const part = await attempt(lang, () => bring(of(known.filter((feature) => feature.theme === theme))));
      if ("value" in part) brought.push(...part.value);
      else failed.set(theme, part.failed);
    }
  }
  return { brought: new Map(brought.map((one) => [one.id, one])), failed };
}

/** The site, the features of a theme that it meets with their outline where that is not far, or the way to the nearest. */
async function drawTheme(
  db: Db,
  input: DrawInput,
  brace: Brace,
  known: readonly Known[],
  theme: string,
  size: number,
): Promise<Drawing> {
  const { check, site_box } = input;
  const findings = check.findings.filter((finding) => finding.theme === theme && finding.feature !== null);
  const near = findings.toSorted((a, b) => (a.distance_m ?? 0) - (b.distance_m ?? 0));
  const idOf = ({ layer, feature }: Finding) => `${layer}/${feature}`;
  const met = near.filter(({ distance_m }) => distance_m === 0);
  const apart = met.length === 0 ? near.find(({ distance_m }) => (distance_m ?? 0) > 0) : undefined;
  const way = apart ? (brace.brought.get(idOf(apart))?.way ?? null) : null;
  const middle_m = middle(site_box);
  const reach_m = Math.max(500, size * 6);
  const edges = met
    .map((finding) => brace.brought.get(idOf(finding))?.edge ?? null)
    .filter((edge) => edge !== null)
    .filter(([x, y]) => Math.hypot(x - middle_m[0], y - middle_m[1]) <= reach_m);
  const content = boxOf([...corners(site_box), ...edges, ...(way ?? [])]);
  return draw(db, input, brace, {
    known: known.filter((feature) => feature.theme === theme || CONTEXT.has(feature.layer.id)),
    content,
    margin_m: Math.max(30, size * 0.3),
    findings,
    ...(way ? { way: { places: way, distance_m: apart!.distance_m! } } : {}),
  });
}

/** Line widths on paper, mm. */
const SITE = { color: "#D40000", opacity: 0.05, width: 0.7, dash: null, pattern: null };
const PIECE = { color: "#FF1744", opacity: 0.4, width: 0.4, dash: null, pattern: null };
/** Of a site that is a line: a band under it. */
const PIECE_OF_LINE = { ...PIECE, color: "#FFA3B5", width: 2.2 };
const WAY = { color: "#111111", opacity: 1, width: 0.3, dash: [3, 2], pattern: null };
/** Of the site's label over the site, mm. */
const ABOVE_MM = 3;

type Wanted = {
  /** Drawn below the site, in this order. */
  known: readonly Known[];
  content: Box;
  margin_m: number;
  /** Whose pieces are drawn. */
  findings?: readonly Finding[];
  way?: { places: [[number, number], [number, number]]; distance_m: number };
  /** Numbered on the plan. */
  corners?: readonly CoordinateRow[];
};

async function draw(db: Db, input: DrawInput, { brought }: Brace, wanted: Wanted): Promise<Drawing> {
  const { check, lang, srid_gk, site_box } = input;
  const { known, content, margin_m, findings = [], way, corners: numbered = [] } = wanted;
  const { box, scale } = frameOf(content, margin_m);
  const pieces = [...new Set(findings.map(pieceId))];
  const ids = [...known.map(({ id }) => id), ...pieces, "site"].filter((id) => brought.has(id));
  const drawn = await drawShapes(db, {
    shapes: ids.map((id) => ({ id, shape: brought.get(id)!.shape })),
    srid_gk,
    box,
    tolerance_m: (THINNED_MM * scale) / 1000,
  });
  const features = new Map(known.map((feature) => [feature.id, feature]));
  const painted = drawn.flatMap((one) => shapesOf(one, features.get(one.id)));
  const wayShapes: Shape[] = way ? [{ kind: "line", paths: [way.places], style: WAY, arrows: false }] : [];
  const labels: Label[] = [
    ...(numbered.length === 0
      ? [
          {
            // Above the site: the measure of its piece has room inside.
            at: [(site_box[0] + site_box[2]) / 2, site_box[3] + (ABOVE_MM * scale) / 1000] as [number, number],
            text: say(lang, "report.figure.site"),
            color: SITE.color,
            strong: true,
            moves: "aside" as const,
          },
        ]
      : []),
    ...(way
      ? [
          {
            at: middle(boxOf(way.places)),
            text: distanceText(lang, way.distance_m),
            color: "#111111",
            strong: true,
            moves: "aside" as const,
          },
        ]
      : []),
    ...drawn.flatMap((one) => pieceLabel(one, findings, lang)),
    ...(numbered.length <= MAX_NUMBERED ? numbered.map((corner) => cornerLabel(corner, numbered)) : []),
    ...drawn.flatMap((one) => featureLabel(one, features.get(one.id))),
  ];
  return {
    box,
    scale,
    shapes: [...painted, ...wayShapes],
    labels,
    legend: legendOf(check, drawn, features, lang),
    notes: notesOf(check, drawn, features, lang),
    sample: check.standing === "demonstration",
  };
}

/** `J3`, or `2-1-J3` where the site has several parts or rings. */
export function cornerName({ part, ring, number }: Pick<CoordinateRow, "part" | "ring" | "number">, plain: boolean): string {
  return plain ? `J${number}` : `${part}-${ring}-J${number}`;
}

function cornerLabel(corner: CoordinateRow, all: readonly CoordinateRow[]): Label {
  const plain = all.every(({ part, ring }) => part === 1 && ring === 1);
  return { at: [corner.y, corner.x], text: cornerName(corner, plain), color: "#111111", strong: false, moves: "off", dot: true };
}

function pieceLabel({ id, label }: Drawn, findings: readonly Finding[], lang: Lang): Label[] {
  const finding = findings.find((each) => pieceId(each) === id);
  if (!finding) return [];
  const text =
    finding.overlap_m2 !== null
      ? areaText(lang, finding.overlap_m2)
      : finding.overlap_length_m !== null
        ? distanceText(lang, finding.overlap_length_m)
        : null;
  return text === null ? [] : [{ at: label, text, color: "#7a0019", strong: true, moves: "aside" }];
}

function featureLabel({ label, geometry }: Drawn, feature: Known | undefined): Label[] {
  if (!feature || feature.layer.id === JURISDICTION) return [];
  const color = inkOf(feature.paint.color);
  const common = { at: label, text: feature.name, color, strong: false };
  const paths = partsOf(geometry).flatMap((part) => part.paths);
  switch (feature.layer.geometry) {
    case "polygon":
      return [{ ...common, within: paths }];
    case "line":
      return [{ ...common, along: paths }];
    default:
      return [{ ...common, moves: "off" }];
  }
}

function shapesOf({ id, geometry }: Drawn, feature: Known | undefined): Shape[] {
  const arrows = feature?.paint.arrows === true;
  const style = feature ? styleOf(feature.paint) : id === "site" ? SITE : null;
  return partsOf(geometry).map(({ kind, paths }) => ({ kind, paths, style: style ?? pieceStyle(kind), arrows }));
}

function pieceStyle(kind: Shape["kind"]): Shape["style"] {
  return kind === "line" ? PIECE_OF_LINE : PIECE;
}

/** As on the screen, in millimetres of paper. */
function styleOf({ color, fill_opacity, width, dash, pattern }: Paint): Shape["style"] {
  return { color, opacity: fill_opacity, width: Math.max(0.25, width * 0.25), dash, pattern };
}

/** Pale colours are no ink. */
function inkOf(color: string): string {
  const [red, green, blue] = [1, 3, 5].map((i) => Number.parseInt(color.slice(i, i + 2), 16));
  return 0.3 * red! + 0.59 * green! + 0.11 * blue! > 120 ? "#333333" : color;
}

type Parts = { kind: Shape["kind"]; paths: [number, number][][] };

function partsOf(geometry: Geometry): Parts[] {
  const plain = (positions: number[][]) => positions.map(([x, y]) => [x!, y!] as [number, number]);
  switch (geometry.type) {
    case "Point":
      return [{ kind: "point", paths: [plain([geometry.coordinates])] }];
    case "MultiPoint":
      return [{ kind: "point", paths: [plain(geometry.coordinates)] }];
    case "LineString":
      return [{ kind: "line", paths: [plain(geometry.coordinates)] }];
    case "MultiLineString":
      return [{ kind: "line", paths: geometry.coordinates.map(plain) }];
    case "Polygon":
      return [{ kind: "area", paths: geometry.coordinates.map(plain) }];
    case "MultiPolygon":
      return [{ kind: "area", paths: geometry.coordinates.flat().map(plain) }];
    case "GeometryCollection":
      return geometry.geometries.flatMap(partsOf);
  }
}

function legendOf(check: Check, drawn: readonly Drawn[], features: ReadonlyMap<string, Known>, lang: Lang): LegendRow[] {
  const paints = new Map(
    drawn.flatMap(({ id }) => (features.has(id) ? [[features.get(id)!.theme, features.get(id)!] as const] : [])),
  );
  const pieces = drawn.find(({ id }) => id.startsWith("piece/"));
  const kindOfPieces = pieces && partsOf(pieces.geometry)[0]!.kind;
  const { area_m2, length_m } = check.site;
  const site = area_m2 !== null ? "area" : length_m !== null ? "line" : "point";
  return [
    { title: say(lang, "report.figure.site"), kind: site, style: SITE },
    ...(kindOfPieces ? [{ title: say(lang, "report.figure.piece"), kind: kindOfPieces, style: pieceStyle(kindOfPieces) }] : []),
    ...[...paints.values()].toReversed().map(({ paint, layer }): LegendRow => {
      const kind = layer.geometry === "polygon" ? "area" : layer.geometry;
      return { title: paint.title[lang], kind, style: styleOf(paint) };
    }),
  ];
}

function notesOf(check: Check, drawn: readonly Drawn[], features: ReadonlyMap<string, Known>, lang: Lang): string[] {
  const shown = new Set(drawn.flatMap(({ id }) => features.get(id)?.theme ?? []));
  const themes = check.themes.filter(({ theme }) => shown.has(theme) && theme !== JURISDICTION);
  const sources = [...new Set(themes.flatMap(({ source }) => source ?? []))];
  const dates = [...new Set(themes.flatMap(({ data_date }) => data_date ?? []))].toSorted();
  const srid_gk = Number(check.site.crs_gk.split(":")[1]);
  return [
    say(lang, "report.figure.crs", { crs: check.site.crs_gk, meridian: zoneMeridian(srid_gk) }),
    ...(themes.length > 0 || features.size > 0
      ? [
          say(lang, "report.figure.source", {
            source: sources.join(say(lang, "report.semicolon")) || say(lang, "none"),
            date: dates.length === 0 ? say(lang, "none") : [...new Set([dates[0]!, dates.at(-1)!])].join("–"),
          }),
        ]
      : [say(lang, "report.figure.given", { crs: check.site.crs_given })]),
    say(lang, "report.figure.made", { date: check.as_of, version: check.versions.service }),
  ];
}

function corners([west, south, east, north]: Box): [number, number][] {
  return [
    [west, south],
    [east, north],
  ];
}
function boxOf(points: readonly (readonly [number, number])[]): Box {
  const of = (i: 0 | 1, pick: (...values: number[]) => number) => pick(...points.map((point) => point[i]));
  return [of(0, Math.min), of(1, Math.min), of(0, Math.max), of(1, Math.max)];
}
function middle([west, south, east, north]: Box): [number, number] {
  return [(west + east) / 2, (south + north) / 2];
}
