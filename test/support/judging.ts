/** A small catalogue and plain evidence for judgement tests: no files, no database. */
import type { Basis, CoverageState, Effect, InstrumentStatus } from "../../server/api/checks.ts";
import { classify } from "../../server/domain/classify.ts";
import { conclude, concludedThemes } from "../../server/domain/conclude.ts";
import {
  type Evidence,
  type FeatureEvidence,
  type LayerEvidence,
  type Overlap,
  TOLERANCES,
} from "../../server/domain/evidence.ts";
import { judge, type Judgement, type Project } from "../../server/domain/judge.ts";
import type { ActivitySpec, Catalogue, Instrument, Order, PlaceSettings, Rule } from "../../server/domain/rule.ts";
import { settingsFor } from "../../server/domain/settings.ts";

const text = (word: string) => ({ zh: word, en: word });

export const NOTHING: Overlap = { counts: false, area_m2: null, width_m: null, length_m: null, points: null };
export const HALF: Overlap = { counts: true, area_m2: 500, width_m: 10, length_m: null, points: null };
export const WHOLE: Overlap = { counts: true, area_m2: 1000, width_m: 20, length_m: null, points: null };

/** A feature 200 m away unless said; its shrunk and grown overlaps follow the drawn one unless said. */
export function feature(more: Partial<FeatureEvidence> & { level?: string } = {}): FeatureEvidence {
  const { level = "first", columns, ...rest } = more;
  const overlap = more.overlap ?? NOTHING;
  return {
    layer: "protection_zone",
    code: "zone",
    name: text("zone"),
    basis: "approved_polygon",
    accuracy_m: 0,
    overlap,
    overlap_shrunk: overlap,
    overlap_grown: overlap,
    inside: overlap.area_m2 === 1000,
    inside_shrunk: overlap.area_m2 === 1000,
    inside_grown: overlap.area_m2 === 1000,
    distance_m: overlap.counts ? 0 : 200,
    bearing_deg: null,
    depth_m: null,
    piece: null,
    ...rest,
    columns: { level, competent_jurisdiction: "500118", ...columns },
  };
}

/** Settings of one place, by name. */
export function placed(jurisdiction: string, values: Record<string, number | null>): PlaceSettings {
  return {
    jurisdiction,
    settings: Object.entries(values).map(([name, value]) => ({
      name,
      value,
      unit: "head",
      title: text(name),
      source: value === null ? null : { title: text(`source of ${jurisdiction}`), article: null, date: "2020" },
      confidence: value === null ? null : ("verified" as const),
      ...(value === null ? { fill: text("the province") } : {}),
    })),
  };
}

/** An order on the zone `zone` from 2020 on, unless said. */
export function order(more: Partial<Order> = {}): Order {
  return {
    id: "O-1",
    kind: "regional_limit",
    jurisdiction: "500118",
    target: { layer: "control_area", code: "zone" },
    from: "2020-01-01",
    until: null,
    cause: text("cause"),
    number: "1",
    issuer: text("issuer"),
    released_by: null,
    confidence: "schematic",
    ...more,
  };
}

export function instrument(more: Partial<Instrument> = {}): Instrument {
  return {
    id: "law",
    title: text("law"),
    number: null,
    issuer: text("issuer"),
    rank: "law",
    status: "in_force" as InstrumentStatus,
    jurisdiction: null,
    in_force_from: "2000-01-01",
    in_force_until: null,
    horizon: null,
    successor: null,
    url: null,
    confidence: "verified",
    ...more,
  };
}

export function rule(
  effect: Effect,
  more: Omit<Partial<Rule>, "where" | "who"> & { where?: Partial<Rule["where"]>; who?: Partial<Rule["who"]> } = {},
): Rule {
  const { where, who, ...rest } = more;
  return {
    id: `R-${effect}`,
    instrument: "law",
    article: { article: "1", paragraph: null, item: null },
    valid_from: "2000-01-01",
    valid_to: null,
    when: null,
    effect,
    gist: text("gist"),
    quote: null,
    next_step: text("next"),
    office: text("office"),
    confidence: "verified",
    ...rest,
    where: { relation: "overlaps", theme: "protection_zone/first", within_m: null, ...where },
    who: { classes: ["building"], actions: ["new"], condition: null, ...who },
  };
}

export const farm: ActivitySpec = {
  code: "farm",
  title: text("farm"),
  aliases: [],
  note: text("note"),
  tags: ["construction"],
  actions: ["new", "rebuilt", "expanded", "existing", "operating"],
  attributes: ["emits", "head", "since", "built_year"],
  fixed: {},
  asserts: [],
};

