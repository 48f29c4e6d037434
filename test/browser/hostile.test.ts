/** Names that are markup, turn the line, are endless or no letters at all, through every place where text is shown. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Check } from "../../server/api/checks.ts";
import type { Screening } from "../../server/api/screenings.ts";
import { openDatabase } from "../../server/db/open.ts";
import { GEODATA } from "../../server/service.ts";
import { buildWeb } from "../../server/web.ts";
import { launchBrowser, noBrowser, openScreen, type Screen } from "../support/browser.ts";
import { IN_FIRST, PIG_FARM, type Service, startService } from "../support/service.ts";

const MARKUP = `<img src=x onerror="globalThis.broken=1"><script>globalThis.broken=1</script>{{7*7}}\${7*7}`;
const NAMES = [
  MARKUP,
  "\u202eחומה\u202c gnirts desrever \u2067逆",
  "长".repeat(500),
  "👩‍👩‍👧‍👦🏞️💧 𠮷野家 é\u0301",
  `"'><svg/onload=globalThis.broken=1>`,
];
const ZONE = { layer: "protection_zone", code: "500118-HJZB-1" };
const SIZES = [
  ["desktop", { viewport: { width: 1440, height: 900 } }],
  ["phone", { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }],
] as const;

describe.skipIf(noBrowser !== undefined)(noBrowser ? `hostile names (skipped: ${noBrowser})` : "hostile names", () => {
  let folder: string;
  let service: Service;
  let browser: Browser;
  let screen: Screen;
  const checks: Check[] = [];
  let batch: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "shuijie-hostile-"));
    cpSync(GEODATA, folder, { recursive: true });
    // Every name of three layers: the zone with markup, the others in turn.
    for (const layer of ["protection_zone", "facility", "river"]) {
      const file = join(folder, "layers", layer, "500118.geojson");
      const data = JSON.parse(readFileSync(file, "utf8")) as { features: { properties: Record<string, unknown> }[] };
      for (const [i, { properties }] of data.features.entries()) {
        const name = properties["code"] === ZONE.code ? MARKUP : NAMES[i % NAMES.length]!;
        Object.assign(properties, { name_zh: name, name_en: name, aliases: NAMES, source: MARKUP });
      }
      writeFileSync(file, JSON.stringify(data));
    }
    const database = await openDatabase({
      dataDir: join(folder, "data"),
      statementTimeoutMs: 30_000,
      log: console,
      holder: { command: "test" },
    });
    service = await startService(database, { web: await buildWeb(() => undefined), geodata: folder });
    for (const [i, name] of NAMES.entries()) {
      const check = await service.check({
        ...PIG_FARM,
        name: name.slice(0, 200),
        action: i % 2 ? "existing" : "new",
        geometry: IN_FIRST,
      });
      checks.push(check);
      await service.post(`/api/checks/${check.id}/disputes`, { finding: "f1", reason: name });
    }
    const features = NAMES.map((name) => ({
      type: "Feature",
      geometry: IN_FIRST,
      properties: { ...PIG_FARM, name: name.slice(0, 200), [name]: 1 },
    }));
    const begun = await service.post("/api/screenings", { name: MARKUP, sites: { type: "FeatureCollection", features } });
    batch = ((await begun.json()) as Screening).id;
    await service.post("/api/sweeps", { as_of: "2018-01-01" });
    await service.jobs.idle();
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await service?.close();
    rmSync(folder, { recursive: true, force: true });
  });
  afterEach(async () => {
    const faults = screen?.faults ?? [];
    await screen?.close();
    screen = undefined as never;
    expect(faults).toEqual([]);
  });

  /** Nothing ran, nothing was built of it, and the page is no wider than the window. */
  async function harmless(width: number): Promise<void> {
    const state = await screen.page.evaluate(() => {
      const { document, broken } = globalThis as unknown as {
        document: { querySelectorAll(of: string): { length: number }; documentElement: { scrollWidth: number } };
        broken?: number;
      };
      return {
        ran: broken ?? 0,
        built: document.querySelectorAll('img[src="x"], svg[onload], script:not([src])').length,
        width: document.documentElement.scrollWidth,
      };
    });
    expect(state).toEqual({ ran: 0, built: 0, width });
  }

  it.each(SIZES)(
    "%s: in the tables of sweep and screening, in what is in hand and in its history they are text",
    async (_, options) => {
      const { width } = options.viewport;
      screen = await openScreen(browser, service.url, "&task=sweep&date=2018-01-01", options);
      await screen.at("sweep-summary").waitFor();
      // Of hundreds of rows only those in sight are drawn.
      await screen.at("clue-search").fill("img src");
      if (width < 760) await screen.at("sweep-view-list").click();
      await screen.at("clue-grouping").selectOption("none");
      await expect.poll(() => screen.at("data-table").innerText()).toContain("<img src=x");
      await harmless(width);
      const heights = await screen.at("line-row").evaluateAll((rows) => rows.map((one) => one.getBoundingClientRect().height));
      expect(Math.max(...heights)).toBeLessThan(140);
      await screen.at("line-row").first().click();
      await screen.at("clue-title").waitFor();
      await screen.at("way-note").click();
      await screen.at("clue-note").fill(MARKUP);
      await screen.at("clue-save").click();
      await expect.poll(() => screen.at("clue-history").innerText()).toContain("<script>");
      await harmless(width);
      await screen.close();
      screen = await openScreen(browser, service.url, `&task=screening&screening=${batch}`, options);
      await expect.poll(() => screen.at("line-row").count()).toBe(NAMES.length);
      await harmless(width);
      await screen.at("line-row").first().click();
      await screen.at("site-title").waitFor();
      expect(await screen.at("site-title").innerText()).toContain("<img src=x");
      await harmless(width);
      await screen.at("site-back").click();
      await screen.at("compare-all").click();
      await screen.at("alternative-4").waitFor();
      await harmless(width);
      await screen.at("end-comparison").click();
      await screen.at("screening-back").click();
      expect(await screen.at("screening").first().innerText()).toContain("<img src=x");
      await harmless(width);
    },
  );

  it.each(SIZES)(
    "%s: in answer, disputes, records, comparison, search, drawer, popup, print and report they are text",
    async (_, options) => {
      const { width } = options.viewport;
      const open = async (query: string) => {
        await screen?.close();
        screen = await openScreen(browser, service.url, query, options);
      };
      await open(`&check=${checks[0]!.id}`);
      await screen.at("conclusion").waitFor();
      await screen.at("dispute").first().waitFor();
      const answer = await screen.at("answer").textContent();
      expect(answer).toContain(MARKUP.slice(0, 60));
      expect(answer).toContain("{{7*7}}");
      await screen.at("finding-head").first().click();
      await harmless(width);

      await open("&task=records");
      await screen.at("record").first().waitFor();
      expect(await screen.at("record").count()).toBe(NAMES.length);
      await harmless(width);
      const one = await screen.at("record").first().boundingBox();
      expect(one!.height).toBeLessThan(140);

      await open(
        `&task=records&compare=${checks
          .slice(0, 4)
          .map(({ id }) => id)
          .join(",")}`,
      );
      await screen.at("alternative-3").waitFor();
      await harmless(width);

      await open(`&feature=${ZONE.layer}/${ZONE.code}`);
      await screen.at("feature-title").waitFor();
      expect(await screen.at("feature-title").innerText()).toContain("<img src=x");
      await harmless(width);

      await open("");
      await screen.frame([105.945, 29.224, 105.958, 29.24]);
      await harmless(width);
      if (width > 760) {
        await screen.clickAt(105.9511, 29.2304);
        await screen.at("popup").waitFor();
        await harmless(width);
        await screen.page.keyboard.press("/");
        await screen.page.keyboard.type("<img");
        await screen.page.locator("[data-test=search] [role=option]").first().waitFor();
        await harmless(width);
        await screen.page.keyboard.press("Escape");
        await screen.at("open-print").click();
        await screen.at("print-title").fill(MARKUP.slice(0, 60));
        await screen.page.locator("[data-test=sheet-preview] img").waitFor();
        await harmless(width);
      }
      for (const check of checks) {
        await screen.page.goto(`${service.url}/api/checks/${check.id}/report.html`);
        await screen.page.locator("h1").waitFor();
        await harmless(width);
        expect(await screen.page.locator("figure svg").count()).toBeGreaterThan(0);
      }
    },
  );
});
