/** Rules that read another rule's outcome. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Conclusion } from "../../server/api/checks.ts";
import { conclude, CONCLUSIONS, milder } from "../../server/domain/conclude.ts";
import { circleIn, readingOrder } from "../../server/domain/dependence.ts";
import type { Condition } from "../../server/domain/rule.ts";
import { decide, feature, HALF, order, placed, rule, WHOLE, type World } from "../support/judging.ts";

const reads = (id: string): Condition => ({ rule: id, outcome: ["triggered"] });
const row = (id: string, when: Condition | null = null) => ({ id, when });

describe("in what order", () => {
  it("what is read comes first, the rest stays as it stands", () =>
    expect(
      readingOrder([row("A", reads("C")), row("B"), row("C", { not: { all: [reads("D")] } }), row("D")]).map(({ id }) => id),
    ).toEqual(["D", "C", "A", "B"]));
  it("rows of one id go together", () =>
    expect(readingOrder([row("A", reads("B")), row("B"), row("C"), row("B", reads("C"))]).map(({ id }) => id)).toEqual([
      "C",
      "B",
      "B",
      "A",
    ]));
  it("a circle is named, and never answered", () => {
    const circle = [row("A", reads("B")), row("B", { any: [reads("C")] }), row("C", { not: reads("A") })];
    expect(circleIn(circle)).toEqual(["A", "B", "C", "A"]);
    expect(() => readingOrder(circle)).toThrow("A -> B -> C -> A");
    expect(circleIn([row("A", reads("A"))])).toEqual(["A", "A"]);
    expect(circleIn([row("A", { all: [reads("B"), reads("C")] }), row("B", reads("C")), row("C")])).toBeNull();
  });
});

const ban = rule("prohibit", { id: "BAN", who: { classes: ["polluting"] } });
const penalty = rule("duty", { id: "PENALTY", where: { relation: "anywhere", theme: null }, when: reads("BAN") });
const inside = [feature({ overlap: WHOLE })];
const outcome = (id: string, world: World) => decide(world).findings.find((finding) => finding.rule.id === id)?.outcome;

describe("a rule that reads another", () => {
  const world = { rules: [penalty, ban], features: inside };
  it("follows it, whichever stands first in the catalogue, and the findings keep the catalogue's order", () => {
    const answer = decide({ ...world, attributes: { emits: ["water"] } });
    expect(answer.findings.map(({ rule: { id }, outcome: own }) => [id, own])).toEqual([
      ["PENALTY", "triggered"],
      ["BAN", "triggered"],
    ]);
    expect(outcome("PENALTY", { ...world, attributes: { emits: ["none"] } })).toBe("not_triggered");
    expect(outcome("PENALTY", { ...world, features: [], attributes: { emits: ["water"] } })).toBe("not_triggered");
  });
  it("is open where the other is: attribute, data, measurement, contact, or a theme that was not asked", () => {
    const polluting = { ...world, attributes: { emits: ["water"] } };
    for (const unknown of [
      world,
      { ...polluting, features: [], covers: false },
      { ...polluting, failed: true },
      { ...polluting, features: [feature({ distance_m: 0 })] },
      { ...polluting, asked: ["jurisdiction", "industrial_park"] },
    ]) {
      const found = decide(unknown).findings.find((finding) => finding.rule.id === "PENALTY")!;
      expect(found).toMatchObject({ outcome: "cannot_tell", reasons: [{ code: "rule_unsettled", name: "BAN" }] });
    }
  });
  it("is not triggered by a rule that is not in force", () =>
    expect(
      outcome("PENALTY", {
        ...world,
        rules: [penalty, { ...ban, valid_to: "2010-01-01" }],
        attributes: { emits: ["water"] },
      }),
    ).toBe("not_triggered"));
  it("may ask for near", () => {
    const warned = { ...penalty, when: { rule: "BAN", outcome: ["near"] } as Condition };
    const near = { rules: [warned, ban], features: [feature({ distance_m: 500 })], attributes: { emits: ["water"] } };
    expect(outcome("PENALTY", near)).toBe("triggered");
    expect(outcome("PENALTY", { ...near, features: inside })).toBe("not_triggered");
  });
});

describe("two rules on one theme", () => {
  const here = feature({ code: "here", overlap: HALF, columns: { part: "water" } });
  const there = feature({ code: "there", overlap: HALF, columns: { part: "land" } });
  const water = rule("prohibit", { id: "WATER", when: { feature: "part", in: ["water"] } });
  const after = rule("duty", { id: "AFTER", when: reads("WATER") });
  it("are read on the same feature", () => {
    const { findings } = decide({ rules: [after, water], features: [here, there] });
    expect(findings.filter(({ rule: { id } }) => id === "AFTER").map(({ feature: met }) => met?.code)).toEqual(["here"]);
  });
  it("of which one does not know its distance are open on every feature", () => {
    const bank = rule("prohibit", { id: "WATER", where: { relation: "within_m", within_m: null, within_setting: "bank.x" } });
    const { findings } = decide({ rules: [after, bank], features: [here, there] });
    expect(
      findings.filter(({ rule: { id } }) => id === "AFTER").map(({ feature: met, outcome: own }) => [met?.code, own]),
    ).toEqual([
      ["here", "cannot_tell"],
      ["there", "cannot_tell"],
    ]);
  });
});

/** What can be known of the world, each of which can be taken away. */
type Knowledge = { emits: boolean; head: boolean; since: boolean; scale: boolean; district: boolean; established: boolean };
const ALL: Knowledge = { emits: true, head: true, since: true, scale: true, district: true, established: true };
const EFFECTS = ["prohibit", "remove", "suspend", "restrict", "condition", "duty"] as const;
const leaf: fc.Arbitrary<Condition> = fc.constantFrom<Condition>(
  reads("BAN"),
  { rule: "BAN", outcome: ["near", "not_triggered"] },
  reads("SCALE"),
  { stood: "before_zone" },
  { stood: "before_rule" },
  { order: ["regional_limit"] },
  { order: ["approval_suspension", "regional_limit"] },
);
const { condition } = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { depthSize: "small" },
    leaf,
    fc.array(tie("condition"), { minLength: 1, maxLength: 3 }).map((all) => ({ all })),
    fc.array(tie("condition"), { minLength: 1, maxLength: 3 }).map((any) => ({ any })),
    tie("condition").map((not) => ({ not })),
  ),
}));
type Told = {
  effect: (typeof EFFECTS)[number];
  of_ban: (typeof EFFECTS)[number];
  polluting: boolean;
  head: number;
  since: string;
  established: string;
  theme: string | null;
  ordered: boolean;
};
const facts: fc.Arbitrary<Told> = fc.record({
  effect: fc.constantFrom(...EFFECTS),
  of_ban: fc.constantFrom(...EFFECTS),
  polluting: fc.boolean(),
  head: fc.constantFrom(100, 900),
  since: fc.constantFrom("1990-01-01", "2005-01-01", "2024-01-01"),
  established: fc.constantFrom("2000-01-01", "2010-01-01"),
  theme: fc.constantFrom("protection_zone/first", null),
  ordered: fc.boolean(),
});

