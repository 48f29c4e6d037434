/** Settings of a place: the nearest up the tree, and nothing where the districts that may hold the site differ. */
import { describe, expect, it } from "vitest";
import { looksOf, settingsFor, settingsRead } from "../../server/domain/settings.ts";
import { settingNames } from "../../server/catalogue_places.ts";
import { liesIn } from "../../server/domain/judge.ts";
import { catalogue, decide, farm, feature, placed, rule, WHOLE } from "../support/judging.ts";
import { ask, at, catalogue as shipped } from "../support/real_judging.ts";

const NAME = "scale.head";
const tree = (...place_settings: ReturnType<typeof placed>[]) => ({ settings: {}, place_settings });
const of = (districts: string[], ...places: ReturnType<typeof placed>[]) => settingsFor(tree(...places), districts);

describe("what holds at a place", () => {
  it("is what its district says before its prefecture, its province and the nation", () => {
    const places = [placed("511321", { [NAME]: 1 }), placed("511300", { [NAME]: 2 }), placed("510000", { [NAME]: 3 })];
    const everywhere = { ...tree(...places, placed("national", { [NAME]: 4 })), settings: { [NAME]: 4 } };
    const value = (district: string) => {
      const { values, origins } = settingsFor(everywhere, [district]);
      return [values[NAME], origins[NAME]?.jurisdiction];
    };
    expect(value("511321")).toEqual([1, "511321"]);
    expect(value("511322")).toEqual([2, "511300"]);
    expect(value("510100")).toEqual([3, "510000"]);
    expect(value("370101")).toEqual([4, "national"]);
  });
  it("an unset row says nothing: the next place up is asked", () => {
    expect(of(["511321"], placed("511321", { [NAME]: null }), placed("510000", { [NAME]: 3 })).values).toEqual({ [NAME]: 3 });
    expect(of(["511321"], placed("511321", { [NAME]: null }))).toEqual({ values: {}, origins: {}, differing: [] });
  });
  it("another province's figure is never taken", () =>
    expect(of(["500118"], placed("510000", { [NAME]: 3 })).values).toEqual({}));
  it("two districts that agree hold one value; that differ, or of which one sets none, hold none and say so", () => {
    const two = ["500118", "510521"];
    expect(of(two, placed("500000", { [NAME]: 3 }), placed("510000", { [NAME]: 3 })).values).toEqual({ [NAME]: 3 });
    const differing = { values: {}, origins: {}, differing: [NAME] };
    expect(of(two, placed("500000", { [NAME]: 3 }), placed("510000", { [NAME]: 4 }))).toEqual(differing);
    expect(of(two, placed("500000", { [NAME]: 3 }))).toEqual(differing);
  });
  it("in no known district only what no place sets otherwise is known", () => {
    expect(of([], placed("510000", { [NAME]: 3 })).differing).toEqual([NAME]);
    expect(settingsFor({ settings: { [NAME]: 4 } }, []).values).toEqual({ [NAME]: 4 });
    expect(settingsFor({ settings: { [NAME]: 4 }, place_settings: [placed("510000", { [NAME]: 3 })] }, []).differing).toEqual([
      NAME,
    ]);
  });
  it("a catalogue kept before places had settings holds what it held", () =>
    expect(settingsFor({ settings: { [NAME]: 4 } }, ["500118"]).values).toEqual({ [NAME]: 4 }));
});

