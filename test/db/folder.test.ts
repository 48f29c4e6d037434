/** The embedded folder: one process at a time, whole or not there, and nothing acknowledged is lost to a kill. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { sql } from "kysely";
import { afterEach, beforeEach, expect, test } from "vitest";
import { FolderHeld } from "../../server/db/errors.ts";
import { readHolder } from "../../server/db/folder_lock.ts";
import { openDatabase } from "../../server/db/open.ts";
import { createTestLog } from "../support/engines.ts";

const KILLS = Number(process.env["SHUIJIE_KILLS"] ?? 8);

let folder: string;
let children: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "shuijie-folder-"));
});
afterEach(() => {
  for (const child of children) child.kill("SIGKILL");
  children = [];
  rmSync(folder, { recursive: true, force: true });
});

const open = () => openDatabase({ dataDir: folder, log: createTestLog().log, holder: { command: "test" } });

/** Starts the writer and collects what it prints; `said` resolves with the first line that matches. */
function startWriter(mode: string) {
  const child = spawn(process.execPath, [join(import.meta.dirname, "writer.ts"), folder, mode], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  const lines: string[] = [];
  const reader = createInterface(child.stdout!);
  reader.on("line", (line) => lines.push(line));
  const said = (pattern: RegExp) =>
    expect.poll(() => lines.find((line) => pattern.test(line)), { timeout: 60_000, interval: 5 }).toBeDefined();
  const ended = Promise.all([once(child, "exit"), once(reader, "close")]);
  return { child, lines, said, ended };
}

test("a second process is refused and told which holds the folder, since when, and where it serves", async () => {
  const first = startWriter("hold");
  await first.said(/^open$/);
  const refused = await open().catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(FolderHeld);
  const { message } = refused as Error;
  expect(message).toContain(`process ${first.child.pid} (writer hold) since 20`);
  expect(message).toContain("http://localhost:12345");
  const holder = readHolder(folder)!;
  expect(holder).toMatchObject({ pid: first.child.pid, command: "writer hold", url: "http://localhost:12345" });
  expect(holder.token.length).toBeGreaterThan(30);
  expect(statSync(join(folder, "holder.json")).mode & 0o777).toBe(0o600);

  first.child.kill("SIGKILL");
  await first.ended;
  expect(readHolder(folder)).toBeUndefined();
  const database = await open();
  expect(readHolder(folder)).toMatchObject({ pid: process.pid, command: "test" });
  await database.close();
  expect(readHolder(folder)).toBeUndefined();
});

test("two processes at once: one opens, the other is refused", async () => {
  const both = [startWriter("hold"), startWriter("hold")];
  await Promise.all(both.map(({ said }) => said(/^(open|failed)/)));
  expect(both.map(({ lines }) => lines[0]!.split(" ").slice(0, 2).join(" ")).toSorted()).toEqual(["failed FolderHeld:", "open"]);
});

test("the same process cannot open the folder twice either", async () => {
  const database = await open();
  await expect(open()).rejects.toBeInstanceOf(FolderHeld);
  await database.close();
  await (await open()).close();
});

test("what a crash left of a first start is cleared away and never opened as a database", async () => {
  mkdirSync(join(folder, "db.tmp-999"));
  writeFileSync(join(folder, "db.tmp-999", "PG_VERSION"), "18\n");
  const database = await open();
  expect(readdirSync(folder).filter((name) => name.startsWith("db"))).toEqual(["db"]);
  expect((await sql`select 1 as n`.execute(database.db)).rows).toEqual([{ n: 1 }]);
  await database.close();
});

test("killed during its first start, it starts again", async () => {
  const first = startWriter("hold");
  await expect.poll(() => readdirSync(folder).some((name) => name.startsWith("db")), { timeout: 60_000, interval: 1 }).toBe(true);
  first.child.kill("SIGKILL");
  await first.ended;
  const database = await open();
  expect((await sql`select 1 as n`.execute(database.db)).rows).toEqual([{ n: 1 }]);
  await database.close();
});

test("a damaged seed is told, and the database made from nothing", async () => {
  const seed = join(folder, "seed.tar.gz");
  writeFileSync(seed, "not a seed");
  const { log, lines } = createTestLog();
  const database = await openDatabase({ dataDir: join(folder, "data"), seed, log });
  expect(lines.join("\n")).toMatch(/cannot be used/);
  expect(lines.join("\n")).toMatch(/from nothing/);
  expect((await sql`select postgis_lib_version() as v`.execute(database.db)).rows).toHaveLength(1);
  await database.close();
});

test(
  `killed at ${KILLS} random moments while writing, nothing acknowledged is lost`,
  { timeout: 60_000 + KILLS * 20_000 },
  async () => {
    const acknowledged: number[] = [];
    for (let round = 0; round < KILLS; round++) {
      const writer = startWriter("write");
      await writer.said(/^(open|failed)/);
      expect(writer.lines[0]).toBe("open");
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 400));
      writer.child.kill("SIGKILL");
      await writer.ended;
      acknowledged.push(...writer.lines.filter((line) => /^\d+$/.test(line)).map(Number));
    }
    expect(existsSync(join(folder, "db", "PG_VERSION"))).toBe(true);
    expect(readFileSync(join(folder, "db", "PG_VERSION"), "utf8").trim()).toBe("18");
    const database = await open();
    const { rows } = await sql<{ id: number; payload: string }>`select id, payload from written order by id`.execute(database.db);
    await database.close();
    const found = new Map(rows.map((row) => [row.id, row.payload]));
    expect(acknowledged.length).toBeGreaterThan(KILLS);
    expect(new Set(acknowledged).size).toBe(acknowledged.length);
    expect(acknowledged.filter((id) => found.get(id) !== String(id % 10).repeat(500))).toEqual([]);
  },
);
