/** The embedded engine has one connection: a transaction that writes much would keep the map waiting. Between two of its
 *  statements it lends the connection, and what waits to be shown is read there as the database was when the transaction
 *  began: a cursor keeps the snapshot of its opening, and a stable function reads from the snapshot of whoever calls it. */
import { type CompiledQuery, sql } from "kysely";
import type { Db } from "./open.ts";

export type Lending = {
  /** The rows of one statement, for the map: when its turn comes or in a turn that is lent, whichever is first. Its parameters
   *  are texts and numbers; its columns are such that JSON holds them. */
  read<R>(query: CompiledQuery): Promise<R[]>;
  /** Called first in a transaction; what it returns is called between two statements and answers what waits then. */
  lend(tx: Db): Promise<() => Promise<void>>;
};

/** Where others have connections of their own. */
export function noLending(db: Db): Lending {
  return {
    read: async <R>(query: CompiledQuery) => (await db.executeQuery<R>(query)).rows,
    lend: async () => async () => undefined,
  };
}

type Waiting = { query: CompiledQuery; taken: boolean; answer(rows: unknown[]): void };

export function createLending(db: Db): Lending {
  const waiting = new Set<Waiting>();

  return {
    read: <R>(query: CompiledQuery) =>
      new Promise<R[]>((resolve, reject) => {
        const one: Waiting = { query, taken: false, answer: (rows) => resolve(rows as R[]) };
        const take = () => {
          one.taken = true;
          waiting.delete(one);
        };
        waiting.add(one);
        db.connection()
          .execute(async (connection) => {
            if (one.taken) return; // lent meanwhile
            take();
            resolve((await connection.executeQuery<R>(query)).rows);
          })
          .catch((error: unknown) => {
            take();
            reject(error as Error);
          });
      }),

    async lend(tx) {
      // Numbers in the list of columns are made one by one, in FROM all at once.
      await sql`declare lent no scroll cursor for select read_as_before() as answer
        from (select generate_series(1, ${sql.lit(2 ** 31 - 1)})) as endless`.execute(tx);
      return async () => {
        const now = [...waiting]; // who comes meanwhile waits for the next time
        for (const one of now) {
          await sql`select set_config('shuijie.asked', ${textOf(one.query)}, true)`.execute(tx);
          const { rows } = await sql<{ answer: { rows: unknown[] } | { failed: string } }>`fetch 1 from lent`.execute(tx);
          const { answer } = rows[0]!;
          // What fails here fails in its own turn too, and says so there.
          waiting.delete(one);
          if ("failed" in answer) continue;
          one.taken = true;
          one.answer(answer.rows);
        }
      };
    },
  };
}

/** The statement with its parameters written into it, as literals of no type yet: it gives them theirs, as it does to
 *  parameters. */
function textOf({ sql: text, parameters }: CompiledQuery): string {
  return text.replaceAll(/\$(\d+)/g, (_, n: string) => {
    const value = parameters[Number(n) - 1];
    if (value === null) return "null";
    if (typeof value !== "string" && !(typeof value === "number" && Number.isFinite(value)))
      throw new TypeError(`A statement that may be lent has texts and numbers for parameters; $${n} is neither.`);
    return `'${String(value).replaceAll("'", "''")}'`;
  });
}
