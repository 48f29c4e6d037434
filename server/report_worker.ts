/** Makes heavy renderings beside the service: tiles and checks are answered meanwhile. One at a time. */
import { parentPort } from "node:worker_threads";
import { reportAssets } from "./report_assets.ts";
import { renderings } from "./reports/index.ts";
import type { Report } from "./reports/report.ts";

export type Order = { id: number; format: string; report: Report };
export type Made = { id: number } & ({ bytes: string | Uint8Array } | { failed: string });

const port = parentPort!;
port.on("message", ({ id, format, report }: Order) => {
  const rendering = renderings.find((each) => each.id === format)!;
  rendering.render(report, reportAssets).then(
    (bytes) => port.postMessage({ id, bytes } satisfies Made),
    (error: unknown) =>
      port.postMessage({
        id,
        failed: error instanceof Error ? (error.stack ?? error.message) : String(error),
      } satisfies Made),
  );
});
