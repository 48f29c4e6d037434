import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluate, type Facts, leaves, type Truth, whoCondition } from "../../server/domain/condition.ts";
import type { AttributeSpec, Condition } from "../../server/domain/rule.ts";

const NAMES = ["a", "b", "c", "d"];

function facts(more: Partial<Facts> = {}): Facts {
  return {
    activity: "farm",
    tags: ["construction"],
    fixed: {},
    attributes: {},
    specs: [],
    classes: {},
    feature: null,
    asOf: "2026-11-22",
    settings: {},
    ...more,
  };
}
const absent = (name: string, value: string): Pick<AttributeSpec, "name" | "absent">[] => [{ name, absent: value }];
const value = (condition: Condition, more: Partial<Facts> = {}) => evaluate(condition, facts(more)).value;
const attribute = (name: string) => ({ kind: "attribute" as const, name });
const yes = (name: string): Condition => ({ attribute: name, in: [true] });

const known = { t: true, f: false } as const;
const TABLE: [string, string, string, string][] = [
  // left, right, all, any
  ["t", "t", "true", "true"],
  ["t", "f", "false", "true"],
  ["t", "u", "unknown", "true"],
  ["f", "f", "false", "false"],
  ["f", "u", "false", "unknown"],
  ["u", "u", "unknown", "unknown"],
];

describe("Kleene's tables", () => {
  it.each(TABLE)("%s and %s: all is %s, any is %s", (left, right, all, any) => {
    const attributes = Object.fromEntries(
      [
        ["a", left],
        ["b", right],
      ].flatMap(([name, word]) => (word === "u" ? [] : [[name, known[word as "t" | "f"]]])),
    );
    for (const arms of [
      [yes("a"), yes("b")],
      [yes("b"), yes("a")],
    ]) {
      expect(value({ all: arms }, { attributes })).toBe(all);
      expect(value({ any: arms }, { attributes })).toBe(any);
    }
  });
  it("not turns true and false, and leaves unknown", () => {
    expect(value({ not: yes("a") }, { attributes: { a: true } })).toBe("false");
    expect(value({ not: yes("a") }, { attributes: { a: false } })).toBe("true");
    expect(value({ not: yes("a") })).toBe("unknown");
  });
});

describe("leaves", () => {
  it("activity and tag are always known", () => {
    expect(value({ activity: ["farm", "mine"] })).toBe("true");
    expect(value({ activity: ["mine"] })).toBe("false");
    expect(value({ tag: "construction" })).toBe("true");
    expect(value({ tag: "use" })).toBe("false");
  });
  it("a class gives its whole answer, and one that is not there throws", () => {
    const scale = { value: "unknown" as const, missing: [attribute("head")], assumed: ["purpose"] };
    expect(evaluate({ class: "scale" }, facts({ classes: { scale } }))).toEqual(scale);
    expect(() => evaluate({ class: "scale" }, facts())).toThrow('There is no class "scale".');
  });
  it("in compares by value and type", () => {
    expect(value({ attribute: "a", in: ["x", "y"] }, { attributes: { a: "y" } })).toBe("true");
    expect(value({ attribute: "a", in: ["1"] }, { attributes: { a: 1 } })).toBe("false");
  });
  it("includes_any reads a list, and cannot tell of anything else", () => {
    const condition: Condition = { attribute: "emits", includes_any: ["water", "air"] };
    expect(value(condition, { attributes: { emits: ["solid", "air"] } })).toBe("true");
    expect(value(condition, { attributes: { emits: ["none"] } })).toBe("false");
    expect(value(condition, { attributes: { emits: "water" } })).toBe("unknown");
  });
  it.each([
    ["C2631", "true"],
    ["C26", "true"],
    ["C2", "unknown"],
    ["C27", "unknown"],
    ["C2710", "true"],
    ["C2720", "false"],
    ["D46", "false"],
  ])("starts_with: %s under C26 and C271 is %s", (code, expected) =>
    expect(value({ attribute: "industry_code", starts_with: ["C26", "C271"] }, { attributes: { industry_code: code } })).toBe(
      expected,
    ),
  );
  it("gte and lt hold on their own side of the number", () => {
    for (const [a, gte] of [
      [500, "true"],
      [499, "false"],
    ] as const) {
      expect(value({ attribute: "a", gte: 500 }, { attributes: { a } })).toBe(gte);
      expect(value({ attribute: "a", lt: 500 }, { attributes: { a } })).toBe(gte === "true" ? "false" : "true");
    }
  });
  it("a date is compared with the as-of date, which counts as on or after, and as on or before", () => {
    for (const [date, before] of [
      ["2026-11-21", "true"],
      ["2026-11-22", "false"],
      ["2026-11-23", "false"],
    ] as const) {
      expect(value({ feature: "deadline", as_of: "before" }, { feature: { deadline: date } })).toBe(before);
      expect(value({ feature: "deadline", as_of: "on_or_after" }, { feature: { deadline: date } })).toBe(
        before === "true" ? "false" : "true",
      );
      expect(value({ feature: "deadline", as_of: "on_or_before" }, { feature: { deadline: date } })).toBe(
        date === "2026-11-23" ? "false" : "true",
      );
    }
  });
  it("a feature's missing column is unknown and named, also when null or of the wrong type", () => {
    for (const feature of [null, {}, { capacity: null }, { capacity: "500" }])
      expect(evaluate({ feature: "capacity", gte: 100 }, facts({ feature }))).toEqual({
        value: "unknown",
        missing: [{ kind: "feature_attribute", name: "capacity" }],
        assumed: [],
      });
  });
});

