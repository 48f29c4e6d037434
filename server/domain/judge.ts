/** Judgement: rules, a project, and what was measured, to one finding per rule and feature. Pure: no database, no clock.
 *  The outcomes and their order are those of the design, section 5: clear needs proof. */
import type { Action, AttributeValue, Effect, InstrumentStatus, Outcome, Reason, Relation, ThemeStatus } from "../api/checks.ts";
import type { ClassTruth } from "./classify.ts";
import { weightOf } from "./conclude.ts";
import { evaluate, type Facts, type Missing, whoCondition } from "./condition.ts";
import { asksOf, readingPlan } from "./dependence.ts";
import {
  type Evidence,
  failureOf,
  type FeatureEvidence,
  type LayerEvidence,
  type Overlap,
  type ThemeCoverage,
  type Tolerances,
} from "./evidence.ts";
import { ordersOn } from "./order.ts";
import type { ActivitySpec, Catalogue, Checklist, Instrument, Order, ReadOutcome, Rule, ThemeSpec } from "./rule.ts";
import type { EffectiveSettings } from "./settings.ts";
import { decidedBy, type DecidedBy, firstHeld, stoodOf } from "./stood.ts";

export type Project = { name: string; activity: ActivitySpec; action: Action; attributes: Record<string, AttributeValue> };

/** Why, without its words. */
export type ReasonSpec = Omit<Reason, "text">;

/** One rule's answer on one feature, or on the absence of one. Words come later. */
export type Judged = {
  rule: Rule;
  instrument: Instrument;
  /** The instrument's status on the as-of date: a work plan past its horizon says `horizon_passed`. */
  status: InstrumentStatus;
  outcome: Outcome;
  effect: Effect;
  layer: string | null;
  feature: FeatureEvidence | null;
  relation: Relation | null;
  reasons: ReasonSpec[];
  /** Orders in force on the feature, and those on its district where the rule asks for orders. */
  orders: Order[];
  /** Of what stands against a ban or an order to withdraw: what was there first. Null where it does not matter or cannot
   *  be told. */
  decided_by: DecidedBy | null;
};

export type JudgedTheme = {
  spec: ThemeSpec;
  status: ThemeStatus;
  coverage: ThemeCoverage["state"];
  /** The coverage holds the whole site. Always true for a theme that was not asked: nothing is said of it. */
  covered: boolean;
  data_date: string | null;
  source: string | null;
  basis: ThemeCoverage["basis"];
  features: number | null;
  nearest_m: number | null;
};

export type Judgement = {
  findings: Judged[];
  themes: JudgedTheme[];
  counted: { took_part: number; not_in_force: number; other_district: number; other_activity: number; not_asked: number };
  slivers: { theme: string; feature: FeatureEvidence }[];
};

export type JudgeInput = {
  project: Project;
  classes: Record<string, ClassTruth>;
  /** Its `settings` are those that hold for this site. */
  catalogue: Catalogue;
  /** Settings that the districts which may hold the site set differently: unset, and said to be so. */
  differing?: EffectiveSettings["differing"];
  /** The checklists of every district that may hold the site, or the national one. */
  checklists: Checklist[];
  /** GB/T 2260 codes of every district that holds or may hold the site; empty when none does. */
  jurisdictions: string[];
  evidence: Evidence;
  tolerances: Tolerances;
  /** yyyy-mm-dd. */
  asOf: string;
  /** Of a project that is judged at many sites alike: what was answered at one holds at the next. Same activity, action and
   *  attributes, same catalogue with its settings, same day. Filled here. */
  addressed?: Addressed | undefined;
};

export const JURISDICTION = "jurisdiction";

/** What a rule that may be read by another came to: its findings, or that nothing is known of it. Without an entry it does
 *  not hold here, and is not triggered. */
type Found = Map<string, { rule: Rule; findings: Judged[] } | "open">;
type Judging = JudgeInput & {
  found: Found;
  /** Measured features of each theme that was looked for. */
  features: Map<ThemeSpec, FeatureEvidence[]>;
};

type Who = { value: "true" | "false" | "unknown"; missing: Missing[]; assumed: string[] };

/** Whether each rule speaks of a project. */
export type Addressed = Map<Rule, Who>;

