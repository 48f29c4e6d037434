/** A check from request to stored answer, and its replay: place the site, measure, judge, conclude, say, freeze. */
import { randomUUID } from "node:crypto";
import type { Action, AttributeValue, Check, Replay } from "./api/checks.ts";
import type { Geometry, Lang } from "./api/common.ts";
import type { OpenDatabase } from "./db/open.ts";
import { classify } from "./domain/classify.ts";
import { conclude, concludedThemes } from "./domain/conclude.ts";
import { type Evidence, type LayerEvidence, type SiteEvidence, TOLERANCES, type Tolerances } from "./domain/evidence.ts";
import { JURISDICTION, judge, type Project, reachOfRule, stands } from "./domain/judge.ts";
import type { Catalogue, Checklist, ThemeSpec } from "./domain/rule.ts";
import { layerOf, layers } from "./layers/index.ts";
import {
  type FrozenFeature,
  inSnapshot,
  type Measured,
  measureCoverage,
  measureLayer,
  type Origin,
  type Snapshot,
} from "./queries/evidence.ts";
import { type StoredCheck, storeCheck } from "./queries/checks.ts";
import { type FramedSite, frameSite, type PlacedSite, placeSite } from "./queries/site.ts";
import type { ParsedSite } from "./site.ts";
import { sayCheck } from "./words.ts";

export const SERVICE_VERSION = "0.1.0";

export type CheckInput = {
  project: Project;
  site: ParsedSite;
  crs_given: string;
  accuracy_m: number;
  asOf: string;
};

/** All that an answer rests on but the catalogue, which is kept beside it once per version. Enough to recompute it
 *  without any table of today. */
export type Frozen = {
  project: { name: string; activity: string; action: Action; attributes: Record<string, AttributeValue> };
  site: { geometry: Geometry; bbox: [number, number, number, number]; measures: SiteEvidence; crs_given: string };
  asOf: string;
  tolerances: Tolerances;
  radius_m: number;
  layers: Record<
    string,
    | { features: FrozenFeature[]; counts: Record<string, number>; version: number; failed_themes?: Record<string, string> }
    | { failed: string }
  >;
  coverage: Evidence["coverage"];
  jurisdictions: string[];
  checklists: Checklist[];
  versions: Check["versions"];
};

/** Runs a check and stores it, or, for a trial, does not. Throws what the database throws when it is gone: then nothing is
 *  stored. */
export async function runCheck(
  database: OpenDatabase,
  catalogue: Catalogue,
  input: CheckInput,
  now: Date,
  { trial = false }: { trial?: boolean } = {},
): Promise<Record<Lang, Check>> {
  const placed = await placeSite(database.db, input.site.parts, input.site.srid);
  const { frozen, evidence } = await inSnapshot(database.db, (snapshot) => gather(snapshot, database, catalogue, input, placed));
  const said = answer(frozen, catalogue, evidence, { id: randomUUID(), created_at: now.toISOString() });
  if (!trial) await storeCheck(database.db, { said, frozen, catalogue });
  return said;
}

/** The EPSG code of the CGCS2000 3-degree zone of a longitude, without zone prefix: 4534 (75 E) to 4554 (135 E). */
export function zoneOf(lon: number): number {
  return 4509 + Math.floor((lon + 1.5) / 3);
}

/** The central meridian of such a code, degrees. */
export function zoneMeridian(srid_gk: number): number {
  return (srid_gk - 4509) * 3;
}

