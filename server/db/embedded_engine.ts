/** The thread of the embedded engine, seen from outside: one statement at a time, each within its time, restarted when it dies. */
/* oxlint-disable unicorn/require-post-message-target-origin -- a thread, not a window */
import { Worker } from "node:worker_threads";
import type { Answer } from "./dialect.ts";
import type { WorkerOrder, WorkerReply, WorkerRequest } from "./embedded_worker.ts";
import { ConnectionLost, DatabaseError, DatabaseUnavailable, LostError, StatementTimeout } from "./errors.ts";
import type { Log } from "./log.ts";
import { readValue } from "./values.ts";

export type Engine = {
  /** Resolves with the number of the running thread, starting one when none runs. It changes with each restart. */
  ready(): Promise<number>;
  /** Runs one statement on thread `life`; rejects with ConnectionLost when that thread is gone. Never called while one runs. */
  run(life: number, text: string, parameters: readonly unknown[]): Promise<Answer & { status: string }>;
  /** Between transactions: the moment to replace a thread that has served too long. */
  rest(): void;
  close(): Promise<void>;
};

type Settled = { resolve(reply: WorkerReply): void; reject(error: Error): void };
type Running = { worker: Worker; life: number };

/** Raised errors skip the destructors of GEOS and PROJ, so memory leaks, a little each time. */
const MOST_CAUGHT = 200;
/** Every statement that fails leaves a little on the thread's stack: after some 870 it was full, and then nothing works any
 *  more, not even a rollback. */
const MOST_FAILED = 400;
const SOME_FAILED = 50;
const STACK_FULL = "54001";
const CLOSE_WITHIN_MS = 5000;

/** Starts a thread for one order that ends with `ready`, and ends it. For building the seed and a new folder. */
export async function runOrder(order: WorkerOrder): Promise<void> {
  const worker = startWorker(order);
  const ended = new Promise((resolve) => worker.once("exit", resolve));
  try {
    await firstReply(worker);
    worker.postMessage("close" satisfies WorkerRequest);
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, CLOSE_WITHIN_MS).unref())]);
  } finally {
    await worker.terminate();
  }
}

