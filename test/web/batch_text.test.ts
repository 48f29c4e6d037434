/** Many sites as they were pasted: completed, counted, and looked through before anything is sent. */
import { describe, expect, it } from "vitest";
import { MAX_SITES, readBatch } from "../../web/batch_text.ts";

const DEFAULTS = { name: "一批", activity: "", action: "new" };
const KNOWN = { activities: new Set(["livestock_farm", "mining"]), actions: ["new", "rebuilt", "existing"] };
const POINT = { type: "Point", coordinates: [105.9, 29.3] };
const read = (given: unknown, defaults = DEFAULTS) =>
  readBatch(typeof given === "string" ? given : JSON.stringify(given), defaults, KNOWN);
const rows = (...all: unknown[]) => ({ type: "FeatureCollection", features: all });
const row = (properties: unknown, geometry: unknown = POINT) => ({ type: "Feature", geometry, properties });

describe("a batch", () => {
  it("takes a collection, a feature, an array of features, and a file with a byte-order mark", () => {
    const one = row({ name: "a", activity: "mining", action: "new" });
    for (const given of [rows(one), one, [one], `\uFEFF${JSON.stringify(rows(one))}`]) {
      const batch = read(given);
      expect(batch).toMatchObject({ ok: true, faults: [], taken: { name: 0, activity: 0, action: 0 } });
      expect(batch.ok && batch.rows).toEqual([one]);
    }
  });

  it("says what is wrong with what is no batch", () => {
    expect(read("{")).toMatchObject({ ok: false, key: "batch.text.not_json" });
    for (const given of [{ type: "Point", coordinates: [1, 2] }, 7, "null", rows().type])
      expect(read(typeof given === "string" ? JSON.stringify(given) : given)).toMatchObject({
        ok: false,
        key: "batch.text.not_collection",
      });
    expect(read(rows())).toMatchObject({ ok: false, key: "batch.text.empty_collection" });
    expect(read(rows(...Array.from({ length: MAX_SITES + 1 }, () => null)))).toMatchObject({
      ok: false,
      key: "batch.text.too_many",
      params: { max: MAX_SITES, count: MAX_SITES + 1 },
    });
  });

  it("fills in only what a row does not say, and counts it", () => {
    const batch = read(
      rows(
        row({ name: "a", activity: "mining", action: "existing" }),
        row({ name: "" }),
        row(null),
        row({ activity: null, other: 1 }),
      ),
      { name: "一批", activity: "livestock_farm", action: "new" },
    );
    expect(batch).toMatchObject({ ok: true, taken: { name: 3, activity: 3, action: 3 }, faults: [] });
    expect(batch.ok && batch.rows.map(({ properties }) => properties)).toEqual([
      { name: "a", activity: "mining", action: "existing" },
      { name: "一批 2", activity: "livestock_farm", action: "new" },
      { name: "一批 3", activity: "livestock_farm", action: "new" },
      { name: "一批 4", activity: "livestock_farm", action: "new", other: 1 },
    ]);
  });

  it("names the rows that cannot be judged and those that share a name, and drops none", () => {
    const batch = read(
      rows(
        row({ name: "a", activity: "mining" }, null),
        row({ name: "a", activity: "cheese" }),
        row({ name: "b" }),
        row({ name: "c", activity: "mining", action: "destroy" }),
        null,
        "x",
      ),
    );
    expect(batch.ok && batch.faults).toEqual([
      { n: 1, key: "batch.fault.geometry", got: "" },
      { n: 2, key: "batch.fault.activity_unknown", got: "cheese" },
      { n: 3, key: "batch.fault.activity", got: "" },
      { n: 4, key: "batch.fault.action_unknown", got: "destroy" },
      { n: 5, key: "batch.fault.geometry", got: "" },
      { n: 5, key: "batch.fault.activity", got: "" },
      { n: 6, key: "batch.fault.geometry", got: "" },
      { n: 6, key: "batch.fault.activity", got: "" },
    ]);
    expect(batch).toMatchObject({ duplicates: 2, rows: { length: 6 } });
  });
});
