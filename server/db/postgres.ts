/** PostgreSQL: a pool of single connections, replaced when they break, so that a server that comes back is used again. */
import { Kysely } from "kysely";
import postgres, { type Sql } from "postgres";
import { type Answer, createDialect, type Pool, type Session } from "./dialect.ts";
import { ConnectionLost, DatabaseError, DatabaseUnavailable, StatementTimeout } from "./errors.ts";
import { noLending } from "./lending.ts";
import type { OpenDatabase, OpenOptions } from "./open.ts";
import { createQueue } from "./queue.ts";
import { type Found, missing } from "./requirements.ts";
import type { Tables } from "./tables.ts";
import { inferType, postgresTypes } from "./values.ts";
import { readVersions } from "./versions.ts";

const CONNECT_WITHIN_S = 5;
/** The server ends a late statement itself; a server that is not heard of again is given up this much later. */
const GRACE_MS = 5000;
/** To create an extension may take long on a slow disk, whatever limit statements have. */
const PREPARE_WITHIN_MS = 120_000;

export async function openPostgres(options: OpenOptions & { databaseUrl: string }): Promise<OpenDatabase> {
  const { databaseUrl, statementTimeoutMs = 30_000, poolMax = 8 } = options;
  const pool = createPool(databaseUrl, statementTimeoutMs, poolMax);
  try {
    await prepare(databaseUrl, statementTimeoutMs);
    const db = new Kysely<Tables>({ dialect: createDialect(pool) });
    return {
      db,
      engine: "postgres",
      at_once: 2,
      lending: noLending(db),
      versions: await readVersions(db),
      ping: async () => {
        const session = await pool.acquire();
        await session.run("select 1", []).finally(() => session.release());
      },
      close: () => db.destroy(),
    };
  } catch (error) {
    await pool.close();
    throw error;
  }
}

/** Throws one sentence when the server is not what we need; creates the extensions where they are missing. */
async function prepare(databaseUrl: string, statementTimeoutMs: number): Promise<void> {
  const pool = createPool(databaseUrl, Math.max(statementTimeoutMs, PREPARE_WITHIN_MS), 1);
  try {
    const session = await pool.acquire();
    const { rows } = await session.run(
      `select current_setting('server_version_num')::int as server_number, current_setting('server_version') as server,
        (select jsonb_object_agg(name, jsonb_build_object('available', default_version, 'installed', installed_version))
          from pg_available_extensions where name in ('postgis', 'btree_gist')) as extensions`,
      [],
    );
    const found = rows[0] as Found;
    const complaint = missing(found);
    if (complaint !== undefined) throw new DatabaseUnavailable(complaint, { code: "0A000" });
    for (const name of ["postgis", "btree_gist"]) {
      if (found.extensions?.[name]?.installed) continue;
      await session.run(`create extension if not exists ${name}`, []).catch((error: DatabaseError) => {
        const { database, user } = partsOf(databaseUrl);
        const why = error.code === "42501" ? `user "${user}" may not create it` : error.message;
        throw new DatabaseUnavailable(
          `The database "${database}" has no ${name} extension and ${why}: ask its administrator to run "create extension ${name};" in it once.`,
          { code: error.code, cause: error },
        );
      });
    }
    session.release();
  } finally {
    await pool.close();
  }
}

/** `life` changes, and `gone` is called, each time its connection closes. */
type Client = { sql: Sql; life: number; gone?: (() => void) | undefined };

function createPool(databaseUrl: string, statementTimeoutMs: number, max: number): Pool {
  const clients = new Set<Client>();
  const seats = createQueue<{ client: Client | undefined }>(Array.from({ length: max }, () => ({ client: undefined })));

  function connect(): Client {
    // One connection per postgres.js instance: its own pool loses a connection for each failed `reserve`.
    const client: Client = {
      life: 0,
      sql: postgres(databaseUrl, {
        max: 1,
        max_lifetime: null,
        connect_timeout: CONNECT_WITHIN_S,
        fetch_types: false,
        types: postgresTypes() as never,
        onnotice: () => undefined,
        onclose: () => {
          client.life++;
          client.gone?.();
        },
        connection: {
          application_name: "shuijie",
          jit: "off",
          statement_timeout: statementTimeoutMs,
          idle_in_transaction_session_timeout: statementTimeoutMs,
          TimeZone: "UTC",
          DateStyle: "ISO, YMD",
        } as never,
      }),
    };
    clients.add(client);
    return client;
  }

  return {
    async acquire() {
      const seat = await seats.take();
      seat.client ??= connect();
      return createSession(seat.client, {
        where: databaseUrl,
        limitMs: statementTimeoutMs + GRACE_MS,
        done(broken) {
          if (broken) {
            clients.delete(seat.client!);
            void seat.client!.sql.end({ timeout: 0 }).catch(() => undefined);
            seat.client = undefined;
          }
          seats.give(seat);
        },
      });
    },
    async close() {
      seats.close(new DatabaseUnavailable("The database is closed."));
      await Promise.all([...clients].map(({ sql }) => sql.end({ timeout: CONNECT_WITHIN_S })));
      clients.clear();
    },
  };
}

