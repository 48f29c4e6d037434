/** What a check reads: from one snapshot that is believed only when it ended well, and each site under its own number. */
import { sql } from "kysely";
import { beforeAll, expect, test } from "vitest";
import type { Db, OpenDatabase } from "../../server/db/open.ts";
import { TransactionAborted } from "../../server/db/errors.ts";
import { inSnapshot } from "../../server/queries/evidence.ts";
import { placeSites } from "../../server/queries/site.ts";
import { eachEngine } from "../support/engines.ts";
import { FAR, IN_FIRST, IN_SECOND } from "../support/service.ts";

const BOW_TIE = {
  type: "Polygon" as const,
  coordinates: [
    [
      [105.9, 29.2],
      [105.91, 29.21],
      [105.91, 29.2],
      [105.9, 29.21],
      [105.9, 29.2],
    ] as [number, number][],
  ],
};

eachEngine((engine) => {
  let database: OpenDatabase;
  beforeAll(async () => {
    database = await engine.open();
  });

  test("a statement that failed and was not heard of makes an error of the whole, never an answer", async () => {
    const answer = inSnapshot(database.db, async ({ db }) => {
      await sql`select 1 / 0`.execute(db).catch(() => undefined);
      return "clear";
    });
    await expect(answer).rejects.toThrow(TransactionAborted);
  });

  test("of statements that do not wait for each other the broken ones fail alone", async () => {
    const found = await inSnapshot(database.db, async (snapshot) => {
      const results: unknown[] = [];
      const ask = (text: string, n: number) => async () => {
        results[n] = await snapshot.guarded(
          async (db: Db) => (await sql<{ a: number }>`${sql.raw(text)}`.execute(db)).rows[0]!.a,
        );
      };
      await snapshot.all(["select 1 as a", "select 1 / 0 as a", "select a from nowhere", "select 4 as a"].map(ask));
      return results;
    });
    expect(found).toMatchObject([{ value: 1 }, { failed: /zero/ }, { failed: /nowhere/ }, { value: 4 }].map(expectation));
  });

  test("sites are placed under their own numbers, faulty ones among them", async () => {
    const placed = await placeSites(database.db, [[FAR], [BOW_TIE], [IN_FIRST, IN_SECOND], [IN_FIRST, BOW_TIE]], 4490);
    expect(placed.map(({ placed: place }) => place?.bbox[0] ?? null)).toEqual([
      FAR.coordinates[0]![0]![0],
      null,
      IN_FIRST.coordinates[0]![0]![0],
      null,
    ]);
    expect(placed.map(({ faults }) => faults.map(({ index }) => index))).toEqual([[], [0], [], [1]]);
  });

  test("a site that is nowhere does not get the place of the next", async () => {
    await expect(placeSites(database.db, [[FAR], [], [IN_FIRST]], 4490)).rejects.toThrow(/Site 1 of 3/);
  });
});

function expectation(each: { value: number } | { failed: RegExp }): object {
  return "failed" in each ? { failed: expect.stringMatching(each.failed) } : each;
}
