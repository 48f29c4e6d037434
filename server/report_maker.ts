/** Renders reports: light ones here, heavy ones in a thread of their own that is started when it is first needed. */
import { Worker } from "node:worker_threads";
import { reportAssets } from "./report_assets.ts";
import type { Made, Order } from "./report_worker.ts";
import type { Rendering, Report } from "./reports/report.ts";

/** A report that takes longer is not to be had. */
const LIMIT_MS = 120_000;
/** The thread holds some 200 MB of fonts and programs: it is let go when nobody needed it for so long. */
const IDLE_MS = 300_000;

/** As many wait; who comes then is asked to come again. */
const MOST_WAITING = 24;

export class ReportsBusy extends Error {}

type Waiting = { resolve(bytes: string | Uint8Array): void; reject(error: Error): void; timer: NodeJS.Timeout };

let worker: Worker | undefined;
let asked = 0;
let idle: NodeJS.Timeout | undefined;
const waiting = new Map<number, Waiting>();

/** The bytes of the report. Throws when it cannot be made (the next one is tried afresh), ReportsBusy when too many wait. */
export function makeReport(rendering: Rendering, report: Report): Promise<string | Uint8Array> {
  if (!rendering.heavy) return rendering.render(report, reportAssets);
  if (waiting.size >= MOST_WAITING) return Promise.reject(new ReportsBusy());
  const id = ++asked;
  const thread = (worker ??= start());
  thread.ref();
  clearTimeout(idle);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => giveUp(thread, new Error(`A report took longer than ${LIMIT_MS / 1000} s.`)), LIMIT_MS);
    waiting.set(id, { resolve, reject, timer });
    thread.postMessage({ id, format: rendering.id, report } satisfies Order);
  });
}

function start(): Worker {
  const thread = new Worker(new URL("./report_worker.ts", import.meta.url), { name: "reports", env: {} });
  thread.on("message", (made: Made) => {
    const one = waiting.get(made.id);
    if (!one) return;
    waiting.delete(made.id);
    clearTimeout(one.timer);
    if ("failed" in made) one.reject(new Error(made.failed));
    else one.resolve(made.bytes);
    rest(thread);
  });
  thread.on("error", (error: unknown) => giveUp(thread, error instanceof Error ? error : new Error(String(error))));
  thread.on("exit", () => giveUp(thread, new Error("The thread that makes reports has ended.")));
  return thread;
}

/** Nothing to do: the thread keeps no program alive, and goes after a while. */
function rest(thread: Worker): void {
  if (waiting.size > 0) return;
  thread.unref();
  clearTimeout(idle);
  idle = setTimeout(() => giveUp(thread, new Error("idle")), IDLE_MS);
  idle.unref();
}

/** Ends the thread; whoever waits for it is told. */
function giveUp(thread: Worker, error: Error): void {
  if (worker !== thread) return;
  worker = undefined;
  void thread.terminate();
  for (const { reject, timer } of waiting.values()) {
    clearTimeout(timer);
    reject(error);
  }
  waiting.clear();
}
