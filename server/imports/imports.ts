/** Imports from upload to staging, and what is left of them afterwards: one reading child at a time, and nothing of a
 *  caller who hung up or of a file that could not be read. */
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Request } from "express";
import type { Db } from "../db/open.ts";
import { createQueue } from "../db/queue.ts";
import type { ReadOptions } from "../formats/format.ts";
import { Problem } from "../problem.ts";
import { dropLostDrafts } from "../queries/change_drafts.ts";
import {
  dropImport,
  dropOldImports,
  finishImport,
  readImport,
  replaceImport,
  type StagedFault,
  type StagedRow,
  stageFaults,
  stageRows,
  storeImport,
} from "../queries/imports.ts";
import type { ImportLimits } from "./limits.ts";
import type { Stored } from "./preview.ts";
import { type Read, readLines, readUpload } from "./reading.ts";
import { receiveUpload, type UploadedFile } from "./upload.ts";

export type Imports = {
  limits: ImportLimits;
  /** Receives, reads and stages an upload; its id. Throws a Problem; then nothing of it is left. */
  receive(request: Request, options: ReadOptions): Promise<string>;
  /** Reads a kept upload again, with other options. Throws 410 when the upload is gone. */
  readAgain(stored: Stored, options: ReadOptions, signal: AbortSignal): Promise<void>;
  /** Removes what was kept long enough. */
  clean(): Promise<void>;
  close(): Promise<void>;
};

type Log = { error(data: unknown, message: string): void };

/** Vertices written by one statement: the embedded engine answers nobody else meanwhile. */
const PORTION = 20_000;
const CLEAN_EVERY_MS = 3_600_000;
/** A folder that no import knows may be one that another process is just receiving. */
const LOST_AFTER_MS = 3_600_000;

export function createImports(db: Db, folder: string, limits: ImportLimits, log: Log): Imports {
  const turns = createQueue(["the one reading child"]);
  const closing = new AbortController();
  const working = new Set<Promise<unknown>>();
  /** Uploads that are being received: no import knows them yet. */
  const busy = new Set<string>();

  async function stage(id: string, place: string): Promise<void> {
    for await (const lines of readLines(place, PORTION)) {
      if (closing.signal.aborted) throw new Problem(503, "closing");
      const rows = lines.filter((line): line is StagedRow => !("fault" in line));
      const faults = lines.flatMap((line): StagedFault[] =>
        "fault" in line
          ? [
              {
                layer: line.layer,
                row: line.fault.row,
                key: `import.fault.${line.fault.code}`,
                params: line.fault.params,
                x: line.fault.position?.[0] ?? null,
                y: line.fault.position?.[1] ?? null,
              },
            ]
          : [],
      );
      await stageRows(db, id, rows);
      await stageFaults(db, id, faults);
    }
  }

  async function inTurn<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const turn = await turns.take();
    try {
      if (signal.aborted) throw new Problem(400, "aborted");
      return await work();
    } finally {
      turns.give(turn);
    }
  }

  function keep<T>(work: Promise<T>): Promise<T> {
    working.add(work);
    const done = () => working.delete(work);
    work.then(done, done);
    return work;
  }

  async function receive(request: Request, options: ReadOptions): Promise<string> {
    const id = randomUUID();
    const place = join(folder, id);
    const gone = new AbortController();
    const hangUp = () => gone.abort();
    request.on("close", () => !request.complete && hangUp());
    request.socket.on("close", hangUp);
    const signal = AbortSignal.any([gone.signal, closing.signal]);
    let stored = false;
    busy.add(id);
    try {
      const files = await receiveUpload(request, place, limits);
      const read = await inTurn(signal, () => readUpload(place, files, options, limits, signal));
      await storeImport(db, { id, kept_hours: limits.kept_hours, format: read.format, files: pathless(files), layers: [] });
      stored = true;
      await stage(id, place);
      if (gone.signal.aborted) throw new Problem(400, "aborted");
      // The layers are written last: an import without them was left half done.
      await finish(id, read);
      return id;
    } catch (error) {
      if (stored)
        await dropImport(db, id).catch((problem: unknown) =>
          log.error({ err: problem }, "an import could not be removed; it is removed later"),
        );
      await rm(place, { recursive: true, force: true });
      throw error;
    } finally {
      request.socket.off("close", hangUp);
      busy.delete(id);
    }
  }

  async function finish(id: string, { format, layers }: Read): Promise<void> {
    await finishImport(db, { id, format, layers });
    await rm(join(folder, id, "read.ndjson"), { force: true });
  }

  async function readAgain(stored: Stored, options: ReadOptions, signal: AbortSignal): Promise<void> {
    const { id } = stored;
    const place = join(folder, id);
    if (!existsSync(place)) throw new Problem(410, "upload-gone", { id });
    const files = stored.files.map((file, index): UploadedFile => ({ ...file, path: join(place, String(index + 1)) }));
    const both = AbortSignal.any([signal, closing.signal]);
    await inTurn(both, async () => {
      const read = await readUpload(place, files, options, limits, both);
      await replaceImport(db, { id, format: read.format, layers: [] });
      try {
        await stage(id, place);
        await finish(id, read);
      } catch (error) {
        // Half of it must not be taken for the whole.
        await dropImport(db, id).catch((problem: unknown) =>
          log.error({ err: problem }, "an import could not be removed; it is removed later"),
        );
        await rm(place, { recursive: true, force: true });
        throw error;
      }
    });
  }

  async function clean(): Promise<void> {
    await dropLostDrafts(db);
    const dropped = new Set(await dropOldImports(db));
    for (const name of await readdir(folder).catch(() => [])) {
      if (!/^[0-9a-f-]{36}$/.test(name) || busy.has(name)) continue;
      const place = join(folder, name);
      const lost = async () => !(await readImport(db, name)) && Date.now() - (await stat(place)).mtimeMs > LOST_AFTER_MS;
      if (dropped.has(name) || (await lost())) await rm(place, { recursive: true, force: true });
    }
  }

  const timer = setInterval(() => {
    keep(clean()).catch((error: unknown) => log.error({ err: error }, "old imports could not be removed"));
  }, CLEAN_EVERY_MS).unref();

  return {
    limits,
    receive: (request, options) => keep(receive(request, options)),
    readAgain: (stored, options, signal) => keep(readAgain(stored, options, signal)),
    clean: () => keep(clean()),
    async close() {
      clearInterval(timer);
      closing.abort();
      await Promise.allSettled(working);
    },
  };
}

function pathless(files: UploadedFile[]): Omit<UploadedFile, "path">[] {
  return files.map(({ name, bytes }) => ({ name, bytes }));
}
