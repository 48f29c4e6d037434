/** Reads tables of an SQLite file that someone sent, and writes such files. It is opened in memory from its bytes and only ever read: no views, no
 *  triggers, no virtual tables, no extension. Names come from the file's own list of tables, never from a request. */
import { DatabaseSync } from "node:sqlite";

export type SqliteFile = {
  has(table: string): boolean;
  /** Rows as plain objects: numbers, texts, bytes, null. Whole numbers beyond 2^53 come as text. Throws on a damaged file. */
  rows(table: string): Iterable<Record<string, unknown>>;
  /** Declared types of the columns by name, upper case. */
  types(table: string): Record<string, string>;
  close(): void;
};

/** @types/node 24.10 has neither yet; Node 24.21 has. */
type Deserializing = DatabaseSync & { deserialize(bytes: Uint8Array): void; serialize(): Uint8Array };

/** Throws what node:sqlite throws when the bytes are no database. */
export function openSqliteFile(bytes: Uint8Array): SqliteFile {
  const db = new DatabaseSync(":memory:", { allowExtension: false, enableForeignKeyConstraints: false }) as Deserializing;
  try {
    // A database in memory has no write-ahead log: its mark (bytes 18 and 19) would keep it from opening.
    const copy = Uint8Array.from(bytes);
    copy[18] = 1;
    copy[19] = 1;
    db.deserialize(copy);
    db.exec("pragma trusted_schema = off; pragma query_only = on; pragma cell_size_check = on");
    const listed = db.prepare("select name from sqlite_schema where type = 'table' and sql not like 'create virtual%'").all();
    const tables = new Set(listed.map(({ name }) => String(name)));
    return {
      has: (table) => tables.has(table),
      *rows(table) {
        if (!tables.has(table)) throw new Error(`no table ${table}`);
        const statement = db.prepare(`select * from "${table.replaceAll('"', '""')}"`);
        statement.setReadBigInts(true);
        for (const row of statement.iterate())
          yield Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(value)]));
      },
      types(table) {
        if (!tables.has(table)) throw new Error(`no table ${table}`);
        const columns = db.prepare("select name, type from pragma_table_info(?)").all(table);
        return Object.fromEntries(columns.map(({ name, type }) => [String(name), String(type).toUpperCase()]));
      },
      close: () => db.close(),
    };
  } catch (error) {
    db.close();
    throw error;
  }
}

/** A table to be written. `type` is the declared type with its constraints, as in `INTEGER PRIMARY KEY`: words of ours, never
 *  of a request. Names may be any text. */
export type SqliteTable = {
  name: string;
  columns: { name: string; type: string }[];
  rows: Iterable<(string | number | Uint8Array | null)[]>;
};

/** An SQLite file of these tables, made in memory; equal input gives equal bytes. `application_id` and `user_version` are
 *  those of its header. */
export function writeSqliteFile(
  header: { application_id: number; user_version: number },
  tables: readonly SqliteTable[],
): Uint8Array {
  const db = new DatabaseSync(":memory:") as Deserializing;
  const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
  try {
    db.exec(`pragma application_id = ${header.application_id}; pragma user_version = ${header.user_version}; begin`);
    for (const { name, columns, rows } of tables) {
      db.exec(`create table ${quoted(name)} (${columns.map((column) => `${quoted(column.name)} ${column.type}`).join(", ")})`);
      const insert = db.prepare(`insert into ${quoted(name)} values (${columns.map(() => "?").join(", ")})`);
      for (const row of rows) insert.run(...row);
    }
    db.exec("commit");
    return db.serialize();
  } finally {
    db.close();
  }
}

function plain(value: unknown): unknown {
  if (typeof value !== "bigint") return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}
