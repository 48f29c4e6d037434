/** The rules of 桃山, 库尔勒, 七星关, 霍林郭勒 and the livestock regulation, row by row: a project that sets each off, and
 *  one that does not; and the scenarios of the sources by their numbers. */
import { describe, expect, it } from "vitest";
import type { Order } from "../../server/domain/rule.ts";
import { NOTHING } from "../support/judging.ts";
import { ask, at, catalogue, type Question } from "../support/real_judging.ts";

const KORLA = { district: "652801", asOf: "2019-06-01" };
const TAOSHAN = { district: "230903", asOf: "2018-08-01" };
const BIJIE = { district: "520502", asOf: "2018-06-01" };
const HOLINGOL = { district: "150581", asOf: "2020-06-01" };
const ANYWHERE = { district: "110101", asOf: "2020-06-01" };

const away = (theme: string, distance_m = 100) => at(theme, {}, { overlap: NOTHING, distance_m });
const inFirst = [at("protection_zone/first")];
const inSecond = [at("protection_zone/second")];
const pigs: Question = { activity: "livestock_farm", action: "new", attributes: { species: "pig", annual_output: 3000 } };
const outlet: Question = { activity: "outfall", action: "existing" };
const house: Question = { activity: "residential", action: "existing", attributes: { existing_village: false } };
const solar: Question = {
  activity: "photovoltaic",
  action: "new",
  attributes: { emits: ["none"], over_water: false, occupies_water: false },
};
const flooding: Question = { ...solar, attributes: { emits: ["none"], over_water: true, occupies_water: true } };
const chemical: Question = { activity: "chem_project", action: "new", attributes: { emits: ["water"], industry_code: "C2521" } };
const dyeing: Question = {
  activity: "polluting_project",
  action: "new",
  attributes: { industry_code: "C1713", emits: ["water"] },
};
const bakery: Question = { activity: "polluting_project", action: "new", attributes: { industry_code: "C1411", emits: ["air"] } };
const well = (water_use: string, more: object = {}): Question => ({
  activity: "groundwater_well",
  action: "new",
  attributes: { water_use, well_approved: true, ...more },
});
const unfinished = {
  park_kind: "industrial",
  central_treatment: "unfinished",
  central_treatment_deadline: "2018-12-31",
  online_monitoring: "done",
};
const vegetables: Question = {
  activity: "planting_existing",
  action: "operating",
  attributes: { crop: "vegetables", agrochemicals: ["fertiliser"] },
};
const spraying: Question = {
  activity: "planting_existing",
  action: "operating",
  attributes: { crop: "grain", agrochemicals: ["pesticide"], toxicity_class: "high_residue" },
};
const tanker: Question = {
  activity: "haz_transport",
  action: "operating",
  attributes: { transport_mode: "road", transit_permit: false },
};
const zone = (theme: string, question: Question): [Question, Question] => [
  { ...question, features: [at(theme)] },
  { ...question, features: [away(theme, 3000)] },
];

const limited: Order = {
  id: "O-1",
  kind: "regional_limit",
  jurisdiction: "230903",
  target: { layer: "control_area", code: "control_area/failing_area" },
  from: "2018-01-01",
  until: null,
  cause: { zh: "水质", en: "water" },
  number: "1",
  issuer: { zh: "市", en: "city" },
  released_by: null,
  confidence: "schematic",
};

