/** One process per data folder, held by the operating system: a killed process frees it by dying. */
import { randomBytes } from "node:crypto";
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { FolderHeld } from "./errors.ts";

/** Who holds a folder. `token` lets an operator's command through to the running service; the file is for its owner only. */
export type Holder = { pid: number; command: string; started_at: string; url?: string; token: string };

export type FolderLock = {
  token: string;
  /** Tells the commands of the operator where the service listens. */
  announce(url: string): void;
  release(): void;
};

const WAIT_MS = 1000;

/** PGlite has no lock of its own: two processes on one folder destroy each other's rows without an error.
 *  Throws FolderHeld, one sentence naming the process that has it. */
export function lockFolder(dataDir: string, by: { command: string; url?: string | undefined }): FolderLock {
  const lock = tryLock(dataDir);
  if (lock === undefined) throw new FolderHeld(describeHolder(dataDir));
  const file = join(dataDir, "holder.json");
  const holder: Holder = {
    pid: process.pid,
    command: by.command,
    started_at: new Date().toISOString(),
    ...(by.url === undefined ? {} : { url: by.url }),
    token: randomBytes(32).toString("base64url"),
  };
  const write = () => {
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, `${JSON.stringify(holder, null, 2)}\n`, { mode: 0o600 });
    renameSync(draft, file);
  };
  write();
  let released = false;
  return {
    token: holder.token,
    announce(url) {
      holder.url = url;
      if (!released) write();
    },
    release() {
      if (released) return;
      released = true;
      rmSync(file, { force: true });
      lock.close();
    },
  };
}

/** Who holds the folder now; undefined when nobody does, or when what is written there is left over from a dead process. */
export function readHolder(dataDir: string): Holder | undefined {
  try {
    const holder = JSON.parse(readFileSync(join(dataDir, "holder.json"), "utf8")) as Holder;
    return isAlive(holder.pid) ? holder : undefined;
  } catch {
    return undefined;
  }
}

function tryLock(dataDir: string): DatabaseSync | undefined {
  const file = new DatabaseSync(join(dataDir, "lock.sqlite"), { timeout: WAIT_MS });
  try {
    file.exec("pragma locking_mode = exclusive; begin exclusive");
    return file;
  } catch (error) {
    file.close();
    if (/locked|busy/i.test(String(error))) return undefined;
    throw error;
  }
}

function describeHolder(dataDir: string): string {
  const holder = readHolder(dataDir);
  if (holder === undefined)
    return `The data folder ${dataDir} is held by another process. Stop it, or set DATA_DIR to another folder.`;
  const { pid, command, started_at, url } = holder;
  return (
    `The data folder ${dataDir} is held by process ${pid} (${command}) since ${started_at}${url === undefined ? "" : `, which serves ${url}`}: ` +
    `stop it, or set DATA_DIR to another folder.`
  );
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
