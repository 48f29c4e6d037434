/** Many sites in a real browser: pasted, looked through, judged, read, set side by side, opened as a check. */
import { expect, it } from "vitest";
import type { CheckSummary } from "../../server/api/checks.ts";
import type { List } from "../../server/api/common.ts";
import type { Screening } from "../../server/api/screenings.ts";
import { flawsOf, inBrowser, openScreen } from "../support/browser.ts";
import { FAR, IN_FIRST, IN_SECOND, PIG_FARM, rectangle } from "../support/service.ts";

const DESKTOP = { viewport: { width: 1440, height: 900 } };
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const SCREENS = [
  ["zh", "desktop", DESKTOP],
  ["en", "phone", PHONE],
] as const;
const row = (geometry: unknown, properties: Record<string, unknown>) => ({ type: "Feature", geometry, properties });
const { attributes } = PIG_FARM;
const BATCH = {
  type: "FeatureCollection",
  features: [
    row(IN_FIRST, { name: "一级里", attributes }),
    row(IN_SECOND, { name: "二级里", attributes, action: "expanded" }),
    row(FAR, { name: "远处", attributes, farmer: "张三" }),
    row(null, { name: "没有图形" }),
    row(rectangle(105.86, 29.33, 105.861, 29.331), { name: "远处", attributes }),
    row(FAR, { name: "错的活动", activity: "cheese" }),
  ],
};