/** Reads what the answer will rest on: which districts, their checklists, the features near, the coverage. */
async function gather(
  snapshot: Snapshot,
  database: OpenDatabase,
  catalogue: Catalogue,
  input: CheckInput,
  placed: PlacedSite,
): Promise<{ frozen: Frozen; evidence: Evidence }> {
  const srid_gk = zoneOf(placed.lon);
  const framed = await frameSite(snapshot.db, placed.geometry, srid_gk);
  const measures: SiteEvidence = {
    area_m2: placed.area_m2,
    area_gk_m2: framed.area_gk_m2,
    length_m: placed.length_m,
    points: placed.points,
    srid_gk,
    accuracy_m: input.accuracy_m,
  };
  const distances_m = [...new Set([0, ...catalogue.rules.map((rule) => reachOfRule(rule, catalogue.settings) ?? 0)])];
  const radius_m = TOLERANCES.near_m + Math.max(...distances_m) + 2 * input.accuracy_m;
  const common = {
    site: framed,
    bbox: placed.bbox,
    srid_gk,
    site_accuracy_m: input.accuracy_m,
    radius_m,
    tolerances: TOLERANCES,
  };
  const found: Frozen["layers"] = {};
  const evidence: Record<string, LayerEvidence> = {};
  const read = async (id: string, wanted: (theme: string) => boolean): Promise<LayerEvidence> => {
    const layer = layerOf(id)!;
    const themes = catalogue.themes.filter((spec) => spec.layer === id && wanted(spec.theme));
    const result = await snapshot.guarded((db) => measureLayer(db, { layer, themes, origin: { asOf: input.asOf }, ...common }));
    if ("failed" in result) return readByTheme(id, themes, result.failed);
    const { evidence: measured, frozen } = result.value;
    found[id] = { features: frozen, counts: measured.counts, version: measured.version };
    return (evidence[id] = measured);
  };
  /** After a layer broke: theme by theme, so that the broken one fails alone. When all fail, the layer has. */
  const readByTheme = async (id: string, themes: ThemeSpec[], reason: string): Promise<LayerEvidence> => {
    const layer = layerOf(id)!;
    const failed: Record<string, string> = {};
    const parts: Measured[] = [];
    for (const only of themes) {
      const part = await snapshot.guarded((db) =>
        measureLayer(db, { layer, themes: [only], origin: { asOf: input.asOf }, ...common }),
      );
      if ("failed" in part) failed[only.theme] = part.failed;
      else parts.push(part.value);
    }
    const [first] = parts;
    if (!first) {
      found[id] = { failed: reason };
      return (evidence[id] = { state: "failed", reason });
    }
    const { version } = first.evidence;
    const counts = Object.assign({}, ...parts.map((part) => part.evidence.counts)) as Record<string, number>;
    found[id] = { features: parts.flatMap((part) => part.frozen), counts, version, failed_themes: failed };
    const features = parts.flatMap((part) => part.evidence.features).toSorted((a, b) => a.distance_m - b.distance_m);
    return (evidence[id] = { state: "measured", features, counts, version, failed });
  };
  const jurisdictions = districtsOf(await read(JURISDICTION, () => true), input.accuracy_m);
  const checklists = checklistsFor(catalogue, jurisdictions, input.asOf);
  const asked = new Set(checklists.flatMap((checklist) => checklist.themes));
  for (const { id } of layers)
    if (id !== JURISDICTION && catalogue.themes.some(({ theme, layer }) => layer === id && asked.has(theme)))
      await read(id, (theme) => asked.has(theme));
  const coverage = await snapshot.guarded((db) =>
    measureCoverage(db, { themes: [...asked], asOf: input.asOf, distances_m, ...common }),
  );
  const covered = "failed" in coverage ? { failed: coverage.failed } : coverage.value;
  const frozen: Frozen = {
    project: {
      name: input.project.name,
      activity: input.project.activity.code,
      action: input.project.action,
      attributes: input.project.attributes,
    },
    site: { geometry: placed.geometry, bbox: placed.bbox, measures, crs_given: input.crs_given },
    asOf: input.asOf,
    tolerances: TOLERANCES,
    radius_m,
    layers: found,
    coverage: covered,
    jurisdictions,
    checklists,
    versions: {
      layers: Object.fromEntries(
        Object.entries(found).flatMap(([id, layer]) => ("version" in layer ? [[id, layer.version]] : [])),
      ),
      rules: catalogue.version,
      engine: database.versions,
      service: SERVICE_VERSION,
    },
  };
  return { frozen, evidence: { site: measures, layers: evidence, coverage: covered } };
}

/** Every district that holds or may hold the site: inside, or nearer to its outline than the accuracies allow to tell. */
function districtsOf(where: LayerEvidence, accuracy_m: number): string[] {
  if (where.state === "failed") return [];
  return where.features
    .filter((feature) => !["near", "not_triggered"].includes(stands(feature, accuracy_m, TOLERANCES).outcome))
    .map((feature) => feature.code)
    .toSorted();
}

function checklistsFor(catalogue: Catalogue, jurisdictions: string[], asOf: string): Checklist[] {
  const newest = (code: string) =>
    catalogue.checklists
      .filter((each) => each.jurisdiction === code && each.valid_from <= asOf && (each.valid_to === null || asOf < each.valid_to))
      .toSorted((a, b) => b.version - a.version)[0];
  const own = jurisdictions.map((code) => newest(code) ?? newest("national")).filter((each) => each !== undefined);
  if (own.length > 0) return [...new Set(own)];
  const national = newest("national") ?? catalogue.checklists.find((each) => each.jurisdiction === "national");
  if (!national) throw new Error("The catalogue has no national checklist.");
  return [national];
}

