/** Which classes of the vocabulary a project belongs to: three-valued, each unknown naming what would settle it. Pure. */
import type { AttributeValue } from "../api/checks.ts";
import { type Answer, evaluate, type Facts } from "./condition.ts";
import type { Project } from "./judge.ts";
import type { ActivitySpec, AttributeSpec, Catalogue, Condition } from "./rule.ts";

export type ClassTruth = Answer;

/** Every class of the catalogue for this project. Classes may read other classes; a cycle is a fault of the catalogue
 *  and throws. What the activity asserts is true, unless the class's own condition says that it is false for certain:
 *  a livestock farm below a scale that is set is then unknown, because its name claims what its numbers deny. */
export function classify(project: Project, catalogue: Pick<Catalogue, "classes" | "attributes" | "settings">): Record<string, ClassTruth> {
  const done: Record<string, ClassTruth> = {};
  const open = new Set<string>();
  const facts: Facts = {
    activity: project.activity.code,
    tags: project.activity.tags,
    fixed: project.activity.fixed,
    attributes: project.attributes,
    specs: catalogue.attributes,
    classes: done,
    feature: null,
    asOf: "",
    settings: catalogue.settings,
  };
  const answer = (code: string): void => {
    if (code in done) return;
    const spec = catalogue.classes.find((each) => each.code === code);
    if (!spec) throw new Error(`There is no class ${code}.`);
    if (open.has(code)) throw new Error(`Class ${code} reads itself.`);
    open.add(code);
    for (const other of classesIn(spec.condition)) answer(other);
    const own = evaluate(spec.condition, facts);
    done[code] = project.activity.asserts.includes(code) ? assert(own, spec.condition) : own;
    open.delete(code);
  };
  for (const { code } of catalogue.classes) answer(code);
  return done;
}

function assert(own: Answer, condition: Condition): Answer {
  if (own.value !== "false") return { value: "true", missing: [], assumed: [] };
  return { value: "unknown", missing: attributesIn(condition).map((name) => ({ kind: "attribute" as const, name })), assumed: [] };
}

/** Classes that a condition reads. */
export function classesIn(condition: Condition): string[] {
  if ("all" in condition) return condition.all.flatMap(classesIn);
  if ("any" in condition) return condition.any.flatMap(classesIn);
  if ("not" in condition) return classesIn(condition.not);
  return "class" in condition ? [condition.class] : [];
}

/** Project attributes that a condition reads by itself, those in a setting's name included. */
export function attributesIn(condition: Condition): string[] {
  if ("all" in condition) return [...new Set(condition.all.flatMap(attributesIn))];
  if ("any" in condition) return [...new Set(condition.any.flatMap(attributesIn))];
  if ("not" in condition) return attributesIn(condition.not);
  const inSetting = "gte_setting" in condition ? [...condition.gte_setting.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!) : [];
  return "attribute" in condition ? [condition.attribute, ...inSetting] : inSetting;
}

export type AttributeFault = { name: string; code: "unknown" | "value"; expected: string; got: string };

/** What is wrong with a project's attributes; empty when they are those of the activity and fit their specs. */
export function checkAttributes(
  activity: ActivitySpec,
  attributes: Record<string, unknown>,
  catalogue: Pick<Catalogue, "attributes">,
): AttributeFault[] {
  const allowed = activity.attributes.filter((name) => !(name in activity.fixed));
  return Object.entries(attributes).flatMap(([name, value]): AttributeFault[] => {
    const got = (JSON.stringify(value) ?? "undefined").slice(0, 60);
    const spec = allowed.includes(name) ? catalogue.attributes.find((each) => each.name === name) : undefined;
    if (!spec) return [{ name, code: "unknown", expected: allowed.join(", "), got }];
    return fits(spec, value as AttributeValue) ? [] : [{ name, code: "value", expected: expectation(spec), got }];
  });
}

function fits(spec: AttributeSpec, value: unknown): boolean {
  const options = spec.options?.map((option) => option.value) ?? [];
  const bounded = (number: unknown) =>
    typeof number === "number" && Number.isFinite(number) && number >= (spec.min ?? -Infinity) && number <= (spec.max ?? Infinity);
  switch (spec.type) {
    case "choice":
      return typeof value === "string" && options.includes(value);
    case "choices":
      return Array.isArray(value) && value.length > 0 && new Set(value).size === value.length && value.every((each) => options.includes(each));
    case "number":
      return bounded(value);
    case "integer":
      return Number.isInteger(value) && bounded(value);
    case "boolean":
      return typeof value === "boolean";
    case "date":
      return typeof value === "string" && /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value));
    case "text":
      return typeof value === "string" && value.trim() !== "" && value.length <= 500;
  }
}

function expectation(spec: AttributeSpec): string {
  const values = spec.options?.map((option) => option.value).join(" | ");
  const range = spec.min === null && spec.max === null ? "" : ` ${spec.min ?? ""}..${spec.max ?? ""}`;
  if (spec.type === "choice") return values ?? "text";
  if (spec.type === "choices") return `[${values}]`;
  return spec.type === "date" ? "yyyy-mm-dd" : `${spec.type}${range}${spec.unit ? ` (${spec.unit})` : ""}`;
}
