/** What an answer rests on: which districts hold a site, their checklists, the features near, the coverage. For one site
 *  or for many at once; each gets the same as if it were alone. */
import type { Action, AttributeValue, Check } from "./api/checks.ts";
import type { Geometry } from "./api/common.ts";
import type { OpenDatabase } from "./db/open.ts";
import { type Evidence, type LayerEvidence, type SiteEvidence, TOLERANCES, type Tolerances } from "./domain/evidence.ts";
import { JURISDICTION, type Project, stands } from "./domain/judge.ts";
import type { Catalogue, Checklist, ThemeSpec } from "./domain/rule.ts";
import { type EffectiveSettings, looksOf, settingsFor } from "./domain/settings.ts";
import { layerOf, layers } from "./layers/index.ts";
import {
  type Extent,
  type FrozenFeature,
  type Measured,
  measureCoverage,
  measureSites,
  type Snapshot,
  type Target,
} from "./queries/evidence.ts";
import type { PlacedSite } from "./queries/site.ts";
import type { ParsedSite } from "./site.ts";

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
  /** Those of the site's districts. Checks frozen before 2026-11-26 lack it: then the catalogue's hold. */
  settings?: EffectiveSettings;
  versions: Check["versions"];
};

export type Gathered = { frozen: Frozen; evidence: Evidence };

export type Placed = { input: Omit<CheckInput, "asOf" | "site">; placed: PlacedSite };

/** Reads, in the snapshot, what the answers for these sites rest on, in their order. Without `shapes` nothing is frozen that a
 *  replay would need, for answers that are not kept; without `pieces` too, for many sites whose answers are kept in short. */
export async function gather(
  snapshot: Snapshot,
  database: OpenDatabase,
  catalogue: Catalogue,
  asOf: string,
  sites: Placed[],
  extent: Extent,
): Promise<Gathered[]> {
  const gathered = new Map<Placed, Gathered>();
  for (const [srid_gk, group] of Map.groupBy(sites, ({ placed }) => placed.srid_gk)) {
    const found = await gatherInFrame(snapshot, database, catalogue, { asOf, srid_gk, extent }, group);
    for (const [index, each] of found.entries()) gathered.set(group[index]!, each);
  }
  return sites.map((site) => gathered.get(site)!);
}

type Frame = { asOf: string; srid_gk: number; extent: Extent };
type Layers = { frozen: Frozen["layers"]; evidence: Record<string, LayerEvidence> };

