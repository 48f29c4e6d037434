/** The screen and the report write a figure alike. */
import fc from "fast-check";
import { beforeEach, describe, expect, it, vi } from "vitest";
import * as paper from "../../server/measures.ts";

const screen_lang = vi.hoisted(() => ({ value: "zh" as "zh" | "en" }));
vi.mock("../../web/messages.ts", async () => {
  const { say } = await import("../../server/messages.ts");
  return { lang: screen_lang, t: (key: string, params?: Record<string, unknown>) => say(screen_lang.value, key, params) };
});
const screen = await import("../../web/format.ts");

describe.each(["zh", "en"] as const)("in %s", (lang) => {
  beforeEach(() => void (screen_lang.value = lang));

  it("areas, lengths and shares are the same words on the screen and on paper", () => {
    fc.assert(
      fc.property(fc.oneof(fc.double({ min: 0, max: 2, noNaN: true }), fc.double({ min: 0, max: 1e9, noNaN: true })), (value) => {
        expect(screen.areaText(value)).toBe(paper.areaText(lang, value));
        expect(screen.squareMetresText(value)).toBe(paper.squareMetresText(lang, value));
        expect(screen.distanceText(value)).toBe(paper.distanceText(lang, value));
        expect(screen.percentText(value / 1e9)).toBe(paper.percentText(lang, value / 1e9));
      }),
    );
  });

  it("an area below a square metre is told in square metres: no overlap reads as nothing", () => {
    for (const write of [screen.areaText, (area_m2: number) => paper.areaText(lang, area_m2)]) {
      expect(write(0.49)).toBe("0.49 m²");
      expect(write(0.01)).toBe("0.01 m²");
      expect(write(12_345)).toMatch(/^1\.2345 (公顷（18\.52 亩）|ha \(18\.52 mu\))$/);
    }
  });
});
