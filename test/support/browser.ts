/** The real program with a folder of its own, and a real browser that may speak to nobody else. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect } from "vitest";

const ROOT = join(import.meta.dirname, "..", "..");
const CHROMIUM = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
/** WebGL2 without a graphics card, and nothing that calls home. */
const ARGUMENTS = [
  "--no-sandbox",
  "--use-gl=angle",
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
  "--disable-background-networking",
  "--disable-component-update",
  "--no-first-run",
  "--disable-sync",
];

/** A machine that does much else answers late: nothing is asserted by the clock. */
const PATIENCE_MS = 100_000;

/** Why no browser test can run; undefined when they can. */
export const noBrowser: string | undefined = existsSync(CHROMIUM)
  ? undefined
  : `there is no ${CHROMIUM}; install Debian's chromium, or set CHROMIUM`;
export const browserRequired = (process.env["SHUIJIE_REQUIRE"] ?? "").split(",").includes("browser");

export type RunningService = { url: string; stop(): Promise<void> };

/** `node server/main.ts` on a free port with the embedded engine; ready when it prints its URL. SHUIJIE_TEST_URL names one
 *  that runs already. Throws with what it printed when it ends before. */
export async function startProgram(settings: Record<string, string> = {}): Promise<RunningService> {
  const running = process.env["SHUIJIE_TEST_URL"];
  if (running) return { url: running, stop: async () => undefined };
  const dataDir = mkdtempSync(join(tmpdir(), "shuijie-browser-"));
  const { DATABASE_URL: _, ...environment } = process.env;
  const child = spawn(process.execPath, [join(ROOT, "server", "main.ts")], {
    cwd: ROOT,
    env: { ...environment, PORT: "0", HOST: "127.0.0.1", DATA_DIR: dataDir, LOG_LEVEL: "warn", ...settings },
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  let printed = "";
  const url = await new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      printed += chunk.toString();
      const found = /http:\/\/(?:localhost|127\.0\.0\.1):(\d+)/.exec(printed);
      if (found) resolve(`http://127.0.0.1:${found[1]}`);
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.once("exit", (code) => reject(new Error(`The service ended with ${code}:\n${printed}`)));
  });
  return {
    url,
    async stop() {
      child.kill("SIGTERM");
      await ended;
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS });
}

/** What tests use of MapLibre's map, which the page shows them when its address has `test=1`. */
type MapOfPage = {
  loaded(): boolean;
  areTilesLoaded(): boolean;
  isMoving(): boolean;
  fitBounds(bounds: number[], options: object): void;
  project(position: [number, number]): { x: number; y: number };
  getContainer(): { getBoundingClientRect(): { left: number; top: number } };
  queryRenderedFeatures(options?: object): {
    sourceLayer?: string;
    source: string;
    properties: Record<string, unknown>;
    geometry: unknown;
  }[];
  getPaintProperty(layer: string, name: string): unknown;
  getSource(id: string): { serialize(): { data: { features: { geometry: { coordinates: unknown } }[] } } } | undefined;
};
type WindowOfPage = { shuijie_map: MapOfPage };

export type Screen = {
  page: Page;
  /** Console errors and warnings, page errors, CSP violations, requests to others, in order. */
  faults: string[];
  at(test: string): Locator;
  /** Puts `[west, south, east, north]` on the map at once. */
  frame(bounds: number[]): Promise<void>;
  clickAt(lon: number, lat: number): Promise<void>;
  /** Where positions stand on the page, px. */
  pixels(positions: readonly [number, number][]): Promise<[number, number][]>;
  /** First position of the site as it is drawn or edited, degrees. */
  sitePosition(): Promise<number[]>;
  /** Waits until nothing moves and every tile has come. */
  still(): Promise<void>;
  /** Distinct `code`s drawn, by tile layer. */
  drawn(): Promise<Record<string, string[]>>;
  /** How many rendered features our own source has. */
  drawnOf(source: string): Promise<number>;
  paint(layer: string, name: string): Promise<unknown>;
  close(): Promise<void>;
};

