import { describe, expect, it } from "vitest";
import gcoord_module from "gcoord";
import { accuracyOf, CRS_READ, geometryToCgcs2000, toCgcs2000 } from "../../server/formats/transform.ts";
import { FormatError } from "../../server/formats/format.ts";

const gcoord = gcoord_module as unknown as typeof gcoord_module.default;

/** ST_Transform of PostGIS 3.3 (PROJ 9) from EPSG:4490 (4326 for the last two): code, x, y in metres, lon, lat. */
const BY_POSTGIS: [number, number, number, number, number][] = [
  [4491, 13577523.5161, 4363298.1901, 75.9, 39.4],
  [4496, 18806706.7781, 2026625.2288, 107.9, 18.3],
  [4501, 23440415.3893, 5329856.3525, 134.2, 48.1],
  [4502, 594656.5516, 4371261.0075, 76.1, 39.47],
  [4507, 587442.4877, 3242856.9089, 105.9, 29.3],
  [4512, 492494.3031, 5285076.2188, 134.9, 47.7],
  [4513, 25577523.5161, 4363298.1901, 75.9, 39.4],
  [4517, 29429312.5533, 4625329.0772, 86.15, 41.76],
  [4523, 35587442.4877, 3242856.9089, 105.9, 29.3],
  [4528, 40460920.976, 5040634.3304, 119.5, 45.5],
  [4532, 44422188.67, 5068785.1237, 131.0, 45.75],
  [4533, 45440415.3893, 5329856.3525, 134.2, 48.1],
  [4534, 517227.3156, 4362930.7899, 75.2, 39.4],
  [4538, 429312.5533, 4625329.0772, 86.15, 41.76],
  [4544, 529697.122, 3020907.7192, 105.3, 27.3],
  [4544, 655460.5609, 3243583.2458, 106.6, 29.3],
  [4549, 460920.976, 5040634.3304, 119.5, 45.5],
  [4553, 422188.67, 5068785.1237, 131.0, 45.75],
  [4554, 500000, 5362905.2799, 135.0, 48.4],
  [3857, 11788734.075, 3413885.006, 105.9, 29.3],
  [32648, 587407.5107, 3241559.7662, 105.9, 29.3],
];
/** 1 mm on the ground. */
const MILLIMETRE = 1e-3 / 111_320;

describe("positions to CGCS2000", () => {
  it.each(BY_POSTGIS)("EPSG:%i %d %d is where PostGIS has it, to the millimetre", (code, x, y, lon, lat) => {
    const [[got_lon, got_lat]] = toCgcs2000([[x, y]], `EPSG:${code}`) as [[number, number]];
    expect(Math.abs(got_lon - lon)).toBeLessThan(MILLIMETRE);
    expect(Math.abs(got_lat - lat)).toBeLessThan(MILLIMETRE);
  });

  it("leaves degrees of CGCS2000 and WGS 84 as they are", () => {
    for (const crs of ["EPSG:4490", "EPSG:4326"]) expect(toCgcs2000([[105.9, 29.3]], crs)).toEqual([[105.9, 29.3]]);
  });

  it("takes back the shift of GCJ-02 and BD-09 to a centimetre of the public formula", () => {
    for (const [crs, system] of [
      ["GCJ-02", gcoord.GCJ02],
      ["BD-09", gcoord.BD09],
    ] as const) {
      const shifted = gcoord.transform([105.9, 29.3] as [number, number], gcoord.WGS84, system);
      expect(Math.hypot(shifted[0] - 105.9, shifted[1] - 29.3) * 111_320).toBeGreaterThan(100);
      const [[lon, lat]] = toCgcs2000([shifted], crs) as [[number, number]];
      expect(Math.hypot(lon - 105.9, lat - 29.3) * 111_320).toBeLessThan(crs === "GCJ-02" ? 0.01 : 0.5);
      expect(accuracyOf(crs)).toMatchObject({ confidence: "memory" });
      expect(accuracyOf(crs).accuracy_m).toBeGreaterThan(1);
    }
  });

  it("takes every system it lists, and answers a number that is none with none", () => {
    for (const crs of CRS_READ)
      expect(
        toCgcs2000(
          [
            [Number.NaN, 1],
            [Infinity, 1],
          ],
          crs,
        )
          .flat()
          .every(Number.isNaN),
      ).toBe(true);
  });

  it("refuses Xi'an 80 and Beijing 54, and systems it does not know", () => {
    for (const crs of ["XIAN80", "BEIJING54"])
      expect(() => toCgcs2000([[1, 1]], crs)).toThrow(expect.objectContaining({ code: "datum_refused" }));
    expect(() => toCgcs2000([], "EPSG:27700")).toThrow(FormatError);
  });
});

describe("shapes to CGCS2000", () => {
  it("splits edges longer than a kilometre before, so that a straight edge stays where it was", () => {
    const ends = [
      [35587442, 3242856],
      [35597442, 3242856],
    ];
    const { coordinates } = geometryToCgcs2000({ type: "LineString", coordinates: ends }, "EPSG:4523") as {
      coordinates: number[][];
    };
    expect(coordinates.length).toBe(11);
    const [[lon, lat]] = toCgcs2000([[35592442, 3242856]], "EPSG:4523") as [[number, number]];
    expect(coordinates[5]).toEqual([lon, lat]);
    const straight = (coordinates[0]![1]! + coordinates[10]![1]!) / 2;
    expect(Math.abs(lat - straight) * 111_320).toBeGreaterThan(0.5);
  });

  it("turns the axes where asked, in every type of shape", () => {
    const swapped = {
      type: "GeometryCollection" as const,
      geometries: [
        { type: "Point" as const, coordinates: [29.3, 105.9] },
        {
          type: "MultiPolygon" as const,
          coordinates: [
            [
              [
                [29, 105],
                [29, 106],
                [30, 106],
                [29, 105],
              ],
            ],
          ],
        },
      ],
    };
    expect(geometryToCgcs2000(swapped, "EPSG:4490", true)).toEqual({
      type: "GeometryCollection",
      geometries: [
        { type: "Point", coordinates: [105.9, 29.3] },
        {
          type: "MultiPolygon",
          coordinates: [
            [
              [
                [105, 29],
                [106, 29],
                [106, 30],
                [105, 29],
              ],
            ],
          ],
        },
      ],
    });
  });
});
