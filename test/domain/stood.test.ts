/** What was there first: the thing that stands, the zone, or the rule. */
import { describe, expect, it } from "vitest";
import type { Condition, Rule } from "../../server/domain/rule.ts";
import { decidedBy, firstHeld, stoodOf } from "../../server/domain/stood.ts";
import { decide, feature, instrument, rule, WHOLE, type World } from "../support/judging.ts";

const zone = (columns: Record<string, unknown>) => ({ columns });
const before = (attributes: World["attributes"], columns: Record<string, unknown> | null, held: string | null = "2018-01-01") =>
  stoodOf(attributes ?? {}, columns && zone(columns), held);
const since = (day: string) => ({ since: day });

describe("stood before the zone", () => {
  const established = { established: "2010-06-01", approval_date: "2012-01-01", valid_from: "2020-01-01" };
  it.each([
    ["2010-05-31", "true"],
    ["2010-06-01", "false"],
    ["2015-01-01", "false"],
  ])("since %s: %s", (day, value) => expect(before(since(day), established).before_zone.value).toBe(value));
  it("a year that holds the day is open, others are not", () => {
    const of = (built_year: number) => before({ built_year }, established).before_zone;
    expect(of(2009).value).toBe("true");
    expect(of(2010)).toMatchObject({ value: "unknown", missing: [{ kind: "attribute", name: "since" }] });
    expect(of(2011).value).toBe("false");
  });
  it("where no day is said, the approval's counts; a version's first day says only that the zone stood by then", () => {
    expect(before(since("2011-12-31"), { approval_date: "2012-01-01" }).before_zone.value).toBe("true");
    const version = { established: null, approval_date: null, valid_from: "2020-01-01" };
    expect(before(since("2020-01-01"), version).before_zone.value).toBe("false");
    expect(before(since("2019-12-31"), version).before_zone).toMatchObject({
      value: "unknown",
      missing: [{ kind: "feature_attribute", name: "established" }],
    });
    expect(before(since("2019-12-31"), { valid_from: "2020-01-01" }).before_zone.missing[0]!.name).toBe("approval_date");
  });
  it("without since it is open", () =>
    expect(before({}, established).before_zone).toMatchObject({
      value: "unknown",
      missing: [{ kind: "attribute", name: "since" }],
    }));
});

it("stood before the rule: before the first row of its id, in the law before it too", () => {
  const rules = [
    rule("prohibit", { id: "A", valid_from: "2026-08-15" }),
    rule("prohibit", { id: "A", valid_from: "2018-01-01" }),
  ];
  expect(firstHeld({ id: "A" }, rules)).toBe("2018-01-01");
  expect(before(since("2020-01-01"), null, "2018-01-01").before_rule.value).toBe("false");
  expect(before(since("2017-12-31"), null, "2018-01-01").before_rule.value).toBe("true");
  expect(before({}, null).before_rule.value).toBe("unknown");
});

describe("which day decided", () => {
  const of = (day: string, columns: Record<string, unknown> | null, held = "2018-01-01") =>
    decidedBy(since(day), columns && zone(columns), held);
  it("the later of the zone's and the rule's: the ban stands from then", () => {
    expect(of("2019-01-01", { established: "2020-01-01" })).toMatchObject({ what: "zone", date: "2020-01-01", before: true });
    expect(of("2021-01-01", { established: "2020-01-01" })).toMatchObject({ what: "zone", date: "2020-01-01", before: false });
    expect(of("2017-01-01", { established: "2010-01-01" })).toMatchObject({ what: "rule", date: "2018-01-01", before: true });
    expect(of("2018-01-01", { established: "2010-01-01" })).toMatchObject({ what: "rule", date: "2018-01-01", before: false });
  });
  it("without a zone, the rule's", () => expect(of("2019-01-01", null)).toMatchObject({ what: "rule", before: false }));
  it("a zone of unknown age: what is older than the rule is older than the ban, what is younger than both is not", () => {
    const version = { established: null, approval_date: null, valid_from: "2020-01-01" };
    expect(of("2017-12-31", version)).toMatchObject({ what: "rule", before: true });
    expect(of("2020-01-01", version)).toMatchObject({ what: "zone", date: "2020-01-01", before: false, at_latest: true });
    expect(of("2019-01-01", version)).toBeNull();
    expect(of("2019-01-01", { ...version, valid_from: "2000-01-01" })).toMatchObject({ what: "rule", before: false });
  });
  it("cannot be told without since, or within the year", () => {
    expect(decidedBy({}, zone({ established: "2010-01-01" }), "2018-01-01")).toBeNull();
    expect(decidedBy({ built_year: 2018 }, null, "2018-06-01")).toBeNull();
    expect(decidedBy({ built_year: 2017 }, null, "2018-01-01")).toMatchObject({ since: "2017", before: true });
  });
});

