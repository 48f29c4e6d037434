/** Tests on both engines: `eachEngine((engine) => { test("...", async () => { const { db } = await engine.open(); }) })`. */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { afterEach, beforeAll, beforeEach, describe, test } from "vitest";
import type { Log } from "../../server/db/log.ts";
import { type OpenDatabase, openDatabase, type OpenOptions } from "../../server/db/open.ts";

export type TestEngine = {
  name: "embedded" | "postgres";
  /** A fresh, empty database. What a test opened is closed and dropped after it; what `beforeAll` opened, after the block. */
  open(options?: Partial<OpenOptions>): Promise<OpenDatabase & { lines: string[] }>;
};

export const TEST_DATABASE_URL = process.env["TEST_DATABASE_URL"];
const REQUIRED = (process.env["SHUIJIE_REQUIRE"] ?? "").split(",").includes("postgres");

export function eachEngine(body: (engine: TestEngine) => void): void {
  describe("embedded", () => body(createTestEngine("embedded", openFolder)));
  if (TEST_DATABASE_URL !== undefined) describe("postgres", () => body(createTestEngine("postgres", openServer)));
  else if (REQUIRED)
    test("postgres", () => {
      throw new Error(
        "SHUIJIE_REQUIRE names postgres: set TEST_DATABASE_URL=postgres://user:password@host/postgres (a superuser).",
      );
    });
  else describe.skip("postgres (skipped: TEST_DATABASE_URL is not set)", () => body(createTestEngine("postgres", openServer)));
}

/** A log that remembers what it was told. */
export function createTestLog(): { log: Log; lines: string[] } {
  const lines: string[] = [];
  const write = (level: string) => (first: string | object, message?: string) => {
    lines.push(`${level} ${typeof first === "string" ? first : `${message ?? ""} ${JSON.stringify(first)}`}`);
  };
  return { log: { info: write("info"), warn: write("warn"), error: write("error") }, lines };
}

type Opened = { database: OpenDatabase; drop(): Promise<void> | void };
type Open = (options: Partial<OpenOptions> & { log: Log }) => Promise<Opened>;

function createTestEngine(name: TestEngine["name"], openOne: Open): TestEngine {
  const inTest: Opened[] = [];
  const inBlock: Opened[] = [];
  let running = false;
  const closeAll = async (opened: Opened[]) => {
    for (const { database, drop } of opened.splice(0)) {
      await database.close();
      await drop();
    }
  };
  beforeAll(() => () => closeAll(inBlock));
  // What is opened before the first test of the block belongs to the block.
  beforeEach(() => {
    running = true;
  });
  afterEach(async () => {
    running = false;
    await closeAll(inTest);
  });
  return {
    name,
    async open(options = {}) {
      const { log, lines } = createTestLog();
      const opened = await openOne({ log, ...options });
      (running ? inTest : inBlock).push(opened);
      return Object.assign(opened.database, { lines });
    },
  };
}

async function openFolder(options: Partial<OpenOptions> & { log: Log }): Promise<Opened> {
  const dataDir = mkdtempSync(join(tmpdir(), "shuijie-test-"));
  const database = await openDatabase({ dataDir, holder: { command: "test" }, ...options });
  return { database, drop: () => rmSync(dataDir, { recursive: true, force: true }) };
}

async function openServer(options: Partial<OpenOptions> & { log: Log }): Promise<Opened> {
  const { url, drop } = await createServerDatabase(TEST_DATABASE_URL!);
  const database = await openDatabase({ dataDir: tmpdir(), databaseUrl: url, ...options });
  return { database, drop };
}

/** A new database on the server of `databaseUrl`; `close` drops it. For programs that are not tests. */
export async function freshPostgres(databaseUrl: string, log: Log): Promise<OpenDatabase> {
  const { url, drop } = await createServerDatabase(databaseUrl);
  const database = await openDatabase({ dataDir: tmpdir(), databaseUrl: url, log });
  return { ...database, close: () => database.close().then(drop) };
}

/** An empty database of a name of its own, and how to be rid of it. */
export async function createServerDatabase(
  databaseUrl: string = TEST_DATABASE_URL!,
): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `shuijie_test_${randomBytes(6).toString("hex")}`;
  await onServer(`create database ${name} template template0`, databaseUrl);
  const url = new URL(databaseUrl);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => onServer(`drop database if exists ${name} with (force)`, databaseUrl) };
}

/** One statement as the superuser of TEST_DATABASE_URL. */
export async function onServer(text: string, databaseUrl: string = TEST_DATABASE_URL!): Promise<void> {
  const server = postgres(databaseUrl, { max: 1, onnotice: () => undefined });
  try {
    await server.unsafe(text);
  } finally {
    await server.end();
  }
}