/** A rule in force, with its place in the catalogue, what it stands in, what it looks at, and whether it concerns the districts. */
type InForce = { rule: Rule; order: number; instrument: Instrument; looksAt: ThemeSpec | null; here: boolean };
type Words = Pick<Catalogue, "rules" | "instruments" | "themes">;

const IN_FORCE = new WeakMap<readonly Rule[], Omit<Words, "rules"> & { lists: Map<string, readonly InForce[]> }>();
const MOST_LISTS = 200;

/** The rules in force on a day, those that are read before those that read them; made once for the districts: the same list is
 *  judged for thousands of sites. */
function rulesOn({ rules, instruments, themes }: Words, asOf: string, jurisdictions: string[]): readonly InForce[] {
  let known = IN_FORCE.get(rules);
  if (known?.instruments !== instruments || known.themes !== themes || known.lists.size >= MOST_LISTS) {
    known = { instruments, themes, lists: new Map() };
    IN_FORCE.set(rules, known);
  }
  const key = [asOf, ...jurisdictions].join();
  const made = known.lists.get(key);
  if (made) return made;
  const instrumentOf = new Map(instruments.map((each) => [each.id, each]));
  const themeOf = new Map(themes.map((each) => [each.theme, each]));
  const orderOf = new Map(rules.map((rule, order) => [rule, order]));
  const ruling = readingPlan(rules)
    .ordered.map((rule): InForce => {
      const { theme } = rule.where;
      const instrument = instrumentOf.get(rule.instrument)!;
      const looksAt = theme === null ? null : themeOf.get(theme)!;
      return { rule, order: orderOf.get(rule)!, instrument, looksAt, here: concernsDistrict(instrument, jurisdictions) };
    })
    .filter(({ rule, instrument }) => inForce(rule, instrument, asOf));
  known.lists.set(key, ruling);
  return ruling;
}

/** Every rule's answer, every theme's, and what the tolerances hid. */
export function judge(given: JudgeInput): Judgement {
  const { catalogue, jurisdictions, asOf, checklists, addressed } = given;
  const input: Judging = { ...given, found: new Map(), features: new Map() };
  const asked = new Set(checklists.flatMap((checklist) => checklist.themes));
  const ruling = rulesOn(catalogue, asOf, jurisdictions);
  const counted = {
    took_part: 0,
    not_in_force: catalogue.rules.length - ruling.length,
    other_district: 0,
    other_activity: 0,
    not_asked: 0,
  };
  const answered: { order: number; own: Judged[] }[] = [];
  const { read } = readingPlan(catalogue.rules);
  for (const { rule, order, instrument, looksAt, here } of ruling) {
    const features = () => (looksAt ? featuresFor(instrument, looksAt, input) : []);
    if (!here && features().length === 0) {
      counted.other_district++;
      if (jurisdictions.length === 0) input.found.set(rule.id, "open");
      continue;
    }
    let who = addressed?.get(rule);
    if (!who) {
      who = answerWho(rule, input);
      addressed?.set(rule, who);
    }
    if (who.value === "false") {
      counted.other_activity++;
      if (looksAt && asked.has(looksAt.theme))
        answered.push({ order, own: silences(rule, instrument, looksAt, features, input) });
      continue;
    }
    if (looksAt && !asked.has(looksAt.theme)) {
      counted.not_asked++;
      input.found.set(rule.id, "open");
      continue;
    }
    counted.took_part++;
    const own = answers(rule, instrument, looksAt, features(), who, input);
    answered.push({ order, own });
    if (read.has(rule.id)) input.found.set(rule.id, { rule, findings: own });
  }
  // In the order of the catalogue, whatever had to be answered first.
  const findings = answered.toSorted((a, b) => a.order - b.order).flatMap(({ own }) => own);
  return {
    findings: findings.map((each) => markUnanswered(each, findings)),
    themes: catalogue.themes
      .filter((spec) => asked.has(spec.theme) || isMissed(spec, jurisdictions))
      .map((spec) => answerTheme(spec, asked.has(spec.theme), input)),
    counted,
    slivers: findSlivers(asked, input),
  };
}

const BUILDING: readonly Action[] = ["new", "rebuilt", "expanded"];
const BANS: readonly Effect[] = ["prohibit", "allowlist", "gate", "suspend"];

/** A ban that names some ways of building but not this one, on a feature that holds the site: `not_triggered`, said so.
 *  What a ban leaves out it does not allow. A milder provision (what is rebuilt adds no discharge) leaves nothing open for
 *  those whom it does not address. */
