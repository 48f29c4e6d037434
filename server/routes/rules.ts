/** `/api/rules` and `/api/instruments`: what the law of a day is, and what of it changed between two days. */
import { type Response, Router } from "express";
import type { Instrument, Rule, RuleChange, RuleChangeKind, RuleChanges, RuleField, RuleWithLives } from "../api/catalogue.ts";
import type { Lang } from "../api/common.ts";
import { instrumentOf } from "../catalogue.ts";
import { type CatalogueFilter, FILTERS, ROW_FILTERS } from "../catalogue_filter.ts";
import { inForce } from "../domain/judge.ts";
import { type Change, changeDays, changesBetween, livesOf } from "../domain/lives.ts";
import type { Catalogue, Rule as RuleSpec } from "../domain/rule.ts";
import { say } from "../messages.ts";
import { page } from "../paging.ts";
import { langOf, Problem } from "../problem.ts";
import { badParameter, choiceParameter, dateParameter, isDate, parameters, today } from "../query.ts";
import { classesOf, sayClass, sayInstrument, sayRule } from "../rule_words.ts";
import { type Cell, csvOf, type Table } from "../table.ts";

const KINDS: readonly RuleChangeKind[] = ["succeeded", "began", "ended", "status", "between"];
/** In the order in which a reader compares them. */
const FIELDS: readonly RuleField[] = [
  "instrument",
  "article",
  "status",
  "effect",
  "confidence",
  "where_text",
  "who_text",
  "when_text",
  "gist",
  "next_step",
  "office",
];

export function ruleRoutes(catalogue: Catalogue, filter: CatalogueFilter, now: () => Date): Router {
  const router = Router();

  /** GET /api/rules: the rules in force on `as_of` that may concern what is asked. Filters: `jurisdiction`, `activity`,
   *  `action`, `layer`, `theme`, `class` (named by the row or its conditions), `instrument`, `effect`, `confidence`,
   *  `status` of the instrument on the date (`repealed`: rows that have ended instead of those in force), `q` (every word in
   *  id, gist, title or article, of either language). `f=csv` gives every row as a file. */
  router.get("/api/rules", (request, response) => {
    const query = filter.queryOf(request, ["f"]);
    const format = choiceParameter("f", query.f, ["json", "csv"]);
    const lang = langOf(request);
    const { rules, asOf } = filter.read(query);
    const rows = rules.map((rule) => sayRule(lang, rule, catalogue, asOf));
    if (format === "csv") return sendCsv(response, `rules-${asOf}`, ruleTable(rows, lang));
    response.json(page(request, rows, query, keyOf(rows)));
  });

  /** GET /api/rules/changes?from=&to=: what holds on one of the days and not, or otherwise, on the other; the same filters,
   *  which a row passes when either side of it does. `to` is today unless given. `f=csv` gives the rows as a file. */
  router.get("/api/rules/changes", (request, response) => {
    const query = parameters(request, ["from", "to", ...ROW_FILTERS, "limit", "after", "f"]);
    const format = choiceParameter("f", query.f, ["json", "csv"]);
    if (query.from === undefined || !isDate(query.from)) throw badParameter("from", "yyyy-mm-dd", query.from ?? "");
    const { from } = query;
    const to = query.to === undefined ? today(now()) : dateParameter("to", query.to, now());
    if (to < from) throw badParameter("to", `${from} <= to`, to);
    const { passes } = filter.readRows(query);
    const lang = langOf(request);
    const changes = changesBetween(catalogue, from, to)
      .filter(({ before, after, between }) => [before, after, between].some((rule) => rule !== null && passes(rule)))
      .map((change) => sayChange(lang, change, from, to))
      .toSorted((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind));
    if (format === "csv") return sendCsv(response, `rules-${from}-${to}`, changeTable(changes, lang));
    const counts = Object.fromEntries(KINDS.map((kind) => [kind, changes.filter((each) => each.kind === kind).length]));
    const list: RuleChanges = {
      ...page(request, changes, query, ({ kind, on, before, after, between }) =>
        [kind, on, (after ?? before ?? between)!.id].join("@"),
      ),
      from,
      to,
      counts: counts as RuleChanges["counts"],
      days: changeDays(catalogue),
    };
    response.json(list);
  });

  /** GET /api/rules/{id}?as_of=: as it stood on the date, with every row that bears the id and the classes it names.
   *  Without a date: as today, or, when it does not hold today, as it last stood. */
  router.get("/api/rules/:id", (request, response) => {
    const query = parameters(request, ["as_of"]);
    const { id } = request.params;
    const asOf = dateParameter("as_of", query.as_of, now());
    const lives = livesOf(id, catalogue);
    const standing = lives.find((each) => inForce(each, instrumentOf(catalogue, each), asOf));
    const rule = standing ?? (query.as_of === undefined ? lives.at(-1) : undefined);
    if (!rule) throw new Problem(404, "unknown-rule", { rule: id.slice(0, 80) });
    const lang = langOf(request);
    const said: RuleWithLives = {
      ...sayRule(lang, rule, catalogue, asOf),
      in_force: standing !== undefined,
      lives: lives.map((each) => sayRule(lang, each, catalogue, asOf)),
      class_words: classesOf(rule).map((code) => sayClass(lang, code, catalogue)),
    };
    response.json(said);
  });

  /** GET /api/instruments: the instruments in force on `as_of`; with other filters than the district, those whose rules
   *  pass; asked for the status `repealed`, those that have ended. */
  router.get("/api/instruments", (request, response) => {
    const query = parameters(request, FILTERS);
    const { rules, asOf, narrowed, jurisdiction, status } = filter.read(query);
    const lang = langOf(request);
    const items = catalogue.instruments
      .filter((each) => filter.concernsDistrict(each, jurisdiction) && each.in_force_from <= asOf)
      .map((each): Instrument => sayInstrument(lang, each, asOf))
      .filter((each) => (status === undefined ? !isOver(each, asOf) : each.status === status))
      .filter((each) => !narrowed || rules.some((rule) => rule.instrument === each.id));
    response.json(page(request, items, query, ({ id }) => id));
  });

  function sayChange(lang: Lang, { kind, on, before, after, between }: Change, from: string, to: string): RuleChange {
    const tell = (rule: RuleSpec | null, asOf: string) => rule && sayRule(lang, rule, catalogue, asOf);
    const [older, newer] = [tell(before, from), tell(after, to)];
    const differs = older && newer ? FIELDS.filter((field) => older[field] !== newer[field]) : [];
    return { kind, on, before: older, after: newer, between: tell(between, on), differs };
  }

  return router;
}

