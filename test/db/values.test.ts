/** One test per type: what goes in and what comes out is the same on both engines. */
import { sql } from "kysely";
import { beforeAll, describe, expect, test } from "vitest";
import { jsonb } from "../../server/db/json.ts";
import type { OpenDatabase } from "../../server/db/open.ts";
import { eachEngine } from "../support/engines.ts";

const OUT: [string, string, unknown][] = [
  ["int2", "'-7'::int2", -7],
  ["int4", "2147483647::int4", 2147483647],
  ["int8", "9007199254740991::int8", 9007199254740991],
  ["count(*)", "count(*)", 1],
  ["float4", "1.5::float4", 1.5],
  ["float8", "0.1::float8", 0.1],
  ["numeric", "1.50::numeric", "1.50"],
  ["sum(int8)", "sum(3::int8)", "3"],
  ["bool", "true", true],
  ["text", "'水界 \"a\\b'::text", '水界 "a\\b'],
  ["varchar", "'x'::varchar(3)", "x"],
  ["uuid", "'8c2f4c0e-3c0d-4b53-9d6e-0a3c7e0e7b11'::uuid", "8c2f4c0e-3c0d-4b53-9d6e-0a3c7e0e7b11"],
  ["date", "'2026-08-15'::date", "2026-08-15"],
  ["timestamptz", "'2026-08-15T08:30:00.123+08'::timestamptz", new Date("2026-08-15T00:30:00.123Z")],
  ["json", `'{"a":[1,null,"b"]}'::json`, { a: [1, null, "b"] }],
  ["jsonb", `'{"a":[1,null,"b"]}'::jsonb`, { a: [1, null, "b"] }],
  ["jsonb string", `'"a"'::jsonb`, "a"],
  ["bytea", "'\\x00ff10'::bytea", Buffer.from([0, 255, 16])],
  ["geometry", "ST_SetSRID(ST_Point(1, 2), 4490)", "01010000208A110000000000000000F03F0000000000000040"],
  [
    "text[]",
    `array['a', 'b"c', 'd,e', 'f\\g', '', 'NULL', null, '水']::text[]`,
    ["a", 'b"c', "d,e", "f\\g", "", "NULL", null, "水"],
  ],
  ["empty text[]", "'{}'::text[]", []],
  [
    "nested int4[]",
    "array[[1,2],[3,4]]",
    [
      [1, 2],
      [3, 4],
    ],
  ],
  ["int8[]", "array[1,2]::int8[]", [1, 2]],
  ["float8[]", "array[1.5,null]::float8[]", [1.5, null]],
  ["date[]", "array['2026-08-15'::date]", ["2026-08-15"]],
  ["null", "null::int4", null],
];

const IN: [string, unknown, string][] = [
  ["int2", -7, "int2"],
  ["int4", 12, "int4"],
  ["int8", 9007199254740991, "int8"],
  ["float4", 1.5, "float4"],
  ["float8", 0.1, "float8"],
  ["numeric", "1.50", "numeric"],
  ["bool", false, "bool"],
  ["text", "水界 'a' \"b\" \\", "text"],
  ["date", "2026-08-15", "date"],
  ["timestamptz", new Date("2026-08-15T00:30:00.123Z"), "timestamptz"],
  ["jsonb", { a: [1, null, "b"] }, "jsonb"],
  ["json", { a: 1 }, "json"],
  ["bytea", Buffer.from([0, 255, 16]), "bytea"],
  ["geometry", "01010000208A110000000000000000F03F0000000000000040", "geometry"],
  ["text[]", ["a", 'b"c', "d,e", "f\\g", "", "NULL", null, "水"], "text[]"],
  ["int4[]", [1, 2], "int4[]"],
  ["bool[]", [true, false], "bool[]"],
  ["empty text[]", [], "text[]"],
  ["null", null, "text"],
];

