/** The filters that every list of the catalogue shares: from a query to the rows that pass. */
import type { Request } from "express";
import type { Action, InstrumentStatus } from "./api/checks.ts";
import { instrumentOf } from "./catalogue.ts";
import { openFacts, reachOf } from "./domain/classify.ts";
import { EFFECTS } from "./domain/conclude.ts";
import type { Facts } from "./domain/condition.ts";
import { inForce, liesIn } from "./domain/judge.ts";
import { standing } from "./domain/lives.ts";
import type { ActivitySpec, Catalogue, Confidence, Instrument, Rule } from "./domain/rule.ts";
import { badParameter, choiceParameter, dateParameter, districtParameter, parameters } from "./query.ts";
import { classesOf } from "./rule_words.ts";
import { cite } from "./words.ts";

const ACTIONS: readonly Action[] = ["new", "rebuilt", "expanded", "existing", "operating"];
const STATUSES: readonly InstrumentStatus[] = ["in_force", "draft", "repealed", "horizon_passed", "unverified"];
const CONFIDENCES: readonly Confidence[] = ["verified", "memory", "local_choice"];
/** Filters that no date belongs to. */
export const ROW_FILTERS = [
  "jurisdiction",
  "activity",
  "action",
  "layer",
  "theme",
  "class",
  "instrument",
  "effect",
  "confidence",
  "q",
] as const;
export const FILTERS = ["as_of", "status", ...ROW_FILTERS, "limit", "after"] as const;
const MAX_WORDS = 200;

type Query = Partial<Record<(typeof FILTERS)[number], string>>;

export type RowFilter = {
  jurisdiction: string | undefined;
  activity: ActivitySpec | undefined;
  action: Action | undefined;
  /** True for a row that every filter lets through; dates are not asked. */
  passes(rule: Rule): boolean;
  /** True when a filter other than the jurisdiction was given. */
  narrowed: boolean;
};

export type Filters = RowFilter & {
  asOf: string;
  status: InstrumentStatus | undefined;
  /** Rules in force on the date that every filter lets through; asked for `repealed`, those that have ended. */
  rules: Rule[];
};

export type CatalogueFilter = ReturnType<typeof catalogueFilter>;

/** Readers of the filters. Values that the catalogue does not know are a 400 that lists what it knows. */
export function catalogueFilter(catalogue: Catalogue, now: () => Date) {
  const open = new Map(catalogue.activities.map((activity) => [activity.code, openFacts(activity, catalogue)]));
  const layerIds = [...new Set(catalogue.themes.map((theme) => theme.layer))];
  const layerOf = new Map(catalogue.themes.map(({ theme, layer }) => [theme, layer]));
  const texts = new Map<Rule, string>();

  /** What `q` is looked for in, of both languages, in small letters. */
  function textOf(rule: Rule): string {
    const known = texts.get(rule);
    if (known !== undefined) return known;
    const { title, rank } = instrumentOf(catalogue, rule);
    const { gist, id, article } = rule;
    const words = [id, gist.zh, gist.en, title.zh, title.en, cite(article, rank, "zh"), cite(article, rank, "en")];
    const text = words.join("\n").toLowerCase();
    texts.set(rule, text);
    return text;
  }

  /** A rule may concern an activity when one of the actions fits and nothing that could be answered rules it out. */
  function concerns(rule: Rule, activity: ActivitySpec, action: Action | undefined): boolean {
    const actions = action ? [action] : activity.actions;
    return actions.some((each) => rule.who.actions.includes(each)) && reachOf(rule, factsOf(activity)).possible;
  }

  function factsOf(activity: ActivitySpec): Facts {
    return open.get(activity.code)!;
  }

  function concernsDistrict(instrument: Instrument, district: string | undefined): boolean {
    return instrument.jurisdiction === null || district === undefined || liesIn(district, instrument.jurisdiction);
  }

  function readRows(query: Query): RowFilter {
    const { jurisdiction, layer, q } = query;
    districtParameter(jurisdiction);
    if (q !== undefined && q.length > MAX_WORDS) throw badParameter("q", `1-${MAX_WORDS}`, q);
    const known = (name: "layer" | "theme" | "class" | "instrument", codes: string[]) =>
      choiceParameter(name, query[name], codes);
    known("layer", layerIds);
    const theme = known(
      "theme",
      catalogue.themes.map((each) => each.theme),
    );
    const named = known(
      "class",
      catalogue.classes.map(({ code }) => code),
    );
    const instrument = known(
      "instrument",
      catalogue.instruments.map(({ id }) => id),
    );
    const effect = choiceParameter("effect", query.effect, EFFECTS);
    const confidence = choiceParameter("confidence", query.confidence, CONFIDENCES);
    const action = choiceParameter("action", query.action, ACTIONS);
    const activity = catalogue.activities.find((each) => each.code === query.activity);
    if (query.activity !== undefined && !activity)
      throw badParameter("activity", catalogue.activities.map((each) => each.code).join(" | "), query.activity);
    const words = (q ?? "").toLowerCase().split(/\s+/).filter(Boolean);
    const passes = (rule: Rule) =>
      concernsDistrict(instrumentOf(catalogue, rule), jurisdiction) &&
      (layer === undefined || (rule.where.theme !== null && layerOf.get(rule.where.theme) === layer)) &&
      (theme === undefined || rule.where.theme === theme) &&
      (named === undefined || classesOf(rule).includes(named)) &&
      (instrument === undefined || rule.instrument === instrument) &&
      (effect === undefined || rule.effect === effect) &&
      (confidence === undefined || rule.confidence === confidence) &&
      (action === undefined || rule.who.actions.includes(action)) &&
      (activity === undefined || concerns(rule, activity, action)) &&
      words.every((word) => textOf(rule).includes(word));
    const narrowed =
      words.length > 0 ||
      [layer, theme, named, instrument, effect, confidence, action, activity].some((each) => each !== undefined);
    return { jurisdiction, activity, action, passes, narrowed };
  }

  function read(query: Query): Filters {
    const asOf = dateParameter("as_of", query.as_of, now());
    const status = choiceParameter("status", query.status, STATUSES);
    const filter = readRows(query);
    const rules = catalogue.rules.filter((rule) => {
      const instrument = instrumentOf(catalogue, rule);
      if (status === undefined) return inForce(rule, instrument, asOf) && filter.passes(rule);
      const stands = status === "repealed" || inForce(rule, instrument, asOf);
      return stands && standing(rule, instrument, asOf) === status && filter.passes(rule);
    });
    return { ...filter, asOf, status, rules };
  }

  /** The query of a list that takes the filters and `extra` parameters. */
  function queryOf<K extends string>(request: Request, extra: readonly K[]) {
    return parameters<(typeof FILTERS)[number] | K>(request, [...FILTERS, ...extra]);
  }

  return { read, readRows, queryOf, concerns, concernsDistrict, factsOf };
}
