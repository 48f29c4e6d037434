/** Our page and the bare one, served by one service of the bench, and what a browser says of them. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { build } from "vite";
import { buildWeb } from "../../server/web.ts";

export const ROOT = join(import.meta.dirname, "..", "..");
export const VIEWPORT = { width: 1440, height: 900 };

/** A folder in `into` with our application and, under `/bare/`, the bare page: the same server, headers and MapLibre. */
export async function buildPages(into: string): Promise<string> {
  const folder = join(into, "pages");
  const bare = join(into, "bare");
  cpSync(await buildWeb(console.log), folder, { recursive: true });
  await build({
    configFile: false,
    root: join(import.meta.dirname, "bare"),
    logLevel: "error",
    worker: { format: "es" },
    build: {
      outDir: bare,
      emptyOutDir: true,
      target: "es2022",
      modulePreload: { polyfill: false },
      chunkSizeWarningLimit: 1500,
    },
  });
  mkdirSync(join(folder, "bare"));
  cpSync(join(bare, "index.html"), join(folder, "bare", "index.html"));
  cpSync(join(bare, "assets"), join(folder, "assets"), { recursive: true });
  return folder;
}

export type Running = { url: string; stop(): Promise<void> };

/** A program of ours, running when it has printed a URL. Throws with what it printed when it ends before. */
export async function run(script: string, parameters: string[], environment: Record<string, string> = {}): Promise<Running> {
  const child = spawn(process.execPath, [join(ROOT, script), ...parameters], {
    cwd: ROOT,
    env: { ...process.env, DATABASE_URL: "", ...environment },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const url = await printedUrl(child);
  return {
    url,
    async stop() {
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      await ended;
    },
  };
}

async function printedUrl(child: ChildProcess): Promise<string> {
  let printed = "";
  for await (const chunk of child.stdout!.iterator({ destroyOnReturn: false })) {
    printed += String(chunk);
    const port = /http:\/\/(?:localhost|127\.0\.0\.1):(\d+)/.exec(printed)?.[1];
    if (port) {
      child.stdout!.resume();
      return `http://127.0.0.1:${port}`;
    }
  }
  throw new Error(`${child.spawnargs.join(" ")} ended before it listened:\n${printed}`);
}

/** When what happened, ms from the start of the navigation. A name that is missing did not happen. */
export type Opening = { idle: number; marks: Record<string, number> };

/** Both pages put their map into `window.shuijie_map`: from there its events are heard. The first `idle` counts once the
 *  style's source and its tiles have come. */
const LISTEN = `
  const marks = {};
  let map, done;
  globalThis.bench_idle = new Promise((resolve) => (done = resolve));
  const mark = (name) => (marks[name] ??= performance.now());
  const panel = () => document.querySelector("[data-test=siting-panel]") && (mark("panel there"), seen.disconnect());
  const seen = new MutationObserver(panel);
  seen.observe(document, { childList: true, subtree: true });
  Object.defineProperty(globalThis, "shuijie_map", {
    get: () => map,
    set(value) {
      map = value;
      mark("map made");
      map.on("styledata", () => map.getSource("layers") && mark("style in map"));
      map.on("sourcedata", (event) => event.tile && mark("first tile in map"));
      map.on("idle", () => {
        if (!map.getSource("layers") || !map.isSourceLoaded("layers") || !marks["first tile in map"]) return;
        mark("idle");
        done(marks);
      });
    },
  });`;

/** What is told of each request: when it was asked and when it had come. */
const RESOURCES: readonly [name: string, pattern: RegExp][] = [
  ["script", /\/assets\/(?!.*worker).*\.js$/],
  ["worker", /worker.*\.js$/],
  ["landing", /\/api(\?.*)?$/],
  ["messages", /\/api\/messages\//],
  ["style", /\/style\.json/],
  ["tilejson", /\/tiles\/[a-z_,]+(\?.*)?$/],
  ["tile", /\/tiles\/[a-z_,]+\/\d+\/\d+\/\d+/],
];

/** Opens `path` with an empty cache and waits for the map's first idle. `use` may ask the page more before it closes. */
export async function openPage(browser: Browser, address: string, use?: (page: Page) => Promise<void>): Promise<Opening> {
  const context = await browser.newContext({ viewport: VIEWPORT, deviceScaleFactor: 1 });
  try {
    const page = await context.newPage();
    await page.addInitScript(LISTEN);
    await page.goto(address, { waitUntil: "commit" });
    const marks = await within(60_000, page.evaluate<Record<string, number>>("globalThis.bench_idle"));
    const requests = await page.evaluate<[name: string, asked: number, came: number][]>(
      `performance.getEntriesByType("resource").map((one) => [one.name, one.startTime, one.responseEnd])`,
    );
    for (const [name, pattern] of RESOURCES) {
      const found = requests.filter(
        ([url, asked]) => pattern.test(new URL(url).href.replace(/#.*/, "")) && asked < marks["idle"]!,
      );
      if (found.length === 0) continue;
      marks[`${name} asked`] = Math.min(...found.map(([, asked]) => asked));
      marks[`${name} came`] = Math.min(...found.map(([, , came]) => came));
      if (found.length > 1) marks[`last ${name} came`] = Math.max(...found.map(([, , came]) => came));
    }
    await use?.(page);
    return { idle: marks["idle"]!, marks };
  } finally {
    await context.close();
  }
}

async function within<T>(limit_ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`The map was not idle after ${limit_ms} ms.`)), limit_ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** The address of the bare page that shows what our page at `address` shows when it has opened, in the same rectangle. */
export async function bareTwin(browser: Browser, url: string, address: string): Promise<string> {
  let twin = "";
  await openPage(browser, address, async (page) => {
    const seen = await page.evaluate<{ box: number[]; hidden: string[]; hash: string }>(`(() => {
      const { left, top, width, height } = shuijie_map.getContainer().getBoundingClientRect();
      const hidden = shuijie_map.getLayersOrder().map((id) => shuijie_map.getLayer(id))
        .filter((layer) => layer.visibility === "none").map((layer) => layer.metadata?.["shuijie:theme"]).filter(Boolean);
      const { lng, lat } = shuijie_map.getCenter();
      return { box: [left, top, width, height], hidden: [...new Set(hidden)], hash: [shuijie_map.getZoom(), lat, lng].join("/") };
    })()`);
    twin = `${url}/bare/?${new URLSearchParams({ box: seen.box.join(), hide: seen.hidden.join() })}#map=${seen.hash}`;
  });
  return twin;
}
