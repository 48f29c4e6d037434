/** Questions with three answers, and what an open one waits for. Kleene's logic: a false arm makes `all` false and a
 *  true arm makes `any` true, whatever else is unknown. */
import type { AttributeValue } from "../api/checks.ts";
import type { AttributeSpec, Comparison, Condition, OrderKind, ReadOutcome, Rule, StoodBefore } from "./rule.ts";

export type Truth = "true" | "false" | "unknown";

/** A thing whose absence leaves a question open: an attribute of the project, an operator setting, a column of the feature;
 *  an order that holds in one of the districts that may hold the site; another rule that could not be answered. */
export type Missing = { kind: "attribute" | "setting" | "feature_attribute" | "order" | "rule"; name: string };

/** `missing` is filled for `unknown` only, and then names exactly what could change the value. `assumed` names the
 *  attributes that were not given and whose absence the vocabulary gives a meaning, where the value rests on them. */
export type Answer = { value: Truth; missing: Missing[]; assumed: string[] };

export type Facts = {
  activity: string;
  tags: readonly string[];
  /** In the nature of the activity; goes before what was given. */
  fixed: Readonly<Record<string, AttributeValue>>;
  /** Given by the user. */
  attributes: Readonly<Record<string, AttributeValue>>;
  /** Read for `absent`, what not giving an attribute means; without one, an attribute not given is unknown. */
  specs: readonly Pick<AttributeSpec, "name" | "absent">[];
  /** Every class of the vocabulary that the condition may name. */
  classes: Readonly<Record<string, Answer>>;
  /** Columns of the feature that was met; null: none is known. */
  feature: Readonly<Record<string, unknown>> | null;
  /** yyyy-mm-dd */
  asOf: string;
  settings: Readonly<Record<string, number>>;
  /** Whether an order of each kind is in force on the feature or its district; absent: not known. */
  orders?: Readonly<Record<OrderKind, Truth>>;
  /** Whether what stands was there before; absent: not known. */
  stood?: Readonly<Record<StoodBefore, Answer>>;
  /** Of every rule that the condition may read; absent: not known. */
  outcomes?: Readonly<Record<string, ReadOutcome | "unknown">>;
};

const decided = (value: boolean, assumed: string[] = []): Answer => ({ value: value ? "true" : "false", missing: [], assumed });
const NO = decided(false);
export const open = (missing: Missing[], assumed: string[] = []): Answer => ({ value: "unknown", missing, assumed });

/** The value of `condition` under `facts`. Throws when a class is named that `facts.classes` does not hold: the loader
 *  refuses such a catalogue. */
export function evaluate(condition: Condition, facts: Facts): Answer {
  if ("all" in condition) return allOf(condition.all, (arm) => evaluate(arm, facts));
  if ("any" in condition) return negate(allOf(condition.any, (arm) => negate(evaluate(arm, facts))));
  if ("not" in condition) return negate(evaluate(condition.not, facts));
  if ("activity" in condition) return decided(condition.activity.includes(facts.activity));
  if ("tag" in condition) return decided(facts.tags.includes(condition.tag));
  if ("class" in condition) {
    const answer = facts.classes[condition.class];
    if (!answer) throw new Error(`There is no class "${condition.class}".`);
    return answer;
  }
  if ("feature" in condition) {
    const missing: Missing = { kind: "feature_attribute", name: condition.feature };
    return compare(facts.feature?.[condition.feature], missing, condition, facts, []);
  }
  if ("order" in condition) {
    const truths = condition.order.map((kind) => ({ kind, truth: facts.orders?.[kind] ?? "unknown" }));
    if (truths.some(({ truth }) => truth === "true")) return decided(true);
    const unsettled = truths.filter(({ truth }) => truth === "unknown");
    return unsettled.length > 0 ? open(unsettled.map(({ kind }) => ({ kind: "order", name: kind }))) : decided(false);
  }
  if ("stood" in condition) return facts.stood?.[condition.stood] ?? open([{ kind: "attribute", name: "since" }]);
  if ("rule" in condition) {
    const outcome = facts.outcomes?.[condition.rule] ?? "unknown";
    return outcome === "unknown" ? open([{ kind: "rule", name: condition.rule }]) : decided(condition.outcome.includes(outcome));
  }
  const { value, assumed } = attributeOf(condition.attribute, facts);
  return compare(value, { kind: "attribute", name: condition.attribute }, condition, facts, assumed);
}

const ADDRESSED = new WeakMap<Rule["who"], Condition>();

/** Whom a rule addresses, as one condition: one of its classes (none named: everyone), and its own condition.
 *  Actions are compared apart. Made once: the same rules are asked for thousands of sites. */
export function whoCondition({ who }: Pick<Rule, "who">): Condition {
  const known = ADDRESSED.get(who);
  if (known) return known;
  const { classes, condition } = who;
  const made: Condition = {
    all: [
      ...(classes.length > 0 ? [{ any: classes.map((code): Condition => ({ class: code })) }] : []),
      ...(condition ? [condition] : []),
    ],
  };
  ADDRESSED.set(who, made);
  return made;
}

