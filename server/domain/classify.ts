/** Which classes of the vocabulary a project belongs to: three-valued, each unknown naming what would settle it. Pure. */
import type { AttributeValue } from "../api/checks.ts";
import { type Answer, evaluate, type Facts, leaves, whoCondition } from "./condition.ts";
import type { Project } from "./judge.ts";
import type { ActivitySpec, AttributeSpec, Catalogue, Condition, Rule } from "./rule.ts";

export type ClassTruth = Answer;
type Words = Pick<Catalogue, "classes" | "attributes" | "settings">;

/** Every class of the catalogue for this project. Classes may read other classes; a cycle is a fault of the catalogue
 *  and throws. What the activity asserts is true, unless the class's own condition says that it is false for certain:
 *  a livestock farm below a scale that is set is then unknown, because its name claims what its numbers deny. */
export function classify(project: Project, catalogue: Words): Record<string, ClassTruth> {
  return classesOf(
    factsOf(project.activity, project.attributes, catalogue),
    catalogue,
    (own, condition) => {
      if (own.value !== "false") return { value: "true", missing: [], assumed: [] };
      const denying = attributesIn(condition).filter((name) => name in project.attributes);
      return { value: "unknown", missing: denying.map((name) => ({ kind: "attribute" as const, name })), assumed: own.assumed };
    },
    project.activity,
  );
}

/** What is known of an activity before anyone has answered anything: `unknown` then means "may become true", and names
 *  every attribute that can matter. Nothing is assumed and no setting is set. */
export function openFacts(activity: ActivitySpec, catalogue: Words): Facts {
  const facts = factsOf(activity, {}, { attributes: [], settings: {} });
  const asserted = (own: Answer): Answer => (own.value === "unknown" ? own : { value: "true", missing: [], assumed: [] });
  return { ...facts, classes: classesOf(facts, catalogue, asserted, activity) };
}

/** What a rule can say of an activity under `openFacts`, its actions apart: can it ever concern it, and which attributes
 *  of the project decide. `when` counts only where the rule can concern the activity at all. */
export function reachOf(rule: Rule, open: Facts): { possible: boolean; decides: string[] } {
  const who = evaluate(whoCondition(rule), open);
  if (who.value === "false") return { possible: false, decides: [] };
  const missing = [...who.missing, ...(rule.when ? evaluate(rule.when, open).missing : [])];
  return { possible: true, decides: [...new Set(missing.filter(({ kind }) => kind === "attribute").map(({ name }) => name))] };
}

function factsOf(activity: ActivitySpec, attributes: Facts["attributes"], catalogue: Omit<Words, "classes">): Facts {
  const { code, tags, fixed } = activity;
  return {
    activity: code,
    tags,
    fixed,
    attributes,
    specs: catalogue.attributes,
    classes: {},
    feature: null,
    asOf: "",
    settings: catalogue.settings,
  };
}

function classesOf(
  facts: Facts,
  catalogue: Pick<Words, "classes">,
  asserted: (own: Answer, condition: Condition) => Answer,
  activity: ActivitySpec,
): Record<string, Answer> {
  const done: Record<string, Answer> = {};
  const begun = new Set<string>();
  const specs = new Map(catalogue.classes.map((each) => [each.code, each]));
  const known = { ...facts, classes: done };
  const answer = (code: string): void => {
    if (code in done) return;
    const spec = specs.get(code);
    if (!spec) throw new Error(`There is no class ${code}.`);
    if (begun.has(code)) throw new Error(`Class ${code} reads itself.`);
    begun.add(code);
    for (const other of classesIn(spec.condition)) answer(other);
    const own = evaluate(spec.condition, known);
    done[code] = activity.asserts.includes(code) ? asserted(own, spec.condition) : own;
  };
  for (const { code } of catalogue.classes) answer(code);
  return done;
}

const NAMED = new WeakMap<Condition, readonly string[]>();

/** Classes that a condition reads; looked up once. */
export function classesIn(condition: Condition): readonly string[] {
  const named = NAMED.get(condition) ?? [...leaves(condition)].flatMap(({ leaf }) => ("class" in leaf ? [leaf.class] : []));
  NAMED.set(condition, named);
  return named;
}

/** Project attributes that a condition reads by itself, those in a setting's name included. */
export function attributesIn(condition: Condition): string[] {
  const read = [...leaves(condition)].flatMap(({ leaf }) => [
    ...("attribute" in leaf ? [leaf.attribute] : []),
    ...("gte_setting" in leaf ? holesOf(leaf.gte_setting) : []),
  ]);
  return [...new Set(read)];
}

/** The attributes whose values complete a setting's name: `scale.{species}` -> species. */
export function holesOf(setting: string): string[] {
  return [...setting.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!);
}

export type AttributeFault = { name: string; code: "unknown" | "value"; expected: string; got: string };

/** What is wrong with a project's attributes; empty when they are those of the activity and fit their specs. Data only:
 *  the words are the caller's. */
export function checkAttributes(
  activity: ActivitySpec,
  attributes: Record<string, unknown>,
  catalogue: Pick<Catalogue, "attributes">,
): AttributeFault[] {
  const allowed = activity.attributes.filter((name) => !Object.hasOwn(activity.fixed, name));
  return Object.entries(attributes).flatMap(([name, value]): AttributeFault[] => {
    const got = (JSON.stringify(value) ?? "undefined").slice(0, 60);
    const spec = allowed.includes(name) ? catalogue.attributes.find((each) => each.name === name) : undefined;
    if (!spec) return [{ name, code: "unknown", expected: allowed.join(", "), got }];
    return fits(spec, value) ? [] : [{ name, code: "value", expected: expectation(spec), got }];
  });
}

/** True for a value that the spec allows. `none` among choices stands alone. */
export function fits(spec: AttributeSpec, value: unknown): value is AttributeValue {
  const options = spec.options?.map((option) => option.value) ?? [];
  switch (spec.type) {
    case "choice":
      return typeof value === "string" && options.includes(value);
    case "choices":
      return (
        Array.isArray(value) &&
        value.length > 0 &&
        new Set(value).size === value.length &&
        value.every((each) => options.includes(each)) &&
        (value.length === 1 || !value.includes("none"))
      );
    case "number":
    case "integer":
      return (
        typeof value === "number" &&
        Number.isFinite(value) &&
        (spec.type === "number" || Number.isInteger(value)) &&
        value >= (spec.min ?? -Infinity) &&
        value <= (spec.max ?? Infinity)
      );
    case "boolean":
      return typeof value === "boolean";
    case "date":
      return typeof value === "string" && isDay(value);
    case "text":
      return (
        typeof value === "string" &&
        value.trim() !== "" &&
        value.length <= 500 &&
        (!spec.pattern || new RegExp(spec.pattern).test(value))
      );
  }
}

function isDay(text: string): boolean {
  const date = /^\d{4}-\d{2}-\d{2}$/.test(text) ? new Date(`${text}T00:00:00Z`) : undefined;
  return date !== undefined && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

function expectation(spec: AttributeSpec): string {
  const values = spec.options?.map((option) => option.value).join(" | ");
  const range = spec.min === null && spec.max === null ? "" : ` ${spec.min ?? ""}..${spec.max ?? ""}`;
  if (spec.type === "choice") return values ?? "text";
  if (spec.type === "choices") return `[${values}]`;
  if (spec.type === "date") return "yyyy-mm-dd";
  return spec.pattern ?? `${spec.type}${range}${spec.unit ? ` (${spec.unit})` : ""}`;
}
