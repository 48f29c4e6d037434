/** Which reference system do these numbers stand in? Ranks what fits: the range of the numbers, the zone's number in front of
 *  the easting, the user's district, layers already loaded, and what the file declares. Numbers alone never tell a datum:
 *  Xi'an 80 and Beijing 54 coordinates look like CGCS2000 and lie tens to hundreds of metres off, so that without a declaration nothing is
 *  certain. */
import type { Geometry, Position } from "../api/common.ts";
import { gaussKrueger, refusedDatum, zoneCode } from "./crs.ts";
import type { DeclaredCrs, ReadLayer } from "./format.ts";
import { zonePrefix } from "./magnitude.ts";
import { sideOf } from "./rings.ts";
import { accuracyOf, CRS_READ, toCgcs2000 } from "./transform.ts";

/** `[west, south, east, north]` in degrees. */
export type Bbox = [number, number, number, number];

export type Clues = {
  /** Positions of the file as they stand there, x,y; a few hundred are enough. */
  sample: readonly Position[];
  declared: DeclaredCrs | null;
  /** Where the user's data should lie; `outline` are the outer rings, in degrees. */
  district: { bbox: Bbox; outline?: readonly Position[][] } | null;
  /** Extents of layers already loaded there. */
  known: readonly Bbox[];
};

/** `code` is a key of the messages, `import.crs.<code>`. */
export type Reason = { code: string; params: Record<string, string | number> };

/** A system that the numbers may stand in. `swap`: the file has y,x. `score` 0 to 1 ranks, it is no probability. */
export type Candidate = { crs: string; swap: boolean; score: number; reasons: Reason[] };

export type Finding = {
  /** Best first. Empty: nothing fits, or the datum is refused. */
  candidates: Candidate[];
  /** True where the first candidate is declared by the file itself, nothing contradicts it, and converting it adds no error;
   *  else a person must say. */
  certain: boolean;
  warnings: Reason[];
};

/** Mainland, islands and seas of China, generously. */
const CHINA: Bbox = [73, 3, 136, 54];
/** A site may stand a little across the district's border; degrees, about 5 km. */
const MARGIN = 0.05;
/** Surveys run on past their zone's limit rather than change it. */
const PAST_ZONE = 0.5;

/** Up to `count` positions spread over the layers, for `Clues.sample`. */
export function sampleOf(layers: readonly Pick<ReadLayer, "features">[], count = 500): Position[] {
  const all: Position[] = [];
  const walk = (node: unknown): void => {
    if (!Array.isArray(node)) return;
    if (typeof node[0] === "number") all.push(node as Position);
    else for (const each of node) walk(each);
  };
  const walkGeometry = (geometry: Geometry): void => {
    if (geometry.type === "GeometryCollection") for (const each of geometry.geometries) walkGeometry(each);
    else walk(geometry.coordinates);
  };
  for (const { features } of layers) for (const { geometry } of features) if (geometry) walkGeometry(geometry);
  const step = Math.max(1, all.length / count);
  return Array.from({ length: Math.min(count, all.length) }, (_, i) => all[Math.floor(i * step)]!);
}

export function detect(clues: Clues): Finding {
  const { declared, sample } = clues;
  const refused = refusedDatum(declared?.crs ?? null);
  if (refused) return { candidates: [], certain: false, warnings: [{ code: "datum_refused", params: { datum: refused } }] };
  if (sample.length === 0) return { candidates: [], certain: false, warnings: [{ code: "no_positions", params: {} }] };
  const tried = guesses(clues)
    .map((guess) => weigh(guess, clues))
    .filter((candidate) => candidate !== null)
    .toSorted((a, b) => b.score - a.score);
  const placed = tried.some(({ inside }) => inside > 0);
  const kept = tried.filter((each) => !clues.district || !placed || each.inside > 0 || isDeclared(each, declared));
  const warnings = warningsOf(kept, clues);
  const best = kept[0];
  const declaredInFile = declared?.crs != null && declared.where !== "format" && isDeclared(best, declared) && !best?.swap;
  // What is shifted is set right on request only, whoever says so: the way back is not published.
  const widened = declaredInFile ? accuracyOf(best!.crs) : null;
  const certain = declaredInFile && warnings.length === 0 && widened!.accuracy_m === 0;
  if (widened && widened.accuracy_m > 0)
    warnings.push({ code: "declared_shifted", params: { text: declared!.text, accuracy_m: widened.accuracy_m } });
  else if (!certain && kept.length > 0) warnings.push({ code: "datum_unproven", params: {} });
  return { candidates: kept.map(({ crs, swap, score, reasons }) => ({ crs, swap, score, reasons })), certain, warnings };
}