function worldOf(known: Knowledge, when: Condition, told: Told): World {
  const existing = { actions: ["existing" as const] };
  const themed = told.theme !== null;
  return {
    rules: [
      rule(told.effect, {
        id: "READER",
        valid_from: "2008-01-01",
        when: themed ? when : withoutZone(when),
        where: themed ? {} : { relation: "anywhere", theme: null },
        who: { ...existing, classes: [] },
      }),
      rule(told.of_ban, { id: "BAN", who: { ...existing, classes: ["polluting"] } }),
      rule("duty", { id: "SCALE", who: { ...existing, classes: ["at_scale"] } }),
    ],
    action: "existing",
    features: [
      feature({
        overlap: WHOLE,
        columns: { established: known.established ? told.established : null, competent_jurisdiction: null },
      }),
    ],
    attributes: {
      ...(known.emits ? { emits: [told.polluting ? "water" : "none"] } : {}),
      ...(known.head ? { head: told.head } : {}),
      ...(known.since ? { since: told.since } : {}),
    },
    places: [placed("500000", { "scale.head": known.scale ? 500 : null })],
    orders: told.ordered ? [order({ target: { layer: "jurisdiction", code: "500118" } })] : [],
    // Taken away: the site may as well lie in the district beside it, of the same province.
    jurisdictions: known.district ? ["500118"] : ["500117", "500118"],
  };
}

/** A rule without a theme meets no zone. */
function withoutZone(when: Condition): Condition {
  if ("not" in when) return { not: withoutZone(when.not) };
  if ("all" in when) return { all: when.all.map(withoutZone) };
  if ("any" in when) return { any: when.any.map(withoutZone) };
  return "stood" in when ? { stood: "before_rule" } : when;
}

const rank = (conclusion: Conclusion) => CONCLUSIONS.indexOf(conclusion);

describe("knowing less", () => {
  it("never improves the answer beyond undetermined, and never hides what is possible", () =>
    fc.assert(
      fc.property(condition, facts, fc.constantFrom(...(Object.keys(ALL) as (keyof Knowledge)[])), (when, told, taken) => {
        const before = decide(worldOf(ALL, when, told));
        const after = decide(worldOf({ ...ALL, [taken]: false }, when, told));
        expect(rank(after.conclusion)).toBeLessThanOrEqual(rank(milder(before.conclusion, "undetermined")));
        expect(rank(after.possible)).toBeLessThanOrEqual(rank(before.possible));
        expect(rank(after.known)).toBeGreaterThanOrEqual(rank(before.known));
      }),
      { numRuns: 500 },
    ));
  it("leaves every known outcome of every rule as it was, or open", () =>
    fc.assert(
      fc.property(condition, facts, fc.constantFrom(...(Object.keys(ALL) as (keyof Knowledge)[])), (when, told, taken) => {
        const of = (known: Knowledge) => decide(worldOf(known, when, told)).findings;
        const triggered = (findings: ReturnType<typeof of>) =>
          findings.filter(({ outcome: own }) => own === "triggered").map((each) => each.rule.id);
        const after = of({ ...ALL, [taken]: false });
        const open = after.filter(({ outcome: own }) => own === "cannot_tell").map((each) => each.rule.id);
        for (const id of triggered(of(ALL))) expect([...triggered(after), ...open]).toContain(id);
        for (const id of triggered(after)) expect(triggered(of(ALL))).toContain(id);
      }),
      { numRuns: 300 },
    ));
  it("with everything known no rule is open", () =>
    fc.assert(
      fc.property(condition, facts, (when, told) => {
        const { findings, themes } = decide(worldOf(ALL, when, told));
        expect(findings.filter(({ outcome: own }) => own === "cannot_tell")).toEqual([]);
        expect(conclude(findings, []).complete).toBe(true);
        expect(themes.length).toBeGreaterThan(0);
      }),
      { numRuns: 300 },
    ));
});
