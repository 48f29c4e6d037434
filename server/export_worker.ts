/** The thread that writes one large file; see export_file.ts. */
import { parentPort, workerData } from "node:worker_threads";
import type { Written, WriteOrder } from "./export_file.ts";
import { FormatError } from "./formats/format.ts";
import { WRITERS } from "./formats/out/index.ts";

const port = parentPort!;
const { id, layer, options } = workerData as WriteOrder;
let answer: Written;
try {
  answer = { file: await WRITERS.find((writer) => writer.id === id)!.write(layer, options) };
} catch (error) {
  if (!(error instanceof FormatError)) throw error;
  answer = { refused: { code: error.code, params: error.params } };
}
port.postMessage(answer);
