/** Imports from the outside, on both engines: upload, preview, apply, undo; nothing is stored when anything fails. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { strToU8, unzipSync, zipSync } from "fflate";
import { VectorTile } from "@mapbox/vector-tile";
import { sql } from "kysely";
import { PbfReader } from "pbf";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { Import, ImportSummary, LayerOfImport, ScreeningOfImport, SiteOfImport } from "../../server/api/imports.ts";
import type { List, Problem } from "../../server/api/common.ts";
import type { ScreenedSite, Screening } from "../../server/api/screenings.ts";
import type { LayerMeta } from "../../server/imports/reading.ts";
import { checkWhole } from "../../server/imports/taken.ts";
import { readImport } from "../../server/queries/imports.ts";
import { eachEngine } from "../support/engines.ts";
import { AS_ZONES, countRows, geoJson, type Items, uploadsOf, zone } from "../support/imports.ts";
import { FAR, IN_FIRST, PIG_FARM, rectangle, type Service, startService } from "../support/service.ts";

const BOW_TIE = {
  type: "Polygon",
  coordinates: [
    [
      [105.85, 29.33],
      [105.851, 29.331],
      [105.851, 29.33],
      [105.85, 29.331],
      [105.85, 29.33],
    ],
  ],
};
const A = rectangle(105.95, 29.23, 105.951, 29.231);
const B = rectangle(105.96, 29.23, 105.961, 29.231);
/** The same rectangle in the 3-degree zone of 105 E (EPSG:4544), metres, to the millimetre of PROJ. */
const METRES = rectangle(592363.53, 3235135.924, 592459.861, 3235247.559);