function silences(
  rule: Rule,
  instrument: Instrument,
  spec: ThemeSpec,
  features: () => FeatureEvidence[],
  input: Judging,
): Judged[] {
  const { action } = input.project;
  if (rule.where.relation !== "overlaps" || !BUILDING.includes(action) || rule.who.actions.includes(action)) return [];
  if (!BANS.includes(rule.effect) || !rule.who.actions.some((each) => BUILDING.includes(each))) return [];
  if (evaluate(whoCondition(rule), factsOf(input, input.classes, null)).value === "false") return [];
  const { site } = input.evidence;
  return features()
    .filter((feature) => stands(feature, site.accuracy_m, input.tolerances).outcome === "triggered")
    .filter((feature) => evaluateWhen(rule, feature, input).value !== "false")
    .map((feature) => ({
      rule,
      instrument,
      status: statusOn(instrument, input.asOf),
      outcome: "not_triggered" as const,
      effect: rule.effect,
      layer: spec.layer,
      feature,
      relation: relationOf(feature, site, input.tolerances),
      reasons: [{ code: "action_not_named" as const, name: action }],
      orders: ordersOf(rule, feature, input),
      decided_by: null,
    }));
}

/** A silence that no other rule on the same feature breaks is an open question, not an answer. What answers is triggered and
 *  ranks: a draft, or a rule of which nobody can tell, would make the question look milder than it is. */
function markUnanswered(finding: Judged, all: Judged[]): Judged {
  if (!finding.reasons.some(({ code }) => code === "action_not_named")) return finding;
  const answered = all.some(
    (other) =>
      other.feature?.code === finding.feature?.code &&
      other.layer === finding.layer &&
      other.effect !== "duty" &&
      other.outcome === "triggered" &&
      weightOf(other) !== "clear",
  );
  return answered ? finding : { ...finding, reasons: [...finding.reasons, { code: "unanswered", name: "" }] };
}

/** How far a `within_m` rule looks, in metres; undefined: the operator has not set its distance. 0 for other relations. */
export function reachOfRule({ where }: Pick<Rule, "where">, settings: Catalogue["settings"]): number | undefined {
  if (where.relation !== "within_m") return 0;
  return where.within_setting === undefined ? where.within_m! : settings[where.within_setting];
}

/** In force on `asOf`: the rule's own dates and its instrument's, both half-open. */
export function inForce(rule: Rule, instrument: Instrument, asOf: string): boolean {
  const holds = (from: string, until: string | null) => from <= asOf && (until === null || asOf < until);
  return (
    instrument.status !== "repealed" &&
    holds(rule.valid_from, rule.valid_to) &&
    holds(instrument.in_force_from, instrument.in_force_until)
  );
}

/** A district lies in `jurisdiction` when its GB/T 2260 code begins with the significant digits: 500118 in 500000. */
export function liesIn(district: string, jurisdiction: string): boolean {
  const significant = jurisdiction.endsWith("0000") ? 2 : jurisdiction.endsWith("00") ? 4 : 6;
  return district.slice(0, significant) === jurisdiction.slice(0, significant);
}

function concernsDistrict(instrument: Instrument, jurisdictions: string[]): boolean {
  return instrument.jurisdiction === null || jurisdictions.some((code) => liesIn(code, instrument.jurisdiction!));
}

/** Not asking of it must be said: it may restrict something here. */
function isMissed({ plain, jurisdiction }: ThemeSpec, jurisdictions: string[]): boolean {
  if (plain || jurisdiction === undefined) return !plain;
  return [jurisdiction].flat().some((known) => jurisdictions.some((code) => liesIn(code, known)));
}

function matchesTheme(spec: ThemeSpec, feature: FeatureEvidence): boolean {
  return Object.entries(spec.match).every(([name, value]) => feature.columns[name] === value);
}

/** Measured features of the theme, nearest first. */
function featuresOf(spec: ThemeSpec, { features, evidence }: Pick<Judging, "features" | "evidence">): FeatureEvidence[] {
  const known = features.get(spec);
  if (known) return known;
  const layer = evidence.layers[spec.layer];
  const own = layer?.state === "measured" ? layer.features.filter((feature) => matchesTheme(spec, feature)) : [];
  features.set(spec, own);
  return own;
}

