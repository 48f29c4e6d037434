/** What is read for the map while a transaction writes is what was before it, whatever it wrote by then; on the embedded engine
 *  between its statements, and on PostgreSQL beside it. */
import { type RawBuilder, sql } from "kysely";
import { expect, it } from "vitest";
import { migrate } from "../../server/db/migrate.ts";
import type { OpenDatabase } from "../../server/db/open.ts";
import { eachEngine } from "../support/engines.ts";

eachEngine((engine) => {
  const prepared = async () => {
    const database = await engine.open();
    await migrate(database.db);
    await sql`create table lent (id int primary key, word text)`.execute(database.db);
    await sql`insert into lent values (1, 'one'), (2, 'two'), (3, 'three')`.execute(database.db);
    return database;
  };
  const words = (least: number, but = "") =>
    sql`select jsonb_agg(word order by id) as words from lent where id >= ${least}::int and word <> ${but}`;
  const read = ({ db, lending }: OpenDatabase, query: RawBuilder<unknown>) =>
    lending.read<{ words: string[] | null }>(query.compile(db)).then((rows) => rows[0]!.words);

  it("rows added, changed and removed meanwhile are as they were, until the end", async () => {
    const database = await prepared();
    const { lending } = database;
    await lending.write(async (tx, breathe) => {
      for (const write of [
        sql`insert into lent values (4, 'four')`,
        sql`update lent set word = 'changed' where id = 1`,
        sql`delete from lent where id = 2`,
      ]) {
        await write.execute(tx);
        const waiting = [read(database, words(0)), read(database, words(2, "it's $1 'quoted' \\"))];
        await breathe();
        // Answered before the transaction ends: it does not end before they are.
        expect(await Promise.all(waiting)).toEqual([
          ["one", "two", "three"],
          ["two", "three"],
        ]);
      }
      await breathe(); // nobody waits
    });
    expect(await read(database, words(0))).toEqual(["changed", "three", "four"]);
  });

  it("what fails for one who reads fails for them alone; a transaction that is undone was never seen", async () => {
    const database = await prepared();
    const { lending } = database;
    const failing: Promise<unknown>[] = [];
    await lending.write(async (tx, breathe) => {
      await sql`insert into lent values (4, 'four')`.execute(tx);
      failing.push(
        expect(read(database, sql`select jsonb_build_array(1 / (${1}::int - 1)) as words`)).rejects.toThrow(/zero/),
        expect(read(database, sql`select st_asgeojson(st_geomfromgeojson(${"no geometry"}))::jsonb as words`)).rejects.toThrow(),
        expect(read(database, words(0, "a\0b"))).rejects.toThrow(),
      );
      const sound = read(database, words(0));
      await breathe();
      expect(await sound).toEqual(["one", "two", "three"]);
      await sql`insert into lent values (5, 'five')`.execute(tx);
    });
    await Promise.all(failing);
    const undone = lending.write(async (tx, breathe) => {
      await sql`delete from lent`.execute(tx);
      const seen = read(database, words(0));
      await breathe();
      expect(await seen).toEqual(["one", "two", "three", "four", "five"]);
      throw new Error("undone");
    });
    await expect(undone).rejects.toThrow("undone");
    expect(await read(database, words(0))).toEqual(["one", "two", "three", "four", "five"]);
  });

  it("a reader that takes longer than a statement may ends by itself; the transaction is done once more without it", async () => {
    const database = await engine.open({ statementTimeoutMs: 6000 });
    const { db, lending } = database;
    await migrate(db);
    await sql`create table lent (id int primary key, word text)`.execute(db);
    const slow: Promise<unknown>[] = [];
    let runs = 0;
    await lending.write(async (tx, breathe) => {
      runs += 1;
      await sql`insert into lent values (${runs}, 'written')`.execute(tx);
      if (runs === 1)
        slow.push(expect(read(database, sql`select jsonb_build_array(pg_sleep(${15})::text) as words`)).rejects.toThrow());
      await breathe();
    });
    expect(runs).toBe(database.engine === "embedded" ? 2 : 1);
    await Promise.all(slow);
    expect(await read(database, words(0))).toEqual(["written"]);
  });

  it("who waits when nothing is lent has their turn after the transaction", async () => {
    const database = await prepared();
    const waiting: Promise<unknown>[] = [];
    await database.lending.write(async (tx) => {
      await sql`insert into lent values (4, 'four')`.execute(tx);
      if (database.engine === "embedded") waiting.push(read(database, words(3)));
    });
    expect(await Promise.all(waiting)).toEqual(database.engine === "embedded" ? [["three", "four"]] : []);
  });
});
