/** While the database is busy, what needs no database answers. */
import { sql } from "kysely";
import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { eachEngine } from "../support/engines.ts";
import { type Service, startService } from "../support/service.ts";

eachEngine((engine) => {
  let service: Service;
  let web: string;
  beforeAll(async () => {
    web = await mkdtemp(join(tmpdir(), "shuijie-web-"));
    await mkdir(join(web, "assets"));
    await writeFile(join(web, "index.html"), "<!doctype html><title>x</title>");
    await writeFile(join(web, "assets", "a.js"), "export {};");
    service = await startService(await engine.open(), { web });
  });
  afterAll(async () => {
    await service.close();
    await rm(web, { recursive: true });
  });

  it("tiles already made, static files and /health/live answer before a long query ends", async () => {
    const tile = "/tiles/protection_zone/12/3253/1699";
    expect((await service.get(tile)).status).toBe(200);
    await service.refreshTiles();
    let ended = false;
    const long = sql`select count(*) from generate_series(1, 12000000) as n where md5(n::text) like 'zz%'`
      .execute(service.database.db)
      .finally(() => {
        ended = true;
      });
    const statuses: number[] = [];
    for (let i = 0; i < 20; i++)
      for (const path of [tile, "/", "/assets/a.js", "/health/live"]) statuses.push((await service.get(path)).status);
    expect(statuses.every((status) => status === 200)).toBe(true);
    expect(ended, "all of them came while the query still ran").toBe(false);
    await long;
    expect((await service.get("/health/ready")).status).toBe(200);
  }, 60_000);
});
