/** The national rules, row by row: a project that sets each off, and one that does not; on the first day of a row, or on
 *  its last where another law followed. And that no row of the domain file's section 1 is left out. */
import { describe, expect, it } from "vitest";
import type { Instrument, Order, Rule } from "../../server/domain/rule.ts";
import {
  bakery,
  but,
  CASES,
  depot,
  fields,
  FIRST,
  heap,
  listed,
  of,
  ordered,
  outlet,
  pigs,
  QUASI,
  RED,
  road,
  SECOND,
  solar,
  store,
  works,
} from "../support/national_cases.ts";
import { NOTHING } from "../support/judging.ts";
import { ask, at, catalogue, type Question } from "../support/real_judging.ts";

/** Section 1 of rules-and-standards, 1.3 to 1.8; what a row here adds to the id (a level, an effect) follows it. */
const IDS = `WS-01 WS-02 WS-03 WS-04 WS-05 WS-06 WS-07 WS-08 WS-09 WS-10 WS-11 WS-12 WS-13 WS-14 WS-15 WS-P1 WS-P2 WS-P3 WS-P4
  AD-11a AD-11b AD-11c AD-11d AD-12-1 AD-12-2 AD-12-3 AD-18 AD-19-1 AD-19-2 AD-19-3
  LS-01 LS-02 LS-03 LS-04 LS-05 LS-06 LS-07 LS-08 LS-09 LS-10 LS-11 LS-12
  RV-01 RV-02 RV-03 RV-04 RV-05 RV-06 RV-07 RV-08 RV-09 RV-10 RV-11 RV-12 YZ-01 YZ-02 YZ-03 YR-01 BL-01 BL-02 KS-01 KS-02
  ER-01 ER-02 ER-03 ER-04 ER-05 ER-06 ER-07 EZ-01 NP-01 PK-01 PK-02 PK-03 PK-04 PK-05 PK-06
  TS-01 TS-01a TS-01b TS-01c TS-02 TS-03 TS-04 TS-05 HC-19`.split(/\s+/);
/** Not of section 1: what reads the orders that offices record (区域限批、暂停审批). */
const ORDERS = "ORD-1";

