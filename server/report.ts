/** From a stored check to the model of its report: everything from what was frozen, so that the report of a check is the
 *  same for ever. Figures that cannot be drawn say so in their place. */
import { createHash } from "node:crypto";
import type { Check, ThemeAnswer } from "./api/checks.ts";
import type { Geometry, Lang } from "./api/common.ts";
import { type Frozen, zoneMeridian } from "./check.ts";
import { isBroken } from "./db/errors.ts";
import type { Db } from "./db/open.ts";
import { JURISDICTION, statusOn } from "./domain/judge.ts";
import type { Catalogue } from "./domain/rule.ts";
import { layers } from "./layers/index.ts";
import type { Layer, Paint } from "./layers/layer.ts";
import { distanceText, areaText } from "./measures.ts";
import { say } from "./messages.ts";
import { drawShapes, type Drawn, nearestWay, siteCorners, type ToDraw } from "./queries/figure.ts";
import type { StoredCheck } from "./queries/checks.ts";
import { type Box, type Drawing, frameOf, type Label, type LegendRow, type Shape } from "./reports/figure.ts";
import type { Report, ReportFigure } from "./reports/report.ts";

/** Corners listed; a longer site has all of them in the check itself. */
const MAX_CORNERS = 500;
/** Of what is drawn, on paper, mm: finer than a line is wide. */
const THINNED_MM = 0.15;

/** SHA-256 of the canonical JSON (keys in order, no spaces) of what was said in both languages, what was frozen and the
 *  version of the catalogue: the same on both engines, whoever computes it. */
export function hashOf({ said, frozen, catalogue }: StoredCheck): string {
  return createHash("sha256")
    .update(canonical({ said, frozen, catalogue: catalogue.version }))
    .digest("hex");
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value === "object" && value !== null)
    return `{${Object.keys(value)
      .toSorted()
      .map((key) => `${JSON.stringify(key)}:${canonical((value as Record<string, unknown>)[key])}`)
      .join()}}`;
  return JSON.stringify(value);
}

/** Throws only when the database is gone; what breaks in one figure is said there. */
export async function reportOf(db: Db, stored: StoredCheck, lang: Lang): Promise<Report> {
  const frozen = stored.frozen as Frozen;
  const check = stored.said[lang];
  const { catalogue } = stored;
  const made = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", dateStyle: "short", timeStyle: "short" });
  const made_at = made.format(new Date(check.created_at));
  const srid_gk = Number(check.site.crs_gk.split(":")[1]);
  const corners = await attempt(lang, () => siteCorners(db, check.site.geometry, srid_gk, MAX_CORNERS));
  const figures =
    "failed" in corners
      ? [{ number: 1, title: say(lang, "report.figure.overview"), theme: null, failed: corners.failed }]
      : await drawAll(db, { check, frozen, lang, srid_gk, site_box: corners.value.box });
  return {
    check,
    number: `SJ-${made_at.slice(0, 10).replaceAll("-", "")}-${check.id.slice(0, 8).toUpperCase()}`,
    hash: hashOf(stored),
    made_at,
    link: `/?check=${check.id}`,
    districts: frozen.jurisdictions.map((code) => nameOfDistrict(frozen, code, lang)),
    attributes: attributesOf(check, catalogue, lang),
    instruments: instrumentsOf(check, catalogue, lang),
    layer_version: ({ theme }: ThemeAnswer) => check.versions.layers[theme.split("/")[0]!] ?? null,
    central_meridian: zoneMeridian(srid_gk),
    coordinates: "failed" in corners ? [] : corners.value.corners.map(rowOf(check.site.geometry)),
    more_coordinates: "failed" in corners ? 0 : corners.value.total - corners.value.corners.length,
    coordinates_failed: "failed" in corners ? corners.failed : null,
    figures,
  };
}

async function attempt<T>(lang: Lang, work: () => Promise<T>): Promise<{ value: T } | { failed: string }> {
  try {
    return { value: await work() };
  } catch (error) {
    if (isBroken(error)) throw error;
    return { failed: say(lang, "report.figure.failed") };
  }
}

function nameOfDistrict(frozen: Frozen, code: string, lang: Lang): string {
  const layer = frozen.layers[JURISDICTION];
  const own = layer && "features" in layer ? layer.features.find((feature) => feature.code === code) : undefined;
  return own ? `${String(own.properties[`name_${lang}`])} ${code}` : code;
}

