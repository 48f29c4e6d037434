/** An upload, streamed to disk: never held in memory, never under a name that the caller chose, gone when the caller is. */
import { createWriteStream } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Busboy } from "@fastify/busboy";
import type { Request } from "express";
import { Problem } from "../problem.ts";
import type { ImportLimits } from "./limits.ts";

/** `path` is ours; `name` is what the caller called it. */
export type UploadedFile = { name: string; path: string; bytes: number };

/** Writes every part named `file`, and a part named `text` as a file, into `folder`, which is made. Throws a Problem, and
 *  what the request throws when the caller hangs up; `folder` is then gone. */
export async function receiveUpload(request: Request, folder: string, limits: ImportLimits): Promise<UploadedFile[]> {
  const type = request.headers["content-type"] ?? "";
  if (!/^multipart\/form-data\s*;/i.test(type)) throw new Problem(415, "not-multipart", { got: type.slice(0, 80) || "-" });
  const length = Number(request.headers["content-length"] ?? 0);
  const tooLarge = () => new Problem(413, "upload-too-large", { limit_mb: mb(limits.bytes), got_mb: mb(length) || "-" });
  // The envelope of each part is small; what is plainly over the limit is refused before it is sent.
  if (length > limits.bytes + 1024 * 1024) throw tooLarge();
  await mkdir(folder, { recursive: true, mode: 0o700 });
  try {
    const files = await receive(request, folder, limits, tooLarge);
    if (files.length === 0) throw new Problem(422, "nothing-uploaded");
    return files;
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function receive(request: Request, folder: string, limits: ImportLimits, tooLarge: () => Problem): Promise<UploadedFile[]> {
  const parser = parserOf(request, limits);
  const files: UploadedFile[] = [];
  const writing: Promise<void>[] = [];
  const streams: Readable[] = [];
  const write = (work: Promise<void>) => {
    work.catch(() => undefined); // waited for below
    writing.push(work);
  };
  let total = 0;
  const next = (name: string | undefined): UploadedFile => {
    const n = files.length + 1;
    const file = { name: plainName(name, n), path: join(folder, String(n)), bytes: 0 };
    files.push(file);
    return file;
  };
  try {
    await new Promise<void>((resolve, reject) => {
      parser.on("file", (field, stream, name) => {
        if (field !== "file") {
          stream.resume();
          return reject(new Problem(422, "unknown-part", { name: String(field).slice(0, 80) }));
        }
        const file = next(name);
        streams.push(stream);
        stream.on("data", (chunk: Buffer) => {
          file.bytes += chunk.length;
          total += chunk.length;
          if (total > limits.bytes) reject(tooLarge());
        });
        write(pipeline(stream, createWriteStream(file.path, { mode: 0o600 })));
      });
      parser.on("field", (field, value, _cut, cut) => {
        if (field !== "text") return reject(new Problem(422, "unknown-part", { name: String(field).slice(0, 80) }));
        if (cut) return reject(new Problem(413, "upload-too-large", { limit_mb: mb(TEXT_BYTES), got_mb: "-" }));
        if (value.trim() === "") return;
        const file = next("pasted.txt");
        file.bytes = Buffer.byteLength(value);
        write(writeFile(file.path, value, { mode: 0o600 }));
      });
      for (const event of ["filesLimit", "partsLimit", "fieldsLimit"] as const)
        parser.on(event, () => reject(new Problem(413, "too-many-files", { limit: limits.files })));
      parser.on("error", () => reject(new Problem(400, "bad-multipart")));
      parser.on("finish", resolve);
      request.on("aborted", () => reject(new Problem(400, "aborted")));
      request.on("error", () => reject(new Problem(400, "aborted")));
      request.pipe(parser);
    });
    await Promise.all(writing);
    return files;
  } catch (error) {
    // The rest is read and thrown away, so that the caller gets to hear why.
    request.unpipe(parser);
    request.resume();
    parser.destroy();
    for (const stream of streams) stream.destroy();
    await Promise.allSettled(writing);
    throw error;
  }
}

/** Text that somebody pasted. */
const TEXT_BYTES = 5 * 1024 * 1024;

function parserOf(request: Request, limits: ImportLimits) {
  try {
    return new Busboy({
      headers: { ...request.headers, "content-type": request.headers["content-type"]! },
      limits: {
        files: limits.files,
        fields: 5,
        parts: limits.files + 5,
        fieldSize: TEXT_BYTES,
        headerPairs: 20,
        fileSize: limits.bytes + 1,
      },
    });
  } catch {
    throw new Problem(400, "bad-multipart");
  }
}

/** The last part of a path, without what could mean something elsewhere. Only shown and looked at for its ending. */
function plainName(name: string | undefined, n: number): string {
  const last = (name ?? "").split(/[\\/]/).at(-1)!;
  // oxlint-disable-next-line no-control-regex
  return last.replace(/[\u0000-\u001f\u007f\u202a-\u202e\u2066-\u2069]/g, "").slice(-200) || `file-${n}`;
}

function mb(bytes: number): number {
  return Math.ceil(bytes / 1024 / 1024);
}