describe("an operator setting", () => {
  const condition: Condition = { attribute: "head", gte_setting: "scale.{species}" };
  it("is named when it is unset, and never guessed", () =>
    expect(evaluate(condition, facts({ attributes: { head: 600, species: "pig" } }))).toMatchObject({
      value: "unknown",
      missing: [{ kind: "setting", name: "scale.pig" }],
    }));
  it.each([
    [500, "true"],
    [499, "false"],
  ])("%d of 500 is %s", (head, expected) =>
    expect(value(condition, { attributes: { head, species: "pig" }, settings: { "scale.pig": 500 } })).toBe(expected),
  );
  it("of an unknown kind asks for the kind", () =>
    expect(evaluate(condition, facts({ attributes: { head: 600 }, settings: { "scale.pig": 500 } })).missing).toEqual([
      attribute("species"),
    ]));
  it("asks for the number, the kind and the setting where each is missing", () => {
    expect(evaluate(condition, facts()).missing).toEqual([attribute("head"), attribute("species")]);
    expect(evaluate(condition, facts({ attributes: { species: "pig" } })).missing).toEqual([
      attribute("head"),
      { kind: "setting", name: "scale.pig" },
    ]);
  });
});

describe("what is assumed", () => {
  const exempt: Condition = { attribute: "purpose", in: ["supply"] };
  it("an attribute with a meaning for absence is taken so, and listed", () =>
    expect(evaluate(exempt, facts({ specs: absent("purpose", "other") }))).toEqual({
      value: "false",
      missing: [],
      assumed: ["purpose"],
    }));
  it("what is given or fixed is not assumed, and fixed goes first", () => {
    expect(evaluate(exempt, facts({ specs: absent("purpose", "other"), attributes: { purpose: "supply" } }))).toEqual({
      value: "true",
      missing: [],
      assumed: [],
    });
    expect(value(exempt, { fixed: { purpose: "other" }, attributes: { purpose: "supply" } })).toBe("false");
  });
  it("is listed only where the value rests on it", () =>
    expect(evaluate({ all: [exempt, { tag: "use" }] }, facts({ specs: absent("purpose", "other") }))).toEqual({
      value: "false",
      missing: [],
      assumed: [],
    }));
});

it("missing names only what can still change the value", () => {
  expect(evaluate({ all: [yes("a"), yes("b")] }, facts({ attributes: { a: false } })).missing).toEqual([]);
  expect(evaluate({ all: [yes("a"), yes("b"), yes("c")] }, facts({ attributes: { a: true } })).missing).toEqual([
    attribute("b"),
    attribute("c"),
  ]);
  expect(evaluate({ any: [{ all: [yes("a"), yes("b")] }, yes("c")] }, facts({ attributes: { a: false } })).missing).toEqual([
    attribute("c"),
  ]);
});

it("whom a rule addresses: any of its classes, and its condition", () => {
  const classes = {
    one: { value: "false" as const, missing: [], assumed: [] },
    two: { value: "true" as const, missing: [], assumed: [] },
  };
  const who = { classes: ["one", "two"], actions: [], condition: yes("a") };
  expect(evaluate(whoCondition({ who }), facts({ classes, attributes: { a: true } })).value).toBe("true");
  expect(evaluate(whoCondition({ who: { ...who, classes: ["one"] } }), facts({ classes })).value).toBe("false");
  expect(evaluate(whoCondition({ who: { classes: [], actions: [], condition: null } }), facts()).value).toBe("true");
});

it("leaves come with their path", () =>
  expect([...leaves({ all: [yes("a"), { not: { any: [yes("b")] } }] }, "who")].map(({ path }) => path)).toEqual([
    "who/all/0",
    "who/all/1/not/any/0",
  ]));

