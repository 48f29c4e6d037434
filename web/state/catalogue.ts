/** What is asked of the catalogue, and the rule that is open: both stand in the address while the task is open. */
import { computed, ref, watch } from "vue";
import type { RuleQuery } from "../client.ts";
import { readAddress, writeAddress } from "./address.ts";
import { day, openTask, task } from "./app.ts";
import { place } from "./places.ts";

export type CatalogueTab = "rules" | "changes";
export const TABS: readonly CatalogueTab[] = ["rules", "changes"];

const UNSET = {
  tab: "rules",
  /** Empty: the day of the bar. */
  as_of: "",
  /** First and second day of a comparison; empty: a year before the second, and the day of the bar. */
  from: "",
  to: "",
  /** `map`: the district in view; `all`; or a code. */
  place: "map",
  theme: "",
  class: "",
  instrument: "",
  effect: "",
  status: "",
  confidence: "",
  q: "",
};
export type CatalogueFilter = typeof UNSET;
type Name = keyof CatalogueFilter;

export const filter = ref<CatalogueFilter>(read(readAddress("rules") ?? ""));
/** Id of the rule whose page is open. */
export const open_rule = ref<string | null>(readAddress("rule") ?? null);
/** The page was opened from an answer. */
export const from_answer = ref(false);

export const catalogue_day = computed(() => filter.value.as_of || day.value);
export const compared_days = computed(() => {
  const to = filter.value.to || day.value;
  return { from: filter.value.from || yearBefore(to), to };
});
/** Undefined: every district. */
export const jurisdiction = computed(() => {
  const { place: chosen } = filter.value;
  return chosen === "map" ? place.value?.code : chosen === "all" ? undefined : chosen;
});

/** What rows of either tab must fit, by wire name; only what is set. */
export const row_query = computed<Omit<RuleQuery, "as_of" | "status">>(() => {
  const { theme, class: named, instrument, effect, confidence, q } = filter.value;
  return given({ jurisdiction: jurisdiction.value ?? "", theme, class: named, instrument, effect, confidence, q: q.trim() });
});
export const rule_query = computed<RuleQuery>(() =>
  given({ as_of: catalogue_day.value, status: filter.value.status, ...row_query.value }),
);

/** Filters that are set beside date and district. */
export const set_filters = computed(() => {
  const { theme, class: named, instrument, effect, status, confidence, q, tab } = filter.value;
  return [theme, named, instrument, effect, tab === "rules" ? status : "", confidence, q.trim()].filter(Boolean).length;
});

export function clearFilter(): void {
  const { tab, as_of, from, to, place: kept } = filter.value;
  filter.value = { ...UNSET, tab, as_of, from, to, place: kept };
}

/** Opens the page of a rule as it stands on `date` (the day of the bar unless given). */
export function openRule(id: string, date?: string): void {
  from_answer.value = date !== undefined;
  if (date !== undefined) filter.value = { ...filter.value, tab: "rules", as_of: date === day.value ? "" : date };
  open_rule.value = id;
  if (task.value !== "catalogue") openTask("catalogue");
}

watch(
  [filter, open_rule, task],
  () =>
    writeAddress(
      task.value === "catalogue" ? { rules: written(filter.value) || null, rule: open_rule.value } : { rules: null, rule: null },
    ),
  { deep: true },
);

function given<T extends Record<string, string>>(query: T): Partial<T> {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== "")) as Partial<T>;
}

/** `tab:changes;from:2026-08-14`: only what is set. */
function written(values: CatalogueFilter): string {
  return (Object.keys(UNSET) as Name[])
    .filter((name) => values[name] !== UNSET[name])
    .map((name) => `${name}:${encodeURIComponent(values[name])}`)
    .join(";");
}

/** What the address says and this version knows; the service refuses values that it does not. */
function read(text: string): CatalogueFilter {
  const values = { ...UNSET };
  for (const entry of text.split(";")) {
    const at = entry.indexOf(":");
    const name = (Object.keys(UNSET) as Name[]).find((one) => one === entry.slice(0, at));
    if (name) values[name] = decoded(entry.slice(at + 1));
  }
  for (const date of ["as_of", "from", "to"] as const) if (!/^\d{4}-\d{2}-\d{2}$/.test(values[date])) values[date] = "";
  if (!TABS.some((tab) => tab === values.tab)) values.tab = UNSET.tab;
  return values;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}

/** The same day a year before; of 29 February, the 28th. */
function yearBefore(date: string): string {
  const [year, rest] = [Number(date.slice(0, 4)), date.slice(4)];
  return `${String(year - 1).padStart(4, "0")}${rest === "-02-29" ? "-02-28" : rest}`;
}
