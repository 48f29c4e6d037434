import { describe, expect, it } from "vitest";
import type { Conclusion, Effect } from "../../server/api/checks.ts";
import type { FeatureEvidence, Overlap } from "../../server/domain/evidence.ts";
import { liesIn } from "../../server/domain/judge.ts";
import { decide, feature, HALF, instrument, NOTHING, rule, WHOLE, type World } from "../support/judging.ts";

const outcomes = (world: World) => decide(world).findings.map((finding) => finding.outcome);
const inside = [feature({ overlap: WHOLE })];

describe("outcomes", () => {
  it("a site in the zone triggers", () =>
    expect(outcomes({ rules: [rule("prohibit")], features: inside })).toEqual(["triggered"]));
  it("a site partly in the zone triggers", () =>
    expect(outcomes({ rules: [rule("prohibit")], features: [feature({ overlap: HALF })] })).toEqual(["triggered"]));
  it("contact alone touches", () => {
    const { findings } = decide({ rules: [rule("prohibit")], features: [feature({ distance_m: 0 })] });
    expect(findings[0]).toMatchObject({ outcome: "touches", reasons: [{ code: "contact" }] });
  });
  it("an overlap below the tolerance touches, and stands in the ledger", () => {
    const sliver = feature({ overlap: { ...NOTHING, area_m2: 0.4, width_m: 0.02 }, distance_m: 0 });
    const answer = decide({ rules: [rule("prohibit")], features: [sliver] });
    expect(answer.findings[0]).toMatchObject({ outcome: "touches", reasons: [{ code: "sliver" }] });
    expect(answer.slivers).toHaveLength(1);
    expect(answer.conclusion).toBe("undetermined");
  });
  it("1,000 m is near, 1,000.01 m is not", () => {
    expect(outcomes({ rules: [rule("prohibit")], features: [feature({ distance_m: 1000 })] })).toEqual(["near"]);
    expect(outcomes({ rules: [rule("prohibit")], features: [feature({ distance_m: 1000.01 })] })).toEqual(["not_triggered"]);
  });
  it("nothing there and all of it loaded is not triggered", () =>
    expect(outcomes({ rules: [rule("prohibit")] })).toEqual(["not_triggered"]));
  it("nothing loaded is no data", () =>
    expect(outcomes({ rules: [rule("prohibit")], state: "not_loaded" })).toEqual(["no_data"]));
  it("a loaded theme without a single feature is no data: emptiness must be declared", () => {
    const emptied = { jurisdiction: 1, "protection_zone/first": 0, "protection_zone/second": 1, industrial_park: 1 };
    expect(outcomes({ rules: [rule("prohibit")], counts: emptied })).toEqual(["no_data"]);
    expect(decide({ rules: [], counts: emptied })).toMatchObject({ conclusion: "undetermined", complete: false });
    expect(outcomes({ rules: [rule("prohibit")], counts: emptied, state: "declared_none" })).toEqual(["not_triggered"]);
  });
  it("declared none counts as covered", () =>
    expect(outcomes({ rules: [rule("prohibit")], state: "declared_none" })).toEqual(["not_triggered"]));
  it("coverage that ends inside the site is no data, beside what was met", () =>
    expect(outcomes({ rules: [rule("prohibit")], features: inside, covers: false }).toSorted()).toEqual([
      "no_data",
      "triggered",
    ]));
  it("a broken measurement is failed", () => expect(outcomes({ rules: [rule("prohibit")], failed: true })).toEqual(["failed"]));
  it("a layer this program does not have is no data", () =>
    expect(
      outcomes({
        rules: [rule("prohibit", { where: { theme: "control_area/eco_red_line" } })],
        asked: ["jurisdiction", "protection_zone/first", "control_area/eco_red_line"],
      }),
    ).toEqual(["no_data"]));
  it("upstream without a network is no data", () =>
    expect(outcomes({ rules: [rule("prohibit", { where: { relation: "upstream" } })] })).toEqual(["no_data"]));
});

