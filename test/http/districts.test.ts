/** What a district says it has none of, and what it asks; and that what a person brought in survives restarts and reloads of
 *  the files of `geodata/`. On both engines. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ChecklistVersion, Declaration, ThemeHolding } from "../../server/api/coverage.ts";
import type { List, Problem } from "../../server/api/common.ts";
import type { LayerOfImport } from "../../server/api/imports.ts";
import { GEODATA, prepareDatabase } from "../../server/service.ts";
import { eachEngine } from "../support/engines.ts";
import { AS_ZONES, type Items, uploadsOf, zone } from "../support/imports.ts";
import { CLEAN, FAR, rectangle, type Service, startService } from "../support/service.ts";

const A = rectangle(105.95, 29.23, 105.951, 29.231);
const THEME = "control_area/nature_reserve_core";
const DECLARATION = {
  theme: THEME,
  jurisdiction: "500118",
  document: "永林函〔2026〕1号",
  name: "永川区林业局",
  date: "2026-03-01",
};

eachEngine((engine) => {
  let service: Service;
  let geodata: string;
  const { uploadGeoJson, apply, undo } = uploadsOf(() => service);
  beforeAll(async () => {
    geodata = mkdtempSync(join(tmpdir(), "shuijie-geodata-"));
    cpSync(GEODATA, geodata, { recursive: true });
    service = await startService(await engine.open(), { geodata });
  });
  afterAll(async () => {
    await service.close();
    rmSync(geodata, { recursive: true, force: true });
  });

  const post = async (path: string, body: unknown) => {
    const response = await service.post(`${path}?lang=en`, body);
    const said = response.status === 204 ? null : await response.json();
    return { status: response.status, body: said as never, problem: said as Problem };
  };
  const zones = async (day: string) =>
    (await service.json<Items>(`/api/collections/protection_zone/items?limit=1000&datetime=${day}`)).features;
  const coverage = async (theme: string) => {
    const { rows } = await sql<{ state: string; from: string; to: string | null; source: string; file: string }>`
      select state, valid_from::text as from, valid_to::text as to, source, file from coverage
      where theme = ${theme} and jurisdiction = '500118' order by valid_from`.execute(service.database.db);
    return rows;
  };
  const lists = async (code: string) => (await service.json<List<ChecklistVersion>>(`/api/checklists/${code}`)).items;

  describe("a checklist", () => {
    it("gets a new version from a day on; checks of that day ask it and name it, earlier ones keep the earlier", async () => {
      const [newest] = await lists("500118");
      const themes = [...newest!.themes, THEME];
      const made = await post("/api/checklists/500118", {
        themes,
        valid_from: "2026-03-01",
        source: "区生态环境局 2026 年核查清单",
      });
      expect(made.status, JSON.stringify(made.body)).toBe(201);
      expect(made.body).toMatchObject({ version: newest!.version + 1, valid_to: null, themes });
      const before = await service.check({ geometry: FAR, ...CLEAN, as_of: "2026-02-28" });
      const after = await service.check({ geometry: FAR, ...CLEAN, as_of: "2026-03-01" });
      expect([before.checklist, after.checklist]).toEqual([`500118@${newest!.version}`, `500118@${newest!.version + 1}`]);
      const status = (check: typeof after) => check.themes.find(({ theme }) => theme === THEME)!.status;
      expect([status(before), status(after)]).toEqual(["not_asked", "no_data"]);
      expect(after.complete).toBe(false);
      expect(before.versions.rules).toBe(after.versions.rules);
      const replayed = (await post(`/api/checks/${after.id}/replay`, {})).body as { same: boolean };
      expect(replayed.same).toBe(true);
      expect((await lists("500118")).map(({ version, valid_to }) => [version, valid_to])).toEqual([
        [newest!.version + 1, null],
        [newest!.version, "2026-03-01"],
      ]);
    });

    it("cannot leave off protection zones, name what is not there, or begin before the one that holds", async () => {
      const [newest] = await lists("500118");
      const wrong = await post("/api/checklists/500118", {
        themes: ["jurisdiction", "protection_zone/first", "moon", "river", "river"],
        valid_from: newest!.valid_from,
        source: "x",
      });
      expect([wrong.status, wrong.problem.errors!.map(({ pointer }) => pointer)]).toEqual([
        422,
        ["#/themes/2", "#/themes/4", "#/themes", "#/themes", "#/themes", "#/valid_from"],
      ]);
      expect((await post("/api/checklists/999999", {})).status).toBe(404);
      expect(await lists("500118")).toHaveLength(2);
    });

    it("made by two at once is made once for each version", async () => {
      const [newest] = await lists("500118");
      const body = { themes: newest!.themes, valid_from: "2027-01-01", source: "同时" };
      const answers = await Promise.all([1, 2, 3].map(() => post("/api/checklists/500118", body)));
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
      expect(await lists("500118")).toHaveLength(3);
    });
  });

  describe("what a district holds", () => {
    const held = async (datetime: string) =>
      (await service.json<List<ThemeHolding>>(`/api/coverage?jurisdiction=500118&datetime=${datetime}&lang=en`)).items;

    it("is told theme by theme: claim, features that hold on the day, their accuracy, and what a checklist may not leave off", async () => {
      const items = await held("2026-02-01");
      const first = items.find(({ theme }) => theme === "protection_zone/first")!;
      expect(first).toMatchObject({
        layer: "protection_zone",
        state: "loaded",
        basis: "schematic",
        locked: true,
        accuracy_m: null,
      });
      const own = (await zones("2026-02-01")).filter(
        ({ properties }) => properties!["level"] === "first" && properties!["competent_jurisdiction"] === "500118",
      );
      expect(first.features).toBe(own.length);
      expect(items.find(({ theme }) => theme === THEME)).toMatchObject({
        state: "not_loaded",
        data_date: null,
        features: 0,
        locked: false,
      });
      expect((await held("1990-01-01")).find(({ theme }) => theme === first.theme)).toMatchObject({
        state: "not_loaded",
        features: 0,
      });
    });

    it("tells the least and the greatest accuracy of what was brought in, only while it stands", async () => {
      const reserve = (code: string, accuracy_m: number) => ({
        type: "Feature",
        geometry: A,
        properties: { code, name_zh: code, kind: "nature_reserve_core", accuracy_m },
      });
      const { id } = await uploadGeoJson([reserve("AC-1", 2), reserve("AC-2", 30)]);
      const source = { ...AS_ZONES.source, basis: "computed_default", accuracy_m: 10 };
      const applied = await apply<LayerOfImport>(id, { ...AS_ZONES, layer: "control_area", source });
      expect(applied.status, JSON.stringify(applied.body)).toBe(201);
      const of = async (day: string) => (await held(day)).find(({ theme }) => theme === THEME)!;
      expect(await of("2026-02-01")).toMatchObject({ state: "not_loaded", features: 2, accuracy_m: { min: 2, max: 30 } });
      expect((await of("2025-12-31")).features).toBe(0);
      expect((await undo(id)).status).toBe(200);
      expect(await of("2026-02-01")).toMatchObject({ features: 0, accuracy_m: null });
    });

    it("is refused for a district without an outline, and without one named", async () => {
      expect((await service.get("/api/coverage?jurisdiction=999999")).status).toBe(404);
      expect((await service.get("/api/coverage")).status).toBe(400);
    });
  });

  describe("a declaration of none", () => {
    it("counts as covered from its day on, and no longer once it is withdrawn; checks stay as they were said", async () => {
      const made = await post("/api/coverage/declarations", DECLARATION);
      expect(made.status, JSON.stringify(made.body)).toBe(201);
      const { id } = made.body as Declaration;
      const check = await service.check({ geometry: FAR, ...CLEAN, as_of: "2026-03-01" });
      const told = check.themes.find(({ theme }) => theme === THEME)!;
      expect(told).toMatchObject({ coverage: "declared_none", source: DECLARATION.document });
      expect(told.status).not.toBe("no_data");
      const list = await service.json<List<Declaration>>("/api/coverage/declarations?jurisdiction=500118");
      expect(list.items[0]).toMatchObject({ ...DECLARATION, id, withdrawn_at: null });
      expect((await post("/api/coverage/declarations", DECLARATION)).problem.type).toBe("/problems/theme-declared");

      expect((await post(`/api/coverage/declarations/${id}/withdraw`, {})).status).toBe(204);
      expect((await post(`/api/coverage/declarations/${id}/withdraw`, {})).status).toBe(404);
      const again = await service.check({ geometry: FAR, ...CLEAN, as_of: "2026-03-01" });
      expect(again.themes.find(({ theme }) => theme === THEME)!.status).toBe("no_data");
      expect((await service.json<typeof check>(`/api/checks/${check.id}`)).themes).toEqual(check.themes);
      expect((await service.json<List<Declaration>>("/api/coverage/declarations?withdrawn=true")).items[0]).toMatchObject({
        id,
        withdrawn_at: expect.any(String),
      });
    });

    it("is refused where data is loaded, and where it says nothing usable", async () => {
      const loaded = await post("/api/coverage/declarations", { ...DECLARATION, theme: "protection_zone/first" });
      expect([loaded.status, loaded.problem.type]).toEqual([409, "/problems/theme-loaded"]);
      const wrong = await post("/api/coverage/declarations", { ...DECLARATION, document: " ", date: "2026-13-01", theme: "x" });
      expect(wrong.problem.errors!.map(({ pointer }) => pointer).toSorted()).toEqual(["#/date", "#/document"]);
      expect((await post("/api/coverage/declarations", { ...DECLARATION, theme: "moon" })).problem.errors![0]!.pointer).toBe(
        "#/theme",
      );
      expect((await post("/api/coverage/declarations", { ...DECLARATION, jurisdiction: "999999" })).status).toBe(422);
    });

    it("is ended by features that come in without a claim, and is refused while they stand", async () => {
      const { id } = (await post("/api/coverage/declarations", DECLARATION)).body as Declaration;
      const reserve = {
        type: "Feature",
        geometry: A,
        properties: { code: "NR-1", name_zh: "保护地", kind: "nature_reserve_core" },
      };
      const upload = await uploadGeoJson([reserve]);
      const order = { ...AS_ZONES, layer: "control_area", valid_from: "2026-05-01" };
      const applied = await apply<LayerOfImport>(upload.id, order);
      expect(applied.status, JSON.stringify(applied.body)).toBe(201);
      expect((await coverage(THEME)).map(({ state, from, to }) => [state, from, to])).toEqual([
        ["not_loaded", "2000-01-01", "2026-03-01"],
        ["declared_none", "2026-03-01", "2026-05-01"],
        ["not_loaded", "2026-05-01", null],
      ]);
      expect((await post("/api/coverage/declarations", { ...DECLARATION, date: "2026-06-01" })).problem.type).toBe(
        "/problems/features-against",
      );
      expect((await undo(upload.id)).status).toBe(200);
      expect((await coverage(THEME)).map(({ state, to }) => [state, to])).toEqual([
        ["not_loaded", "2026-03-01"],
        ["declared_none", null],
      ]);
      expect((await post(`/api/coverage/declarations/${id}/withdraw`, {})).status).toBe(204);
      expect((await coverage(THEME)).map(({ state, to }) => [state, to])).toEqual([["not_loaded", null]]);
    });
  });

  describe("what was imported", () => {
    const CODE = "500118-HJZB-1";
    const FIRST = "protection_zone/first";

    it("speaks for its district from its day on, stays through a restart and a changed file, and comes out again whole", async () => {
      const before = await zones("2026-02-01");
      const claims = await coverage(FIRST);
      const { id } = await uploadGeoJson([zone(CODE, A), zone("NEW-1", A)]);
      const applied = await apply<LayerOfImport>(id, { ...AS_ZONES, covers: [FIRST] });
      expect(applied.status, JSON.stringify(applied.body)).toBe(201);
      const during = await zones("2026-02-01");
      expect((await coverage(FIRST)).map(({ from, to, file }) => [from, to, file])).toEqual([
        ["2000-01-01", "2026-01-01", "protection_zone/500118.geojson"],
        ["2026-01-01", null, `import/${id}`],
      ]);
      const check = await service.check({ geometry: FAR, ...CLEAN, as_of: "2026-02-01" });
      expect(check.themes.find(({ theme }) => theme === FIRST)).toMatchObject({
        coverage: "loaded",
        source: "永川区水源地矢量",
        data_date: "2025-12-31",
      });

      await prepareDatabase(service.database, () => undefined, geodata); // a restart: nothing has changed
      expect(await zones("2026-02-01")).toEqual(during);

      const path = join(geodata, "layers", "protection_zone", "500118.geojson");
      const original = readFileSync(path, "utf8");
      writeFileSync(path, original.replace(/"name_zh":"红江闸坝饮用水水源一级保护区"/, '"name_zh":"红江闸坝一级区（改）"'));
      await prepareDatabase(service.database, () => undefined, geodata);
      expect(await zones("2026-02-01")).toEqual(during);
      const old = (await zones("2025-12-31")).find((each) => each.id === CODE)!;
      expect(old.properties).toMatchObject({ name_zh: "红江闸坝一级区（改）", valid_to: "2026-01-01" });
      expect((await coverage(FIRST)).map(({ from, to }) => [from, to])).toEqual([
        ["2000-01-01", "2026-01-01"],
        ["2026-01-01", null],
      ]);
      const refused = await undo(id);
      expect([refused.status, refused.problem.errors![0]!.detail]).toEqual([409, expect.stringContaining(CODE)]);

      writeFileSync(path, original);
      await prepareDatabase(service.database, () => undefined, geodata);
      expect((await undo(id)).status).toBe(200);
      expect(await zones("2026-02-01")).toEqual(before);
      expect(await coverage(FIRST)).toEqual(claims);
    });

    it("without a claim leaves a loaded theme loaded, by both sources", async () => {
      const claims = await coverage(FIRST);
      const { id } = await uploadGeoJson([zone("NEW-2", A)]);
      expect((await apply(id, AS_ZONES)).status).toBe(201);
      const [earlier, later] = await coverage(FIRST);
      expect(earlier).toMatchObject({ to: "2026-01-01" });
      expect(later).toMatchObject({ state: "loaded", from: "2026-01-01", source: `${claims[0]!.source}; 永川区水源地矢量` });
      const check = await service.check({ geometry: FAR, ...CLEAN, as_of: "2026-02-01" });
      expect(check.themes.find(({ theme }) => theme === FIRST)!.coverage).toBe("loaded");
      expect((await undo(id)).status).toBe(200);
      expect(await coverage(FIRST)).toEqual(claims);
    });

    it("is written down for good: the log can be added to, not changed", async () => {
      const { db } = service.database;
      for (const statement of [
        sql`update change_log set who = 'nobody'`,
        sql`delete from change_feature`,
        sql`delete from change_log`,
      ])
        await expect(statement.execute(db)).rejects.toThrow(/append-only/);
    });
  });
});
