/** From the command to the URL and to the map in a browser: nothing there, all there, and the engine alone. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { type Figure, figure, inTurn } from "./measure.ts";
import { openPage, run, ROOT } from "./pages.ts";

const CACHE = join(ROOT, "node_modules", ".cache", "shuijie");
type Times = { url: number[]; map: number[] };

/** `browser` undefined: to the URL only. */
export async function benchStart(folder: string, browser: Browser | undefined, rounds: number): Promise<Figure[]> {
  const kept = join(folder, "kept");
  const kinds = { unbuilt: empty(), fresh: empty(), again: empty() };
  const start = async (kind: keyof typeof kinds, dataDir: string) => {
    const { url, map } = await startOnce(dataDir, browser);
    kinds[kind].url.push(url);
    kinds[kind].map.push(map);
    return url;
  };
  await startOnce(kept, browser);
  const { engine } = await inTurn(rounds, {
    unbuilt: async (round) => {
      forgetBuild();
      return start("unbuilt", join(folder, `unbuilt-${round}`));
    },
    fresh: (round) => start("fresh", join(folder, `fresh-${round}`)),
    again: () => start("again", kept),
    engine: () => openEngine(join(kept, "db")),
  });
  const { unbuilt, fresh, again } = kinds;
  const part = "start, embedded";
  const existing = { what: "existing folder, to URL", times: again.url };
  const figures = [
    figure(part, "existing folder, to URL", again.url, { what: "PGlite alone opens it", times: engine }),
    figure(part, "new folder, web built, to URL", fresh.url, existing),
    figure(part, "new folder, web not built, to URL", unbuilt.url, { what: "new folder, web built", times: fresh.url }),
  ];
  if (browser) {
    const opened = { what: "to its URL", note: "until the map's first idle in Chromium" };
    for (const [what, { url, map }] of [
      ["existing folder, to map", again],
      ["new folder, web built, to map", fresh],
      ["new folder, web not built, to map", unbuilt],
    ] as const)
      figures.push(figure(part, what, map, { what: opened.what, times: url }, { note: opened.note }));
  }
  return figures;
}

function empty(): Times {
  return { url: [], map: [] };
}

/** Starts the program as a user would; ms to its URL and to the map's first idle. */
async function startOnce(dataDir: string, browser: Browser | undefined): Promise<{ url: number; map: number }> {
  const began = performance.now();
  const service = await run("server/main.ts", [], { DATA_DIR: dataDir, PORT: "0", LOG_LEVEL: "error" });
  const url = performance.now() - began;
  const asked = performance.now();
  try {
    const idle = browser ? (await openPage(browser, `${service.url}/?test=1`)).idle : Number.NaN;
    // The window itself is there already: a user has one open.
    return { url, map: url + Math.min(idle, performance.now() - asked) };
  } finally {
    await service.stop();
  }
}

/** The built application is thrown away, so that the next start builds it. */
function forgetBuild(): void {
  for (const name of readdirSync(CACHE)) if (name.startsWith("web-")) rmSync(join(CACHE, name), { recursive: true });
}

async function openEngine(folder: string): Promise<number> {
  const began = performance.now();
  const child = spawn(process.execPath, [join(import.meta.dirname, "bare_engine.ts"), folder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  let took = Number.NaN;
  for await (const chunk of child.stdout)
    if (String(chunk).includes("ready") && Number.isNaN(took)) took = performance.now() - began;
  await ended;
  if (Number.isNaN(took)) throw new Error(`The engine alone did not open ${folder}.`);
  return took;
}