describe("a rule that reads a setting", () => {
  const scale = rule("prohibit", { who: { classes: ["at_scale"] } });
  const world = { rules: [scale], features: [feature({ overlap: WHOLE })], attributes: { head: 400 } };
  it("is answered by the figure of its own place", () => {
    const places = [placed("500000", { [NAME]: 300 }), placed("510000", { [NAME]: 500 })];
    expect(decide({ ...world, places })).toMatchObject({ conclusion: "prohibited" });
    expect(decide({ ...world, places, jurisdictions: ["510521"] }).counted.other_activity).toBe(1);
  });
  it("between two places with two figures cannot tell, and names the setting", () => {
    const places = [placed("500000", { [NAME]: 300 }), placed("510000", { [NAME]: 500 })];
    const answer = decide({ ...world, places, jurisdictions: ["500118", "510521"] });
    expect(answer).toMatchObject({ conclusion: "undetermined", possible: "prohibited", complete: false });
    expect(answer.findings[0]).toMatchObject({ outcome: "cannot_tell", reasons: [{ code: "setting_differs", name: NAME }] });
  });
  it("of its distance, likewise", () => {
    const bank = rule("restrict", { where: { relation: "within_m", within_m: null, within_setting: "bank.x" } });
    const near = { rules: [bank], features: [feature({ distance_m: 200 })] };
    const places = [placed("500000", { "bank.x": 300 }), placed("510000", { "bank.x": 100 })];
    expect(decide({ ...near, places }).findings[0]).toMatchObject({ outcome: "triggered" });
    expect(decide({ ...near, places, jurisdictions: ["500118", "510521"] }).findings[0]).toMatchObject({
      outcome: "cannot_tell",
      reasons: [{ code: "setting_differs", name: "bank.x" }],
    });
    expect(looksOf({ ...catalogue([bank]), settings: {}, place_settings: places }).distances_m).toEqual([0, 300, 100]);
  });
  it("names what it reads, through the classes that it names", () => {
    const { classes } = catalogue([scale]);
    expect(settingsRead(scale, classes, { name: "p", activity: farm, action: "new", attributes: {} })).toEqual([NAME]);
    const pigs = {
      name: "p",
      activity: shipped.activities.find(({ code }) => code === "livestock_farm")!,
      action: "new" as const,
    };
    const row = shipped.rules.find(({ id }) => id === "LS-01a")!;
    const read = (attributes: Record<string, string>) => settingsRead(row, shipped.classes, { ...pigs, attributes });
    expect(read({ species: "pig" })).toEqual(["livestock_scale.annual_output.pig"]);
    expect(read({ species: "layer" })).toEqual(["livestock_scale.stock.layer"]);
    expect(read({ species: "other" })).toEqual(["livestock_scale.pig_equivalent"]);
  });
});

describe("the files as shipped", () => {
  const places = shipped.place_settings!;
  const figure = (jurisdiction: string, name: string) =>
    places.find((each) => each.jurisdiction === jurisdiction)?.settings.find((each) => each.name === name)?.value;
  it("hold the figures of rules-and-standards 3.3(b) and 5, and no other", () => {
    const set = places.flatMap(({ jurisdiction, settings }) =>
      settings.flatMap(({ name, value }) => (value === null ? [] : [`${jurisdiction} ${name}`])),
    );
    expect(set.filter((each) => each.includes("livestock_scale"))).toHaveLength(8 + 5 + 3);
    expect(set.map((each) => each.slice(0, 6)).filter((code) => !["510000", "370000", "420000"].includes(code))).toEqual([
      ...Array<string>(5).fill("440500"),
      ...Array<string>(2).fill("500000"),
      ...Array<string>(7).fill("653023"),
    ]);
    expect(figure("510000", "livestock_scale.stock.layer")).toBe(25000);
    expect(figure("370000", "livestock_scale.stock.egg_duck")).toBe(10000);
    expect(figure("420000", "livestock_scale.annual_output.pig")).toBe(500);
    expect(figure("500000", "patrol_times.county")).toBe(1);
    // Breeding does are not rabbits sold a year.
    expect(figure("510000", "livestock_scale.annual_output.rabbit")).toBeNull();
  });
  it.each(["500118", "230903", "652801", "520502", "150581"])(
    "every setting that a rule or class reads in %s is filed there, in its province or nationally: add a row that says what would fill it",
    (district) => {
      const local = shipped.rules.filter((row) => {
        const { jurisdiction } = shipped.instruments.find(({ id }) => id === row.instrument)!;
        return jurisdiction === null || liesIn(district, jurisdiction);
      });
      const read = settingNames({ ...shipped, rules: local });
      const filed = places
        .filter(({ jurisdiction }) => [district, `${district.slice(0, 2)}0000`, "national"].includes(jurisdiction))
        .flatMap(({ settings }) => settings.map(({ name }) => name));
      expect(read.filter((name) => !filed.includes(name))).toEqual([]);
    },
  );
  it("decide a small farm in 四川, and leave it open in 重庆", () => {
    const small = (district: string) => ({
      activity: "livestock_small",
      action: "new" as const,
      attributes: { species: "pig", annual_output: 600 },
      features: [at("protection_zone/second")],
      district,
      settings: settingsFor(shipped, [district]).values,
    });
    expect(ask(small("510521")).on("LS-01b")).toMatchObject([{ outcome: "triggered" }]);
    expect(ask(small("500118")).on("LS-01b")).toMatchObject([
      { outcome: "cannot_tell", reasons: [{ code: "unset_setting", name: "livestock_scale.annual_output.pig" }] },
    ]);
  });
});
