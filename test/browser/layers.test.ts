/** Eleven layers in a real browser: painted, told of, hidden and found; places; and the sites of 试一试. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { layers } from "../../server/layers/index.ts";
import { LIMITS } from "../../server/formats/format.ts";
import { readFiles } from "../../server/formats/read.ts";
import { flawsOf, inBrowser, openScreen } from "../support/browser.ts";

const SCREENS = [
  ["zh", "desktop", { viewport: { width: 1440, height: 900 } }],
  ["en", "phone", { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }],
] as const;
type Counted = { numberMatched: number };

inBrowser("the layers", (suite) => {
  it("paints every layer where it has features", async () => {
    suite.screen = await openScreen(suite.browser, suite.service.url, "&task=layers");
    await suite.screen.at("show-reach").click();
    const seen = new Set<string>();
    for (const box of [
      [105.93, 29.21, 105.97, 29.26],
      [105.86, 29.33, 105.93, 29.38],
      [105.85, 29.46, 105.92, 29.54],
    ]) {
      await suite.screen.frame(box);
      for (const layer of Object.keys(await suite.screen.drawn())) seen.add(layer);
    }
    expect([...seen]).toEqual(expect.arrayContaining(layers.map(({ id }) => id)));
  });

  it("tells of a feature in words: kind, deadlines and state, from the declared columns", async () => {
    suite.screen = await openScreen(suite.browser, suite.service.url, "&lang=en&date=2018-06-01");
    await suite.screen.frame([105.85, 29.03, 105.86, 29.037]);
    await suite.screen.clickAt(105.8535, 29.0335);
    const popup = suite.screen.at("popup");
    // The bubble opens before the facts have come.
    await popup.getByText("Central treatment due").waitFor();
    const words = await popup.innerText();
    expect(words).toContain("Gangqiao industrial park");
    expect(words).toMatch(/Central treatment\s+unfinished/);
    expect(words).toMatch(/Central treatment due\s+2017-12-31/);
    expect(words).toMatch(/Gangqiao industrial park\s+industrial park/);
    expect(words).not.toMatch(/undefined|null/);
  });

  it("tells of a facility in the words of the vocabulary", async () => {
    suite.screen = await openScreen(suite.browser, suite.service.url, "&lang=en");
    const items = await fetch(`${suite.service.url}/api/collections/facility/items?bbox=105.93,29.21,105.97,29.26&limit=1000`);
    const { features } = (await items.json()) as {
      features: { geometry: { coordinates: [number, number] }; properties: { code: string; kind: string; name_en: string } }[];
    };
    const farm = features.find(({ properties }) => properties.kind === "livestock_farm")!;
    const [lon, lat] = farm.geometry.coordinates;
    await suite.screen.frame([lon - 0.002, lat - 0.002, lon + 0.002, lat + 0.002]);
    await suite.screen.clickAt(lon, lat);
    const popup = suite.screen.at("popup");
    await popup.getByText(farm.properties.code).waitFor();
    const words = await popup.innerText();
    expect(words).toContain(farm.properties.name_en);
    expect(words).toMatch(/livestock farm/i);
    expect(words).toMatch(/State\s+(operating|closed|planned)/);
    expect(words).not.toMatch(/livestock_farm\n|undefined|null/);
  });

  it("takes a layer away as a file, and says what the file could not hold", async () => {
    suite.screen = await openScreen(suite.browser, suite.service.url, "&task=layers&lang=en");
    const { page } = suite.screen;
    const menu = suite.screen.at("take-protection_zone");
    await menu.locator("[data-test=download]").click();
    await menu.locator("[data-test=download-format]").selectOption("baopan");
    await menu.locator("[data-test=download-extent]").selectOption({ index: 1 });
    const [file] = await Promise.all([page.waitForEvent("download"), menu.locator("[data-test=download-take]").click()]);
    expect(file.suggestedFilename()).toBe("protection_zone.txt");
    const text = new TextDecoder("gb18030").decode(readFileSync(await file.path()));
    expect(text).toContain("坐标系=2000国家大地坐标系");
    expect(text.match(/,@\r\n/g)!.length).toBeGreaterThan(1);
    await menu.locator("[data-test=download-notes]").getByText("no place for").waitFor();
  });

  it.each(SCREENS)(
    "%s %s: of a layer just the features that meet conditions are counted and taken away",
    async (lang, _, options) => {
      suite.screen = await openScreen(suite.browser, suite.service.url, `&task=layers&lang=${lang}`, options);
      const { page } = suite.screen;
      await suite.screen.at("fold-facility").click();
      const menu = suite.screen.at("take-facility");
      const inMenu = (name: string) => menu.locator(`[data-test=${name}]`);
      const many = async (query: string) =>
        ((await (await fetch(`${suite.service.url}/api/collections/facility/items?limit=1&${query}`)).json()) as Counted)
          .numberMatched;
      const says = (count: number) =>
        expect.poll(() => inMenu("export-count").innerText()).toMatch(new RegExp(`(^|\\D)${count}\\D`));
      await inMenu("download").click();
      await says(await many(""));
      await inMenu("condition-add").click();
      await inMenu("condition-field").first().selectOption("kind");
      await inMenu("condition-value").first().selectOption("outfall");
      await says(await many("kind=outfall"));
      await inMenu("condition-add").click();
      await inMenu("condition-field").nth(1).selectOption("kind");
      await inMenu("condition-value").nth(1).selectOption("well");
      await says(await many("kind=outfall,well"));
      await inMenu("condition-add").click();
      await inMenu("condition-field").nth(2).selectOption("competent_jurisdiction");
      await inMenu("condition-value").nth(2).fill("500118");
      const wanted = await many("kind=outfall,well&competent_jurisdiction=500118");
      expect(wanted).toBeGreaterThan(0);
      await says(wanted);
      expect(await flawsOf(page)).toEqual([]);
      await inMenu("download-format").selectOption("gpkg");
      const [file] = await Promise.all([page.waitForEvent("download"), inMenu("download-take").click()]);
      const bytes = new Uint8Array(readFileSync(await file.path()));
      const { layers: read } = await readFiles([{ name: "a.gpkg", bytes }], {}, LIMITS);
      expect(read[0]!.features).toHaveLength(wanted);
      // What does not fit the field is refused in words; without conditions it is the whole again.
      await inMenu("condition-field").nth(2).selectOption("valid_from");
      await inMenu("condition-value").nth(2).fill("2026");
      await inMenu("field-filter").locator("[data-test=problem]").waitFor();
      expect(await inMenu("field-filter").locator("[data-test=problem]").innerText()).toContain("yyyy-mm-dd");
      while ((await inMenu("condition").count()) > 0) await inMenu("condition-remove").first().click();
      await says(await many(""));
    },
  );

  it.each(SCREENS)(
    "%s %s: features put together on the map and in the search are taken away, each layer's in one file",
    async (lang, size, options) => {
      suite.screen = await openScreen(suite.browser, suite.service.url, `&lang=${lang}`, options);
      const { page } = suite.screen;
      const at = (name: string) => suite.screen.at(name);
      if (size === "phone") await at("search-open").click();
      await at("search-input").fill("养殖场00");
      await at("search-select").waitFor();
      const found = await page
        .locator("[data-test=hit]")
        .evaluateAll((hits) =>
          (hits as unknown as { getAttribute(name: string): string }[]).map((hit) => hit.getAttribute("data-code")),
        );
      expect(found.length).toBeGreaterThan(3);
      await at("search-select").click();
      await at("selection").waitFor();
      expect(await at("selection-facility").locator("[data-test=selection-remove]").count()).toBe(found.length);
      await at("selection-remove").first().click();
      // A zone, by a click on the map.
      // On a phone the lower half of the map is under the sheet.
      await suite.screen.frame(size === "phone" ? [105.931, 29.199, 105.971, 29.219] : [105.93, 29.21, 105.97, 29.26]);
      await suite.screen.clickAt(105.9508, 29.2303);
      await at("popup").waitFor();
      await at("popup-select").click();
      expect(await at("popup-select").innerText()).toMatch(/移出|out/);
      await at("popup-select").click();
      expect(await at("popup-select").innerText()).toMatch(/加入|[Aa]dd/);
      await at("popup-select-all").click();
      await at("popup-selection").click();
      await at("selection-protection_zone").waitFor();
      expect(await flawsOf(page)).toEqual([]);
      const taken = async (layer: string, format: string, encoding: string | null) => {
        const menu = at(`selection-${layer}`);
        await menu.locator("[data-test=download]").click();
        await menu.locator("[data-test=download-format]").selectOption(format);
        if (encoding !== null) await menu.locator("[data-test=download-encoding]").selectOption(encoding);
        await menu.locator("[data-test=download-system]").selectOption("gk3");
        const [file] = await Promise.all([page.waitForEvent("download"), menu.locator("[data-test=download-take]").click()]);
        const bytes = new Uint8Array(readFileSync(await file.path()));
        const { layers: read } = await readFiles([{ name: file.suggestedFilename(), bytes }], {}, LIMITS);
        return { ...read[0]!, words: read[0]!.features.flatMap(({ properties }) => Object.values(properties)) };
      };
      const farms = await taken("facility", "gpkg", null);
      expect(farms.words).toEqual(expect.arrayContaining(found.slice(1)));
      expect(farms.words).not.toContain(found[0]);
      const zones = await taken("protection_zone", "shapefile", "gbk");
      expect(zones.words).toContain("500118-HJZB-1");
      expect([zones.declared?.crs, zones.encoding?.name]).toEqual(["EPSG:4523", "GB18030"]);
      await at("selection-clear").click();
      await at("selection").waitFor({ state: "detached" });
    },
  );

  it("says for the district in view what is loaded and what is not, finds a theme, and hides it", async () => {
    suite.screen = await openScreen(suite.browser, suite.service.url, "&task=layers");
    const panel = suite.screen.at("layers-panel");
    expect(await suite.screen.at("unknown-control_area").innerText()).toContain("生态保护红线");
    await suite.screen.at("layers-filter").fill("一公里管控带");
    expect(await panel.locator("li").count()).toBe(1);
    await suite.screen.frame([105.93, 29.25, 105.97, 29.29]);
    const strip = () => suite.screen.drawn().then((drawn) => drawn["control_area"] ?? []);
    expect(await strip()).toContain("A-500118-STRIP");
    await suite.screen.at("show-control_area/source_strip").click();
    await suite.screen.still();
    expect(await strip()).not.toContain("A-500118-STRIP");
    await suite.screen.at("layers-filter").fill("zzz");
    expect(await panel.locator("section").count()).toBe(0);
  });

  it("goes to another district, whose name, coverage and legend follow", async () => {
    suite.screen = await openScreen(suite.browser, suite.service.url, "&task=layers");
    await suite.screen.at("places").click();
    await suite.screen.at("place-652801").click();
    await suite.screen.page.waitForTimeout(1200);
    await suite.screen.still();
    expect(await suite.screen.at("places").innerText()).toContain("库尔勒市");
    expect((await suite.screen.drawn())["jurisdiction"]).toContain("652801");
    await suite.screen.frame([86.1, 41.7, 86.22, 41.82]);
    await expect.poll(() => suite.screen.at("legend").innerText()).toContain("水产禁养区");
    expect(await suite.screen.at("legend").innerText()).not.toContain("管控带");
  });

  it.each([
    ["yc-suspended", "suspended", "2018-03-01"],
    ["krl-withdraw", "must_withdraw", "2026-11-24"],
    ["hlgl-landscape", "prohibited", "2020-06-01"],
  ])("试一试 %s opens its site, asks on its date and shows %s", async (id, conclusion, date) => {
    suite.screen = await openScreen(suite.browser, suite.service.url, "&task=examples");
    await suite.screen.at(`example-${id}`).click();
    const answer = suite.screen.at("conclusion");
    await answer.waitFor();
    expect(await answer.getAttribute("data-conclusion")).toBe(conclusion);
    expect(await suite.screen.page.locator("[data-test=panel]").innerText()).toContain(date);
    if (id === "yc-suspended") expect(await suite.screen.at("told").first().textContent()).toContain("2017-12-31");
  });

  it("the first screen leads to the sites to try, and a low window folds the legend", async () => {
    suite.screen = await openScreen(suite.browser, suite.service.url, "", { viewport: { width: 1366, height: 640 } });
    await expect.poll(() => suite.screen.at("legend").innerText()).toBe("图例");
    await suite.screen.at("to-examples").click();
    await suite.screen.at("example-yc-prohibited").click();
    await suite.screen.at("view-form").click();
    expect(await suite.screen.at("site-current").innerText()).toContain("示例地块");
  });

  it("试一试 lists every district and speaks English", async () => {
    suite.screen = await openScreen(suite.browser, suite.service.url, "&task=examples&lang=en", {
      viewport: { width: 390, height: 844 },
    });
    const panel = suite.screen.at("examples-panel");
    await expect.poll(() => panel.locator("h3").count()).toBe(5);
    expect(await panel.innerText()).not.toMatch(/[\u4e00-\u9fff]/);
  });
});
