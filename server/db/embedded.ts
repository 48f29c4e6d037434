/** The embedded engine in `DATA_DIR/db`: one connection, handed out in turn, behind the folder's lock. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Kysely } from "kysely";
import { createDialect, type Pool, type Session } from "./dialect.ts";
import { createEngine, type Engine, runOrder } from "./embedded_engine.ts";
import { ConnectionLost, DatabaseError, DatabaseUnavailable } from "./errors.ts";
import { lockFolder } from "./folder_lock.ts";
import { createLending } from "./lending.ts";
import type { Log } from "./log.ts";
import type { OpenDatabase, OpenOptions } from "./open.ts";
import { createQueue } from "./queue.ts";
import { seedPath, unpackSeed } from "./seed.ts";
import type { Tables } from "./tables.ts";
import { readVersions } from "./versions.ts";

export async function openEmbedded(options: OpenOptions): Promise<OpenDatabase> {
  const { dataDir, log, statementTimeoutMs = 30_000 } = options;
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const lock = lockFolder(dataDir, options.holder ?? { command: process.argv.slice(1).join(" ") });
  try {
    const folder = join(dataDir, "db");
    clearLeftovers(dataDir);
    if (!existsSync(folder)) await createFolder(folder, options.seed ?? seedPath(), log);
    const engine = createEngine({ folder, statementTimeoutMs, log });
    try {
      await engine.ready();
      const pool = createPool(engine, statementTimeoutMs, log);
      const db = new Kysely<Tables>({ dialect: createDialect(pool) });
      const versions = await readVersions(db);
      return {
        db,
        engine: "embedded",
        at_once: 1,
        lending: createLending(db),
        versions,
        ping: async () => {
          const session = await pool.acquire();
          await session.run("select 1", []).finally(() => session.release());
        },
        announce: (url) => lock.announce(url),
        operatorToken: lock.token,
        async close() {
          await db.destroy();
          lock.release();
        },
      };
    } catch (error) {
      await engine.close();
      throw error;
    }
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Made beside its place and moved there when complete: a crash half way leaves nothing that looks like a database. */
async function createFolder(folder: string, seed: string, log: Log): Promise<void> {
  const draft = `${folder}.tmp-${process.pid}`;
  if (existsSync(seed)) {
    log.info("making the embedded database from the packed folder");
    try {
      unpackSeed(seed, draft);
      renameSync(draft, folder);
      return;
    } catch (error) {
      log.warn(`the packed folder ${seed} cannot be used (${error instanceof Error ? error.message : String(error)})`);
      rmSync(draft, { recursive: true, force: true });
    }
  }
  log.info("making the embedded database from nothing, which takes about 20 s (npm run prepare shortens it)");
  try {
    await runOrder({ folder: draft });
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    throw new DatabaseUnavailable(
      `The embedded database cannot be made in ${folder}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  renameSync(draft, folder);
}

function clearLeftovers(dataDir: string): void {
  for (const name of readdirSync(dataDir))
    if (name.startsWith("db.tmp-")) rmSync(join(dataDir, name), { recursive: true, force: true });
}

function createPool(engine: Engine, idleLimitMs: number, log: Log): Pool {
  const turns = createQueue(["the one connection"]);
  return {
    async acquire() {
      const turn = await turns.take();
      try {
        const life = await engine.ready();
        return createSession(engine, life, { idleLimitMs, log, wanted: turns.wanted, done: () => turns.give(turn) });
      } catch (error) {
        turns.give(turn);
        throw error;
      }
    },
    async close() {
      turns.close(new DatabaseUnavailable("The database is closed."));
      await engine.close();
    },
  };
}

type Holding = { idleLimitMs: number; log: Log; wanted(): boolean; done(): void };

function createSession(engine: Engine, life: number, { idleLimitMs, log, wanted, done }: Holding): Session {
  let status = "I";
  let expired = false;
  let idle: NodeJS.Timeout | undefined;
  let last: Promise<unknown> = Promise.resolve();

  /** A transaction that does nothing while others wait is ended, as PostgreSQL's idle_in_transaction_session_timeout does.
   *  Most often it waits for itself: `db` was used inside a transaction where its own `trx` was meant. */
  function watchIdle(): void {
    idle = setTimeout(() => {
      if (!wanted()) return watchIdle();
      expired = true;
      log.error(
        `a transaction did nothing for ${idleLimitMs} ms while others waited, and was rolled back; was db used inside it instead of its own trx?`,
      );
      last = engine.run(life, "rollback", []).catch(() => undefined);
      void last.then(release);
    }, idleLimitMs);
    idle.unref();
  }

  async function run(text: string, parameters: readonly unknown[]) {
    clearTimeout(idle);
    if (expired)
      throw new ConnectionLost(
        `The transaction was rolled back, because it did nothing for ${idleLimitMs} ms while others waited.`,
      );
    const before = last;
    const running = (async () => {
      await before.catch(() => undefined); // statements of one connection run one after another
      return engine.run(life, text, parameters);
    })();
    last = running;
    try {
      const answer = await running;
      status = answer.status;
      return answer;
    } catch (error) {
      if (error instanceof DatabaseError && status === "T") status = "E";
      throw error;
    } finally {
      if (status !== "I" && last === running) watchIdle();
    }
  }

  let released = false;
  function release(): void {
    clearTimeout(idle);
    if (released) return;
    released = true;
    engine.rest();
    done();
  }
  return { run, release };
}
