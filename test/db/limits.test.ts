/** A statement over its time ends with an error, and the database lives on; a dead engine is restarted and the log says so. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Worker } from "node:worker_threads";
import { sql } from "kysely";
import { describe, expect, test } from "vitest";
import { ConnectionLost, StatementTimeout } from "../../server/db/errors.ts";
import type { OpenDatabase } from "../../server/db/open.ts";
import { eachEngine } from "../support/engines.ts";

const ENDLESS = "select count(*) as n from generate_series(1, 1000000000) as a, generate_series(1, 1000) as b";

eachEngine((engine) => {
  const one = async ({ db }: OpenDatabase, text: string) => (await sql.raw<Record<string, unknown>>(text).execute(db)).rows[0];

  test("a statement over its limit is StatementTimeout, and the next one is answered", async () => {
    const database = await engine.open({ statementTimeoutMs: 1000 });
    await one(database, "create table kept (a int)");
    await one(database, "insert into kept values (1)");
    await expect(one(database, ENDLESS)).rejects.toBeInstanceOf(StatementTimeout);
    expect(await one(database, "select a from kept")).toEqual({ a: 1 });
    await database.ping();
  });

  test("what waits behind a statement over its limit is answered after it", async () => {
    const database = await engine.open({ statementTimeoutMs: 1000 });
    const late = one(database, ENDLESS).catch((error: unknown) => error);
    const waiting = Promise.all([1, 2, 3].map((n) => one(database, `select ${n} as n`)));
    expect(await late).toBeInstanceOf(StatementTimeout);
    expect(await waiting).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
  });

  test("a transaction with a statement over its limit leaves nothing behind", async () => {
    const database = await engine.open({ statementTimeoutMs: 1000 });
    await one(database, "create table kept (a int)");
    const seen: unknown[] = [];
    const work = database.db.transaction().execute(async (trx) => {
      await sql`insert into kept values (1)`.execute(trx);
      await sql
        .raw(ENDLESS)
        .execute(trx)
        .catch((error: unknown) => seen.push(error));
      await sql`insert into kept values (2)`.execute(trx).catch((error: unknown) => seen.push(error));
    });
    await expect(work).rejects.toThrow();
    expect(seen[0]).toBeInstanceOf(StatementTimeout);
    if (engine.name === "embedded") expect(seen[1]).toBeInstanceOf(ConnectionLost);
    else expect(seen[1]).toMatchObject({ code: "25P02" });
    expect(await one(database, "select count(*) as n from kept")).toEqual({ n: 0 });
  });

  test("while one statement runs long, the thread that serves answers", async () => {
    const database = await engine.open({ statementTimeoutMs: 3000 });
    let ended = false;
    const long = one(database, ENDLESS)
      .catch((error: unknown) => error)
      .finally(() => (ended = true));
    const server = createServer((_, response) => response.end("alive"));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    for (let n = 0; n < 20; n++) expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe("alive");
    expect(ended).toBe(false);
    server.closeAllConnections();
    server.close();
    expect(await long).toBeInstanceOf(StatementTimeout);
  });

  test("a transaction that does nothing while others wait for its connection is ended", async () => {
    const database = await engine.open({ statementTimeoutMs: 1000, poolMax: 1 });
    // The classic mistake: `db` where `trx` was meant. Both engines end it instead of waiting for ever.
    const work = database.db.transaction().execute(async (trx) => {
      await sql`select 1`.execute(trx);
      await sql`select 2`.execute(database.db);
      await sql`select 3`.execute(trx);
    });
    await expect(work).rejects.toBeInstanceOf(ConnectionLost);
    expect(await one(database, "select 1 as n")).toEqual({ n: 1 });
  });

  if (engine.name === "embedded")
    describe("the engine's thread", () => {
      /** Opens, and catches the threads that are started. Killing one from outside is as near to a crash as a test comes. */
      async function openWatched() {
        const workers: Worker[] = [];
        const watch = (worker: Worker) => void workers.push(worker);
        process.on("worker", watch);
        const database = await engine.open({ statementTimeoutMs: 20_000 });
        return { database, workers };
      }

      test("killed while idle: restarted, told in the log, and what was committed is there", async () => {
        const { database, workers } = await openWatched();
        await one(database, "create table kept (a int)");
        await one(database, "insert into kept values (1)");
        await workers.at(-1)!.terminate();
        await expect
          .poll(() => one(database, "select a from kept").catch(() => undefined), { timeout: 60_000 })
          .toEqual({ a: 1 });
        expect(database.lines.join("\n")).toMatch(/restarting the embedded database/);
        expect(database.lines.join("\n")).toMatch(/open again/);
        expect(workers).toHaveLength(2);
      });

      test("killed during a statement: it is ConnectionLost, and what waits is answered by the next thread", async () => {
        const { database, workers } = await openWatched();
        const doomed = one(database, ENDLESS).catch((error: unknown) => error);
        const waiting = one(database, "select 7 as n");
        await new Promise((resolve) => setTimeout(resolve, 100));
        await workers.at(-1)!.terminate();
        expect(await doomed).toBeInstanceOf(ConnectionLost);
        expect(await waiting).toEqual({ n: 7 });
      });

      test("killed during a transaction: it is rolled back, its statements are ConnectionLost", async () => {
        const { database, workers } = await openWatched();
        await one(database, "create table kept (a int)");
        const work = database.db.transaction().execute(async (trx) => {
          await sql`insert into kept values (1)`.execute(trx);
          await workers.at(-1)!.terminate();
          await sql`insert into kept values (2)`.execute(trx);
        });
        await expect(work).rejects.toBeInstanceOf(ConnectionLost);
        expect(await one(database, "select count(*) as n from kept")).toEqual({ n: 0 });
      });

      test("after many failures of GEOS it is replaced, between transactions", async () => {
        const { database, workers } = await openWatched();
        const failing = `select ST_Intersection('POLYGON((0 0,2 2,2 0,0 2,0 0))'::geometry, 'POLYGON((0 0,3 0,3 1,0 1,0 0))'::geometry)`;
        for (let n = 0; n < 200; n++) await one(database, failing).catch(() => undefined);
        expect(await one(database, "select 1 as n")).toEqual({ n: 1 });
        expect(workers).toHaveLength(2);
        expect(database.lines.join("\n")).toMatch(/200 failures of GEOS and PROJ/);
      });
    });
});