describe("accuracy of a boundary", () => {
  const drawn = (more: Parameters<typeof feature>[0]) => feature({ accuracy_m: 10, ...more });
  it("deeper than the accuracy is certain", () =>
    expect(outcomes({ rules: [rule("prohibit")], features: [drawn({ overlap: HALF, overlap_shrunk: HALF })] })).toEqual([
      "triggered",
    ]));
  it("inside the line, but only within the accuracy, cannot be told: the depth is said", () => {
    const { findings, complete } = decide({
      rules: [rule("prohibit")],
      features: [drawn({ overlap: HALF, overlap_shrunk: NOTHING, overlap_grown: HALF, depth_m: 4 })],
    });
    expect(findings[0]).toMatchObject({ outcome: "cannot_tell", reasons: [{ code: "boundary_accuracy", depth_m: 4 }] });
    expect(complete).toBe(false);
  });
  it("outside the line, but within the accuracy, cannot be told: the gap is said", () => {
    const { findings } = decide({ rules: [rule("prohibit")], features: [drawn({ overlap_grown: HALF, distance_m: 6 })] });
    expect(findings[0]).toMatchObject({ outcome: "cannot_tell", reasons: [{ code: "boundary_accuracy", depth_m: -6 }] });
  });
  it("the site's own accuracy widens the band", () =>
    expect(
      outcomes({ rules: [rule("prohibit")], site_accuracy_m: 20, features: [feature({ distance_m: 15, overlap_grown: HALF })] }),
    ).toEqual(["cannot_tell"]));
  it("a schematic shape is taken as drawn, the site is not", () => {
    const schematic = (distance_m: number, grown: Overlap) =>
      feature({ basis: "schematic", accuracy_m: null, distance_m, overlap_grown: grown });
    const at = (site_accuracy_m: number, each: FeatureEvidence) =>
      outcomes({ rules: [rule("prohibit")], site_accuracy_m, features: [each] });
    expect(at(0, schematic(15, NOTHING))).toEqual(["near"]);
    expect(at(20, schematic(15, HALF))).toEqual(["cannot_tell"]);
    expect(at(20, schematic(25, NOTHING))).toEqual(["near"]);
    expect(at(5000, schematic(3000, HALF))).toEqual(["cannot_tell"]);
  });
});

describe("distance rules", () => {
  const within = rule("prohibit", { where: { relation: "within_m", within_m: 300 } });
  it.each([
    [0, "triggered"],
    [300, "triggered"],
    [300.01, "near"],
    [1300, "near"],
    [1300.01, "not_triggered"],
  ])("at %d m of 300 m: %s", (distance_m, outcome) =>
    expect(outcomes({ rules: [within], features: [feature({ distance_m })] })).toEqual([outcome]),
  );
  it.each([
    [289, "triggered"],
    [291, "cannot_tell"],
    [309, "cannot_tell"],
    [311, "near"],
  ])("at %d m with an accuracy of 10 m: %s", (distance_m, outcome) =>
    expect(outcomes({ rules: [within], features: [feature({ distance_m, accuracy_m: 10 })] })).toEqual([outcome]),
  );
});

describe("a required place", () => {
  const gate = rule("gate", { where: { relation: "outside", theme: "industrial_park" } });
  const park = (more: Parameters<typeof feature>[0]) => feature({ layer: "industrial_park", code: "park", ...more });
  it("outside of every park the gate is unmet", () =>
    expect(decide({ rules: [gate] })).toMatchObject({
      conclusion: "prohibited",
      findings: [{ outcome: "triggered", relation: "outside" }],
    }));
  it("partly inside is unmet", () =>
    expect(outcomes({ rules: [gate], parks: [park({ overlap: HALF })] })).toEqual(["triggered"]));
  it("wholly inside is met", () =>
    expect(outcomes({ rules: [gate], parks: [park({ overlap: WHOLE })] })).toEqual(["not_triggered"]));
  it("inside only by less than the accuracy cannot be told", () =>
    expect(outcomes({ rules: [gate], parks: [park({ overlap: WHOLE, accuracy_m: 10, inside_shrunk: false })] })).toEqual([
      "cannot_tell",
    ]));
  it("two parks that hold it together cannot be told", () =>
    expect(outcomes({ rules: [gate], parks: [park({ overlap: HALF }), park({ code: "other", overlap: HALF })] })).toEqual([
      "cannot_tell",
    ]));
  it("no park known where none is loaded proves nothing", () => {
    const first = rule("gate", { where: { relation: "outside" } });
    expect(outcomes({ rules: [first], state: "not_loaded" })).toEqual(["no_data"]);
  });
});

