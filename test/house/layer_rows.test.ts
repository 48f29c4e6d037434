/** What the tables of layers refuse of a row. */
import { describe, expect, it } from "vitest";
import { faultsBetweenColumns, WORST_ACCURACY_M } from "../../server/layers/validate.ts";

const APPROVED = { approval_no: "渝府〔2020〕1号", approval_body: "重庆市人民政府", approval_date: "2020-01-01" };
const codes = (properties: Record<string, unknown>) => faultsBetweenColumns(properties).map(({ code }) => code);

describe("a boundary's accuracy", () => {
  it.each([0, 5, WORST_ACCURACY_M])("of %d m is one that a search round a site allows for", (accuracy_m) => {
    expect(codes({ ...APPROVED, basis: "approved_polygon", accuracy_m })).toEqual([]);
  });

  it.each([null, -1, WORST_ACCURACY_M + 1, Number.NaN, "10"])("is not %s where a boundary claims one", (accuracy_m) => {
    expect(codes({ ...APPROVED, basis: "approved_polygon", accuracy_m })).toEqual(["accuracy_missing"]);
  });

  it("is not claimed by a schematic one", () => {
    expect(codes({ basis: "schematic", accuracy_m: 10 })).toEqual(["accuracy_of_schematic"]);
    expect(codes({ basis: "schematic" })).toEqual([]);
  });
});