/** Measures again what was frozen, by the same statements over the frozen shapes. */
async function rebuild(database: OpenDatabase, frozen: Frozen): Promise<Evidence> {
  const { measures, geometry, bbox } = frozen.site;
  return inSnapshot(database.db, async (snapshot) => {
    const framed: FramedSite = await frameSite(snapshot.db, geometry, measures.srid_gk);
    const evidence: Record<string, LayerEvidence> = {};
    for (const [id, stored] of Object.entries(frozen.layers)) {
      if ("failed" in stored) {
        evidence[id] = { state: "failed", reason: stored.failed };
        continue;
      }
      const origin: Origin = { frozen: stored.features, counts: stored.counts, version: stored.version };
      const { evidence: measured } = await measureLayer(snapshot.db, {
        layer: layerOf(id)!,
        themes: [],
        origin,
        site: framed,
        bbox,
        srid_gk: measures.srid_gk,
        site_accuracy_m: measures.accuracy_m,
        radius_m: frozen.radius_m,
        tolerances: frozen.tolerances,
      });
      evidence[id] = { ...measured, ...(stored.failed_themes ? { failed: stored.failed_themes } : {}) };
    }
    return { site: { ...measures, area_gk_m2: framed.area_gk_m2 }, layers: evidence, coverage: frozen.coverage };
  });
}

/** Judges and says what is frozen, in both languages. Pure but for what it is given. */
function answer(
  frozen: Frozen,
  catalogue: Catalogue,
  evidence: Evidence,
  identity: { id: string; created_at: string },
): Record<Lang, Check> {
  const activity = catalogue.activities.find((each) => each.code === frozen.project.activity)!;
  const project: Project = { ...frozen.project, activity };
  const classes = classify(project, catalogue);
  const judgement = judge({
    project,
    classes,
    catalogue,
    checklists: frozen.checklists,
    jurisdictions: frozen.jurisdictions,
    evidence,
    tolerances: frozen.tolerances,
    asOf: frozen.asOf,
  });
  const concluded = conclude(judgement.findings, concludedThemes(judgement.themes));
  return sayCheck({ frozen, evidence, project, classes, catalogue, judgement, concluded, ...identity });
}

/** Recomputes a stored check from what was frozen and compares: `same`, or every difference beyond 0.01 m, 0.01 m2 and
 *  one millionth of a share. */
export async function replay(database: OpenDatabase, stored: StoredCheck): Promise<Replay> {
  const frozen = stored.frozen as Frozen;
  const { id, created_at } = stored.said.zh;
  const again = answer(frozen, stored.catalogue, await rebuild(database, frozen), { id, created_at });
  const differences: Replay["differences"] = [];
  compare(stored.said, again, "#", differences);
  return { same: differences.length === 0, differences: differences.slice(0, 200) };
}

/** Degrees of a clipped piece may move by a hundredth of a millimetre between engines. */
function tolerance(pointer: string): number {
  if (/\/coordinates\//.test(pointer)) return 1e-7;
  if (pointer.endsWith("/bearing_deg")) return 1;
  return /share/.test(pointer) ? 1e-6 : 0.0101;
}

/** Bearings are compared round the circle. */
function apart(before: number, after: number, pointer: string): number {
  const straight = Math.abs(before - after);
  return pointer.endsWith("/bearing_deg") ? Math.min(straight, 360 - straight) : straight;
}

function compare(before: unknown, after: unknown, pointer: string, out: Replay["differences"]): void {
  if (pointer.endsWith("/piece")) return comparePieces(before, after, pointer, out);
  if (typeof before === "number" && typeof after === "number") {
    if (apart(before, after, pointer) > tolerance(pointer)) out.push({ pointer, frozen: before, now: after });
  } else if (typeof before === "object" && typeof after === "object" && before !== null && after !== null) {
    // A field that the program of that day did not say is no difference.
    const keys = Array.isArray(before) ? new Set([...Object.keys(before), ...Object.keys(after)]) : Object.keys(before);
    for (const key of keys) compare((before as never)[key], (after as never)[key], `${pointer}/${key}`, out);
  } else if (before !== after) out.push({ pointer, frozen: before, now: after });
}

/** Engines may begin a ring elsewhere: pieces are compared by kind and by the box they fill. Their measures are compared
 *  with the finding. */
function comparePieces(before: unknown, after: unknown, pointer: string, out: Replay["differences"]): void {
  const box = (piece: unknown) => {
    const numbers =
      JSON.stringify(piece ?? null)
        .match(/\[-?[\d.e-]+,-?[\d.e-]+\]/g)
        ?.map((each) => JSON.parse(each) as [number, number]) ?? [];
    return numbers.length === 0
      ? null
      : [0, 1].flatMap((i) => [Math.min(...numbers.map((n) => n[i]!)), Math.max(...numbers.map((n) => n[i]!))]);
  };
  const a = box(before);
  const b = box(after);
  if ((a === null) !== (b === null) || a?.some((each, i) => Math.abs(each - b![i]!) > 1e-6))
    out.push({ pointer, frozen: before, now: after });
}