function attributesOf(check: Check, catalogue: Catalogue, lang: Lang): Report["attributes"] {
  return Object.entries(check.project.attributes).map(([name, value]) => {
    const spec = catalogue.attributes.find((each) => each.name === name);
    const one = (each: unknown) =>
      typeof each === "boolean"
        ? say(lang, `value.${each}`)
        : (spec?.options?.find((option) => option.value === each)?.title[lang] ?? String(each));
    const words = [value].flat().map(one).join(say(lang, "sentence.list"));
    return { title: spec?.title[lang] ?? name, value: spec?.unit ? `${words} ${spec.unit}` : words };
  });
}

/** The instruments whose rules took part, law first as the findings are sorted, each once. */
function instrumentsOf(check: Check, catalogue: Catalogue, lang: Lang): Report["instruments"] {
  const ids = [...new Set(check.findings.map(({ instrument }) => instrument))];
  return ids.flatMap((id) => {
    const spec = catalogue.instruments.find((each) => each.id === id);
    if (!spec) return [];
    const { number, rank, in_force_from, in_force_until, confidence } = spec;
    return [
      {
        id,
        title: spec.title[lang],
        number,
        issuer: spec.issuer[lang],
        rank,
        status: statusOn(spec, check.as_of),
        from: in_force_from,
        until: in_force_until,
        confidence,
      },
    ];
  });
}

function rowOf(geometry: Geometry) {
  return ({ path, x, y, lon, lat }: { path: number[]; x: number; y: number; lon: number; lat: number }) => {
    // Of a polygon [ring, corner], of a multi-polygon [part, ring, corner]; deeper ones are collections.
    const number = path.at(-1) ?? 1;
    const ring = geometry.type.endsWith("Polygon") || path.length > 2 ? (path.at(-2) ?? 1) : 1;
    const part = path.length > 2 ? path[0]! : path.length === 2 && geometry.type !== "Polygon" ? path[0]! : 1;
    return { part, ring, number, x: y, y: x, lon, lat };
  };
}

type DrawInput = { check: Check; frozen: Frozen; lang: Lang; srid_gk: number; site_box: Box };
/** What a frozen feature is, beside its shape. */
type Known = { layer: Layer; code: string; shape: string; paint: Paint; theme: string; name: string };

async function drawAll(db: Db, input: DrawInput): Promise<ReportFigure[]> {
  const { check, frozen, lang, site_box } = input;
  const known = knownFeatures(frozen, lang);
  const size = Math.max(site_box[2] - site_box[0], site_box[3] - site_box[1]);
  const overview = await attempt(lang, () => draw(db, input, known, site_box, Math.max(300, size), null));
  const figures: ReportFigure[] = [{ number: 1, title: say(lang, "report.figure.overview"), theme: null, ...said(overview) }];
  for (const { theme, title } of affectedThemes(check)) {
    const own = known.filter((feature) => feature.theme === theme || CONTEXT.has(feature.layer.id));
    const drawn = await attempt(lang, () => draw(db, input, own, site_box, Math.max(60, size * 0.35), theme));
    figures.push({ number: figures.length + 1, title, theme, ...said(drawn) });
  }
  return figures;
}

function said(drawn: { value: Drawing } | { failed: string }): { drawing: Drawing } | { failed: string } {
  return "failed" in drawn ? drawn : { drawing: drawn.value };
}

/** Layers that help to find one's way in the figure of a theme. */
const CONTEXT = new Set(["river", "water_source", JURISDICTION]);
const AFFECTED = new Set(["affected", "touches", "cannot_tell"]);

/** Themes that the site meets in something that can be drawn. */
export function affectedThemes(check: Check): ThemeAnswer[] {
  return check.themes.filter(
    ({ theme, status }) =>
      AFFECTED.has(status) && check.findings.some((finding) => finding.theme === theme && finding.feature !== null),
  );
}

function knownFeatures(frozen: Frozen, lang: Lang): Known[] {
  return layers.flatMap((layer) => {
    const stored = frozen.layers[layer.id];
    if (!stored || "failed" in stored) return [];
    return stored.features.flatMap(({ code, properties, shape }) => {
      const paint = layer.paint.find(({ match }) => Object.entries(match).every(([name, value]) => properties[name] === value));
      return paint ? [{ layer, code, shape, paint, theme: paint.theme, name: String(properties[`name_${lang}`]) }] : [];
    });
  });
}

/** Of the site's label over the site, mm. */
const ABOVE_MM = 3;
/** Line widths on paper, mm. */
const SITE = { color: "#D40000", opacity: 0.05, width: 0.7, dash: null, pattern: null };
const PIECE = { color: "#FF1744", opacity: 0.4, width: 0.4, dash: null, pattern: null };
const WAY = { color: "#111111", opacity: 1, width: 0.3, dash: [3, 2], pattern: null };

