/** PostgreSQL goes away and comes back: errors meanwhile, no hang, no restart of ours. On a private cluster, when one can be made. */
import { execFileSync } from "node:child_process";
import { chownSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ConnectionLost, DatabaseUnavailable } from "../../server/db/errors.ts";
import { type OpenDatabase, openDatabase } from "../../server/db/open.ts";
import { createServerDatabase, createTestLog, onServer, TEST_DATABASE_URL } from "../support/engines.ts";

const BIN = findServer();
const rows = async (database: OpenDatabase, text: string) =>
  (await sql.raw<Record<string, unknown>>(text).execute(database.db)).rows;

describe.skipIf(BIN === undefined)("a private cluster", () => {
  let folder: string;
  let port: number;
  let database: OpenDatabase;
  const server = (...args: string[]) => asPostgres(join(BIN!, "pg_ctl"), "-D", join(folder, "data"), "-w", ...args);
  const start = () =>
    server("-l", join(folder, "log"), "-o", `-p ${port} -k ${folder} -c listen_addresses=127.0.0.1 -c fsync=off`, "start");

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "shuijie-outage-"));
    if (process.getuid?.() === 0)
      chownSync(folder, Number(execFileSync("id", ["-u", "postgres"])), Number(execFileSync("id", ["-g", "postgres"])));
    port = await freePort();
    asPostgres(
      join(BIN!, "initdb"),
      "-D",
      join(folder, "data"),
      "-U",
      "shuijie",
      "--auth=trust",
      "-E",
      "UTF8",
      "--locale=C.UTF-8",
      "--no-sync",
    );
    start();
    const url = `postgres://shuijie@127.0.0.1:${port}/postgres`;
    database = await openDatabase({ databaseUrl: url, dataDir: tmpdir(), log: createTestLog().log });
  });
  afterAll(async () => {
    await database?.close();
    try {
      server("-m", "immediate", "stop");
    } catch {
      // it was stopped already
    }
    rmSync(folder, { recursive: true, force: true });
  });

  test("three times: refused while it is away, answered when it is back, and every connection can be used", async () => {
    await rows(database, "create table kept (a int)");
    for (let round = 1; round <= 3; round++) {
      await rows(database, `insert into kept values (${round})`);
      // Connections are busy, in a transaction and idle when the server goes.
      const busy = rows(database, "select pg_sleep(30)").catch((error: unknown) => error);
      const held = await database.db.startTransaction().execute();
      await sql`insert into kept values (-1)`.execute(held);
      await new Promise((resolve) => setTimeout(resolve, 200));
      server("-m", "immediate", "stop");
      expect(await busy).toBeInstanceOf(ConnectionLost);
      await expect(sql`insert into kept values (-2)`.execute(held)).rejects.toBeInstanceOf(ConnectionLost);
      await held.rollback().execute();

      const refused = await Promise.all(
        Array.from({ length: 20 }, () => rows(database, "select 1").catch((error: unknown) => error)),
      );
      for (const error of refused) expect(error).toBeInstanceOf(DatabaseUnavailable);
      await expect(database.ping()).rejects.toThrow(/cannot be reached|was lost/);

      start();
      const again = await Promise.all(Array.from({ length: 20 }, (_, n) => rows(database, `select ${n} as n`)));
      expect(again).toEqual(Array.from({ length: 20 }, (_, n) => [{ n }]));
      expect(await rows(database, "select count(*) as n from kept where a > 0")).toEqual([{ n: round }]);
      expect(await rows(database, "select count(*) as n from kept where a < 0")).toEqual([{ n: 0 }]);
      await database.ping();
    }
  });
});

describe.skipIf(TEST_DATABASE_URL === undefined)("on the shared server", () => {
  test("connections that an administrator ends are replaced, and a transaction on one is rolled back", async () => {
    const { url, drop } = await createServerDatabase();
    const database = await openDatabase({ databaseUrl: url, dataDir: tmpdir(), log: createTestLog().log, poolMax: 3 });
    const name = new URL(url).pathname.slice(1);
    try {
      await rows(database, "create table kept (a int)");
      const end = () => onServer(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`);
      const work = database.db.transaction().execute(async (trx) => {
        await sql`insert into kept values (1)`.execute(trx);
        await end();
        await new Promise((resolve) => setTimeout(resolve, 100));
        // Would run on a new connection, outside the transaction, if nobody watched.
        await sql`insert into kept values (2)`.execute(trx);
      });
      await expect(work).rejects.toBeInstanceOf(ConnectionLost);
      expect(await rows(database, "select count(*) as n from kept")).toEqual([{ n: 0 }]);
      await end();
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(await Promise.all([1, 2, 3, 4, 5].map((n) => rows(database, `select ${n} as n`)))).toEqual(
        [1, 2, 3, 4, 5].map((n) => [{ n }]),
      );
    } finally {
      await database.close();
      await drop();
    }
  });
});

test("a host that does not answer is an error within seconds, not a wait", async () => {
  // Accepts and says nothing: the worst kind of server.
  const silent = createServer(() => undefined);
  silent.listen(0, "127.0.0.1");
  const { port } = await new Promise<AddressInfo>((resolve) =>
    silent.on("listening", () => resolve(silent.address() as AddressInfo)),
  );
  const opening = openDatabase({
    databaseUrl: `postgres://a:b@127.0.0.1:${port}/c`,
    dataDir: tmpdir(),
    log: createTestLog().log,
  });
  await expect(opening).rejects.toBeInstanceOf(DatabaseUnavailable);
  silent.close();
}, 15_000);

/** The programs of a server that can be run here: Debian's, as the user postgres. */
function findServer(): string | undefined {
  try {
    const version = readdirSync("/usr/lib/postgresql")
      .toSorted((a, b) => Number(a) - Number(b))
      .at(-1);
    const bin = `/usr/lib/postgresql/${version}/bin`;
    asPostgres(join(bin, "pg_ctl"), "--version");
    return bin;
  } catch {
    return undefined;
  }
}

function asPostgres(program: string, ...args: string[]): void {
  const [command, ...rest] =
    process.getuid?.() === 0 ? ["runuser", "-u", "postgres", "--", program, ...args] : [program, ...args];
  execFileSync(command!, rest, { stdio: "ignore", cwd: "/" });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
