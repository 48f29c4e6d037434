/** The rules of 永川, row by row: a project that sets each off, and one that does not; and the scenarios of the sources. */
import { describe, expect, it } from "vitest";
import type { FeatureEvidence } from "../../server/domain/evidence.ts";
import { NOTHING } from "../support/judging.ts";
import { ask, at, catalogue, type Question } from "../support/real_judging.ts";

const PLAN = "yongchuan_plan_2016";
const first = at("protection_zone/first");
const second = at("protection_zone/second");
const quasi = at("protection_zone/quasi");
const strip = at("control_area/source_strip");
const blueLine = at("control_area/blue_line");
const network = at("control_area/supply_network");
const park = (columns: Record<string, unknown> = {}) =>
  at("industrial_park", { park_kind: "industrial", central_treatment: "done", online_monitoring: "done", ...columns });
/** 100 m from the site. */
const away = (theme: string): FeatureEvidence => at(theme, {}, { overlap: NOTHING, distance_m: 100 });

/** A factory in a park of which nothing is asked any more. */
const factory: Question = {
  activity: "polluting_project",
  action: "new",
  attributes: {
    emits: ["water"],
    pollutants: ["cod"],
    industry_code: "C3311",
    seriously_polluting: false,
    receiving_section_met: true,
    access_list_met: true,
    emission_quota: true,
    abstraction: "none",
    high_water_use: false,
  },
  features: [park()],
};
const factoryWith = (attributes: Question["attributes"], more: Partial<Question> = {}): Question => ({
  ...factory,
  ...more,
  attributes: { ...factory.attributes, ...attributes },
});
const pigs: Question = {
  activity: "livestock_farm",
  action: "new",
  attributes: { species: "pig", annual_output: 3000, emits: ["none"], manure_route: "returned_to_land_harmless" },
};
const plating: Question = {
  activity: "heavy_polluting",
  action: "existing",
  attributes: { pollutants: ["chromium"], emits: ["water"] },
};
const mall = (floor_area_m2: number): Question => ({
  activity: "public_building",
  action: "new",
  attributes: { building_kind: "mall", floor_area_m2, emits: ["none"] },
});
const outlet = (outfall_kind: string): Question => ({ activity: "outfall", action: "new", attributes: { outfall_kind } });
const LATE = { central_treatment: "unfinished", central_treatment_deadline: "2017-12-31" };
const UNWATCHED = { online_monitoring: "unfinished", online_monitoring_deadline: "2017-12-31" };

type Case = { fires: Question; silent: Question };
const fires = (question: Question, silent: Partial<Question>): Case => ({ fires: question, silent: { ...question, ...silent } });
/** One row per level: only the zone differs. */
const byZone = (id: string, question: Question, silent: Partial<Question>): Record<string, Case> =>
  Object.fromEntries(
    [first, second, quasi].map((zone, index) => [
      `${id}${"abc"[index]}`,
      { fires: { ...question, features: [zone] }, silent: { ...question, features: [zone], ...silent } },
    ]),
  );

