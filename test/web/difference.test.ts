import { describe, expect, it } from "vitest";
import type { Check, Finding } from "../../server/api/checks.ts";
import { changedIn, difference, isSame } from "../../web/difference.ts";

function finding(more: Partial<Finding>): Finding {
  return {
    id: "f1",
    rule: "R1",
    feature: "zone",
    theme: "protection_zone/first",
    outcome: "triggered",
    effect: "prohibit",
    relation: "overlaps",
    overlap_m2: 100,
    overlap_length_m: null,
    overlap_points: null,
    share_of_site: 0.5,
    distance_m: 0,
    reasons: [],
    ...more,
  } as Finding;
}
const check = (findings: Finding[], more: object = {}): Check =>
  ({
    conclusion: "prohibited",
    possible: "prohibited",
    findings,
    themes: [{ theme: "a", status: "affected" }],
    ...more,
  }) as never;

describe("the difference of two answers", () => {
  it("is none between an answer and itself, whatever the ids of its findings", () => {
    const before = check([finding({}), finding({ id: "f2", rule: "R2" })]);
    const after = check([finding({ id: "f1", rule: "R2" }), finding({ id: "f2" })]);
    expect(isSame(difference(before, after))).toBe(true);
  });

  it("is not none where only what is certain, or whether all is known, differs", () => {
    const before = check([finding({})], { known: "prohibited", complete: true });
    expect(isSame(difference(before, check([finding({})], { known: "notice", complete: true })))).toBe(false);
    expect(isSame(difference(before, check([finding({})], { known: "prohibited", complete: false })))).toBe(false);
  });

  it("names what is new, what is gone and what has another measure, outcome or reason", () => {
    const before = check([finding({}), finding({ id: "f2", rule: "R2" }), finding({ id: "f3", rule: "R3" })]);
    const after = check([
      finding({ overlap_m2: 100.1 }),
      finding({ id: "f2", rule: "R4" }),
      finding({ id: "f3", rule: "R3", reasons: [{ code: "missing_attribute", name: "emits", text: "" }] }),
    ]);
    const { findings, gone } = difference(before, after);
    expect(findings.get("f1")).toMatchObject({ kind: "changed", before: { overlap_m2: 100 } });
    expect(findings.get("f2")).toEqual({ kind: "new" });
    expect(findings.get("f3")).toMatchObject({ kind: "changed" });
    expect(gone.map(({ rule }) => rule)).toEqual(["R2"]);
  });

  it("a finding that is no longer triggered is gone, and one that begins to be is new", () => {
    const silent = finding({ outcome: "not_triggered", conclusion: "clear" });
    expect(difference(check([finding({})]), check([silent])).gone).toHaveLength(1);
    expect(difference(check([silent]), check([finding({})])).findings.get("f1")).toEqual({ kind: "new" });
  });

  it("a silence on which the answer hangs is told like any other finding", () => {
    const silence = finding({ outcome: "not_triggered", conclusion: "undetermined" });
    expect(difference(check([]), check([silence])).findings.get("f1")).toEqual({ kind: "new" });
    expect(difference(check([silence]), check([])).gone).toEqual([silence]);
  });

  it("the same words under another law, article, standing or weight, and other words under the same, are changes", () => {
    const law = {
      instrument: "law-2017",
      article: "第六十四条",
      status: "in_force",
      conclusion: "prohibited",
      gist: "不得设置排污口。",
    };
    const before = finding(law as Partial<Finding>);
    for (const [aspect, more] of [
      ["source", { instrument: "code-2026", article: "第三百一十八条" }],
      ["source", { article: "第六十五条" }],
      ["status", { status: "horizon_passed" }],
      ["conclusion", { conclusion: "undetermined" }],
      ["gist", { gist: "禁止设置排污口。" }],
    ] as [string, Partial<Finding>][]) {
      const after = { ...before, ...more };
      expect(changedIn(before, after)).toEqual([aspect]);
      const found = difference(check([before]), check([after]));
      expect(isSame(found)).toBe(false);
      expect(found.findings.get("f1")).toEqual({ kind: "changed", before });
    }
    expect(changedIn(before, { ...before, id: "f9" })).toEqual([]);
  });

  it("measures that differ by less than is shown are the same; null is not zero", () => {
    expect(isSame(difference(check([finding({})]), check([finding({ overlap_m2: 100.004 })])))).toBe(true);
    expect(isSame(difference(check([finding({ overlap_m2: null })]), check([finding({ overlap_m2: 0 })])))).toBe(false);
  });

  it("tells conclusions and themes that changed", () => {
    const after = check([], { conclusion: "clear", possible: "notice", themes: [{ theme: "a", status: "clear" }] });
    const found = difference(check([finding({})]), after);
    expect(found.conclusion).toEqual({ before: "prohibited", after: "clear" });
    expect(found.possible).toEqual({ before: "prohibited", after: "notice" });
    expect([...found.themes]).toEqual([["a", "affected"]]);
  });
});
