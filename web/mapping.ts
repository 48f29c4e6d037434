/** What is taken from the fields of a file: columns of a layer, and what is asked of the sites of a batch. */
import type { Activity, Attribute } from "../server/api/catalogue.ts";
import type { Collection } from "../server/api/collections.ts";
import type { Import } from "../server/api/imports.ts";
import { lang, t } from "./messages.ts";
import { ACTIONS } from "./state/siting.ts";

export type MappedThing = {
  name: string;
  title: string;
  unit: string | null;
  type: "text" | "number" | "integer" | "boolean" | "date" | "list" | "choices";
  /** The only values; null: any. */
  values: { value: string; title: string }[] | null;
  /** Every row must say it, or a default. */
  required: boolean;
  /** Shown before somebody asks for all. */
  first: boolean;
  /** Of a thing that takes no default: what holds instead. */
  takes_default: boolean;
  instead: string;
};

/** What the source says of the whole file, asked below the mapping. */
const OF_SOURCE: readonly string[] = [
  "valid_from",
  "basis",
  "accuracy_m",
  "source",
  "approval_no",
  "approval_body",
  "approval_date",
  "confidence",
];
/** What the service fills in where nobody says it. */
const FILLED: readonly string[] = ["name_en", "aliases", "competent_jurisdiction"];
/** Told apart by it, one each: no default can hold for every row. */
const OWN: readonly string[] = ["code"];

export function columnsToMap({ columns }: Collection): MappedThing[] {
  return columns.map(({ name, title, unit, type, values, required }) => ({
    name,
    title: title[lang.value],
    unit,
    type: type as MappedThing["type"],
    values: values && Object.entries(values).map(([value, words]) => ({ value, title: words[lang.value] })),
    required: required && !FILLED.includes(name) && !OF_SOURCE.includes(name),
    first: required && !FILLED.includes(name) && !OF_SOURCE.includes(name),
    takes_default: !OWN.includes(name) && !OF_SOURCE.includes(name),
    instead: t(OWN.includes(name) ? "data_screen.mapping.own" : "data_screen.mapping.of_source"),
  }));
}

/** Of the activity that holds for every row; where rows name their own, of those that the rows in view name, or all. */
function attributesAsked(activities: readonly Activity[], activity: string, { features }: Import, field: string): Attribute[] {
  const words = new Set(
    features.features.map(({ properties }) =>
      String(properties?.[field] ?? "")
        .trim()
        .toLowerCase(),
    ),
  );
  const named = activities.filter(
    ({ code, title, aliases }) =>
      code === activity || (field !== "" && [code, title, ...aliases].some((each) => words.has(each.toLowerCase()))),
  );
  const asked = named.length > 0 ? named : field === "" ? [] : activities;
  return [...new Map(asked.flatMap(({ attributes }) => attributes).map((attribute) => [attribute.name, attribute])).values()];
}

/** Attributes shown before somebody asks for all: those on which most rules depend. */
const WEIGHTY = 6;

/** What is asked of a site: its name, what is planned, and the attributes of that. */
export function siteToMap(activities: readonly Activity[], activity: string, upload: Import, field: string): MappedThing[] {
  const asked = attributesAsked(activities, activity, upload, field);
  const weighty = new Set(
    asked
      .toSorted((a, b) => b.decides.length - a.decides.length)
      .slice(0, WEIGHTY)
      .map(({ name }) => name),
  );
  const choice = { unit: null, type: "text" as const, first: true, instead: "" };
  return [
    {
      ...choice,
      name: "name",
      title: t("data_screen.use.field.name"),
      values: null,
      required: false,
      takes_default: false,
      instead: t("data_screen.use.field.name.instead"),
    },
    {
      ...choice,
      name: "activity",
      title: t("siting.activity"),
      values: activities.map(({ code, title }) => ({ value: code, title })),
      required: true,
      takes_default: true,
    },
    {
      ...choice,
      name: "action",
      title: t("siting.action"),
      values: ACTIONS.map((value) => ({ value, title: t(`action.${value}`) })),
      required: true,
      takes_default: true,
    },
    ...asked.map(({ name, title, unit, type, options }): MappedThing => ({
      name: `${ATTRIBUTE}${name}`,
      title,
      unit,
      type: type === "choice" ? "text" : type,
      values: options,
      required: false,
      first: weighty.has(name),
      takes_default: true,
      instead: "",
    })),
  ];
}

/** Before the name of an attribute, so that it is no other thing of a site. */
const ATTRIBUTE = "attribute/";

/** What was said of attributes, by their names. */
export function ofAttributes<T>(said: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(
    Object.entries(said).flatMap(([name, value]) =>
      name.startsWith(ATTRIBUTE) ? [[name.slice(ATTRIBUTE.length), value] as const] : [],
    ),
  );
}

/** Fields that say of themselves what they are: names, titles and everyday words. */
const SAYS: Record<string, RegExp> = {
  name: /^(name|mc)$|\u540d\u79f0|\u9879\u76ee/i,
  activity: /^activity$|\u6d3b\u52a8|\u884c\u4e1a/i,
  action: /^action$|\u5efa\u8bbe\u6027\u8d28/i,
};

/** Name -> field, where a field says so of itself; a field serves one thing. */
export function fieldsFound(things: readonly MappedThing[], fields: readonly string[]): Record<string, string> {
  const free = new Set(fields);
  const found: Record<string, string> = {};
  for (const { name, title } of things) {
    const own = name.startsWith(ATTRIBUTE) ? name.slice(ATTRIBUTE.length) : name;
    const field = [...free].find((each) => SAYS[own]?.test(each) || each.toLowerCase() === own || each === title);
    if (field === undefined) continue;
    found[name] = field;
    free.delete(field);
  }
  return found;
}
