/** Reads `geodata/`: instruments, rules, words, checklists. A catalogue with any fault is refused whole, and every fault
 *  is listed with its file and path: a row that was silently dropped would be a ban that nobody checks. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ZodType } from "zod";
import { type CatalogueFault, type ColumnsOfTheme, faultsIn, type Files } from "./catalogue_faults.ts";
import {
  activityFile,
  attributeFile,
  checklistFile,
  classFile,
  orderFile,
  ruleFile,
  settingFamilyFile,
  settingsFile,
  themeFile,
} from "./catalogue_schema.ts";
import { inForce } from "./domain/judge.ts";
import type { ActivitySpec, AttributeSpec, Catalogue, Instrument, Rule } from "./domain/rule.ts";
import { NATIONAL } from "./domain/settings.ts";

export class CatalogueError extends Error {
  readonly faults: CatalogueFault[];
  constructor(faults: CatalogueFault[]) {
    super(
      `The catalogue has ${faults.length} fault(s):\n${faults.map(({ file, path, detail }) => `  ${file} ${path}: ${detail}`).join("\n")}`,
    );
    this.faults = faults;
  }
}

/** Everything the files of `geodata/` say about law and words, checked and frozen. `settings/` and `orders/` may be
 *  absent: then no setting is set and no order stands. Throws one `CatalogueError` that lists every fault. */
export function loadCatalogue(geodataDir: string, columnsOfTheme: ColumnsOfTheme = () => null): Catalogue {
  const faults: CatalogueFault[] = [];
  const hash = createHash("sha256");
  const read = <T>(file: string, schema: ZodType<T>): T | undefined => {
    let json: unknown;
    try {
      const bytes = readFileSync(join(geodataDir, file));
      hash.update(`${file}\n${bytes.length}\n`).update(bytes);
      json = JSON.parse(bytes.toString("utf8"));
    } catch (error) {
      faults.push({ file, path: "", detail: (error as Error).message });
      return undefined;
    }
    const parsed = schema.safeParse(json);
    if (parsed.success) return parsed.data;
    for (const issue of parsed.error.issues) faults.push({ file, path: issue.path.join("/"), detail: issue.message });
    return undefined;
  };
  const folder = (name: string) =>
    existsSync(join(geodataDir, name))
      ? readdirSync(join(geodataDir, name))
          .filter((file) => file.endsWith(".json"))
          .toSorted()
          .map((file) => `${name}/${file}`)
      : [];

  const vocabulary = read("vocabulary/activities.json", activityFile);
  const specs = read("vocabulary/attributes.json", attributeFile);
  const classSpecs = read("vocabulary/classes.json", classFile);
  const themeSpecs = read("vocabulary/themes.json", themeFile);
  const laws = folder("rules").map((file) => ({ file, data: read(file, ruleFile) }));
  const lists = folder("checklists").map((file) => ({ file, data: read(file, checklistFile) }));
  const families = read("vocabulary/settings.json", settingFamilyFile);
  const places = folder("settings").map((file) => ({ file, data: read(file, settingsFile) }));
  const ordered = folder("orders").map((file) => ({ file, data: read(file, orderFile) }));
  if (existsSync(join(geodataDir, "settings.json")))
    faults.push({ file: "settings.json", path: "", detail: "settings stand by place: move each to settings/<GB2260 code>.json" });
  // Names are compared only when every file has its shape: otherwise each name of a broken file would seem unknown.
  if (faults.length > 0) throw new CatalogueError(faults);

  const catalogue: Catalogue = {
    version: hash.digest("hex").slice(0, 12),
    instruments: laws.map(({ data }) => data!.instrument),
    rules: laws.flatMap(({ data }) => data!.rules.map((row): Rule => ({ ...row, instrument: data!.instrument.id }))),
    activities: vocabulary!.activities.map((each) => withSince(each, specs!)),
    tags: vocabulary!.tags,
    attributes: specs!,
    classes: classSpecs!,
    themes: themeSpecs!,
    checklists: lists.flatMap(({ data }) => data!),
    settings: Object.fromEntries(
      places
        .filter(({ data }) => data!.jurisdiction === NATIONAL)
        .flatMap(({ data }) => data!.settings.flatMap(({ name, value }) => (value === null ? [] : [[name, value]]))),
    ),
    place_settings: places.map(({ data }) => data!),
    setting_families: families!,
    orders: ordered.flatMap(({ data }) => data!),
  };
  const files: Files = {
    laws: laws.map(({ file, data }) => ({
      file,
      instrument: data!.instrument,
      rules: catalogue.rules.filter((row) => row.instrument === data!.instrument.id),
    })),
    lists: lists.map(({ file, data }) => ({ file, checklists: data! })),
    places: places.map(({ file, data }) => ({ file, ...data! })),
    orders: ordered.map(({ file, data }) => ({ file, orders: data! })),
    tags: Object.keys(vocabulary!.tags),
  };
  faults.push(...faultsIn(catalogue, files, columnsOfTheme));
  if (faults.length > 0) throw new CatalogueError(faults);
  return freeze(catalogue);
}

/** Whatever can stand may say since when, where the vocabulary has the word: a ban asks what was there first. */
function withSince(activity: ActivitySpec, specs: AttributeSpec[]): ActivitySpec {
  const stands = activity.actions.some((action) => action === "existing" || action === "operating");
  const said = activity.attributes.includes("since") || Object.hasOwn(activity.fixed, "since");
  if (!stands || said || !specs.some(({ name }) => name === "since")) return activity;
  return { ...activity, attributes: [...activity.attributes, "since"] };
}

function freeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    for (const part of Object.values(value)) freeze(part);
    Object.freeze(value);
  }
  return value;
}

/** Rules in force on `asOf` (yyyy-mm-dd), by their own dates and their instrument's. */
export function rulesInForce(catalogue: Catalogue, asOf: string): Rule[] {
  return catalogue.rules.filter((row) => inForce(row, instrumentOf(catalogue, row), asOf));
}

export function instrumentOf(catalogue: Catalogue, row: Pick<Rule, "instrument">): Instrument {
  const found = catalogue.instruments.find(({ id }) => id === row.instrument);
  if (!found) throw new Error(`There is no instrument ${row.instrument}.`);
  return found;
}
