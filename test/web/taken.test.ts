import { describe, expect, it } from "vitest";
import { takenOf } from "../../web/taken.ts";

const area = (feature: string, overlap_m2: number) => ({ feature, overlap_m2, overlap_length_m: null });
const AREA = { area_m2: 100_000, length_m: null };

describe("what a site takes of a theme", () => {
  it("zones of 1 and 2 ha are 3 ha", () => {
    expect(takenOf([area("a", 10_000), area("b", 20_000)], AREA)).toEqual({ area_m2: 30_000, length_m: 0 });
  });

  it("a zone of which two articles speak counts once", () => {
    expect(takenOf([area("a", 10_000), area("a", 10_000)], AREA).area_m2).toBe(10_000);
  });

  it("zones over each other take no more than the site has", () => {
    expect(takenOf([area("a", 80_000), area("b", 90_000)], AREA).area_m2).toBe(100_000);
  });

  it("a line takes metres", () => {
    const line = (feature: string, overlap_length_m: number) => ({ feature, overlap_m2: null, overlap_length_m });
    expect(takenOf([line("a", 40), line("b", 60)], { area_m2: null, length_m: 500 })).toEqual({ area_m2: 0, length_m: 100 });
  });

  it("nothing found takes nothing", () => {
    expect(takenOf([], { area_m2: null, length_m: null })).toEqual({ area_m2: 0, length_m: 0 });
  });
});
