/** Reads an upload in a child process of its own: bounded in time and memory, killed when it goes over, and told nothing of
 *  this service but the files. What it read comes back as a file of lines, so that neither process holds it whole. */
import { fork } from "node:child_process";
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { FormatNote, ReadLayer, ReadOptions } from "../formats/format.ts";
import type { Geometry, Position } from "../api/common.ts";
import { Problem } from "../problem.ts";
import type { ImportLimits } from "./limits.ts";
import type { UploadedFile } from "./upload.ts";

/** What is known of a layer of the file besides its rows. Kept with the import. */
export type LayerMeta = Omit<ReadLayer, "features" | "faults"> & {
  features: number;
  vertices: number;
  /** Some of its positions, spread over the layer: what its reference system is looked for by. */
  sample: Position[];
};

export type Read = { format: string; layers: LayerMeta[] };

/** One line of what was read. */
export type ReadLine =
  | { layer: number; n: number; row: number; vertices: number; geometry: Geometry | null; properties: Record<string, unknown> }
  | { layer: number; fault: FormatNote };

export type ReadOrder = {
  files: UploadedFile[];
  options: ReadOptions;
  limits: Pick<ImportLimits, "bytes" | "vertices" | "features" | "depth">;
  /** Where the lines go. */
  out: string;
};

export type ReadAnswer = { read: Read } | { refused: { code: string; params: Record<string, string | number> } };

const OUT = "read.ndjson";

/** Reads the files in `folder`. Throws a Problem: 422 what the file is or lacks, 413 over a limit. Aborting kills. */
export async function readUpload(
  folder: string,
  files: UploadedFile[],
  options: ReadOptions,
  limits: ImportLimits,
  signal: AbortSignal,
): Promise<Read> {
  if (signal.aborted) throw new Problem(400, "aborted");
  const child = fork(join(import.meta.dirname, "reading_child.ts"), {
    execPath: process.execPath,
    execArgv: [`--max-old-space-size=${limits.memory_mb}`],
    env: {},
    stdio: ["ignore", "ignore", "ignore", "ipc"],
    serialization: "json",
  });
  let why: "time" | "abort" | undefined;
  const stop = (reason: "time" | "abort") => {
    why ??= reason;
    child.kill("SIGKILL");
  };
  const timer = setTimeout(() => stop("time"), limits.seconds * 1000);
  const abort = () => stop("abort");
  signal.addEventListener("abort", abort);
  try {
    const answer = await new Promise<ReadAnswer | undefined>((resolve, reject) => {
      child.on("error", reject);
      child.on("message", (message) => resolve(message as ReadAnswer));
      child.on("exit", () => resolve(undefined));
      const { bytes, vertices, features, depth } = limits;
      const order: ReadOrder = { files, options, limits: { bytes, vertices, features, depth }, out: join(folder, OUT) };
      child.send(order, () => undefined); // a child that is gone says so by its exit
    });
    if (answer && "read" in answer) return answer.read;
    if (answer)
      throw new Problem(
        422,
        "unreadable-file",
        {},
        { faults: [{ pointer: "#/file", key: `import.fault.${answer.refused.code}`, params: answer.refused.params }] },
      );
    if (why === "abort") throw new Problem(400, "aborted");
    if (why === "time") throw new Problem(422, "reading-too-long", { seconds: limits.seconds });
    throw new Problem(422, "reading-too-big", { memory_mb: limits.memory_mb });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
    child.kill("SIGKILL");
  }
}

/** What was read, in portions of at most `vertices` vertices (more where one row alone has more) and 1,000 lines. */
export async function* readLines(folder: string, vertices: number): AsyncGenerator<ReadLine[]> {
  const lines = createInterface({ input: createReadStream(join(folder, OUT), "utf8"), crlfDelay: Infinity });
  let portion: ReadLine[] = [];
  let weight = 0;
  for await (const text of lines) {
    const line = JSON.parse(text) as ReadLine;
    const own = "vertices" in line ? line.vertices : 0;
    if (portion.length > 0 && (weight + own > vertices || portion.length >= 1000)) {
      yield portion;
      portion = [];
      weight = 0;
    }
    portion.push(line);
    weight += own;
  }
  if (portion.length > 0) yield portion;
}
