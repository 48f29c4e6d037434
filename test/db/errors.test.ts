/** A failure in GEOS or PROJ is an error and a rollback on both engines, wherever it happens, and never an empty result. */
import { sql } from "kysely";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ConnectionLost, DatabaseError, LostError, TransactionAborted } from "../../server/db/errors.ts";
import type { OpenDatabase } from "../../server/db/open.ts";
import { eachEngine } from "../support/engines.ts";

const SQUARE = "'POLYGON((0 0,3 0,3 1,0 1,0 0))'::geometry";
const FAILURES = {
  "GEOS intersection": `ST_Area(ST_Intersection(geom, ${SQUARE}))`,
  "GEOS union": `ST_Area(ST_Union(geom, ${SQUARE}))`,
  "GEOS difference": `ST_Area(ST_Difference(geom, ${SQUARE}))`,
  "PROJ bad string": "ST_X(ST_Centroid(ST_Transform(geom, '+proj=nonsense', '+proj=longlat')))",
};

eachEngine((engine) => {
  let database: OpenDatabase;
  const run = (text: string, on: OpenDatabase["db"] = database.db) => sql.raw<Record<string, unknown>>(text).execute(on);
  const areas = async () => (await run("select area from shape order by id")).rows.map((row) => row["area"]);

  beforeAll(async () => {
    database = await engine.open();
    await run("create table shape (id int primary key, geom geometry, area float8)");
    await run("create table result (id int primary key, area float8)");
  });
  beforeEach(async () => {
    await run("delete from result");
    await run("delete from shape");
    // The bow tie comes last, so that the good rows have been worked on when it fails.
    await run(`insert into shape values (1, ${SQUARE}, 7), (2, ${SQUARE}, 7), (3, 'POLYGON((0 0,2 2,2 0,0 2,0 0))', 7)`);
  });

  describe.each(Object.entries(FAILURES))("%s", (_, failing) => {
    const fails = async (work: Promise<unknown>) => {
      const error = await work.then(
        (answer) => {
          throw new Error(
            `no error, but ${JSON.stringify(answer, (_key, value) => (typeof value === "bigint" ? String(value) : value))}`,
          );
        },
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(DatabaseError);
      expect((error as DatabaseError).code).toBe("XX000");
      if (engine.name === "embedded") expect(error).toBeInstanceOf(LostError);
      expect((error as Error).message).toMatch(/TopologyException|projection|proj/i);
    };

    test("in a select", async () => {
      await fails(run(`select id, ${failing} as area from shape order by id`));
      expect((await run("select count(*) as n from shape")).rows).toEqual([{ n: 3 }]);
    });

    test("in an insert ... select, which leaves none of its rows", async () => {
      await fails(run(`insert into result select id, ${failing} from shape order by id`));
      expect((await run("select * from result")).rows).toEqual([]);
    });

    test("in an update, which changes no row", async () => {
      await fails(run(`update shape set area = ${failing}`));
      expect(await areas()).toEqual([7, 7, 7]);
    });

    test("in a create table as, which leaves no table", async () => {
      await fails(run(`create table copy as select id, ${failing} as area from shape`));
      expect((await run("select to_regclass('copy') as found")).rows).toEqual([{ found: null }]);
    });

    test("in a transaction, which is rolled back", async () => {
      const work = database.db.transaction().execute(async (trx) => {
        await run("insert into result values (1, 1)", trx);
        await run(`update shape set area = ${failing}`, trx);
      });
      await fails(work);
      expect((await run("select * from result")).rows).toEqual([]);
      expect(await areas()).toEqual([7, 7, 7]);
    });

    test("caught inside a transaction: everything after is refused, and so is the commit", async () => {
      const seen: unknown[] = [];
      const work = database.db.transaction().execute(async (trx) => {
        await run("insert into result values (1, 1)", trx);
        await run(`select ${failing} from shape`, trx).catch((error: DatabaseError) => seen.push(error.code));
        await run("insert into result values (2, 1)", trx).catch((error: DatabaseError) => seen.push(error.code));
        await run("select 1", trx).catch((error: DatabaseError) => seen.push(error.code));
      });
      await expect(work).rejects.toBeInstanceOf(TransactionAborted);
      expect(seen).toEqual(["XX000", "25P02", "25P02"]);
      expect((await run("select * from result")).rows).toEqual([]);
    });

    test("behind a savepoint: rolled back to it, the transaction goes on and commits", async () => {
      const first = await database.db.startTransaction().execute();
      await run("insert into result values (1, 1)", first);
      const saved = await first.savepoint("before").execute();
      await run("insert into result values (2, 1)", saved);
      await fails(run(`select ${failing} from shape`, saved));
      const back = await saved.rollbackToSavepoint("before").execute();
      await run("insert into result values (3, 1)", back);
      await back.commit().execute();
      expect((await run("select id from result order by id")).rows).toEqual([{ id: 1 }, { id: 3 }]);
    });
  });

  test("an ordinary error caught in a transaction makes the commit throw as well", async () => {
    const work = database.db.transaction().execute(async (trx) => {
      await run("insert into result values (1, 1)", trx);
      await run("select 1/0", trx).catch(() => undefined);
    });
    await expect(work).rejects.toMatchObject({ name: "TransactionAborted", code: "25P02" });
    expect((await run("select * from result")).rows).toEqual([]);
  });

  test("a PL/pgSQL exception block catches a failure of GEOS as any other", async () => {
    await run(`create or replace function pg_temp.area_or_null(g geometry) returns float8 language plpgsql as $$
      begin return ST_Area(ST_Intersection(g, ${SQUARE})); exception when others then return null; end $$`);
    // One connection on the embedded engine; on PostgreSQL the function lives in the session that made it.
    if (engine.name === "embedded")
      expect((await run("select pg_temp.area_or_null(geom) as a from shape order by id")).rows).toEqual([
        { a: 3 },
        { a: 3 },
        { a: null },
      ]);
  });

  test("a refused row names its constraint and its SQLSTATE", async () => {
    await run("insert into result values (1, 1)");
    await expect(run("insert into result values (1, 2)")).rejects.toMatchObject({ code: "23505", constraint: "result_pkey" });
  });

  test("an open ring is an error or invalid, and never an empty answer", async () => {
    const text = `select ST_IsValid(ST_GeomFromGeoJSON('{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1]]]}')) as valid`;
    // PostGIS 3.3 says `false`, 3.6 refuses.
    const answer = await run(text).then(
      ({ rows }) => rows,
      (error: unknown) => error,
    );
    if (!(answer instanceof DatabaseError)) expect(answer).toEqual([{ valid: false }]);
  });

  test("after many failures the right answers are still right", async () => {
    for (let n = 0; n < 30; n++) await run(`select ${FAILURES["GEOS intersection"]} from shape`).catch(() => undefined);
    const { rows } = await run(
      `select id, ST_Area(ST_Intersection(geom, ${SQUARE})) as area from shape where id < 3 order by id`,
    );
    expect(rows).toEqual([
      { id: 1, area: 3 },
      { id: 2, area: 3 },
    ]);
  });

  test("statements that fail by the hundred do not leave a database in which nothing works any more", async () => {
    // The deeper an error lies in its statement, the more of it stays on the stack of the embedded engine.
    const deep = Array.from({ length: 40 }).reduce<string>(
      (inner) => `select * from (${inner}) as each`,
      "select nothing from shape",
    );
    for (let part = 0; part < 2; part++) {
      const transaction = await database.db.startTransaction().execute();
      try {
        for (let n = 0; n < 150; n++) {
          const point = await transaction.savepoint("here").execute();
          const error: unknown = await run(deep, transaction).catch((thrown: unknown) => thrown);
          if (error instanceof ConnectionLost) throw error;
          expect(String(error)).toMatch(/nothing/);
          await point.rollbackToSavepoint("here").execute();
          await point.releaseSavepoint("here").execute();
        }
      } catch (error) {
        // Its thread was started again: the transaction is rolled back, and the next finds all as it was.
        if (!(error instanceof ConnectionLost)) throw error;
      }
      await transaction.rollback().execute();
      expect((await run("select count(*)::int as n from shape")).rows).toEqual([{ n: 3 }]);
    }
  }, 120_000);
});