const national = new Map<string, Instrument>(
  catalogue.instruments.filter(({ jurisdiction }) => jurisdiction === null).map((each) => [each.id, each]),
);
const rows = catalogue.rules.filter(({ instrument }) => national.has(instrument));
const dayBefore = (day: string) => new Date(Date.parse(`${day}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10);
/** Nowhere: no district's plan takes part. */
const ELSEWHERE = "110101";
const found = (row: Rule, question: Question, asOf: string) =>
  ask({ ...question, district: ELSEWHERE, asOf })
    .on(row.id)
    .filter((each) => each.rule.instrument === row.instrument);

describe("every row", () => {
  it("has a case that fires and one that does not, and every case a row", () =>
    expect(Object.keys(CASES).toSorted()).toEqual([...new Set(rows.map(({ id }) => id))].toSorted()));

  it("of section 1 is there: the longest id that begins a row's own is the one it carries out", () => {
    const all = [...IDS, ORDERS];
    const carried = (id: string) => all.filter((base) => id.startsWith(base)).toSorted((a, b) => b.length - a.length)[0];
    for (const { id } of rows) expect(carried(id), id).toBeDefined();
    expect([...new Set(rows.map(({ id }) => carried(id)!))].toSorted()).toEqual(all.toSorted());
  });

  it.each(rows.map((row) => [row.id, row.instrument, row] as const))(
    "%s of %s fires, is silent, and keeps its days",
    (id, _, row) => {
      const [fires, silent] = CASES[id]!;
      const asOf = row.valid_to === null ? row.valid_from : dayBefore(row.valid_to);
      const hits = found(row, fires, asOf);
      expect(hits.map(({ outcome }) => outcome)).toEqual(["triggered"]);
      expect(hits[0]!.effect).toBe(row.effect);
      expect(
        found(row, silent, asOf)
          .map(({ outcome }) => outcome)
          .filter((outcome) => outcome !== "not_triggered" && outcome !== "near"),
      ).toEqual([]);
      expect(found(row, fires, dayBefore(row.valid_from)), "before its first day").toEqual([]);
      if (row.valid_to !== null) expect(found(row, fires, row.valid_to), "after its last day").toEqual([]);
    },
  );

  it("says who decides and what to do, in both languages, and quotes nothing", () => {
    for (const row of rows) {
      for (const text of [row.gist, row.next_step, row.office]) {
        expect(text.zh, row.id).toMatch(/[\u4e00-\u9fff]/);
        expect(text.en, row.id).toMatch(/^[A-Za-z0-9]/);
        expect(text.en, row.id).not.toMatch(/[\u4e00-\u9fff]/);
      }
      expect(row.quote).toBeNull();
    }
  });
});

describe("both sides of 2026-08-15", () => {
  const OLD = "2026-08-14";
  const NEW = "2026-08-15";
  /** Article of the old law and of the Code, by the map of section 1.1. */
  const MAP: Record<string, [old: string, now: string]> = {
    "WS-10a": ["73", "327"],
    "WS-11a": ["63", "317"],
    "WS-12a": ["69", "323"],
    "WS-14": ["47", "299"],
    "WS-P1a": ["84", "1109"],
    "WS-P2a": ["91", "1145"],
    "WS-P3": ["91", "1145"],
    "RV-10a": ["38", "164"],
    "RV-11a": ["19", "275"],
    "RV-12a": ["75", "329"],
    "KS-01": ["42", "286"],
    "KS-02": ["40", "287"],
    "PK-01": ["45", "298"],
  };
  it.each(Object.entries(MAP))("%s is cited by the law of the day", (id, [old, now]) => {
    for (const [asOf, article] of [
      [OLD, old],
      [NEW, now],
    ] as const)
      expect(
        ask({ ...CASES[id]![0], district: ELSEWHERE, asOf })
          .on(id)
          .map(({ rule }) => rule.article.article),
      ).toEqual([article]);
  });
  it("what only the Code says is not said before it", () => {
    const only = rows.filter(({ id, instrument, valid_from }) => {
      if (instrument !== "ecological_environment_code_2026") return false;
      expect(valid_from).toBe(NEW);
      return rows.every((other) => other.id !== id || other.instrument === instrument);
    });
    expect(only.map(({ id }) => id).toSorted()).toEqual("ER-01 ER-06a ER-06b ER-07 EZ-01 LS-12 RV-11b WS-13 WS-15".split(" "));
  });
});

describe("the traps of section 1.3", () => {
  const statutes = ({ id }: Instrument) => id === "ecological_environment_code_2026";
  const on = (theme: string, question: Question) =>
    ask({ ...question, district: ELSEWHERE, asOf: "2026-11-22", of: statutes, features: [at(theme)] });
  it("(a) a quasi zone bans new and enlarged works that pollute seriously; rebuilt, they may not add", () => {
    expect(on(QUASI, works).conclusion).toBe("prohibited");
    expect(on(QUASI, { ...works, action: "expanded" }).conclusion).toBe("prohibited");
    expect(on(QUASI, { ...works, action: "rebuilt" })).toMatchObject({ conclusion: "restricted", known: "restricted" });
    expect(on(QUASI, bakery).on("WS-08")).toEqual([]);
    expect(on(QUASI, bakery).known).toBe("notice");
  });
  it("(b) a first-level zone asks the purpose, a second-level zone what is let out, to air and as waste too", () => {
    expect(on(FIRST, solar).conclusion).toBe("prohibited");
    expect(on(FIRST, but(solar, { purpose: "supply" })).conclusion).toBe("notice");
    expect(on(SECOND, solar).conclusion).toBe("notice");
    for (const emits of ["water", "air", "solid"])
      expect(on(SECOND, but(solar, { emits: [emits] })).conclusion).toBe("prohibited");
  });
  it("(c) a sewer that leads away changes nothing", () =>
    expect(on(SECOND, but(bakery, { sewer_destination: "outside_zone", emits: ["none"] })).conclusion).toBe("prohibited"));
});

describe("what is not certain", () => {
  it("an instrument whose standing is unverified never weighs more than an open question", () => {
    const unverified = ({ id }: Instrument) => national.get(id)?.status === "unverified";
    expect([...national.values()].filter(unverified).map(({ id }) => id)).toContain("zone_provisions_2010");
    for (const question of [depot, outlet, heap, fields, pigs]) {
      const answer = ask({ ...question, district: ELSEWHERE, asOf: "2026-11-22", of: unverified, features: [at(FIRST)] });
      expect(["undetermined", "restricted", "conditional", "notice"]).toContain(answer.conclusion);
    }
  });
  it("the distance of major hazards has no number of its own: unset, it is named", () =>
    expect(ask({ ...store, district: ELSEWHERE, asOf: "2026-11-22" }).on("HC-19a")).toMatchObject([
      { outcome: "cannot_tell", reasons: [{ code: "unset_setting", name: "major_hazard.distance_m" }] },
    ]));
  it("a site in the red line that does not say its ground is open; every one of the ten grounds has a project", () => {
    const red = (question: Question) =>
      ask({ ...question, district: ELSEWHERE, asOf: "2026-11-22", features: [at(RED)] })
        .on("ER-02")
        .map(({ outcome }) => outcome);
    expect(red(solar)).toEqual(["cannot_tell"]);
    const claims: [item: string, question: Question][] = [
      ["patrol_research", solar],
      ["residents_existing", of("livestock_small", "rebuilt")],
      ["heritage_survey", solar],
      ["plantation_tending", of("forest_felling", "new")],
      ["visiting_education", of("tourism", "new")],
      ["linear_flood_supply", but(road, { unavoidable: true, in_spatial_plan: true })],
      ["geology_mining", of("mining", "new")],
      ["restoration", of("protection_works", "new")],
      ["border_works", solar],
      ["other_lawful", solar],
    ];
    for (const [item, question] of claims) expect(red(listed(item, question)), item).not.toContain("triggered");
    expect(red(listed("linear_flood_supply", but(road, { unavoidable: false, in_spatial_plan: true })))).toEqual(["triggered"]);
    expect(red(listed("linear_flood_supply", road))).toEqual(["cannot_tell"]);
    expect(red(listed("residents_existing", works)), "a paper mill is no dwelling").toEqual(["triggered"]);
  });
  it("a failing water function zone restricts an outfall also while nobody says whether it is a public-welfare work", () => {
    const answer = ask({ ...but(outlet, { receiving_section_met: false }), district: ELSEWHERE, asOf: "2026-11-22" });
    expect(answer).toMatchObject({ conclusion: "restricted", complete: false });
    expect(answer.on("RV-11b")).toMatchObject([
      { outcome: "cannot_tell", reasons: [{ code: "missing_attribute", name: "public_welfare_works" }] },
    ]);
    expect(
      ask({ ...but(outlet, { receiving_section_met: true }), district: ELSEWHERE, asOf: "2026-11-22" }).on("RV-11b"),
    ).toEqual([]);
  });
  it.each(["groundwater_well", "polluting_project", "mining"])("%s in a river's range needs the river authority", (activity) =>
    expect(
      ask({ ...of(activity, "new"), district: ELSEWHERE, asOf: "2026-11-22", features: [at("control_area/river_management")] })
        .on("RV-03c")
        .map(({ outcome, effect }) => `${outcome} ${effect}`),
    ).toEqual(["triggered approval"]),
  );
  it("a rule without a map is told of its own class only", () => {
    const everywhere = rows.filter(({ where }) => where.theme === null).map(({ id }) => id);
    expect(everywhere.length).toBeGreaterThan(10);
    const answer = ask({ ...solar, district: ELSEWHERE, asOf: "2026-11-22" });
    expect(answer.findings.filter(({ outcome }) => outcome !== "not_triggered").map(({ rule }) => rule.id)).toEqual([]);
    expect(answer.conclusion).toBe("clear");
  });
});

describe("recorded orders", () => {
  const TODAY = { district: ELSEWHERE, asOf: "2026-11-22" };
  const kept = (features: ReturnType<typeof at>[], orders: Order[], more: Partial<Question> = {}) =>
    ask({ ...solar, ...TODAY, features, orders, ...more });
  const ids = (answer: ReturnType<typeof ask>) =>
    answer.findings
      .filter(({ outcome, rule }) => outcome === "triggered" && rule.id.startsWith("ORD-"))
      .map(({ rule }) => rule.id);

  it("on a park are never clear, and are told with number, cause and dates", () => {
    const park = at("industrial_park");
    expect(kept([park], []).conclusion).toBe("clear");
    for (const kind of ["regional_limit", "approval_suspension"] as const) {
      const answer = kept([park], [ordered("industrial_park", park.code, { kind })]);
      expect(answer).toMatchObject({ conclusion: "undetermined", known: "undetermined" });
      expect(answer.on("ORD-1a")).toMatchObject([
        { effect: "suspend", status: "unverified", orders: [{ id: "O-1", kind, number: "1", from: "2016-01-01" }] },
      ]);
    }
  });
  it("stop what is built and not what stands; lifted, they stop nothing", () => {
    const park = at("industrial_park");
    const order = ordered("industrial_park", park.code);
    for (const action of ["new", "rebuilt", "expanded"] as const)
      expect(ids(kept([park], [order], { action }))).toEqual(["ORD-1a"]);
    expect(ids(kept([park], [order], { action: "existing" }))).toEqual([]);
    expect(kept([park], [{ ...order, until: "2026-11-22" }]).conclusion).toBe("clear");
  });
  it("on a whole district, or on its province, hold in all of it, and not beside it", () => {
    for (const code of [ELSEWHERE, "110000"])
      expect(kept([], [ordered("jurisdiction", code)])).toMatchObject({ conclusion: "undetermined" });
    // The next district lies 200 m away: neither is under the order of the other.
    const beside = at("jurisdiction", {}, { overlap: NOTHING, code: "110102" });
    expect(kept([beside], [ordered("jurisdiction", ELSEWHERE)]).on("ORD-1e")).toMatchObject([
      { outcome: "triggered", feature: { code: ELSEWHERE } },
    ]);
    expect(kept([beside], [ordered("jurisdiction", "110102")]).on("ORD-1e")).toMatchObject([
      { outcome: "near", feature: { code: "110102" } },
    ]);
  });
  it("on an area of another district hold there", () => {
    const area = at("control_area/failing_area");
    expect(kept([area], []).conclusion).toBe("notice");
    expect(kept([area], [ordered("control_area", area.code)])).toMatchObject({ conclusion: "undetermined" });
  });
  it("beside a plan that reads them too are told by both, and suspend by the plan", () => {
    const area = at("control_area/failing_area");
    const answer = kept([area], [ordered("control_area", area.code)], { district: "230903", asOf: "2018-06-01" });
    expect(answer.conclusion).toBe("suspended");
    expect([...answer.on("QTH-R35c"), ...answer.on("ORD-1b")].map(({ outcome, orders }) => [outcome, orders.length])).toEqual([
      ["triggered", 1],
      ["triggered", 1],
    ]);
  });
  it("cost no answer where none stands, whatever is asked", () => {
    for (const asked of [undefined, ["jurisdiction"], ["jurisdiction", "industrial_park"]])
      expect(ask({ ...solar, ...TODAY, ...(asked && { asked }) })).toMatchObject({ conclusion: "clear", complete: true });
  });
});
