/** Renders reports: light ones here, heavy ones in a thread of their own that is started when it is first needed. */
/* oxlint-disable unicorn/require-post-message-target-origin -- a thread, not a window */
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

let current: Worker | undefined;
let asked = 0;
let idle: NodeJS.Timeout | undefined;
const waiting = new Map<number, Waiting>();

/** The bytes of the report. Throws when it cannot be made (the next one is tried afresh), ReportsBusy when too many wait. */
export function makeReport(rendering: Rendering, report: Report): Promise<string | Uint8Array> {
  if (!rendering.heavy) return rendering.render(report, reportAssets);
  if (waiting.size >= MOST_WAITING) return Promise.reject(new ReportsBusy());
  const id = ++asked;
  const worker = (current ??= start());
  worker.ref();
  clearTimeout(idle);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => giveUp(worker, new Error(`A report took longer than ${LIMIT_MS / 1000} s.`)), LIMIT_MS);
    waiting.set(id, { resolve, reject, timer });
    worker.postMessage({ id, format: rendering.id, report } satisfies Order);
  });
}

function start(): Worker {
  const worker = new Worker(new URL("./report_worker.ts", import.meta.url), { name: "reports", env: {} });
  worker.on("message", (made: Made) => {
    const one = waiting.get(made.id);
    if (!one) return;
    waiting.delete(made.id);
    clearTimeout(one.timer);
    if ("failed" in made) one.reject(new Error(made.failed));
    else one.resolve(made.bytes);
    rest(worker);
  });
  worker.on("error", (error: unknown) => giveUp(worker, error instanceof Error ? error : new Error(String(error))));
  worker.on("exit", () => giveUp(worker, new Error("The thread that makes reports has ended.")));
  return worker;
}

/** Nothing to do: the thread keeps no program alive, and goes after a while. */
function rest(worker: Worker): void {
  if (waiting.size > 0) return;
  worker.unref();
  clearTimeout(idle);
  idle = setTimeout(() => giveUp(worker, new Error("idle")), IDLE_MS);
  idle.unref();
}

/** Ends the worker; whoever waits for it is told. */
function giveUp(worker: Worker, error: Error): void {
  if (current !== worker) return;
  current = undefined;
  void worker.terminate();
  for (const { reject, timer } of waiting.values()) {
    clearTimeout(timer);
    reject(error);
  }
  waiting.clear();
}
