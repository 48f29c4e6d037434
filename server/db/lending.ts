/** The embedded engine has one connection: a transaction that writes much would keep the map waiting. Between two of its
 *  statements it lends the connection, and what waits to be shown is read there as the database was when the transaction
 *  began: a cursor keeps the snapshot of its opening, and a stable function reads from the snapshot of whoever calls it. */
import { type CompiledQuery, sql } from "kysely";
import { DatabaseError } from "./errors.ts";
import type { Db } from "./open.ts";

/** Called between two statements of a transaction: answers what waits then. */
export type Breath = () => Promise<void>;

export type Lending = {
  /** The rows of one statement, for the map: when its turn comes or in a turn that is lent, whichever is first. Its parameters
   *  are texts and numbers; its columns are such that JSON holds them. */
  read<R>(query: CompiledQuery): Promise<R[]>;
  /** A transaction that lends. Where what it lent to was too much for the engine it is done once more, without lending: `work`
   *  changes nothing but the database. */
  write<T>(work: (tx: Db, breathe: Breath) => Promise<T>): Promise<T>;
};

const none: Breath = async () => undefined;

/** Where others have connections of their own. */
export function noLending(db: Db): Lending {
  return {
    read: async <R>(query: CompiledQuery) => (await db.executeQuery<R>(query)).rows,
    write: (work) => db.transaction().execute((tx) => work(tx, none)),
  };
}

type Waiting = { text: string; taken: boolean; answer(rows: unknown[]): void; refuse(error: Error): void };
type Answer = { rows: unknown[] } | { failed: string; code: string };

export function createLending(db: Db): Lending {
  const waiting = new Set<Waiting>();

  function take(one: Waiting): void {
    one.taken = true;
    waiting.delete(one);
  }

  return {
    read: <R>(query: CompiledQuery) =>
      new Promise<R[]>((resolve, reject) => {
        const one: Waiting = { text: textOf(query), taken: false, answer: (rows) => resolve(rows as R[]), refuse: reject };
        waiting.add(one);
        db.connection()
          .execute(async (connection) => {
            if (one.taken) return; // lent meanwhile
            take(one);
            resolve((await connection.executeQuery<R>(query)).rows);
          })
          .catch((error: unknown) => {
            take(one);
            reject(error as Error);
          });
      }),

    async write(work) {
      const lent = { too_much: false };
      const fetch = async (tx: Db) => {
        try {
          return await sql<{ answer: Answer }>`fetch 1 from lent`.execute(tx);
        } catch (error) {
          lent.too_much = true;
          throw error;
        }
      };
      const breatheIn = (tx: Db) => async () => {
        const now = [...waiting]; // who comes meanwhile waits for the next time
        for (const one of now) {
          await sql`select set_config('shuijie.asked', ${one.text}, true)`.execute(tx);
          const { answer } = (await fetch(tx)).rows[0]!;
          take(one);
          if ("failed" in answer) one.refuse(new DatabaseError(answer.failed, { code: answer.code }));
          else one.answer(answer.rows);
        }
      };
      try {
        return await db.transaction().execute(async (tx) => {
          // Numbers in the list of columns are made one by one, in FROM all at once.
          await sql`declare lent no scroll cursor for select read_as_before() as answer
            from (select generate_series(1, ${sql.lit(2 ** 31 - 1)})) as endless`.execute(tx);
          return work(tx, breatheIn(tx));
        });
      } catch (error) {
        if (!lent.too_much) throw error;
        return db.transaction().execute((tx) => work(tx, none));
      }
    },
  };
}

/** The statement with its parameters written into it, as literals of no type yet: it gives them theirs, as it does to
 *  parameters. Throws for what is no parameter of a statement that may be lent. */
function textOf({ sql: text, parameters }: CompiledQuery): string {
  return text.replaceAll(/\$(\d+)/g, (_, n: string) => {
    const value = parameters[Number(n) - 1];
    if (value === null) return "null";
    const said = typeof value === "number" && Number.isFinite(value) ? String(value) : value;
    if (typeof said !== "string" || said.includes("\0"))
      throw new TypeError(`A statement that may be lent has texts and numbers for parameters; $${n} is neither.`);
    return `'${said.replaceAll("'", "''")}'`;
  });
}
