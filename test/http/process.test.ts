/** The program as its users start it: real processes on real folders, embedded engine. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ConfigError, readConfig } from "../../server/config.ts";

const ROOT = join(import.meta.dirname, "..", "..");

function run(
  file: string,
  args: string[],
  env: Record<string, string>,
): { child: ChildProcess; output: () => string; ended: Promise<number> } {
  const child = spawn(process.execPath, [file, ...args], { cwd: ROOT, env: { ...process.env, DATABASE_URL: "", ...env } });
  let said = "";
  child.stdout.on("data", (chunk) => (said += String(chunk)));
  child.stderr.on("data", (chunk) => (said += String(chunk)));
  const ended = once(child, "exit").then(([code]) => code as number);
  return { child, output: () => said, ended };
}

async function until(condition: () => boolean, seconds = 60): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!condition()) {
    if (Date.now() > end) throw new Error("waited in vain");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

describe("embedded", () => {
  let folder: string;
  let service: ReturnType<typeof run>;
  let url: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "shuijie-process-"));
    service = run("server/main.ts", [], { DATA_DIR: folder, PORT: "0" });
    await until(() => /^ {2}http:\/\/localhost:\d+/m.test(service.output()) || service.child.exitCode !== null, 120);
    url = /http:\/\/localhost:\d+/.exec(service.output())?.[0] ?? "";
  }, 150_000);

  afterAll(async () => {
    service.child.kill("SIGTERM");
    await service.ended;
    await rm(folder, { recursive: true, force: true });
  });

  it("npm start says what it does, then prints the URL, which serves the map", async () => {
    expect(service.output()).toMatch(
      /database {3}[\s\S]*layers {5}1 of 11: jurisdiction[\s\S]*layers {5}11 of 11: facility[\s\S]*http:\/\/localhost/,
    );
    const page = await fetch(url);
    expect(page.status).toBe(200);
    expect(page.headers.get("content-security-policy")).toContain("default-src 'self'");
    expect(await page.text()).toContain('<div id="app"');
  });

  it("it listens on the loopback only", () => {
    expect(() => readConfig({ HOST: "0.0.0.0" })).toThrow(ConfigError);
    expect(() => readConfig({ HOST: "0.0.0.0" })).toThrow(/accounts/);
    expect(readConfig({}).host).toBe("127.0.0.1");
  });

  it("a start on another address is refused in a sentence", async () => {
    const other = run("server/main.ts", [], { DATA_DIR: join(folder, "other"), HOST: "0.0.0.0" });
    expect(await other.ended).toBe(1);
    expect(other.output()).toContain("HOST");
    expect(other.output()).not.toContain("    at ");
  });

  it("a second process on the folder is refused and told who holds it", async () => {
    const second = run("server/main.ts", [], { DATA_DIR: folder, PORT: "0" });
    expect(await second.ended).toBe(1);
    expect(second.output()).toContain(String(service.child.pid));
    expect(second.output()).not.toContain("    at ");
  }, 60_000);

  it("an operator's command goes through the running service", async () => {
    const load = run("server/cli.ts", ["load"], { DATA_DIR: folder });
    expect(await load.ended).toBe(0);
    expect(load.output()).toContain(`through the running service (process ${service.child.pid})`);
    expect(load.output()).toContain("protection_zone");
  }, 60_000);

  it("the operator's door is shut to everyone else", async () => {
    expect((await fetch(`${url}/operator/load`, { method: "POST" })).status).toBe(404);
    expect((await fetch(`${url}/operator/load`, { method: "POST", headers: { authorization: "Bearer guess" } })).status).toBe(
      404,
    );
  });

  it("an unknown command and a port that is taken are told in a sentence", async () => {
    const unknown = run("server/cli.ts", ["dance"], { DATA_DIR: folder });
    expect(await unknown.ended).toBe(1);
    expect(unknown.output()).toContain("dance");
    const taken = run("server/main.ts", [], { DATA_DIR: join(folder, "third"), PORT: new URL(url).port });
    expect(await taken.ended).toBe(1);
    expect(taken.output()).toContain("PORT=");
  }, 60_000);
});
