/** The rules of 桃山, 库尔勒, 七星关, 霍林郭勒 and the livestock regulation, row by row: a project that sets each off, and
 *  one that does not; that none of the 183 is missing; and the scenarios of the sources by their numbers. */
import { describe, expect, it } from "vitest";
import type { Order } from "../../server/domain/rule.ts";
import { ask, at, catalogue } from "../support/real_judging.ts";
import { HOLINGOL_CASES } from "./cases_holingol.ts";
import { KORLA_CASES } from "./cases_korla.ts";
import { QIXINGGUAN_CASES } from "./cases_qixingguan.ts";
import { TAOSHAN_CASES } from "./cases_taoshan.ts";
import {
  away,
  BIJIE,
  type Cases,
  chemical,
  dyeing,
  having,
  HOLINGOL,
  house,
  inFirst,
  inSecond,
  KORLA,
  pigs,
  solar,
  spraying,
  TAOSHAN,
  tanker,
  unfinished,
  vegetables,
  well,
  zone,
} from "./plan_questions.ts";

const ANYWHERE = { district: "110101", asOf: "2020-06-01" };

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
const CASES: Cases = {
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
  ...TAOSHAN_CASES,
  ...KORLA_CASES,
  ...QIXINGGUAN_CASES,
  ...HOLINGOL_CASES,
  "QTH-R35c": [
    { ...solar, ...TAOSHAN, features: [at("control_area/failing_area")], orders: [limited] },
    { ...solar, ...TAOSHAN, features: [at("control_area/failing_area")], orders: [{ ...limited, until: "2018-03-01" }] },
  ],
};

/** Rules of each plan, by the ids of the reading. */
const COUNTS = { YC: 46, QTH: 38, KRL: 53, BJ: 19, HLGL: 27 };

describe("the five plans", () => {
  it.each(Object.entries(COUNTS))("%s-R01 to R%d are all there", (plan, count) => {
    const ids = catalogue.rules.filter(({ id }) => id.startsWith(`${plan}-`)).map(({ id }) => id.replace(/[a-z]$/, ""));
    expect([...new Set(ids)].toSorted()).toEqual(
      Array.from({ length: count }, (_, index) => `${plan}-R${String(index + 1).padStart(2, "0")}`),
    );
  });
  it("make 183 rules, and a rule is a row of its own or lettered rows, not both", () => {
    expect(Object.values(COUNTS).reduce((sum, count) => sum + count)).toBe(183);
    const ids = catalogue.rules.map(({ id }) => id);
    expect(ids.filter((id) => /R\d\d[a-z]$/.test(id) && ids.includes(id.slice(0, -1)))).toEqual([]);
  });
  it("speak as of memory or of our choice, never of more", () => {
    const confidences = catalogue.rules.filter(({ id }) => /^(YC|QTH|KRL|BJ|HLGL)-/.test(id)).map(({ confidence }) => confidence);
    expect([...new Set(confidences)].toSorted()).toEqual(["local_choice", "memory"]);
  });
  it("a theme that two plans know is missed in both districts, and in no other", () => {
    const missed = (place: object) =>
      ask({ ...solar, ...place, asked: ["jurisdiction"] })
        .themes.filter(({ status }) => status === "not_asked")
        .map(({ spec }) => spec.theme);
    for (const theme of ["control_area/failing_area", "control_area/approval_suspension"])
      expect([TAOSHAN, KORLA, BIJIE].map((place) => missed(place).includes(theme))).toEqual([true, true, false]);
  });
  it("the draft of 七星关 never ranks", () => {
    for (const [id, [fires]] of Object.entries(QIXINGGUAN_CASES)) {
      const answer = ask({ ...fires, of: (instrument) => instrument.id === "qixingguan_draft_2017" });
      expect(answer.on(id).map(({ outcome, status }) => `${outcome} ${status}`)).toEqual(["triggered draft"]);
      expect(["clear", "notice"], id).toContain(answer.conclusion);
    }
  });
  it.each([
    ["QTH-R36", "prohibited", "taoshan_plan_2017"],
    ["KRL-R37", "suspended", "korla_plan_2018"],
    ["HLGL-R07", "prohibited", "holingol_plan_2020"],
  ] as const)("%s weighs nothing worse than open once the plan's years are over", (id, conclusion, plan) => {
    const on = (asOf: string) => ask({ ...CASES[id]![0], asOf, of: (instrument) => instrument.id === plan });
    expect(on("2020-12-31")).toMatchObject({ conclusion });
    expect(on("2021-01-01")).toMatchObject({ conclusion: "undetermined", known: "undetermined" });
    expect(on("2021-01-01").on(id)).toMatchObject([{ outcome: "triggered", status: "horizon_passed" }]);
  });
});

describe("every row", () => {
  it("has a case that fires and one that does not", () => {
    const rows = catalogue.rules.filter(({ id }) => /^(QTH|KRL|BJ|HLGL)-|^LS-01/.test(id)).map(({ id }) => id);
    expect(Object.keys(CASES).toSorted()).toEqual(rows.toSorted());
  });

  it.each(Object.entries(CASES))("%s", (id, [fires, silent]) => {
    const row = catalogue.rules.find((each) => each.id === id)!;
    const found = ask(fires).on(id);
    expect(found.map(({ outcome, effect }) => `${outcome} ${effect}`)).toEqual([`triggered ${row.effect}`]);
    expect(
      ask(silent)
        .on(id)
        .filter(({ outcome }) => !["not_triggered", "near"].includes(outcome)),
    ).toEqual([]);
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
      ...having(chemical, { abstraction: "none", violations: ["none"], major_project: false }),
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

/** What they need is not built yet: evaluation of sections, reach assignment, patrols, cards. */
describe("scenarios that wait", () => {
  it.todo("5: a failing receiving section decides by its samples, not by what the applicant says");
  it.todo("21: 宝日呼吉尔 reading Ⅳ at the end of 2020 misses its target, and the record names both basins");
  it.todo("22: 矮墩桥 reading Ⅳ in 2017 breaks nothing yet; in 2018 it does");
  it.todo("27: reaches of 临江河 that overlap or leave a gap are refused; a point has exactly one chief");
  it.todo("28: a patrol's finding goes from found to handed over to dealt with to fed back, in no other order");
  it.todo("30: a firm over its limit gets a yellow card, and a red one if it goes on; both on the dated public list");
});
