/** Work in the background, step by step: claimed in the database, so that one process does it and another takes over when
 *  that one is gone; stopped between two steps when it is cancelled or the service closes. */
import { randomUUID } from "node:crypto";
import type { OpenDatabase } from "./db/open.ts";
import { DatabaseError, isBroken, StatementTimeout } from "./db/errors.ts";
import { claim, fail, type FailureCode, hold, type RunTable, release } from "./queries/runs.ts";

/** Does the next part of a run, of about `size` items; false when nothing is left (the run is then finished by the job). */
export type Step = (id: string, size: number) => Promise<boolean>;
export type Job = { table: RunTable; step: Step };

export type Jobs = {
  /** There is something to do. */
  wake(): void;
  /** Resolves when nothing is left to do here; for the command line and tests. */
  idle(): Promise<void>;
  close(): Promise<void>;
};

/** A step should take about this long: so late is a cancellation, and so old what is told of the progress. */
const STEP_MS = 600;
const MAX_SIZE = 500;
/** Others may have left work. */
const LOOK_EVERY_MS = 15_000;

export function createJobs(
  database: OpenDatabase,
  log: { error(data: unknown, message: string): void },
  jobs: readonly Job[],
): Jobs {
  const me = randomUUID();
  let closing = false;
  const running: { now?: Promise<void> } = {};
  let again = false;

  async function work(): Promise<void> {
    do {
      again = false;
      for (const job of jobs)
        for (;;) {
          if (closing) return;
          const id = await claim(database.db, job.table, me);
          if (id === undefined) break;
          await run(job, id);
        }
    } while (again);
  }

  async function run({ table, step }: Job, id: string): Promise<void> {
    let size = 20;
    try {
      for (;;) {
        if (closing) return await release(database.db, table, id, me);
        if (!(await hold(database.db, table, id, me))) return;
        const started = performance.now();
        if (!(await step(id, size))) return;
        const took = performance.now() - started;
        size = Math.max(1, Math.min(MAX_SIZE, Math.round(took > 2 * STEP_MS ? size / 2 : took < STEP_MS ? size * 2 : size)));
      }
    } catch (error) {
      log.error({ err: error, run: id, table }, "a run in the background failed");
      // A database that is gone comes back: the run is taken up again when its hold has passed.
      if (isBroken(error)) throw error;
      const text = error instanceof Error ? error.message : String(error);
      await fail(database.db, table, id, me, { code: codeOf(error), text });
    }
  }

  function wake(): void {
    again = true;
    running.now ??= work()
      .catch((error: unknown) => log.error({ err: error }, "background work stopped; it is looked for again"))
      .finally(() => {
        delete running.now;
      });
  }

  const timer = setInterval(wake, LOOK_EVERY_MS).unref();
  return {
    wake,
    idle: async () => {
      while (running.now) await running.now;
    },
    close: async () => {
      closing = true;
      clearInterval(timer);
      await running.now;
    },
  };
}

function codeOf(error: unknown): FailureCode {
  if (error instanceof StatementTimeout) return "timeout";
  return error instanceof DatabaseError ? "database" : "program";
}
