/** Eleven layers in a real browser: painted, told of, hidden and found; places; and the sites of 试一试. */
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { layers } from "../../server/layers/index.ts";
import { noBrowser, launchBrowser, openScreen, type RunningService, type Screen, startProgram } from "../support/browser.ts";

describe.skipIf(noBrowser !== undefined)(noBrowser ? `the layers (skipped: ${noBrowser})` : "the layers", () => {
  let service: RunningService;
  let browser: Browser;
  let screen: Screen;

  beforeAll(async () => {
    service = await startProgram();
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await service?.stop();
  });
  afterEach(async () => {
    const faults = screen?.faults ?? [];
    await screen?.close();
    screen = undefined as never;
    expect(faults.filter((fault) => !/status of 4\d\d/.test(fault))).toEqual([]);
  });

  it("paints every layer where it has features", async () => {
    screen = await openScreen(browser, service.url, "&task=layers");
    await screen.at("show-reach").click();
    const seen = new Set<string>();
    for (const box of [
      [105.93, 29.21, 105.97, 29.26],
      [105.86, 29.33, 105.93, 29.38],
      [105.85, 29.46, 105.92, 29.54],
    ]) {
      await screen.frame(box);
      for (const layer of Object.keys(await screen.drawn())) seen.add(layer);
    }
    expect([...seen]).toEqual(expect.arrayContaining(layers.map(({ id }) => id)));
  });

  it("tells of a feature in words: kind, deadlines and state, from the declared columns", async () => {
    screen = await openScreen(browser, service.url, "&lang=en&date=2018-06-01");
    await screen.frame([105.85, 29.03, 105.86, 29.037]);
    await screen.clickAt(105.8535, 29.0335);
    const popup = screen.at("popup");
    await popup.waitFor();
    const words = await popup.innerText();
    expect(words).toContain("Gangqiao industrial park");
    expect(words).toMatch(/Central treatment\s+unfinished/);
    expect(words).toMatch(/Central treatment due\s+2017-12-31/);
    expect(words).toMatch(/Gangqiao industrial park\s+industrial park/);
    expect(words).not.toMatch(/undefined|null/);
  });

  it("tells of a facility in the words of the vocabulary", async () => {
    screen = await openScreen(browser, service.url, "&lang=en");
    const items = await fetch(`${service.url}/api/collections/facility/items?bbox=105.93,29.21,105.97,29.26&limit=1000`);
    const { features } = (await items.json()) as {
      features: { geometry: { coordinates: [number, number] }; properties: { code: string; kind: string; name_en: string } }[];
    };
    const farm = features.find(({ properties }) => properties.kind === "livestock_farm")!;
    const [lon, lat] = farm.geometry.coordinates;
    await screen.frame([lon - 0.002, lat - 0.002, lon + 0.002, lat + 0.002]);
    await screen.clickAt(lon, lat);
    const popup = screen.at("popup");
    await popup.getByText(farm.properties.code).waitFor();
    const words = await popup.innerText();
    expect(words).toContain(farm.properties.name_en);
    expect(words).toMatch(/livestock farm/i);
    expect(words).toMatch(/State\s+(operating|closed|planned)/);
    expect(words).not.toMatch(/livestock_farm\n|undefined|null/);
  });

  it("says for the district in view what is loaded and what is not, finds a theme, and hides it", async () => {
    screen = await openScreen(browser, service.url, "&task=layers");
    const panel = screen.at("layers-panel");
    expect(await screen.at("unknown-control_area").innerText()).toContain("生态保护红线");
    await screen.at("layers-filter").fill("一公里管控带");
    expect(await panel.locator("li").count()).toBe(1);
    await screen.frame([105.93, 29.25, 105.97, 29.29]);
    const strip = () => screen.drawn().then((drawn) => drawn["control_area"] ?? []);
    expect(await strip()).toContain("A-500118-STRIP");
    await screen.at("show-control_area/source_strip").click();
    await screen.still();
    expect(await strip()).not.toContain("A-500118-STRIP");
    await screen.at("layers-filter").fill("zzz");
    expect(await panel.locator("section").count()).toBe(0);
  });

  it("goes to another district, whose name, coverage and legend follow", async () => {
    screen = await openScreen(browser, service.url, "&task=layers");
    await screen.at("places").click();
    await screen.at("place-652801").click();
    await screen.page.waitForTimeout(1200);
    await screen.still();
    expect(await screen.at("places").innerText()).toContain("库尔勒市");
    expect((await screen.drawn())["jurisdiction"]).toContain("652801");
    await screen.frame([86.1, 41.7, 86.22, 41.82]);
    await expect.poll(() => screen.at("legend").innerText()).toContain("水产禁养区");
    expect(await screen.at("legend").innerText()).not.toContain("管控带");
  });

  it.each([
    ["yc-suspended", "suspended", "2018-03-01"],
    ["krl-withdraw", "must_withdraw", "2026-11-24"],
    ["hlgl-landscape", "prohibited", "2020-06-01"],
  ])("试一试 %s opens its site, asks on its date and shows %s", async (id, conclusion, date) => {
    screen = await openScreen(browser, service.url, "&task=examples");
    await screen.at(`example-${id}`).click();
    const answer = screen.at("conclusion");
    await answer.waitFor();
    expect(await answer.getAttribute("data-conclusion")).toBe(conclusion);
    expect(await screen.page.locator("[data-test=panel]").innerText()).toContain(date);
    if (id === "yc-suspended") expect(await screen.at("told").first().innerText()).toContain("2017-12-31");
  });

  it("the first screen leads to the sites to try, and a low window folds the legend", async () => {
    screen = await openScreen(browser, service.url, "", { viewport: { width: 1366, height: 640 } });
    await expect.poll(() => screen.at("legend").innerText()).toBe("图例");
    await screen.at("to-examples").click();
    await screen.at("example-yc-prohibited").click();
    await screen.at("view-form").click();
    expect(await screen.at("site-current").innerText()).toContain("示例地块");
  });

  it("试一试 lists every district and speaks English", async () => {
    screen = await openScreen(browser, service.url, "&task=examples&lang=en", { viewport: { width: 390, height: 844 } });
    const panel = screen.at("examples-panel");
    await expect.poll(() => panel.locator("h3").count()).toBe(5);
    expect(await panel.innerText()).not.toMatch(/[\u4e00-\u9fff]/);
  });
});