describe("a finding on what stands", () => {
  const inside = (established: string | null) => [feature({ overlap: WHOLE, columns: { established } })];
  const remove = rule("remove", { valid_from: "2018-01-01", who: { actions: ["existing"] } });
  const ask = (more: Partial<World>) => decide({ rules: [remove], action: "existing", features: inside("2010-01-01"), ...more });
  it("says which day decided, and never softens by itself", () => {
    for (const day of ["2005-01-01", "2024-01-01"]) {
      const answer = ask({ attributes: { since: day } });
      expect(answer.conclusion).toBe("must_withdraw");
      expect(answer.findings[0]!.decided_by).toMatchObject({ what: "rule", since: day, before: day < "2018-01-01" });
    }
    expect(ask({}).findings[0]).toMatchObject({ outcome: "triggered", decided_by: null });
  });
  it("says nothing where no place matters: a closure for what is done there", () => {
    const closure = rule("remove", { where: { relation: "anywhere", theme: null }, who: { actions: ["existing"] } });
    const answer = decide({ rules: [closure], action: "existing", attributes: { since: "1990-01-01" } });
    expect(answer.findings).toMatchObject([{ outcome: "triggered", decided_by: null }]);
  });
  it("says nothing of what is only to be built, nor of a duty", () => {
    const both = { attributes: { since: "2024-01-01" }, features: inside("2010-01-01") };
    expect(decide({ ...both, rules: [rule("prohibit")] }).findings[0]!.decided_by).toBeNull();
    expect(ask({ ...both, rules: [rule("duty", { who: { actions: ["existing"] } })] }).findings[0]!.decided_by).toBeNull();
  });
});

/** TS-01a (HJ 773-2015, section 6, from memory): farming that was there before the first-level zone is tightly held and left
 *  by and by; new farming is banned. */
describe("farming in a first-level zone, by what stood first", () => {
  const row = (id: string, effect: "restrict" | "prohibit", when: Condition): Rule =>
    rule(effect, { id, when, who: { classes: [], actions: ["existing", "operating"] } });
  const rules = [
    row("TS-01a-1", "restrict", { stood: "before_zone" }),
    row("TS-01a-2", "prohibit", { not: { stood: "before_zone" } }),
  ];
  const of = (attributes: World["attributes"], established: string | null = "2010-01-01") =>
    decide({
      rules,
      instruments: [instrument()],
      action: "existing",
      features: [feature({ overlap: WHOLE, columns: { established } })],
      ...(attributes ? { attributes } : {}),
    });
  it("older fields are restricted, younger ones prohibited", () => {
    expect(of({ since: "1998-01-01" }).conclusion).toBe("restricted");
    expect(of({ since: "2015-01-01" }).conclusion).toBe("prohibited");
  });
  it("of unknown age, or in a zone of unknown age, neither: open, and prohibited is possible", () => {
    expect(of({})).toMatchObject({ conclusion: "undetermined", possible: "prohibited", complete: false });
    expect(of({ since: "1998-01-01" }, null)).toMatchObject({ conclusion: "undetermined", possible: "prohibited" });
  });
});
