/** What can be wrong with a catalogue whose files have their shape: names that nobody declared or that stand twice, dates
 *  that overlap, conditions that misread an attribute, rows that nobody can trigger. Pure. */
import { misplacedSettings, type OrderFiles, type SettingFiles, wrongOrders, wrongSettings } from "./catalogue_places.ts";
import { classesIn, fits, holesOf, openFacts, reachOf } from "./domain/classify.ts";
import { evaluate, leaves } from "./domain/condition.ts";
import { circleIn } from "./domain/dependence.ts";
import type {
  ActivitySpec,
  AttributeSpec,
  Catalogue,
  Checklist,
  ClassSpec,
  Condition,
  Instrument,
  Rule,
  ThemeSpec,
} from "./domain/rule.ts";

/** Column names of a theme's layer; null for a layer that this version does not have. */
export type ColumnsOfTheme = (theme: ThemeSpec) => string[] | null;

export type CatalogueFault = { file: string; path: string; detail: string };

export const ZONES = ["protection_zone/first", "protection_zone/second", "protection_zone/quasi", "protection_zone/rural"];

/** Which file each part came from. */
export type Files = {
  laws: { file: string; instrument: Instrument; rules: Rule[] }[];
  lists: { file: string; checklists: Checklist[] }[];
  places: SettingFiles;
  orders: OrderFiles;
  tags: string[];
};

