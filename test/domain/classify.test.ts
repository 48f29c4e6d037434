import { describe, expect, it } from "vitest";
import type { AttributeValue } from "../../server/api/checks.ts";
import { attributesIn, checkAttributes, classesIn, classify, fits, openFacts, reachOf } from "../../server/domain/classify.ts";
import type { ActivitySpec, AttributeSpec, Catalogue, Condition } from "../../server/domain/rule.ts";
import { readCatalogue } from "../../server/service.ts";

const catalogue = readCatalogue();
const activityOf = (code: string) => catalogue.activities.find((each) => each.code === code)!;
const construction = catalogue.activities.filter((each) => each.tags.includes("construction"));

function classes(activity: string, attributes: Record<string, AttributeValue> = {}, settings: Record<string, number> = {}) {
  return classify({ name: "p", activity: activityOf(activity), action: "new", attributes }, { ...catalogue, settings });
}
const names = (answer: { missing: { name: string }[] } | undefined) => answer?.missing.map(({ name }) => name);

describe("a sewer that is named", () => {
  it("makes a project one that discharges, wherever it leads, also when it says that it emits nothing", () => {
    expect(classes("gas_station", { emits: ["none"] })["polluting_project"]?.value).toBe("false");
    const sewered = construction.filter(
      ({ attributes }) => attributes.includes("sewer_destination") && attributes.includes("emits"),
    );
    expect(sewered.length).toBeGreaterThan(0);
    for (const { code } of sewered)
      for (const sewer_destination of ["municipal_network", "outside_zone"])
        expect(classes(code, { emits: ["none"], sewer_destination })["polluting_project"]?.value, code).toBe("true");
  });
});

describe("construction unrelated to water supply and source protection", () => {
  it.each(construction.map(({ code, fixed, attributes }) => [code, fixed["purpose"], attributes.includes("purpose")] as const))(
    "%s (purpose fixed: %s, asked: %s) is, unless its purpose exempts it",
    (code, fixed, asked) => {
      const exempt = fixed === "supply" || fixed === "source_protection";
      expect(fixed !== undefined || asked).toBe(true);
      expect(classes(code)["construction_unrelated"]).toEqual({
        value: exempt ? "false" : "true",
        missing: [],
        assumed: asked ? ["purpose"] : [],
      });
      if (!asked) return;
      for (const purpose of ["supply", "source_protection"])
        expect(classes(code, { purpose })["construction_unrelated"]?.value).toBe("false");
      for (const purpose of ["flood_control", "other"])
        expect(classes(code, { purpose })["construction_unrelated"]).toEqual({ value: "true", missing: [], assumed: [] });
    },
  );
  it("no attribute but the purpose can change it", () => {
    const condition: Condition = { class: "construction_unrelated" };
    const row = { ...catalogue.rules[0]!, who: { classes: [], actions: [], condition }, when: null };
    for (const activity of construction)
      expect(reachOf(row, openFacts(activity, catalogue)).decides).toEqual(
        activity.attributes.includes("purpose") ? ["purpose"] : [],
      );
  });
  it("what builds nothing is not", () => {
    for (const activity of catalogue.activities.filter((each) => !each.tags.includes("construction")))
      expect(classes(activity.code)["construction_unrelated"]?.value).toBe("false");
  });
});