inBrowser("many sites", (suite) => {
  const at = (name: string) => suite.screen.at(name);
  const json = async <T>(path: string) => (await (await fetch(suite.service.url + path)).json()) as T;
  const begin = async (sites: unknown, name: string) => {
    const response = await fetch(`${suite.service.url}/api/screenings`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ name, as_of: "2026-11-22", sites }),
    });
    return (await response.json()) as Screening;
  };
  const done = async (id: string) => {
    await expect
      .poll(async () => (await json<Screening>(`/api/screenings/${id}`)).state, { timeout: 120_000, interval: 200 })
      .toBe("done");
  };
  const open = async (query = "", options: object = DESKTOP) => {
    suite.screen = await openScreen(suite.browser, suite.service.url, `&task=screening${query}`, options);
  };
  const filled = (count: number) => ({
    type: "FeatureCollection",
    features: Array.from({ length: count }, (_, n) =>
      row(rectangle(105.8 + n * 0.002, 29.3, 105.801 + n * 0.002, 29.301), { ...PIG_FARM, name: `地块${n + 1}` }),
    ),
  });

  it.each(SCREENS)(
    "%s %s: pasted, completed, told beforehand what will not do; judged; each row named, on the map and in files",
    async (lang, _, options) => {
      await open(`&lang=${lang}`, options);
      await suite.screen.page.locator("[data-test=batch-form], [data-test=screening-new]").first().waitFor();
      if (await at("screening-new").count()) await at("screening-new").click();
      await at("batch-text").fill("{ nothing");
      await expect.poll(() => at("batch-preview").innerText()).toMatch(/不是有效的 JSON|not valid JSON/);
      expect(await at("batch-begin").isDisabled()).toBe(true);
      await at("batch-text").fill(JSON.stringify(BATCH));
      await expect.poll(() => at("batch-faults").locator("li").count()).toBeGreaterThan(4);
      await at("batch-activity").selectOption("livestock_farm");
      await expect.poll(() => at("batch-faults").locator("li").count()).toBe(2);
      expect(await at("batch-preview").innerText()).toMatch(/5 行没有活动|5 rows name no activity/);
      expect(await at("batch-preview").innerText()).toMatch(/2 行与别的行同名|2 rows bear the name/);
      expect(await flawsOf(suite.screen.page)).toEqual([]);
      await at("batch-name").fill("第一批");
      await at("batch-begin").click();
      await at("batch-conclusion-prohibited").waitFor({ timeout: 60_000 });
      await expect.poll(() => at("run").count(), { timeout: 60_000 }).toBe(0);
      await expect.poll(() => at("batch-faulty").innerText()).toMatch(/2$/);
      await expect.poll(() => at("line-row").count()).toBe(6);
      await expect.poll(() => suite.screen.drawnOf("sj-sites")).toBeGreaterThan(3);
      await at("batch-faulty").click();
      await expect.poll(() => at("line-row").count()).toBe(2);
      expect(await at("line-row").last().innerText()).toContain("cheese");
      await at("batch-faulty").click();
      await at("site-search").fill("一级");
      await expect.poll(() => at("line-row").count()).toBe(1);
      await at("line-row").first().click();
      await at("site-sentence").waitFor();
      expect(await at("site-sentence").innerText()).toMatch(/红江闸坝|Hongjiang/);
      expect(await flawsOf(suite.screen.page)).toEqual([]);
      await at("site-back").click();
      for (const format of ["xlsx", "csv", "geojson"]) {
        const [download] = await Promise.all([
          suite.screen.page.waitForEvent("download"),
          at(`batch-download-${format}`).click(),
        ]);
        expect(download.suggestedFilename()).toBe(`第一批.${format}`);
      }
      const before = (await json<List<Screening>>("/api/screenings")).numberMatched;
      await at("screening-back").click();
      expect(await at("screening").first().innerText()).toContain("第一批");
      await at("screening-away").first().click();
      await expect.poll(async () => (await json<List<Screening>>("/api/screenings")).numberMatched).toBe(before - 1);
    },
  );

  it("a row becomes a stored check, a faulty one is brought to the form to be corrected", async () => {
    const { id } = await begin(BATCH, "开成核查");
    await done(id);
    const total = async () => (await json<List<CheckSummary>>("/api/checks?limit=1")).numberMatched;
    const before = await total();
    // Rows without an activity are faulty here: nothing was chosen for them.
    const sites = {
      ...BATCH,
      features: [row(IN_FIRST, { ...PIG_FARM, name: "一级里" }), row(null, { ...PIG_FARM, name: "无图" })],
    };
    const second = await begin(sites, "两行");
    await done(second.id);
    await open(`&screening=${second.id}`);
    await at("line-row").first().click();
    await at("open-as-check").click();
    await at("conclusion").waitFor();
    expect(await at("conclusion").getAttribute("data-conclusion")).toBe("prohibited");
    expect(await total()).toBe(before + 1);
    await at("task-screening").click();
    await at("site-back").click();
    await at("line-row").nth(1).click();
    await at("site-faults").waitFor();
    await at("open-as-check").click();
    await at("missing").waitFor();
    const name = suite.screen.page.locator("[data-test=project-name] input, input[data-test=project-name]");
    await expect.poll(() => name.inputValue()).toBe("无图");
    expect(await total()).toBe(before + 1);
  });

  it("a site clicked on the map is the row in hand; twenty alternatives stand side by side, the address keeps them", async () => {
    const { id } = await begin(filled(20), "备选");
    await done(id);
    await open(`&screening=${id}`);
    await at("line-row").first().waitFor();
    await expect.poll(() => suite.screen.drawnOf("sj-sites")).toBeGreaterThan(20);
    await suite.screen.frame([105.8, 29.298, 105.84, 29.303]);
    await suite.screen.clickAt(105.8 + 6 * 0.002 + 0.0005, 29.3005);
    await at("site-title").waitFor();
    expect(await at("site-title").innerText()).toContain("地块7");
    await at("site-back").click();
    await at("site-compare").nth(0).check();
    await at("site-compare").nth(1).check();
    expect(await at("comparison").count()).toBe(0);
    await at("compare-all").click();
    await at("alternative-19").waitFor();
    expect(await at("alternative-19").innerText()).toContain("地块20");
    expect(await at("compare-conclusion").locator("td").count()).toBe(20);
    expect(await flawsOf(suite.screen.page, "[data-test=comparison]")).toEqual([]);
    await suite.screen.page.reload();
    await at("alternative-19").waitFor();
    await at("alternative-2").locator("button").first().click();
    await at("site-title").waitFor();
    expect(await at("site-title").innerText()).toContain("地块3");
    await at("end-comparison").click();
  });

  it("a long one is cancelled and taken up again from the screen; rows come as they are judged", async () => {
    // The page first: on a busy machine the batch might be done before it stands.
    suite.screen = await openScreen(suite.browser, suite.service.url, "&task=layers");
    const { id } = await begin(filled(1200), "长");
    await at("task-screening").click();
    await at("screening").first().click();
    await at("run").waitFor();
    await at("run-cancel").click();
    await expect.poll(() => at("run").getAttribute("data-state")).toBe("cancelled");
    expect((await json<Screening>(`/api/screenings/${id}`)).done).toBeLessThan(1200);
    await at("run-resume").click();
    await expect.poll(() => at("run").count(), { timeout: 180_000 }).toBe(0);
    await expect.poll(() => at("site-count").innerText()).toMatch(/1,200/);
    // Only what is in sight is drawn, to the last row.
    expect(await at("line-row").count()).toBeLessThan(80);
    await at("data-table").focus();
    await expect
      .poll(async () => {
        await suite.screen.page.keyboard.press("End");
        return (await at("site-title").count()) ? at("site-title").innerText() : "";
      })
      .toContain("地块1200");
  });

  it("a file that names its system, or is in metres, is looked at first; pasted it is told so", async () => {
    await open();
    await suite.screen.page.locator("[data-test=batch-form], [data-test=screening-new]").first().waitFor();
    if (await at("screening-new").count()) await at("screening-new").click();
    const metres = rectangle(592_400, 3_235_100, 592_460, 3_235_150);
    const crs = (code: number) => ({ crs: { type: "name", properties: { name: `urn:ogc:def:crs:EPSG::${code}` } } });
    const sites = (geometry: unknown, more: object = {}) =>
      JSON.stringify({ type: "FeatureCollection", features: [row(geometry, { name: "一" })], ...more });
    await at("batch-text").fill(sites(FAR, crs(4490)));
    await at("batch-recognise").waitFor();
    expect(await at("batch-begin").isDisabled()).toBe(true);
    await at("batch-text").fill("");
    const give = async (content: string) => {
      const buffer = Buffer.from(content);
      await at("batch-files").setInputFiles({ name: "sites.geojson", mimeType: "application/geo+json", buffer });
      await at("upload-preview").waitFor();
    };
    const again = async () => {
      await at("upload-clear").click();
      await at("task-screening").click();
      await at("batch-files").waitFor({ state: "attached" });
    };
    await give(sites(metres, crs(4544)));
    expect(await at("crs-used").innerText()).toContain("4544");
    expect(await at("use-screening").getAttribute("aria-pressed")).toBe("true");
    await again();
    await give(sites(metres));
    await at("crs-uncertain").waitFor();
    expect(await at("use-screening-go").isDisabled()).toBe(true);
    await again();
    await give(sites(FAR, crs(4610)));
    expect(await at("crs-refused").innerText()).toContain("1980 西安坐标系");
  });

  it("drops and files too large or of another kind are refused in words; an unknown batch in the address is said", async () => {
    await open("&screening=00000000-0000-4000-8000-000000000000");
    await at("screening-panel").locator("[data-test=problem]").waitFor();
    expect(new URL(suite.screen.page.url()).searchParams.get("screening")).toBeNull();
    if (await at("screening-new").count()) await at("screening-new").click();
    await at("batch-files").setInputFiles({
      name: "sites.geojson",
      mimeType: "application/geo+json",
      buffer: Buffer.from(JSON.stringify({ type: "Point", coordinates: [1, 2] })),
    });
    await expect.poll(() => at("batch-preview").innerText()).toMatch(/FeatureCollection/);
    await at("batch-remove").click();
    expect(await at("batch-text").inputValue()).toBe("");
  });
});
