import { describe, expect, it } from "vitest";
import { changeDays, changesBetween, livesOf, standing, successorOf } from "../../server/domain/lives.ts";
import type { Instrument, Rule } from "../../server/domain/rule.ts";

const text = (word: string) => ({ zh: word, en: word });
const law = (id: string, from: string, until: string | null, more: Partial<Instrument> = {}): Instrument => ({
  id,
  title: text(id),
  number: null,
  issuer: text("issuer"),
  rank: "law",
  status: "in_force",
  jurisdiction: null,
  in_force_from: from,
  in_force_until: until,
  horizon: null,
  successor: null,
  url: null,
  confidence: "verified",
  ...more,
});
const row = (id: string, instrument: string, valid_from: string, valid_to: string | null = null): Rule => ({
  id,
  instrument,
  article: { article: "1", paragraph: null, item: null },
  valid_from,
  valid_to,
  where: { relation: "anywhere", theme: null, within_m: null },
  who: { classes: [], actions: ["new"], condition: null },
  when: null,
  effect: "prohibit",
  gist: text("gist"),
  quote: null,
  next_step: text("next"),
  office: text("office"),
  confidence: "verified",
});

const old = law("old", "2018-01-01", "2026-08-15");
const code = law("code", "2026-08-15", null);
const plan = law("plan", "2016-01-01", null, { rank: "work_plan", horizon: "2021-01-01" });
const withdrawn = law("withdrawn", "2010-01-01", null, { status: "repealed" });
const catalogue = {
  instruments: [old, code, plan, withdrawn],
  rules: [
    row("A", "old", "2018-01-01", "2026-08-15"),
    row("GONE", "old", "2018-01-01"),
    row("A", "code", "2026-08-15"),
    row("FRESH", "code", "2026-08-15"),
    row("P", "plan", "2016-01-01"),
    row("BRIEF", "plan", "2017-01-01", "2018-01-01"),
    row("NEVER", "withdrawn", "2010-01-01"),
  ],
};
const told = (from: string, to: string) =>
  changesBetween(catalogue, from, to).map(({ kind, on, before, after, between }) =>
    [kind, on, ...[before, after, between].map((rule) => (rule ? `${rule.id}/${rule.instrument}` : "-"))].join(" "),
  );

describe("what changed between two days", () => {
  it("a law replaced overnight: the same id is succeeded, an id without heir ends, a new one begins", () =>
    expect(told("2026-08-14", "2026-08-15")).toEqual([
      "ended 2026-08-15 GONE/old - -",
      "succeeded 2026-08-15 A/old A/code -",
      "began 2026-08-15 - FRESH/code -",
    ]));

  it("nothing, on one day and on days between which nothing ends or begins", () => {
    expect(told("2026-08-15", "2026-08-15")).toEqual([]);
    expect(told("2022-01-01", "2026-08-14")).toEqual([]);
  });

  it("the day on which a horizon passes: the same row stands otherwise", () =>
    expect(told("2020-12-31", "2021-01-01")).toEqual(["status 2021-01-01 P/plan P/plan -"]));

  it("a row that came and went between the days is told, and not as what began", () =>
    expect(told("2016-06-01", "2018-06-01")).toContain("between 2017-01-01 - - BRIEF/plan"));

  it("a law that came and went before its successor is told beside it", () =>
    expect(told("2015-01-01", "2027-01-01").filter((each) => each.includes("A/"))).toEqual([
      "between 2018-01-01 - - A/old",
      "began 2026-08-15 - A/code -",
    ]));

  it("an instrument repealed from the beginning never held, and is no change", () =>
    expect(told("2009-01-01", "2030-01-01").filter((each) => each.includes("NEVER"))).toEqual([]));

  it("the days of change are those on which something is told, newest first", () => {
    const days = changeDays(catalogue);
    expect(days).toEqual([
      { day: "2026-08-15", rules: 3 },
      { day: "2021-01-01", rules: 1 },
      { day: "2018-01-01", rules: 3 },
      { day: "2017-01-01", rules: 1 },
      { day: "2016-01-01", rules: 1 },
    ]);
    for (const { day, rules } of days) {
      const before = new Date(Date.parse(day) - 86_400_000).toISOString().slice(0, 10);
      expect(new Set(told(before, day)).size, day).toBe(rules);
    }
  });
});

describe("the lives of a rule", () => {
  const [first, , second] = catalogue.rules;
  it("are every row of its id, oldest first; of an unknown id there is none", () => {
    expect(livesOf("A", { rules: catalogue.rules.toReversed() })).toEqual([first, second]);
    expect(livesOf("B", catalogue)).toEqual([]);
  });
  it("the older is succeeded by the newer, and the newer by none", () => {
    expect(successorOf(first!, catalogue)).toBe(second);
    expect(successorOf(second!, catalogue)).toBeNull();
  });
  it("a row that has ended is repealed from its last day on, also by its instrument's end alone", () => {
    expect(standing(first!, old, "2026-08-14")).toBe("in_force");
    expect(standing(first!, old, "2026-08-15")).toBe("repealed");
    expect(standing(catalogue.rules[1]!, old, "2026-08-15")).toBe("repealed");
    expect(standing(catalogue.rules[4]!, plan, "2021-01-01")).toBe("horizon_passed");
  });
});