describe("who and when", () => {
  const emits = rule("prohibit", { who: { classes: ["polluting"] } });
  it("a missing attribute cannot be told, and is named", () => {
    const { findings, conclusion, possible, known } = decide({ rules: [emits], features: inside });
    expect(findings[0]).toMatchObject({ outcome: "cannot_tell", reasons: [{ code: "missing_attribute", name: "emits" }] });
    expect({ conclusion, possible, known }).toEqual({ conclusion: "undetermined", possible: "prohibited", known: "notice" });
  });
  it("an unset setting cannot be told, and is named", () => {
    const scale = rule("prohibit", { who: { classes: ["at_scale"] } });
    expect(decide({ rules: [scale], features: inside, attributes: { head: 600 } }).findings[0]).toMatchObject({
      outcome: "cannot_tell",
      reasons: [{ code: "unset_setting", name: "scale.head" }],
    });
    expect(outcomes({ rules: [scale], features: inside, attributes: { head: 600 }, settings: { "scale.head": 500 } })).toEqual([
      "triggered",
    ]);
    expect(
      decide({ rules: [scale], features: inside, attributes: { head: 400 }, settings: { "scale.head": 500 } }).counted
        .other_activity,
    ).toBe(1);
  });
  it("another activity or action is counted, not judged", () => {
    expect(decide({ rules: [emits], features: inside, attributes: { emits: ["none"] } }).counted).toMatchObject({
      took_part: 0,
      other_activity: 1,
    });
    expect(decide({ rules: [emits], features: inside, action: "existing" }).counted.other_activity).toBe(1);
  });
  it("a condition on the feature picks features, and a missing column cannot be told", () => {
    const late = rule("suspend", { when: { feature: "deadline", as_of: "before" } });
    const on = (deadline?: string) => [feature({ overlap: WHOLE, columns: deadline ? { deadline } : {} })];
    expect(decide({ rules: [late], features: on("2018-01-01") }).conclusion).toBe("suspended");
    expect(outcomes({ rules: [late], features: on("2030-01-01") })).toEqual(["not_triggered"]);
    expect(decide({ rules: [late], features: on() }).findings[0]).toMatchObject({
      outcome: "cannot_tell",
      reasons: [{ code: "missing_feature_attribute", name: "deadline" }],
    });
  });
  it("a rule that looks at no layer needs only its who", () => {
    const anywhere = rule("restrict", { where: { relation: "anywhere", theme: null } });
    expect(decide({ rules: [anywhere] })).toMatchObject({
      conclusion: "restricted",
      findings: [{ outcome: "triggered", feature: null }],
    });
  });
});