/** For each rule: what sets it off, what does not. */
const CASES: Record<string, [fires: Question, silent: Question]> = {
  "LS-01a": [
    { ...pigs, ...ANYWHERE, features: inFirst },
    { ...pigs, ...ANYWHERE, action: "existing", features: inFirst },
  ],
  "LS-01b": [
    { ...pigs, ...ANYWHERE, features: inSecond },
    { ...solar, ...ANYWHERE, features: inSecond },
  ],
  "LS-01c": zone("control_area/scenic_area", { ...pigs, ...ANYWHERE }),
  "LS-01d": zone("control_area/nature_reserve_core", { ...pigs, ...ANYWHERE }),
  "LS-01e": zone("control_area/residential", { ...pigs, ...ANYWHERE }),
  "LS-01f": zone("no_farming_area/ban", { ...pigs, ...ANYWHERE }),
  "QTH-R03a": zone("control_area/supply_network", { ...well("industry"), ...TAOSHAN, action: "existing" }),
  "QTH-R03b": [
    { ...well("industry", { well_approved: false }), ...TAOSHAN, action: "existing" },
    { ...well("industry"), ...TAOSHAN, action: "existing" },
  ],
  "QTH-R13": zone("no_farming_area/ban", { ...pigs, ...TAOSHAN, action: "existing" }),
  "QTH-R19": [
    { ...bakery, ...TAOSHAN, attributes: { ...bakery.attributes, major_project: true } },
    {
      ...bakery,
      ...TAOSHAN,
      attributes: { ...bakery.attributes, major_project: true },
      features: [at("industrial_park", unfinished)],
    },
  ],
  "QTH-R20": [
    { ...chemical, ...TAOSHAN, settings: { "bank_width_m.qth_r20": 1000 }, features: [away("river", 800)] },
    { ...bakery, ...TAOSHAN, settings: { "bank_width_m.qth_r20": 1000 }, features: [away("river", 800)] },
  ],
  "QTH-R24a": [
    { ...house, ...TAOSHAN, features: inFirst },
    { ...house, ...TAOSHAN, action: "new", features: inFirst },
  ],
  "QTH-R24b": [
    { ...outlet, ...TAOSHAN, features: inFirst },
    { ...outlet, ...TAOSHAN, features: inSecond },
  ],
  "QTH-R24c": [
    { ...outlet, ...TAOSHAN, features: inSecond },
    { ...outlet, ...TAOSHAN, features: inFirst },
  ],
  "QTH-R26": zone("protection_zone/rural", { ...solar, ...TAOSHAN }),
  "QTH-R35a": zone("control_area/approval_suspension", { ...solar, ...TAOSHAN }),
  "QTH-R35c": [
    { ...solar, ...TAOSHAN, features: [at("control_area/failing_area")], orders: [limited] },
    { ...solar, ...TAOSHAN, features: [at("control_area/failing_area")], orders: [{ ...limited, until: "2018-03-01" }] },
  ],
  "QTH-R35b": zone("control_area/failing_area", { ...solar, ...TAOSHAN }),
  "QTH-R36": [
    { ...chemical, ...TAOSHAN },
    { ...chemical, ...TAOSHAN, features: [at("industrial_park", unfinished)] },
  ],
  "KRL-R04": [
    { ...dyeing, ...KORLA, features: [at("industrial_park", unfinished)] },
    { ...dyeing, ...KORLA, features: [at("industrial_park", { ...unfinished, central_treatment: "done" })] },
  ],
  "KRL-R14a": zone("protection_zone/first", { ...solar, ...KORLA }),
  "KRL-R14b": zone("protection_zone/second", { ...solar, ...KORLA }),
  "KRL-R14c": zone("control_area/water_conservation", { ...solar, ...KORLA }),
  "KRL-R18": [
    { ...dyeing, ...KORLA, settings: { "bank_width_m.krl_r18": 500 }, features: [away("river", 400)] },
    { ...bakery, ...KORLA, settings: { "bank_width_m.krl_r18": 500 }, features: [away("river", 400)] },
  ],
  "KRL-R20a": [
    { ...flooding, ...KORLA, features: [at("control_area/blue_line")] },
    { ...solar, ...KORLA, features: [at("control_area/blue_line")] },
  ],
  "KRL-R20b": [
    { ...flooding, ...KORLA, features: [at("control_area/planning_area")] },
    { ...solar, ...KORLA, features: [at("control_area/planning_area")] },
  ],
  "KRL-R21": [
    { ...flooding, ...KORLA, action: "existing", features: [at("control_area/blue_line")] },
    { ...flooding, ...KORLA, features: [at("control_area/blue_line")] },
  ],
  "KRL-R22": zone("control_area/river_management", { ...solar, ...KORLA }),
  "KRL-R23": [
    { ...flooding, ...KORLA, action: "existing", features: [at("control_area/river_management")] },
    { ...solar, ...KORLA, action: "existing", features: [at("control_area/river_management")] },
  ],
  "KRL-R33": zone("control_area/groundwater_over_extraction", { ...well("industry"), ...KORLA }),
  "KRL-R39a": [
    { ...house, ...KORLA, features: inFirst },
    { ...house, ...KORLA, features: inSecond },
  ],
  "KRL-R39b": [
    { ...outlet, ...KORLA, features: inFirst },
    { ...outlet, ...KORLA, features: inSecond },
  ],
  "KRL-R39c": [
    { ...outlet, ...KORLA, features: inSecond },
    { ...outlet, ...KORLA, features: inFirst },
  ],
  "KRL-R46": [
    { ...vegetables, ...KORLA, settings: { "bank_width_m.krl_r46": 50 }, features: [away("river", 40)] },
    { ...vegetables, ...KORLA, settings: { "bank_width_m.krl_r46": 50 }, features: [away("river", 3000)] },
  ],
  "BJ-R01": [
    { ...house, ...BIJIE, features: inFirst },
    { ...house, ...BIJIE, features: inSecond },
  ],
  "BJ-R02a": [
    { activity: "catering", action: "existing", ...BIJIE, features: inFirst },
    { activity: "catering", action: "new", ...BIJIE, features: inFirst },
  ],
  "BJ-R02b": [
    { activity: "catering", action: "existing", ...BIJIE, features: inSecond },
    { ...house, ...BIJIE, features: inSecond },
  ],
  "BJ-R03a": zone("protection_zone/first", { activity: "cage_aquaculture", action: "operating", ...BIJIE }),
  "BJ-R03b": zone("protection_zone/second", { activity: "cage_aquaculture", action: "operating", ...BIJIE }),
  "BJ-R04": [
    { ...vegetables, ...BIJIE, features: [at("control_area/reservoir_belt")] },
    { ...spraying, ...BIJIE, features: [at("control_area/reservoir_belt")] },
  ],
  "BJ-R05": [
    { ...spraying, ...BIJIE, features: [at("control_area/reservoir_belt")] },
    { ...vegetables, ...BIJIE, features: [at("control_area/reservoir_belt")] },
  ],
  "BJ-R06": zone("control_area/reservoir_area", { ...tanker, ...BIJIE }),
  "BJ-R07": zone("protection_zone/first", { ...solar, ...BIJIE }),
  "BJ-R08": zone("control_area/reservoir_belt", { ...solar, ...BIJIE }),
  "BJ-R09": zone("no_farming_area/ban", { ...pigs, ...BIJIE }),
  "BJ-R10": [
    { ...pigs, ...BIJIE, action: "existing" },
    { ...pigs, ...BIJIE },
  ],
  "BJ-R11": [
    { ...dyeing, ...BIJIE },
    { ...solar, ...BIJIE },
  ],
  "HLGL-R03a": zone("protection_zone/rural", { ...solar, ...HOLINGOL }),
  "HLGL-R03b": zone("protection_zone/second", { ...solar, ...HOLINGOL }),
  "HLGL-R04": [
    { ...solar, ...HOLINGOL, features: [at("industrial_park", unfinished)] },
    { ...solar, ...HOLINGOL, action: "existing", features: [at("industrial_park", unfinished)] },
  ],
  "HLGL-R07": zone("control_area/groundwater_over_extraction", { ...well("industry"), ...HOLINGOL }),
  "HLGL-R08": [
    { ...well("landscaping"), ...HOLINGOL },
    { ...well("domestic"), ...HOLINGOL },
  ],
  "HLGL-R15": zone("control_area/eco_red_line", { ...solar, ...HOLINGOL }),
};

