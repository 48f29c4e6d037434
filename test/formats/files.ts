/** The fixtures as uploads: a file is an upload of one file, a folder an upload of several. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import type { InputFile } from "../../server/formats/format.ts";

export const FIXTURES = join(import.meta.dirname, "..", "fixtures", "formats");

export function upload(path: string): InputFile[] {
  const one = (file: string): InputFile => ({ name: basename(file), bytes: new Uint8Array(readFileSync(file)) });
  if (!statSync(path).isDirectory()) return [one(path)];
  return readdirSync(path)
    .toSorted()
    .map((name) => one(join(path, name)));
}

export type Fixture = { format: string; kind: "good" | "bad"; name: string; path: string };

export function fixtures(kind: "good" | "bad"): Fixture[] {
  return readdirSync(FIXTURES)
    .filter((format) => statSync(join(FIXTURES, format)).isDirectory())
    .toSorted()
    .flatMap((format) =>
      readdirSync(join(FIXTURES, format, kind))
        .toSorted()
        .map((name) => ({ format, kind, name, path: join(FIXTURES, format, kind, name) })),
    );
}

/** A text as an upload. */
export function text(content: string, name = "a.txt"): InputFile[] {
  return [{ name, bytes: new TextEncoder().encode(content) }];
}
