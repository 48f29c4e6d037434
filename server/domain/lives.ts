/** The lives of a rule: one id may stand in several rows, one after another, under the same instrument or its successor.
 *  What differs between two dates is read off their dates alone. Pure. */
import type { InstrumentStatus } from "../api/checks.ts";
import { inForce, statusOn } from "./judge.ts";
import type { Catalogue, Instrument, Rule } from "./rule.ts";

type Law = Pick<Catalogue, "instruments" | "rules">;

/** Half-open, by the row's own dates and its instrument's; null: open. */
export type Span = { from: string; until: string | null };

/** `succeeded`: another row bears the id. `status`: the same row, whose instrument stands otherwise (its horizon has
 *  passed). `between`: it began after the first date and had ended by the second. */
export type ChangeKind = "ended" | "began" | "succeeded" | "status" | "between";

export type Change = {
  kind: ChangeKind;
  /** The day from which it is otherwise (yyyy-mm-dd); of `between`, the day it began. */
  on: string;
  /** As it stood on the first date; null where it did not. */
  before: Rule | null;
  /** As it stands on the second date; null where it does not. A rule that lived `between` the dates is in neither. */
  after: Rule | null;
  between: Rule | null;
};

export function spanOf(rule: Rule, law: Instrument): Span {
  const ends = [rule.valid_to, law.in_force_until].filter((day) => day !== null);
  return {
    from: rule.valid_from > law.in_force_from ? rule.valid_from : law.in_force_from,
    until: ends.length === 0 ? null : ends.reduce((a, b) => (a < b ? a : b)),
  };
}

/** How a row stands on a day: its instrument's status, and `repealed` once the row or its instrument has ended. */
export function standing(rule: Rule, law: Instrument, asOf: string): InstrumentStatus {
  const { until } = spanOf(rule, law);
  return until !== null && until <= asOf ? "repealed" : statusOn(law, asOf);
}

/** Every row that bears the id, oldest first; empty when there is no such rule. */
export function livesOf(id: string, { rules }: Pick<Catalogue, "rules">): Rule[] {
  return rules.filter((rule) => rule.id === id).toSorted((a, b) => (a.valid_from < b.valid_from ? -1 : 1));
}

/** The row that bears the id after this one; null: none does. */
export function successorOf(rule: Rule, catalogue: Pick<Catalogue, "rules">): Rule | null {
  return livesOf(rule.id, catalogue).find(({ valid_from }) => valid_from > rule.valid_from) ?? null;
}

/** What holds on one of two days (yyyy-mm-dd, the first not after the second) and not, or otherwise, on the other, in the
 *  catalogue's order. Empty when nothing does. */
export function changesBetween(catalogue: Law, from: string, to: string): Change[] {
  const law = new Map(catalogue.instruments.map((each) => [each.id, each]));
  const spans = new Map(catalogue.rules.map((rule) => [rule, spanOf(rule, law.get(rule.instrument)!)]));
  const on = (day: string) =>
    new Map(catalogue.rules.filter((rule) => inForce(rule, law.get(rule.instrument)!, day)).map((rule) => [rule.id, rule]));
  const older = on(from);
  const newer = on(to);
  const changes: Change[] = [];
  for (const rule of catalogue.rules) {
    const instrument = law.get(rule.instrument)!;
    const { from: begin, until } = spans.get(rule)!;
    const [before, after] = [older.get(rule.id) ?? null, newer.get(rule.id) ?? null];
    const change = (kind: ChangeKind, day: string, between: Rule | null = null) =>
      changes.push({ kind, on: day, ...(between ? { before: null, after: null } : { before, after }), between });
    if (rule === before && rule === after) {
      if (statusOn(instrument, from) !== statusOn(instrument, to)) change("status", instrument.horizon!);
    } else if (rule === after) change(before ? "succeeded" : "began", begin);
    else if (rule === before) {
      if (!after) change("ended", until!);
    } else if (instrument.status !== "repealed" && begin > from && until !== null && until <= to) change("between", begin, rule);
  }
  return changes;
}

/** Every day on which some rule begins, ends or stands otherwise, newest first, with how many do. */
export function changeDays(catalogue: Law): { day: string; rules: number }[] {
  const law = new Map(catalogue.instruments.map((each) => [each.id, each]));
  const counts = new Map<string, Set<string>>();
  for (const rule of catalogue.rules) {
    const instrument = law.get(rule.instrument)!;
    if (instrument.status === "repealed") continue;
    const { from, until } = spanOf(rule, instrument);
    const { horizon } = instrument;
    const passes = horizon !== null && instrument.status === "in_force" && from < horizon && (until === null || horizon < until);
    for (const day of [from, until, passes ? horizon : null])
      if (day !== null) counts.set(day, (counts.get(day) ?? new Set()).add(rule.id));
  }
  return [...counts].map(([day, ids]) => ({ day, rules: ids.size })).toSorted((a, b) => (a.day < b.day ? 1 : -1));
}
