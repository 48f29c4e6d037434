/** The web application, built when its sources have changed and not otherwise. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { join, relative } from "node:path";

const ROOT = join(import.meta.dirname, "..");
const SOURCES = join(ROOT, "web");
const CACHE = join(ROOT, "node_modules", ".cache", "shuijie");

/** Builds `web/` into a folder named by the hash of everything that goes into it, and returns that folder. A folder that is
 *  there already is taken as it is. The folder appears by one rename, so that a build cut short leaves nothing behind that
 *  looks finished; folders of other versions are removed. `log` is told what takes time. Throws what Vite throws. */
export async function buildWeb(log: (sentence: string) => void): Promise<string> {
  const folder = join(CACHE, `web-${sourceHash()}`);
  if (existsSync(join(folder, "index.html"))) return folder;
  log("web application: building (once per version, some seconds)");
  const { build } = await import("vite");
  const temporary = join(CACHE, `building-${process.pid}-${Date.now()}`);
  mkdirSync(temporary, { recursive: true });
  try {
    await build({ configFile: join(SOURCES, "vite.config.ts"), logLevel: "error", build: { outDir: temporary } });
    try {
      renameSync(temporary, folder);
    } catch (error) {
      // Another process was first.
      if (!existsSync(join(folder, "index.html"))) throw error;
    }
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  removeOthers(folder);
  return folder;
}

/** Over file names and contents of `web/`, and the lock file, which fixes Vite, Vue and the rest. */
function sourceHash(): string {
  const hash = createHash("sha256");
  for (const file of filesOf(SOURCES)) hash.update(relative(SOURCES, file)).update("\0").update(readFileSync(file)).update("\0");
  // The words of an outage are built in.
  for (const lang of ["zh", "en"]) hash.update(readFileSync(join(ROOT, "server", "messages", `web.${lang}.json`)));
  hash.update(readFileSync(join(ROOT, "package-lock.json")));
  hash.update(readFileSync(join(ROOT, "node_modules", "vite", "package.json")));
  return hash.digest("hex").slice(0, 16);
}

function filesOf(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => (entry.isDirectory() ? filesOf(join(folder, entry.name)) : [join(folder, entry.name)]));
}

const HOUR_MS = 3_600_000;
/** A service that began before the sources changed still serves its own build. */
const KEPT_MS = 7 * 24 * HOUR_MS;

/** Builds older than a week, and what builds cut short left more than an hour ago. */
function removeOthers(keep: string): void {
  for (const name of readdirSync(CACHE)) {
    const path = join(CACHE, name);
    const begun = /^building-\d+-(\d+)$/.exec(name);
    const stale = begun
      ? Date.now() - Number(begun[1]) > HOUR_MS
      : name.startsWith("web-") && Date.now() - statSync(path).mtimeMs > KEPT_MS;
    if (stale && path !== keep) rmSync(path, { recursive: true, force: true });
  }
}