/** Every leaf of a condition with its path (`who/condition/all/0`). */
export function* leaves(condition: Condition, path = ""): Generator<{ leaf: Condition; path: string }> {
  if ("not" in condition) yield* leaves(condition.not, `${path}/not`);
  else if ("all" in condition || "any" in condition) {
    const [word, arms] = "all" in condition ? (["all", condition.all] as const) : (["any", condition.any] as const);
    for (const [index, arm] of arms.entries()) yield* leaves(arm, `${path}/${word}/${index}`);
  } else yield { leaf: condition, path };
}

function allOf(conditions: readonly Condition[], answerOf: (arm: Condition) => Answer): Answer {
  let no: Answer | undefined;
  const yes: Answer[] = [];
  for (const condition of conditions) {
    const arm = answerOf(condition);
    if (arm.value !== "false") yes.push(arm);
    // Of several reasons to say no, the one that assumes least: none can assume less than nothing.
    else if (arm.assumed.length === 0) return NO;
    else if (no === undefined || arm.assumed.length < no.assumed.length) no = arm;
  }
  if (no !== undefined) return decided(false, no.assumed);
  const assumed = [...new Set(yes.flatMap((arm) => arm.assumed))];
  if (!yes.some((arm) => arm.value === "unknown")) return decided(true, assumed);
  return open(unique(yes.flatMap((arm) => arm.missing)), assumed);
}

function negate(answer: Answer): Answer {
  if (answer.value === "unknown") return answer;
  return { ...answer, value: answer.value === "true" ? "false" : "true" };
}

/** Each missing thing once, in order of first mention. */
export function unique(missing: Missing[]): Missing[] {
  return [...new Map(missing.map((one) => [`${one.kind} ${one.name}`, one])).values()];
}

const ABSENT = new WeakMap<Facts["specs"], ReadonlyMap<string, AttributeValue>>();

/** What not giving an attribute means, where it means something; made once for a vocabulary. */
function absentIn(specs: Facts["specs"]): ReadonlyMap<string, AttributeValue> {
  const known = ABSENT.get(specs);
  if (known) return known;
  const made = new Map(
    specs.flatMap(({ name, absent }): [string, AttributeValue][] =>
      absent === null || absent === undefined ? [] : [[name, absent]],
    ),
  );
  ABSENT.set(specs, made);
  return made;
}

function attributeOf(name: string, facts: Facts): { value: AttributeValue | undefined; assumed: string[] } {
  const known = facts.fixed[name] ?? facts.attributes[name];
  if (known !== undefined) return { value: known, assumed: [] };
  const absent = absentIn(facts.specs).get(name);
  return { value: absent, assumed: absent === undefined ? [] : [name] };
}

/** A value that is absent, or of a type that the comparison cannot use, leaves the question open: never false. */
function compare(value: unknown, missing: Missing, how: Comparison, facts: Facts, assumed: string[]): Answer {
  const said = (yes: boolean | null) => (yes === null ? open([missing], assumed) : decided(yes, assumed));
  if ("stated_in" in how) return decided(typeof value === "string" && assumed.length === 0 && how.stated_in.includes(value));
  if ("gte_setting" in how) return compareToSetting(value, missing, how.gte_setting, facts, assumed);
  if (value === undefined || value === null) return said(null);
  if ("in" in how) return said(how.in.some((one) => one === value));
  if ("includes_any" in how) return said(Array.isArray(value) ? how.includes_any.some((one) => value.includes(one)) : null);
  if ("starts_with" in how) return said(startsWith(value, how.starts_with));
  if ("gte" in how) return said(typeof value === "number" ? value >= how.gte : null);
  if ("lt" in how) return said(typeof value === "number" ? value < how.lt : null);
  if (typeof value !== "string") return said(null);
  if (how.as_of === "on_or_after") return said(value >= facts.asOf);
  return said(how.as_of === "before" ? value < facts.asOf : value <= facts.asOf);
}

/** A code coarser than a prefix (C27 against C2710) may or may not lie under it. */
function startsWith(value: unknown, prefixes: string[]): boolean | null {
  if (typeof value !== "string") return null;
  if (prefixes.some((prefix) => value.startsWith(prefix))) return true;
  return prefixes.some((prefix) => prefix.startsWith(value)) ? null : false;
}

function compareToSetting(value: unknown, missing: Missing, template: string, facts: Facts, assumed: string[]): Answer {
  const lacking: Missing[] = typeof value === "number" ? [] : [missing];
  const resting = [...assumed];
  const holes: Missing[] = [];
  const name = template.replace(/\{(\w+)\}/g, (hole, attribute: string) => {
    const filling = attributeOf(attribute, facts);
    resting.push(...filling.assumed);
    if (filling.value !== undefined) return String(filling.value);
    holes.push({ kind: "attribute", name: attribute });
    return hole;
  });
  const threshold = facts.settings[name];
  if (holes.length > 0) lacking.push(...holes);
  else if (threshold === undefined) lacking.push({ kind: "setting", name });
  if (typeof value !== "number" || threshold === undefined || lacking.length > 0) return open(unique(lacking), resting);
  return decided(value >= threshold, resting);
}
