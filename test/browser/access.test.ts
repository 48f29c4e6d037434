/** Every screen, in both languages and at both sizes, as somebody meets it who cannot see it or use a mouse. */
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Check } from "../../server/api/checks.ts";
import {
  type Flaw,
  flawsOf,
  launchBrowser,
  noBrowser,
  openScreen,
  type RunningService,
  type Screen,
  startProgram,
} from "../support/browser.ts";
import { IN_FIRST, PIG_FARM } from "../support/service.ts";

const DESKTOP = { viewport: { width: 1440, height: 900 } };
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const FARM = "facility/F-500118-livestock_farm-002";
const BATCH = {
  type: "FeatureCollection",
  features: [
    { type: "Feature", geometry: IN_FIRST, properties: { ...PIG_FARM, name: "one" } },
    { type: "Feature", geometry: null, properties: { ...PIG_FARM, name: "two" } },
  ],
};
/** Both languages and both sizes; the other two pairs show the same elements with the other's words. */
const SCREENS = [
  ["zh", "desktop", DESKTOP],
  ["en", "phone", PHONE],
] as const;

describe.skipIf(noBrowser !== undefined)(noBrowser ? `access (skipped: ${noBrowser})` : "access", () => {
  let service: RunningService;
  let browser: Browser;
  let screen: Screen;
  const checks: Check[] = [];

  beforeAll(async () => {
    service = await startProgram();
    browser = await launchBrowser();
    for (const action of ["new", "existing"]) {
      const response = await fetch(`${service.url}/api/checks`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ ...PIG_FARM, action, name: `access ${action}`, geometry: IN_FIRST }),
      });
      checks.push((await response.json()) as Check);
    }
  });
  afterAll(async () => {
    await browser?.close();
    await service?.stop();
  });
  afterEach(async () => {
    await screen?.close();
    screen = undefined as never;
  });

  it.each(SCREENS)("%s %s: axe finds no fault on any screen", async (lang, _, options) => {
    const found: Record<string, Flaw[]> = {};
    const look = async (name: string) => {
      await screen.page.waitForTimeout(350);
      const flaws = await flawsOf(screen.page);
      if (flaws.length > 0) found[name] = flaws;
    };
    const open = async (query: string) => {
      await screen?.close();
      screen = await openScreen(browser, service.url, `&lang=${lang}${query}`, options);
    };
    await open("");
    await look("siting, empty");
    await screen.at("type-coordinates").click();
    await look("siting, typing coordinates");
    await screen.at("ask").isDisabled();
    await open("&task=layers");
    await look("layers");
    await open("&task=examples");
    await screen.at("example-yc-prohibited").waitFor();
    await look("examples");
    await open(`&check=${checks[0]!.id}`);
    await screen.at("conclusion").waitFor();
    await look("answer");
    await screen.at("open-dispute").first().click();
    await look("answer, disputing");
    await screen.at("view-form").click();
    await screen.at("why-species").click();
    await look("siting, filled in");
    await open("&task=records");
    await screen.at("record").first().waitFor();
    await look("records");
    await open(`&task=records&compare=${checks.map(({ id }) => id).join(",")}`);
    await screen.at("alternative-1").waitFor();
    await look("comparison");
    await open("&task=sweep&date=2018-01-01");
    await screen.page.locator("[data-test=sweep-empty], [data-test=sweep-summary]").first().waitFor();
    if (await screen.at("sweep-empty").count()) {
      await look("sweep, none yet");
      await screen.at("sweep-begin").click();
      await screen.at("run").waitFor();
      await look("sweep, running");
    }
    await screen.at("sweep-summary").waitFor({ timeout: 120_000 });
    if (options === PHONE) await screen.at("sweep-view-list").click();
    await screen.at("line-row").first().waitFor();
    await look("sweep");
    await screen.at("line-row").first().click();
    await screen.at("way-dismissed").click();
    await look("sweep, a clue");
    await open("&task=screening");
    await screen.page.locator("[data-test=batch-form], [data-test=screening-new]").first().waitFor();
    if (await screen.at("screening-new").count()) {
      await look("screenings made");
      await screen.at("screening-new").click();
    }
    await screen.at("batch-text").fill(JSON.stringify(BATCH));
    await screen.at("batch-faults").waitFor();
    await look("screening, put together");
    await screen.at("batch-begin").click();
    await screen.at("line-row").nth(1).waitFor();
    await expect.poll(() => screen.at("run").count()).toBe(0);
    await look("screening");
    await screen.at("line-row").first().click();
    await screen.at("site-title").waitFor();
    await look("screening, a site");
    await open(`&feature=${FARM}`);
    await screen.at("feature-title").waitFor();
    await look("drawer");
    await open("&task=catalogue&rules=place:all;confidence:memory");
    await screen.at("rule").first().waitFor();
    await look("catalogue");
    await screen.page.locator("[data-test^=about-]").first().click();
    await look("catalogue, an instrument");
    await screen.at("rule").first().click();
    await screen.at("rule-gist").waitFor();
    await look("catalogue, a rule");
    await open("&task=catalogue&rules=tab:changes;from:2026-08-14;to:2026-08-15");
    await screen.at("change").first().waitFor();
    await look("catalogue, changes");
    await open("&task=help");
    await look("help");
    await open("&date=2018-06-01");
    await screen.at("measure-area").click();
    await look("another day, measuring");
    if (options === DESKTOP) {
      await screen.at("readout").click();
      await look("systems of positions");
      await open("&task=print");
      await screen.page.locator("[data-test=sheet-preview] img").waitFor();
      await look("print");
    }
    await screen.page.goto(`${service.url}/api/checks/${checks[0]!.id}/report.html?lang=${lang}`);
    await look("report");
    expect(found).toEqual({});
  });

  it("by keys alone: from the first field to the answer and its first finding", async () => {
    screen = await openScreen(browser, service.url);
    const { keyboard } = screen.page;
    const focus = () =>
      screen.page.evaluate(() => {
        const { activeElement } = (
          globalThis as unknown as {
            document: {
              activeElement: { dataset: Record<string, string>; closest(of: string): { dataset: Record<string, string> } | null };
            };
          }
        ).document;
        return activeElement.dataset["test"] ?? activeElement.closest("[data-test]")?.dataset["test"] ?? "";
      });
    const tabTo = async (test: string, key = "Tab") => {
      for (let i = 0; i < 80; i++) {
        if ((await focus()) === test) return;
        await keyboard.press(key);
      }
      throw new Error(`The focus never came to ${test}; it is on ${await focus()}.`);
    };
    await tabTo("type-coordinates");
    await keyboard.press("Enter");
    await tabTo("site-text");
    await keyboard.type("105.9506,29.2301\n105.9512,29.2301\n105.9512,29.2306");
    await tabTo("take-text");
    await keyboard.press("Enter");
    await screen.at("site-current").waitFor();
    await tabTo("activity");
    await keyboard.type("养猪场");
    await screen.page.waitForTimeout(400);
    await keyboard.press("ArrowDown");
    await keyboard.press("Enter");
    await tabTo("ask");
    await keyboard.press("Enter");
    await screen.at("conclusion").waitFor();
    expect(await screen.at("conclusion").innerText()).toBe("涉及禁止性规定");
    await tabTo("finding-head");
    await keyboard.press("Enter");
    await expect.poll(() => screen.drawnOf("sj-piece")).toBeGreaterThan(0);
    const outline = await screen.page.evaluate(() => {
      const { document, getComputedStyle } = globalThis as unknown as {
        document: { activeElement: unknown };
        getComputedStyle(of: unknown): { outlineStyle: string; outlineWidth: string };
      };
      const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
      return `${outlineStyle} ${outlineWidth}`;
    });
    expect(outline).toMatch(/^(solid|auto) [1-9]/);
  });

  it("the page says so, in both languages, when the service is gone from the start; and comes back", async () => {
    const context = await browser.newContext(DESKTOP);
    const page = await context.newPage();
    await page.route("**/api*", (route) => route.abort());
    await page.route("**/api/**", (route) => route.abort());
    await page.goto(service.url);
    await page.locator("[data-test=outage]").waitFor();
    expect(await flawsOf(page)).toEqual([]);
    const words = await page.locator("[data-test=outage]").innerText();
    expect(words).toMatch(/[\u4e00-\u9fff]/);
    expect(words).toMatch(/service/i);
    await page.unrouteAll();
    await page.locator("[data-test=outage] button").click();
    await page.locator("[data-test=panel]").waitFor();
    await context.close();
  });
});