describe("a project that discharges pollutants", () => {
  const polluting = (activity: string, attributes = {}) => classes(activity, attributes)["polluting_project"];
  it("every construction activity: by what it emits; without an answer unknown, naming it", () => {
    for (const { code, attributes, asserts } of construction) {
      if (!attributes.includes("emits") || asserts.includes("polluting_project")) continue;
      expect(polluting(code)?.value, code).toBe("unknown");
      expect(names(polluting(code)), code).toContain("emits");
      for (const kind of ["water", "air", "solid"])
        expect(polluting(code, { emits: [kind] })?.value, `${code} ${kind}`).toBe("true");
    }
  });
  it("emitting nothing is none, wherever the sewer would lead", () =>
    expect(polluting("residential", { emits: ["none"] })?.value).toBe("false"));
  it("piping the sewage away changes nothing", () => {
    for (const sewer_destination of ["municipal_network", "outside_zone", "on_site_to_water"])
      expect(polluting("construction_unrelated", { emits: ["water"], sewer_destination })?.value).toBe("true");
  });
  it("a farm that emits nothing must say where the manure goes", () => {
    expect(names(polluting("livestock_farm", { emits: ["none"] }))).toEqual(["manure_route"]);
    expect(polluting("livestock_farm", { emits: ["none"], manure_route: "returned_to_land_harmless" })?.value).toBe("false");
    expect(polluting("livestock_farm", { emits: ["none"], manure_route: "treated_discharge" })?.value).toBe("true");
  });
  it("a project that is named polluting and says it emits nothing is unknown, naming the contradiction", () => {
    expect(polluting("polluting_project")?.value).toBe("true");
    expect(polluting("polluting_project", { emits: ["none"] })).toMatchObject({
      value: "unknown",
      missing: [{ kind: "attribute", name: "emits" }],
    });
  });
  it("an activity that builds nothing is no project", () => expect(polluting("tourism")?.value).toBe("false"));
});

describe("seriously polluting to water", () => {
  const heavy = (activity: string, attributes = {}) => classes(activity, attributes)["heavy_polluting"];
  it.each(["C2210", "C1931", "C1713", "C2645", "C2521", "C2511", "C2631", "C2621", "C2710", "C3211", "C1351"])(
    "%s is presumed so",
    (industry_code) => expect(heavy("construction_unrelated", { industry_code })?.value).toBe("true"),
  );
  it("a missing industry code is unknown, and named", () =>
    expect(names(heavy("construction_unrelated"))).toContain("industry_code"));
  it("a code off the list waits for the manual flag: the law has no closed list", () => {
    expect(names(heavy("construction_unrelated", { industry_code: "C3360" }))).toEqual(["seriously_polluting"]);
    expect(heavy("construction_unrelated", { industry_code: "C3360", seriously_polluting: true })?.value).toBe("true");
    expect(heavy("construction_unrelated", { industry_code: "C3360", seriously_polluting: false })?.value).toBe("false");
  });
  it("the flag does not undo what the code presumes", () =>
    expect(heavy("construction_unrelated", { industry_code: "C2210", seriously_polluting: false })?.value).toBe("true"));
  it("a code that is too coarse is unknown", () =>
    expect(heavy("construction_unrelated", { industry_code: "C27", seriously_polluting: false })?.value).toBe("unknown"));
  it("what cannot be industry is not", () => {
    for (const code of ["residential", "graveyard", "tourism", "road_bridge", "livestock_farm"])
      expect(heavy(code)?.value, code).toBe("false");
  });
  it("chemical projects are", () => expect(heavy("chem_project")?.value).toBe("true"));
});

describe("livestock and its scale", () => {
  const scale = (activity: string, attributes = {}, settings = {}) =>
    classes(activity, attributes, settings)["livestock_at_scale"];
  const set = {
    "livestock_scale.annual_output.pig": 500,
    "livestock_scale.stock.dairy_cow": 100,
    "livestock_scale.pig_equivalent": 500,
  };
  const pigs = (annual_output: number) => ({ species: "pig", annual_output });
  it("choosing the farm asserts it, also with a head count and no threshold set", () => {
    expect(scale("livestock_farm")?.value).toBe("true");
    expect(scale("livestock_farm", pigs(3))?.value).toBe("true");
  });
  it("a head count under a set threshold makes it unknown, and names the count", () => {
    expect(scale("livestock_farm", pigs(500), set)?.value).toBe("true");
    expect(scale("livestock_farm", pigs(499), set)?.value).toBe("unknown");
    expect(names(scale("livestock_farm", pigs(499), set))).toContain("annual_output");
  });
  it("the measure follows the species", () => {
    expect(scale("livestock_farm", { species: "dairy_cow", stock: 99, annual_output: 9000 }, set)?.value).toBe("unknown");
    expect(scale("livestock_farm", { species: "dairy_cow", stock: 100 }, set)?.value).toBe("true");
    expect(scale("livestock_small", { species: "other", pig_equivalent: 499 }, set)?.value).toBe("false");
  });
  it("small keeping is by its numbers: an unset threshold is unknown and named, never a default", () => {
    expect(scale("livestock_small", pigs(3))).toMatchObject({
      value: "unknown",
      missing: [{ kind: "setting", name: "livestock_scale.annual_output.pig" }],
    });
    expect(names(scale("livestock_small", {}, set))).toEqual(["species", "annual_output", "stock", "pig_equivalent"]);
    expect(scale("livestock_small", pigs(499), set)?.value).toBe("false");
    expect(scale("livestock_small", pigs(500), set)?.value).toBe("true");
  });
  it("below scale is the reverse, and of livestock only", () => {
    expect(classes("livestock_small", pigs(499), set)["livestock_below_scale"]?.value).toBe("true");
    expect(classes("livestock_farm")["livestock_below_scale"]?.value).toBe("false");
    expect(classes("tourism")["livestock_below_scale"]?.value).toBe("false");
  });
});