describe("dates and districts", () => {
  it("dates are half-open", () => {
    const dated = rule("prohibit", { valid_from: "2020-01-01", valid_to: "2026-08-15" });
    expect(outcomes({ rules: [dated], features: inside, asOf: "2020-01-01" })).toEqual(["triggered"]);
    expect(outcomes({ rules: [dated], features: inside, asOf: "2026-08-14" })).toEqual(["triggered"]);
    expect(decide({ rules: [dated], features: inside, asOf: "2026-08-15" }).counted).toMatchObject({ not_in_force: 1 });
    expect(decide({ rules: [dated], features: inside, asOf: "2019-12-31" }).counted).toMatchObject({ not_in_force: 1 });
  });
  it("a draft is listed and never ranks", () => {
    const answer = decide({ rules: [rule("prohibit")], instruments: [instrument({ status: "draft" })], features: inside });
    expect(answer.findings[0]).toMatchObject({ outcome: "triggered", status: "draft" });
    expect(answer.conclusion).toBe("notice");
  });
  it("a plan ranks with its own effect until its horizon, and as review after it", () => {
    const plan = instrument({ rank: "work_plan", horizon: "2021-01-01" });
    expect(decide({ rules: [rule("prohibit")], instruments: [plan], features: inside, asOf: "2020-12-31" }).conclusion).toBe(
      "prohibited",
    );
    expect(decide({ rules: [rule("prohibit")], instruments: [plan], features: inside, asOf: "2021-01-01" })).toMatchObject({
      conclusion: "undetermined",
      findings: [{ status: "horizon_passed" }],
    });
    expect(decide({ rules: [rule("condition")], instruments: [plan], features: inside, asOf: "2021-01-01" }).conclusion).toBe(
      "conditional",
    );
  });
  it("an instrument whose standing is unverified ranks as review at most", () =>
    expect(
      decide({ rules: [rule("prohibit")], instruments: [instrument({ status: "unverified" })], features: inside }).conclusion,
    ).toBe("undetermined"));
  it("a repealed instrument is not in force", () =>
    expect(
      decide({ rules: [rule("prohibit")], instruments: [instrument({ status: "repealed" })], features: inside }).counted
        .not_in_force,
    ).toBe(1));
  it("a district's rule takes part where the site is, and on zones of its competence elsewhere", () => {
    const local = instrument({ jurisdiction: "500118" });
    expect(outcomes({ rules: [rule("prohibit")], instruments: [local], features: inside })).toEqual(["triggered"]);
    expect(outcomes({ rules: [rule("prohibit")], instruments: [local], features: inside, jurisdictions: ["500116"] })).toEqual([
      "triggered",
    ]);
    const foreign = [feature({ overlap: WHOLE, columns: { competent_jurisdiction: "500116" } })];
    expect(
      decide({ rules: [rule("prohibit")], instruments: [local], features: foreign, jurisdictions: ["500116"] }).counted
        .other_district,
    ).toBe(1);
    expect(outcomes({ rules: [rule("prohibit")], instruments: [local], features: foreign })).toEqual(["not_triggered"]);
  });
  it("codes nest", () => {
    expect([
      liesIn("500118", "500000"),
      liesIn("500118", "500100"),
      liesIn("500118", "500118"),
      liesIn("500118", "510000"),
    ]).toEqual([true, true, true, false]);
  });
});

describe("conclusions", () => {
  const table: [Effect, Conclusion][] = [
    ["prohibit", "prohibited"],
    ["gate", "prohibited"],
    ["allowlist", "prohibited"],
    ["remove", "must_withdraw"],
    ["relocate", "must_withdraw"],
    ["suspend", "suspended"],
    ["review", "undetermined"],
    ["restrict", "restricted"],
    ["no_increase", "restricted"],
    ["replace", "restricted"],
    ["replace_reduce", "restricted"],
    ["condition", "conditional"],
    ["approval", "conditional"],
    ["duty", "notice"],
  ];
  it.each(table)("%s triggered is %s", (effect, conclusion) =>
    expect(decide({ rules: [rule(effect)], features: inside }).conclusion).toBe(conclusion),
  );
  it("nothing, with everything loaded, is clear", () =>
    expect(decide({ rules: [rule("prohibit")] })).toMatchObject({
      conclusion: "clear",
      known: "clear",
      possible: "clear",
      complete: true,
      standing: "formal",
    }));
  it("near is a notice", () => expect(decide({ rules: [rule("prohibit")], features: [feature()] }).conclusion).toBe("notice"));
  it("no activity in a zone is clear, also where no rule speaks of it", () =>
    expect(decide({ rules: [], features: inside }).conclusion).toBe("notice"));
  it.each([{ state: "not_loaded" as const }, { covers: false }, { failed: true }, { jurisdictions: [] }])(
    "%j is never clear, and not complete",
    (world) => {
      const answer = decide({ rules: [], ...world });
      expect(answer).toMatchObject({ conclusion: "undetermined", complete: false });
    },
  );
  it("with no known district any local rule may be waiting", () => {
    const answer = decide({ rules: [], jurisdictions: [] });
    expect(answer.possible).toBe("prohibited");
    expect(answer.themes.find((theme) => theme.spec.theme === "jurisdiction")?.status).toBe("no_data");
  });
  it("a theme off the checklist is not asked, and its rules do not take part", () => {
    const answer = decide({ rules: [rule("prohibit", { where: { theme: "control_area/eco_red_line" } })] });
    expect(answer.counted).toMatchObject({ not_asked: 1, took_part: 0 });
    expect(answer.themes.find((theme) => theme.spec.theme === "control_area/eco_red_line")?.status).toBe("not_asked");
  });
  it("standing follows the weakest basis, and screening is never milder than undetermined", () => {
    expect(decide({ rules: [], basis: "schematic" })).toMatchObject({ standing: "demonstration", conclusion: "clear" });
    expect(decide({ rules: [], basis: "computed_default" })).toMatchObject({ standing: "screening", conclusion: "undetermined" });
    expect(decide({ rules: [rule("condition")], features: inside, basis: "computed_default" })).toMatchObject({
      conclusion: "undetermined",
      known: "conditional",
    });
  });
});

