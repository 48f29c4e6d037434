/** Every screen, in both languages and at both sizes, as somebody meets it who cannot see it or use a mouse. */
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
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
const DATA_SECTIONS = ["layers", "import", "history", "declarations", "checklist"] as const;
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

  describe.each(SCREENS)("%s %s: axe finds no fault", (lang, size, options) => {
    let found: Record<string, Flaw[]> = {};
    beforeEach(() => (found = {}));
    afterEach(() => expect(found).toEqual({}));

    const at = (test: string) => screen.at(test);
    const open = async (query: string) => {
      screen = await openScreen(browser, service.url, `&lang=${lang}${query}`, options);
    };
    /** All of the page as it stands; faults are held against the test at its end. */
    const look = async (name: string) => {
      await screen.page.waitForTimeout(350);
      const flaws = await flawsOf(screen.page);
      if (flaws.length > 0) found[name] = flaws;
    };

    it("siting: empty, typing coordinates", async () => {
      await open("");
      await look("empty");
      await at("type-coordinates").click();
      await look("typing coordinates");
      expect(await at("ask").isDisabled()).toBe(true);
    });

    it("siting: an answer, disputing it, the form filled in", async () => {
      await open(`&check=${checks[0]!.id}`);
      await at("conclusion").waitFor();
      await look("answer");
      await at("open-dispute").first().click();
      await look("answer, disputing");
      await at("view-form").click();
      await at("why-species").click();
      await look("filled in");
    });

    it("layers", async () => {
      await open("&task=layers");
      await look("layers");
    });

    it("examples", async () => {
      await open("&task=examples");
      await at("example-yc-prohibited").waitFor();
      await look("examples");
    });

    it("records", async () => {
      await open("&task=records");
      await at("record").first().waitFor();
      await look("records");
    });

    it("comparison", async () => {
      await open(`&task=records&compare=${checks.map(({ id }) => id).join(",")}`);
      await at("alternative-1").waitFor();
      await look("comparison");
    });

    it("sweep: none yet, running, its clues, one of them", async () => {
      // The first screen finds none and makes it; the second finds it made.
      await open("&task=sweep&date=2018-01-01");
      await screen.page.locator("[data-test=sweep-empty], [data-test=sweep-summary]").first().waitFor();
      if (await at("sweep-empty").count()) {
        await look("none yet");
        await at("sweep-begin").click();
        await at("run").waitFor();
        await look("running");
      }
      await at("sweep-summary").waitFor({ timeout: 120_000 });
      if (size === "phone") await at("sweep-view-list").click();
      await at("line-row").first().waitFor();
      await look("sweep");
      await at("line-row").first().click();
      await at("way-dismissed").click();
      await look("a clue");
    });

    it("screening: put together, its rows, one of them, all that were made", async () => {
      await open("&task=screening");
      await screen.page.locator("[data-test=batch-form], [data-test=screening-new]").first().waitFor();
      if (await at("screening-new").count()) await at("screening-new").click();
      await at("batch-text").fill(JSON.stringify(BATCH));
      await at("batch-faults").waitFor();
      await look("put together");
      await at("batch-begin").click();
      await at("line-row").nth(1).waitFor();
      await expect.poll(() => at("run").count()).toBe(0);
      await look("rows");
      await at("line-row").first().click();
      await at("site-title").waitFor();
      await look("a site");
      await at("site-back").click();
      await at("screening-back").click();
      await at("screening-new").waitFor();
      await look("made");
    });

    it("data: layers, import, history, declarations, checklist", async () => {
      await open("&task=data");
      await at("data-layers-list").waitFor();
      for (const section of DATA_SECTIONS) {
        await at(`data-${section}`).click();
        await look(section);
      }
    });

    it("drawer of a feature", async () => {
      await open(`&feature=${FARM}`);
      await at("feature-title").waitFor();
      await look("drawer");
    });

    it("catalogue: rules, an instrument, a rule", async () => {
      await open("&task=catalogue&rules=place:all;confidence:memory");
      await at("rule").first().waitFor();
      await look("rules");
      await screen.page.locator("[data-test^=about-]").first().click();
      await look("an instrument");
      await at("rule").first().click();
      await at("rule-gist").waitFor();
      await look("a rule");
    });

    it("catalogue: changes", async () => {
      await open("&task=catalogue&rules=tab:changes;from:2026-08-14;to:2026-08-15");
      await at("change").first().waitFor();
      await look("changes");
    });

    it("help", async () => {
      await open("&task=help");
      await look("help");
    });

    it("another day, measuring", async () => {
      await open("&date=2018-06-01");
      await at("measure-area").click();
      await look("measuring");
      if (size === "phone") return;
      await at("readout").click();
      await look("systems of positions");
    });

    it.runIf(size === "desktop")("print", async () => {
      await open("&task=print");
      await screen.page.locator("[data-test=sheet-preview] img").waitFor();
      await look("print");
    });

    it("report", async () => {
      await open("&task=help");
      await screen.page.goto(`${service.url}/api/checks/${checks[0]!.id}/report.html?lang=${lang}`);
      await look("report");
    });
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
