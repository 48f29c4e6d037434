/** `npm run bench`: figures side by side in one run, as ratios. Nothing here is asserted; other work on the machine shows. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { layers } from "../../server/layers/index.ts";
import { openDatabase, type OpenDatabase } from "../../server/db/open.ts";
import { createLog } from "../../server/service.ts";
import { readConfig } from "../../server/config.ts";
import { FAR, IN_FIRST, IN_SECOND, startService } from "../support/service.ts";

const ROOT = join(import.meta.dirname, "..", "..");

type Figure = { what: string; ms: number; note: string };
const figures: Figure[] = [];

type Started = { url_ms: number; map_ms: number; loaded: string };

/** Starts the service as a user would: to its URL, and to the last tile of the opening view; then ends it. */
async function timeStart(dataDir: string): Promise<Started> {
  const began = performance.now();
  const child = spawn(process.execPath, ["server/main.ts"], {
    cwd: ROOT,
    env: { ...process.env, DATABASE_URL: "", DATA_DIR: dataDir, PORT: "0" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  for await (const chunk of child.stdout) {
    said += String(chunk);
    if (/^ {2}http:\/\//m.test(said)) break;
  }
  const url_ms = performance.now() - began;
  await openMap(/^ {2}(http:\S+)/m.exec(said)![1]!.replace(/\/$/, ""));
  const map_ms = performance.now() - began;
  child.kill("SIGTERM");
  await once(child, "exit");
  return { url_ms, map_ms, loaded: /layers +(\d+ features)/.exec(said)?.[1] ?? "" };
}

/** What a browser asks before the map stands: page, landing, style, and the tiles of the opening view at z10. */
async function openMap(url: string): Promise<void> {
  const [landing, style] = (await Promise.all(
    ["/api", "/style.json", "/"].map(async (path) => (await fetch(url + path)).text()),
  ).then(([a, b]) => [JSON.parse(a!), JSON.parse(b!)])) as [
    { bbox: [number, number, number, number] },
    { sources: Record<string, { url: string }> },
  ];
  const z = 10;
  const column = (lon: number) => Math.floor(((lon + 180) / 360) * 2 ** z);
  const row = (lat: number) => Math.floor(((1 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / Math.PI) / 2) * 2 ** z);
  const [west, south, east, north] = landing.bbox;
  const tiles: Promise<ArrayBuffer>[] = [];
  for (let x = column(west); x <= column(east); x++)
    for (let y = row(north); y <= row(south); y++)
      for (const { url: source } of Object.values(style.sources))
        tiles.push(fetch(`${url}${source}/${z}/${x}/${y}`).then((response) => response.arrayBuffer()));
  await Promise.all(tiles);
}

function percentile(sorted: number[], p: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * p) / 100))]!;
}

async function timeMany(work: (i: number) => Promise<unknown>, n: number): Promise<{ p50: number; p99: number }> {
  for (let i = 0; i < 5; i++) await work(i);
  const took: number[] = [];
  for (let i = 0; i < n; i++) {
    const began = performance.now();
    await work(i);
    took.push(performance.now() - began);
  }
  took.sort((a, b) => a - b);
  return { p50: percentile(took, 50), p99: percentile(took, 99) };
}

async function timeEngine(database: OpenDatabase): Promise<void> {
  const service = await startService(database);
  const sites = [IN_FIRST, IN_SECOND, FAR];
  const check = await timeMany((i) => service.check({ geometry: sites[i % 3]! }), 60);
  const bare = await timeMany(() => database.ping(), 60);
  const tile = `${service.url}/tiles/${layers.map(({ id }) => id).join()}/14/13013/6799`;
  const fetchTile = async (url: string) => (await fetch(url)).arrayBuffer();
  const made = await timeMany(
    (i) => fetchTile(`${tile}?datetime=20${10 + (i % 15)}-0${1 + (i % 9)}-0${1 + (Math.floor(i / 15) % 9)}`),
    60,
  );
  const kept = await timeMany(() => fetchTile(tile), 200);
  const live = await timeMany(() => fetchTile(`${service.url}/health/live`), 200);
  const name = database.engine;
  figures.push({
    what: `${name}: check p50`,
    ms: check.p50,
    note: `p99 ${check.p99.toFixed(1)} ms; a bare statement ${bare.p50.toFixed(2)} ms, ratio ${(check.p50 / bare.p50).toFixed(1)}`,
  });
  figures.push({ what: `${name}: tile made p50`, ms: made.p50, note: `p99 ${made.p99.toFixed(1)} ms` });
  figures.push({
    what: `${name}: tile kept p50`,
    ms: kept.p50,
    note: `p99 ${kept.p99.toFixed(1)} ms; made / kept ${(made.p50 / kept.p50).toFixed(1)}; kept / health ${(kept.p50 / live.p50).toFixed(2)}`,
  });
  await service.close();
}

const folder = await mkdtemp(join(tmpdir(), "shuijie-bench-"));
try {
  const first = await timeStart(join(folder, "start"));
  const later = [await timeStart(join(folder, "start")), await timeStart(join(folder, "start"))].toSorted(
    (a, b) => a.map_ms - b.map_ms,
  )[0]!;
  figures.push(
    { what: "first start to URL, folder prepared by npm ci", ms: first.url_ms, note: first.loaded },
    { what: "first start to map", ms: first.map_ms, note: "every tile of the opening view, all layers" },
    { what: "later start to URL", ms: later.url_ms, note: `later / first ${(later.url_ms / first.url_ms).toFixed(2)}` },
    { what: "later start to map", ms: later.map_ms, note: `later / first ${(later.map_ms / first.map_ms).toFixed(2)}` },
  );
  const log = createLog({ ...readConfig({}), logLevel: "error" });
  await timeEngine(await openDatabase({ dataDir: join(folder, "embedded"), log }));
  const url = process.env["TEST_DATABASE_URL"];
  if (url) {
    const { freshPostgres } = await import("../support/engines.ts");
    await timeEngine(await freshPostgres(url, log));
  } else console.log("PostgreSQL: not measured; set TEST_DATABASE_URL.");
} finally {
  await rm(folder, { recursive: true, force: true });
}
const width = Math.max(...figures.map(({ what }) => what.length));
for (const { what, ms, note } of figures) console.log(`${what.padEnd(width)}  ${ms.toFixed(1).padStart(9)} ms  ${note}`);
process.exit(0);
