/** Rules that read another rule's outcome: which, in what order they are answered, and that none reads itself. Pure. */
import { leaves } from "./condition.ts";
import type { Condition, OrderKind, Rule } from "./rule.ts";

/** What a rule's `when` asks for beyond the feature and the project. */
export type Asks = { rules: readonly string[]; orders: readonly OrderKind[]; stood: boolean };

const NOTHING: Asks = { rules: [], orders: [], stood: false };
const ASKS = new WeakMap<Condition, Asks>();

/** Looked up once a condition: it is asked for every site. */
export function asksOf({ when }: Pick<Rule, "when">): Asks {
  if (!when) return NOTHING;
  const known = ASKS.get(when);
  if (known) return known;
  const all = [...leaves(when)].map(({ leaf }) => leaf);
  const asks: Asks = {
    rules: [...new Set(all.flatMap((leaf) => ("rule" in leaf ? [leaf.rule] : [])))],
    orders: [...new Set(all.flatMap((leaf) => ("order" in leaf ? leaf.order : [])))],
    stood: all.some((leaf) => "stood" in leaf),
  };
  ASKS.set(when, asks);
  return asks;
}

/** Ids of the rules that this one reads. */
export function rulesRead(rule: Pick<Rule, "when">): readonly string[] {
  return asksOf(rule).rules;
}

export type ReadingPlan = {
  /** Rules that are read before those that read them. */
  ordered: readonly Rule[];
  /** Ids that some rule reads. */
  read: ReadonlySet<string>;
};

const PLANS = new WeakMap<readonly Rule[], ReadingPlan>();

/** The plan of these rules, made once: the same list is judged for thousands of sites. */
export function readingPlan(rules: readonly Rule[]): ReadingPlan {
  const plan = PLANS.get(rules) ?? { ordered: readingOrder(rules), read: new Set(rules.flatMap(rulesRead)) };
  PLANS.set(rules, plan);
  return plan;
}

/** Rules that are read before those that read them, otherwise in the order given. Rows of one id go together as far as
 *  reading is concerned. Throws, naming the circle, when a rule reads itself through others. */
export function readingOrder<R extends Pick<Rule, "id" | "when">>(rules: readonly R[]): R[] {
  if (!rules.some(({ when }) => when !== null && rulesRead({ when }).length > 0)) return [...rules];
  const circle = circleIn(rules);
  if (circle) throw new Error(`Rules read each other in a circle: ${circle.join(" -> ")}.`);
  const ordered: R[] = [];
  const placed = new Set<string>();
  const place = (id: string): void => {
    if (placed.has(id)) return;
    placed.add(id);
    const rows = rules.filter((row) => row.id === id);
    for (const row of rows) for (const read of rulesRead(row)) place(read);
    ordered.push(...rows);
  };
  for (const { id } of rules) place(id);
  return ordered;
}

/** The ids of one circle, the first again at the end; null: there is none. */
export function circleIn(rules: readonly Pick<Rule, "id" | "when">[]): string[] | null {
  const reads = new Map<string, string[]>();
  for (const row of rules) reads.set(row.id, [...(reads.get(row.id) ?? []), ...rulesRead(row)]);
  const done = new Set<string>();
  const walk = (id: string, path: string[]): string[] | null => {
    const seen = path.indexOf(id);
    if (seen >= 0) return [...path.slice(seen), id];
    if (done.has(id)) return null;
    for (const next of reads.get(id) ?? []) {
      const circle = walk(next, [...path, id]);
      if (circle) return circle;
    }
    done.add(id);
    return null;
  };
  for (const id of reads.keys()) {
    const circle = walk(id, []);
    if (circle) return circle;
  }
  return null;
}
