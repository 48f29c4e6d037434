/** `/api/activities`, `/api/rules`, `/api/instruments`: one family, the same filters, the words of one language. */
import { type Request, Router } from "express";
import type { Activity, Attribute, Instrument, Rule } from "../api/catalogue.ts";
import type { Action } from "../api/checks.ts";
import type { Lang, List } from "../api/common.ts";
import { instrumentOf, rulesInForce } from "../catalogue.ts";
import { openFacts, reachOf } from "../domain/classify.ts";
import { liesIn, statusOn } from "../domain/judge.ts";
import type { ActivitySpec, Catalogue, Instrument as InstrumentSpec, Rule as RuleSpec } from "../domain/rule.ts";
import { langOf, Problem } from "../problem.ts";
import { badParameter, dateParameter, integerParameter, parameters } from "../query.ts";
import { cite } from "../words.ts";

const ACTIONS: readonly Action[] = ["new", "rebuilt", "expanded", "existing", "operating"];
const FILTERS = ["as_of", "jurisdiction", "activity", "action", "layer", "limit", "after"] as const;
const PAGE = 1000;

type Filters = {
  lang: Lang;
  asOf: string;
  activity: ActivitySpec | undefined;
  action: Action | undefined;
  /** Rules in force on the date that every filter lets through. */
  rules: RuleSpec[];
  /** True when a filter other than date and jurisdiction was given. */
  narrowed: boolean;
};

export function catalogueRoutes(catalogue: Catalogue, now: () => Date = () => new Date()): Router {
  const router = Router();
  const open = new Map(catalogue.activities.map((activity) => [activity.code, openFacts(activity, catalogue)]));
  const layerIds = [...new Set(catalogue.themes.map((theme) => theme.layer))];
  const layerOf = (theme: string | null) => catalogue.themes.find((each) => each.theme === theme)?.layer ?? null;

  /** A rule may concern an activity when one of the actions fits and nothing that could be answered rules it out. */
  function concerns(rule: RuleSpec, activity: ActivitySpec, action: Action | undefined): boolean {
    const actions = action ? [action] : activity.actions;
    return actions.some((each) => rule.who.actions.includes(each)) && reachOf(rule, open.get(activity.code)!).possible;
  }

  function concernsDistrict(instrument: InstrumentSpec, district: string | undefined): boolean {
    return instrument.jurisdiction === null || district === undefined || liesIn(district, instrument.jurisdiction);
  }

  function readFilters(request: Request, query: Partial<Record<(typeof FILTERS)[number], string>>): Filters {
    const asOf = dateParameter("as_of", query.as_of, now());
    const { jurisdiction, layer } = query;
    if (jurisdiction !== undefined && !/^\d{6}$/.test(jurisdiction))
      throw badParameter("jurisdiction", "GB/T 2260, 500118", jurisdiction);
    if (layer !== undefined && !layerIds.includes(layer)) throw badParameter("layer", layerIds.join(" | "), layer);
    const action = ACTIONS.find((each) => each === query.action);
    if (query.action !== undefined && !action) throw badParameter("action", ACTIONS.join(" | "), query.action);
    const activity = catalogue.activities.find((each) => each.code === query.activity);
    if (query.activity !== undefined && !activity)
      throw badParameter("activity", catalogue.activities.map((each) => each.code).join(" | "), query.activity);
    const rules = rulesInForce(catalogue, asOf).filter(
      (rule) =>
        concernsDistrict(instrumentOf(catalogue, rule), jurisdiction) &&
        (layer === undefined || layerOf(rule.where.theme) === layer) &&
        (action === undefined || rule.who.actions.includes(action)) &&
        (activity === undefined || concerns(rule, activity, action)),
    );
    const narrowed = activity !== undefined || action !== undefined || layer !== undefined;
    return { lang: langOf(request), asOf, activity, action, rules, narrowed };
  }

  function sayAttributes(activity: ActivitySpec, { lang, action, rules }: Filters): Attribute[] {
    const reached = rules
      .filter((rule) => concerns(rule, activity, action))
      .map((rule) => ({ id: rule.id, ...reachOf(rule, open.get(activity.code)!) }));
    return activity.attributes.map((name) => {
      const spec = catalogue.attributes.find((each) => each.name === name)!;
      return {
        name,
        title: spec.title[lang],
        help: spec.help[lang],
        type: spec.type,
        unit: spec.unit,
        options: spec.options?.map(({ value, title }) => ({ value, title: title[lang] })) ?? null,
        min: spec.min,
        max: spec.max,
        pattern: spec.pattern ?? null,
        absent: spec.absent,
        decides: [...new Set(reached.filter(({ decides }) => decides.includes(name)).map(({ id }) => id))],
      };
    });
  }

  function sayRule(rule: RuleSpec, lang: Lang): Rule {
    const { id, instrument, valid_from, valid_to, where, who, effect, quote, confidence } = rule;
    return {
      id,
      instrument,
      instrument_title: instrumentOf(catalogue, rule).title[lang],
      article: cite(rule.article, instrumentOf(catalogue, rule).rank, lang),
      valid_from,
      valid_to,
      theme: where.theme,
      layer: layerOf(where.theme),
      relation: where.relation,
      within_m: where.within_m,
      within_setting: where.within_setting ?? null,
      classes: who.classes,
      actions: who.actions,
      effect,
      gist: rule.gist[lang],
      quote,
      next_step: rule.next_step[lang],
      office: rule.office[lang],
      confidence,
    };
  }

  /** GET /api/activities?q=养猪场&action=new: what a project may be, best match first. Each attribute says which rules in
   *  force can depend on it (`decides`), for the action where one is given; an empty list means that it cannot matter. */
  router.get("/api/activities", (request, response) => {
    const query = parameters(request, [...FILTERS, "q"]);
    const filters = readFilters(request, query);
    const { lang } = filters;
    const items = search(catalogue.activities, query.q)
      .filter((each) => filters.activity === undefined || each === filters.activity)
      .map((each): Activity => ({
        code: each.code,
        title: each.title[lang],
        aliases: each.aliases.map((alias) => alias[lang]),
        note: each.note[lang],
        actions: each.actions,
        construction: each.tags.includes("construction"),
        attributes: sayAttributes(each, filters),
      }));
    response.json(page(request, items, query, ({ code }) => code));
  });

  /** GET /api/rules?as_of=&jurisdiction=&activity=&action=&layer=: the rules in force that may concern it. */
  router.get("/api/rules", (request, response) => {
    const query = parameters(request, FILTERS);
    const { rules, lang } = readFilters(request, query);
    response.json(
      page(
        request,
        rules.map((rule) => sayRule(rule, lang)),
        query,
        ({ id }) => id,
      ),
    );
  });

  /** GET /api/rules/{id}?as_of=: as it stood on the date. */
  router.get("/api/rules/:id", (request, response) => {
    const query = parameters(request, ["as_of"]);
    const { id } = request.params;
    const rule = rulesInForce(catalogue, dateParameter("as_of", query.as_of, now())).find((each) => each.id === id);
    if (!rule) throw new Problem(404, "unknown-rule", { rule: id.slice(0, 80) });
    response.json(sayRule(rule, langOf(request)));
  });

  /** GET /api/instruments?as_of=&jurisdiction=: the instruments in force; with other filters, those whose rules pass. */
  router.get("/api/instruments", (request, response) => {
    const query = parameters(request, FILTERS);
    const { rules, lang, asOf, narrowed } = readFilters(request, query);
    const items = catalogue.instruments
      .filter((each) => each.in_force_from <= asOf && (each.in_force_until === null || asOf < each.in_force_until))
      .filter(
        (each) => concernsDistrict(each, query.jurisdiction) && (!narrowed || rules.some((rule) => rule.instrument === each.id)),
      )
      .map((each): Instrument => {
        const { id, number, rank, jurisdiction, in_force_from, in_force_until, successor, url, confidence } = each;
        const words = { title: each.title[lang], issuer: each.issuer[lang], status: statusOn(each, asOf) };
        return { id, number, rank, jurisdiction, in_force_from, in_force_until, successor, url, confidence, ...words };
      });
    response.json(page(request, items, query, ({ id }) => id));
  });

  return router;
}