/** Those of them that this rule's district answers for: a zone follows its own competence, also where a coarse outline
 *  leaves it outside the district; a zone without one follows the site's district. */
function featuresFor(instrument: Instrument, spec: ThemeSpec, input: Judging): FeatureEvidence[] {
  const own = featuresOf(spec, input);
  if (instrument.jurisdiction === null || own.length === 0) return own;
  return own.filter((feature) => {
    const competent = feature.columns["competent_jurisdiction"];
    return typeof competent === "string"
      ? liesIn(competent, instrument.jurisdiction!)
      : concernsDistrict(instrument, input.jurisdictions);
  });
}

/** Is this project one that the rule speaks of? Any of its classes, and its condition. */
function answerWho(rule: Rule, input: JudgeInput): Who {
  const { project, classes } = input;
  if (!rule.who.actions.includes(project.action)) return { value: "false", missing: [], assumed: [] };
  return evaluate(whoCondition(rule), factsOf(input, classes, null));
}

function factsOf(input: JudgeInput, classes: Record<string, ClassTruth>, feature: FeatureEvidence | null): Facts {
  const { project, catalogue } = input;
  return {
    activity: project.activity.code,
    tags: project.activity.tags,
    fixed: project.activity.fixed,
    attributes: project.attributes,
    specs: catalogue.attributes,
    classes,
    feature: feature?.columns ?? null,
    asOf: input.asOf,
    settings: catalogue.settings,
  };
}

/** A rule's condition on the feature that was met, on orders, on what stood first, and on other rules' outcomes. */
function evaluateWhen(rule: Rule, feature: FeatureEvidence | null, input: Judging): Who {
  if (!rule.when) return TRUE;
  const { asOf, catalogue, jurisdictions, project } = input;
  const asks = asksOf(rule);
  return evaluate(rule.when, {
    ...factsOf(input, input.classes, feature),
    outcomes: Object.fromEntries(asks.rules.map((id) => [id, outcomeRead(id, rule, feature, input)])),
    ...(asks.orders.length > 0 && { orders: ordersOn(feature, jurisdictions, catalogue.orders ?? [], asOf).kinds }),
    ...(asks.stood && {
      stood: stoodOf({ ...project.attributes, ...project.activity.fixed }, feature, firstHeld(rule, catalogue.rules)),
    }),
  });
}

/** The strongest of another rule's outcomes: on the same feature where both look for features of one theme, else anywhere.
 *  What it could not tell stays open. */
function outcomeRead(id: string, reader: Rule, feature: FeatureEvidence | null, input: Judging): ReadOutcome | "unknown" {
  const told = input.found.get(id);
  if (told === "open") return "unknown";
  if (told === undefined) return "not_triggered";
  const meets = ({ where }: Rule) => where.relation === "overlaps" || where.relation === "within_m";
  const same =
    feature !== null &&
    told.rule.where.theme === reader.where.theme &&
    meets(told.rule) &&
    meets(reader) &&
    // Without its distance a rule names the nearest feature, and means all of them.
    reachOfRule(told.rule, input.catalogue.settings) !== undefined;
  const outcomes = told.findings
    .filter((each) => !same || each.feature === null || each.feature.code === feature.code)
    .map(({ outcome }) => outcome);
  if (outcomes.includes("triggered")) return "triggered";
  if (outcomes.some((outcome) => outcome !== "near" && outcome !== "not_triggered")) return "unknown";
  return outcomes.includes("near") ? "near" : "not_triggered";
}

function ordersOf(rule: Rule, feature: FeatureEvidence | null, { catalogue, jurisdictions, asOf }: JudgeInput): Order[] {
  if (!catalogue.orders || catalogue.orders.length === 0) return [];
  const { own, district, possible } = ordersOn(feature, jurisdictions, catalogue.orders, asOf);
  const kinds = asksOf(rule).orders;
  return [...own, ...[...district, ...possible].filter(({ kind }) => kinds.includes(kind))];
}

const STANDING: readonly Action[] = ["existing", "operating"];
/** Effects to which it matters what was there first. */
const WITHDRAWING: readonly Effect[] = ["prohibit", "allowlist", "gate", "remove", "relocate"];

