/** The algebra of the answer, as properties over every finding, theme and standing. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Basis, Conclusion, InstrumentStatus, Outcome, ThemeStatus } from "../../server/api/checks.ts";
import type { Judged } from "../../server/domain/judge.ts";
import { conclude, CONCLUSIONS, contribution, EFFECTS, milder, weightOf, worse } from "../../server/domain/conclude.ts";

const OUTCOMES: Outcome[] = ["triggered", "near", "touches", "cannot_tell", "no_data", "failed", "not_triggered"];
const STATUSES: InstrumentStatus[] = ["in_force", "draft", "horizon_passed", "unverified"];

const finding = fc.record({
  effect: fc.constantFrom(...EFFECTS),
  outcome: fc.constantFrom(...OUTCOMES),
  status: fc.constantFrom(...STATUSES),
  reasons: fc.constantFrom<Judged["reasons"]>([], [{ code: "unanswered", name: "" }]),
});
const theme = fc.record({
  theme: fc.constantFrom("jurisdiction", "protection_zone/first", "industrial_park"),
  plain: fc.boolean(),
  status: fc.constantFrom<ThemeStatus>("affected", "touches", "near", "clear", "cannot_tell", "no_data", "failed", "not_asked"),
  covered: fc.boolean(),
  basis: fc.constantFrom<Basis | null>("approved_polygon", "computed_default", "schematic", null),
});
const findings = fc.array(finding, { maxLength: 6 });
const themes = fc.array(theme, { maxLength: 4 });
const rank = (conclusion: Conclusion) => CONCLUSIONS.indexOf(conclusion); // smaller is worse
const notBetter = (after: Conclusion, before: Conclusion) => expect(rank(after)).toBeLessThanOrEqual(rank(before));

describe("the answer's algebra", () => {
  it("adding a finding never improves the conclusion, nor what is known or possible", () =>
    fc.assert(
      fc.property(findings, themes, finding, (some, about, more) => {
        const before = conclude(some, about);
        const after = conclude([...some, more], about);
        notBetter(after.conclusion, before.conclusion);
        notBetter(after.known, before.known);
        notBetter(after.possible, before.possible);
        if (!before.complete) expect(after.complete).toBe(false);
      }),
    ));

  it("replacing a non-clear finding by a failure is never better than the milder of its own rank and undetermined", () =>
    fc.assert(
      fc.property(
        findings,
        themes,
        finding,
        fc.constantFrom<Outcome>("failed", "no_data", "cannot_tell"),
        (some, about, one, failure) => {
          fc.pre(contribution(one) !== "clear");
          const after = conclude([...some, { ...one, outcome: failure }], about);
          notBetter(after.conclusion, milder(contribution(one), "undetermined"));
          expect(after.complete).toBe(false);
        },
      ),
    ));

  it("replacing not_triggered by a failure never improves it", () =>
    fc.assert(
      fc.property(findings, themes, finding, (some, about, one) => {
        const before = conclude([...some, { ...one, outcome: "not_triggered" }], about);
        for (const outcome of ["failed", "no_data", "cannot_tell", "touches"] as const)
          notBetter(conclude([...some, { ...one, outcome }], about).conclusion, before.conclusion);
      }),
    ));

  it("what is known is never worse than the conclusion, and the conclusion never worse than what is possible", () =>
    fc.assert(
      fc.property(findings, themes, (some, about) => {
        const { known, conclusion, possible } = conclude(some, about);
        notBetter(conclusion, known);
        notBetter(possible, conclusion);
      }),
    ));

  it("the order of findings and themes does not matter", () =>
    fc.assert(
      fc.property(findings, themes, (some, about) => {
        expect(conclude(some.toReversed(), about.toReversed())).toEqual(conclude(some, about));
      }),
    ));

  it("unknown outcomes never rank above undetermined, and three of them leave the answer incomplete", () => {
    for (const effect of EFFECTS)
      for (const outcome of ["touches", "cannot_tell", "no_data", "failed"] as const) {
        const own = weightOf({ effect, status: "in_force" });
        expect(contribution({ effect, outcome, status: "in_force", reasons: [] })).toBe(milder(own, "undetermined"));
        expect(conclude([{ effect, outcome, status: "in_force", reasons: [] }], []).complete).toBe(outcome === "touches");
        expect(conclude([{ effect, outcome, status: "in_force", reasons: [] }], []).possible).toBe(worse(own, "undetermined"));
      }
  });

  it("clear needs every asked theme proven, and nothing else", () =>
    fc.assert(
      fc.property(findings, themes, (some, about) => {
        const { conclusion, standing, complete } = conclude(some, about);
        if (conclusion !== "clear") return;
        expect(complete).toBe(true);
        expect(standing).not.toBe("screening");
        for (const each of about)
          if (each.status !== "not_asked")
            expect(
              each.covered && (each.status === "clear" || (each.plain && !["no_data", "failed"].includes(each.status))),
            ).toBe(true);
        for (const each of some) expect(contribution(each)).toBe("clear");
      }),
    ));
});