/** Commands that change tables. */
const SHAPES = /^(CREATE|ALTER|DROP)/;

function createSession(
  client: Client,
  { where, limitMs, done }: { where: string; limitMs: number; done(broken: boolean): void },
): Session {
  let life: number | undefined; // of the connection, once a transaction has begun on it
  let broken = false;
  let released = false;
  // Tables changed: statements prepared before may have other columns now, and in a transaction none is asked twice.
  let shaped = false;

  async function run(text: string, parameters: readonly unknown[]): Promise<Answer> {
    if (broken || (life !== undefined && life !== client.life)) {
      broken = true;
      throw new ConnectionLost("The connection to PostgreSQL was lost, and with it this transaction was rolled back.");
    }
    try {
      const values = parameters.map((value) =>
        Array.isArray(value) ? client.sql.typed(value as never, inferType(value)) : value,
      );
      const query = client.sql.unsafe(text, values as never[], { prepare: !shaped, simple: false } as { prepare: boolean });
      const result = await within(limitMs, query);
      shaped ||= SHAPES.test(result.command ?? "");
      if (result.command === "BEGIN" || result.command === "START TRANSACTION") life = client.life;
      if (result.command === "COMMIT" || (result.command === "ROLLBACK" && !/^\s*rollback\s+to/i.test(text))) life = undefined;
      return { command: result.command?.split(" ")[0] ?? "", affected: result.count ?? undefined, rows: whole(result) };
    } catch (error) {
      const normal = normalise(error, where);
      broken ||= normal instanceof DatabaseUnavailable;
      throw normal;
    }
  }

  function release(): void {
    if (released) return;
    released = true;
    client.gone = undefined;
    done(broken || shaped);
  }
  // The server ends a transaction that does nothing (idle_in_transaction_session_timeout). Its place is given on at once:
  // most often it waits for itself, because `db` was used where `trx` was meant.
  client.gone = () => {
    if (life === undefined) return;
    broken = true;
    release();
  };
  return { run, release };
}

/** After a statement that failed between two rows, postgres.js 3.4.9 goes on counting: the next result begins with holes. */
function whole(result: readonly object[]): Record<string, unknown>[] {
  return result.filter(() => true) as Record<string, unknown>[];
}

async function within<T>(limitMs: number, work: PromiseLike<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new ConnectionLost(`PostgreSQL has not answered for ${limitMs} ms.`)), limitMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

type Raised = Error & { code?: string; constraint_name?: string };

/** One shape for what postgres.js throws. Sentences name the server and the database, never the password. */
function normalise(thrown: unknown, databaseUrl: string): DatabaseError {
  if (thrown instanceof DatabaseError) return thrown;
  const error = thrown as Raised;
  const code = error.code ?? "XX000";
  const { host, database, user } = partsOf(databaseUrl);
  const unavailable = (sentence: string) =>
    new DatabaseUnavailable(sentence, { ...(code.length === 5 ? { code } : {}), cause: error });
  if (code === "57014")
    return /statement timeout/.test(error.message)
      ? new StatementTimeout(error.message, error)
      : new DatabaseError(error.message, { code, cause: error });
  if (code === "28P01" || code === "28000")
    return unavailable(
      `PostgreSQL at ${host} refuses user "${user}" (${error.message}): check user and password in DATABASE_URL.`,
    );
  if (code === "3D000")
    return unavailable(
      `PostgreSQL at ${host} has no database "${database}": create it (createdb ${database}) or correct DATABASE_URL.`,
    );
  if (code === "53300" || code === "57P03")
    return unavailable(`PostgreSQL at ${host} takes no connection now (${error.message}).`);
  if (
    ["CONNECTION_CLOSED", "CONNECTION_DESTROYED", "CONNECTION_ENDED", "ECONNRESET", "EPIPE", "57P01", "57P02", "25P03"].includes(
      code,
    )
  )
    return new ConnectionLost(`The connection to PostgreSQL at ${host} was lost (${error.message}).`, error);
  if (
    [
      "ECONNREFUSED",
      "CONNECT_TIMEOUT",
      "ENOTFOUND",
      "EAI_AGAIN",
      "EHOSTUNREACH",
      "ENETUNREACH",
      "ETIMEDOUT",
      "ENOENT",
      "EACCES",
    ].includes(code)
  )
    return unavailable(
      `PostgreSQL cannot be reached at ${host} (${code}): check that it runs, and the host and port in DATABASE_URL.`,
    );
  return new DatabaseError(error.message, { code, constraint: error.constraint_name, cause: error });
}

function partsOf(databaseUrl: string): { host: string; database: string; user: string } {
  const url = URL.parse(databaseUrl);
  return {
    host: url?.host ?? "?",
    database: decodeURIComponent(url?.pathname.slice(1) || url?.username || "?"),
    user: decodeURIComponent(url?.username ?? "?"),
  };
}