describe("activities that may pollute drinking water", () => {
  const other = (activity: string, attributes = {}) => classes(activity, attributes)["other_polluting_activity"]?.value;
  it("the named ones are", () => {
    for (const code of [
      "grazing",
      "planting_new",
      "pesticide_fert",
      "catering",
      "vehicle_wash",
      "haz_transport",
      "waste_dump",
      "mineral_heap",
      "livestock_small",
      "sewage_irrigation",
    ])
      expect(other(code), code).toBe("true");
  });
  it("existing farming is by what it uses, and works by what they emit", () => {
    expect(other("planting_existing")).toBe("unknown");
    expect(other("planting_existing", { agrochemicals: ["fertiliser"] })).toBe("true");
    expect(other("photovoltaic")).toBe("unknown");
    expect(other("photovoltaic", { emits: ["none"] })).toBe("false");
    expect(other("photovoltaic", { emits: ["air"] })).toBe("true");
  });
});

it("what goes to human review in a second-level zone", () => {
  const review = (activity: string, attributes = {}) => classes(activity, attributes)["second_zone_review"]?.value;
  expect(review("road_bridge")).toBe("true");
  expect([
    review("residential"),
    review("residential", { existing_village: true }),
    review("residential", { existing_village: false }),
  ]).toEqual(["unknown", "true", "false"]);
  expect([
    review("catering"),
    review("catering", { sewer_destination: "municipal_network" }),
    review("catering", { sewer_destination: "untreated" }),
  ]).toEqual(["unknown", "true", "false"]);
  expect(review("polluting_project", { sewer_destination: "municipal_network" })).toBe("false");
});

it("an outlet of a treatment plant on the site is an outfall", () => {
  expect(classes("outfall")["outfall"]?.value).toBe("true");
  expect(classes("wwtp")["outfall"]).toMatchObject({
    value: "unknown",
    missing: [{ kind: "attribute", name: "outlet_location" }],
  });
  expect(classes("rural_sewage", { outlet_location: "elsewhere" })["outfall"]?.value).toBe("false");
});

it("every class can be reached by some activity, and every asserted class is true by itself", () => {
  const open = catalogue.activities.map((activity) => openFacts(activity, catalogue).classes);
  for (const { code } of catalogue.classes)
    expect(
      open.some((each) => each[code]?.value !== "false"),
      code,
    ).toBe(true);
  for (const { code, asserts } of catalogue.activities)
    for (const name of asserts) expect(classes(code)[name]?.value, `${code} ${name}`).toBe("true");
});

