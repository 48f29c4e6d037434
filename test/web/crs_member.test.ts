/** GeoJSON that names its own system, and numbers that are no degrees: for the door, not for the forms. */
import { expect, it } from "vitest";
import { isForDoor, readBatch } from "../../web/batch_text.ts";
import { readSite } from "../../web/site_text.ts";

const CRS = { type: "name", properties: { name: "urn:ogc:def:crs:EPSG::4610" } };
const POINT = { type: "Point", coordinates: [105.9, 29.3] };
const METRES = { type: "Point", coordinates: [592_400, 3_235_100] };
const row = (geometry: unknown, properties: unknown = { name: "a", activity: "mining" }) => ({
  type: "Feature",
  geometry,
  properties,
});
const rows = (...features: unknown[]) => ({ type: "FeatureCollection", features });
const batch = (given: unknown) =>
  readBatch(JSON.stringify(given), { name: "一批", activity: "", action: "new" }, { activities: new Set(), actions: ["new"] });

it.each([
  ["the collection", { ...rows(row(POINT)), crs: CRS }],
  ["a feature", rows(row(POINT), { ...row(POINT), crs: CRS })],
  ["a feature of an array", [row(POINT), { ...row(POINT), crs: CRS }]],
  ["a geometry", rows(row({ ...POINT, crs: CRS }))],
  ["a geometry of a collection", rows(row({ type: "GeometryCollection", geometries: [POINT, { ...POINT, crs: CRS }] }))],
])("a crs member of %s is not passed over", (_, given) => {
  const read = batch(given);
  expect(read).toMatchObject({ ok: false, key: "batch.text.crs_member" });
  expect(isForDoor(read)).toBe(true);
  if (!Array.isArray(given)) expect(readSite(JSON.stringify(given), "polygon")).toMatchObject({ key: "site_text.crs_member" });
});

it("a property of the name is no member, and without one all is as before", () => {
  expect(batch(rows(row(POINT, { name: "a", activity: "mining", crs: "EPSG:4326" })))).toMatchObject({ ok: true, faults: [] });
  expect(readSite(JSON.stringify(row(POINT, { crs: 1 })), "polygon")).toMatchObject({ ok: true });
});

it("numbers that are no degrees are for the door; a few among many are faults of their rows; a row may name its system", () => {
  const read = batch(rows(row(METRES), row(METRES)));
  expect(read).toMatchObject({ ok: false, key: "batch.text.not_degrees" });
  expect(isForDoor(read)).toBe(true);
  expect(batch(rows(row({ type: "Point", coordinates: [29.3, 105.9] })))).toMatchObject({ key: "batch.text.not_degrees" });
  expect(batch(rows(row(POINT), row(POINT), row(METRES)))).toMatchObject({
    ok: true,
    faults: [{ n: 3, key: "batch.fault.not_degrees" }],
  });
  const named = row(METRES, { name: "a", activity: "mining", crs: "EPSG:4544" });
  expect(batch(rows(named))).toMatchObject({ ok: true, faults: [] });
});
