/** Where a theme is claimed in a district, and where nobody claims it: the areas are the district, whoever claims. On both
 *  engines. */
import { booleanPointInPolygon } from "@turf/turf";
import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import type { CoverageAreas, Declaration } from "../../server/api/coverage.ts";
import type { Problem } from "../../server/api/common.ts";
import type { LayerOfImport } from "../../server/api/imports.ts";
import { eachEngine } from "../support/engines.ts";
import { AS_ZONES, uploadsOf } from "../support/imports.ts";
import { CLEAN, rectangle, type Service, startService } from "../support/service.ts";

const FIRST = "protection_zone/first";
const NONE = "control_area/nature_reserve_core";
/** West of it lies about half of the district. */
const MIDDLE = 105.88;
const WEST_SITE = rectangle(105.8, 29.33, 105.801, 29.331);
const COLUMNS = sql`theme, jurisdiction, state, data_date, source, licence, basis, valid_from, file, geom`;
const DECLARATION = {
  theme: NONE,
  jurisdiction: "500118",
  document: "永林函〔2026〕1号",
  name: "永川区林业局",
  date: "2026-03-01",
};

eachEngine((engine) => {
  let service: Service;
  const { uploadGeoJson, apply, undo } = uploadsOf(() => service);
  beforeAll(async () => {
    service = await startService(await engine.open());
  });
  afterEach(() => sql`delete from coverage where file = 'geodata/test'`.execute(service.database.db));
  afterAll(() => service.close());

  const areas = async (theme: string, datetime = "2026-06-01", lang = "en") => {
    const response = await service.get(
      `/api/coverage/areas?theme=${theme}&jurisdiction=500118&datetime=${datetime}&lang=${lang}`,
    );
    expect(response.status, await response.clone().text()).toBe(200);
    return (await response.json()) as CoverageAreas;
  };
  const told = ({ features }: CoverageAreas) =>
    features.map(({ properties: { state, share } }) => [state, Number(share.toFixed(6))]);
  const holds = (feature: CoverageAreas["features"][number], at: [number, number]) =>
    booleanPointInPolygon(at, feature.geometry as never);
  /** As a city would claim it that has data of the west only. */
  const claimWest = (theme: string, more: { jurisdiction?: string; data_date?: string } = {}) =>
    sql`insert into coverage (theme, jurisdiction, state, data_date, source, basis, valid_from, file, geom)
      values (${theme}, ${more.jurisdiction ?? "500000"}, 'loaded', ${more.data_date ?? "2025-12-31"}::date, 'city', 'schematic', '2026-01-01',
        'geodata/test', st_multi(st_makeenvelope(100, 20, ${MIDDLE}::float8, 40, 4490)))`.execute(service.database.db);

  it("a theme that is loaded everywhere is one area with its source; one that nobody claims is one area too", async () => {
    const response = await service.get(`/api/coverage/areas?theme=${FIRST}&jurisdiction=500118&lang=zh`);
    expect(response.headers.get("content-type")).toContain("application/geo+json");
    const first = await areas(FIRST, "2026-06-01", "zh");
    expect(first.as_of).toBe("2026-06-01");
    expect(told(first)).toEqual([["loaded", 1]]);
    expect(first.features[0]!.properties).toMatchObject({
      theme: FIRST,
      title: "饮用水水源一级保护区",
      jurisdiction: "500118",
      jurisdiction_name: "永川区",
      basis: "schematic",
      origin: "file",
      who: null,
      stale: false,
    });
    expect(first.features[0]!.properties.source).not.toBe(null);
    expect(first.features[0]!.properties.area_m2).toBeGreaterThan(1e9);
    const none = await areas(NONE);
    expect(told(none)).toEqual([["not_loaded", 1]]);
    // The district's own file says that it is not loaded.
    expect(none.features[0]!.properties).toMatchObject({
      jurisdiction: "500118",
      origin: "file",
      basis: null,
      data_date: null,
      age_days: null,
      stale: false,
    });
    // Before anything was claimed.
    const before = await areas(FIRST, "1990-01-01");
    expect(told(before)).toEqual([["not_loaded", 1]]);
    expect(before.features[0]!.properties).toMatchObject({
      jurisdiction: null,
      jurisdiction_name: null,
      origin: null,
      source: null,
    });
  });

  it("what a claim does not reach is an area of its own, and a check there has no data", async () => {
    await sql`create table kept as select ${COLUMNS} from coverage where theme = ${NONE} and jurisdiction = '500118'`.execute(
      service.database.db,
    );
    await sql`delete from coverage where theme = ${NONE} and jurisdiction = '500118'`.execute(service.database.db);
    await claimWest(NONE);
    const { features } = await areas(NONE);
    expect(features.map(({ properties: { state, jurisdiction } }) => [state, jurisdiction])).toEqual([
      ["loaded", "500000"],
      ["not_loaded", null],
    ]);
    expect(features[1]!.properties).toMatchObject({ jurisdiction_name: null, origin: null, source: null, valid_from: null });
    const [west, east] = features as [(typeof features)[0], (typeof features)[0]];
    expect(west.properties.share + east.properties.share).toBeCloseTo(1, 6);
    expect(west.properties.share).toBeGreaterThan(0.1);
    expect(east.properties.share).toBeGreaterThan(0.1);
    expect([holds(west, [105.8005, 29.3305]), holds(east, [105.8005, 29.3305])]).toEqual([true, false]);
    expect([holds(west, [105.95, 29.33]), holds(east, [105.95, 29.33])]).toEqual([false, true]);
    // The map says what checks find.
    await service.post("/api/checklists/500118", {
      themes: [...(await checklist()), NONE],
      valid_from: "2026-05-01",
      source: "区生态环境局",
    });
    const status = async (geometry: unknown) =>
      (await service.check({ geometry, ...CLEAN, as_of: "2026-06-01" })).themes.find(({ theme }) => theme === NONE)!.coverage;
    expect(await status(WEST_SITE)).toBe("loaded");
    expect(await status(rectangle(105.95, 29.33, 105.951, 29.331))).toBe("not_loaded");
    await sql`insert into coverage (${COLUMNS}) select ${COLUMNS} from kept`.execute(service.database.db);
    // The district says again that it has nothing: that is shown over the city's claim, and checks go by it.
    const both = await areas(NONE);
    expect(both.features.map(({ properties: { state, jurisdiction } }) => [state, jurisdiction])).toEqual([
      ["not_loaded", "500118"],
      ["loaded", "500000"],
    ]);
    expect(await status(WEST_SITE)).toBe("not_loaded");
  });

  it("two that claim the same ground are both shown, the district's own first; nothing is left over", async () => {
    await claimWest(FIRST);
    const { features } = await areas(FIRST);
    expect(features.map(({ properties: { state, jurisdiction } }) => [state, jurisdiction])).toEqual([
      ["loaded", "500118"],
      ["loaded", "500000"],
    ]);
    expect(features[0]!.properties.share).toBeCloseTo(1, 9);
  });

  it("data of five years ago is stale, and was not before", async () => {
    await claimWest(NONE, { data_date: "2021-06-01" });
    const of = async (day: string) =>
      (await areas(NONE, day)).features.find(({ properties }) => properties.jurisdiction === "500000")!.properties;
    expect(await of("2026-05-31")).toMatchObject({ stale: false, age_days: 1825 });
    expect(await of("2026-06-01")).toMatchObject({ stale: true, age_days: 1826 });
  });

  it("a declaration says by which document, whose, from when, and who entered it; withdrawn, the ground is unclaimed again", async () => {
    const { id } = (await (await service.post("/api/coverage/declarations", DECLARATION)).json()) as Declaration;
    expect(told(await areas(NONE, "2026-02-28"))).toEqual([["not_loaded", 1]]);
    const declared = await areas(NONE, "2026-03-01");
    expect(told(declared)).toEqual([["declared_none", 1]]);
    expect(declared.features[0]!.properties).toMatchObject({
      document: DECLARATION.document,
      declared_by: DECLARATION.name,
      valid_from: "2026-03-01",
      valid_to: null,
      origin: "declaration",
      who: "operator",
      files: null,
    });
    expect(declared.features[0]!.properties.made_at).toMatch(/^\d{4}-\d\d-\d\dT/);
    await service.post(`/api/coverage/declarations/${id}/withdraw`, {});
    expect(told(await areas(NONE, "2026-03-01"))).toEqual([["not_loaded", 1]]);
  });

  it("an import that claims a theme is named by its files; rows without a claim leave the ground unclaimed", async () => {
    const row = {
      type: "Feature",
      geometry: WEST_SITE,
      properties: { code: "CA-1", name_zh: "CA-1", kind: "nature_reserve_core" },
    };
    const order = { ...AS_ZONES, layer: "control_area" };
    const silent = await uploadGeoJson([row]);
    expect((await apply<LayerOfImport>(silent.id, order)).status).toBe(201);
    expect(told(await areas(NONE))).toEqual([["not_loaded", 1]]);
    await undo(silent.id);
    const claiming = await uploadGeoJson([row]);
    expect((await apply<LayerOfImport>(claiming.id, { ...order, covers: [NONE] })).status).toBe(201);
    const claimed = await areas(NONE);
    expect(told(claimed)).toEqual([["loaded", 1]]);
    expect(claimed.features[0]!.properties).toMatchObject({
      origin: "import",
      who: "operator",
      files: ["zones.geojson"],
      source: AS_ZONES.source.title,
      data_date: AS_ZONES.source.data_date,
    });
    await undo(claiming.id);
    expect(told(await areas(NONE))).toEqual([["not_loaded", 1]]);
  });

  it("says what is wrong with a question", async () => {
    const problem = async (query: string) => {
      const response = await service.get(`/api/coverage/areas?${query}`);
      return [response.status, ((await response.json()) as Problem).errors?.map(({ pointer }) => pointer)];
    };
    expect(await problem(`theme=moon&jurisdiction=500118`)).toEqual([400, ["?theme"]]);
    expect(await problem(`jurisdiction=500118`)).toEqual([400, ["?theme"]]);
    expect(await problem(`theme=${FIRST}`)).toEqual([400, ["?jurisdiction"]]);
    expect(await problem(`theme=${FIRST}&jurisdiction=500118&datetime=2026-02-30`)).toEqual([400, ["?datetime"]]);
    expect(await problem(`theme=${FIRST}&jurisdiction=500118&limit=3`)).toEqual([400, ["?limit"]]);
    expect(await problem(`theme=${FIRST}&jurisdiction=999999`)).toEqual([404, undefined]);
  });

  async function checklist(): Promise<string[]> {
    const { items } = await service.json<{ items: { themes: string[] }[] }>("/api/checklists/500118");
    return items[0]!.themes;
  }
});
