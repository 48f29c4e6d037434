import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareTexts } from "../../web/text_difference.ts";

const marked = (before: string, after: string) => {
  const both = compareTexts(before, after);
  const show = (side: "before" | "after") => both[side].map(({ text, differs }) => (differs ? `[${text}]` : text)).join("");
  return [show("before"), show("after")];
};

describe("where two texts differ", () => {
  it("marks single Chinese characters and whole Latin words", () => {
    expect(marked("第六十五条第一款", "第三百一十九条第一款")).toEqual(["第[六十五]条第一款", "第[三百一十九]条第一款"]);
    expect(marked("may not be built there", "may never be built there")).toEqual([
      "may [not] be built there",
      "may [never] be built there",
    ]);
    expect(marked("within 50.5 m", "within 50 m")).toEqual(["within [50.5] m", "within [50] m"]);
  });
  it("nothing where they are the same, everything where one is empty", () => {
    expect(marked("同样", "同样")).toEqual(["同样", "同样"]);
    expect(marked("", "新增")).toEqual(["", "[新增]"]);
  });
  it("joined again, the stretches are the texts, and what is alike is alike in number on both sides", () =>
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("水", "源", "a", "1", " ", "。") }), fc.string(), (before, after) => {
        const both = compareTexts(before, after);
        const joined = (side: "before" | "after") => both[side].map(({ text }) => text).join("");
        expect([joined("before"), joined("after")]).toEqual([before, after]);
        const same = (side: "before" | "after") => both[side].flatMap(({ text, differs }) => (differs ? [] : [text])).join("");
        expect(same("before")).toBe(same("after"));
      }),
    ));
});