describe("a provision that names other ways of building", () => {
  const silent = rule("prohibit", { id: "SILENT", who: { actions: ["new", "expanded"] } });
  const inside = [feature({ overlap: WHOLE })];
  const codes = (answer: ReturnType<typeof decide>) =>
    answer.findings.find((each) => each.rule.id === "SILENT")?.reasons.map(({ code }) => code);

  it("is not triggered, is never permission, and sends to review where nothing else answers", () => {
    const answer = decide({ rules: [silent], features: inside, action: "rebuilt" });
    expect(codes(answer)).toEqual(["action_not_named", "unanswered"]);
    expect(answer).toMatchObject({ conclusion: "undetermined", possible: "prohibited" });
  });

  it("weighs nothing where another rule answers, but a mere duty is no answer", () => {
    const other = (effect: "no_increase" | "duty") => rule(effect, { id: "OTHER", who: { actions: ["rebuilt"] } });
    const answered = decide({ rules: [silent, other("no_increase")], features: inside, action: "rebuilt" });
    expect(codes(answered)).toEqual(["action_not_named"]);
    expect(answered.conclusion).toBe("restricted");
    expect(decide({ rules: [silent, other("duty")], features: inside, action: "rebuilt" }).conclusion).toBe("undetermined");
  });

  it("is not answered by a draft, nor by a rule of which nobody can tell: a finding more never makes it milder", () => {
    const draft = rule("restrict", { id: "DRAFT", instrument: "draft", who: { actions: ["rebuilt"] } });
    const instruments = [instrument(), instrument({ id: "draft", status: "draft" })];
    const drafted = decide({ rules: [silent, draft], instruments, features: inside, action: "rebuilt" });
    expect(codes(drafted)).toEqual(["action_not_named", "unanswered"]);
    expect(drafted).toMatchObject({ conclusion: "undetermined", possible: "prohibited" });
    const open = rule("condition", { id: "OPEN", when: { feature: "purpose", in: ["water"] }, who: { actions: ["rebuilt"] } });
    const unknown = decide({ rules: [silent, open], features: inside, action: "rebuilt" });
    expect(unknown.findings.find(({ rule: { id } }) => id === "OPEN")?.outcome).toBe("cannot_tell");
    expect(unknown).toMatchObject({ conclusion: "undetermined", possible: "prohibited" });
  });

  it("is said only where the site lies in the place, and only between ways of building", () => {
    expect(codes(decide({ rules: [silent], features: [feature()], action: "rebuilt" }))).toBeUndefined();
    expect(codes(decide({ rules: [silent], features: inside, action: "existing" }))).toBeUndefined();
    const polluters = { ...silent, who: { ...silent.who, classes: ["polluting"] } };
    expect(
      codes(decide({ rules: [polluters], features: inside, action: "rebuilt", attributes: { emits: ["none"] } })),
    ).toBeUndefined();
  });
});

describe("a distance that the source does not give", () => {
  const bank = rule("restrict", {
    id: "BANK",
    where: { relation: "within_m", within_m: null, within_setting: "bank_m" },
  });

  it("unset, cannot be told anywhere, and names its setting", () => {
    for (const features of [[], [feature({ distance_m: 10 })]]) {
      const answer = decide({ rules: [bank], features });
      expect(answer.findings).toHaveLength(1);
      expect(answer.findings[0]).toMatchObject({ outcome: "cannot_tell", reasons: [{ code: "unset_setting", name: "bank_m" }] });
      expect(answer).toMatchObject({ conclusion: "restricted", complete: false });
    }
  });

  it("set, is a distance like any other", () => {
    const outcome = (distance_m: number) =>
      decide({ rules: [bank], features: [feature({ distance_m })], settings: { bank_m: 300 } }).findings[0]?.outcome;
    expect([outcome(299), outcome(301), outcome(1301)]).toEqual(["triggered", "near", "not_triggered"]);
  });
});