export function catalogue(rules: Rule[], instruments: Instrument[] = [instrument()]): Catalogue {
  const spec = { help: text("help"), unit: null, options: null, min: null, max: null, absent: null };
  return {
    version: "test",
    instruments,
    rules,
    activities: [farm],
    attributes: [
      {
        ...spec,
        name: "emits",
        title: text("emits"),
        type: "choices",
        options: [
          { value: "water", title: text("water") },
          { value: "none", title: text("none") },
        ],
      },
      { ...spec, name: "head", title: text("head"), type: "integer", min: 0 },
      { ...spec, name: "since", title: text("since"), type: "date" },
      { ...spec, name: "built_year", title: text("built"), type: "integer" },
    ],
    classes: [
      { code: "building", title: text("building"), condition: { tag: "construction" }, source: "test", confidence: "verified" },
      {
        code: "polluting",
        title: text("polluting"),
        condition: { attribute: "emits", includes_any: ["water"] },
        source: "test",
        confidence: "verified",
      },
      {
        code: "at_scale",
        title: text("scale"),
        condition: { attribute: "head", gte_setting: "scale.head" },
        source: "test",
        confidence: "verified",
      },
    ],
    themes: [
      { theme: "jurisdiction", title: text("jurisdiction"), layer: "jurisdiction", match: {}, plain: true },
      { theme: "protection_zone/first", title: text("first"), layer: "protection_zone", match: { level: "first" } },
      { theme: "protection_zone/second", title: text("second"), layer: "protection_zone", match: { level: "second" } },
      { theme: "industrial_park", title: text("park"), layer: "industrial_park", match: {} },
      { theme: "control_area/eco_red_line", title: text("red line"), layer: "control_area", match: { kind: "eco_red_line" } },
    ],
    tags: {},
    checklists: [],
    settings: {},
  };
}

/** Features in force over the whole layer, by theme. */
const ONE_EACH = { jurisdiction: 1, "protection_zone/first": 1, "protection_zone/second": 1, industrial_park: 1 };

export type World = {
  counts?: Record<string, number>;
  rules: Rule[];
  instruments?: Instrument[];
  features?: FeatureEvidence[];
  parks?: FeatureEvidence[];
  /** Coverage of the protection-zone themes. */
  state?: CoverageState;
  covers?: boolean;
  basis?: Basis;
  failed?: boolean;
  jurisdictions?: string[];
  attributes?: Project["attributes"];
  settings?: Record<string, number>;
  /** Settings of places; with these, those of the world's districts hold. */
  places?: PlaceSettings[];
  orders?: Order[];
  action?: Project["action"];
  asOf?: string;
  site_accuracy_m?: number;
  asked?: string[];
  site?: Partial<Evidence["site"]>;
};

/** Judges and concludes a small world. A site of 1,000 m2 in 500118, everything loaded and approved unless said. */
export function decide(world: World): Judgement & ReturnType<typeof conclude> {
  const kept: Catalogue = {
    ...catalogue(world.rules, world.instruments),
    settings: world.settings ?? {},
    orders: world.orders ?? [],
    place_settings: world.places ?? [],
  };
  const effective = settingsFor(kept, world.jurisdictions ?? ["500118"]);
  const all = { ...kept, settings: effective.values };
  const project: Project = { name: "p", activity: farm, action: world.action ?? "new", attributes: world.attributes ?? {} };
  const asked = world.asked ?? ["jurisdiction", "protection_zone/first", "protection_zone/second", "industrial_park"];
  const jurisdictions = world.jurisdictions ?? ["500118"];
  const measured = (features: FeatureEvidence[]): LayerEvidence => ({
    state: "measured",
    features,
    counts: world.counts ?? ONE_EACH,
    version: 1,
  });
  const cover = (theme: string, state: CoverageState, covers: boolean) => ({
    theme,
    state,
    covers: { "0": covers, "300": covers },
    data_date: "2026-01-01",
    source: "s",
    basis: world.basis ?? ("approved_polygon" as const),
  });
  const state = world.state ?? "loaded";
  const evidence: Evidence = {
    site: {
      area_m2: 1000,
      area_gk_m2: 1000,
      length_m: null,
      points: null,
      srid_gk: 4544,
      accuracy_m: world.site_accuracy_m ?? 0,
      ...world.site,
    },
    layers: {
      jurisdiction: measured(jurisdictions.map((code) => feature({ layer: "jurisdiction", code, overlap: WHOLE }))),
      protection_zone: world.failed ? { state: "failed", reason: "TopologyException" } : measured(world.features ?? []),
      industrial_park: measured(world.parks ?? []),
    },
    coverage: {
      jurisdiction: cover("jurisdiction", "loaded", jurisdictions.length > 0),
      "protection_zone/first": cover("protection_zone/first", state, state !== "not_loaded" && (world.covers ?? true)),
      "protection_zone/second": cover("protection_zone/second", "loaded", true),
      industrial_park: cover("industrial_park", "loaded", true),
    },
  };
  const judgement = judge({
    project,
    classes: classify(project, all),
    catalogue: all,
    differing: effective.differing,
    checklists: [
      { jurisdiction: "500118", version: 1, valid_from: "2000-01-01", valid_to: null, themes: asked, source: text("s") },
    ],
    jurisdictions,
    evidence,
    tolerances: TOLERANCES,
    asOf: world.asOf ?? "2026-11-22",
  });
  return {
    ...judgement,
    ...conclude(judgement.findings, concludedThemes(judgement.themes)),
  };
}
