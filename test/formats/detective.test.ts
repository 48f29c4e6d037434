import fc from "fast-check";
import proj4 from "proj4";
import { describe, expect, it } from "vitest";
import { gaussKrueger } from "../../server/formats/crs.ts";
import { detect, type Bbox, type Clues } from "../../server/formats/detective.ts";

const YONGCHUAN = { bbox: [105.627, 28.939, 106.085, 29.573] as Bbox };
const KORLA = { bbox: [85.195, 41.239, 86.514, 42.269] as Bbox };
const clues = (sample: number[][], more: Partial<Clues> = {}): Clues => ({
  sample,
  declared: null,
  district: YONGCHUAN,
  known: [],
  ...more,
});
const declared = (crs: string | null, where = ".prj") => ({ text: crs ?? "some grid", crs, where });
const codes = (found: { code: string }[]) => found.map(({ code }) => code);

describe("the detective of reference systems", () => {
  it("reads the zone in front of an easting: 35 is a 3-degree zone, 18 a 6-degree one", () => {
    expect(detect(clues([[35587442, 3242856]])).candidates.map(({ crs }) => crs)).toEqual(["EPSG:4523"]);
    expect(detect(clues([[18587442, 3242856]])).candidates.map(({ crs }) => crs)).toEqual(["EPSG:4496"]);
  });

  it("without a zone, the district decides which; two systems that are one projection are both named", () => {
    const { candidates, certain } = detect(clues([[587442, 3242856]]));
    expect(candidates.map(({ crs }) => crs)).toEqual(["EPSG:4544", "EPSG:4507"]);
    expect(codes(candidates[1]!.reasons)).toContain("same_projection");
    expect(certain).toBe(false);
  });

  it("without a zone and without a district, no zone is preferred", () => {
    const { candidates } = detect(clues([[587442, 3242856]], { district: null }));
    const three = candidates.filter(({ crs }) => gaussKrueger(crs)!.width === 3);
    expect(three.length).toBe(21);
    expect(new Set(three.map(({ score }) => score)).size).toBe(1);
  });

  it("calls nothing certain that the file does not declare, and says that Xi'an 80 and Beijing 54 look alike", () => {
    for (const sample of [[[35587442, 3242856]], [[105.9, 29.3]], [[11788734, 3413885]], [[587442, 3242856]]]) {
      const { certain, warnings } = detect(clues(sample));
      expect(certain).toBe(false);
      expect(codes(warnings)).toContain("datum_unproven");
    }
  });

  it("is certain of what the file declares and nothing contradicts", () => {
    const { certain, candidates, warnings } = detect(clues([[35587442, 3242856]], { declared: declared("EPSG:4523") }));
    expect({ certain, first: candidates[0]!.crs, warnings }).toEqual({ certain: true, first: "EPSG:4523", warnings: [] });
  });

  it("is not certain of what only the format declares: many a KML is shifted", () => {
    const { certain, candidates } = detect(clues([[105.9, 29.3]], { declared: declared("EPSG:4326", "format") }));
    expect(certain).toBe(false);
    expect(candidates.map(({ crs }) => crs)).toEqual(["EPSG:4326", "EPSG:4490", "GCJ-02", "BD-09"]);
  });

  it("contradicts a declaration that the numbers do not fit", () => {
    const degrees = detect(clues([[35587442, 3242856]], { declared: declared("EPSG:4326") }));
    expect(codes(degrees.warnings)).toContain("contradicted_range");
    expect(degrees.candidates[0]!.crs).toBe("EPSG:4523");
    expect(codes(detect(clues([[35587442, 3242856]], { declared: declared("EPSG:4524") })).warnings)).toContain(
      "contradicted_range",
    );
    expect(codes(detect(clues([[35587442, 3242856]], { declared: declared("EPSG:4326", "format") })).warnings)).toContain(
      "contradicted_format",
    );
  });

  it("contradicts a declaration by which the data leave the district, where another keeps them in", () => {
    const { certain, warnings } = detect(clues([[587442, 3242856]], { declared: declared("EPSG:4545") }));
    expect(certain).toBe(false);
    expect(codes(warnings)).toContain("contradicted_district");
  });

  it("says when a declared system is right and the place is another", () => {
    const { certain, warnings } = detect(clues([[35587442, 3242856]], { declared: declared("EPSG:4523"), district: KORLA }));
    expect(certain).toBe(false);
    expect(codes(warnings)).toContain("declared_outside_district");
  });

  it("finds exchanged axes, declared or not", () => {
    expect(detect(clues([[3242856, 35587442]])).candidates[0]).toMatchObject({ crs: "EPSG:4523", swap: true });
    expect(detect(clues([[29.3, 105.9]])).candidates[0]).toMatchObject({ crs: "EPSG:4490", swap: true });
    const { candidates, warnings, certain } = detect(clues([[29.3, 105.9]], { declared: declared("EPSG:4490") }));
    expect(candidates[0]).toMatchObject({ crs: "EPSG:4490", swap: true });
    expect(codes(warnings)).toContain("contradicted_axes");
    expect(certain).toBe(false);
  });

  it.each(["XIAN80", "BEIJING54"])("refuses %s and offers nothing in its place", (crs) => {
    const { candidates, warnings } = detect(clues([[35587442, 3242856]], { declared: declared(crs) }));
    expect(candidates).toEqual([]);
    expect(warnings).toEqual([{ code: "datum_refused", params: { datum: crs } }]);
  });

  it("says that nothing fits a local grid, and that there is nothing to judge by", () => {
    expect(codes(detect(clues([[5123.4, 8765.4]])).warnings)).toContain("nothing_fits");
    expect(codes(detect(clues([])).warnings)).toEqual(["no_positions"]);
  });

  it("ranks by layers already loaded where there is no district", () => {
    const { candidates } = detect(clues([[587442, 3242856]], { district: null, known: [YONGCHUAN.bbox] }));
    expect(
      candidates
        .slice(0, 2)
        .map(({ crs }) => crs)
        .toSorted(),
    ).toEqual(["EPSG:4507", "EPSG:4544"].toSorted());
  });

  it("finds the true system of any place in any zone, first, when it knows the district", () => {
    const zones = [...Array(64).keys()].map((i) => `EPSG:${4491 + i}`);
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.double({ min: -1, max: 1, noNaN: true }),
        fc.double({ min: 20, max: 50, noNaN: true }),
        (crs, at, lat) => {
          const zone = gaussKrueger(crs)!;
          const lon = Math.min(Math.max(zone.central_meridian + (at * zone.width) / 2.02, 73.6), 135.8);
          const x_0 = 500_000 + (zone.zone ?? 0) * 1_000_000;
          const to = `+proj=tmerc +lat_0=0 +lon_0=${zone.central_meridian} +k=1 +x_0=${x_0} +y_0=0 +a=6378137 +rf=298.257222101 +units=m`;
          const sample = [proj4("+proj=longlat +a=6378137 +rf=298.257222101", to, [lon, lat])];
          const bbox: Bbox = [lon - 0.2, lat - 0.2, lon + 0.2, lat + 0.2];
          const first = detect({ sample, declared: null, district: { bbox }, known: [] }).candidates[0]!;
          const found = gaussKrueger(first.crs);
          expect(first.swap).toBe(false);
          expect(found && { meridian: found.central_meridian, zone: found.zone }).toEqual({
            meridian: zone.central_meridian,
            zone: zone.zone,
          });
        },
      ),
      { numRuns: 100 },
    );
  });
});
