/** The traps of the law on zones (rules-and-standards, 1.3): the first level asks for the purpose, the second for what is
 *  emitted, the quasi zone bans new and enlarged works only; and stricter wins with every source shown. */
import { describe, expect, it } from "vitest";
import type { Action } from "../../server/api/checks.ts";
import { ask, at, type Question } from "../support/real_judging.ts";

const STATUTES: Partial<Question> = { district: "110101", asOf: "2026-11-22", of: ({ rank }) => rank !== "work_plan" };
const road = (more: object): Question => ({ activity: "road_bridge", action: "new", ...STATUTES, ...more });
const works = (level: string, action: Action, attributes: Question["attributes"] = {}): Question => ({
  activity: "polluting_project",
  action,
  attributes: { emits: ["water"], industry_code: "C2631", ...attributes },
  features: [at(`protection_zone/${level}`)],
  ...STATUTES,
});
const outcomes = (question: Question, id: string) =>
  ask(question)
    .on(id)
    .map(({ outcome }) => outcome);

describe("the first level asks for the purpose", () => {
  const inFirst = { features: [at("protection_zone/first")] };
  it("what emits nothing is prohibited all the same; what serves supply or the source is not", () => {
    const solar = (purpose: string): Question => ({
      activity: "photovoltaic",
      action: "new",
      attributes: { emits: ["none"], over_water: false, occupies_water: false, purpose },
      ...STATUTES,
      ...inFirst,
    });
    expect(outcomes(solar("other"), "WS-02")).toEqual(["triggered"]);
    expect(outcomes(solar("flood_control"), "WS-02")).toEqual(["triggered"]);
    expect(outcomes(solar("supply"), "WS-02")).toEqual([]);
    expect(outcomes(solar("source_protection"), "WS-02")).toEqual([]);
  });
  it("a purpose that is not given exempts nobody, and is said to be assumed", () => {
    const [found] = ask(road(inFirst)).on("WS-02");
    expect(found).toMatchObject({ outcome: "triggered", reasons: [{ code: "assumed_attribute", name: "purpose" }] });
  });
});

describe("the second level asks for what is emitted, to water or not", () => {
  it.each([[["water"]], [["air"]], [["solid"]], [["air", "solid"]]])("%j is prohibited", (emits) => {
    for (const action of ["new", "rebuilt", "expanded"] as const)
      expect(outcomes(works("second", action, { emits }), "WS-05"), action).toEqual(["triggered"]);
    expect(outcomes(works("second", "existing", { emits }), "WS-06")).toEqual(["triggered"]);
  });
  it("sewage piped out of the zone is a discharge all the same", () =>
    expect(outcomes(works("second", "new", { sewer_destination: "outside_zone" }), "WS-05")).toEqual(["triggered"]));
  it("the purpose exempts nobody there", () => {
    const supply = {
      ...works("second", "new"),
      activity: "construction_unrelated",
      attributes: { emits: ["air"], purpose: "supply" },
    };
    expect(outcomes(supply, "WS-05")).toEqual(["triggered"]);
  });
  it("what emits nothing for certain is not prohibited by discharge; unsaid, it cannot be told", () => {
    const quiet = { ...works("second", "new"), activity: "construction_unrelated" };
    expect(outcomes({ ...quiet, attributes: { emits: ["none"], sewer_destination: "no_sewage" } }, "WS-05")).toEqual([]);
    expect(outcomes({ ...quiet, attributes: {} }, "WS-05")).toEqual(["cannot_tell"]);
  });
});

describe("the quasi zone", () => {
  it("bans new and enlarged works that seriously pollute; a rebuilt one must not add to its discharge", () => {
    for (const action of ["new", "expanded"] as const) {
      const answer = ask(works("quasi", action));
      expect(answer).toMatchObject({ conclusion: "prohibited" });
      expect(answer.on("WS-09")[0]?.outcome ?? "not_triggered", action).toBe("not_triggered");
    }
    const rebuilt = ask(works("quasi", "rebuilt"));
    expect(rebuilt.on("WS-08").filter(({ outcome }) => outcome === "triggered")).toEqual([]);
    expect(rebuilt.on("WS-09")).toMatchObject([{ outcome: "triggered", effect: "no_increase" }]);
    expect(rebuilt.conclusion).not.toBe("prohibited");
    expect(rebuilt.conclusion).not.toBe("clear");
  });
  it("does not ban what does not seriously pollute", () =>
    expect(
      outcomes(works("quasi", "new", { industry_code: "C1411", seriously_polluting: false, emits: ["air"] }), "WS-08"),
    ).toEqual([]));
});

it("a road in the second level goes to review, not to an outright ban", () => {
  const answer = ask(road({ features: [at("protection_zone/second")], attributes: { emits: ["air"] } }));
  expect(answer.on("WS-05-R1")).toMatchObject([{ outcome: "triggered", effect: "review" }]);
  expect(answer.on("WS-05").filter(({ outcome }) => outcome === "triggered")).toEqual([]);
  expect(answer.conclusion).toBe("undetermined");
});
