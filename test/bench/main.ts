/** `npm run bench [-- --quick] [-- --only start,checks,tiles,idle,pan,zones,formats] [-- --zones 20000,200000]
 *  [-- --engine postgres]`: every figure beside its twin, both taken in turn in
 *  one run, as a ratio. Nothing here is asserted; other work on the machine shows. Writes `.cache/bench.json` too. */
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readConfig } from "../../server/config.ts";
import { type OpenDatabase, openDatabase } from "../../server/db/open.ts";
import { createLog } from "../../server/service.ts";
import { launchBrowser, noBrowser } from "../support/browser.ts";
import { startService } from "../support/service.ts";
import { benchChecks } from "./checks.ts";
import { benchFormats } from "./formats.ts";
import { benchIdle } from "./idle.ts";
import { type Figure, printTable, writeJson } from "./measure.ts";
import { buildPages, ROOT, run } from "./pages.ts";
import { benchPan, crowd } from "./pan.ts";
import { benchStart } from "./start.ts";
import { benchTiles } from "./tiles.ts";
import { benchZones } from "./zones.ts";

const PARTS = ["start", "checks", "tiles", "idle", "pan", "zones", "formats"] as const;
type Part = (typeof PARTS)[number];

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    only: { type: "string" },
    zones: { type: "string" },
    engine: { type: "string" },
  },
});
const asked = values.only?.split(",") ?? PARTS;
const unknown = asked.filter((part) => !(PARTS as readonly string[]).includes(part));
if (unknown.length > 0) {
  console.error(`--only knows ${PARTS.join(", ")}; it was given ${unknown.join(", ")}.`);
  process.exit(2);
}
const wants = (...parts: Part[]) => parts.some((part) => asked.includes(part));
/** On the embedded engine the smallest size only: inserting is not what it is for. */
const sizes = (values.zones ?? (values.quick ? "20000" : "20000,200000")).split(",").map(Number);
if (sizes.some((size) => !Number.isInteger(size) || size < 1000)) {
  console.error(`--zones takes whole numbers from 1000, ascending; it was given ${values.zones}.`);
  process.exit(2);
}
const rounds = (full: number, quick: number) => (values.quick ? quick : full);

const folder = await mkdtemp(join(tmpdir(), "shuijie-bench-"));
const figures: Figure[] = [];
let failed: unknown;
try {
  if (wants("start")) await starts();
  if (wants("checks", "tiles")) await engines();
  if (wants("zones")) await zones();
  if (wants("formats")) figures.push(...(await benchFormats(join(folder, "formats"), rounds(3, 1), values.quick ? 0.1 : 1)));
  if (wants("idle", "pan"))
    if (noBrowser) console.log(`Pages: not measured; ${noBrowser}.`);
    else await inBrowser();
} catch (error) {
  failed = error;
} finally {
  await rm(folder, { recursive: true, force: true });
}
printTable(figures);
writeJson(join(ROOT, ".cache", "bench.json"), {
  at: new Date().toISOString(),
  quick: values.quick,
  machine: { node: process.version, cpu: cpus()[0]?.model, cores: cpus().length },
  figures,
});
if (failed !== undefined) console.error("The rest was not measured:", failed);
process.exit(failed === undefined ? 0 : 1);

async function starts(): Promise<void> {
  const browser = noBrowser ? undefined : await launchBrowser();
  if (!browser) console.log(`The map of a start: not measured; ${noBrowser}.`);
  try {
    figures.push(...(await benchStart(join(folder, "start"), browser, rounds(5, 2))));
  } finally {
    await browser?.close();
  }
}

/** Checks and tiles, on each engine there is. */
async function engines(): Promise<void> {
  const log = createLog({ ...readConfig({}), logLevel: "error" });
  await inService(await openDatabase({ dataDir: join(folder, "engine"), log, holder: { command: "bench" } }));
  const url = process.env["TEST_DATABASE_URL"];
  if (!url) return console.log("PostgreSQL: not measured; set TEST_DATABASE_URL.");
  const { freshPostgres } = await import("../support/engines.ts");
  await inService(await freshPostgres(url, log));
}

async function inService(database: OpenDatabase): Promise<void> {
  const service = await startService(database);
  try {
    if (wants("checks")) figures.push(...(await benchChecks(service, rounds(10, 3))));
    if (wants("tiles")) figures.push(...(await benchTiles(service, rounds(10, 3))));
  } finally {
    await service.close();
  }
}

async function zones(): Promise<void> {
  const log = createLog({ ...readConfig({}), logLevel: "error" });
  const measure = async (database: OpenDatabase, own: number[], url?: string) => {
    const service = await startService(database);
    try {
      await benchZones(service, own, rounds(5, 2), (found) => figures.push(...found), url);
    } finally {
      await service.close();
    }
  };
  if (values.engine !== "postgres")
    await measure(await openDatabase({ dataDir: join(folder, "zones"), log, holder: { command: "bench" } }), sizes.slice(0, 1));
  const url = process.env["TEST_DATABASE_URL"];
  if (!url) return console.log("PostgreSQL: not measured; set TEST_DATABASE_URL.");
  const { freshPostgres } = await import("../support/engines.ts");
  await measure(await freshPostgres(url, log), sizes, url);
}

async function inBrowser(): Promise<void> {
  const pages = await buildPages(folder);
  const browser = await launchBrowser();
  const serving = async (data: string, geodata: string[], measure: (url: string) => Promise<Figure[]>) => {
    const service = await run("test/bench/serve.ts", [join(folder, data), pages, ...geodata]);
    try {
      figures.push(...(await measure(service.url)));
    } finally {
      await service.stop();
    }
  };
  try {
    if (wants("idle")) await serving("idle", [], (url) => benchIdle(browser, url, rounds(15, 5)));
    if (wants("pan")) await serving("pan", [crowd(folder)], (url) => benchPan(browser, url, rounds(4, 2)));
  } finally {
    await browser.close();
  }
}
