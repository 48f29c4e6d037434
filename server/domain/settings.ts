/** Operator settings of a place: the nearest up the tree of jurisdictions, and nothing where two districts that may hold
 *  the site differ. Pure. */
import { classesIn, holesOf } from "./classify.ts";
import { leaves } from "./condition.ts";
import type { Project } from "./judge.ts";
import type { Catalogue, Condition, Rule, Setting } from "./rule.ts";

export const NATIONAL = "national";

/** Where a value comes from: the file of a place, or none for a value that only the catalogue itself holds. */
export type SettingOrigin = { jurisdiction: string; unit: string | null } & Pick<Setting, "source" | "confidence">;

/** Frozen with a check. A name in neither is unset. */
export type EffectiveSettings = {
  values: Record<string, number>;
  origins: Record<string, SettingOrigin>;
  /** Names that the districts which may hold the site set differently: unknown, never one of them. */
  differing: string[];
};

/** A district's own code, its prefecture's and its province's, nearest first. */
function upwards(code: string): string[] {
  return [...new Set([code, `${code.slice(0, 4)}00`, `${code.slice(0, 2)}0000`])];
}

/** What holds for a site in these districts (GB/T 2260 codes of every one that holds or may hold it). Where no district is
 *  known any place's value may be the one: then only what no place sets otherwise is known. */
export function settingsFor(catalogue: Pick<Catalogue, "settings" | "place_settings">, districts: string[]): EffectiveSettings {
  const places = catalogue.place_settings ?? [];
  const ofPlace = (jurisdiction: string, name: string) => {
    const found = places.find((each) => each.jurisdiction === jurisdiction)?.settings.find((each) => each.name === name);
    return found === undefined || found.value === null
      ? undefined
      : { value: found.value, origin: originOf(found, jurisdiction) };
  };
  const everywhere = (name: string) => {
    const value = catalogue.settings[name];
    if (value === undefined) return undefined;
    const filed = ofPlace(NATIONAL, name);
    return { value, origin: filed?.value === value ? filed.origin : { ...NOWHERE } };
  };
  const set: EffectiveSettings = { values: {}, origins: {}, differing: [] };
  const names = places.flatMap(({ settings }) => settings.filter(({ value }) => value !== null).map(({ name }) => name));
  for (const name of new Set([...Object.keys(catalogue.settings), ...names])) {
    const nearest = (codes: string[]) => codes.map((code) => ofPlace(code, name)).find((each) => each !== undefined);
    const found =
      districts.length > 0
        ? districts.map((code) => nearest(upwards(code)) ?? everywhere(name))
        : [
            everywhere(name),
            ...places
              .filter(({ jurisdiction, settings }) => jurisdiction !== NATIONAL && settings.some((each) => each.name === name))
              .flatMap(({ jurisdiction }) => ofPlace(jurisdiction, name) ?? []),
          ];
    const first = found[0];
    if (found.some((each) => each?.value !== first?.value)) set.differing.push(name);
    else if (first) {
      set.values[name] = first.value;
      set.origins[name] = first.origin;
    }
  }
  return set;
}

const NOWHERE: SettingOrigin = { jurisdiction: NATIONAL, unit: null, source: null, confidence: null };

function originOf({ unit, source, confidence }: Setting, jurisdiction: string): SettingOrigin {
  return { jurisdiction, unit, source, confidence };
}

/** Every distance in metres that a rule may look, whichever place the site lies in. */
function distancesOf(catalogue: Catalogue): number[] {
  return catalogue.rules.flatMap((rule) => distancesOfRule(rule, catalogue));
}

/** How far any rule looks for features of each theme; those that no rule looks for beyond the site are not in it. */
function reachesOf(catalogue: Catalogue): Record<string, number> {
  const reaches: Record<string, number> = {};
  for (const rule of catalogue.rules) {
    const { theme } = rule.where;
    if (theme) reaches[theme] = Math.max(reaches[theme] ?? 0, ...distancesOfRule(rule, catalogue));
  }
  return reaches;
}

/** How far rules look from a site, in metres, whichever place it lies in: every distance asked for, 0 first, and the
 *  farthest for each theme that any looks for beyond the site. */
export type Looks = { distances_m: number[]; reaches_m: Record<string, number> };

type Known = Pick<Catalogue, "settings" | "place_settings"> & { looks: Looks };
const LOOKS = new WeakMap<Catalogue["rules"], Known>();