const CASES: Record<string, Case> = {
  "YC-R01": fires({ activity: "catering", action: "new", attributes: { emits: ["water"] } }, { attributes: { emits: ["none"] } }),
  "YC-R02": fires({ activity: "sand_mining", action: "operating", features: [blueLine] }, { activity: "swim_angle" }),
  "YC-R03": fires({ activity: "pipeline", action: "new", features: [blueLine] }, { action: "existing" }),
  "YC-R04": fires({ activity: "residential", action: "existing", features: [first] }, { features: [second] }),
  "YC-R05": fires({ ...outlet("municipal"), features: [first] }, { attributes: { outfall_kind: "stormwater" } }),
  "YC-R06a": fires({ activity: "swim_angle", action: "new", features: [first] }, { features: [second] }),
  "YC-R06b": fires({ ...pigs, action: "operating", features: [first] }, { action: "existing" }),
  "YC-R07": fires(
    { activity: "planting_new", action: "new", features: [first] },
    { activity: "planting_existing", action: "existing" },
  ),
  "YC-R08": fires(
    { activity: "residential", action: "expanded", attributes: { emits: ["water"] }, features: [second] },
    { attributes: { emits: ["none"] } },
  ),
  "YC-R09": fires({ ...outlet("industrial"), features: [second] }, { features: [first] }),
  "YC-R10": fires(
    { activity: "waste_dump", action: "existing", attributes: { waste_class: "hazardous" }, features: [second] },
    { attributes: { waste_class: "construction", soluble_or_toxic: false } },
  ),
  "YC-R11": fires({ activity: "oil_depot", action: "new", features: [second] }, { activity: "landfill" }),
  "YC-R12": fires({ ...pigs, features: [second] }, { features: [quasi] }),
  "YC-R13": fires({ ...plating, action: "new", features: [strip] }, { attributes: { pollutants: ["cod"] } }),
  "YC-R14": fires({ activity: "cage_aquaculture", action: "new", features: [strip] }, { action: "existing" }),
  "YC-R15": fires({ ...plating, features: [strip] }, { action: "new" }),
  "YC-R16": fires({ activity: "source_commercial_use", action: "operating" }, { activity: "tourism" }),
  "YC-R17a": fires(
    factoryWith({ abstraction: "surface_water", policy_status: "eliminated" }),
    factoryWith({ abstraction: "none", policy_status: "eliminated" }),
  ),
  "YC-R17b": fires(
    factoryWith({ abstraction: "surface_water", high_water_use: true }),
    factoryWith({ abstraction: "surface_water", high_water_use: false }),
  ),
  "YC-R18": fires(
    { activity: "groundwater_well", action: "new", attributes: { water_resource_assessment: false } },
    { attributes: { water_resource_assessment: true } },
  ),
  "YC-R19": fires({ activity: "groundwater_well", action: "existing", features: [network] }, { features: [] }),
  "YC-R20": fires(outlet("agricultural"), { action: "rebuilt" }),
  "YC-R21": fires(
    { activity: "road_bridge", action: "new", attributes: { new_town: true } },
    { attributes: { new_town: false } },
  ),
  ...byZone("YC-R22", { activity: "swim_angle", action: "operating" }, { activity: "grazing" }),
  ...byZone("YC-R23", { activity: "outfall", action: "rebuilt" }, { action: "existing" }),
  ...byZone("YC-R24", { activity: "outfall", action: "existing" }, { action: "new" }),
  ...byZone("YC-R25", { activity: "water_supply_facility", action: "operating" }, { action: "new" }),
  "YC-R26a": fires(
    { activity: "mining", action: "operating", attributes: { mine_kind: "shale_gas" } },
    { attributes: { mine_kind: "metal" } },
  ),
  "YC-R26b": fires(
    { activity: "groundwater_well", action: "existing", attributes: { abandoned: true } },
    { attributes: { abandoned: false } },
  ),
  "YC-R27a": fires(factoryWith({}, { features: [] }), factory),
  "YC-R27b": fires(factoryWith({ receiving_section_met: false }), factory),
  "YC-R27c": fires(factoryWith({ access_list_met: false }), factory),
  "YC-R27d": fires(factoryWith({ emission_quota: false }), factory),
  "YC-R28a": fires(factoryWith({}, { features: [park(LATE)] }), { asOf: "2017-12-31" }),
  "YC-R28b": fires(factoryWith({}, { features: [park(UNWATCHED)] }), { features: [park({ ...UNWATCHED, park_kind: "food" })] }),
  "YC-R29": fires(factoryWith({ industry_code: "C2211" }), factory),
  "YC-R30a": fires(
    { activity: "heavy_polluting", action: "existing", attributes: { industry_code: "C2511", policy_status: "off_policy" } },
    { attributes: { industry_code: "C2511", policy_status: "conforming" } },
  ),
  "YC-R30b": fires(
    { activity: "construction_unrelated", action: "operating", attributes: { policy_status: "eliminated" } },
    { attributes: { policy_status: "restricted" } },
  ),
  "YC-R31": fires(
    factoryWith({ industry_code: "D4411", abstraction: "surface_water", uses_reclaimed_water: false }),
    factoryWith({ industry_code: "D4411", abstraction: "surface_water", uses_reclaimed_water: true }),
  ),
  "YC-R32": fires({ activity: "phosphate_detergent", action: "operating" }, { activity: "other_polluting_activity" }),
  "YC-R33a": fires(mall(6000), mall(4000)),
  "YC-R33b": fires({ activity: "catering", action: "existing" }, { activity: "graveyard" }),
  "YC-R34": fires(mall(25000), { asOf: "2017-12-31" }),
  "YC-R35a": fires(
    { activity: "public_building", action: "existing", attributes: { building_kind: "food_market" } },
    { attributes: { building_kind: "school" } },
  ),
  "YC-R35b": fires({ activity: "residential", action: "new" }, { action: "expanded" }),
  "YC-R36a": fires({ ...pigs, attributes: { land_absorbs: false } }, { attributes: { land_absorbs: true } }),
  "YC-R36b": fires(
    { ...pigs, action: "existing", attributes: { land_absorbs: false, over_limit: true } },
    { attributes: { land_absorbs: false, over_limit: false } },
  ),
  "YC-R37": fires(
    { ...pigs, action: "existing", features: [at("no_farming_area/ban")] },
    { features: [at("no_farming_area/aquaculture_ban")] },
  ),
  "YC-R38a": fires(
    { ...pigs, action: "existing", attributes: { over_limit: true }, features: [at("no_farming_area/limited")] },
    { attributes: { over_limit: false } },
  ),
  "YC-R38b": fires(
    { ...pigs, action: "operating", attributes: { over_limit: true }, features: [at("no_farming_area/suitable")] },
    { features: [at("no_farming_area/limited")] },
  ),
  "YC-R39a": fires(
    { activity: "cage_aquaculture", action: "operating", attributes: { aquaculture_means: ["fertilised_water"] } },
    { attributes: { aquaculture_means: ["none"] } },
  ),
  "YC-R39b": fires(
    { activity: "pond_aquaculture", action: "existing", attributes: { tail_water: "untreated_discharge" } },
    { attributes: { tail_water: "recirculated" } },
  ),
  ...byZone("YC-R40", { activity: "wharf_other", action: "rebuilt" }, { action: "existing" }),
  "YC-R41": fires({ activity: "wharf_cargo", action: "operating" }, { action: "new" }),
  "YC-R42": fires(
    {
      activity: "planting_existing",
      action: "existing",
      features: [away("river")],
      settings: { "bank_width_m.yc_r42": 150 },
    },
    { settings: { "bank_width_m.yc_r42": 50 }, features: [at("river", {}, { overlap: NOTHING, distance_m: 5000 })] },
  ),
  "YC-R43": fires(
    { activity: "gas_station", action: "existing", attributes: { tank_type: "single_wall" } },
    { attributes: { tank_type: "seepage_proof_pool" } },
  ),
  "YC-R44a": fires({ ...plating, attributes: { over_limit: true } }, { attributes: { over_limit: false } }),
  "YC-R44b": fires(
    { ...plating, attributes: { over_limit: true, over_limit_persists: true } },
    { attributes: { over_limit: true, over_limit_persists: false } },
  ),
  "YC-R45": fires({ ...plating, attributes: { violations: ["hidden_pipe"] } }, { attributes: { violations: ["none"] } }),
  "YC-R46": fires({ activity: "tailings_pond", action: "existing" }, { action: "new" }),
};

