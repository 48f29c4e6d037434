/** What people type for a position, and what must be read of it: one place, several named ones, or a named fault. */
import proj4 from "proj4";
import { describe, expect, it } from "vitest";
import { type Box, type Candidate, readCoordinates } from "../../web/coordinates.ts";

/** 永川区. */
const YONGCHUAN: Box = [105.63, 28.94, 106.08, 29.57];

function places(text: string, near?: Box): Candidate[] {
  const reading = readCoordinates(text, near);
  if (reading.kind !== "places") throw new Error(`${text}: ${JSON.stringify(reading)}`);
  return reading.candidates;
}
const only = (text: string) => {
  const all = places(text, YONGCHUAN);
  expect(all, text).toHaveLength(1);
  return all[0]!;
};
const fault = (text: string) => {
  const reading = readCoordinates(text, YONGCHUAN);
  return reading.kind === "fault" ? reading.fault : reading.kind;
};

describe("degrees", () => {
  it.each([
    ["105.951, 29.23"],
    ["105.951 29.23"],
    ["105.951，29.23"],
    ["105.951、29.23"],
    ["(105.951; 29.23)"],
    ["[105.951, 29.23]"],
    ["１０５.９５１，２９.２３"],
    ["105.951E 29.23N"],
    ["E105.951 N29.23"],
    ["105.951°E, 29.23°N"],
    ["东经105.951 北纬29.23"],
    ["东经105.951°，北纬29.23°"],
    ["東經105.951度 北緯29.23度"],
    ["经度：105.951，纬度：29.23"],
    ["经度105.951 纬度29.23"],
    ["lon=105.951 lat=29.23"],
    ["Longitude: 105.951, Latitude: 29.23"],
    ["105.951,29.23,"],
  ])("%s", (text) => {
    expect(only(text)).toMatchObject({ lon: 105.951, lat: 29.23, crs: "EPSG:4490", swapped: false, distance_m: 0 });
  });

  it.each([
    ["29.23, 105.951"],
    ["29.23N 105.951E"],
    ["N29.23, E105.951"],
    ["北纬29.23东经105.951"],
    ["北纬29.23°，东经105.951°"],
    ["lat 29.23 lon 105.951"],
    ["29.23N, 105.951"],
  ])("%s has north first, and says so", (text) => {
    expect(only(text)).toMatchObject({ lon: 105.951, lat: 29.23, swapped: true });
  });

  it.each([
    ["105°57'03.6\" 29°13'48\""],
    ["105°57′03.6″, 29°13′48″"],
    ["105°57’03.6” 29°13’48”"],
    ["105°57'03.6'' 29°13'48''"],
    ["105º57'03.6\"E 29º13'48\"N"],
    ["105-57-03.6 29-13-48"],
    ["105-57-03.6,29-13-48"],
    ["105 57 03.6 29 13 48"],
    ["105 57 03.6, 29 13 48"],
    ["105 57 03.6E 29 13 48N"],
    ["E105 57 03.6 N29 13 48"],
    ["东经105度57分03.6秒，北纬29度13分48秒"],
    ["东经105°57′03.6″北纬29°13′48″"],
    ["105°57.06' 29°13.8'"],
    ["105 57.06, 29 13.8"],
  ])("%s", (text) => {
    const one = only(text);
    expect([one.lon, one.lat]).toEqual([expect.closeTo(105.951, 9), expect.closeTo(29.23, 9)]);
    expect(one.swapped).toBe(false);
  });

  it("reads a latitude first in minutes and seconds", () => {
    expect(only("29°13'48\"N 105°57'03.6\"E")).toMatchObject({ lat: expect.closeTo(29.23, 9), swapped: true });
    expect(only("29-13-48 105-57-03.6")).toMatchObject({ lon: expect.closeTo(105.951, 9), swapped: true });
  });

  it("reads the south and the west, by letter or by sign", () => {
    expect(only("33.9S 18.4E")).toMatchObject({ lon: 18.4, lat: -33.9 });
    expect(only("南纬33.9 西经70.6")).toMatchObject({ lon: -70.6, lat: -33.9 });
    expect(only("-120.5, 40.25")).toMatchObject({ lon: -120.5, lat: 40.25 });
    expect(only("-105°30', 29°0'")).toMatchObject({ lon: -105.5 });
  });

  it("offers both orders where both are places, that of the country first, and the nearer first", () => {
    const kashgar: Box = [75, 38.5, 77, 40];
    expect(places("39.47, 75.99", kashgar).map(({ lon, swapped }) => [lon, swapped])).toEqual([
      [75.99, true],
      [39.47, false],
    ]);
    expect(places("39.47, 75.99").map(({ lon }) => lon)).toEqual([75.99, 39.47]);
    expect(places("75.99, 39.47").map(({ swapped }) => swapped)).toEqual([false, true]);
    expect(places("10, 20")).toHaveLength(2);
  });
});

/** Metres of a known point in a CGCS2000 zone, by another implementation. */
function metres(central_meridian: number, zone: number | null, [lon, lat]: [number, number]): [number, number] {
  const x_0 = 500_000 + (zone ?? 0) * 1_000_000;
  return proj4(
    "+proj=longlat +a=6378137 +rf=298.257222101 +no_defs",
    `+proj=tmerc +lat_0=0 +lon_0=${central_meridian} +k=1 +x_0=${x_0} +y_0=0 +a=6378137 +rf=298.257222101 +units=m +no_defs`,
    [lon, lat],
  ) as [number, number];
}