/** The same rules and settings are looked through once. */
export function looksOf(catalogue: Catalogue): Looks {
  const { rules, settings, place_settings } = catalogue;
  const known = LOOKS.get(rules);
  if (known?.settings === settings && known.place_settings === place_settings) return known.looks;
  const looks = { distances_m: [...new Set([0, ...distancesOf(catalogue)])], reaches_m: reachesOf(catalogue) };
  LOOKS.set(rules, { settings, place_settings, looks });
  return looks;
}

function distancesOfRule({ where }: Rule, catalogue: Catalogue): number[] {
  if (where.relation !== "within_m") return [];
  if (where.within_setting === undefined) return [where.within_m!];
  const name = where.within_setting;
  const placed = (catalogue.place_settings ?? []).flatMap(({ settings }) =>
    settings.flatMap((each) => (each.name === name && each.value !== null ? [each.value] : [])),
  );
  return [...(catalogue.settings[name] === undefined ? [] : [catalogue.settings[name]]), ...placed];
}

/** What an attribute may be; empty: anything, or not known. */
type Values = (attribute: string) => readonly unknown[];

/** Names of settings that a condition reads, `{species}` and its like filled with what the attribute may be: within an
 *  `all`, with what its other arms leave of it. */
export function namesIn(condition: Condition, values: Values): string[] {
  if ("not" in condition) return namesIn(condition.not, values);
  if ("any" in condition) return condition.any.flatMap((arm) => namesIn(arm, values));
  if ("all" in condition) {
    const narrowed: Values = (name) =>
      condition.all.reduce<readonly unknown[]>(
        (left, arm) =>
          "attribute" in arm && arm.attribute === name && "in" in arm
            ? left.filter((value) => arm.in.some((one) => one === value))
            : left,
        values(name),
      );
    const denied = condition.all.some(
      (arm) => "attribute" in arm && values(arm.attribute).length > 0 && narrowed(arm.attribute).length === 0,
    );
    return denied ? [] : condition.all.flatMap((arm) => namesIn(arm, narrowed));
  }
  if (!("gte_setting" in condition)) return [];
  return holesOf(condition.gte_setting).reduce(
    (made, hole) => made.flatMap((each) => values(hole).map((value) => each.replace(`{${hole}}`, String(value)))),
    [condition.gte_setting],
  );
}

/** What a rule reads: its distance's setting, its conditions, and those of the classes that they name, through every class
 *  that those name. */
function readBy(rule: Pick<Rule, "where" | "who" | "when">, classes: Catalogue["classes"]) {
  const conditions = [rule.who.condition, rule.when].filter((each) => each !== null);
  const pending = [...rule.who.classes, ...conditions.flatMap(classesIn)];
  const seen = new Set<string>();
  for (const code of pending) {
    const spec = seen.has(code) ? undefined : classes.find((each) => each.code === code);
    seen.add(code);
    if (!spec) continue;
    conditions.push(spec.condition);
    pending.push(...classesIn(spec.condition));
  }
  return { conditions, distance: rule.where.within_setting };
}

/** Names of settings that a rule reads. */
export function namesOf(rule: Pick<Rule, "where" | "who" | "when">, classes: Catalogue["classes"], values: Values): string[] {
  const { conditions, distance } = readBy(rule, classes);
  return [...new Set([...(distance === undefined ? [] : [distance]), ...conditions.flatMap((each) => namesIn(each, values))])];
}

function readsAny(rule: Rule, classes: Catalogue["classes"]): boolean {
  const { conditions, distance } = readBy(rule, classes);
  return distance !== undefined || conditions.some((each) => [...leaves(each)].some(({ leaf }) => "gte_setting" in leaf));
}

const READERS = new WeakMap<Rule, boolean>();

/** Whether it reads any setting, whatever the project; looked up once. */
function readsSettings(rule: Rule, classes: Catalogue["classes"]): boolean {
  const reads = READERS.get(rule) ?? readsAny(rule, classes);
  READERS.set(rule, reads);
  return reads;
}

/** Names that a rule reads for this project. */
export function settingsRead(rule: Rule, classes: Catalogue["classes"], { activity, attributes }: Project): string[] {
  if (!readsSettings(rule, classes)) return [];
  const known = { ...attributes, ...activity.fixed };
  return namesOf(rule, classes, (name) => (known[name] === undefined ? [] : [known[name]]));
}
