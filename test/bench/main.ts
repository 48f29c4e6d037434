/** `npm run bench [-- --quick] [-- --only start,checks,tiles,idle,pan]`: every figure beside its twin, both taken in turn in
 *  one run, as a ratio. Nothing here is asserted; other work on the machine shows. Writes `.cache/bench.json` too. */
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { launchBrowser, noBrowser } from "../support/browser.ts";
import { benchIdle } from "./idle.ts";
import { type Figure, printTable, writeJson } from "./measure.ts";
import { buildPages, run } from "./pages.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const PARTS = ["idle"] as const;
type Part = (typeof PARTS)[number];

const { values } = parseArgs({ options: { quick: { type: "boolean", default: false }, only: { type: "string" } } });
const asked = values.only?.split(",") ?? PARTS;
const unknown = asked.filter((part) => !(PARTS as readonly string[]).includes(part));
if (unknown.length > 0) {
  console.error(`--only knows ${PARTS.join(", ")}; it was given ${unknown.join(", ")}.`);
  process.exit(2);
}
const wants = (...parts: Part[]) => parts.some((part) => asked.includes(part));
const rounds = (full: number, quick: number) => (values.quick ? quick : full);

const folder = await mkdtemp(join(tmpdir(), "shuijie-bench-"));
const figures: Figure[] = [];
try {
  if (wants("idle"))
    if (noBrowser) console.log(`Pages: not measured; ${noBrowser}.`);
    else await inBrowser();
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
process.exit(0);

async function inBrowser(): Promise<void> {
  const pages = await buildPages(folder);
  const service = await run("test/bench/serve.ts", [join(folder, "pages-data"), pages]);
  const browser = await launchBrowser();
  try {
    if (wants("idle")) figures.push(...(await benchIdle(browser, service.url, rounds(15, 5))));
  } finally {
    await browser.close();
    await service.stop();
  }
}