eachEngine((engine) => {
  let service: Service;
  let folder: string;
  const { upload, uploadGeoJson, look, apply, undo } = uploadsOf(() => service);
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "shuijie-uploads-"));
    service = await startService(await engine.open(), {
      uploads: folder,
      limits: { bytes: 3_000_000, vertices: 60_000, feature_vertices: 20_000, seconds: 30, memory_mb: 256 },
    });
  });
  afterAll(async () => {
    await service.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const zones = async (day: string) => {
    const { features } = await service.json<Items>(`/api/collections/protection_zone/items?limit=1000&datetime=${day}`);
    return features;
  };
  const codes = async (day: string) => (await zones(day)).map(({ id }) => id);
  /** Everything that an import could have left behind. */
  const traces = async () => ({ rows: await countRows(service.database.db), folders: readdirSync(folder).length });

  describe("a preview", () => {
    it("shows rows, fields, reference system, bounds and counts, and stores nothing in any layer", async () => {
      const before = await zones("2026-02-01");
      const preview = await uploadGeoJson([zone("T-1", A), zone("T-2", B)]);
      expect(preview).toMatchObject({
        format: "geojson",
        encoding: "UTF-8",
        numberMatched: 2,
        counts: { read: 2, faulty: 0 },
        faults: [],
        applied: null,
        crs: { declared: { crs: "EPSG:4490" }, certain: true, used: "EPSG:4490", refused: null, accuracy_m: 0 },
      });
      expect(preview.fields.map(({ name }) => name)).toEqual(["编号", "名称", "级别", "水域或陆域", "水源地"]);
      expect(preview.bounds!.map((n) => Number(n.toFixed(6)))).toEqual([105.95, 29.23, 105.961, 29.231]);
      expect(preview.features.features.map(({ id, geometry }) => [id, geometry?.type])).toEqual([
        [1, "Polygon"],
        [2, "Polygon"],
      ]);
      expect(await zones("2026-02-01")).toEqual(before);
    });

    it("of texts that the database cannot hold has them mended, and says how many", async () => {
      const { properties, ...feature } = zone("T-1", A);
      const preview = await uploadGeoJson([{ ...feature, properties: { ...properties, 名称: "甲\0", "注\ud842": "半\udfb7" } }]);
      expect(preview).toMatchObject({ numberMatched: 1, counts: { read: 1, faulty: 0 } });
      expect(preview.fields.map(({ name }) => name)).toContain("注\ufffd");
      expect(preview.notes.map(({ detail }) => detail).join()).toMatch(/3 texts hold/);
    });

    it("is given in pages", async () => {
      const { id } = await uploadGeoJson(Array.from({ length: 5 }, (_, n) => zone(`P-${n}`, A)));
      const first = (await look(id, "&limit=2")).body;
      const second = await service.json<typeof first>(first.links.find(({ rel }) => rel === "next")!.href);
      expect([first, second].map(({ features }) => features.features.map((each) => each.id))).toEqual([
        [1, 2],
        [3, 4],
      ]);
    });

    it("tries a reference system: shapes are where it puts them, and nothing is drawn before one is known", async () => {
      const { id, crs, features, bounds } = await uploadGeoJson([zone("T-1", METRES)], "");
      expect(crs).toMatchObject({ used: null, certain: false });
      expect(crs.candidates.map((each) => each.crs)).toContain("EPSG:4544");
      expect([features.features[0]!.geometry, bounds]).toEqual([null, null]);
      const right = (await look(id, "&crs=EPSG:4544")).body;
      for (const [n, degrees] of [105.95, 29.23, 105.951, 29.231].entries()) expect(right.bounds![n]).toBeCloseTo(degrees, 3);
      const wrong = (await look(id, "&crs=EPSG:4545")).body;
      expect(wrong.bounds![0]).toBeCloseTo(108.95, 1);
    });

    it("names what is wrong with a shape, with its place, and offers a repair with the area before and after", async () => {
      const preview = await uploadGeoJson([zone("T-1", A), zone("T-2", BOW_TIE), zone("T-3", null)]);
      expect(preview.counts).toMatchObject({ read: 2, faulty: 2 });
      const [empty, crossing] = preview.faults;
      expect(crossing).toMatchObject({ row: 2, code: "invalid_ring", detail: expect.stringMatching(/crosses itself/) });
      expect(crossing!.position!.map((n) => n.toFixed(4))).toEqual(["105.8505", "29.3305"]);
      expect(empty).toMatchObject({ row: 3, position: null });
      expect(preview.repairs).toHaveLength(1);
      expect(preview.repairs[0]!.area_after_m2).toBeGreaterThan(1000);
    });
  });

  describe("a reference system", () => {
    it("is not assumed: without one, nothing is applied, and the likely ones are named", async () => {
      const { id } = await uploadGeoJson([zone("T-1", METRES)], "");
      const { status, problem } = await apply(id, AS_ZONES);
      expect([status, problem.type]).toEqual([422, "/problems/crs-not-chosen"]);
      expect(problem.detail).toContain("EPSG:4544");
    });

    it("that the coordinates contradict counts as none", async () => {
      const { id, crs } = await uploadGeoJson([zone("T-1", METRES)], "EPSG:4490");
      expect(crs).toMatchObject({ certain: false, used: null });
      expect(crs.warnings.length).toBeGreaterThan(0);
      expect((await apply(id, AS_ZONES)).problem.type).toBe("/problems/crs-not-chosen");
    });

    it("of a datum that may not be converted is refused, whatever is chosen", async () => {
      const { id, crs } = await uploadGeoJson([zone("T-1", METRES)], "EPSG:2360");
      expect(crs).toMatchObject({ used: null, refused: expect.any(String) });
      const { status, problem } = await apply(id, { ...AS_ZONES, crs_chosen: "EPSG:4544" });
      expect([status, problem.type]).toEqual([422, "/problems/crs-refused"]);
    });

    it("chosen wrongly puts shapes far from the district: every row is refused by name", async () => {
      const { id } = await uploadGeoJson([zone("T-1", METRES)], "");
      const { status, problem } = await apply(id, { ...AS_ZONES, crs_chosen: "EPSG:4545" });
      expect([status, problem.type]).toEqual([422, "/problems/import-refused"]);
      expect(problem.errors![0]).toMatchObject({
        pointer: "#/rows/1",
        detail: expect.stringMatching(/far from district 500118/),
      });
    });

    it("of public web maps is undone on request only, and leaves doubt in the accuracy", async () => {
      const { id } = await uploadGeoJson([zone("T-1", A)]);
      const plain = (await apply<SiteOfImport>(id, { as: "site" })).body;
      const shifted = (await apply<SiteOfImport>(id, { as: "site", crs_chosen: "GCJ-02" })).body;
      expect([plain.accuracy_m, shifted.accuracy_m]).toEqual([0, 5]);
      expect(Math.abs(plain.bbox[0] - shifted.bbox[0])).toBeGreaterThan(0.001);
    });

    it("that nobody knows is refused by name", async () => {
      const { id } = await uploadGeoJson([zone("T-1", A)]);
      expect((await look(id, "&crs=EPSG:9999")).problem.type).toBe("/problems/unknown-crs");
    });
  });

  it("a shape of more vertices than one statement may place is a fault of its row; the others are placed", async () => {
    const points = 20_000; // and the first again
    const circle = Array.from({ length: points }, (_, i) => {
      const angle = (2 * Math.PI * i) / points;
      return [105.95 + 0.01 * Math.cos(angle), 29.23 + 0.01 * Math.sin(angle)];
    });
    const large = { type: "Polygon", coordinates: [[...circle, circle[0]]] };
    const preview = await uploadGeoJson([zone("T-1", large), zone("T-2", A)]);
    expect(preview.counts).toMatchObject({ read: 2, faulty: 1 });
    expect(preview.faults).toMatchObject([{ row: 1, detail: expect.stringMatching(/20,?000/) }]);
    expect(preview.features.features.map(({ geometry }) => geometry?.type ?? null)).toEqual([null, "Polygon"]);
  });

  describe("as a site", () => {
    it("parts are united and go straight into a check", async () => {
      const { id } = await uploadGeoJson([zone("T-1", IN_FIRST), zone("T-2", FAR)]);
      const { body: site } = await apply<SiteOfImport>(id, { as: "site" });
      expect(site).toMatchObject({ crs: "EPSG:4490", accuracy_m: 0, rows: [1, 2], geometry: { type: "MultiPolygon" } });
      const { geometry, crs, accuracy_m } = site;
      const check = await service.check({ ...PIG_FARM, geometry, crs, accuracy_m });
      expect(check.conclusion).toBe("prohibited");
      expect(check.site.area_m2).toBeCloseTo(site.area_m2!, 1);
      const one = (await apply<SiteOfImport>(id, { as: "site", rows: [2] })).body;
      expect(one).toMatchObject({ rows: [2], geometry: { type: "Polygon" } });
    });

    it("a faulty part refuses the whole, unless its repair is taken", async () => {
      const { id } = await uploadGeoJson([zone("T-1", FAR), zone("T-2", BOW_TIE)]);
      const refused = await apply(id, { as: "site" });
      expect([refused.status, refused.problem.errors![0]!.pointer]).toEqual([422, "#/rows/2/geometry"]);
      const mended = await apply<SiteOfImport>(id, { as: "site", repair: true });
      expect(mended.body.rows).toEqual([1, 2]);
      expect((await apply(id, { as: "site", rows: [7] })).problem.errors![0]!.detail).toMatch(/no row 7/);
    });
  });

  describe("what could not be read is never lost on the way", () => {
    const corners = [
      [3235135.924, 35592363.53],
      [3235135.924, 35592459.861],
      [3235247.559, 35592459.861],
      [3235247.559, 35592363.53],
    ] as const;
    const plot = (name: string, second: string) =>
      `4,1.07,1,${name},面,,,,@\n${corners.map(([x, y], i) => `J${i + 1},1,${x},${i === 1 ? second : y}`).join("\n")}\n`;
    const header = "[属性描述]\n坐标系=2000国家大地坐标系\n几度分带=3\n带号=35\n[地块坐标]\n";
    const plots = `${header}${plot("甲", "35592459.861")}${plot("乙", "3559245l.861")}${plot("丙", "35592459.861")}`;

    it("as a site: a plot that could not be read refuses the whole; who names the rows asks about those", async () => {
      const { body } = await upload([{ name: "plots.txt", bytes: plots }]);
      expect(body.counts).toMatchObject({ expected: 3, read: 2, faulty: 1 });
      const refused = await apply(body.id, { as: "site" });
      expect([refused.status, refused.problem.errors![0]!.pointer]).toEqual([422, "#/rows/2"]);
      expect(refused.problem.errors![0]!.detail).toMatch(/3559245l\.861/);
      expect((await apply<SiteOfImport>(body.id, { as: "site", rows: [1, 3] })).body.rows).toEqual([1, 3]);
      const named = await apply(body.id, { as: "site", rows: [2] });
      expect([named.status, named.problem.errors![0]!.detail]).toEqual([422, refused.problem.errors![0]!.detail]);
    });

    it("as a screening: it has its row among the others, with what is wrong with it", async () => {
      const rows = "名称,经度,纬度\n甲,105.95,29.23\n乙,105.9O,29.24\n丙,105.97,29.25\n";
      const { body } = await upload([{ name: "farms.csv", bytes: rows }]);
      const mapping = { name: "名称" };
      const asked = { as: "screening", name: "一批", as_of: "2026-11-22", activity: "livestock_farm", action: "new", mapping };
      const taken = await apply<ScreeningOfImport>(body.id, { ...asked, crs_chosen: "EPSG:4490" });
      expect([taken.status, taken.body.total], JSON.stringify(taken.body)).toEqual([201, 3]);
      const path = `/api/screenings/${taken.body.screening}`;
      await expect.poll(async () => (await service.json<Screening>(path)).state, { timeout: 60_000 }).toBe("done");
      expect(await service.json<Screening>(path)).toMatchObject({ total: 3, done: 3, faulty: 1 });
      const { items } = await service.json<List<ScreenedSite>>(`${path}/sites?lang=en`);
      expect(items.map(({ n, name, result }) => [n, name, result !== null])).toEqual([
        [1, "甲", true],
        [2, "一批 3", false],
        [3, "丙", true],
      ]);
      expect(items[1]!.faults[0]!.detail).toMatch(/105\.9O/);
    });

    it("as a screening: an invalid shape says why it is, not that it is missing", async () => {
      const { id } = await uploadGeoJson([zone("T-1", FAR), zone("T-2", BOW_TIE)]);
      const asked = {
        as: "screening",
        name: "一批",
        as_of: "2026-11-22",
        activity: "livestock_farm",
        action: "new",
        mapping: {},
      };
      const { body } = await apply<ScreeningOfImport>(id, asked);
      const { items } = await service.json<List<ScreenedSite>>(`/api/screenings/${body.screening}/sites?lang=en`);
      expect(items[1]!.faults).toMatchObject([{ pointer: "#/geometry", detail: expect.stringMatching(/crosses itself|self/i) }]);
    });

    it("a file that was cut short is no whole file: no site, no screening, no claim", async () => {
      const zip = await fetch(`${service.url}/api/collections/protection_zone/items?f=shapefile`);
      const files = unzipSync(new Uint8Array(await zip.arrayBuffer()));
      const [shp, dbf, prj, cpg] = [".shp", ".dbf", ".prj", ".cpg"].map(
        (ending) => Object.entries(files).find(([name]) => name.endsWith(ending))![1],
      );
      const records = new DataView(dbf!.buffer, dbf!.byteOffset).getUint32(4, true);
      expect(records).toBeGreaterThan(2);
      // The last record is not there; its length says where it began.
      const starts: number[] = [];
      const view = new DataView(shp!.buffer, shp!.byteOffset, shp!.byteLength);
      for (let at = 100; at < shp!.byteLength; at += 8 + view.getInt32(at + 4) * 2) starts.push(at);
      const [start, length] = [16, 18].map((at) => new DataView(dbf!.buffer, dbf!.byteOffset).getUint16(at - 8, true));
      const cut = [
        { name: "cut.shp", bytes: shp!.slice(0, starts.at(-1)!) },
        { name: "cut.dbf", bytes: dbf!.slice(0, start! + (records - 1) * length!) },
        { name: "cut.prj", bytes: prj! },
        { name: "cut.cpg", bytes: cpg! },
      ];
      for (const files of [cut, cut.filter(({ name }) => !name.endsWith("dbf"))]) {
        const { body } = await upload(files);
        expect(body.counts.faulty, JSON.stringify(body)).toBe(0);
        const site = await apply(body.id, { as: "site" });
        expect([site.status, site.problem.errors?.map(({ pointer }) => pointer)]).toEqual([422, ["#"]]);
        const many = { as: "screening", name: "一批", activity: "livestock_farm", action: "new", mapping: {} };
        expect((await apply(body.id, many)).status).toBe(422);
        const claim = { ...AS_ZONES, mode: "good_rows", covers: ["dwspz_second"] };
        const claimed = await apply(body.id, claim);
        expect([claimed.status, claimed.problem.errors?.some(({ pointer }) => pointer === "#/covers")]).toEqual([422, true]);
      }
    });

    it("what stands in a layer is not read anew, and what is removed while it is taken is noticed", async () => {
      const { id } = await uploadGeoJson([zone("R-1", A), zone("R-2", B)]);
      const stored = (await readImport<LayerMeta>(service.database.db, id))!;
      expect((await apply<LayerOfImport>(id, AS_ZONES)).status).toBe(201);
      const again = await service.post(`/api/imports/${id}/read?lang=en`, {});
      expect([again.status, ((await again.json()) as Problem).type]).toEqual([409, "/problems/import-applied"]);
      expect((await undo(id)).status).toBe(200);
      await sql`delete from import_placed where import = ${id}::uuid and n = 2`.execute(service.database.db);
      for (const request of [
        { as: "site" },
        { as: "screening", name: "一批", activity: "livestock_farm", action: "new", mapping: {} },
        AS_ZONES,
      ]) {
        const { status, problem } = await apply(id, request);
        expect([status, problem.type]).toEqual([409, "/problems/import-changed"]);
      }
      await expect(
        checkWhole(service.database.db, { ...stored, layers: [{ ...stored.layers[0]!, features: 3 }] }, 0, 3),
      ).rejects.toThrow(/import-changed/);
    });
  });

  it("as a screening, every row is judged by its own words, and a faulty one is named", async () => {
    const farm = (name: string, geometry: unknown, more = {}) => ({
      type: "Feature",
      geometry,
      properties: { 项目: name, 类型: "规模化畜禽养殖场", 性质: "新建", 畜种: "pig", 出栏: "3,000", ...more },
    });
    const activities = await service.json<{ items: { code: string; title: string }[] }>("/api/activities?q=livestock_farm");
    const title = activities.items[0]!.title;
    const again = await uploadGeoJson([
      farm("甲", IN_FIRST, { 类型: title }),
      farm("乙", BOW_TIE, { 类型: title }),
      farm("丙", FAR, { 类型: "芝士" }),
    ]);
    const { status, body } = await apply<ScreeningOfImport>(again.id, {
      as: "screening",
      name: "一批",
      as_of: "2026-11-22",
      mapping: { name: "项目", activity: "类型", action: "性质", attributes: { species: "畜种", annual_output: "出栏" } },
    });
    expect(status, JSON.stringify(body)).toBe(201);
    await expect
      .poll(async () => (await service.json<Screening>(`/api/screenings/${body.screening}`)).state, { timeout: 60_000 })
      .toBe("done");
    const { items } = await service.json<List<ScreenedSite>>(`/api/screenings/${body.screening}/sites`);
    expect(
      items.map(({ name, action, result, faults }) => [name, action, result?.conclusion ?? null, faults[0]?.pointer ?? null]),
    ).toEqual([
      ["甲", "new", "prohibited", null],
      ["乙", "new", null, "#/geometry"],
      ["丙", "new", null, "#/activity"],
    ]);
  });

  describe("into a layer", () => {
    it("rows take effect on their day, tiles follow, the log says who, and an undo leaves all as it was", async () => {
      const before = await zones("2026-02-01");
      const versions = await service.database.db
        .selectFrom("layer_version")
        .selectAll()
        .where("layer", "=", "protection_zone")
        .execute();
      const { id } = await uploadGeoJson([zone("L-1", A), zone("L-2", B, { 级别: "second" })]);
      const applied = await apply<LayerOfImport>(id, AS_ZONES);
      expect(applied.status, JSON.stringify(applied.body)).toBe(201);
      expect(applied.body).toMatchObject({
        total: 2,
        good: 2,
        faults: [],
        unused: [],
        mapping: { code: "编号", name_zh: "名称", level: "级别", part: "水域或陆域", water_source: "水源地" },
        change: {
          who: "operator",
          layer: "protection_zone",
          district: "500118",
          written: 2,
          closed: 0,
          left_out: 0,
          undone_at: null,
        },
      });
      expect(await codes("2026-02-01")).toEqual(expect.arrayContaining(["L-1", "L-2"]));
      expect(await codes("2025-12-31")).not.toContain("L-1");
      const [version] = await service.database.db
        .selectFrom("layer_version")
        .selectAll()
        .where("layer", "=", "protection_zone")
        .execute();
      expect(version!.version).toBe(versions[0]!.version + 1);
      expect((await look(id)).body.applied).toMatchObject({ written: 2 });
      expect((await apply(id, AS_ZONES)).problem.type).toBe("/problems/import-applied");

      expect((await undo(id)).status).toBe(200);
      expect(await zones("2026-02-01")).toEqual(before);
      expect((await undo(id)).problem.type).toBe("/problems/nothing-to-undo");
      const list = await service.json<List<ImportSummary>>("/api/imports?limit=200");
      expect(list.items.find((each) => each.id === id)!.changes).toMatchObject([{ written: 2, undone_at: expect.any(String) }]);
    });

    it("a code that was there begins a new life, the old one ends that day; undo gives the old one back whole", async () => {
      const code = "500118-HJZB-1";
      const before = await zones("2026-02-01");
      const { id } = await uploadGeoJson([zone(code, A)]);
      expect((await apply<LayerOfImport>(id, AS_ZONES)).body.change).toMatchObject({ written: 1, closed: 1 });
      const lives = await service.json<{ items: { valid_from: string; valid_to: string | null }[] }>(
        `/api/collections/protection_zone/items/${code}/versions`,
      );
      expect(lives.items.map(({ valid_from, valid_to }) => [valid_from, valid_to]).toSorted()).toEqual([
        ["2000-01-01", "2026-01-01"],
        ["2026-01-01", null],
      ]);
      const later = await uploadGeoJson([zone(code, B)]);
      const clash = await apply(later.id, { ...AS_ZONES, valid_from: "2025-01-01" });
      expect(clash.problem.errors![0]!.detail).toMatch(/from 2026-01-01/);
      expect((await apply<LayerOfImport>(later.id, { ...AS_ZONES, valid_from: "2026-06-01" })).status).toBe(201);
      const refused = await undo(id);
      expect([refused.status, refused.problem.type]).toEqual([409, "/problems/undo-refused"]);
      expect(refused.problem.errors![0]!.detail).toContain(code);
      expect((await undo(later.id)).status).toBe(200);
      expect((await undo(id)).status).toBe(200);
      expect(await zones("2026-02-01")).toEqual(before);
    });

    it("all or nothing refuses the file for one row; good rows takes the others; each fault names row and column", async () => {
      const rows = [
        zone("G-1", A),
        zone("G-2", B, { 级别: "特级" }),
        zone("G-3", BOW_TIE),
        zone("G-4", { type: "Point", coordinates: [105.95, 29.23] }),
        zone("", A),
        zone("G-6", A),
        zone("G-6", B),
      ];
      const { id } = await uploadGeoJson(rows);
      const before = await traces();
      const refused = await apply(id, AS_ZONES);
      expect([refused.status, refused.problem.type]).toEqual([422, "/problems/import-refused"]);
      expect(refused.problem.errors!.map(({ pointer }) => pointer)).toEqual([
        "#/rows/2/level",
        "#/rows/3/geometry",
        "#/rows/4/geometry",
        "#/rows/5/code",
        "#/rows/6",
        "#/rows/7",
      ]);
      expect(await traces()).toEqual(before);
      const trial = await apply<LayerOfImport>(id, { ...AS_ZONES, mode: "good_rows" }, "&trial=true");
      expect([trial.status, trial.body.good, trial.body.change]).toEqual([200, 1, null]);
      expect(await traces()).toEqual(before);
      const claimed = await apply(id, { ...AS_ZONES, mode: "good_rows", covers: ["protection_zone/first"] });
      expect(claimed.problem.errors![0]).toMatchObject({ pointer: "#/covers", detail: expect.stringMatching(/6 row/) });
      const taken = await apply<LayerOfImport>(id, { ...AS_ZONES, mode: "good_rows" });
      expect(taken.body).toMatchObject({ total: 7, good: 1, change: { written: 1, left_out: 6 } });
      expect((await codes("2026-02-01")).filter((code) => String(code).startsWith("G-"))).toEqual(["G-1"]);
      expect((await undo(id)).status).toBe(200);
    });

    it("an approved boundary names its approval, and one that is not schematic its accuracy", async () => {
      const { id } = await uploadGeoJson([zone("A-1", A)]);
      const source = { ...AS_ZONES.source, basis: "approved_polygon" };
      const { problem } = await apply(id, { ...AS_ZONES, source });
      expect(problem.errors!.map(({ pointer }) => pointer)).toEqual([
        "#/source/approval_no",
        "#/source/approval_body",
        "#/source/approval_date",
        "#/source/accuracy_m",
      ]);
      const whole = {
        ...source,
        approval_no: "渝府〔2025〕1号",
        approval_body: "重庆市人民政府",
        approval_date: "2025-06-01",
        accuracy_m: 2,
      };
      const applied = await apply<LayerOfImport>(id, { ...AS_ZONES, source: whole });
      expect(applied.status).toBe(201);
      const feature = (await zones("2026-02-01")).find((each) => each.id === "A-1")!;
      expect(feature.properties).toMatchObject({ basis: "approved_polygon", accuracy_m: 2, approval_date: "2025-06-01" });
      await undo(id);
    });

    it("two writers of one code at once: one life each day, and no half of either", async () => {
      const imports = await Promise.all([A, B].map((shape) => uploadGeoJson([zone("W-1", shape), zone("W-2", shape)])));
      const answers = await Promise.all(
        imports.map(({ id }, n) => apply<LayerOfImport>(id, { ...AS_ZONES, valid_from: `2026-0${n + 1}-01` })),
      );
      const statuses = answers.map(({ status }) => status).toSorted();
      expect(statuses[0]).toBe(201);
      expect([201, 409, 422]).toContain(statuses[1]);
      const lives = (await codes("2026-03-01")).filter((code) => String(code).startsWith("W-"));
      expect(lives).toEqual(["W-1", "W-2"]);
      const twice = await uploadGeoJson([zone("W-3", A)]);
      const same = await Promise.all([1, 2, 3].map(() => apply(twice.id, AS_ZONES)));
      expect(same.map(({ status }) => status).toSorted()).toEqual([201, 409, 409]);
    });

    it("a request that makes no sense is refused by pointer, before anything is looked at", async () => {
      const { id } = await uploadGeoJson([zone("R-1", A)]);
      const pointers = async (request: Record<string, unknown>) =>
        (await apply(id, request)).problem.errors?.map(({ pointer }) => pointer);
      expect(await pointers({ as: "map" })).toEqual(["#/as"]);
      expect(await pointers({ ...AS_ZONES, layer: "moon", valid_from: "2026-02-30", colour: "red" })).toEqual(
        expect.arrayContaining(["#/layer", "#/valid_from", "#/colour"]),
      );
      expect(await pointers({ ...AS_ZONES, district: "999999" })).toEqual(["#/district"]);
      expect(await pointers({ ...AS_ZONES, mapping: { level: "颜色", moon: "编号" } })).toEqual([
        "#/mapping/level",
        "#/mapping/moon",
      ]);
      expect(await pointers({ ...AS_ZONES, covers: ["protection_zone/second", "river"] })).toEqual(["#/covers/0", "#/covers/1"]);
    });
  });

  describe("a table whose columns are odd", () => {
    const order = { ...AS_ZONES, file_layer: "odd", crs_chosen: "EPSG:4490" };
    const read = async (id: string, body: unknown) => {
      const response = await service.post(`/api/imports/${id}/read?lang=en`, body);
      return { status: response.status, body: (await response.json()) as Import & Problem };
    };
    /** An area stands before the coordinates; the points of two plots. */
    const odd = [
      "甲,乙,丙,丁,戊",
      ...[
        [105.95, 29.23],
        [105.951, 29.23],
        [105.951, 29.231],
        [105.96, 29.23],
        [105.961, 29.23],
        [105.961, 29.231],
      ].map(([x, y], n) => `${n < 3 ? "OD-1" : "OD-2"},${n < 3 ? 12.5 : 13.5},${y},${x},${n < 3 ? "一级保护区" : "二级保护区"}`),
    ].join("\n");

    it("is told of with its columns, and read by those that a person chooses, into a layer with defaults", async () => {
      const { body } = await upload([{ name: "odd.csv", bytes: odd }]);
      expect(body.table!.columns.map(({ name }) => name)).toEqual(["甲", "乙", "丙", "丁", "戊"]);
      expect(body.table!.taken).toMatchObject({ x: "乙", y: "丙" });
      const chosen = await read(body.id, { columns: { x: "丁", y: "丙", plot: "甲", geometry: "polygon" } });
      expect(chosen.status, JSON.stringify(chosen.body)).toBe(200);
      expect(chosen.body.table!.taken).toMatchObject({ x: "丁", y: "丙", plot: "甲", geometry: "polygon" });
      expect(chosen.body.numberMatched).toBe(2);
      const mapping = { code: "甲", name_zh: "甲", level: "戊" };
      const trial = await apply<LayerOfImport>(body.id, { ...order, mapping }, "&trial=true");
      expect(trial.body).toMatchObject({ good: 0, total: 2 });
      const wrong = await apply(body.id, { ...order, mapping, defaults: { part: "空中", established: "昨天", moon: 1 } });
      expect([wrong.status, wrong.problem.errors!.map(({ pointer }) => pointer)]).toEqual([
        422,
        ["#/defaults/part", "#/defaults/established", "#/defaults/moon"],
      ]);
      expect(wrong.problem.errors![0]!.detail).toContain("空中");
      const defaults = { part: "whole", water_source: "红江闸坝", level: "rural" };
      const written = await apply<LayerOfImport>(body.id, { ...order, mapping, defaults });
      expect(written.status, JSON.stringify(written.body)).toBe(201);
      const mine = (await zones("2026-02-01")).filter(({ id }) => String(id).startsWith("OD-"));
      // What a row says goes before the default.
      expect(mine.map(({ properties }) => [properties!["level"], properties!["part"]])).toEqual([
        ["first", "whole"],
        ["second", "whole"],
      ]);
      await undo(body.id);
    });

    it("of which nobody can tell two is kept, named as what it is, and read once a person says", async () => {
      const text = "点,纬向,经向\nA,29.3301,105.851\nB,约29.3301,约105.85\nC,29.331,105.851\n";
      const { status, body } = await upload([{ name: "odd.csv", bytes: text }]);
      expect([status, body.counts.read, body.faults.map(({ code }) => code)]).toEqual([201, 0, ["table_no_coordinates"]]);
      expect(body.crs).toMatchObject({ used: null, certain: false });
      expect((await apply(body.id, { ...order, as: "site" })).status).toBe(422);
      const chosen = await read(body.id, { columns: { x: "经向", y: "纬向", geometry: "point" } });
      expect([chosen.body.counts.read, chosen.body.faults.map(({ code, row }) => [code, row])]).toEqual([
        2,
        [["cell_no_number", 3]],
      ]);
      const page = await look(body.id, "&crs=EPSG:4490");
      expect(page.body.features.features[0]!.geometry).toEqual({ type: "Point", coordinates: [105.851, 29.3301] });
    });

    it("is not read by columns that it has not, or by half a pair; what was read before stays", async () => {
      const { body } = await upload([{ name: "odd.csv", bytes: odd }]);
      const refused = async (columns: unknown) => {
        const answer = await read(body.id, { columns });
        return [answer.status, answer.body.errors?.map(({ pointer }) => pointer)];
      };
      expect(await refused({ x: "丁", y: "己" })).toEqual([422, ["#/file"]]);
      expect(await refused({ x: "丁" })).toEqual([422, ["#/columns/y"]]);
      expect(await refused({ x: "丁", y: "丁" })).toEqual([422, ["#/columns/y"]]);
      expect(await refused({ x: "丁", y: "丙", colour: "戊", geometry: "circle" })).toEqual([
        422,
        expect.arrayContaining(["#/columns/geometry", "#/columns/colour"]),
      ]);
      const plain = await uploadGeoJson([zone("PL-1", A)]);
      expect((await read(plain.id, { columns: { x: "a", y: "b" } })).status).toBe(422);
      expect(plain.table).toBe(null);
      expect((await look(body.id)).body.numberMatched).toBe(body.numberMatched);
    });
  });

  it("a screening is not begun with fields or attributes that there are not", async () => {
    const { id } = await uploadGeoJson([zone("SC-1", A)]);
    const mapping = { name: "名称", activity: "活动", attributes: { annual_output: "出栏", moon: "名称" } };
    const { status, problem } = await apply(id, { as: "screening", name: "一批", mapping });
    expect([status, problem.errors!.map(({ pointer }) => pointer)]).toEqual([
      422,
      ["#/mapping/activity", "#/mapping/attributes/annual_output", "#/mapping/attributes/moon"],
    ]);
  });

  describe("an upload that fails leaves nothing", () => {
    it.each([
      ["is no known type", "x.bin", new Uint8Array([1, 2, 3, 4, 250, 251]), 422, "unreadable-file"],
      ["is empty", "x.geojson", "", 422, "unreadable-file"],
      ["lies about its type", "x.shp", geoJson([]), 422, "unreadable-file"],
      ["is over the size", "x.geojson", " ".repeat(3_100_000), 413, "upload-too-large"],
      [
        "is a zip that unpacks a thousandfold",
        "x.zip",
        zipSync({ "a.geojson": new Uint8Array(20_000_000) }),
        422,
        "unreadable-file",
      ],
      [
        "names a path that leads out",
        "x.zip",
        zipSync({ "../../etc/a.geojson": strToU8(geoJson([zone("Z", A)])) }),
        422,
        "unreadable-file",
      ],
      [
        "has too many vertices",
        "x.geojson",
        geoJson(
          Array.from({ length: 13_000 }, () => ({ type: "Feature", properties: {}, geometry: rectangle(1, 1, 2, 2) })),
          "",
        ),
        422,
        "unreadable-file",
      ],
    ] as const)("a file that %s", async (_what, name, bytes, status, type) => {
      const before = await traces();
      const { status: got, problem } = await upload([{ name, bytes }]);
      expect([got, problem.type], JSON.stringify(problem)).toEqual([status, `/problems/${type}`]);
      expect(problem.detail.length).toBeGreaterThan(10);
      expect(await traces()).toEqual(before);
    });

    it("a body that is no upload, or of unknown parts", async () => {
      const before = await traces();
      expect((await service.post("/api/imports", {})).status).toBe(415);
      const form = new FormData();
      form.append("picture", new Blob(["x"]), "x.png");
      expect((await fetch(`${service.url}/api/imports`, { method: "POST", body: form })).status).toBe(422);
      expect((await fetch(`${service.url}/api/imports`, { method: "POST", body: new FormData() })).status).toBe(422);
      const broken = await fetch(`${service.url}/api/imports`, {
        method: "POST",
        headers: { "content-type": "multipart/form-data; boundary=x" },
        body: '--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nhalf',
      });
      expect(broken.status).toBe(400);
      expect(await traces()).toEqual(before);
    });

    it.each([
      ["takes longer than it may", { seconds: 0.01 }, "reading-too-long"],
      ["takes more memory than it may", { memory_mb: 12 }, "reading-too-big"],
    ])("a file that %s", async (_what, limits, type) => {
      const impatient = await startService(service.database, { uploads: folder, limits });
      const before = await traces();
      const big = geoJson(Array.from({ length: 20_000 }, (_, n) => zone(`B-${n}`, A)));
      const { status, problem } = await uploadsOf(() => impatient).upload([{ name: "big.geojson", bytes: big }]);
      expect([status, problem.type]).toEqual([422, `/problems/${type}`]);
      expect(await traces()).toEqual(before);
      await impatient.jobs.close();
    });

    it("a caller who hangs up in the middle", async () => {
      const before = await traces();
      const socket = connect(Number(new URL(service.url).port), "127.0.0.1");
      socket.write(
        "POST /api/imports HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 100000\r\n\r\n" +
          '--x\r\nContent-Disposition: form-data; name="file"; filename="a.geojson"\r\n\r\n{',
      );
      await expect.poll(() => readdirSync(folder).length).toBe(before.folders + 1);
      socket.destroy();
      await expect.poll(() => readdirSync(folder).length).toBe(before.folders);
      expect(await traces()).toEqual(before);
    });
  });

  it("pasted text is read like a file", async () => {
    const form = new FormData();
    form.append("text", geoJson([zone("X-1", A)]));
    const response = await fetch(`${service.url}/api/imports`, { method: "POST", body: form });
    expect(response.status).toBe(201);
    expect(await response.json()).toMatchObject({ format: "geojson", numberMatched: 1 });
  });

  it("tiles are answered while a large file is read, placed and applied", async () => {
    const many = Array.from({ length: 1500 }, (_, n) => {
      const west = 105.8 + (n % 50) * 0.002;
      const south = 29.2 + Math.floor(n / 50) * 0.002;
      return zone(`M-${n}`, rectangle(west, south, west + 0.001, south + 0.001));
    });
    const made = "/tiles/protection_zone/12/3253/1699";
    expect([200, 204]).toContain((await service.get(made)).status);
    const now: { phase: "read" | "applied" | undefined } = { phase: "read" };
    const importing = (async () => {
      const { id } = await uploadGeoJson(many);
      now.phase = "applied";
      const { body } = await apply<LayerOfImport>(id, AS_ZONES);
      return { id, body };
    })();
    const done = () => (now.phase = undefined);
    importing.then(done, done);
    /** Asks one after the other while the import goes on; how many were answered in each of its phases. */
    const ask = async (path: (n: number) => string) => {
      const answered = { read: 0, applied: 0 };
      for (let n = 0; now.phase !== undefined; n++) {
        const response = await service.get(path(n));
        expect([200, 204]).toContain(response.status);
        if (now.phase !== undefined) answered[now.phase]++;
      }
      return answered;
    };
    const [old, fresh] = await Promise.all([ask(() => made), ask((n) => `/tiles/protection_zone/12/${3000 + (n % 1000)}/1700`)]);
    expect(old.read, "a tile in memory waits for nothing").toBeGreaterThan(20);
    expect(old.applied).toBeGreaterThan(20);
    expect(fresh.read, "portions of the import let others in between").toBeGreaterThan(3);
    const { id, body } = await importing;
    expect(body.change).toMatchObject({ written: 1500 });
    expect((await undo(id)).status).toBe(200);
  });

  it("a tile asked for while an import, one that replaces it and its undo are written shows all of before or all of after", async () => {
    const step = 0.002;
    const drawn = (level: string) =>
      Array.from({ length: 1200 }, (_, n) => {
        const [west, south] = [105.7 + (n % 40) * step, 29.2 + Math.floor(n / 40) * step];
        return zone(`ALL-${n}`, rectangle(west, south, west + step / 2, south + step / 2), { 级别: level });
      });
    const days = Array.from({ length: 4000 }, (_, n) => new Date(Date.UTC(2027, 0, 1 + n)).toISOString().slice(0, 10)).values();
    /** How many of them a tile never made before shows, by level. */
    const seen = async () => {
      const response = await service.get(`/tiles/protection_zone/9/406/212?datetime=${days.next().value!}`);
      const bytes = new Uint8Array(await response.arrayBuffer());
      const layer = bytes.length > 0 ? new VectorTile(new PbfReader(bytes)).layers["protection_zone"] : undefined;
      const levels = Array.from({ length: layer?.length ?? 0 }, (_, i) => layer!.feature(i))
        .filter(({ type, properties }) => type === 3 && String(properties["code"]).startsWith("ALL-"))
        .map(({ properties }) => String(properties["level"]));
      return JSON.stringify(Object.entries(Object.groupBy(levels, (level) => level)).map(([level, all]) => [level, all!.length]));
    };
    const { lending } = service.database;
    const write = lending.write.bind(lending);
    const now = { busy: false, writing: false };
    onTestFinished(() => void (lending.write = write));
    lending.write = (work) =>
      write(async (tx, breathe) => {
        now.writing = true;
        try {
          return await work(tx, breathe);
        } finally {
          now.writing = false;
        }
      });
    const during = async <T>(work: Promise<T>): Promise<{ value: T; views: string[]; within: number }> => {
      now.busy = true;
      work.finally(() => (now.busy = false)).catch(() => undefined);
      const views: string[] = [];
      let within = 0;
      while (now.busy) {
        views.push(await seen());
        if (now.writing) within += 1;
      }
      return { value: await work, views, within };
    };
    let answered = 0;
    const [nothing, first, second] = ["[]", '[["first",1200]]', '[["second",1200]]'];
    const one = await uploadGeoJson(drawn("一级保护区"));
    const two = await uploadGeoJson(drawn("二级保护区"));
    expect(await seen()).toBe(nothing);
    for (const { work, before, after } of [
      { work: () => apply<LayerOfImport>(one.id, AS_ZONES), before: nothing, after: first },
      { work: () => apply<LayerOfImport>(two.id, { ...AS_ZONES, valid_from: "2026-06-01" }), before: first, after: second },
      { work: () => undo(two.id), before: second, after: first },
    ]) {
      const { value, views, within } = await during<{ status: number }>(work());
      expect([200, 201]).toContain(value.status);
      answered += within;
      expect([...new Set(views)].filter((view) => view !== before && view !== after)).toEqual([]);
      expect(await seen()).toBe(after);
    }
    expect((await undo(one.id)).status).toBe(200);
    expect(await seen()).toBe(nothing);
    // On PostgreSQL a transaction may be over before a tile is asked for.
    if (engine.name === "embedded") expect(answered, "before a transaction ended").toBeGreaterThan(0);
  });

  it("a kept upload is read again with other options; what is no option is refused", async () => {
    const csv = new Uint8Array([
      ...strToU8("code,"),
      0xc3,
      0xfb,
      0xb3,
      0xc6, // 名称 in GBK
      ...strToU8(",lon,lat\nC-1,x,105.95,29.23\nC-2,y,105.96,29.23\n"),
    ]);
    const { status, body } = await upload([{ name: "points.csv", bytes: csv }], "&encoding=GB18030");
    expect(status, JSON.stringify(body)).toBe(201);
    expect([body.encoding, body.encoding_from, body.fields.map(({ name }) => name)]).toEqual([
      "GB18030",
      "chosen",
      expect.arrayContaining(["code", "名称"]),
    ]);
    const again = await service.post(`/api/imports/${body.id}/read?lang=en`, { encoding: "UTF-8" });
    expect(again.status).toBe(200);
    const other = (await again.json()) as typeof body;
    expect([other.id, other.encoding, other.fields.some(({ name }) => name === "名称")]).toEqual([body.id, "UTF-8", false]);
    expect((await service.post(`/api/imports/${body.id}/read`, { encoding: "EBCDIC" })).status).toBe(422);
  });

  it("what was kept long enough goes; what it changed, and its undo, stay", async () => {
    const looked = await uploadGeoJson([zone("K-1", A)]);
    const written = await uploadGeoJson([zone("K-2", A)]);
    expect((await apply(written.id, AS_ZONES)).status).toBe(201);
    await sql`update import set kept_until = now() - interval '1 minute' where id in (${looked.id}::uuid, ${written.id}::uuid)`.execute(
      service.database.db,
    );
    const next = await startService(service.database, { uploads: folder });
    await expect.poll(async () => (await look(looked.id)).status).toBe(404);
    await expect.poll(() => readdirSync(folder).filter((name) => [looked.id, written.id].includes(name))).toEqual([]);
    await next.jobs.close();
    expect((await look(written.id)).problem.type).toBe("/problems/upload-gone");
    expect(await codes("2026-02-01")).toContain("K-2");
    expect((await undo(written.id)).status).toBe(200);
    expect(await codes("2026-02-01")).not.toContain("K-2");
  });

  it("an import that nobody knows is a 404 throughout", async () => {
    const id = "00000000-0000-4000-8000-000000000000";
    expect([
      (await look(id)).status,
      (await apply(id, AS_ZONES)).status,
      (await undo(id)).status,
      (await look("x")).status,
    ]).toEqual([404, 404, 404, 404]);
  });
});
