/** Conditions in words that a person can read, in one language. Pure but for the words. */
import type { Lang } from "./api/common.ts";
import { holesOf } from "./domain/classify.ts";
import type { AttributeSpec, Catalogue, Condition } from "./domain/rule.ts";
import { layerOf } from "./layers/index.ts";
import { type Column, columnsOf } from "./layers/layer.ts";
import { say } from "./messages.ts";

/** What names are looked up in; `layer` is the one whose features a condition reads, null: none. */
type Names = { lang: Lang; catalogue: Catalogue; layer: string | null };
type Leaf<K extends string> = Extract<Condition, { [key in K]: unknown }>;
type Group = Leaf<"all"> | Leaf<"any">;
type Compared = Leaf<"attribute"> | Leaf<"feature">;

/** A condition as one clause, without a full stop. `not` is said at the leaves, which under three-valued logic asks the
 *  same; groups within groups stand in brackets. Names that nobody declared stand as written. */
export function sayCondition(lang: Lang, condition: Condition, catalogue: Catalogue, layer: string | null = null): string {
  return clause(condition, true, { lang, catalogue, layer }, false);
}

function clause(condition: Condition, yes: boolean, names: Names, inner: boolean): string {
  if ("not" in condition) return clause(condition.not, !yes, names, inner);
  if (!isGroup(condition)) return leafText(condition, yes, names);
  const both = "all" in condition === yes;
  const arms = armsOf(condition, yes, both);
  const [only] = arms;
  if (arms.length === 1) return clause(only!.arm, only!.yes, names, inner);
  const text = arms
    .map(({ arm, yes: said }) => clause(arm, said, names, true))
    .join(say(names.lang, both ? "condition.and" : "condition.or"));
  return inner ? say(names.lang, "condition.group", { text }) : text;
}

function isGroup(condition: Condition): condition is Group {
  return "all" in condition || "any" in condition;
}

/** The arms of a group; a group within it that is joined alike is dissolved into them. */
function armsOf(group: Group, yes: boolean, both: boolean): { arm: Condition; yes: boolean }[] {
  return ("all" in group ? group.all : group.any).flatMap((arm) => {
    let [inside, said] = [arm, yes];
    while ("not" in inside) [inside, said] = [inside.not, !said];
    return isGroup(inside) && ("all" in inside === said) === both ? armsOf(inside, said, both) : [{ arm: inside, yes: said }];
  });
}

function leafText(leaf: Exclude<Condition, Group | Leaf<"not">>, yes: boolean, names: Names): string {
  const { lang, catalogue } = names;
  const tell = (key: string, params: Record<string, unknown>) => say(lang, `condition.${key}.${yes ? "yes" : "no"}`, params);
  if ("activity" in leaf)
    return tell("activity", {
      values: either(
        lang,
        leaf.activity.map((code) =>
          say(lang, "condition.quoted", { text: catalogue.activities.find((each) => each.code === code)?.title[lang] ?? code }),
        ),
      ),
    });
  if ("tag" in leaf) return tell("tag", { value: catalogue.tags[leaf.tag]?.[lang] ?? leaf.tag });
  if ("class" in leaf) return tell("class", { value: classTitle(lang, leaf.class, catalogue) });
  if ("order" in leaf)
    return tell("order", {
      values: either(
        lang,
        leaf.order.map((kind) => say(lang, `order.${kind}`)),
      ),
    });
  if ("stood" in leaf) return tell(`stood.${leaf.stood}`, {});
  if ("rule" in leaf)
    return tell("rule", {
      rule: leaf.rule,
      values: either(
        lang,
        leaf.outcome.map((outcome) => say(lang, `outcome.${outcome}`)),
      ),
    });
  return comparisonText(leaf, yes, names);
}

function comparisonText(leaf: Compared, yes: boolean, { lang, catalogue, layer }: Names): string {
  const spec = "attribute" in leaf ? catalogue.attributes.find(({ name }) => name === leaf.attribute) : undefined;
  const column = "feature" in leaf ? columnOf(layer, leaf.feature) : undefined;
  const title = (spec ?? column)?.title[lang] ?? ("attribute" in leaf ? leaf.attribute : leaf.feature);
  const name = "feature" in leaf ? say(lang, "condition.of_feature", { name: title }) : title;
  const unit = (spec ?? column)?.unit;
  const values = (list: readonly (string | number | boolean)[]) =>
    either(
      lang,
      list.map((value) => valueText(lang, value, spec, column)),
    );
  const tell = (key: string, said: boolean, params: Record<string, unknown>) =>
    say(lang, `condition.${key}.${said ? "yes" : "no"}`, { name, ...params });
  const number = (value: number) => `${value.toLocaleString("en")}${unit ? ` ${unit}` : ""}`;
  if ("in" in leaf) {
    const [first, ...others] = leaf.in;
    if (typeof first === "boolean" && others.length === 0)
      return say(lang, "condition.boolean", { name, value: say(lang, `value.${first === yes}`) });
    return tell("in", yes, { values: values(leaf.in) });
  }
  if ("includes_any" in leaf) return tell("includes_any", yes, { values: values(leaf.includes_any) });
  if ("stated_in" in leaf) return tell("stated_in", yes, { values: values(leaf.stated_in) });
  if ("starts_with" in leaf) return tell("starts_with", yes, { values: either(lang, leaf.starts_with) });
  if ("gte" in leaf) return tell("gte", yes, { value: number(leaf.gte) });
  if ("lt" in leaf) return tell("gte", !yes, { value: number(leaf.lt) });
  if ("gte_setting" in leaf) return tell("gte_setting", yes, { setting: settingText(lang, leaf.gte_setting, catalogue) });
  if (leaf.as_of === "on_or_before") return tell("after", !yes, {});
  return tell("before", (leaf.as_of === "before") === yes, {});
}

function valueText(
  lang: Lang,
  value: string | number | boolean,
  spec: AttributeSpec | undefined,
  column: Column | undefined,
): string {
  if (typeof value === "boolean") return say(lang, `value.${value}`);
  const option = spec?.options?.find((each) => each.value === value)?.title ?? column?.values?.[String(value)];
  const text = option?.[lang] ?? String(value);
  // A title that is a list itself would run into its neighbours.
  return text.includes(say(lang, "list.separator")) ? say(lang, "condition.quoted", { text }) : text;
}

function columnOf(layer: string | null, name: string): Column | undefined {
  const declared = layer === null ? undefined : layerOf(layer);
  return declared ? columnsOf(declared)[name] : undefined;
}

/** A setting by its family's words and its own name; a hole in the name stands as what fills it. */
export function settingText(lang: Lang, template: string, catalogue: Catalogue): string {
  const titleOf = (hole: string) => catalogue.attributes.find(({ name }) => name === hole)?.title[lang] ?? hole;
  const name = holesOf(template).reduce((text, hole) => text.replace(`{${hole}}`, `〈${titleOf(hole)}〉`), template);
  return say(lang, "setting.named", { title: say(lang, `setting.${template.split(".")[0]}`), name });
}

/** A、B或C; A, B or C. Empty of none. */
export function either(lang: Lang, words: readonly string[]): string {
  if (words.length < 2) return words.join("");
  const list = words.slice(0, -1).join(say(lang, "list.separator"));
  return say(lang, "list.either", { list, last: words.at(-1) });
}

/** The class's title; its code where there is no such class. */
export function classTitle(lang: Lang, code: string, { classes }: Catalogue): string {
  return classes.find((each) => each.code === code)?.title[lang] ?? code;
}