function isOver({ in_force_until }: Instrument, asOf: string): boolean {
  return in_force_until !== null && in_force_until <= asOf;
}

/** Rows that have ended may share an id; its first day tells them apart. */
function keyOf(rows: readonly Rule[]): (rule: Rule) => string {
  const counts = new Map<string, number>();
  for (const { id } of rows) counts.set(id, (counts.get(id) ?? 0) + 1);
  return ({ id, valid_from }) => (counts.get(id)! > 1 ? `${id}@${valid_from}` : id);
}

function sendCsv(response: Response, name: string, table: Table): void {
  response.type("text/csv").set("Content-Disposition", `attachment; filename="${name}.csv"`).send(csvOf(table));
}

const COLUMNS = [
  "id",
  "instrument_title",
  "rank",
  "status",
  "article",
  "effect",
  "gist",
  "who_text",
  "where_text",
  "when_text",
  "next_step",
  "office",
  "confidence",
  "valid_from",
  "valid_to",
  "jurisdiction",
] as const;

function cellOf(rule: Rule | null, column: (typeof COLUMNS)[number], lang: Lang): Cell {
  if (!rule) return null;
  if (column === "rank") return say(lang, `rank.${rule.rank}`);
  if (column === "status") return say(lang, `instrument_status.${rule.status}`);
  if (column === "effect") return say(lang, `effect.${rule.effect}`);
  if (column === "confidence") return say(lang, `confidence.${rule.confidence}`);
  return rule[column];
}

function ruleTable(rows: readonly Rule[], lang: Lang): Table {
  return {
    columns: COLUMNS.map((column) => say(lang, `catalogue.column.${column}`)),
    rows: rows.map((rule) => COLUMNS.map((column) => cellOf(rule, column, lang))),
  };
}

/** Every column twice, old and new. */
function changeTable(changes: readonly RuleChange[], lang: Lang): Table {
  const sides = ["before", "after"] as const;
  const pairs = COLUMNS.slice(1).flatMap((column) => sides.map((side) => ({ column, side })));
  const titles = pairs.map(({ column, side }) =>
    say(lang, `catalogue.side.${side}`, { column: say(lang, `catalogue.column.${column}`) }),
  );
  return {
    columns: [...["change", "on", "id"].map((column) => say(lang, `catalogue.column.${column}`)), ...titles],
    rows: changes.map((change) => {
      const { kind, on, before, after, between } = change;
      const of = { before: before ?? between, after };
      return [
        say(lang, `catalogue.change.${kind}`),
        on,
        (after ?? of.before)!.id,
        ...pairs.map(({ column, side }) => cellOf(of[side], column, lang)),
      ];
    }),
  };
}
