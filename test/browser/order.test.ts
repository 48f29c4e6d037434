/** Answers that come late, or in another order than they were asked for, and days and data that change while the page is
 *  open: what is on the screen is what was asked last. */
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import type { Check, CheckSummary } from "../../server/api/checks.ts";
import type { Landing } from "../../server/api/collections.ts";
import type { List } from "../../server/api/common.ts";
import { chooseActivity, inBrowser, openScreen, typeSite } from "../support/browser.ts";
import { AS_ZONES, geoJson, zone } from "../support/imports.ts";
import { FAR, IN_FIRST, PIG_FARM, rectangle } from "../support/service.ts";

const SITE = "105.8500, 29.3300\n105.8510, 29.3300\n105.8510, 29.3310\n105.8500, 29.3310";
/** Longer than any rest of the screen's before it asks. */
const WHILE_MS = 1200;

inBrowser("answers out of order", (suite) => {
  const at = (name: string) => suite.screen.at(name);
  const post = (path: string, body: object) =>
    fetch(suite.service.url + path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  const store = async (name: string, more: object = {}) =>
    (await (await post("/api/checks", { ...PIG_FARM, name, geometry: IN_FIRST, ...more })).json()) as Check;
  const total = async () =>
    ((await (await fetch(`${suite.service.url}/api/checks?limit=1`)).json()) as List<CheckSummary>).numberMatched;
  const a_while = () => suite.screen.page.waitForTimeout(WHILE_MS);

  /** Holds back the requests to an address until they are let go; `asked` counts them. */
  async function hold(page: Page, url: string | RegExp, method = "GET") {
    let letGo = () => {};
    const gate = new Promise<void>((resolve) => (letGo = resolve));
    const held = { asked: 0, letGo: () => letGo() };
    await page.route(url, async (route) => {
      if (route.request().method() !== method) return route.fallback();
      held.asked++;
      await gate;
      // The page may have given it up.
      await route.continue().catch(() => undefined);
    });
    return held;
  }

  it("a trial never takes the place of the check that is asked after it", async () => {
    const check = await store("asked at once");
    suite.screen = await openScreen(suite.browser, suite.service.url, `&check=${check.id}`);
    await at("conclusion").waitFor();
    const before = await total();
    const trial = await hold(suite.screen.page, /\/api\/checks\?.*trial=true/, "POST");
    const asking = await hold(suite.screen.page, /\/api\/checks\?lang=zh$/, "POST");
    await at("view-form").click();
    await at("action-existing").click();
    await at("ask").click();
    await expect.poll(() => asking.asked).toBe(1);
    const tried = trial.asked;
    await a_while();
    expect(trial.asked).toBe(tried);
    asking.letGo();
    await at("report").waitFor();
    trial.letGo();
    await a_while();
    expect(await at("trial").count()).toBe(0);
    expect(await at("report").count()).toBeGreaterThan(0);
    expect(await total()).toBe(before + 1);
  });

  it("of two records opened, and a question asked before, the last one opened is shown", async () => {
    const [slow, quick] = [await store("慢的一条"), await store("快的一条", { geometry: FAR })];
    suite.screen = await openScreen(suite.browser, suite.service.url);
    await typeSite(suite.screen, SITE);
    await chooseActivity(suite.screen, "旅游");
    const asking = await hold(suite.screen.page, /\/api\/checks\?lang=zh$/, "POST");
    const reading = await hold(suite.screen.page, new RegExp(`/api/checks/${slow.id}\\?`));
    await at("ask").click();
    await at("waiting").waitFor();
    const openRecord = async (name: string) => {
      await at("task-records").click();
      await at("record").filter({ hasText: name }).first().click();
    };
    await openRecord("慢的一条");
    await expect.poll(() => reading.asked).toBe(1);
    await openRecord("快的一条");
    await expect.poll(() => at("answer").innerText()).toContain("快的一条");
    reading.letGo();
    asking.letGo();
    await a_while();
    expect(await at("answer").innerText()).toContain("快的一条");
    expect(new URL(suite.screen.page.url()).searchParams.get("check")).toBe(quick.id);
    expect(await at("waiting").count()).toBe(0);
  });

  it("a check asked in Chinese is read in English when the screen is English by then", async () => {
    suite.screen = await openScreen(suite.browser, suite.service.url, "&lang=zh");
    await typeSite(suite.screen, SITE);
    await chooseActivity(suite.screen, "旅游");
    const asking = await hold(suite.screen.page, /\/api\/checks\?lang=zh$/, "POST");
    await at("ask").click();
    await expect.poll(() => asking.asked).toBe(1);
    await at("lang-en").click();
    await suite.screen.page.locator("html[lang=en]").waitFor();
    asking.letGo();
    await at("sentence").waitFor();
    await expect.poll(() => at("sentence").innerText()).toMatch(/^[^\u4e00-\u9fff]+$/);
  });

  it("the activities stay in the language switched to last", async () => {
    suite.screen = await openScreen(suite.browser, suite.service.url, "&lang=zh");
    await chooseActivity(suite.screen, "养猪场");
    const chosen = () =>
      at("activity").evaluate(
        (node) => (node as unknown as { closest(of: string): { innerText: string } }).closest(".el-select").innerText,
      );
    const words = await chosen();
    expect(words).toMatch(/[\u4e00-\u9fff]/);
    const english = await hold(suite.screen.page, /\/api\/activities\?lang=en/);
    await at("lang-en").click();
    await expect.poll(() => english.asked).toBeGreaterThan(0);
    await at("lang-zh").click();
    await a_while();
    english.letGo();
    await a_while();
    expect(await chosen()).toBe(words);
  });

  it("an upload given up while it is looked at leaves an empty door", async () => {
    suite.screen = await openScreen(suite.browser, suite.service.url, "&task=data");
    await at("data-import").click();
    const looking = await hold(suite.screen.page, /\/api\/imports\/[^/?]+\?/);
    const text = geoJson([zone("LOOK-1", IN_FIRST)]);
    const file = { name: "look.geojson", mimeType: "application/geo+json", buffer: Buffer.from(text) };
    await at("door-files").setInputFiles(file);
    await expect.poll(() => looking.asked).toBe(1);
    await at("door-give-up").click();
    looking.letGo();
    await a_while();
    await at("door-drop").waitFor();
    expect(await at("door-progress").count()).toBe(0);
    await at("door-files").setInputFiles(file);
    await at("upload-preview").waitFor();
  });

  it("what one district holds is not shown under the name of another", async () => {
    suite.screen = await openScreen(suite.browser, suite.service.url, "&task=data");
    await at("data-layer-protection_zone").waitFor();
    const district = at("data-district");
    const codes = await district
      .locator("option")
      .evaluateAll((options) => options.map((option) => (option as unknown as { value: string }).value));
    const [other] = codes.filter((code) => code !== "500118");
    await district.selectOption("500118");
    await at("data-layer-protection_zone").waitFor();
    await suite.screen.page.route(/\/api\/coverage\?.*/, (route) => route.abort());
    await district.selectOption(other!);
    await at("data-panel").locator("[data-test=problem]").waitFor();
    expect(await at("data-layer-protection_zone").count()).toBe(0);
    suite.screen.faults.splice(0, Infinity, ...suite.screen.faults.filter((fault) => !fault.includes("net::ERR_FAILED")));
  });

  it("an import that is undone leaves the map, and its popup closes", async () => {
    const body = new FormData();
    const corner = [105.9, 29.3] as const;
    body.append("file", new Blob([geoJson([zone("GONE-1", rectangle(105.899, 29.299, 105.901, 29.301))])]), "gone.geojson");
    const sent = await fetch(`${suite.service.url}/api/imports`, { method: "POST", body });
    const { id } = (await sent.json()) as { id: string };
    const done = await post(`/api/imports/${id}/apply`, AS_ZONES);
    expect(done.status, await done.text()).toBeLessThan(300);
    suite.screen = await openScreen(suite.browser, suite.service.url, "&task=data");
    await suite.screen.frame([105.89, 29.29, 105.91, 29.31]);
    const zones = async () => (await suite.screen.drawn())["protection_zone"] ?? [];
    await expect.poll(zones).toContain("GONE-1");
    await suite.screen.clickAt(...corner);
    await at("popup").getByText("GONE-1").first().waitFor();
    await at("data-history").click();
    const row = suite.screen.page.locator("[data-test=history-import]", { hasText: "gone.geojson" });
    await row.locator("[data-test=history-undo]").click();
    await row.locator("[data-test=history-undo-sure]").click();
    await expect.poll(zones).not.toContain("GONE-1");
    await at("popup").waitFor({ state: "detached" });
  });

  it("a map whose day could not be had is asked for again, and the popup is of the day too", async () => {
    suite.screen = await openScreen(suite.browser, suite.service.url, "&date=2026-08-14");
    const { page } = suite.screen;
    await suite.screen.frame([105.9495, 29.2293, 105.9525, 29.2313]);
    await suite.screen.clickAt(105.951, 29.2302);
    await at("popup").getByText("500118-HJZB-1").waitFor();
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    await page.route("**/style.json*", (route) => route.abort());
    await at("as-of-back").click();
    await at("map-failure").waitFor();
    expect(asked.some((url) => /items\/500118-HJZB-1\?(?!.*datetime)/.test(url))).toBe(true);
    await page.unroute("**/style.json*");
    asked.splice(0);
    await at("map-failure").getByRole("button").click();
    await expect.poll(() => asked.some((url) => /\/tiles\/[^?]+\/\d+\/\d+\/\d+$/.test(url))).toBe(true);
    await at("map-failure").waitFor({ state: "detached" });
    suite.screen.faults.splice(0, Infinity, ...suite.screen.faults.filter((fault) => !fault.includes("net::ERR_FAILED")));
  });

  it("after midnight the bar shows the new day", async () => {
    suite.screen = await openScreen(suite.browser, suite.service.url);
    const { page } = suite.screen;
    const day = () => at("as-of").locator("input").inputValue();
    const { today } = (await (await fetch(`${suite.service.url}/api?lang=zh`)).json()) as Landing;
    expect(await day()).toBe(today);
    const tomorrow = new Date(Date.parse(today) + 86_400_000).toISOString().slice(0, 10);
    await page.route(/\/api\?lang=zh$/, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: { ...((await response.json()) as Landing), today: tomorrow } });
    });
    const tiles = page.waitForRequest(/\/tiles\/[^?]+\/\d+\/\d+\/\d+$/);
    // Five past midnight in Shanghai.
    await page.clock.setFixedTime(new Date(`${tomorrow}T00:05:00+08:00`));
    await page.evaluate(() => (globalThis as unknown as { dispatchEvent(event: Event): void }).dispatchEvent(new Event("focus")));
    await expect.poll(day).toBe(tomorrow);
    await tiles;
    expect(await at("as-of-back").count()).toBe(0);
  });
});
