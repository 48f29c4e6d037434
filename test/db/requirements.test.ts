/** What is wrong with a server is one clear sentence: what was found, what is needed, what to do. */
import { tmpdir } from "node:os";
import { afterEach, describe, expect, test } from "vitest";
import { DatabaseUnavailable } from "../../server/db/errors.ts";
import { openDatabase } from "../../server/db/open.ts";
import { type Found, missing } from "../../server/db/requirements.ts";
import { createServerDatabase, createTestLog, onServer, TEST_DATABASE_URL } from "../support/engines.ts";

describe("the decision", () => {
  const good: Found = {
    server_number: 150018,
    server: "15.18",
    extensions: { postgis: { available: "3.3.2", installed: "3.3.2" }, btree_gist: { available: "1.7", installed: null } },
  };
  const having = (postgis: { available: string | null; installed: string | null } | undefined) => ({
    ...good,
    extensions: { ...good.extensions, postgis },
  });

  test.each<[string, Found]>([
    ["PostgreSQL 15 with PostGIS 3.3", good],
    ["PostGIS 3.3 that is not installed yet", having({ available: "3.3.0", installed: null })],
    ["PostGIS 3.10, which is newer than 3.3", having({ available: "3.10.1", installed: "3.10.1" })],
    [
      "PostgreSQL 18 with PostGIS 4.0",
      { ...having({ available: "4.0.0", installed: "4.0.0" }), server_number: 180001, server: "18.1" },
    ],
  ])("%s is good", (_, found) => expect(missing(found)).toBeUndefined());

  test.each<[string, Found, RegExp]>([
    ["PostgreSQL 14", { ...good, server_number: 140020, server: "14.20" }, /PostgreSQL 14\.20.*needs 15.*upgrade/],
    ["no PostGIS", having(undefined), /does not offer the postgis extension.*postgresql-15-postgis-3/],
    [
      "no btree_gist",
      { ...good, extensions: { postgis: { available: "3.3.2", installed: null } } },
      /does not offer the btree_gist extension.*postgresql-contrib/,
    ],
    ["no extension at all", { ...good, extensions: null }, /does not offer the postgis extension/],
    ["PostGIS 3.2 offered", having({ available: "3.2.9", installed: null }), /PostGIS 3\.2\.9 is offered.*needs 3\.3/],
    [
      "PostGIS 3.2 installed though 3.3 is offered",
      having({ available: "3.3.2", installed: "3.2.9" }),
      /PostGIS 3\.2\.9 is installed.*postgis_extensions_upgrade/,
    ],
    ["PostGIS 2.5", having({ available: "2.5.5", installed: null }), /2\.5\.5/],
  ])("%s is one sentence", (_, found, pattern) => {
    expect(missing(found)).toMatch(pattern);
    expect(missing(found)).not.toContain("\n");
  });
});

describe.skipIf(TEST_DATABASE_URL === undefined)("a real server", () => {
  const cleaning: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const clean of cleaning.splice(0).toReversed()) await clean();
  });
  const complaint = async (databaseUrl: string) => {
    const error = await openDatabase({ databaseUrl, dataDir: tmpdir(), log: createTestLog().log }).then(
      async (database) => {
        await database.close();
        throw new Error("it opened");
      },
      (thrown: unknown) => thrown as Error,
    );
    expect(error).toBeInstanceOf(DatabaseUnavailable);
    expect(error.message).not.toContain("\n");
    return error.message;
  };
  const changed = (change: (url: URL) => void, from: string = TEST_DATABASE_URL!) => {
    const url = new URL(from);
    change(url);
    return url.href;
  };

  test("a user who may not create extensions is told which, and whom to ask", async () => {
    const { url, drop } = await createServerDatabase();
    cleaning.push(drop);
    const role = `shuijie_plain_${process.pid}`;
    await onServer(`create role ${role} login password 'plain'`);
    cleaning.push(() => onServer(`drop role ${role}`));
    const plain = changed((at) => {
      at.username = role;
      at.password = "plain";
    }, url);
    expect(await complaint(plain)).toMatch(
      new RegExp(`no postgis extension and user "${role}" may not create it.*create extension postgis`),
    );
  });

  test("a user without rights is served once the extensions are there", async () => {
    const { url, drop } = await createServerDatabase();
    cleaning.push(drop);
    await onServer("create extension postgis", url);
    await onServer("create extension btree_gist", url);
    const role = `shuijie_served_${process.pid}`;
    await onServer(`create role ${role} login password 'plain'`);
    cleaning.push(() => onServer(`drop role ${role}`));
    const plain = changed((at) => {
      at.username = role;
      at.password = "plain";
    }, url);
    const database = await openDatabase({ databaseUrl: plain, dataDir: tmpdir(), log: createTestLog().log });
    expect(database.versions).toMatch(/^PostgreSQL \d+\.\d+, PostGIS 3\.\d+\.\d+, GEOS 3\.\d+\.\d+$/);
    await database.close();
  });

  test("no such database", async () => {
    const url = changed((at) => (at.pathname = "/nowhere_at_all"));
    expect(await complaint(url)).toMatch(/no database "nowhere_at_all": create it/);
  });

  test("nobody listens", async () => {
    const url = changed((at) => (at.port = "1"));
    expect(await complaint(url)).toMatch(/cannot be reached at .*:1 \(ECONNREFUSED\)/);
  });

  test("an unknown user or a wrong password, without the password being told", async ({ skip }) => {
    const url = changed((at) => {
      at.username = "nobody_at_all";
      at.password = "a-secret";
    });
    const message = await complaint(url);
    if (/does not exist/.test(message) === false && !/password/.test(message)) skip("this server trusts everybody");
    expect(message).toMatch(/refuses user "nobody_at_all"/);
    expect(message).not.toContain("a-secret");
  });
});
