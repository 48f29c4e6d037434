/** Writing files without keeping others waiting: small ones at once, large ones one after the other in a thread of their own. */
import { Worker } from "node:worker_threads";
import { FormatError } from "./formats/format.ts";
import { sayBoth } from "./messages.ts";
import { Problem } from "./problem.ts";
import { xlsxOf } from "./workbook.ts";
import type { Table } from "./table.ts";
import type { OutFile, OutLayer, OutOptions, Writer } from "./formats/out/writer.ts";

type LayerOrder = { id: string; layer: OutLayer; options: OutOptions };
type TableOrder = { table: Table; sheet: string };
export type WriteOrder = LayerOrder | TableOrder;
type Refused = { refused: Pick<FormatError, "code" | "params"> };
export type Written = { file: OutFile } | { bytes: Uint8Array } | Refused;

/** Up to so many vertices and features a file takes some tens of milliseconds, less than a thread needs to start. */
const SMALL = 2_000;
const SECONDS = 120;
const HEAP_MB = 1536;

/** Each that waits holds its features. */
const MOST_WAITING = 8;

let before: Promise<unknown> = Promise.resolve();
let waiting = 0;

/** The file of a layer. `size` is its number of vertices and features. Throws a Problem: 422 why the writer cannot, or that its
 *  thread had to be stopped, 503 when too many wait. */
export async function writeFile(writer: Writer, layer: OutLayer, options: OutOptions, size: number): Promise<OutFile> {
  try {
    if (size <= SMALL) return writer.write(layer, options);
    const written = await queued({ id: writer.id, layer, options });
    return (written as { file: OutFile }).file;
  } catch (error) {
    throw impossible(error);
  }
}

/** A list as a workbook, see `xlsxOf`. Throws as `writeFile` does. */
export async function writeWorkbook(table: Table, sheet: string): Promise<Buffer> {
  try {
    if (table.rows.length * table.columns.length <= SMALL) return await xlsxOf(table, sheet);
    return Buffer.from(((await queued({ table, sheet })) as { bytes: Uint8Array }).bytes);
  } catch (error) {
    throw impossible(error);
  }
}

/** The 422 that says why a file cannot be written so; anything but a FormatError as it came. */
export function impossible(error: unknown): unknown {
  if (!(error instanceof FormatError)) return error;
  return new Problem(422, "export-impossible", { reason: sayBoth(`export.fault.${error.code}`, error.params) });
}

async function queued(order: WriteOrder): Promise<Exclude<Written, Refused>> {
  if (waiting >= MOST_WAITING) throw new Problem(503, "exports-busy");
  waiting += 1;
  const made = before.then(() => inThread(order)).finally(() => (waiting -= 1));
  before = made.catch(() => undefined);
  const written = await made;
  if ("refused" in written) throw new FormatError(written.refused.code, written.refused.params);
  return written;
}

function inThread(order: WriteOrder): Promise<Written> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./export_worker.ts", import.meta.url), {
      workerData: order,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
    });
    const timer = setTimeout(() => {
      reject(new FormatError("too_slow", { seconds: SECONDS }));
      void worker.terminate();
    }, SECONDS * 1000);
    const settle = (done: () => void) => {
      clearTimeout(timer);
      done();
    };
    worker.once("message", (written: Written) => settle(() => resolve(written)));
    worker.once("error", (error: NodeJS.ErrnoException) =>
      settle(() =>
        reject(error.code === "ERR_WORKER_OUT_OF_MEMORY" ? new FormatError("too_large", { memory_mb: HEAP_MB }) : error),
      ),
    );
    // After an answer this changes nothing.
    worker.once("exit", (code) => settle(() => reject(new Error(`the thread that writes files ended with ${code}`))));
  });
}
