/** Each of the eight conclusions by a named fixture, through HTTP, on both engines; and what breaks is never clear. */
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Conclusion } from "../../server/api/checks.ts";
import type { Problem } from "../../server/api/common.ts";
import { GEODATA, readCatalogue } from "../../server/service.ts";
import { rule } from "../support/judging.ts";
import { eachEngine } from "../support/engines.ts";
import {
  CLEAN,
  FAR,
  IN_FIRST,
  IN_SECOND,
  PIG_FARM,
  rectangle,
  SEA,
  type Service,
  startService,
  statutesOnly,
} from "../support/service.ts";

/** North of the second-level zone: a quasi zone that only the tests have. */
const QUASI = rectangle(105.94, 29.28, 105.95, 29.29);
const IN_QUASI = rectangle(105.944, 29.284, 105.945, 29.285);
const CAGE = { activity: "cage_aquaculture", action: "operating", attributes: { aquaculture_means: ["none"] } };
const TOURS = { activity: "tourism", action: "operating", attributes: {} };

const FIXTURES: Record<Conclusion, { name: string; request: Record<string, unknown> }> = {
  prohibited: { name: "a new pig farm in the first-level zone", request: { geometry: IN_FIRST } },
  must_withdraw: { name: "a pig farm that stands in the first-level zone", request: { geometry: IN_FIRST, action: "existing" } },
  suspended: {
    name: "a rebuilt farm under an order of the district",
    request: { geometry: IN_QUASI, action: "expanded", activity: "photovoltaic", attributes: {} },
  },
  undetermined: { name: "a farm in the sea", request: { geometry: SEA } },
  restricted: { name: "a rebuilt farm in the quasi zone", request: { geometry: IN_QUASI, action: "rebuilt" } },
  conditional: { name: "tourism in the second-level zone", request: { geometry: IN_SECOND, ...TOURS } },
  notice: {
    name: "cage culture 300 m from the second-level zone",
    request: { geometry: rectangle(105.968, 29.24, 105.969, 29.241), ...CAGE },
  },
  clear: { name: "a farm far from every zone", request: { geometry: FAR, ...CLEAN } },
};

