/** Renders reports: light ones here, heavy ones in a thread of their own that is started when it is first needed. One at a
 *  time, within a time and a memory: what goes beyond ends that thread and that report, and the next has a new one. */
/* oxlint-disable unicorn/require-post-message-target-origin -- a thread, not a window */
import { Worker } from "node:worker_threads";
import { reportAssets } from "./report_assets.ts";
import type { Made, Order } from "./report_worker.ts";
import type { Rendering, Report } from "./reports/report.ts";

export type ReportLimits = {
  /** For one rendering, from when its turn has come. */
  seconds: number;
  /** Of the thread's heap; fonts and pictures lie outside it. */
  memory_mb: number;
  /** As many wait; who comes then is asked to come again. */
  waiting: number;
};

export const REPORT_LIMITS: Readonly<ReportLimits> = { seconds: 120, memory_mb: 1536, waiting: 24 };

/** The thread holds some 200 MB of fonts and programs: it is let go when nobody needed it for so long. */
const IDLE_MS = 300_000;

/** A report that was not made because of a limit; which, and what it is. */
export class ReportRefused extends Error {
  readonly reason: "busy" | "too-slow" | "too-large";
  readonly limits: ReportLimits;

  constructor(reason: ReportRefused["reason"], limits: ReportLimits) {
    super(`report refused: ${reason}`);
    this.reason = reason;
    this.limits = limits;
  }
}

export type ReportMaker = {
  /** The bytes of the report. Throws when it cannot be made (the next one is tried afresh), ReportRefused at a limit. */
  make(rendering: Rendering, report: Report): Promise<string | Uint8Array>;
  /** Ends the thread; what waits is refused with an error. */
  close(): Promise<void>;
};

type Job = { order: Omit<Order, "id">; resolve(bytes: string | Uint8Array): void; reject(error: Error): void };

export function createReportMaker(limits: ReportLimits = REPORT_LIMITS): ReportMaker {
  const queue: Job[] = [];
  let running: { id: number; job: Job; timer: NodeJS.Timeout } | undefined;
  let current: Worker | undefined;
  let asked = 0;
  let idle: NodeJS.Timeout | undefined;

  function next(): void {
    if (running) return;
    const job = queue.shift();
    if (!job) return rest();
    clearTimeout(idle);
    const worker = (current ??= start());
    worker.ref();
    const timer = setTimeout(() => giveUp(worker, new ReportRefused("too-slow", limits)), limits.seconds * 1000);
    running = { id: ++asked, job, timer };
    worker.postMessage({ id: running.id, ...job.order } satisfies Order);
  }

  function start(): Worker {
    const worker = new Worker(new URL("./report_worker.ts", import.meta.url), {
      name: "reports",
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: limits.memory_mb },
    });
    worker.on("message", (made: Made) => {
      if (made.id !== running?.id) return;
      settle(({ resolve, reject }) => ("failed" in made ? reject(new Error(made.failed)) : resolve(made.bytes)));
    });
    worker.on("error", (error: NodeJS.ErrnoException) =>
      giveUp(worker, error.code === "ERR_WORKER_OUT_OF_MEMORY" ? new ReportRefused("too-large", limits) : error),
    );
    worker.on("exit", () => giveUp(worker, new Error("The thread that makes reports has ended.")));
    return worker;
  }

  /** Ends the report at hand, and begins the next. */
  function settle(end: (job: Job) => void): void {
    const done = running;
    running = undefined;
    if (done) {
      clearTimeout(done.timer);
      end(done.job);
    }
    next();
  }

  /** Nothing to do: the thread keeps no program alive, and goes after a while. */
  function rest(): void {
    const worker = current;
    if (!worker) return;
    worker.unref();
    clearTimeout(idle);
    idle = setTimeout(() => giveUp(worker, new Error("idle")), IDLE_MS);
    idle.unref();
  }

  /** Ends the thread and the report it was at; those that wait get a new one. */
  function giveUp(worker: Worker, error: Error): void {
    if (current !== worker) return;
    current = undefined;
    void worker.terminate();
    settle(({ reject }) => reject(error));
  }

  return {
    async make(rendering, report) {
      if (!rendering.heavy) return rendering.render(report, reportAssets);
      if (queue.length >= limits.waiting) throw new ReportRefused("busy", limits);
      return new Promise((resolve, reject) => {
        queue.push({ order: { format: rendering.id, report }, resolve, reject });
        next();
      });
    },
    async close() {
      clearTimeout(idle);
      for (const { reject } of queue.splice(0)) reject(new Error("The service is closing."));
      const worker = current;
      if (!worker) return;
      giveUp(worker, new Error("The service is closing."));
      await worker.terminate();
    },
  };
}