function decidingDay(rule: Rule, outcome: Outcome, feature: FeatureEvidence | null, input: JudgeInput): DecidedBy | null {
  const { project, catalogue } = input;
  // Only where a place matters: who is closed for what he does is not owed anything for having been there first.
  if (rule.where.theme === null || !STANDING.includes(project.action) || !WITHDRAWING.includes(rule.effect)) return null;
  if (outcome !== "triggered" && outcome !== "touches" && outcome !== "cannot_tell") return null;
  const attributes = { ...project.attributes, ...project.activity.fixed };
  return decidedBy(attributes, rule.where.relation === "outside" ? null : feature, firstHeld(rule, catalogue.rules));
}

function reasonsOf(who: { missing: Missing[]; assumed: string[] }, { differing = [] }: JudgeInput): ReasonSpec[] {
  const code = {
    attribute: "missing_attribute",
    setting: "unset_setting",
    feature_attribute: "missing_feature_attribute",
    order: "order_unsettled",
    rule: "rule_unsettled",
  } as const;
  return [
    ...who.missing.map(({ kind, name }) =>
      kind === "setting" && differing.includes(name) ? { code: "setting_differs" as const, name } : { code: code[kind], name },
    ),
    ...who.assumed.map((name) => ({ code: "assumed_attribute" as const, name })),
  ];
}

function answers(
  rule: Rule,
  instrument: Instrument,
  spec: ThemeSpec | null,
  features: FeatureEvidence[],
  who: Who,
  input: Judging,
): Judged[] {
  const status = statusOn(instrument, input.asOf);
  const finding = (outcome: Outcome, more: Partial<Judged> = {}): Judged => ({
    rule,
    instrument,
    status,
    outcome,
    effect: rule.effect,
    layer: spec?.layer ?? null,
    feature: null,
    relation: null,
    reasons: [],
    ...more,
    orders: ordersOf(rule, more.feature ?? null, input),
    decided_by: decidingDay(rule, outcome, more.feature ?? null, input),
  });
  if (!spec) {
    const when = evaluateWhen(rule, null, input);
    if (when.value === "false") return [finding("not_triggered")];
    const unknown = who.value === "unknown" || when.value === "unknown";
    return [finding(unknown ? "cannot_tell" : "triggered", { reasons: [...reasonsOf(who, input), ...reasonsOf(when, input)] })];
  }
  if (rule.where.relation === "upstream")
    return [finding("no_data", { reasons: [{ code: "network_not_loaded", name: spec.theme }] })];
  const layer = input.evidence.layers[spec.layer];
  if (failureOf(spec.theme, layer) !== undefined)
    return [finding("failed", { reasons: [{ code: "measurement_failed", name: spec.theme }] })];
  const reach_m = reachOfRule(rule, input.catalogue.settings);
  if (reach_m === undefined) {
    const feature = features[0] ?? null;
    return [
      finding("cannot_tell", {
        feature,
        relation: feature ? relationOf(feature, input.evidence.site, input.tolerances) : null,
        reasons: reasonsOf(
          { missing: [{ kind: "setting", name: rule.where.within_setting! }, ...who.missing], assumed: who.assumed },
          input,
        ),
      }),
    ];
  }
  const uncovered = !coversAll(spec, reach_m, input, layer)
    ? [finding("no_data", { reasons: [{ code: "not_covered" as const, name: spec.theme }] })]
    : [];
  const found =
    rule.where.relation === "outside"
      ? answerOutside(rule, features, who, uncovered.length > 0, input, finding)
      : features.flatMap((feature) => answerFeature(rule, feature, reach_m, who, input, finding));
  if (found.length > 0 || uncovered.length > 0) return [...found, ...uncovered];
  return [finding("not_triggered")];
}

const TRUE: Who = { value: "true", missing: [], assumed: [] };

/** A work plan ranks with its own effect until its horizon. */
export function statusOn(instrument: Instrument, asOf: string): InstrumentStatus {
  return instrument.status === "in_force" && instrument.horizon !== null && instrument.horizon <= asOf
    ? "horizon_passed"
    : instrument.status;
}

function coversAll(spec: ThemeSpec, within_m: number, input: JudgeInput, layer: LayerEvidence | undefined): boolean {
  const coverage = coverageOf(spec.theme, input.evidence);
  if (!coverage || coverage.covers[String(within_m)] !== true) return false;
  if (coverage.state === "declared_none") return true;
  // Loaded, yet not one feature in force: an emptied table proves nothing. Emptiness must be declared.
  return layer?.state === "measured" && (layer.counts[spec.theme] ?? 0) > 0;
}

