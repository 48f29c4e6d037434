/** Words of findings that people read: no name that only the program knows. */
import { expect, it } from "vitest";
import { layers } from "../../server/layers/index.ts";
import { columnsOf } from "../../server/layers/layer.ts";
import { LANGS } from "../../server/messages.ts";
import { sayReason, sorted } from "../../server/words.ts";
import type { Effect } from "../../server/api/checks.ts";
import { feature, instrument, rule, WHOLE } from "../support/judging.ts";
import { ask, catalogue } from "../support/real_judging.ts";

it("what a feature lacks is called as its layer's column is, in both languages", () => {
  const lacks = (lang: "zh" | "en", name: string, layer: string | null) =>
    sayReason(lang, { code: "missing_feature_attribute", name }, catalogue, layer).text;
  expect(lacks("zh", "established", "protection_zone")).toBe("要素缺少属性“划定日期”");
  expect(lacks("en", "park_kind", "industrial_park")).toBe('the feature lacks the attribute "Kind of park"');
  for (const layer of layers)
    for (const [name, { title }] of Object.entries(columnsOf(layer)))
      for (const lang of LANGS) expect(lacks(lang, name, layer.id)).toContain(title[lang]);
});

it("of findings of one rank that conclude alike the stricter is cited first, whatever its id", () => {
  const dyeing = {
    activity: "polluting_project",
    action: "new" as const,
    attributes: { industry_code: "C1713", emits: ["water"] },
  };
  const answer = ask({ ...dyeing, district: "230903" });
  const swapped = sorted(answer.findings).filter(({ rule: { id } }) => id === "QTH-R06" || id === "QTH-R07");
  expect(swapped.map(({ rule: { id }, effect, outcome }) => `${id} ${effect} ${outcome}`)).toEqual([
    "QTH-R07 replace_reduce triggered",
    "QTH-R06 replace triggered",
  ]);

  const found = (effect: Effect, id: string, rank: "law" | "work_plan" = "law") => ({
    rule: rule(effect, { id }),
    instrument: instrument({ rank }),
    status: "in_force" as const,
    outcome: "triggered" as const,
    effect,
    layer: "control_area",
    feature: feature({ overlap: WHOLE }),
    relation: "within" as const,
    reasons: [],
    orders: [],
    decided_by: null,
  });
  const cited = (...findings: ReturnType<typeof found>[]) => sorted(findings).map(({ rule: { id } }) => id);
  expect(cited(found("gate", "A"), found("allowlist", "B"), found("prohibit", "C"))).toEqual(["C", "A", "B"]);
  expect(cited(found("relocate", "A"), found("remove", "B"))).toEqual(["B", "A"]);
  expect(cited(found("approval", "A"), found("condition", "B"))).toEqual(["B", "A"]);
  expect(cited(found("replace", "A", "work_plan"), found("replace_reduce", "B", "work_plan"))).toEqual(["B", "A"]);
  // A worse conclusion comes before all, and the law before the plan, as among those that decide.
  expect(cited(found("restrict", "A"), found("gate", "B"))).toEqual(["B", "A"]);
  expect(cited(found("prohibit", "A", "work_plan"), found("prohibit", "B"))).toEqual(["B", "A"]);
  expect(cited(found("prohibit", "A", "work_plan"), found("gate", "B"))).toEqual(["B", "A"]);
});
