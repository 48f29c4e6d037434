/** What "clear" rests on, on both engines: the site wherever its accuracy lets it stand, every file behind a claim as far as a
 *  rule looks, and the outline that a district has now. */
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Check } from "../../server/api/checks.ts";
import type { LayerOfImport } from "../../server/api/imports.ts";
import { loadAll } from "../../server/db/load.ts";
import { GEODATA, readCatalogue } from "../../server/service.ts";
import { rule } from "../support/judging.ts";
import { eachEngine } from "../support/engines.ts";
import { AS_ZONES, uploadsOf, zone } from "../support/imports.ts";
import { CLEAN, FAR, rectangle, type Service, startService, statutesOnly } from "../support/service.ts";

const FIRST = "protection_zone/first";
const LOOKS_M = 1000;

eachEngine((engine) => {
  let service: Service;
  let geodata: string;
  const { uploadGeoJson, apply, undo } = uploadsOf(() => service);
  beforeAll(async () => {
    geodata = await mkdtemp(join(tmpdir(), "shuijie-geodata-"));
    await cp(GEODATA, geodata, { recursive: true });
    const catalogue = statutesOnly(readCatalogue());
    const looks = rule("prohibit", {
      id: "TEST-LOOKS",
      instrument: catalogue.rules[0]!.instrument,
      valid_from: "2020-01-01",
      where: { theme: FIRST, relation: "within_m", within_m: LOOKS_M },
      who: { classes: [], actions: ["expanded"] },
    });
    service = await startService(await engine.open(), {
      geodata,
      catalogue: { ...catalogue, version: `${catalogue.version}-proof`, rules: [...catalogue.rules, looks] },
    });
  });
  afterAll(async () => {
    await service.close();
    await rm(geodata, { recursive: true });
  });

  const themeOf = (check: Check, theme: string) => check.themes.find((each) => each.theme === theme);
  /** A point that many metres within the outline of 永川. */
  const within = async (metres: number): Promise<{ type: "Point"; coordinates: [number, number] }> => {
    const { rows } = await sql<{ x: number; y: number }>`
      select st_x(p)::float8 as x, st_y(p)::float8 as y
      from (select st_startpoint(st_exteriorring(st_geometryn(st_buffer(geom::geography, ${-metres}::float8)::geometry, 1))) as p
        from jurisdiction where code = '500118') as inner_edge`.execute(service.database.db);
    return { type: "Point", coordinates: [rows[0]!.x, rows[0]!.y] };
  };

  it("a site that may as well stand where nothing is loaded is not clear", async () => {
    const geometry = await within(100);
    const sharp = await service.check({ ...CLEAN, geometry, accuracy_m: 10 });
    expect(themeOf(sharp, FIRST)).toMatchObject({ status: expect.stringMatching(/clear|near/) });
    expect(sharp.conclusion).toBe("clear");
    const blurred = await service.check({ ...CLEAN, geometry, accuracy_m: 5000 });
    expect(themeOf(blurred, FIRST)).toMatchObject({ status: "no_data" });
    expect(blurred).toMatchObject({ conclusion: "undetermined", complete: false });
  });

  it("whichever way the border lies: not a metre of the doubt is taken for covered", async () => {
    const { rows } = await sql<{ x: number; y: number }>`
      select st_x(p)::float8 as x, st_y(p)::float8 as y
      from (select st_lineinterpolatepoint(edge, n / 12.0) as p
        from (select st_exteriorring(st_geometryn(st_buffer(geom::geography, -4985)::geometry, 1)) as edge from jurisdiction where code = '500118') as inner_edge,
          generate_series(0, 11) as n) as points`.execute(service.database.db);
    for (const { x, y } of rows) {
      const check = await service.check({ ...CLEAN, geometry: { type: "Point", coordinates: [x, y] }, accuracy_m: 5000 });
      expect(themeOf(check, FIRST)?.status, `${x}, ${y}`).not.toMatch(/clear|near/);
    }
  });

  it("an emptied file next door proves nothing for a rule that looks as far, and is no matter beyond", async () => {
    const { db } = service.database;
    const geometry = await within(300);
    const [x, y] = geometry.coordinates;
    const claim = async (file: string) => {
      await sql`insert into coverage (theme, jurisdiction, state, data_date, source, licence, basis, valid_from, file, geom)
        select theme, '500999', state, data_date, source, licence, basis, valid_from, ${file},
          st_multi(st_difference(st_makeenvelope(${x - 0.1}::float8, ${y - 0.1}::float8, ${x + 0.1}::float8, ${y + 0.1}::float8, 4490), geom))
        from coverage where theme = ${FIRST} and jurisdiction = '500118'`.execute(db);
    };
    const asked = { ...CLEAN, geometry, action: "expanded" };
    const open = await service.check(asked);
    expect(open.findings.find((each) => each.rule === "TEST-LOOKS")?.outcome).toBe("no_data");
    await claim("protection_zone/next.geojson");
    const emptied = await service.check(asked);
    expect(emptied.findings.find((each) => each.rule === "TEST-LOOKS")?.outcome).toBe("no_data");
    expect(emptied.conclusion).toBe("undetermined");
    await sql`update coverage set file = (select file from coverage where theme = ${FIRST} and jurisdiction = '500118') where jurisdiction = '500999'`.execute(
      db,
    );
    const held = await service.check(asked);
    expect(held.findings.find((each) => each.rule === "TEST-LOOKS")?.outcome ?? "not_triggered").toBe("not_triggered");
    await sql`update coverage set file = 'protection_zone/next.geojson' where jurisdiction = '500999'`.execute(db);
    expect((await service.check({ ...asked, geometry: FAR })).conclusion).toBe("clear");
    await sql`delete from coverage where jurisdiction = '500999'`.execute(db);
  });

  it("a claim that goes on after an import still rests on the file before it", async () => {
    const { db } = service.database;
    const { id } = await uploadGeoJson([zone("P-1", rectangle(105.95, 29.23, 105.951, 29.231))]);
    expect((await apply<LayerOfImport>(id, AS_ZONES)).status).toBe(201);
    const asked = { ...CLEAN, geometry: FAR };
    expect((await service.check(asked)).conclusion).toBe("clear");
    const file = join(geodata, "layers", "protection_zone", "500118.geojson");
    const whole = await readFile(file, "utf8");
    await writeFile(file, JSON.stringify({ ...(JSON.parse(whole) as object), features: [] }));
    await loadAll(db, geodata, () => undefined);
    const emptied = await service.check(asked);
    expect(themeOf(emptied, FIRST)).toMatchObject({ status: "no_data", features: 0 });
    expect(emptied).toMatchObject({ conclusion: "undetermined", complete: false });
    await writeFile(file, whole);
    await loadAll(db, geodata, () => undefined);
    expect((await service.check(asked)).conclusion).toBe("clear");
    expect((await undo(id)).status).toBe(200);
    expect((await service.check(asked)).conclusion).toBe("clear");
  });

  it("an import that replaces every row of the file before it needs that file no more", async () => {
    const { db } = service.database;
    const kept = await sql<{ code: string; level: string; geometry: unknown; valid_from: string }>`
      select code, level, valid_from::text as valid_from, st_asgeojson(geom, 9, 0)::jsonb as geometry from protection_zone
      where file = 'protection_zone/500118.geojson'`.execute(db);
    const day = kept.rows[0]!.valid_from;
    expect(new Set(kept.rows.map(({ valid_from }) => valid_from)).size).toBe(1);
    const { id } = await uploadGeoJson(kept.rows.map(({ code, geometry, level }) => zone(code, geometry, { 级别: level })));
    const applied = await apply<LayerOfImport>(id, { ...AS_ZONES, valid_from: day, mode: "all_or_nothing" });
    expect(applied.status, JSON.stringify(applied)).toBe(201);
    const check = await service.check({ ...CLEAN, geometry: FAR });
    expect(themeOf(check, FIRST)).toMatchObject({ status: expect.stringMatching(/clear|near/) });
    expect((await undo(id)).status).toBe(200);
  });

  it("a district's corrected outline moves its claims along, also those of files that did not change", async () => {
    const { db } = service.database;
    const file = join(geodata, "layers", "jurisdiction", "500118.geojson");
    const whole = await readFile(file, "utf8");
    const outline = JSON.parse(whole) as { features: { geometry: unknown }[] };
    const { rows } = await sql<{ smaller: unknown }>`
      select st_asgeojson(st_multi(st_buffer(geom::geography, -500)::geometry), 9, 0)::jsonb as smaller from jurisdiction where code = '500118'`.execute(
      db,
    );
    const geometry = await within(100);
    expect(themeOf(await service.check({ ...CLEAN, geometry }), FIRST)?.status).not.toBe("no_data");
    outline.features[0]!.geometry = rows[0]!.smaller;
    await writeFile(file, JSON.stringify(outline));
    await loadAll(db, geodata, () => undefined);
    expect(themeOf(await service.check({ ...CLEAN, geometry }), FIRST)?.status).toBe("no_data");
    await writeFile(file, whole);
    await loadAll(db, geodata, () => undefined);
    expect(themeOf(await service.check({ ...CLEAN, geometry }), FIRST)?.status).not.toBe("no_data");
  });
});
