/** Orders that limit or suspend approvals: on a feature, on a district, on a date. */
import { describe, expect, it } from "vitest";
import { ordersOn, orderStands } from "../../server/domain/order.ts";
import { decide, feature, order, rule, WHOLE } from "../support/judging.ts";

const zone = { target: { layer: "control_area" as const, code: "zone" } };
const whole = (code: string) => ({ target: { layer: "jurisdiction" as const, code } });
/** The test world has no control areas: its parks stand in for them. */
const park = feature({ layer: "industrial_park", code: "zone", overlap: WHOLE });
const onPark = { target: { layer: "industrial_park" as const, code: "zone" } };
const suspend = rule("suspend", { where: { theme: "industrial_park" }, when: { order: ["regional_limit"] } });
const asked = (orders: ReturnType<typeof order>[], more: object = {}) =>
  decide({ rules: [suspend], parks: [park], orders, ...more });

it("an order stands from its day, and no longer on the day it ends", () => {
  expect(orderStands({ from: "2020-01-01", until: "2021-01-01" }, "2019-12-31")).toBe(false);
  expect(orderStands({ from: "2020-01-01", until: "2021-01-01" }, "2020-01-01")).toBe(true);
  expect(orderStands({ from: "2020-01-01", until: "2021-01-01" }, "2020-12-31")).toBe(true);
  expect(orderStands({ from: "2020-01-01", until: "2021-01-01" }, "2021-01-01")).toBe(false);
  expect(orderStands({ from: "2020-01-01", until: null }, "2026-01-01")).toBe(true);
});

describe("a rule that asks for an order", () => {
  it("is triggered while one stands on the feature, and tells its id, reason and dates", () => {
    const answer = asked([order(onPark)]);
    expect(answer).toMatchObject({ conclusion: "suspended" });
    expect(answer.findings[0]!.orders).toMatchObject([{ id: "O-1", from: "2020-01-01", until: null, cause: { en: "cause" } }]);
  });
  it("is not triggered without one, after it, before it, by one of another kind, or on another feature of the same code", () => {
    for (const orders of [
      [],
      [order({ ...onPark, until: "2021-01-01" })],
      [order({ ...onPark, from: "2027-01-01" })],
      [order({ ...onPark, kind: "approval_suspension" })],
      [order(zone)],
    ])
      expect(asked(orders).findings.map(({ outcome }) => outcome)).toEqual(["not_triggered"]);
  });
  it("is triggered by one on the whole district of the feature's competence, its province's too", () => {
    for (const code of ["500118", "500000"])
      expect(asked([order(whole(code))]).findings[0]).toMatchObject({ outcome: "triggered", orders: [{ id: "O-1" }] });
    expect(asked([order(whole("510000"))]).findings.map(({ outcome }) => outcome)).toEqual(["not_triggered"]);
    const elsewhere = { parks: [{ ...park, columns: { competent_jurisdiction: "510521" } }] };
    expect(asked([order(whole("500118"))], elsewhere).findings.map(({ outcome }) => outcome)).toEqual(["not_triggered"]);
  });
  it("cannot tell where only one of the districts that may hold the site is under it, and says so", () => {
    const shared = { parks: [{ ...park, columns: { competent_jurisdiction: null } }], jurisdictions: ["500118", "510521"] };
    const answer = asked([order(whole("500118"))], shared);
    expect(answer).toMatchObject({ conclusion: "undetermined", possible: "suspended" });
    expect(answer.findings[0]).toMatchObject({
      outcome: "cannot_tell",
      reasons: [{ code: "order_unsettled", name: "regional_limit" }],
      orders: [{ id: "O-1" }],
    });
    expect(asked([order(whole("500118")), order({ id: "O-2", ...whole("510521") })], shared).conclusion).toBe("suspended");
  });
  it("without a theme looks at the districts of the site", () => {
    const anywhere = rule("suspend", { where: { relation: "anywhere", theme: null }, when: { order: ["regional_limit"] } });
    const of = (jurisdictions: string[]) =>
      decide({ rules: [anywhere], orders: [order(whole("500118"))], jurisdictions }).findings[0]!.outcome;
    expect(of(["500118"])).toBe("triggered");
    expect(of(["510521"])).toBe("not_triggered");
    expect(of(["500118", "510521"])).toBe("cannot_tell");
    expect(of([])).toBe("cannot_tell");
  });
});

it("an order on the feature is told with every finding on it; one on the district only where orders are asked for", () => {
  const plain = rule("duty", { where: { theme: "industrial_park" } });
  expect(decide({ rules: [plain], parks: [park], orders: [order(onPark)] }).findings[0]!.orders).toHaveLength(1);
  expect(decide({ rules: [plain], parks: [park], orders: [order(whole("500118"))] }).findings[0]!.orders).toEqual([]);
});

it("a competence that reaches beyond the ordered district does not say where in it the site lies", () => {
  const wide = { layer: "control_area", code: "z", columns: { competent_jurisdiction: "500000" } };
  expect(ordersOn(wide, ["500118"], [order(whole("500118"))], "2026-01-01").district).toHaveLength(1);
  expect(ordersOn(wide, ["500117"], [order(whole("500118"))], "2026-01-01")).toMatchObject({
    own: [],
    district: [],
    possible: [],
  });
  expect(ordersOn(wide, [], [order(whole("500118"))], "2026-01-01").possible).toHaveLength(1);
});

it("a district is its own competence: beside the ordered one it is under no order", () => {
  const district = (code: string) => ({ layer: "jurisdiction", code, columns: {} });
  const on = (code: string, ordered: string) => ordersOn(district(code), ["500118"], [order(whole(ordered))], "2026-01-01");
  expect(on("500118", "500118").own).toHaveLength(1);
  expect(on("500118", "500000").district).toHaveLength(1);
  expect(on("510521", "500118")).toMatchObject({ own: [], district: [], possible: [], kinds: { regional_limit: "false" } });
});