function coverageOf(theme: string, evidence: Evidence): ThemeCoverage | undefined {
  return "failed" in evidence.coverage ? undefined : (evidence.coverage as Record<string, ThemeCoverage>)[theme];
}

type Spatial = { outcome: "triggered" | "touches" | "cannot_tell" | "near" | "not_triggered"; reasons: ReasonSpec[] };

/** By how much the shape and the site may be wrong together. A schematic shape is taken as drawn, and only it: a site known to
 *  5 km is not clear of a zone 3 km off, however that was drawn. */
export function doubt_m(feature: FeatureEvidence, site_accuracy_m: number): number {
  return site_accuracy_m + (feature.basis === "schematic" ? 0 : (feature.accuracy_m ?? 0));
}

/** Where the site stands to one feature: certain inside, possibly, in contact, near, or away. */
export function stands(feature: FeatureEvidence, site_accuracy_m: number, tolerances: Tolerances): Spatial {
  const a = doubt_m(feature, site_accuracy_m);
  const accuracy: Spatial = {
    outcome: "cannot_tell",
    reasons: [{ code: "boundary_accuracy", name: feature.code, depth_m: feature.depth_m ?? -feature.distance_m }],
  };
  if (a > 0) {
    if (feature.overlap_shrunk.counts) return { outcome: "triggered", reasons: [] };
    if (feature.overlap_grown.counts || feature.overlap.counts || feature.distance_m <= a + tolerances.contact_m) return accuracy;
  } else {
    if (feature.overlap.counts) return { outcome: "triggered", reasons: [] };
    if (feature.distance_m <= tolerances.contact_m)
      return { outcome: "touches", reasons: [{ code: hasOverlap(feature.overlap) ? "sliver" : "contact", name: feature.code }] };
  }
  return { outcome: feature.distance_m <= tolerances.near_m ? "near" : "not_triggered", reasons: [] };
}

function hasOverlap(overlap: Overlap): boolean {
  return (overlap.area_m2 ?? 0) > 0 || (overlap.length_m ?? 0) > 0;
}

function standsWithin(feature: FeatureEvidence, within_m: number, site_accuracy_m: number, tolerances: Tolerances): Spatial {
  const a = doubt_m(feature, site_accuracy_m);
  if (feature.distance_m <= within_m - a) return { outcome: "triggered", reasons: [] };
  if (a > 0 && feature.distance_m <= within_m + a)
    return {
      outcome: "cannot_tell",
      reasons: [{ code: "boundary_accuracy", name: feature.code, depth_m: within_m - feature.distance_m }],
    };
  return { outcome: feature.distance_m - within_m <= tolerances.near_m ? "near" : "not_triggered", reasons: [] };
}

/** The word for how the site lies to the feature, as drawn. */
export function relationOf(feature: FeatureEvidence, site: Evidence["site"], tolerances: Tolerances): Relation {
  if (feature.overlap.counts) {
    if (feature.inside) return "within";
    return site.area_m2 === null && site.length_m !== null ? "crosses" : "overlaps";
  }
  if (feature.distance_m <= tolerances.contact_m) return "touches";
  return feature.distance_m <= tolerances.near_m ? "near" : "outside";
}

function answerFeature(
  rule: Rule,
  feature: FeatureEvidence,
  reach_m: number,
  who: Who,
  input: Judging,
  finding: (outcome: Outcome, more: Partial<Judged>) => Judged,
): Judged[] {
  const { site } = input.evidence;
  const spatial =
    rule.where.relation === "within_m"
      ? standsWithin(feature, reach_m, site.accuracy_m, input.tolerances)
      : stands(feature, site.accuracy_m, input.tolerances);
  if (spatial.outcome === "not_triggered") return [];
  const when = evaluateWhen(rule, feature, input);
  if (when.value === "false") return [];
  const more = { feature, relation: relationOf(feature, site, input.tolerances) };
  if (spatial.outcome === "near") return [finding("near", more)];
  const unknown = who.value === "unknown" || when.value === "unknown";
  return [
    finding(unknown ? "cannot_tell" : spatial.outcome, {
      ...more,
      reasons: [...spatial.reasons, ...reasonsOf(who, input), ...reasonsOf(when, input)],
    }),
  ];
}

