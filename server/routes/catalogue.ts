/** `/api/activities`, `/api/rules`, `/api/instruments`: one family, the same filters, the words of one language. */
import { Router } from "express";
import type { Activity, Attribute } from "../api/catalogue.ts";
import type { Lang } from "../api/common.ts";
import { catalogueFilter, type Filters } from "../catalogue_filter.ts";
import { reachOf } from "../domain/classify.ts";
import type { ActivitySpec, Catalogue } from "../domain/rule.ts";
import { page } from "../paging.ts";
import { langOf } from "../problem.ts";
import { ruleRoutes } from "./rules.ts";

export function catalogueRoutes(catalogue: Catalogue, now: () => Date = () => new Date()): Router {
  const router = Router();
  const filter = catalogueFilter(catalogue, now);

  function sayAttributes(lang: Lang, activity: ActivitySpec, { action, rules }: Filters): Attribute[] {
    const reached = rules
      .filter((rule) => filter.concerns(rule, activity, action))
      .map((rule) => ({ id: rule.id, ...reachOf(rule, filter.factsOf(activity)) }));
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

  /** GET /api/activities?q=养猪场&action=new: what a project may be, best match first. Each attribute says which rules in
   *  force can depend on it (`decides`), for the action where one is given; an empty list means that it cannot matter. Here
   *  `q` looks for activities, not for rules. */
  router.get("/api/activities", (request, response) => {
    const { q, ...query } = filter.queryOf(request, []);
    const filters = filter.read(query);
    const lang = langOf(request);
    const items = search(catalogue.activities, q)
      .filter((each) => filters.activity === undefined || each === filters.activity)
      .map((each): Activity => ({
        code: each.code,
        title: each.title[lang],
        aliases: each.aliases.map((alias) => alias[lang]),
        note: each.note[lang],
        actions: each.actions,
        construction: each.tags.includes("construction"),
        attributes: sayAttributes(lang, each, filters),
      }));
    response.json(page(request, items, query, ({ code }) => code));
  });

  router.use(ruleRoutes(catalogue, filter, now));
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
