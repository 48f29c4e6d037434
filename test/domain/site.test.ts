import { describe, expect, it } from "vitest";
import { falseEasting, parseCrs, parseSite } from "../../server/site.ts";
import { isDate, today } from "../../server/query.ts";
import { chineseNumber, cite } from "../../server/words.ts";

const named = (name: string) => ({ type: "name", properties: { name } });
const square = [
  [105.95, 29.23],
  [105.951, 29.23],
  [105.951, 29.231],
  [105.95, 29.231],
  [105.95, 29.23],
];
const polygon = (ring: unknown) => ({ type: "Polygon", coordinates: [ring] });
const keys = (geometry: unknown, srid = 4490) => parseSite(geometry, srid).faults.map((fault) => fault.key);

describe("a site in a request", () => {
  it("may be a geometry, a feature, a collection of either, and has its parts listed", () => {
    const feature = { type: "Feature", properties: null, geometry: polygon(square) };
    expect(parseSite(polygon(square), 4490).site?.parts).toHaveLength(1);
    expect(parseSite(feature, 4490).site?.parts).toHaveLength(1);
    const mixed = {
      type: "FeatureCollection",
      features: [feature, { ...feature, geometry: { type: "MultiPoint", coordinates: [square[0], square[1]] } }],
    };
    const site = parseSite(mixed, 4490).site;
    expect(site?.parts.map((part) => part.type)).toEqual(["Polygon", "Point", "Point"]);
    expect(site?.pointers[2]).toBe("#/geometry/features/1/geometry/coordinates/1");
  });

  it("drops heights", () => {
    expect(parseSite({ type: "Point", coordinates: [106, 29, 300] }, 4490).site?.parts[0]).toEqual({
      type: "Point",
      coordinates: [106, 29],
    });
  });

  it.each([
    ["text", "hello", ["fault.not_geojson"]],
    ["a type that is none", { type: "Square" }, ["fault.geojson_type"]],
    ["an open ring", polygon(square.slice(0, 4)), ["fault.ring_not_closed"]],
    ["three positions", polygon(square.slice(0, 3)), ["fault.too_few_positions"]],
    ["no ring", { type: "Polygon", coordinates: [] }, ["fault.empty_geometry"]],
    ["an empty collection", { type: "FeatureCollection", features: [] }, ["fault.empty_geometry"]],
    ["a feature without a geometry", { type: "Feature", properties: {}, geometry: null }, ["fault.empty_geometry"]],
    ["text for a number", { type: "Point", coordinates: ["105", 29] }, ["fault.position"]],
    [
      "a line of one place",
      {
        type: "LineString",
        coordinates: [
          [105, 29],
          [105, 29],
        ],
      },
      ["fault.zero_length"],
    ],
    ["latitude first", { type: "Point", coordinates: [29.23, 105.95] }, ["fault.swapped"]],
    ["metres", { type: "Point", coordinates: [592000, 3234000] }, ["fault.metres_as_degrees"]],
    ["beyond the globe", { type: "Point", coordinates: [200, 29] }, ["fault.out_of_range"]],
    ["Paris", { type: "Point", coordinates: [2.35, 48.85] }, ["fault.longitude"]],
    ["an old crs member", { ...polygon(square), crs: { type: "name" } }, ["fault.crs_member"]],
    ["a crs member of Xi'an 80", { ...polygon(square), crs: named("EPSG:2343") }, ["fault.crs_datum"]],
  ])("%s is named", (_name, geometry, expected) => {
    expect(keys(geometry)).toEqual(expected);
  });

  it("takes a crs member that says what the request says", () => {
    for (const name of ["EPSG:4326", "urn:ogc:def:crs:OGC:1.3:CRS84"])
      expect(keys({ ...polygon(square), crs: named(name) }, 4326)).toEqual([]);
    expect(keys({ ...polygon(square), crs: named("EPSG:4490") }, 4326)).toEqual(["fault.crs_member"]);
  });

  it("tells every fault of several parts, each with its pointer", () => {
    const two = { type: "MultiPolygon", coordinates: [[square.slice(0, 4)], [square], [[[105, 29]]]] };
    expect(parseSite(two, 4490).faults.map((fault) => fault.pointer)).toEqual([
      "#/geometry/coordinates/0/0",
      "#/geometry/coordinates/2/0",
    ]);
  });

  it("says where an open ring ends", () => {
    expect(parseSite(polygon(square.slice(0, 4)), 4490).faults[0]?.position).toEqual([105.95, 29.231]);
  });

  it("bounds vertices", () => {
    const long = { type: "LineString", coordinates: Array.from({ length: 20_001 }, (_, i) => [105 + i * 1e-6, 29]) };
    expect(keys(long)).toContain("fault.too_many_vertices");
  });

  it("knows the Gauss-Krueger systems by their false easting", () => {
    expect(falseEasting(4523)).toBe(35_500_000);
    expect(falseEasting(4544)).toBe(500_000);
    expect(falseEasting(4495)).toBe(17_500_000);
    expect(falseEasting(4506)).toBe(500_000);
    expect(keys({ type: "Point", coordinates: [592_000, 3_234_000] }, 4544)).toEqual([]);
    expect(keys({ type: "Point", coordinates: [35_592_000, 3_234_000] }, 4523)).toEqual([]);
    expect(keys({ type: "Point", coordinates: [35_592_000, 3_234_000] }, 4544)).toEqual(["fault.easting"]);
    expect(keys({ type: "Point", coordinates: [3_234_000, 592_000] }, 4544)).toEqual(["fault.swapped_metres"]);
    expect(keys({ type: "Point", coordinates: [105.9, 29.2] }, 4544)).toEqual(["fault.degrees_as_metres"]);
  });

  it("takes 4326, 4490, 3857 and 4491 to 4554, and nothing else", () => {
    expect([undefined, "EPSG:4490", "epsg:4491", "urn:ogc:def:crs:EPSG::4554", "EPSG:3857"].map(parseCrs)).toEqual([
      4326, 4490, 4491, 4554, 3857,
    ]);
    expect(["EPSG:4555", "EPSG:2436", "4490", 4490, {}].map(parseCrs)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe("words and dates", () => {
  it("cites as statutes do", () => {
    expect([10, 19, 65, 100, 105, 110, 319, 1009, 1109, 1242].map(chineseNumber)).toEqual([
      "十",
      "十九",
      "六十五",
      "一百",
      "一百零五",
      "一百一十",
      "三百一十九",
      "一千零九",
      "一千一百零九",
      "一千二百四十二",
    ]);
    expect(cite({ article: "319", paragraph: "1", item: null }, "law", "zh")).toBe("第三百一十九条第一款");
    expect(cite({ article: "319", paragraph: "1", item: null }, "law", "en")).toBe("art. 319(1)");
    // A plan numbers its items in its own way, and has no articles.
    expect(cite({ article: "三(一)1", paragraph: null, item: null }, "work_plan", "zh")).toBe("“三(一)1”项");
    expect(cite({ article: "三、1（十二）", paragraph: null, item: null }, "work_plan", "en")).toBe("item 3.1(12)");
    expect(cite({ article: "二十、3", paragraph: null, item: null }, "work_plan", "en")).toBe("item 20.3");
  });

  it("knows the calendar, and whose day it is", () => {
    expect([isDate("2026-02-28"), isDate("2026-02-30"), isDate("2026-2-3"), isDate("20260203")]).toEqual([
      true,
      false,
      false,
      false,
    ]);
    expect(today(new Date("2026-08-14T16:00:00Z"))).toBe("2026-08-15");
  });
});