eachEngine((engine) => {
  let database: OpenDatabase;
  beforeAll(async () => {
    database = await engine.open();
  });
  const one = async (expression: ReturnType<typeof sql>) =>
    (await sql<{ value: unknown }>`select ${expression} as value`.execute(database.db)).rows[0]!.value;

  describe("out", () => {
    test.each(OUT)("%s", async (_, expression, expected) => {
      const value = await one(sql.raw(expression));
      expect(value).toStrictEqual(expected);
      if (Buffer.isBuffer(expected)) expect(Buffer.isBuffer(value)).toBe(true);
    });

    test("an int8 beyond 2^53 is refused rather than rounded", async () => {
      await expect(one(sql.raw("9007199254740993::int8"))).rejects.toThrow(/9007199254740993 does not fit/);
    });
  });

  describe("in", () => {
    test.each(IN)("%s", async (_, value, type) => {
      expect(await one(sql`${value}::${sql.raw(type)}`)).toStrictEqual(value);
    });

    test.each(IN)("%s, stored in a column", async (_, value, type) => {
      const column = type.replace("[]", "_list") + String(value).length; // one table per type: plans are kept by the text
      await database.db.transaction().execute(async (trx) => {
        await sql`create table stored_${sql.raw(column)} (value ${sql.raw(type)})`.execute(trx);
        await sql`insert into stored_${sql.raw(column)} values (${value})`.execute(trx);
        const { rows } = await sql`select value from stored_${sql.raw(column)}`.execute(trx);
        expect(rows).toStrictEqual([{ value }]);
        await sql`drop table stored_${sql.raw(column)}`.execute(trx);
      });
    });

    test.each([{ a: 1 }, [1, "b", null], "text", 'quoted "text"', 7, true, null])(
      "jsonb(%j) is stored as itself",
      async (value) => {
        const { rows } = await sql`select ${jsonb(value)} as value, jsonb_typeof(${jsonb(value)}) as type`.execute(database.db);
        const type = value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
        expect(rows).toStrictEqual([{ value, type }]);
      },
    );

    test("undefined is refused", async () => {
      await expect(one(sql`${undefined}::text`)).rejects.toMatchObject({ code: "22004" });
    });
  });

  test("a date column does not move with the clock's zone", async () => {
    const { rows } = await sql`select current_setting('TimeZone') as zone, '2026-08-15'::date::timestamptz as midnight`.execute(
      database.db,
    );
    expect(rows).toStrictEqual([{ zone: "UTC", midnight: new Date("2026-08-15T00:00:00Z") }]);
  });

  test("how many rows a change touched is told", async () => {
    await sql`create table counted (id int)`.execute(database.db);
    const insert = await sql`insert into counted select generate_series(1, 5)`.execute(database.db);
    const update = await sql`update counted set id = id where id > 3`.execute(database.db);
    const select = await sql`select * from counted`.execute(database.db);
    expect([insert.numAffectedRows, update.numAffectedRows, select.numAffectedRows]).toEqual([5n, 2n, undefined]);
  });

  test("a statement asked again after its table changed gives the new columns", async () => {
    await sql`create table shifting (a int)`.execute(database.db);
    await sql`insert into shifting values (1)`.execute(database.db);
    for (let n = 0; n < 3; n++) expect((await sql`select * from shifting`.execute(database.db)).rows).toEqual([{ a: 1 }]);
    await sql`alter table shifting add column b text default 'x'`.execute(database.db);
    expect((await sql`select * from shifting`.execute(database.db)).rows).toEqual([{ a: 1, b: "x" }]);
    await database.db
      .transaction()
      .execute(async (trx) => {
        await sql`alter table shifting drop column b`.execute(trx);
        expect((await sql`select * from shifting`.execute(trx)).rows).toEqual([{ a: 1 }]);
        throw new Error("back");
      })
      .catch((error: Error) => expect(error.message).toBe("back"));
    expect((await sql`select * from shifting`.execute(database.db)).rows).toEqual([{ a: 1, b: "x" }]);
  });
});
