/** The statements that a piece of work sends, heard where they leave our code, so that they can be sent again without it. */
import { randomUUID } from "node:crypto";
import { CompiledQuery, type DatabaseConnection } from "kysely";
import type { Db, OpenDatabase } from "../../server/db/open.ts";

type Heard = (query: CompiledQuery) => void;
const ears = new Set<Heard>();
const tapped = new WeakSet<object>();

/** Puts an ear to every connection of the engine; once a class of connections. Savepoints, begin and commit do not pass here. */
async function tap(db: Db): Promise<void> {
  await db.connection().execute((own) =>
    own.getExecutor().provideConnection(async (connection) => {
      const kind = Object.getPrototypeOf(connection) as DatabaseConnection;
      if (tapped.has(kind)) return;
      tapped.add(kind);
      const run = kind.executeQuery;
      kind.executeQuery = function heard<R>(this: DatabaseConnection, query: CompiledQuery) {
        for (const ear of ears) ear(query);
        return run.call(this, query) as ReturnType<typeof run<R>>;
      } as typeof run;
    }),
  );
}

/** Runs `work` and returns the statements it sent, in order. Nothing else may use the database meanwhile. */
export async function statementsOf(database: OpenDatabase, work: () => Promise<unknown>): Promise<CompiledQuery[]> {
  await tap(database.db);
  const heard: CompiledQuery[] = [];
  const ear: Heard = (query) => heard.push(query);
  ears.add(ear);
  try {
    await work();
  } finally {
    ears.delete(ear);
  }
  return heard;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Sends the statements again through the same driver, in one transaction that is committed. What was written under an id is
 *  written under a new one; `change` may give a parameter another value. */
export async function replay(
  database: OpenDatabase,
  queries: readonly CompiledQuery[],
  change: (value: unknown) => unknown = (value) => value,
): Promise<void> {
  const id = randomUUID();
  const fresh = (value: unknown) => (typeof value === "string" && UUID.test(value) ? id : change(value));
  await database.db.transaction().execute(async (transaction) => {
    for (const { sql, parameters } of queries) await transaction.executeQuery(CompiledQuery.raw(sql, parameters.map(fresh)));
  });
}