const rows = catalogue.rules.filter(({ instrument }) => instrument === PLAN);

describe("every row", () => {
  it("has a case, and every case a row", () => expect(Object.keys(CASES)).toEqual(rows.map(({ id }) => id)));
  it("YC-R01 to YC-R46, none left out", () =>
    expect([...new Set(rows.map(({ id }) => id.slice(0, 6)))]).toEqual(
      Array.from({ length: 46 }, (_, index) => `YC-R${String(index + 1).padStart(2, "0")}`),
    ));
  it.each(Object.entries(CASES))("%s fires, and is silent", (id, { fires: question, silent }) => {
    const found = ask(question).on(id);
    expect(found.map(({ outcome }) => outcome)).toEqual(["triggered"]);
    expect(found[0]).toMatchObject({ status: "in_force", effect: rows.find((row) => row.id === id)!.effect });
    expect(
      ask(silent)
        .on(id)
        .filter(({ outcome }) => outcome !== "not_triggered"),
    ).toEqual([]);
  });
  it("does not reach beyond the district", () => {
    for (const { fires: question } of Object.values(CASES))
      expect(ask({ ...question, district: "522301" }).findings.filter(({ instrument }) => instrument.id === PLAN)).toEqual([]);
  });
  it("weighs nothing worse than open once the plan's years are over", () => {
    const plan = (asOf: string) =>
      ask({
        activity: "wharf_other",
        action: "new",
        asOf,
        features: [quasi],
        of: ({ id }) => id === PLAN,
        attributes: { emits: ["none"] },
      });
    expect(plan("2020-12-31").conclusion).toBe("prohibited");
    expect(plan("2021-01-01")).toMatchObject({ conclusion: "undetermined", known: "undetermined" });
    expect(plan("2021-01-01").on("YC-R40c")[0]?.status).toBe("horizon_passed");
  });
});

