/** Many at once. */
import { sql } from "kysely";
import { beforeAll, beforeEach, expect, test } from "vitest";
import type { OpenDatabase } from "../../server/db/open.ts";
import { DatabaseUnavailable } from "../../server/db/errors.ts";
import { eachEngine } from "../support/engines.ts";

eachEngine((engine) => {
  let database: OpenDatabase;
  beforeAll(async () => {
    database = await engine.open();
    await sql`create table account (id int primary key, balance int not null)`.execute(database.db);
  });
  beforeEach(async () => {
    await sql`delete from account`.execute(database.db);
    await sql`insert into account values (1, 100), (2, 100)`.execute(database.db);
  });
  const balances = async () =>
    (await sql<{ balance: number }>`select balance from account order by id`.execute(database.db)).rows.map((row) => row.balance);

  test("50 statements at once each get their own answer", async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        sql<{ n: number; text: string }>`select ${n}::int as n, ${`row ${n}`}::text as text`.execute(database.db),
      ),
    );
    expect(answers.map(({ rows }) => rows)).toEqual(Array.from({ length: 50 }, (_, n) => [{ n, text: `row ${n}` }]));
  });

  test("two writers in transactions at once do not lose each other's work", async () => {
    const move = (amount: number) =>
      database.db.transaction().execute(async (trx) => {
        const { rows } = await sql<{ balance: number }>`select balance from account where id = 1 for update`.execute(trx);
        await sql`update account set balance = ${rows[0]!.balance - amount} where id = 1`.execute(trx);
        await sql`update account set balance = balance + ${amount} where id = 2`.execute(trx);
      });
    await Promise.all([move(10), move(20), move(5)]);
    expect(await balances()).toEqual([65, 135]);
  });

  test("a reader outside an open transaction never sees what is not committed", async () => {
    let seen: Promise<number[]> | undefined;
    await database.db.transaction().execute(async (trx) => {
      await sql`update account set balance = 0`.execute(trx);
      seen = balances(); // waits on the embedded engine, answers at once on PostgreSQL
      if (engine.name === "postgres") expect(await seen).toEqual([100, 100]);
      await sql`update account set balance = 1`.execute(trx);
    });
    expect(await seen).toEqual(engine.name === "postgres" ? [100, 100] : [1, 1]);
    expect(await balances()).toEqual([1, 1]);
  });

  test("statements of one transaction asked at once run one after another", async () => {
    await database.db.transaction().execute(async (trx) => {
      await Promise.all(
        Array.from({ length: 10 }, () => sql`update account set balance = balance + 1 where id = 1`.execute(trx)),
      );
    });
    expect(await balances()).toEqual([110, 100]);
  });

  test("more transactions than connections all come through", async () => {
    const add = () =>
      database.db.transaction().execute((trx) => sql`update account set balance = balance + 1 where id = 1`.execute(trx));
    await Promise.all(Array.from({ length: 30 }, add));
    expect(await balances()).toEqual([130, 100]);
  });

  test("isolation is that of the transaction: a snapshot stays as it was", async () => {
    const trx = await database.db.startTransaction().setIsolationLevel("repeatable read").setAccessMode("read only").execute();
    const before = await sql`select balance from account order by id`.execute(trx);
    const change = sql`update account set balance = 5`.execute(database.db);
    if (engine.name === "postgres") await change;
    expect((await sql`select balance from account order by id`.execute(trx)).rows).toEqual(before.rows);
    await expect(sql`delete from account`.execute(trx)).rejects.toMatchObject({ code: "25006" });
    await trx.rollback().execute();
    await change;
    expect(await balances()).toEqual([5, 5]);
  });

  test("several statements in one text are refused", async () => {
    await expect(sql`select 1; select 2`.execute(database.db)).rejects.toMatchObject({ code: "42601" });
  });

  test("after close every question is refused with a sentence, and closing again does no harm", async () => {
    const other = await engine.open();
    const { db } = other;
    const asked = Promise.all(Array.from({ length: 5 }, () => sql`select 1`.execute(db).catch((error: unknown) => error)));
    await asked;
    await other.close();
    await expect(other.ping()).rejects.toBeInstanceOf(DatabaseUnavailable);
    await other.close();
  });
});
