/** A packed database folder, with PostGIS in it, so that a first start need not make one: about 3 s instead of 20. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { runOrder } from "./embedded_engine.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const CACHE = join(ROOT, "node_modules", ".cache", "shuijie");
const PACKAGES = ["@electric-sql/pglite", "@electric-sql/pglite-postgis"];

/** Where the seed of the installed engine lies, or would lie; other versions of the engine have other names. */
export function seedPath(cacheDir: string = CACHE): string {
  const versions = PACKAGES.map(
    (name) => JSON.parse(readFileSync(join(ROOT, "node_modules", name, "package.json"), "utf8")).version as string,
  );
  const hash = createHash("sha256").update(versions.join()).digest("hex").slice(0, 12);
  return join(cacheDir, `embedded-seed-${hash}.tar.gz`);
}

/** Builds the seed unless it is there; returns its path. Takes about 15 s, once per version of the engine. */
export async function buildSeed(cacheDir: string = CACHE): Promise<string> {
  const path = seedPath(cacheDir);
  if (existsSync(path)) return path;
  mkdirSync(cacheDir, { recursive: true });
  const draft = `${path}.${process.pid}`;
  try {
    await runOrder({ seed: draft });
    renameSync(draft, path);
  } finally {
    rmSync(draft, { force: true });
  }
  return path;
}

/** Unpacks a seed (a plain ustar archive of folders and files) into a new folder. Throws when it is not a whole one. */
export function unpackSeed(path: string, folder: string): void {
  const tar = gunzipSync(readFileSync(path));
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  let files = 0;
  for (let at = 0; at + 512 <= tar.length && tar[at] !== 0;) {
    const text = (from: number, length: number) => tar.toString("utf8", at + from, at + from + length).replace(/\0.*$/s, "");
    const name = text(0, 100);
    const size = Number.parseInt(text(124, 12).trim() || "0", 8);
    const target = join(folder, name);
    if (!target.startsWith(folder)) throw new Error(`it names a file outside: ${name}`);
    if (text(156, 1) === "5") mkdirSync(target, { recursive: true, mode: 0o700 });
    else {
      mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
      writeFileSync(target, tar.subarray(at + 512, at + 512 + size), { mode: 0o600 });
      files++;
    }
    at += 512 + Math.ceil(size / 512) * 512;
  }
  if (!existsSync(join(folder, "PG_VERSION"))) throw new Error(`it holds ${files} files and no PG_VERSION`);
}