/** What is known, by the names that unknown answers give: attributes, an order, what stood first, another rule. */
const KNOWN = [...NAMES, "regional_limit", "since", "R"];
function known_of(world: Record<string, boolean>): Partial<Facts> {
  const { regional_limit, since, R, ...attributes } = world;
  const truth = (yes: boolean | undefined): Truth => (yes === undefined ? "unknown" : yes ? "true" : "false");
  const stood = { value: truth(since), missing: since === undefined ? [attribute("since")] : [], assumed: [] };
  return {
    attributes,
    orders: { regional_limit: truth(regional_limit), approval_suspension: "false" },
    stood: { before_zone: stood, before_rule: stood },
    outcomes: { R: R === undefined ? "unknown" : R ? "triggered" : "not_triggered" },
  };
}

const { condition: conditions } = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom(...NAMES).map(yes),
    fc.constantFrom<Condition>(
      { tag: "construction" },
      { tag: "use" },
      { order: ["regional_limit", "approval_suspension"] },
      { order: ["approval_suspension"] },
      { stood: "before_zone" },
      { stood: "before_rule" },
      { rule: "R", outcome: ["triggered"] },
      { rule: "R", outcome: ["near", "not_triggered"] },
    ),
    fc.array(tie("condition"), { minLength: 1, maxLength: 3 }).map((all) => ({ all })),
    fc.array(tie("condition"), { minLength: 1, maxLength: 3 }).map((any) => ({ any })),
    tie("condition").map((not) => ({ not })),
  ),
}));
const someAttributes = fc.dictionary(fc.constantFrom(...KNOWN), fc.boolean());
const allAttributes = fc.record(Object.fromEntries(KNOWN.map((name) => [name, fc.boolean()])));
const check = <T>(property: fc.IRawProperty<T>) => fc.assert(property, { numRuns: 500 });

describe("for every condition", () => {
  it("learning more never turns true into false or false into true", () =>
    check(
      fc.property(conditions, someAttributes, allAttributes, (condition, some, all) => {
        const before = value(condition, known_of(some));
        if (before !== "unknown") expect(value(condition, known_of({ ...all, ...some }))).toBe(before);
      }),
    ));
  it("with everything known nothing is unknown", () =>
    check(
      fc.property(conditions, allAttributes, (condition, attributes) => {
        expect(value(condition, known_of(attributes))).not.toBe("unknown");
      }),
    ));
  it("unknown names something, and what is known names nothing", () =>
    check(
      fc.property(conditions, someAttributes, (condition, attributes) => {
        const answer = evaluate(condition, facts(known_of(attributes)));
        expect(answer.missing.length > 0).toBe(answer.value === "unknown");
      }),
    ));
  it("supplying what is missing decides it, and supplying all the rest does not", () =>
    check(
      fc.property(conditions, someAttributes, allAttributes, (condition, some, all) => {
        const { value: before, missing } = evaluate(condition, facts(known_of(some)));
        if (before !== "unknown") return;
        const named = missing.map(({ name }) => name);
        const pick = (wanted: (name: string) => boolean) =>
          Object.fromEntries(Object.entries(all).filter(([name]) => wanted(name)));
        expect(value(condition, known_of({ ...pick((name) => named.includes(name)), ...some }))).not.toBe("unknown");
        expect(value(condition, known_of({ ...pick((name) => !named.includes(name)), ...some }))).toBe("unknown");
      }),
    ));
  it("De Morgan holds, what is missing included", () =>
    check(
      fc.property(fc.array(conditions, { minLength: 1, maxLength: 3 }), someAttributes, (arms, attributes) => {
        const nots = arms.map((arm): Condition => ({ not: arm }));
        expect(evaluate({ not: { all: arms } }, facts(known_of(attributes)))).toEqual(
          evaluate({ any: nots }, facts(known_of(attributes))),
        );
        expect(evaluate({ not: { any: arms } }, facts(known_of(attributes)))).toEqual(
          evaluate({ all: nots }, facts(known_of(attributes))),
        );
      }),
    ));
  it("the order of arms does not matter to the value", () =>
    check(
      fc.property(fc.array(conditions, { minLength: 1, maxLength: 4 }), someAttributes, (arms, attributes) => {
        expect(value({ all: arms.toReversed() }, known_of(attributes))).toBe(value({ all: arms }, known_of(attributes)));
        expect(value({ any: arms.toReversed() }, known_of(attributes))).toBe(value({ any: arms }, known_of(attributes)));
      }),
    ));
});