/** Every fault; empty for a catalogue that may be used. */
export function faultsIn(
  catalogue: Catalogue,
  { laws, lists, places, orders, tags }: Files,
  columnsOfTheme: ColumnsOfTheme,
): CatalogueFault[] {
  const faults: CatalogueFault[] = [];
  const vocabulary = (name: string) => `vocabulary/${name}.json`;
  const fault = (file: string, path: string, detail: string) => faults.push({ file, path, detail });
  const once = (file: string, path: string, names: string[]) => {
    for (const name of new Set(names.filter((each, index) => names.indexOf(each) !== index)))
      fault(file, path, `"${name}" stands twice`);
  };
  const known = (file: string, path: string, kind: string, names: string[], allowed: string[]) => {
    for (const name of names) if (!allowed.includes(name)) fault(file, path, `there is no ${kind} "${name}"`);
  };
  const specOf = new Map(catalogue.attributes.map((spec) => [spec.name, spec]));
  const names = {
    activity: catalogue.activities.map((each) => each.code),
    class: catalogue.classes.map((each) => each.code),
    theme: catalogue.themes.map((each) => each.theme),
    attribute: catalogue.attributes.map((spec) => spec.name),
  };
  once(vocabulary("activities"), "activities", names.activity);
  once(vocabulary("attributes"), "", names.attribute);
  once(vocabulary("classes"), "", names.class);
  once(vocabulary("themes"), "", names.theme);

  for (const [index, spec] of catalogue.attributes.entries()) {
    once(vocabulary("attributes"), `${index}/options`, spec.options?.map(({ value }) => value) ?? []);
    if (spec.absent !== null && !fits(spec, spec.absent))
      fault(vocabulary("attributes"), `${index}/absent`, `"${spec.absent}" is no value of ${spec.name}`);
    if (spec.pattern !== undefined && !compiles(spec.pattern))
      fault(vocabulary("attributes"), `${index}/pattern`, "not a regular expression");
  }
  for (const [index, activity] of catalogue.activities.entries()) {
    const at = (part: string) => `activities/${index}/${part}`;
    known(vocabulary("activities"), at("tags"), "tag", activity.tags, tags);
    known(vocabulary("activities"), at("attributes"), "attribute", activity.attributes, names.attribute);
    known(vocabulary("activities"), at("asserts"), "class", activity.asserts, names.class);
    once(vocabulary("activities"), at("attributes"), [...activity.attributes, ...Object.keys(activity.fixed)]);
    for (const [name, value] of Object.entries(activity.fixed)) {
      const spec = specOf.get(name);
      if (!spec) fault(vocabulary("activities"), at(`fixed/${name}`), `there is no attribute "${name}"`);
      else if (!fits(spec, value))
        fault(vocabulary("activities"), at(`fixed/${name}`), `${JSON.stringify(value)} is no value of ${name}`);
    }
  }

  const ids = catalogue.rules.map(({ id }) => id);
  /** What a condition reads must exist, and be read in a way that its type allows. `of`: the rule whose `when` it is. */
  const check = (file: string, path: string, tested: Condition, columns: string[] | null | "none", of?: Rule) => {
    for (const { leaf, path: below } of leaves(tested, path)) {
      if ("activity" in leaf) known(file, below, "activity", leaf.activity, names.activity);
      else if ("tag" in leaf) known(file, below, "tag", [leaf.tag], tags);
      else if ("class" in leaf) known(file, below, "class", [leaf.class], names.class);
      else if ("feature" in leaf) {
        if (columns === "none") fault(file, below, "a class, a who or a rule without a theme reads no feature");
        else if (columns) known(file, below, "column", [leaf.feature], columns);
      } else if ("order" in leaf || "stood" in leaf || "rule" in leaf) {
        if (!of) fault(file, below, "only the when of a rule reads orders, what stood first, or another rule");
        else if ("rule" in leaf) known(file, below, "rule", [leaf.rule], ids);
        else if ("stood" in leaf) {
          const building = of.who.actions.filter((action) => action !== "existing" && action !== "operating");
          if (building.length > 0)
            fault(file, below, `what is ${building[0]} does not stand yet: expected existing or operating only`);
          if (leaf.stood === "before_zone" && columns === "none") fault(file, below, "a rule without a theme meets no zone");
        }
      } else if ("attribute" in leaf) {
        known(file, below, "attribute", [leaf.attribute], names.attribute);
        const spec = specOf.get(leaf.attribute);
        const wrong = spec && misread(spec, leaf);
        if (wrong) fault(file, below, wrong);
      }
      if ("gte_setting" in leaf) known(file, below, "attribute", holesOf(leaf.gte_setting), names.attribute);
      if ("as_of" in leaf && columns === "none" && file === vocabulary("classes")) fault(file, below, "a class reads no date");
    }
  };
  for (const [index, spec] of catalogue.classes.entries()) {
    check(vocabulary("classes"), `${index}/condition`, spec.condition, "none");
    if (readsItself(spec, catalogue.classes))
      fault(vocabulary("classes"), `${index}/condition`, `class ${spec.code} reads itself`);
  }
  for (const [index, theme] of catalogue.themes.entries()) {
    const columns = columnsOfTheme(theme);
    if (columns) known(vocabulary("themes"), `${index}/match`, "column", Object.keys(theme.match), columns);
  }

  once(
    "rules",
    "instrument/id",
    catalogue.instruments.map(({ id }) => id),
  );
  for (const { file, instrument: law, rules } of laws) {
    if (file !== `rules/${law.id}.json`) fault(file, "instrument/id", `expected the file's name, got "${law.id}"`);
    if (law.successor !== null)
      known(
        file,
        "instrument/successor",
        "instrument",
        [law.successor],
        catalogue.instruments.map(({ id }) => id),
      );
    if (!inOrder(law.in_force_from, law.in_force_until)) fault(file, "instrument/in_force_until", "ends before it begins");
    for (const [index, row] of rules.entries()) {
      const at = (part: string) => `rules/${index}/${part}`;
      if (!inOrder(row.valid_from, row.valid_to)) fault(file, at("valid_to"), `${row.id} ends before it begins`);
      if (!contains([law.in_force_from, law.in_force_until], [row.valid_from, row.valid_to]))
        fault(
          file,
          at("valid_from"),
          `${row.id} holds outside of the instrument's ${law.in_force_from} to ${law.in_force_until ?? "open"}`,
        );
      known(file, at("who/classes"), "class", row.who.classes, names.class);
      const theme = catalogue.themes.find((each) => each.theme === row.where.theme);
      if (row.where.theme !== null && !theme) fault(file, at("where/theme"), `there is no theme "${row.where.theme}"`);
      if (row.who.condition) check(file, at("who/condition"), row.who.condition, "none");
      if (row.when) check(file, at("when"), row.when, theme ? columnsOfTheme(theme) : "none", row);
      const clash = catalogue.rules.find(
        (other) =>
          other !== row && other.id === row.id && overlap([row.valid_from, row.valid_to], [other.valid_from, other.valid_to]),
      );
      if (clash)
        fault(
          file,
          at("id"),
          `${row.id} is in force twice from ${row.valid_from > clash.valid_from ? row.valid_from : clash.valid_from}`,
        );
    }
  }

  const circle = circleIn(catalogue.rules);
  if (circle) {
    const { file, rules } = laws.find((law) => law.rules.some(({ id }) => id === circle[0]))!;
    const index = rules.findIndex(({ id }) => id === circle[0]);
    fault(file, `rules/${index}/when`, `rules read each other in a circle: ${circle.join(" -> ")}`);
  }

  faults.push(...misplacedSettings(catalogue, places), ...wrongOrders(orders));

  for (const { file, checklists: versions } of lists)
    for (const [index, list] of versions.entries()) {
      if (file !== `checklists/${list.jurisdiction}.json`)
        fault(file, `${index}/jurisdiction`, `expected the file's name, got "${list.jurisdiction}"`);
      known(file, `${index}/themes`, "theme", list.themes, names.theme);
      once(file, `${index}/themes`, list.themes);
      for (const zone of ZONES)
        if (!list.themes.includes(zone)) fault(file, `${index}/themes`, `protection zones cannot be left off: ${zone}`);
      const clash = versions.find(
        (other) =>
          other !== list &&
          (other.version === list.version || overlap([list.valid_from, list.valid_to], [other.valid_from, other.valid_to])),
      );
      if (clash)
        fault(
          file,
          `${index}/version`,
          `version ${list.version} and version ${clash.version} hold at once or share their number`,
        );
    }
  if (!lists.some(({ file }) => file === "checklists/national.json"))
    fault("checklists/national.json", "", "the national checklist is missing");

  // What follows evaluates conditions, and can only be asked of a catalogue whose names are whole.
  if (faults.length === 0) faults.push(...unreachable(catalogue, laws), ...wrongSettings(catalogue, places));
  return faults;
}