type Guess = { crs: string; swap: boolean; base: number; reasons: Reason[] };
type Weighed = Candidate & { inside: number };

function isDeclared(candidate: { crs: string } | undefined, declared: DeclaredCrs | null): boolean {
  return candidate !== undefined && declared?.crs === candidate.crs;
}

/** Everything the range of the numbers allows, plus what is declared, in both orders of the axes. */
function guesses({ sample, declared }: Clues): Guess[] {
  const [x, y] = [middle(sample.map((each) => each[0]!)), middle(sample.map((each) => each[1]!))];
  const found: Guess[] = [];
  for (const swap of [false, true]) {
    const [east, north] = swap ? [y, x] : [x, y];
    const turned: Reason[] = swap ? [{ code: "swapped", params: {} }] : [];
    for (const { base, ...guess } of byRange(east, north))
      found.push({ ...guess, swap, base: swap ? base * 0.95 : base, reasons: [...guess.reasons, ...turned] });
    const named = declared?.crs;
    if (named && CRS_READ.includes(named) && !found.some((each) => each.crs === named && each.swap === swap))
      found.push({ crs: named, swap, base: swap ? 0.4 : 0.5, reasons: turned });
  }
  return found;
}

function middle(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

function byRange(east: number, north: number): Omit<Guess, "swap">[] {
  if (Math.abs(east) <= 180 && Math.abs(north) <= 90) {
    const degrees: Reason = { code: "degrees", params: {} };
    return [
      { crs: "EPSG:4490", base: 0.56, reasons: [degrees] },
      { crs: "EPSG:4326", base: 0.55, reasons: [degrees, { code: "equal_cgcs2000", params: {} }] },
      { crs: "GCJ-02", base: 0.4, reasons: [degrees, shifted("GCJ-02")] },
      { crs: "BD-09", base: 0.35, reasons: [degrees, shifted("BD-09")] },
    ];
  }
  if (north < 200_000 || north > 7_500_000) return [];
  const found: Omit<Guess, "swap">[] = [];
  const prefix = zonePrefix(east);
  if (prefix) {
    const { zone, width } = prefix;
    const crs = zoneCode(width === 3 ? 3 * zone : 6 * zone - 3, width, true);
    if (crs) found.push({ crs, base: 0.65, reasons: [{ code: width === 3 ? "prefix_3" : "prefix_6", params: { zone } }] });
  }
  if (east > 0 && east < 1_000_000)
    for (const [zones, step] of [
      [21, 3],
      [11, 6],
    ] as const)
      for (let i = 0; i < zones; i += 1) {
        const central_meridian = 75 + step * i;
        const crs = zoneCode(central_meridian, step, false)!;
        // Both systems have the zones of 75, 81 ... 135 degrees, with the same numbers: the 3-degree one is the usual.
        const twin = step === 6 ? zoneCode(central_meridian, 3, false)! : null;
        const reasons: Reason[] = [{ code: "no_prefix", params: { central_meridian, width: step } }];
        if (twin) reasons.push({ code: "same_projection", params: { crs: twin } });
        found.push({ crs, base: step === 3 ? 0.5 : 0.45, reasons });
      }
  if (east > 8_000_000 && east < 15_200_000)
    found.push({ crs: "EPSG:3857", base: 0.5, reasons: [{ code: "mercator", params: {} }] });
  return found;
}

function shifted(crs: string): Reason {
  const { accuracy_m, confidence } = accuracyOf(crs);
  return { code: crs === "GCJ-02" ? "shifted_gcj02" : "shifted_bd09", params: { accuracy_m, confidence } };
}

/** Null where the numbers cannot stand in this system: no such place, not in China, or far from the zone. */
function weigh(guess: Guess, clues: Clues): Weighed | null {
  const { sample, declared, district, known } = clues;
  const places = toCgcs2000(guess.swap ? sample.map(([x, y]) => [y!, x!]) : sample, guess.crs);
  const share = (holds: (place: Position) => boolean) => places.filter(holds).length / places.length;
  if (share((place) => withinBox(place, CHINA, 0)) < 0.9) return null;
  const zone = gaussKrueger(guess.crs);
  const reasons = [...guess.reasons];
  let base = guess.base;
  if (zone) {
    const far = (limit: number) => share(([lon]) => Math.abs(lon! - zone.central_meridian) > zone.width / 2 + limit);
    if (far(PAST_ZONE) > 0.5) return null;
    if (far(0) > 0) {
      base *= 0.9;
      reasons.push({ code: "past_zone", params: { central_meridian: zone.central_meridian } });
    }
  }
  const inside = district ? places.reduce((sum, place) => sum + insideDistrict(place, district), 0) / places.length : 0;
  let score = base;
  if (district) {
    score = base * (0.2 + 0.8 * inside) + 0.25 * inside;
    const percent = Math.round(inside * 100);
    reasons.push({ code: inside > 0 ? "in_district" : "outside_district", params: inside > 0 ? { percent } : {} });
  }
  if (known.length > 0) {
    const near = share((place) => known.some((box) => withinBox(place, box, MARGIN)));
    score = score * (0.85 + 0.15 * near);
    if (near > 0) reasons.push({ code: "near_known", params: { percent: Math.round(near * 100) } });
  }
  if (isDeclared(guess, declared)) {
    const by_format = declared!.where === "format";
    // Where a file's word and the user's district disagree, neither simply wins.
    if (by_format) score += 0.05 * (district ? inside : 1);
    else score = !district || inside > 0 ? Math.max(score, guess.swap ? 0.9 : 0.97) : Math.max(score, 0.6);
    reasons.unshift({ code: by_format ? "declared_by_format" : "declared", params: { text: declared!.text } });
  }
  return { crs: guess.crs, swap: guess.swap, score: Math.round(Math.min(score, 0.99) * 1000) / 1000, reasons, inside };
}

function withinBox([lon, lat]: Position, [west, south, east, north]: Bbox, margin: number): boolean {
  return lon! >= west - margin && lon! <= east + margin && lat! >= south - margin && lat! <= north + margin;
}

/** 1 within the outline, 0.7 in its box or just across its border, 0 elsewhere. */
function insideDistrict(place: Position, { bbox, outline }: NonNullable<Clues["district"]>): number {
  if (!withinBox(place, bbox, MARGIN)) return 0;
  return !outline || outline.some((ring) => sideOf(place, ring as Position[]) >= 0) ? 1 : 0.7;
}

function warningsOf(kept: readonly Weighed[], { declared, district }: Clues): Reason[] {
  const warnings: Reason[] = [];
  const said = { text: declared?.text ?? "" };
  if (kept.length === 0) warnings.push({ code: "nothing_fits", params: {} });
  if (declared && declared.crs === null) warnings.push({ code: "declared_unknown", params: said });
  if (declared?.crs && declared.where !== "format") {
    const straight = kept.find((each) => isDeclared(each, declared) && !each.swap);
    if (!straight) {
      const turned = kept.some((each) => isDeclared(each, declared));
      warnings.push({ code: turned ? "contradicted_axes" : "contradicted_range", params: said });
    } else if (district && straight.inside === 0 && kept.some(({ inside }) => inside > 0))
      warnings.push({ code: "contradicted_district", params: said });
    else if (district && straight.inside === 0) warnings.push({ code: "declared_outside_district", params: said });
  } else if (declared?.crs && kept.length > 0 && !kept.some((each) => isDeclared(each, declared)))
    warnings.push({ code: "contradicted_format", params: said });
  else if (district && kept.length > 0 && kept.every(({ inside }) => inside === 0))
    warnings.push({ code: "all_outside_district", params: {} });
  return warnings;
}