export function createEngine(options: { folder: string; statementTimeoutMs: number; log: Log }): Engine {
  const { folder, statementTimeoutMs, log } = options;
  let lives = 0;
  let current: Promise<Running> | undefined;
  let living: Worker | undefined;
  let dying: Promise<unknown> = Promise.resolve();
  let pending: Settled | undefined;
  let caught = 0;
  let failed = 0;
  let closed = false;

  async function start(): Promise<Running> {
    await dying; // never two threads on one folder
    const life = ++lives;
    const started = performance.now();
    const worker = startWorker({ folder });
    try {
      await firstReply(worker);
    } catch (error) {
      await worker.terminate();
      throw new DatabaseUnavailable(`The embedded database in ${folder} does not open: ${messageOf(error)}`, { cause: error });
    }
    worker.on("message", (reply: WorkerReply) => settle((waiting) => waiting.resolve(reply)));
    worker.on("error", (error) => log.error({ err: error }, "the embedded database's thread failed"));
    worker.once("exit", () => {
      if (living === worker && !closed) end("its thread ended by itself");
    });
    living = worker;
    caught = failed = 0;
    if (life > 1) log.info({ ms: Math.round(performance.now() - started) }, "the embedded database is open again");
    return { worker, life };
  }

  function ready(): Promise<Running> {
    if (closed) return Promise.reject(new DatabaseUnavailable("The database is closed."));
    if (current === undefined) {
      const starting = start();
      current = starting;
      starting.catch((error: unknown) => {
        log.error(messageOf(error));
        if (current === starting) current = undefined; // the next statement tries again
      });
    }
    return current;
  }

  function settle(how: (waiting: Settled) => void): void {
    const waiting = pending;
    pending = undefined;
    if (waiting) how(waiting);
  }

  /** Kills the thread, fails what it was doing, and starts another. */
  function end(why: string, error: Error = new ConnectionLost(`The embedded database was restarted: ${why}.`)): void {
    const gone = current;
    if (gone === undefined) return;
    log.warn(`restarting the embedded database: ${why}`);
    current = undefined;
    living = undefined;
    dying = gone.then(({ worker }) => worker.terminate()).catch(() => undefined);
    settle((waiting) => waiting.reject(error));
    if (!closed) ready().catch(() => undefined);
  }

  async function run(life: number, text: string, parameters: readonly unknown[]): Promise<Answer & { status: string }> {
    const { worker, life: now } = await ready();
    if (now !== life)
      throw new ConnectionLost("The embedded database was restarted, and with it this transaction was rolled back.");
    const late = setTimeout(() => {
      const message = `The statement took longer than ${statementTimeoutMs} ms and was ended: ${text.slice(0, 80)}`;
      end(`a statement took longer than ${statementTimeoutMs} ms`, new StatementTimeout(message));
    }, statementTimeoutMs);
    try {
      const reply = await new Promise<WorkerReply>((resolve, reject) => {
        pending = { resolve, reject };
        try {
          worker.postMessage({ text, parameters } satisfies WorkerRequest);
        } catch (error) {
          pending = undefined;
          reject(new DatabaseError(`A parameter cannot be sent: ${messageOf(error)}`, { code: "22023" }));
        }
      });
      return answerOf(reply, text);
    } finally {
      clearTimeout(late);
    }
  }

  function answerOf(reply: WorkerReply, text: string): Answer & { status: string } {
    if (reply.kind === "answer") return { ...readTag(reply.tag), rows: readRows(reply), status: reply.status };
    // One statement alone may be too deep for any stack.
    if (reply.kind === "error" && reply.code === STACK_FULL && failed + caught >= SOME_FAILED) {
      const error = new ConnectionLost("The embedded database was restarted: its stack was full.");
      end("its stack is full", error);
      throw error;
    }
    if (reply.kind === "error") {
      failed++;
      if (!reply.caught) throw new DatabaseError(reply.message, { code: reply.code, constraint: reply.constraint });
      caught++;
      log.warn({ statement: text.slice(0, 80) }, `GEOS or PROJ failed: ${reply.message}`);
      if (reply.code === "XX000") throw new LostError(reply.message, text);
      throw new DatabaseError(reply.message, { code: reply.code });
    }
    const why = "message" in reply ? reply.message : "it answered out of turn";
    const error = /lost an error/.test(why)
      ? new LostError(why, text)
      : new ConnectionLost(`The embedded database was restarted: ${why}.`);
    end(why);
    throw error;
  }

  return {
    ready: async () => (await ready()).life,
    run,
    rest() {
      if (caught >= MOST_CAUGHT && !closed) end(`${caught} failures of GEOS and PROJ have been caught in it`);
      else if (failed >= MOST_FAILED && !closed) end(`${failed} statements have failed in it`);
    },
    async close() {
      if (closed) return;
      closed = true;
      const running = await current?.catch(() => undefined);
      if (running !== undefined) {
        const ended = new Promise((resolve) => running.worker.once("exit", resolve));
        running.worker.postMessage("close" satisfies WorkerRequest);
        await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, CLOSE_WITHIN_MS).unref())]);
        settle((waiting) => waiting.reject(new ConnectionLost("The database was closed.")));
        await running.worker.terminate();
      }
      await dying;
    },
  };
}

function startWorker(order: WorkerOrder): Worker {
  return new Worker(new URL("./embedded_worker.ts", import.meta.url), { workerData: order, name: "embedded database" });
}

function firstReply(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.once("message", (reply: WorkerReply) =>
      reply.kind === "ready" ? resolve() : reject(new Error("message" in reply ? reply.message : reply.kind)),
    );
    worker.once("error", reject);
    worker.once("exit", (code) => reject(new Error(`its thread ended with code ${code} while opening`)));
  });
}

/** `INSERT 0 5`, `SELECT 2`, `CREATE TABLE`. */
function readTag(tag: string): { command: string; affected: number | undefined } {
  const words = tag.split(" ");
  const last = words.at(-1)!;
  return { command: words[0]!, affected: /^\d+$/.test(last) ? Number(last) : undefined };
}

function readRows({ columns, rows }: Extract<WorkerReply, { kind: "answer" }>): Record<string, unknown>[] {
  return rows.map((cells) => {
    const row: Record<string, unknown> = {};
    columns.forEach(({ name, type }, n) => {
      const cell = cells[n];
      row[name] = cell === null || cell === undefined ? null : readValue(cell, type);
    });
    return row;
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