describe("every row", () => {
  it("has a case that fires and one that does not", () => {
    const rows = catalogue.rules.filter(({ id }) => !/^(WS|YC)-/.test(id)).map(({ id }) => id);
    expect(Object.keys(CASES).toSorted()).toEqual(rows.toSorted());
  });

  it.each(Object.entries(CASES))("%s", (id, [fires, silent]) => {
    expect(
      ask(fires)
        .on(id)
        .map(({ outcome }) => outcome),
    ).toContain("triggered");
    expect(
      ask(silent)
        .on(id)
        .map(({ outcome }) => outcome),
    ).not.toContain("triggered");
  });

  it.each(Object.entries(CASES).filter(([id]) => !id.startsWith("LS")))("%s speaks of its own district only", (id, [fires]) =>
    expect(ask({ ...fires, district: "110101" }).on(id)).toEqual([]),
  );
});

describe("scenarios of the sources", () => {
  it("7: 塔什店 without central treatment after 2018 suspends what adds water pollutants; done, it is released", () => {
    const late = { ...dyeing, ...KORLA, features: [at("industrial_park", unfinished)] };
    expect(ask(late)).toMatchObject({ conclusion: "suspended" });
    expect(
      ask({ ...late, asOf: "2018-12-31" })
        .on("KRL-R04")
        .map(({ outcome }) => outcome),
    ).not.toContain("triggered");
    const done = { ...unfinished, central_treatment: "done", central_treatment_completed: "2019-05-01" };
    expect(ask({ ...late, features: [at("industrial_park", done)] }).conclusion).not.toBe("suspended");
    expect(ask({ ...late, ...solar, ...KORLA }).on("KRL-R04")).toEqual([]);
  });

  it("15: a new house on the water of the blue line is prohibited; an existing one is to withdraw", () => {
    const onWater = {
      ...house,
      ...KORLA,
      attributes: { existing_village: false, occupies_water: true },
      features: [at("control_area/blue_line")],
    };
    expect(ask({ ...onWater, action: "new" })).toMatchObject({ conclusion: "prohibited" });
    expect(ask({ ...onWater, action: "new" }).on("KRL-R20a")[0]!.outcome).toBe("triggered");
    expect(ask(onWater)).toMatchObject({ conclusion: "must_withdraw" });
    expect(ask(onWater).on("KRL-R21")[0]!.outcome).toBe("triggered");
  });

  it.each([
    ["652801", "2019-06-01", "KRL-R33"],
    ["150581", "2020-06-01", "HLGL-R07"],
  ])("16: a new factory well in the over-extraction area of %s is prohibited", (district, asOf, id) => {
    const answer = ask({ ...well("industry"), district, asOf, features: [at("control_area/groundwater_over_extraction")] });
    expect(answer.conclusion).toBe("prohibited");
    expect(answer.on(id)[0]!.outcome).toBe("triggered");
  });

  it("17: groundwater for landscaping is prohibited in 霍林郭勒 outside of any over-extraction area", () =>
    expect(ask({ ...well("landscaping"), ...HOLINGOL })).toMatchObject({ conclusion: "prohibited" }));

  it("18: an unapproved private well inside the public supply area of 桃山 is listed for closure", () => {
    const answer = ask({
      ...well("domestic", { well_approved: false }),
      ...TAOSHAN,
      action: "existing",
      features: [at("control_area/supply_network")],
    });
    expect(answer.conclusion).toBe("must_withdraw");
    expect([answer.on("QTH-R03a")[0]!.outcome, answer.on("QTH-R03b")[0]!.outcome]).toEqual(["triggered", "triggered"]);
  });

  it("19: a new hazardous-chemical firm outside the cluster is refused; inside, not by this rule", () => {
    expect(ask({ ...chemical, ...TAOSHAN })).toMatchObject({ conclusion: "prohibited" });
    expect(ask({ ...chemical, ...TAOSHAN, features: [at("industrial_park", unfinished)] }).on("QTH-R36")[0]!.outcome).toBe(
      "not_triggered",
    );
  });

  describe("20: a coal-chemical plant beside 倭肯河", () => {
    const plant = {
      ...chemical,
      ...TAOSHAN,
      features: [at("industrial_park", { ...unfinished, central_treatment: "done" }), away("river", 120)],
    };
    it("is controlled, with no invented distance, while the width is unset", () => {
      const [found] = ask(plant).on("QTH-R20");
      expect(found).toMatchObject({ outcome: "cannot_tell", effect: "restrict" });
      expect(found!.reasons.map(({ code, name }) => [code, name])).toEqual([["unset_setting", "bank_width_m.qth_r20"]]);
      expect(ask(plant)).toMatchObject({ conclusion: "restricted", complete: false });
    });
    it("is controlled for certain once an operator has set the width, and no farther", () => {
      const settings = { "bank_width_m.qth_r20": 1000 };
      expect(ask({ ...plant, settings }).on("QTH-R20")[0]!.outcome).toBe("triggered");
      const beyond = { ...plant, settings, features: [plant.features[0]!, away("river", 1200)] };
      expect(ask(beyond).on("QTH-R20")[0]!.outcome).toBe("near");
    });
  });

  it("23: an order of suspension stops every project; without one, supervision only", () => {
    const failing = at("control_area/failing_area", { target_class: "IV" });
    const order = at("control_area/approval_suspension", { order_no: "1", order_reason: "水质", order_date: "2018-06-01" });
    const under = ask({ ...solar, ...TAOSHAN, features: [failing, order] });
    expect(under).toMatchObject({ conclusion: "suspended" });
    expect(under.on("QTH-R35a")[0]!.feature!.columns).toMatchObject({ order_reason: "水质", order_date: "2018-06-01" });
    const without = ask({ ...solar, ...TAOSHAN, features: [failing] });
    expect(without).toMatchObject({ conclusion: "notice" });
    expect(without.on("QTH-R35a").map(({ outcome }) => outcome)).toEqual(["not_triggered"]);
    const recorded = ask({ ...solar, ...TAOSHAN, features: [failing], orders: [limited] });
    expect(recorded).toMatchObject({ conclusion: "suspended" });
    expect(recorded.on("QTH-R35c")[0]!.orders).toMatchObject([{ id: "O-1", cause: { zh: "水质" }, from: "2018-01-01" }]);
  });

  it("24: vegetables within 300 m of 倒天河水库 are controlled and not banned; high-residue pesticide is banned; the draft never ranks", () => {
    const belt = [at("control_area/reservoir_belt")];
    const controlled = ask({ ...vegetables, ...BIJIE, features: belt });
    expect(controlled.on("BJ-R04")[0]).toMatchObject({ outcome: "triggered", effect: "restrict", status: "draft" });
    expect(controlled.on("BJ-R05").filter(({ outcome }) => outcome === "triggered")).toEqual([]);
    expect(ask({ ...spraying, ...BIJIE, features: belt }).on("BJ-R05")[0]).toMatchObject({
      outcome: "triggered",
      effect: "prohibit",
    });
    for (const question of [vegetables, spraying]) {
      const answer = ask({ ...question, ...BIJIE, features: [away("control_area/reservoir_belt", 10)] });
      expect([...answer.on("BJ-R04"), ...answer.on("BJ-R05")].map(({ outcome }) => outcome)).not.toContain("triggered");
    }
    expect(controlled.conclusion).toBe("notice");
  });

  it("25: a 农家乐 in the second-level zone of 利民水库 must close; a dwelling in the first is on the acquisition list", () => {
    const inn = ask({ activity: "catering", action: "existing", ...BIJIE, features: inSecond });
    expect(inn.on("BJ-R02b")[0]).toMatchObject({ outcome: "triggered", effect: "remove" });
    expect(ask({ ...house, ...BIJIE, features: inFirst }).on("BJ-R01")[0]).toMatchObject({
      outcome: "triggered",
      effect: "relocate",
    });
  });

  it("26: a tanker route across the reservoir area is prohibited", () =>
    expect(ask({ ...tanker, ...BIJIE, features: [at("control_area/reservoir_area")] }).on("BJ-R06")[0]).toMatchObject({
      outcome: "triggered",
      effect: "prohibit",
    }));
});