async function draw(
  db: Db,
  { check, lang, srid_gk, site_box }: DrawInput,
  known: readonly Known[],
  content: Box,
  margin_m: number,
  theme: string | null,
): Promise<Drawing> {
  const findings = check.findings.filter(({ feature }) => feature !== null && theme !== null);
  const own = findings.filter((finding) => finding.theme === theme);
  const apart = own.find(({ distance_m }) => (distance_m ?? 0) > 0);
  const target = apart && known.find(({ theme: of, code }) => of === theme && code === apart.feature);
  const way = target ? await nearestWay(db, check.site.geometry, target.shape, srid_gk) : null;
  const held = way ? boxOf([...corners(content), ...way]) : content;
  const { box, scale } = frameOf(held, margin_m);
  const pieces = new Map(own.flatMap(({ feature, piece }) => (piece ? [[feature!, piece] as const] : [])));
  const shapes: ToDraw[] = [
    ...known.map(({ layer, code, shape }) => ({ id: `${layer.id}/${code}`, shape })),
    ...[...pieces].map(([code, geometry]) => ({ id: `piece/${code}`, geometry })),
    { id: "site", geometry: check.site.geometry },
  ];
  const drawn = await drawShapes(db, { shapes, srid_gk, box, tolerance_m: (THINNED_MM * scale) / 1000 });
  const features = new Map(known.map((feature) => [`${feature.layer.id}/${feature.code}`, feature]));
  const painted = drawn.flatMap((one) => shapesOf(one, features.get(one.id)));
  const wayShapes: Shape[] = way ? [{ kind: "line", paths: [way], style: WAY, arrows: false }] : [];
  const labels: Label[] = [
    {
      // Above the site: the measure of its piece has room inside.
      at: [(site_box[0] + site_box[2]) / 2, site_box[3] + (ABOVE_MM * scale) / 1000],
      text: say(lang, "report.figure.site"),
      color: SITE.color,
      strong: true,
    },
    ...(way && apart
      ? [{ at: middle(boxOf(way)), text: distanceText(lang, apart.distance_m!), color: "#111111", strong: true }]
      : []),
    ...drawn.flatMap((one) => pieceLabel(one, own, lang)),
    ...drawn.flatMap(({ id, label }) => {
      const feature = features.get(id);
      if (!feature || feature.layer.id === JURISDICTION) return [];
      return [{ at: label, text: feature.name, color: inkOf(feature.paint.color), strong: false }];
    }),
  ];
  return {
    box,
    scale,
    shapes: [...painted, ...wayShapes],
    labels,
    legend: legendOf(drawn, features, pieces.size > 0, lang),
    notes: notesOf(check, drawn, features, lang),
    sample: check.standing === "demonstration",
  };
}

function pieceLabel({ id, label }: Drawn, own: Check["findings"], lang: Lang): Label[] {
  if (!id.startsWith("piece/")) return [];
  const finding = own.find(({ feature }) => `piece/${feature}` === id);
  const text =
    finding?.overlap_m2 != null
      ? areaText(lang, finding.overlap_m2)
      : finding?.overlap_length_m != null
        ? distanceText(lang, finding.overlap_length_m)
        : null;
  return text === null ? [] : [{ at: label, text, color: "#7a0019", strong: true }];
}

function shapesOf({ id, geometry }: Drawn, feature: Known | undefined): Shape[] {
  const style = feature ? styleOf(feature.paint) : id === "site" ? SITE : PIECE;
  return partsOf(geometry).map(({ kind, paths }) => ({ kind, paths, style, arrows: feature?.paint.arrows === true }));
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

function legendOf(drawn: readonly Drawn[], features: ReadonlyMap<string, Known>, pieces: boolean, lang: Lang): LegendRow[] {
  const paints = new Map(
    drawn.flatMap(({ id }) => (features.has(id) ? [[features.get(id)!.theme, features.get(id)!] as const] : [])),
  );
  const kindOf = (layer: Layer): Shape["kind"] => (layer.geometry === "polygon" ? "area" : layer.geometry);
  return [
    { title: say(lang, "report.figure.site"), kind: "area" as const, style: SITE },
    ...(pieces ? [{ title: say(lang, "report.figure.piece"), kind: "area" as const, style: PIECE }] : []),
    ...[...paints.values()]
      .toReversed()
      .map(({ paint, layer }) => ({ title: paint.title[lang], kind: kindOf(layer), style: styleOf(paint) })),
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
    say(lang, "report.figure.source", {
      source: sources.join(say(lang, "report.semicolon")) || say(lang, "none"),
      date: dates.length === 0 ? say(lang, "none") : [...new Set([dates[0]!, dates.at(-1)!])].join("–"),
    }),
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
