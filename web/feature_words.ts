/** What is known of a feature, in words: for the popup and the drawer. */
import { computed } from "vue";
import type { ColumnInfo } from "../server/api/collections.ts";
import { distanceText } from "./format.ts";
import { hasWords, lang, t } from "./messages.ts";
import { places } from "./state/places.ts";
import { activities } from "./state/siting.ts";

type Properties = Record<string, unknown>;

/** Columns named like an attribute of a project hold its values; one named `activity` the code of one. */
const vocabulary = computed(
  () =>
    new Map(
      activities.value.flatMap(({ code, title, attributes }) => [
        [`activity/${code}`, title] as const,
        ...attributes.flatMap(({ name, options }) => (options ?? []).map((one) => [`${name}/${one.value}`, one.title] as const)),
      ]),
    ),
);

/** A column's value in words: its own where it has some, a unit, yes or no, a list joined. Null: not known. */
export function said(column: ColumnInfo, properties: Properties): string | null {
  const value = properties[column.name];
  if (value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0)) return null;
  const one = (each: unknown) =>
    typeof each === "boolean"
      ? t(each ? "popup.yes" : "popup.no")
      : (column.values?.[String(each)]?.[lang.value] ?? vocabulary.value.get(`${column.name}/${String(each)}`) ?? String(each));
  return [value].flat().map(one).join(t("list.separator")) + (column.unit ? ` ${column.unit}` : "");
}

/** The text in a column, or null. */
export function textOf(properties: Properties, name: string): string | null {
  const value = properties[name];
  return value === null || value === undefined || value === "" ? null : String(value);
}

/** `schematic` as the screen calls it. */
export function basisText(basis: string | null): string | null {
  return basis === null ? null : hasWords(`basis.${basis}`) ? t(`basis.${basis}`) : basis;
}

export function accuracyText(properties: Properties): string {
  const accuracy = properties["accuracy_m"];
  return typeof accuracy === "number"
    ? t("popup.accuracy.value", { value: distanceText(accuracy) })
    : t("popup.accuracy.unknown");
}

/** `valid_to` is the first day on which it no longer holds; null: open. */
export function validityText(from: string | null, to: string | null): string {
  return t(to ? "popup.valid_between" : "popup.valid_since", { from: from ?? "", to: to ?? "" });
}

/** A district's name with its code; the code alone where the district is not loaded. */
export function districtText(code: string | null): string | null {
  const known = places.value.find((one) => one.code === code);
  return known ? `${known.name[lang.value]} ${code}` : code;
}

export function districtName(code: string | null): string | null {
  return places.value.find((one) => one.code === code)?.name[lang.value] ?? code;
}

/** What every feature has: said in its own way, and no fact of this one. */
export const COMMON = new Set(
  "code name_zh name_en aliases valid_from valid_to basis accuracy_m source approval_no approval_body approval_date competent_jurisdiction confidence".split(
    " ",
  ),
);

/** What findings tell comes first. */
export function byTelling(a: ColumnInfo, b: ColumnInfo): number {
  return Number(b.told) - Number(a.told);
}
