/** What was there first: the thing that stands, the zone, or the rule. Pure. Dates are yyyy-mm-dd. */
import type { AttributeValue } from "../api/checks.ts";
import { type Answer, open, type Truth } from "./condition.ts";
import type { FeatureEvidence } from "./evidence.ts";
import type { Rule, StoodBefore } from "./rule.ts";

/** A day, or a year of which the day is not known. */
type Span = { from: string; to: string; said: string };

export type Attributes = Readonly<Record<string, AttributeValue>>;

/** Since when it stands: `since`, else the year `built_year`. */
function sinceOf(attributes: Attributes): Span | null {
  const { since, built_year } = attributes;
  if (typeof since === "string") return { from: since, to: since, said: since };
  if (typeof built_year !== "number") return null;
  return { from: `${built_year}-01-01`, to: `${built_year}-12-31`, said: String(built_year) };
}

/** When a zone was established: the day said of it, else the day of its approval. `by`: it was there on that day at the
 *  latest, because its version holds from then; an earlier version may have stood before. */
function zoneDates({ columns }: Pick<FeatureEvidence, "columns">): { on: string | null; by: string | null } {
  const date = (name: string) => (typeof columns[name] === "string" ? (columns[name] as string) : null);
  const on = date("established") ?? date("approval_date");
  return { on, by: on ?? date("valid_from") };
}

type Dated = Pick<Rule, "id" | "valid_from">;
const FIRST_DAYS = new WeakMap<readonly Dated[], ReadonlyMap<string, string>>();

/** Since when a provision holds: the first day of any row of its id, in this instrument or the one before it. Looked up once
 *  for a list of rules. */
export function firstHeld(rule: Pick<Rule, "id">, rules: readonly Dated[]): string | null {
  const known =
    FIRST_DAYS.get(rules) ??
    new Map(rules.toSorted((a, b) => (a.valid_from < b.valid_from ? 1 : -1)).map((each) => [each.id, each.valid_from]));
  FIRST_DAYS.set(rules, known);
  return known.get(rule.id) ?? null;
}

function isBefore(span: Span, day: string): Truth {
  if (span.to < day) return "true";
  return span.from >= day ? "false" : "unknown";
}

/** Whether it stood before the zone that was met, and before the provision first held. Unknown without `since`, in a year
 *  that holds the day, and before the day a zone is only known to have stood by. */
export function stoodOf(
  attributes: Attributes,
  feature: Pick<FeatureEvidence, "columns"> | null,
  held: string | null,
): Record<StoodBefore, Answer> {
  const since = sinceOf(attributes);
  const attribute = { kind: "attribute" as const, name: "since" };
  const said = (value: Truth): Answer => (value === "unknown" ? open([attribute]) : { value, missing: [], assumed: [] });
  const { on, by } = feature ? zoneDates(feature) : { on: null, by: null };
  const column = {
    kind: "feature_attribute" as const,
    name: feature && "established" in feature.columns ? "established" : "approval_date",
  };
  const before_zone = (): Answer => {
    if (since && on !== null) return said(isBefore(since, on));
    if (since && by !== null && since.from >= by) return said("false");
    return open([...(since ? [] : [attribute]), ...(on === null ? [column] : [])]);
  };
  return { before_zone: before_zone(), before_rule: since && held !== null ? said(isBefore(since, held)) : open([attribute]) };
}

/** Which day decided whether what stands was built against a standing ban: the later of the zone's and the rule's, because
 *  a ban stands from then. */
export type DecidedBy = {
  what: "zone" | "rule";
  date: string;
  since: string;
  before: boolean;
  /** The zone stood on `date` at the latest: when it was established is not said. */
  at_latest?: true;
};

/** Null where it cannot be told. */
export function decidedBy(
  attributes: Attributes,
  feature: Pick<FeatureEvidence, "columns"> | null,
  held: string | null,
): DecidedBy | null {
  const since = sinceOf(attributes);
  if (!since || held === null) return null;
  const { on, by } = feature ? zoneDates(feature) : { on: null, by: null };
  const told = (what: DecidedBy["what"], date: string, before: boolean) => ({ what, date, since: since.said, before });
  if (feature && on === null) {
    // The ban did not stand before the rule, whenever the zone was drawn; and stood with the zone, whenever that was.
    if (isBefore(since, held) === "true") return told("rule", held, true);
    if (by === null || isBefore(since, by) !== "false") return null;
    return by > held ? { ...told("zone", by, false), at_latest: true } : told("rule", held, false);
  }
  const what = on !== null && on >= held ? "zone" : "rule";
  const date = what === "zone" ? on! : held;
  const before = isBefore(since, date);
  return before === "unknown" ? null : told(what, date, before === "true");
}