describe("Gauss-Krueger metres", () => {
  const SITE: [number, number] = [105.951, 29.23];

  it.each([
    ["a 3-degree zone", 105, 35, "EPSG:4523"],
    ["a 6-degree zone", 105, 18, "EPSG:4496"],
    ["the next 3-degree zone", 108, 36, "EPSG:4524"],
  ] as const)("a prefix names %s: one place", (_, meridian, zone, crs) => {
    const [x, y] = metres(meridian, zone, SITE);
    for (const [text, swapped] of [
      [`${x.toFixed(3)}, ${y.toFixed(3)}`, false],
      [`${y.toFixed(3)} ${x.toFixed(3)}`, true],
      [`X=${y.toFixed(3)} Y=${x.toFixed(3)}`, true],
      [`${x.toFixed(3)}m, ${y.toFixed(3)}m`, false],
      [`${x.toFixed(3)}米，${y.toFixed(3)}米`, false],
    ] as const) {
      const one = only(text);
      expect(one, text).toMatchObject({ crs, swapped, distance_m: 0 });
      expect([one.lon, one.lat]).toEqual([expect.closeTo(SITE[0], 7), expect.closeTo(SITE[1], 7)]);
    }
  });

  it("every prefix from 13 to 23 and from 25 to 45 names its zone", () => {
    for (let zone = 13; zone <= 45; zone++) {
      const text = `${zone}500000, 3235100`;
      if (zone === 24) {
        expect(fault(text)).toBe("unknown_zone");
        continue;
      }
      const crs = zone <= 23 ? `EPSG:${4491 + zone - 13}` : `EPSG:${4513 + zone - 25}`;
      const meridian = zone <= 23 ? zone * 6 - 3 : zone * 3;
      expect(places(text).find((one) => one.crs === crs)?.lon, text).toBeCloseTo(meridian, 9);
    }
  });

  it("without a prefix nothing is guessed: every meridian is offered, that of the district first", () => {
    const [x, y] = metres(105, null, SITE);
    const all = places(`${x.toFixed(2)}, ${y.toFixed(2)}`, YONGCHUAN);
    expect(all).toHaveLength(21);
    expect(all[0]).toMatchObject({ crs: "EPSG:4544", swapped: false, distance_m: 0 });
    expect(all[0]!.lon).toBeCloseTo(SITE[0], 6);
    expect(all[1]).toMatchObject({ crs: "EPSG:4545" });
    expect(all[1]!.distance_m).toBeGreaterThan(200_000);
    expect(new Set(all.map(({ crs }) => crs)).size).toBe(21);
    expect(places(`${x},${y}`).map(({ distance_m }) => distance_m)).not.toContain(0);
  });

  it("without a prefix and north first: the same, swapped", () => {
    const all = places("3235100, 592400", YONGCHUAN);
    expect(all[0]).toMatchObject({ crs: "EPSG:4544", swapped: true });
    expect(all.every(({ swapped }) => swapped)).toBe(true);
    expect(places("3235100N 592400E", YONGCHUAN)[0]).toMatchObject({ crs: "EPSG:4544", swapped: true });
  });

  it("two eastings alike are offered in both orders", () => {
    const all = places("450000, 480000", [108, 3, 112, 8]);
    expect(new Set(all.map(({ swapped }) => swapped))).toEqual(new Set([true, false]));
  });

  it("the district's own zone comes first also where it puts the point outside the district", () => {
    expect(places("650000, 3235100", YONGCHUAN)[0]).toMatchObject({ crs: "EPSG:4544" });
    expect(places("650000, 3235100", YONGCHUAN)[0]!.distance_m).toBeGreaterThan(10_000);
  });

  it("Web Mercator metres are offered where they may be meant, beside a zone", () => {
    const all = places("13500000, 4000000");
    expect(all.map(({ crs }) => crs)).toEqual(["EPSG:4491", "EPSG:3857"]);
    expect(places("11794000, 3408000", YONGCHUAN)[0]).toMatchObject({ crs: "EPSG:3857", distance_m: 0 });
  });
});

describe("what is no place is named", () => {
  it.each([
    ["200, 29", "out_of_range"],
    ["105, 29, 30", "none"],
    ["95, 95", "out_of_range"],
    ["120N 30E", "out_of_range"],
    ["105°60'00\" 29°13'48\"", "sexagesimal"],
    ["105°57'61\" 29°13'48\"", "sexagesimal"],
    ["105.5°30' 29°13'", "sexagesimal"],
    ["105 57.5 03.6 29 13 48", "sexagesimal"],
    ["29.2N 30.1N", "same_axis"],
    ["东经105 东经106", "same_axis"],
    ["592400E 3235100E", "same_axis"],
    ["46500000, 3235100", "unknown_zone"],
    ["12500000, 9235100", "unknown_zone"],
    ["592400, 99999999", "unknown_zone"],
    ["592400, 7000000", "out_of_range"],
    ["50000, 3235100", "out_of_range"],
  ])("%s: %s", (text, expected) => {
    expect(fault(text)).toBe(expected);
  });

  it.each([
    "",
    "   ",
    "临江河",
    "北京东路",
    "东湖",
    "500118",
    "500118-HJZB-1",
    "R-500118-linjiang",
    "2026-11-22",
    "105.951",
    "105-57-03.6",
    "N",
    "E W",
    "一级 1, 2",
    "1 2 3",
    "1,2,3,4,5",
    "%",
    "😀 1 2",
    ",,,",
    "1..2 3",
    "Infinity, NaN",
    "1e5, 2e5",
    "0x10, 0x10",
  ])("%s is a name, not a place", (text) => {
    expect(fault(text)).toBe("none");
  });

  it("a long text is answered like any other", () => {
    expect(fault("1".repeat(5000))).toBe("none");
    expect(fault("1 ".repeat(5000))).toBe("none");
    expect(fault(`${"9".repeat(400)}, 1`)).toBe("out_of_range");
  });
});
