/** While the database is busy, what needs no database answers. */
import { type KyselyPlugin, sql } from "kysely";
import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { noLending } from "../../server/db/lending.ts";
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
    const long = sql`select count(*) from generate_series(1, 3000000) as n where md5(n::text) like 'zz%'`
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

  it("tiles that nobody waits for any more are not made, and a few at a time go to the database", async () => {
    let asked = 0;
    let open = Promise.resolve();
    const counting: KyselyPlugin = {
      transformQuery: ({ node }) => node,
      async transformResult({ result }) {
        asked++;
        await open;
        return result;
      },
    };
    const { database } = service;
    const db = database.db.withPlugin(counting);
    const counted = await startService({ ...database, db, lending: noLending(db) });
    const tile = (x: number) => `${counted.url}/tiles/protection_zone/14/${x}/6796`;
    try {
      expect((await fetch(tile(13_000))).ok).toBe(true);
      await counted.refreshTiles();
      asked = 0;
      expect((await fetch(tile(13_001))).ok).toBe(true);
      const each = asked;
      expect(each).toBeGreaterThan(0);
      asked = 0;
      let go = () => {};
      open = new Promise((resolve) => {
        go = resolve;
      });
      const kept = Array.from({ length: 6 }, (_, i) => fetch(tile(13_010 + i)));
      await expect.poll(() => asked).toBeGreaterThanOrEqual(6);
      const gone = new AbortController();
      const dropped = Array.from({ length: 40 }, (_, i) =>
        fetch(tile(13_100 + i), { signal: gone.signal }).then(
          () => "answered",
          () => "gone",
        ),
      );
      await new Promise((resolve) => setTimeout(resolve, 500)); // they arrive and wait
      expect(asked, "six at a time").toBeLessThanOrEqual(6 + 1); // and the versions of layers
      gone.abort();
      expect(new Set(await Promise.all(dropped))).toEqual(new Set(["gone"]));
      const last = fetch(tile(13_200));
      await new Promise((resolve) => setTimeout(resolve, 300));
      go();
      for (const response of [...(await Promise.all(kept)), await last]) expect([200, 204]).toContain(response.status);
      expect(asked).toBeLessThanOrEqual(7 * each + 2);
    } finally {
      await counted.jobs.close();
    }
  });
});