describe("classes that read each other", () => {
  const spec = { title: { zh: "类", en: "class" }, source: "test", confidence: "verified" as const };
  const small = (conditions: Record<string, Condition>): Pick<Catalogue, "classes" | "attributes" | "settings"> => ({
    classes: Object.entries(conditions).map(([code, condition]) => ({ ...spec, code, condition })),
    attributes: [],
    settings: {},
  });
  const project = { name: "p", activity: activityOf("tourism"), action: "new" as const, attributes: {} };
  it("are answered in whatever order they stand", () =>
    expect(classify(project, small({ a: { not: { class: "b" } }, b: { tag: "use" } }))).toMatchObject({
      a: { value: "false" },
      b: { value: "true" },
    }));
  it("in a circle throw", () =>
    expect(() => classify(project, small({ a: { class: "b" }, b: { class: "a" } }))).toThrow("reads itself"));
});

it("what a condition reads: classes, attributes, and those in a setting's name", () => {
  const condition: Condition = {
    all: [
      { class: "x" },
      {
        not: {
          any: [
            { attribute: "head", gte_setting: "scale.{species}" },
            { attribute: "head", gte: 1 },
          ],
        },
      },
    ],
  };
  expect(classesIn(condition)).toEqual(["x"]);
  expect(attributesIn(condition)).toEqual(["head", "species"]);
});

describe("attributes as given", () => {
  const faults = (activity: string, attributes: Record<string, unknown>) =>
    checkAttributes(activityOf(activity), attributes, catalogue);
  it("that fit are no fault", () =>
    expect(
      faults("livestock_farm", { species: "pig", annual_output: 3000, emits: ["water", "solid"], manure_route: "handed_over" }),
    ).toEqual([]));
  it.each([
    ["livestock_farm", { head: 3 }, "head", "unknown"],
    ["livestock_farm", { purpose: "supply" }, "purpose", "unknown"],
    ["livestock_farm", { annual_output: "3000" }, "annual_output", "value"],
    ["livestock_farm", { annual_output: 3.5 }, "annual_output", "value"],
    ["livestock_farm", { annual_output: -1 }, "annual_output", "value"],
    ["livestock_farm", { species: "dragon" }, "species", "value"],
    ["livestock_farm", { emits: "water" }, "emits", "value"],
    ["livestock_farm", { emits: [] }, "emits", "value"],
    ["livestock_farm", { emits: ["water", "water"] }, "emits", "value"],
    ["livestock_farm", { emits: ["none", "water"] }, "emits", "value"],
    ["cage_aquaculture", { feed: "yes" }, "feed", "value"],
    ["planting_existing", { since: "2020-02-30" }, "since", "value"],
    ["heavy_polluting", { industry_code: "c26" }, "industry_code", "value"],
    ["heavy_polluting", { industry_code: "2631" }, "industry_code", "value"],
    ["outfall", { receiving_water: " " }, "receiving_water", "value"],
    ["gas_station", { built_year: 1899 }, "built_year", "value"],
    ["tourism", { constructor: 1 }, "constructor", "unknown"],
  ])("%s %j: %s is a fault of kind %s", (activity, attributes, name, code) =>
    expect(faults(activity, attributes)).toMatchObject([{ name, code }]),
  );
  it("say what was expected and what came, each fault by itself", () => {
    expect(faults("livestock_farm", { species: "dragon", annual_output: -1 })).toEqual([
      { name: "species", code: "value", expected: expect.stringContaining("pig | beef_cattle"), got: '"dragon"' },
      { name: "annual_output", code: "value", expected: "integer 0..100000000", got: "-1" },
    ]);
    expect(faults("other_polluting_activity", { boats: true })).toEqual([
      { name: "boats", code: "unknown", expected: "since", got: "true" },
    ]);
  });
  it("a number without bounds takes any finite number", () => {
    const spec = { name: "n", type: "number", min: null, max: null, options: null } as AttributeSpec;
    expect([
      fits(spec, -1e9),
      fits(spec, Number.NaN),
      fits(spec, Infinity),
      fits({ ...spec, max: 5 }, 5),
      fits({ ...spec, max: 5 }, 5.1),
    ]).toEqual([true, false, false, true, false]);
  });
});

it("a fixed attribute is never asked", () => {
  for (const activity of catalogue.activities as ActivitySpec[])
    expect(activity.attributes.filter((name) => name in activity.fixed)).toEqual([]);
});