/** Activities that everyday words find, in either language, best first: a name that is the words, then one that holds
 *  them, then one that lies within them (养猪场扩建工程). All of them in their own order without words. */
function search(activities: readonly ActivitySpec[], words: string | undefined): readonly ActivitySpec[] {
  const wanted = (words ?? "").trim().toLowerCase();
  if (wanted === "") return activities;
  const rank = (activity: ActivitySpec): number => {
    const names = [activity.title, ...activity.aliases].flatMap(({ zh, en }) => [zh, en.toLowerCase()]).concat(activity.code);
    if (names.includes(wanted)) return 0;
    if (names.some((name) => name.includes(wanted))) return 1;
    return names.some((name) => name.length > 1 && wanted.includes(name)) ? 2 : 3;
  };
  return activities
    .map((activity) => ({ activity, rank: rank(activity) }))
    .filter((each) => each.rank < 3)
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ activity }) => activity);
}

function page<T>(
  request: Request,
  all: readonly T[],
  query: { limit?: string; after?: string },
  idOf: (item: T) => string,
): List<T> {
  const limit = integerParameter("limit", query.limit, { min: 1, max: PAGE, default: PAGE });
  const begin = query.after === undefined ? 0 : all.findIndex((item) => idOf(item) === query.after) + 1;
  if (query.after !== undefined && begin === 0)
    throw badParameter("after", "the last code or id of the page before", query.after);
  const items = all.slice(begin, begin + limit);
  const links: List<T>["links"] = [{ href: request.originalUrl, rel: "self", type: "application/json" }];
  if (begin + limit < all.length) {
    const next = new URLSearchParams(request.originalUrl.split("?")[1]);
    next.set("limit", String(limit));
    next.set("after", idOf(items.at(-1)!));
    links.push({ href: `${request.path}?${next}`, rel: "next", type: "application/json" });
  }
  return { items, numberMatched: all.length, numberReturned: items.length, links };
}