async function gatherInFrame(
  snapshot: Snapshot,
  database: OpenDatabase,
  catalogue: Catalogue,
  { asOf, srid_gk, extent }: Frame,
  sites: Placed[],
): Promise<Gathered[]> {
  const { distances_m, reaches_m } = looksOf(catalogue);
  const targets = sites.map(({ input, placed }): Target => ({
    site: placed.framed,
    bbox: placed.bbox,
    accuracy_m: input.accuracy_m,
    radius_m: TOLERANCES.near_m + Math.max(...distances_m) + 2 * input.accuracy_m,
  }));
  const results = targets.map((): Layers => ({ frozen: {}, evidence: {} }));
  /** Reads one layer for the sites of these numbers; what breaks is an answer of theirs, and the rest goes on. */
  const read = async (id: string, numbers: number[], wanted: (theme: string) => boolean): Promise<void> => {
    const layer = layerOf(id)!;
    const themes = catalogue.themes.filter((spec) => spec.layer === id && wanted(spec.theme));
    const measure = (only: ThemeSpec[]) =>
      snapshot.guarded((db) =>
        measureSites(
          db,
          { layer, themes: only, reaches_m, origin: { asOf }, srid_gk, tolerances: TOLERANCES },
          numbers.map((n) => targets[n]!),
          extent,
        ),
      );
    const whole = await measure(themes);
    if ("value" in whole) {
      for (const [index, { evidence, frozen }] of whole.value.entries()) {
        const { counts, version } = evidence;
        const result = results[numbers[index]!]!;
        result.frozen[id] = { features: frozen, counts, version };
        result.evidence[id] = evidence;
      }
      return;
    }
    if (whole.everywhere) {
      for (const n of numbers) {
        results[n]!.frozen[id] = { failed: whole.failed };
        results[n]!.evidence[id] = { state: "failed", reason: whole.failed };
      }
      return;
    }
    // One broken shape breaks the statement for all: the others are told apart from the site that met it.
    if (numbers.length > 1) {
      for (const half of halves(numbers)) await read(id, half, wanted);
      return;
    }
    // The layer broke for this site: theme by theme, so that the broken one fails alone. When all fail, the layer has.
    const failed: Record<string, string> = {};
    const parts: Measured[][] = [];
    for (const only of themes) {
      const part = await measure([only]);
      if ("failed" in part) failed[only.theme] = part.failed;
      else parts.push(part.value);
    }
    for (const [index, n] of numbers.entries()) {
      const own = parts.map((part) => part[index]!);
      if (own.length === 0) {
        results[n]!.frozen[id] = { failed: whole.failed };
        results[n]!.evidence[id] = { state: "failed", reason: whole.failed };
      } else {
        const { version } = own[0]!.evidence;
        const counts = Object.assign({}, ...own.map((part) => part.evidence.counts)) as Record<string, number>;
        const features = own.flatMap((part) => part.evidence.features).toSorted((a, b) => a.distance_m - b.distance_m);
        results[n]!.frozen[id] = { features: own.flatMap((part) => part.frozen), counts, version, failed_themes: failed };
        results[n]!.evidence[id] = { state: "measured", features, counts, version, failed };
      }
    }
  };

  const cover = async (numbers: number[], themes: string[]): Promise<Evidence["coverage"][]> => {
    const found = await snapshot.guarded((db) =>
      measureCoverage(
        db,
        { themes, asOf, srid_gk, distances_m, tolerances: TOLERANCES },
        numbers.map((n) => targets[n]!),
      ),
    );
    if ("value" in found) return found.value;
    if (numbers.length === 1 || found.everywhere) return numbers.map(() => ({ failed: found.failed }));
    const [first, second] = halves(numbers);
    return [...(await cover(first, themes)), ...(await cover(second, themes))];
  };

  const all = [...targets.keys()];
  const places = settingsOf(catalogue);
  await read(JURISDICTION, all, () => true);
  const jurisdictions = results.map(({ evidence }, n) => districtsOf(evidence[JURISDICTION]!, targets[n]!.accuracy_m));
  const checklists = jurisdictions.map((codes) => checklistsFor(catalogue, codes, asOf));
  const gathered: Gathered[] = [];
  for (const numbers of Map.groupBy(all, (n) =>
    checklists[n]!.map((list) => `${list.jurisdiction}@${list.version}`).join(),
  ).values()) {
    const asked = new Set(checklists[numbers[0]!]!.flatMap((checklist) => checklist.themes));
    const wanted = layers.filter(
      ({ id }) => id !== JURISDICTION && catalogue.themes.some(({ theme, layer }) => layer === id && asked.has(theme)),
    );
    let coverage: Evidence["coverage"][] = [];
    await snapshot.all([
      ...wanted.map(
        ({ id }) =>
          () =>
            read(id, numbers, (theme) => asked.has(theme)),
      ),
      async () => {
        coverage = await cover(numbers, [...asked]);
      },
    ]);
    for (const [index, n] of numbers.entries()) {
      const { input, placed } = sites[n]!;
      const found = inOrder(results[n]!.frozen);
      const evidence = inOrder(results[n]!.evidence);
      const covered = coverage[index]!;
      const measures: SiteEvidence = {
        area_m2: placed.area_m2,
        area_gk_m2: placed.framed.area_gk_m2,
        length_m: placed.length_m,
        points: placed.points,
        srid_gk,
        accuracy_m: input.accuracy_m,
      };
      gathered[n] = {
        frozen: {
          project: {
            name: input.project.name,
            activity: input.project.activity.code,
            action: input.project.action,
            attributes: input.project.attributes,
          },
          site: { geometry: placed.geometry, bbox: placed.bbox, measures, crs_given: input.crs_given },
          asOf,
          tolerances: TOLERANCES,
          radius_m: targets[n]!.radius_m,
          layers: found,
          coverage: covered,
          jurisdictions: jurisdictions[n]!,
          checklists: checklists[n]!,
          settings: places(jurisdictions[n]!),
          versions: {
            layers: Object.fromEntries(
              Object.entries(found).flatMap(([id, layer]) => ("version" in layer ? [[id, layer.version]] : [])),
            ),
            rules: catalogue.version,
            engine: database.versions,
            service: SERVICE_VERSION,
          },
        },
        evidence: { site: measures, layers: evidence, coverage: covered },
      };
    }
  }
  return gathered;
}

/** By layer, in the order of the layers, whichever was read first. */
function inOrder<T>(byLayer: Record<string, T>): Record<string, T> {
  return Object.fromEntries(layers.flatMap(({ id }) => (id in byLayer ? [[id, byLayer[id]!]] : [])));
}

/** `settingsFor`, once for all sites of the same districts. */
function settingsOf(catalogue: Catalogue): (districts: string[]) => EffectiveSettings {
  const known = new Map<string, EffectiveSettings>();
  return (districts) => {
    const key = districts.join();
    const settings = known.get(key) ?? settingsFor(catalogue, districts);
    known.set(key, settings);
    return settings;
  };
}

function halves<T>(list: T[]): [T[], T[]] {
  const middle = Math.ceil(list.length / 2);
  return [list.slice(0, middle), list.slice(middle)];
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
