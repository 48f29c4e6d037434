/** The thread that writes one large file; see export_file.ts. */
import { parentPort, workerData } from "node:worker_threads";
import type { Written, WriteOrder } from "./export_file.ts";
import { FormatError } from "./formats/format.ts";
import { WRITERS } from "./formats/out/index.ts";
import { xlsxOf } from "./workbook.ts";

const port = parentPort!;
const order = workerData as WriteOrder;
let answer: Written;
try {
  answer =
    "table" in order
      ? { bytes: await xlsxOf(order.table, order.sheet) }
      : { file: await WRITERS.find(({ id }) => id === order.id)!.write(order.layer, order.options) };
} catch (error) {
  if (!(error instanceof FormatError)) throw error;
  answer = { refused: { code: error.code, params: error.params } };
}
port.postMessage(answer);
