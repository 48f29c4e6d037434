/** The Kysely dialect of both engines: one way to begin, commit, roll back and fail, whatever stands behind the session. */
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
  type TransactionSettings,
} from "kysely";
import { DatabaseError, DatabaseUnavailable, TransactionAborted } from "./errors.ts";

/** What a statement answered. `command` is the word of the command tag: SELECT, INSERT, COMMIT, ROLLBACK, ... */
export type Answer = { command: string; affected: number | undefined; rows: Record<string, unknown>[] };

/** One connection, ours alone until released. */
export type Session = {
  run(text: string, parameters: readonly unknown[]): Promise<Answer>;
  release(): void;
};

export type Pool = {
  acquire(): Promise<Session>;
  close(): Promise<void>;
};

export function createDialect(pool: Pool): Dialect {
  return {
    createAdapter: () => new PostgresAdapter(),
    createQueryCompiler: () => new PostgresQueryCompiler(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createDriver: () => createDriver(pool),
  };
}

class Connection implements DatabaseConnection {
  readonly session: Session;
  constructor(session: Session) {
    this.session = session;
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    const missing = parameters.indexOf(undefined);
    if (missing >= 0)
      throw new DatabaseError(`Parameter $${missing + 1} is undefined; null is meant, or a value is missing.`, { code: "22004" });
    const { command, affected, rows } = await this.session.run(sql, parameters);
    const changes = command === "INSERT" || command === "UPDATE" || command === "DELETE" || command === "MERGE";
    return { rows: rows as R[], ...(changes && affected !== undefined ? { numAffectedRows: BigInt(affected) } : {}) };
  }

  streamQuery(): AsyncIterableIterator<never> {
    throw new Error("Streaming is not offered: page instead.");
  }
}

function createDriver(pool: Pool): Driver {
  const run = (connection: DatabaseConnection, text: string) => (connection as Connection).session.run(text, []);
  return {
    init: async () => undefined,
    acquireConnection: async () => new Connection(await pool.acquire()),
    releaseConnection: async (connection) => (connection as Connection).session.release(),
    destroy: () => pool.close(),
    beginTransaction: async (connection, settings) => void (await run(connection, beginning(settings))),
    async commitTransaction(connection) {
      const { command } = await run(connection, "commit");
      if (command === "ROLLBACK") throw new TransactionAborted();
    },
    async rollbackTransaction(connection) {
      try {
        await run(connection, "rollback");
      } catch (error) {
        // A connection that went away has rolled back; the error that led here is the one worth telling.
        if (!(error instanceof DatabaseUnavailable)) throw error;
      }
    },
    savepoint: async (connection, name) => void (await run(connection, `savepoint ${quote(name)}`)),
    rollbackToSavepoint: async (connection, name) => void (await run(connection, `rollback to savepoint ${quote(name)}`)),
    releaseSavepoint: async (connection, name) => void (await run(connection, `release savepoint ${quote(name)}`)),
  };
}

function beginning({ isolationLevel, accessMode }: TransactionSettings): string {
  return ["begin", isolationLevel && `isolation level ${isolationLevel}`, accessMode].filter(Boolean).join(" ");
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
