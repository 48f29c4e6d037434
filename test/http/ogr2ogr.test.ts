/** Larger data: loaded by GDAL's ogr2ogr into PostgreSQL, then through the same validation and transaction as an upload. Runs
 *  where both are; CI has both. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OpenDatabase, openDatabase } from "../../server/db/open.ts";
import { importStaged } from "../../server/imports/staged.ts";
import { prepareDatabase, readCatalogue } from "../../server/service.ts";
import { createServerDatabase, createTestLog, TEST_DATABASE_URL } from "../support/engines.ts";
import { AS_ZONES, countRows, geoJson, zone } from "../support/imports.ts";
import { rectangle } from "../support/service.ts";

const HAS_GDAL = spawnSync("ogr2ogr", ["--version"]).status === 0;

describe.runIf(TEST_DATABASE_URL !== undefined && HAS_GDAL)("a table that ogr2ogr loaded", () => {
  let database: OpenDatabase;
  let folder: string;
  let server: { url: string; drop(): Promise<void> };
  const catalogue = readCatalogue();
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "shuijie-ogr-"));
    server = await createServerDatabase();
    database = await openDatabase({ dataDir: folder, databaseUrl: server.url, log: createTestLog().log });
    await prepareDatabase(database, () => undefined);
  });
  afterAll(async () => {
    await database.close();
    await server.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  function load(table: string, features: unknown[], crs: string): void {
    const file = join(folder, `${table}.geojson`);
    writeFileSync(file, geoJson(features, crs));
    const { hostname, port, pathname, username } = new URL(server.url);
    const target = `PG:host=${hostname} port=${port} dbname=${pathname.slice(1)} user=${username}`;
    execFileSync("ogr2ogr", ["-f", "PostgreSQL", target, file, "-nln", table, "-lco", "GEOMETRY_NAME=geom"], { stdio: "pipe" });
  }
  const run = async (table: string, order?: unknown) => {
    const lines: string[] = [];
    await importStaged(database, catalogue, { table, order, asOf: "2026-11-22" }, (line) => lines.push(line));
    return lines.join("\n");
  };
  const found = async () =>
    (await sql<{ code: string }>`select code from protection_zone where file like 'import/%' order by code`.execute(database.db))
      .rows;

  it("is told first, and applied with an order", async () => {
    const features = Array.from({ length: 30 }, (_, n) =>
      zone(`O-${n}`, rectangle(105.95 + n * 0.001, 29.23, 105.9505 + n * 0.001, 29.231)),
    );
    load("staged_zones", features, "EPSG:4490");
    expect(await run("staged_zones")).toMatch(/30 row\(s\), 0 faulty; fields .*编号[\s\S]*reference system: EPSG:4490/);
    expect(await found()).toEqual([]);
    expect(await run("public.staged_zones", AS_ZONES)).toMatch(/30 row\(s\) written into protection_zone/);
    expect(await found()).toHaveLength(30);
  });

  it("is held to the same rules: faults are named and nothing is written", async () => {
    const before = await countRows(database.db);
    load(
      "staged_bad",
      [zone("O-90", rectangle(105.95, 29.23, 105.951, 29.231), { 级别: "特级" }), zone("O-91", null)],
      "EPSG:4490",
    );
    await expect(run("staged_bad", AS_ZONES)).rejects.toThrow(/#\/rows\/1\/level[\s\S]*#\/rows\/2/);
    const { protection_zone, coverage, change_log, import_row } = await countRows(database.db);
    expect({ protection_zone, coverage, change_log, import_row }).toEqual({
      protection_zone: before["protection_zone"],
      coverage: before["coverage"],
      change_log: before["change_log"],
      import_row: 0,
    });
    await expect(run("no_such_table")).rejects.toThrow(/no table public.no_such_table/);
    await expect(run("staged_zones; drop table protection_zone", AS_ZONES)).rejects.toThrow(/There is no table/);
  });
});

it("the embedded engine says that uploads are its way", async () => {
  const embedded = { db: null, engine: "embedded" } as unknown as OpenDatabase;
  await expect(
    importStaged(embedded, readCatalogue(), { table: "x", order: undefined, asOf: "2026-11-22" }, () => undefined),
  ).rejects.toThrow(/DATABASE_URL/);
});
