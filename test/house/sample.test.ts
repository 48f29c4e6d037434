/** The sample data as files: what the plans name is there, what is made up is plausible, and nothing claims to be real.
 *  Distances by Turf, whose sphere is up to 0.4 % off: tolerances below allow for that. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as turf from "@turf/turf";
import type { Feature, LineString, Point, Polygon } from "geojson";
import { describe, expect, it } from "vitest";
import { featureFaults } from "../../server/db/load.ts";
import { layers } from "../../server/layers/index.ts";
import { createDice } from "../../server/sample/facilities.ts";
import { GEODATA, readCatalogue } from "../../server/service.ts";

const DISTRICTS = ["150581", "230903", "500118", "520502", "652801"];
type Row = Feature & { properties: Record<string, any> };

const read = (layer: string, district: string): Row[] =>
  JSON.parse(readFileSync(join(GEODATA, "layers", layer, `${district}.geojson`), "utf8")).features;
const all = (layer: string): Row[] => DISTRICTS.flatMap((district) => read(layer, district));
const inside = (point: Row, areas: Row[]) =>
  areas.some((area) => turf.booleanPointInPolygon(point as Feature<Point>, area as Feature<Polygon>));
const toRivers = (point: Row, rivers: Row[]) =>
  Math.min(
    ...rivers.map((river) =>
      turf.pointToLineDistance(point as Feature<Point>, river as Feature<LineString>, { units: "meters" }),
    ),
  );

describe("every file", () => {
  it.each(layers.map((layer) => [layer.id, layer] as const))(
    "%s fits its declaration, in every district, and says it is schematic",
    (id, layer) => {
      expect(
        readdirSync(join(GEODATA, "layers", id))
          .filter((name) => name.endsWith(".geojson"))
          .toSorted(),
      ).toEqual(DISTRICTS.map((code) => `${code}.geojson`));
      for (const row of all(id)) {
        expect(featureFaults(layer, row as never), row.properties["code"]).toEqual([]);
        expect(row.properties).toMatchObject({ basis: "schematic", accuracy_m: null });
        expect(String(row.properties["name_en"]), "English names are English").not.toMatch(/[\u4e00-\u9fff]/);
        expect(String(row.properties["name_zh"])).toMatch(/[\u4e00-\u9fff]/);
      }
    },
  );

  it("codes stand once on any day", () => {
    for (const { id } of layers) {
      const lives = all(id).map(({ properties }) => [
        properties["code"],
        properties["valid_from"],
        properties["valid_to"] ?? "9999",
      ]);
      for (const [code, from, to] of lives)
        expect(
          lives.filter(([c, f, t]) => c === code && f < to && from < t),
          `${id} ${code}`,
        ).toHaveLength(1);
    }
  });

  it("the dice fall the same for ever", () => {
    const dice = createDice("500118");
    expect([dice(), dice(), dice()].map((each) => each.toFixed(6))).toMatchInlineSnapshot(`
      [
        "0.908378",
        "0.544665",
        "0.006181",
      ]
    `);
  });
});

describe("what the plans name", () => {
  const names = (layer: string, district: string) =>
    read(layer, district).map(({ properties }) => properties["name_zh"] as string);
  it.each([
    ["river", "500118", ["临江河", "小安溪", "九龙河", "大陆溪", "跳蹬河", "萱花河", "红旗河", "玉屏河", "胜利河"]],
    ["river", "520502", ["赤水河", "六冲河", "白甫河", "堡合河", "二道河", "倒天河"]],
    ["river", "520502", ["渭河", "沔鱼河", "板桥河", "层台河", "永兴河", "播扎河", "潘耳河", "大河", "毕底河"]],
    ["control_area", "500118", ["关门山水库库区（示例）"]],
    ["river", "652801", ["孔雀河"]],
    ["river", "230903", ["倭肯河"]],
    ["river", "150581", ["霍林河"]],
    ["monitoring_section", "500118", ["双河口断面", "茨坝断面", "矮墩桥断面"]],
    ["monitoring_section", "150581", ["宝日呼吉尔断面"]],
    ["water_source", "500118", ["红江闸坝", "孙家口水库", "上游水库", "金鼎寺水库"]],
    ["water_source", "520502", ["倒天河水库", "利民水库"]],
    ["industrial_park", "500118", ["凤凰湖工业园区", "三教工业园区", "港桥工业园区", "板桥食品工业园区"]],
    ["industrial_park", "652801", ["上库综合产业园区", "塔什店工业园区"]],
    ["industrial_park", "150581", ["霍林郭勒工业园区"]],
  ])("%s of %s", (layer, district, expected) => expect(names(layer, district)).toEqual(expect.arrayContaining(expected)));

  it("sections have their targets with the year, 宝日呼吉尔 both basins, and 孔雀河 four sections", () => {
    const of = (district: string, name: string) =>
      read("monitoring_section", district).find(({ properties }) => properties["name_zh"] === name)!.properties;
    expect(of("500118", "双河口断面")["targets"]).toEqual(["2016:III"]);
    expect(of("500118", "茨坝断面")["targets"]).toEqual(["2019:III"]);
    expect(of("500118", "矮墩桥断面")["targets"]).toEqual(["2018:III"]);
    expect(of("150581", "宝日呼吉尔断面")).toMatchObject({ targets: ["2020:III"], basins: ["松花江流域", "嫩江流域"] });
    expect(read("monitoring_section", "652801").map(({ properties }) => properties["targets"])).toEqual([
      ["2020:II"],
      ["2020:II"],
      ["2020:II"],
      ["2020:II"],
    ]);
  });

  it("each zoned source has two levels, as rings that do not overlap", () => {
    for (const district of DISTRICTS) {
      const zones = read("protection_zone", district);
      for (const source of new Set(zones.map(({ properties }) => properties["water_source"] as string))) {
        const levels = zones
          .filter(({ properties }) => properties["water_source"] === source)
          .map(({ properties }) => properties["level"]);
        if (levels.join() !== "rural") expect(levels, source).toEqual(expect.arrayContaining(["first", "second"]));
      }
      const zoned = new Set(zones.map(({ properties }) => properties["water_source"]));
      for (const { properties } of read("water_source", district).filter((each) => each.properties["part"] === "source"))
        expect(zoned, "every source has zones").toContain(properties["name_zh"]);
      zones.forEach((zone, i) => {
        for (const other of zones.slice(i + 1)) {
          const shared = turf.intersect(turf.featureCollection([zone, other] as Feature<Polygon>[]));
          // A decimal of a degree is cut at 0.1 m: borders may overlap by slivers.
          expect(shared ? turf.area(shared) : 0, `${zone.properties["code"]} ${other.properties["code"]}`).toBeLessThan(400);
        }
      });
    }
  });

  it("reaches of a river meet from 0 to its end, without gap or overlap", () => {
    for (const district of DISTRICTS)
      for (const river of read("river", district)) {
        const reaches = read("reach", district)
          .filter(({ properties }) => properties["river"] === river.properties["code"])
          .toSorted((a, b) => a.properties["from_m"] - b.properties["from_m"]);
        expect(reaches[0]!.properties["from_m"]).toBe(0);
        reaches.slice(1).forEach((reach, i) => expect(reach.properties["from_m"]).toBe(reaches[i]!.properties["to_m"]));
        const drawn = turf.length(river as Feature<LineString>, { units: "meters" });
        expect(Math.abs(reaches.at(-1)!.properties["to_m"] / drawn - 1)).toBeLessThan(0.005);
      }
  });
});

describe("facilities", () => {
  const facilities = all("facility");
  it("are at least 400, with 40 and 65 farms to close in the ban zones of 永川 and 200 outside", () => {
    expect(facilities.length).toBeGreaterThanOrEqual(400);
    const farms = read("facility", "500118").filter(({ properties }) => properties["kind"] === "livestock_farm");
    const bans = read("no_farming_area", "500118").filter(({ properties }) => properties["kind"] === "ban");
    const due = (date: string | null) => farms.filter(({ properties }) => properties["close_by"] === date);
    expect([due("2016-12-31").length, due("2017-12-31").length, due(null).length]).toEqual([40, 65, 200]);
    for (const farm of farms) expect(inside(farm, bans), farm.properties["code"]).toBe(farm.properties["close_by"] !== null);
  });

  it("stand in their district: farms on land, outfalls on banks", () => {
    for (const district of DISTRICTS) {
      const rivers = read("river", district);
      const waters = read("control_area", district).filter(({ properties }) => properties["kind"] === "reservoir_area");
      const outline = read("jurisdiction", district);
      for (const facility of read("facility", district)) {
        const { kind, code } = facility.properties;
        expect(inside(facility, outline), code).toBe(true);
        expect(inside(facility, waters), code).toBe(false);
        if (kind === "outfall") expect(toRivers(facility, rivers), code).toBeLessThan(60);
        if (kind === "livestock_farm") expect(toRivers(facility, rivers), code).toBeGreaterThan(59);
      }
    }
  });

  it("carry values that a check of them would take", () => {
    const { activities, attributes } = readCatalogue();
    for (const { properties } of facilities) {
      const activity = activities.find(({ code }) => code === properties["activity"])!;
      expect(activity, properties["activity"]).toBeDefined();
      for (const spec of attributes.filter(
        ({ name, options }) => options && activity.attributes.includes(name) && properties[name] != null,
      ))
        for (const value of [properties[spec.name]].flat())
          expect(
            spec.options!.map((option) => option.value),
            `${properties["code"]} ${spec.name}`,
          ).toContain(value);
    }
  });

  it("some are lawful and some are not: in first and second zones, and outside of every zone", () => {
    const zones = all("protection_zone");
    const within = (level: string) =>
      facilities.filter((each) =>
        inside(
          each,
          zones.filter(({ properties }) => properties["level"] === level),
        ),
      );
    expect(within("first").length).toBeGreaterThan(3);
    expect(within("second").length).toBeGreaterThan(10);
    expect(facilities.filter((each) => !inside(each, zones)).length).toBeGreaterThan(300);
  });
});
