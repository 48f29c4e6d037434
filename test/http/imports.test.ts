/** Imports from the outside, on both engines: upload, preview, apply, undo; nothing is stored when anything fails. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Import, LayerOfImport, SiteOfImport } from "../../server/api/imports.ts";
import { eachEngine } from "../support/engines.ts";
import { geoJson, type Items, uploadsOf, zone } from "../support/imports.ts";
import { rectangle, type Service, startService } from "../support/service.ts";

const AS_LAYER = {
  as: "layer",
  layer: "protection_zone",
  district: "500118",
  valid_from: "2026-01-01",
  mode: "all_or_nothing",
  source: { title: "永川区水源地矢量", data_date: "2025-12-31", basis: "schematic" },
};

eachEngine((engine) => {
  let service: Service;
  const { upload, uploadGeoJson, look, apply, undo } = uploadsOf(() => service);
  beforeAll(async () => {
    service = await startService(await engine.open());
  });
  afterAll(() => service.close());

  const items = (query = "") => service.json<Items>(`/api/collections/protection_zone/items?limit=1000${query}`);
  const codes = async (query = "") => (await items(query)).features.map(({ id }) => id);

  it("a preview shows rows, fields, reference system and bounds, and stores nothing in any layer", async () => {
    const before = await items();
    const preview = await uploadGeoJson([zone("T-1", rectangle(105.95, 29.23, 105.951, 29.231)), zone("T-2", rectangle(105.96, 29.23, 105.961, 29.231))]);
    console.log(JSON.stringify(preview, null, 1).slice(0, 3000));
    expect(preview).toMatchObject({ format: "geojson", numberMatched: 2, counts: { read: 2, faulty: 0 } });
    expect(await items()).toEqual(before);
  });

  it("rows go into a layer under new codes, and an undo takes them out again exactly", async () => {
    const before = await items("&datetime=2026-02-01");
    const { id } = await uploadGeoJson([zone("T-1", rectangle(105.95, 29.23, 105.951, 29.231))]);
    const applied = await apply<LayerOfImport>(id, AS_LAYER);
    expect(applied.status, JSON.stringify(applied.body)).toBe(201);
    expect(await codes("&datetime=2026-02-01")).toContain("T-1");
    expect(await codes("&datetime=2025-12-31")).not.toContain("T-1");
    const undone = await undo(id);
    expect(undone.status, JSON.stringify(undone.body)).toBe(200);
    expect(await items("&datetime=2026-02-01")).toEqual(before);
  });
});