/** A page of the application, open and with its map drawn. `before` prepares the page before it asks for anything. */
export async function openScreen(
  browser: Browser,
  url: string,
  query = "",
  options: BrowserContextOptions = {},
  before: (page: Page) => Promise<void> = async () => undefined,
): Promise<Screen> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, deviceScaleFactor: 1, ...options });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const faults: string[] = [];
  await context.route("**/*", (route) => {
    const { hostname, protocol } = new URL(route.request().url());
    if (hostname === "127.0.0.1" || protocol === "data:" || protocol === "blob:") return route.continue();
    faults.push(`request to ${hostname}`);
    return route.abort();
  });
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning")
      faults.push(`console ${message.type()}: ${message.text().slice(0, 300)}`);
  });
  page.on("pageerror", (error) => faults.push(`page error: ${error.message}`));
  await before(page);
  await page.goto(`${url}/?test=1${query}`);
  await page.waitForFunction(() => (globalThis as unknown as Partial<WindowOfPage>).shuijie_map?.loaded() === true);
  await page.locator("[data-test=panel]").waitFor();

  const screen: Screen = {
    page,
    faults,
    at: (test) => page.locator(`[data-test="${test}"]`),
    async frame(bounds) {
      await page.evaluate(
        (box) => (globalThis as unknown as WindowOfPage).shuijie_map.fitBounds(box, { duration: 0, padding: 30 }),
        bounds,
      );
      await screen.still();
    },
    pixels: (positions) =>
      page.evaluate(
        (wanted) => {
          const { shuijie_map: map } = globalThis as unknown as WindowOfPage;
          const { left, top } = map.getContainer().getBoundingClientRect();
          return wanted.map((position) => {
            const point = map.project(position);
            return [point.x + left, point.y + top] as [number, number];
          });
        },
        positions as [number, number][],
      ),
    sitePosition: () =>
      page.evaluate(() => {
        const { shuijie_map: map } = globalThis as unknown as WindowOfPage;
        let node: unknown = map.getSource("td-linestring")?.serialize().data.features[0]?.geometry.coordinates;
        while (Array.isArray(node) && Array.isArray(node[0])) node = node[0];
        return node as number[];
      }),
    async clickAt(lon, lat) {
      const [[x, y]] = (await screen.pixels([[lon, lat]])) as [[number, number]];
      // As a hand does: a move that the drawing tool can see, then the button.
      await page.mouse.move(x - 4, y - 4);
      await page.waitForTimeout(40);
      await page.mouse.move(x, y);
      await page.waitForTimeout(40);
      await page.mouse.down();
      await page.waitForTimeout(40);
      await page.mouse.up();
      await page.waitForTimeout(60);
    },
    async still() {
      await page.waitForFunction(() => {
        const { shuijie_map: map } = globalThis as unknown as WindowOfPage;
        return map.loaded() && map.areTilesLoaded() && !map.isMoving();
      });
      await page.waitForTimeout(150);
    },
    drawn: () =>
      page.evaluate(() => {
        const codes: Record<string, Set<string>> = {};
        for (const { sourceLayer, properties } of (globalThis as unknown as WindowOfPage).shuijie_map.queryRenderedFeatures())
          if (sourceLayer) (codes[sourceLayer] ??= new Set()).add(String(properties["code"]));
        return Object.fromEntries(Object.entries(codes).map(([layer, found]) => [layer, [...found].sort()]));
      }),
    drawnOf: (source) =>
      page.evaluate(
        (wanted) =>
          (globalThis as unknown as WindowOfPage).shuijie_map.queryRenderedFeatures().filter((one) => one.source === wanted)
            .length,
        source,
      ),
    paint: (layer, name) =>
      page.evaluate(
        ([id, property]) => (globalThis as unknown as WindowOfPage).shuijie_map.getPaintProperty(id!, property!),
        [layer, name],
      ),
    close: () => context.close(),
  };
  await screen.still();
  return screen;
}

/** Draws a closed polygon through the positions, as a user with a mouse. */
export async function drawPolygon(screen: Screen, positions: readonly [number, number][]): Promise<void> {
  await screen.at("draw-polygon").click();
  for (const [lon, lat] of positions) await screen.clickAt(lon, lat);
  await screen.clickAt(...positions[0]!);
  await screen.at("site-current").waitFor();
}

/** Finds an activity by any of its names and takes the first hit. */
export async function chooseActivity(screen: Screen, name: string): Promise<void> {
  await screen.at("activity").click();
  await screen.page.keyboard.type(name);
  await screen.page.locator(".el-select-dropdown__item:visible").first().waitFor();
  await screen.page.waitForTimeout(200);
  await screen.page.keyboard.press("ArrowDown");
  await screen.page.keyboard.press("Enter");
}

/** Types a site instead of drawing it. */
export async function typeSite(screen: Screen, text: string): Promise<void> {
  await screen.at("type-coordinates").click();
  await screen.page.locator("[data-test=typing] textarea").fill(text);
  await screen.at("take-text").click();
  await screen.at("site-current").waitFor();
}

export async function ask(screen: Screen): Promise<void> {
  await screen.at("ask").click();
  await screen.page.locator("[data-test=answer], [data-test=problem]").first().waitFor();
}

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core"), "utf8");

export type Flaw = { id: string; impact: string; nodes: string[] };

/** What axe finds wrong (WCAG 2.2 A and AA) inside a part of the page; nothing is the aim. */
export async function flawsOf(page: Page, selector = "html"): Promise<Flaw[]> {
  await page.evaluate(AXE);
  return page.evaluate(async (within) => {
    const { axe } = globalThis as unknown as {
      axe: {
        run(
          where: string,
          options: object,
        ): Promise<{ violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[] }>;
      };
    };
    const { violations } = await axe.run(within, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] });
    return violations.map(({ id, impact, nodes }) => ({
      id,
      impact,
      nodes: nodes.slice(0, 4).map(({ html, failureSummary }) => `${html.slice(0, 160)} ${failureSummary.slice(0, 200)}`),
    }));
  }, selector);
}

/** What the tests of a suite share: one program, one browser, and the screen of the test at hand. */
export type Suite = { service: RunningService; browser: Browser; screen: Screen };

/** A suite in a real browser, skipped where there is none. After each test its screen is closed, and it must have left
 *  nothing in the console, asked nobody else for anything, and broken no content security policy; refusals of the service
 *  (4xx) are the test's own business. */
export function inBrowser(name: string, body: (suite: Suite) => void, settings: Record<string, string> = {}): void {
  describe.skipIf(noBrowser !== undefined)(noBrowser ? `${name} (skipped: ${noBrowser})` : name, () => {
    const suite = {} as Suite;
    beforeAll(async () => {
      suite.service = await startProgram(settings);
      suite.browser = await launchBrowser();
    });
    afterAll(async () => {
      await suite.browser?.close();
      await suite.service?.stop();
    });
    afterEach(async () => {
      const faults = suite.screen?.faults ?? [];
      await suite.screen?.close();
      suite.screen = undefined as never;
      expect(faults.filter((fault) => !/status of 4\d\d/.test(fault))).toEqual([]);
    });
    body(suite);
  });
}