/** A place is required (a park): certain only when one feature certainly holds the whole site. Absence is proven only
 *  where the theme covers the site. */
function answerOutside(
  rule: Rule,
  features: FeatureEvidence[],
  who: Who,
  uncovered: boolean,
  input: Judging,
  finding: (outcome: Outcome, more: Partial<Judged>) => Judged,
): Judged[] {
  const { site } = input.evidence;
  const reasons: ReasonSpec[] = [];
  let possible: FeatureEvidence | null = null;
  let within = 0;
  for (const feature of features) {
    const when = evaluateWhen(rule, feature, input);
    if (when.value === "false") continue;
    const banded = doubt_m(feature, site.accuracy_m) > 0;
    const certain = banded ? feature.inside_shrunk : feature.inside;
    const maybe = banded ? feature.inside_grown : feature.inside;
    if (certain && when.value === "true") return [finding("not_triggered", { feature, relation: "within" })];
    if (maybe) {
      possible = feature;
      reasons.push(...reasonsOf(when, input));
      if (!certain)
        reasons.push({ code: "boundary_accuracy", name: feature.code, depth_m: feature.depth_m ?? -feature.distance_m });
    }
    within += shareOf(feature.overlap, site) ?? 0;
  }
  if (possible)
    return [finding("cannot_tell", { feature: possible, relation: "within", reasons: [...reasons, ...reasonsOf(who, input)] })];
  if (within > 0.999)
    return [finding("cannot_tell", { relation: "overlaps", reasons: [{ code: "several_features", name: rule.where.theme! }] })];
  if (uncovered) return [];
  return [
    finding(who.value === "unknown" ? "cannot_tell" : "triggered", {
      relation: within > 0 ? "overlaps" : "outside",
      reasons: reasonsOf(who, input),
    }),
  ];
}

/** Overlap over the site: area for a site with polygons, else length, else points; null where nothing overlaps in the
 *  site's leading dimension. */
export function shareOf(overlap: Overlap, site: Evidence["site"]): number | null {
  if (site.area_m2 !== null) return overlap.area_m2 === null ? null : overlap.area_m2 / site.area_m2;
  if (site.length_m !== null) return overlap.length_m === null ? null : overlap.length_m / site.length_m;
  return overlap.points === null || site.points === null ? null : overlap.points / site.points;
}

function answerTheme(spec: ThemeSpec, asked: boolean, input: Judging): JudgedTheme {
  const coverage = coverageOf(spec.theme, input.evidence);
  const known = {
    spec,
    coverage: coverage?.state ?? ("not_loaded" as const),
    data_date: coverage?.data_date ?? null,
    source: coverage?.source ?? null,
    basis: coverage?.basis ?? null,
    features: null,
    nearest_m: null,
  };
  if (!asked) return { ...known, status: "not_asked", covered: true };
  const layer = input.evidence.layers[spec.layer];
  if (layer?.state === "failed" || failureOf(spec.theme, layer) !== undefined || "failed" in input.evidence.coverage)
    return { ...known, status: "failed", covered: false };
  const covered = coversAll(spec, 0, input, layer);
  const features = featuresOf(spec, input);
  const met = new Set<ThemeStatus>(
    features.map((feature) => {
      const { outcome } = stands(feature, input.evidence.site.accuracy_m, input.tolerances);
      return outcome === "triggered" ? "affected" : outcome === "not_triggered" ? "clear" : outcome;
    }),
  );
  const worst = (["affected", "cannot_tell", "touches"] as const).find((status) => met.has(status));
  return {
    ...known,
    status: worst ?? (!covered ? "no_data" : met.has("near") ? "near" : "clear"),
    covered,
    features: layer?.counts[spec.theme] ?? null,
    nearest_m: features.length > 0 ? Math.min(...features.map((feature) => feature.distance_m)) : null,
  };
}

/** Every overlap that a tolerance hid: the ledger. Ledger and hits together are the raw overlay. */
function findSlivers(asked: Set<string>, input: Judging): Judgement["slivers"] {
  return input.catalogue.themes
    .filter((spec) => asked.has(spec.theme))
    .flatMap((spec) =>
      featuresOf(spec, input)
        .filter(({ overlap }) => hasOverlap(overlap) && !overlap.counts)
        .map((feature) => ({ theme: spec.theme, feature })),
    );
}