/** Rows that no activity and action can trigger, and attributes that are needed but that the activity cannot be given. */
function unreachable(catalogue: Catalogue, laws: Files["laws"]): CatalogueFault[] {
  const faults: CatalogueFault[] = [];
  const open = catalogue.activities.map((activity) => ({ activity, facts: openFacts(activity, catalogue) }));
  const lacking = (activity: ActivitySpec, wanted: string[]) => wanted.filter((name) => !activity.attributes.includes(name));
  for (const { activity, facts } of open)
    for (const [index, spec] of catalogue.classes.entries()) {
      const wanted = evaluate(spec.condition, facts)
        .missing.filter(({ kind }) => kind === "attribute")
        .map(({ name }) => name);
      for (const name of lacking(activity, wanted))
        faults.push({
          file: "vocabulary/classes.json",
          path: `${index}/condition`,
          detail: `activity ${activity.code} needs the attribute ${name} to tell class ${spec.code}, and does not have it`,
        });
    }
  for (const { file, rules } of laws)
    for (const [index, row] of rules.entries()) {
      const reached = open.filter(
        ({ activity, facts }) => row.who.actions.some((one) => activity.actions.includes(one)) && reachOf(row, facts).possible,
      );
      if (reached.length === 0)
        faults.push({
          file,
          path: `rules/${index}/who`,
          detail: `nobody can trigger ${row.id}: no activity with these actions can belong to these classes`,
        });
      for (const { activity, facts } of reached)
        for (const name of lacking(activity, reachOf(row, facts).decides))
          faults.push({
            file,
            path: `rules/${index}/who`,
            detail: `activity ${activity.code} needs the attribute ${name} to tell ${row.id}, and does not have it`,
          });
    }
  return faults;
}

/** How a condition compares an attribute, when its type does not allow that; else undefined. */
function misread(spec: AttributeSpec, leaf: Condition): string | undefined {
  const options = spec.options?.map(({ value }) => value);
  const foreign = (values: unknown[]) => values.find((value) => options && !options.includes(value as string));
  const needs = (types: AttributeSpec["type"][], how: string) =>
    types.includes(spec.type) ? undefined : `${how} cannot read ${spec.name}, which is ${spec.type}`;
  if ("in" in leaf) {
    const odd = foreign(leaf.in);
    if (odd !== undefined) return `${JSON.stringify(odd)} is no option of ${spec.name}`;
    const wrong = leaf.in.find((value) => !options && spec.type !== "text" && !fits(spec, value));
    return (
      needs(["choice", "boolean", "text", "number", "integer"], "in") ??
      (wrong === undefined ? undefined : `${JSON.stringify(wrong)} is no value of ${spec.name}`)
    );
  }
  if ("includes_any" in leaf) {
    const odd = foreign(leaf.includes_any);
    return (
      needs(["choices"], "includes_any") ??
      (odd === undefined ? undefined : `${JSON.stringify(odd)} is no option of ${spec.name}`)
    );
  }
  if ("stated_in" in leaf) {
    const odd = foreign(leaf.stated_in);
    return (
      needs(["choice"], "stated_in") ?? (odd === undefined ? undefined : `${JSON.stringify(odd)} is no option of ${spec.name}`)
    );
  }
  if ("starts_with" in leaf) return needs(["text"], "starts_with");
  if ("as_of" in leaf) return needs(["date"], "as_of");
  return needs(["number", "integer"], "a threshold");
}

function readsItself(spec: ClassSpec, all: readonly ClassSpec[]): boolean {
  const seen = new Set<string>();
  const walk = (code: string): boolean =>
    classesIn(all.find((each) => each.code === code)?.condition ?? { any: [] }).some((next) => {
      if (next === spec.code) return true;
      if (seen.has(next)) return false;
      seen.add(next);
      return walk(next);
    });
  return walk(spec.code);
}

function compiles(pattern: string): boolean {
  try {
    return new RegExp(pattern) instanceof RegExp;
  } catch {
    return false;
  }
}

type Span = [from: string, to: string | null];
const inOrder = (from: string, to: string | null) => to === null || from < to;
const overlap = ([a, b]: Span, [c, d]: Span) => (d === null || a < d) && (b === null || c < b);
const contains = ([a, b]: Span, [c, d]: Span) => a <= c && (b === null || (d !== null && d <= b));