eachEngine((engine) => {
  let service: Service;
  let geodata: string;
  beforeAll(async () => {
    geodata = await mkdtemp(join(tmpdir(), "shuijie-geodata-"));
    await cp(GEODATA, geodata, { recursive: true });
    await addQuasiZone(geodata);
    const catalogue = statutesOnly(readCatalogue());
    const local = {
      ...catalogue.instruments[0]!,
      id: "test_order",
      title: { zh: "测试区限批通告", en: "test order" },
      jurisdiction: "500118",
      in_force_from: "2020-01-01",
      in_force_until: null,
      successor: null,
      horizon: null,
    };
    const order = rule("suspend", {
      id: "TEST-SUSPEND",
      instrument: "test_order",
      valid_from: "2020-01-01",
      where: { theme: "protection_zone/quasi" },
      who: { classes: [], actions: ["expanded"] },
    });
    service = await startService(await engine.open(), {
      geodata,
      catalogue: {
        ...catalogue,
        version: `${catalogue.version}-test`,
        instruments: [...catalogue.instruments, local],
        rules: [...catalogue.rules, order],
      },
    });
  });
  afterAll(async () => {
    await service.close();
    await rm(geodata, { recursive: true });
  });

  it.each(Object.entries(FIXTURES) as [Conclusion, (typeof FIXTURES)[Conclusion]][])(
    "%s: $name",
    async (conclusion, { request }) => {
      const zh = await service.check(request, "zh");
      expect(zh.conclusion).toBe(conclusion);
      expect(zh.sentence).not.toMatch(/\{|undefined|null/);
      const en = await service.check(request, "en");
      expect(en.conclusion).toBe(conclusion);
      expect(en.sentence).not.toMatch(/[\u4e00-\u9fff]|\{|undefined|null/);
    },
  );

  describe("what breaks", () => {
    it("one broken shape in one layer is failed alone, never clear, and its words say so", async () => {
      await sql`do $$ declare c text; begin
        for c in select conname from pg_constraint where conrelid = 'protection_zone'::regclass and pg_get_constraintdef(oid) ilike '%st_isvalid%' loop
          execute format('alter table protection_zone drop constraint %I', c);
        end loop; end $$`.execute(service.database.db);
      const tie = "MULTIPOLYGON(((105.849 29.3295,105.852 29.3315,105.852 29.3295,105.849 29.3315,105.849 29.3295)))";
      await sql`insert into protection_zone (code, name_zh, name_en, valid_from, basis, source, file, geom, geom_3857, level, part, water_source)
        values ('broken', '坏图形', 'broken', '2000-01-01', 'schematic', 'test', 'test', st_geomfromtext(${tie}, 4490),
          st_transform(st_geomfromtext(${tie}, 4490), 3857), 'first', 'whole', 'x')`.execute(service.database.db);
      const check = await service.check({ geometry: FAR, ...CLEAN });
      expect(check).toMatchObject({ conclusion: "undetermined", complete: false });
      expect(check.themes.find((theme) => theme.theme === "protection_zone/first")?.status).toBe("failed");
      expect(check.themes.find((theme) => theme.theme === "jurisdiction")?.status).toBe("affected");
      expect(check.sentence).toContain("一级");
      await sql`delete from protection_zone where code = 'broken'`.execute(service.database.db);
      expect((await service.check({ geometry: FAR, ...CLEAN })).conclusion).toBe("clear");
    }, 60_000);

    it("an empty layer that nobody loaded is no data, not clear", async () => {
      await sql`create table kept as select theme, jurisdiction, state, data_date, source, licence, basis, valid_from, file, geom
        from coverage where theme = 'protection_zone/first'`.execute(service.database.db);
      await sql`delete from coverage where theme = 'protection_zone/first'`.execute(service.database.db);
      const check = await service.check({ geometry: FAR, ...CLEAN });
      expect(check).toMatchObject({ conclusion: "undetermined", complete: false, possible: "prohibited" });
      expect(check.themes.find((theme) => theme.theme === "protection_zone/first")).toMatchObject({
        status: "no_data",
        coverage: "not_loaded",
      });
      await sql`insert into coverage (theme, jurisdiction, state, data_date, source, licence, basis, valid_from, file, geom)
        select * from kept`.execute(service.database.db);
      expect((await service.check({ geometry: FAR, ...CLEAN })).conclusion).toBe("clear");
    });

    it("a table emptied behind its coverage is no data, not clear", async () => {
      await sql`create table emptied as select code, level from protection_zone where level = 'second'`.execute(
        service.database.db,
      );
      await sql`update protection_zone set level = 'quasi' where level = 'second'`.execute(service.database.db);
      const check = await service.check({ geometry: FAR });
      expect(check).toMatchObject({ conclusion: "undetermined", complete: false, possible: "prohibited" });
      expect(check.themes.find((theme) => theme.theme === "protection_zone/second")).toMatchObject({
        status: "no_data",
        features: 0,
      });
      await sql`update protection_zone set level = 'second' where code in (select code from emptied)`.execute(
        service.database.db,
      );
      expect((await service.check({ geometry: FAR, ...CLEAN })).conclusion).toBe("clear");
    });

    it("a missing table fails its layer and nothing is clear", async () => {
      await sql`alter table protection_zone rename to hidden`.execute(service.database.db);
      const check = await service.check({ geometry: FAR, ...CLEAN });
      expect(check.conclusion).toBe("undetermined");
      await sql`alter table hidden rename to protection_zone`.execute(service.database.db);
    });

    it("several missing tables fail each of their layers, asked at once, and the others are measured", async () => {
      const { db } = service.database;
      for (const table of ["protection_zone", "control_area"])
        await sql.raw(`alter table ${table} rename to hidden_${table}`).execute(db);
      const check = await service.check({ geometry: FAR, ...CLEAN });
      for (const table of ["protection_zone", "control_area"])
        await sql.raw(`alter table hidden_${table} rename to ${table}`).execute(db);
      expect(check).toMatchObject({ conclusion: "undetermined", complete: false });
      const statusOf = (layer: string) => [
        ...new Set(check.themes.filter(({ theme }) => theme.startsWith(`${layer}/`)).map(({ status }) => status)),
      ];
      expect(statusOf("protection_zone")).toEqual(["failed"]);
      expect(statusOf("control_area")).toContain("failed");
      expect(statusOf("no_farming_area")).not.toContain("failed");
    });

    it("a missing table of coverage leaves nothing proven", async () => {
      await sql`alter table coverage rename to hidden`.execute(service.database.db);
      const check = await service.check({ geometry: FAR, ...CLEAN });
      await sql`alter table hidden rename to coverage`.execute(service.database.db);
      expect(check).toMatchObject({ conclusion: "undetermined", complete: false });
    });

    it("a check that cannot be stored is an error, not an answer", async () => {
      await sql`alter table site_check rename to hidden`.execute(service.database.db);
      const response = await service.post("/api/checks?lang=en", { ...PIG_FARM, geometry: FAR });
      expect([response.status, ((await response.json()) as Problem).type]).toEqual([500, "/problems/internal"]);
      await sql`alter table hidden rename to site_check`.execute(service.database.db);
    });
  });
});

async function addQuasiZone(geodata: string): Promise<void> {
  const file = join(geodata, "layers", "protection_zone", "500118.geojson");
  const zones = JSON.parse(await readFile(file, "utf8")) as {
    features: { properties: Record<string, unknown>; geometry: unknown }[];
  };
  const [first] = zones.features;
  zones.features.push({
    ...first!,
    properties: {
      ...first!.properties,
      code: "500118-TEST-Q",
      name_zh: "测试准保护区",
      name_en: "test quasi zone",
      level: "quasi",
    },
    geometry: QUASI,
  });
  await writeFile(file, JSON.stringify(zones));
  const source = file.replace(".geojson", ".source.json");
  const declared = JSON.parse(await readFile(source, "utf8")) as { coverage: Record<string, unknown>[] };
  const quasi = declared.coverage.find((entry) => entry["theme"] === "protection_zone/quasi")!;
  Object.assign(quasi, { state: "loaded" });
  delete quasi["declared_by"];
  delete quasi["document"];
  await writeFile(source, JSON.stringify(declared));
}