describe("what the source gives no number for", () => {
  const small: Question = { ...pigs, activity: "livestock_small", features: [second] };
  const scale = (heads: number) => ({ "livestock_scale.annual_output.pig": heads });
  it("the scale of a farm: unset, a head count tells nothing and the setting is named", () =>
    expect(ask(small).on("YC-R12")).toMatchObject([
      { outcome: "cannot_tell", reasons: [{ code: "unset_setting", name: "livestock_scale.annual_output.pig" }] },
    ]));
  it("the width of the banks: unset, the duty is open, near a river or far from one", () => {
    for (const features of [[away("river")], []])
      expect(ask({ activity: "planting_existing", action: "existing", features }).on("YC-R42")).toMatchObject([
        { outcome: "cannot_tell", reasons: [{ code: "unset_setting", name: "bank_width_m.yc_r42" }] },
      ]);
  });
  it("set, the count decides, and a claim that the count denies is open", () => {
    expect(ask({ ...small, settings: scale(500) }).on("YC-R12")).toMatchObject([{ outcome: "triggered" }]);
    expect(ask({ ...small, settings: scale(5000) }).on("YC-R12")).toEqual([]);
    expect(ask({ ...pigs, features: [second], settings: scale(5000) }).on("YC-R12")).toMatchObject([{ outcome: "cannot_tell" }]);
  });
});

