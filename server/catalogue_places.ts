/** What can be wrong with what places say: settings that nobody reads or in another unit, orders without a place or an end.
 *  Pure. */
import type { CatalogueFault } from "./catalogue_faults.ts";
import { liesIn } from "./domain/judge.ts";
import type { Catalogue, Order, PlaceSettings } from "./domain/rule.ts";
import { namesIn, namesOf } from "./domain/settings.ts";

export type SettingFiles = ({ file: string } & PlaceSettings)[];
export type OrderFiles = { file: string; orders: Order[] }[];

/** Every name of a setting that a rule or class can read. */
export function settingNames({ rules, classes, attributes }: Pick<Catalogue, "rules" | "classes" | "attributes">): string[] {
  const values = (name: string) => attributes.find((spec) => spec.name === name)?.options?.map(({ value }) => value) ?? [];
  return [
    ...new Set([
      ...rules.flatMap((row) => namesOf(row, classes, values)),
      ...classes.flatMap(({ condition }) => namesIn(condition, values)),
    ]),
  ];
}

/** Files under another name, and names that stand twice. */
export function misplacedSettings(catalogue: Catalogue, places: SettingFiles): CatalogueFault[] {
  const families = (catalogue.setting_families ?? []).map(({ family }) => family);
  return [
    ...twice(families).map((name) => ({ file: "vocabulary/settings.json", path: "", detail: `"${name}" stands twice` })),
    ...places
      .filter(({ file, jurisdiction }) => file !== `settings/${jurisdiction}.json`)
      .map(({ file, jurisdiction }) => ({
        file,
        path: "jurisdiction",
        detail: `expected the file's name, got "${jurisdiction}"`,
      })),
    ...places.flatMap(({ file, settings }) =>
      twice(settings.map(({ name }) => name)).map((name) => ({ file, path: "settings", detail: `"${name}" stands twice` })),
    ),
  ];
}

/** A misspelt setting would stay unset for ever, and one in another unit be read wrong. Asked of a catalogue whose names
 *  are whole. */
export function wrongSettings(catalogue: Catalogue, places: SettingFiles): CatalogueFault[] {
  const faults: CatalogueFault[] = [];
  const read = settingNames(catalogue);
  for (const { file, settings } of places)
    for (const [index, { name, unit }] of settings.entries()) {
      const fault = (part: string, detail: string) => faults.push({ file, path: `settings/${index}/${part}`, detail });
      const [head, ...rest] = name.split(".");
      const family = catalogue.setting_families?.find((each) => each.family === head);
      const units = family?.units.map((each) => each.unit) ?? [];
      if (!read.includes(name) && !family?.names.includes(rest.join("."))) fault("name", `no rule reads the setting "${name}"`);
      else if (!family) fault("name", `vocabulary/settings.json has no family for "${name}"`);
      else if (!units.includes(unit)) fault("unit", `${name} is measured in ${units.join(" or ")}, got "${unit}"`);
    }
  return faults;
}

/** Orders under another name, that stand twice, that end before they begin or are lifted without a day, or on a district
 *  that their own does not hold. */
export function wrongOrders(files: OrderFiles): CatalogueFault[] {
  const ids = twice(files.flatMap(({ orders }) => orders.map(({ id }) => id)));
  const faults = ids.map((id): CatalogueFault => ({ file: "orders", path: "id", detail: `"${id}" stands twice` }));
  for (const { file, orders } of files)
    for (const [index, { id, jurisdiction, target, from, until, released_by }] of orders.entries()) {
      const fault = (part: string, detail: string) => faults.push({ file, path: `${index}/${part}`, detail });
      if (file !== `orders/${jurisdiction}.json`) fault("jurisdiction", `expected the file's name, got "${jurisdiction}"`);
      if (until !== null && until <= from) fault("until", `${id} ends before it begins`);
      if (released_by !== null && until === null)
        fault("released_by", `${id} is released, and yet has no end: expected the day in until`);
      if (target.layer !== "jurisdiction") continue;
      if (!/^\d{6}$/.test(target.code)) fault("target/code", `expected a GB/T 2260 code, got "${target.code}"`);
      else if (!liesIn(target.code, jurisdiction)) fault("target/code", `${target.code} does not lie in ${jurisdiction}`);
    }
  return faults;
}

function twice(names: string[]): string[] {
  return [...new Set(names.filter((each, index) => names.indexOf(each) !== index))];
}