describe("scenarios of the sources", () => {
  it("1: a farm at scale in a second-level zone is prohibited, whether or not the scale is set", () => {
    const set: Record<string, number> = { "livestock_scale.annual_output.pig": 500 };
    for (const settings of [{}, set]) {
      const answer = ask({ ...pigs, features: [second], settings });
      expect(answer.on("YC-R12")).toMatchObject([{ outcome: "triggered", effect: "prohibit" }]);
      expect(answer.conclusion).toBe("prohibited");
    }
  });
  it("2: within the strip the farm is prohibited; 100 m outside of it, not by this rule", () => {
    const inside = ask({ ...pigs, features: [strip] });
    expect(inside.on("YC-R14")).toMatchObject([{ outcome: "triggered" }]);
    expect(inside.conclusion).toBe("prohibited");
    const outside = ask({ ...pigs, features: [away("control_area/source_strip")] });
    expect(outside.on("YC-R14")).toMatchObject([{ outcome: "near" }]);
    expect(outside.conclusion).not.toBe("prohibited");
  });
  it("3: an existing plating firm in the strip has to withdraw or move, and is not met by the ban on new ones", () => {
    const answer = ask({ ...plating, features: [strip] });
    expect(answer.on("YC-R15")).toMatchObject([{ outcome: "triggered", effect: "relocate" }]);
    expect(answer.on("YC-R13")).toEqual([]);
    expect(answer.conclusion).toBe("must_withdraw");
  });
  it("4: a new factory that discharges COD outside of every park is refused", () => {
    const answer = ask(factoryWith({}, { features: [away("industrial_park")] }));
    expect(answer.on("YC-R27a")).toMatchObject([{ outcome: "triggered", effect: "gate", relation: "outside" }]);
    expect(answer.conclusion).toBe("prohibited");
  });
  it("5: inside a park, the condition that fails or is missing is named", () => {
    expect(ask(factory).conclusion).toBe("notice");
    const failing = ask(factoryWith({ receiving_section_met: false }));
    expect(failing.on("YC-R27a")).toMatchObject([{ outcome: "not_triggered" }]);
    expect(failing.on("YC-R27b")).toMatchObject([{ outcome: "triggered" }]);
    expect(failing.conclusion).toBe("prohibited");
    const { emission_quota: _, ...rest } = factory.attributes!;
    const missing = ask({ ...factory, attributes: rest });
    expect(missing.on("YC-R27d")).toMatchObject([
      { outcome: "cannot_tell", reasons: [{ code: "missing_attribute", name: "emission_quota" }] },
    ]);
    expect(missing).toMatchObject({ conclusion: "undetermined", possible: "prohibited" });
  });
  it("6: a park whose works are late suspends what adds pollutants, and nothing else", () => {
    const late: Partial<Question> = { features: [park(LATE)], asOf: "2018-01-01" };
    const adding = ask(factoryWith({}, late));
    expect(adding.on("YC-R28a")).toMatchObject([{ outcome: "triggered", effect: "suspend" }]);
    expect(adding.conclusion).toBe("suspended");
    const clean = ask(factoryWith({ emits: ["none"], pollutants: ["none"], sewer_destination: "no_sewage" }, late));
    expect(clean.on("YC-R28a")).toEqual([]);
    expect(clean.conclusion).toBe("clear");
    const works = ask({ activity: "wwtp", action: "new", attributes: { emits: ["water"] }, ...late });
    expect(works.on("YC-R28a"), "the works that are owed").toEqual([]);
  });
  it("6: a park whose state is not recorded is open, naming the column", () =>
    expect(ask(factoryWith({}, { features: [park({ central_treatment: null })] })).on("YC-R28a")).toMatchObject([
      {
        outcome: "cannot_tell",
        reasons: [{ name: "central_treatment" }, { name: "central_treatment_deadline" }],
      },
    ]));
  it("8: a domestic outlet in a first-level zone is prohibited; an existing one is to be removed", () => {
    const planned = ask({ ...outlet("municipal"), features: [first] });
    expect(planned.on("YC-R05")).toMatchObject([{ outcome: "triggered" }]);
    expect(planned.conclusion).toBe("prohibited");
    expect(ask({ ...outlet("municipal"), action: "existing", features: [first] }).on("YC-R24a")).toMatchObject([
      { outcome: "triggered", effect: "remove" },
    ]);
  });
  it.each([
    ["first", "a", first],
    ["second", "b", second],
    ["quasi", "c", quasi],
  ] as const)("9: a new wharf in a %s zone is prohibited", (_, letter, zone) => {
    const answer = ask({ activity: "wharf_cargo", action: "new", features: [zone] });
    expect(answer.on(`YC-R40${letter}`)).toMatchObject([{ outcome: "triggered" }]);
    expect(answer.conclusion).toBe("prohibited");
  });
  it("10: a chemical tank yard in a second-level zone is prohibited", () => {
    const answer = ask({ activity: "haz_chem_store", action: "new", features: [second] });
    expect(answer.on("YC-R11")).toMatchObject([{ outcome: "triggered" }]);
    expect(answer.conclusion).toBe("prohibited");
  });
  it("11: a pumping station of the waterworks in a first-level zone is not barred", () => {
    const answer = ask({ activity: "water_supply_facility", action: "new", attributes: { emits: ["none"] }, features: [first] });
    expect(answer.on("YC-R04")).toEqual([]);
    expect(answer.conclusion).toBe("notice");
  });
  it("12: a rebuilt project that discharges: the plan is silent, the law is not, and silence allows nothing", () => {
    const rebuilt: Question = {
      activity: "residential",
      action: "rebuilt",
      attributes: { emits: ["water"], existing_village: false },
      features: [second],
    };
    const answer = ask(rebuilt);
    expect(answer.conclusion).toBe("prohibited");
    expect(answer.on("WS-05")).toMatchObject([{ outcome: "triggered" }]);
    expect(answer.on("YC-R08")).toMatchObject([{ outcome: "not_triggered", reasons: [{ code: "action_not_named" }] }]);
    const local = ask({ ...rebuilt, of: ({ jurisdiction }) => jurisdiction !== null });
    expect(local.on("YC-R08")).toMatchObject([
      { outcome: "not_triggered", reasons: [{ code: "action_not_named" }, { code: "unanswered" }] },
    ]);
    expect(local.conclusion).toBe("undetermined");
  });
  it("13: a food factory that expands in its park needs replacement", () => {
    const answer = ask(factoryWith({ industry_code: "C1372" }, { action: "expanded", features: [park({ park_kind: "food" })] }));
    expect(answer.on("YC-R29")).toMatchObject([{ outcome: "triggered", effect: "replace" }]);
    expect(answer.on("YC-R29")[0]?.rule.next_step.zh).toContain("置换");
    expect(answer.conclusion).toBe("restricted");
  });
  it("14: a road through the blue line is conditional; what harms the water there is prohibited", () => {
    const road = ask({
      activity: "road_bridge",
      action: "new",
      attributes: { emits: ["none"], new_town: false },
      features: [blueLine],
    });
    expect(road.on("YC-R03")).toMatchObject([{ outcome: "triggered" }]);
    expect(road.conclusion).toBe("conditional");
    const harm = ask({ activity: "sand_mining", action: "operating", features: [blueLine] });
    expect(harm.on("YC-R02")).toMatchObject([{ outcome: "triggered" }]);
    expect(harm.conclusion).toBe("prohibited");
  });
  it("29: a farm in a ban zone still open on 2018-01-01 has to go; below standard in a limited zone, it is put right, not closed", () => {
    const standing: Question = { ...pigs, action: "operating", asOf: "2018-01-01" };
    const banned = ask({ ...standing, features: [at("no_farming_area/ban", { clear_by: "2017-12-31" })] });
    expect(banned.on("YC-R37")).toMatchObject([{ outcome: "triggered", effect: "relocate" }]);
    expect(banned.conclusion).toBe("must_withdraw");
    const limited = ask({
      ...standing,
      attributes: { ...pigs.attributes, over_limit: true, land_absorbs: true },
      features: [at("no_farming_area/limited")],
    });
    expect(limited.on("YC-R38a")).toMatchObject([{ outcome: "triggered", effect: "duty" }]);
    expect(limited.on("YC-R37")).toMatchObject([{ outcome: "not_triggered" }]);
    expect(limited.on("YC-R38a")[0]!.rule.gist.zh).toContain("限期整改");
    expect(limited.findings.filter(({ effect, outcome }) => effect === "remove" && outcome !== "not_triggered")).toEqual([]);
    expect(limited.conclusion).toBe("notice");
  });
});
