/** The main job in a real browser: draw, ask, read. */
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  ask,
  browserRequired,
  chooseActivity,
  drawPolygon,
  launchBrowser,
  noBrowser,
  openScreen,
  type RunningService,
  type Screen,
  startProgram,
  typeSite,
} from "../support/browser.ts";

/** Inside 红江闸坝's first-level zone; the frame around it keeps its corners apart on the screen. */
const CORNERS: readonly [number, number][] = [
  [105.9506, 29.23],
  [105.9513, 29.23],
  [105.9513, 29.2306],
  [105.9507, 29.2306],
];
const AROUND = [105.9495, 29.2293, 105.9525, 29.2313];
const CLEAR = "105.8500, 29.3300\n105.8510, 29.3300\n105.8510, 29.3310\n105.8500, 29.3310";
/** In the second-level zone, some 500 m from the first. */
const SECOND = "105.957, 29.234\n105.958, 29.234\n105.958, 29.235\n105.957, 29.235";
const BOW_TIE = "105.9500, 29.2300\n105.9510, 29.2310\n105.9510, 29.2300\n105.9500, 29.2310";

if (noBrowser && browserRequired)
  it("a browser", () => {
    throw new Error(`SHUIJIE_REQUIRE names browser, but ${noBrowser}.`);
  });

describe.skipIf(noBrowser !== undefined)(noBrowser ? `the screen (skipped: ${noBrowser})` : "the screen", () => {
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
    // Every test: nothing in the console, nothing asked of anybody else, no breach of the content security policy.
    const faults = screen?.faults ?? [];
    await screen?.close();
    screen = undefined as never;
    expect(faults.filter((fault) => !/status of 4\d\d/.test(fault))).toEqual([]);
  });

  it("opens on the district and draws both layers, with legend, scale and coordinates", async () => {
    screen = await openScreen(browser, service.url);
    expect(await screen.drawn()).toMatchObject({ jurisdiction: ["500118"] });
    await screen.frame([105.94, 29.224, 105.966, 29.258]);
    expect((await screen.drawn())["protection_zone"]).toHaveLength(2);
    expect(await screen.at("legend").innerText()).toContain("一级保护区");
    expect(await screen.page.locator(".maplibregl-ctrl-scale").innerText()).toMatch(/\d+\s(m|km)/);
    await screen.page.mouse.move(600, 400);
    expect(await screen.at("pointer").innerText()).toMatch(/105\.9\d+°E 29\.2\d+°N/);
    expect(await screen.at("readout").innerText()).toContain("EPSG:4490");
    expect(await screen.at("sample-data").innerText()).toBe("示例数据");
  });

  it("tells what a zone is, where its boundary comes from and how good it is", async () => {
    screen = await openScreen(browser, service.url);
    await screen.frame(AROUND);
    await screen.clickAt(105.951, 29.2302);
    const popup = screen.at("popup");
    await popup.getByText("500118-HJZB-1").waitFor();
    await expect.poll(() => popup.innerText()).toContain("示意数据");
    expect(await popup.innerText()).toContain("一级保护区");
    await screen.at("popup-details").click();
    const drawer = screen.at("feature-panel");
    await drawer.getByText("500118-HJZB-1").waitFor();
    for (const word of ["一级保护区", "示意数据", "未知", "2000-01-01 起", "永川区 500118"])
      expect(await drawer.innerText()).toContain(word);
  });

  it("hides a theme and shows it again", async () => {
    screen = await openScreen(browser, service.url, "&task=layers");
    await screen.frame([105.94, 29.224, 105.966, 29.258]);
    await screen.at("show-protection_zone/first").click();
    await screen.still();
    expect((await screen.drawn())["protection_zone"]).toEqual(["500118-HJZB-2"]);
    await screen.at("show-protection_zone/first").click();
    await screen.still();
    expect((await screen.drawn())["protection_zone"]).toHaveLength(2);
  });

  it("a pig farm drawn inside the first-level zone is prohibited by article 319, in both languages", async () => {
    screen = await openScreen(browser, service.url);
    await screen.frame(AROUND);
    expect(await screen.at("ask").isDisabled()).toBe(true);
    expect(await screen.at("missing").innerText()).toContain("还没有项目用地");
    await drawPolygon(screen, CORNERS);
    expect(await screen.at("site-current").innerText()).toMatch(/面\s*约 0\.4\d+ 公顷（[\d.]+ 亩）/);
    await chooseActivity(screen, "养猪场");
    await screen.at("action-new").click();
    await ask(screen);

    expect(await screen.at("conclusion").innerText()).toBe("涉及禁止性规定");
    expect(await screen.at("standing").innerText()).toContain("示例数据演示");
    expect(await screen.at("sentence").innerText()).toMatch(/^示例数据演示：/);
    const finding = screen.at("findings-legal").locator('[data-rule="WS-02"]').first();
    const text = await finding.innerText();
    expect(text).toContain("第三百一十九条");
    expect(text).toContain("全部位于 红江闸坝饮用水水源一级保护区");
    expect(text).toContain("100.0%");
    expect(await screen.at("theme-protection_zone/first").innerText()).toContain("涉及");

    // Off the panel: the pointer on a finding shows its piece.
    await screen.page.mouse.move(400, 300);
    await expect.poll(() => screen.drawnOf("sj-piece")).toBe(0);
    await finding.locator("[data-test=finding-head]").focus();
    await screen.page.keyboard.press("Enter");
    await screen.still();
    await screen.page.waitForTimeout(700);
    expect(await screen.drawnOf("sj-piece")).toBeGreaterThan(0);
    expect(await screen.paint("sj-piece-fill", "fill-color")).toBe("#FF1744");
    expect(await screen.paint("sj-piece-fill", "fill-opacity")).toBe(0.45);

    await screen.at("lang-en").click();
    await screen.page.getByText("Prohibited by the provisions listed").first().waitFor();
    await screen.page
      .getByText(/art\. 319\(1\)/)
      .first()
      .waitFor();
    expect(
      await screen.page.evaluate(
        () => (globalThis as unknown as { document: { documentElement: { lang: string } } }).document.documentElement.lang,
      ),
    ).toBe("en");

    await screen.at("replay").click();
    await screen.page.getByText("Recomputed from what was frozen: the same").waitFor();

    // The link opens the same check again.
    const id = new URL(screen.page.url()).searchParams.get("check");
    await screen.page.goto(`${service.url}/?test=1&lang=zh&check=${id}`);
    expect(await screen.at("conclusion").innerText()).toBe("涉及禁止性规定");
    await screen.at("task-records").click();
    expect(await screen.at("record").first().innerText()).toContain("涉及禁止性规定");
  });

  it("undoes a vertex, drops a drawing on Escape, and brings a cleared site back", async () => {
    screen = await openScreen(browser, service.url);
    await screen.frame(AROUND);
    await screen.at("draw-polygon").click();
    for (const [lon, lat] of CORNERS.slice(0, 3)) await screen.clickAt(lon, lat);
    expect(await screen.at("drawing-bar").innerText()).toContain("已有 3 点");
    await screen.page.keyboard.press("Control+z");
    await screen.page.getByText("已有 2 点").waitFor();
    await screen.page.keyboard.press("Control+y");
    await screen.page.getByText("已有 3 点").waitFor();
    await screen.page.keyboard.press("Escape");
    await screen.at("drawing-bar").waitFor({ state: "detached" });
    expect(await screen.at("site-current").count()).toBe(0);

    await drawPolygon(screen, CORNERS);
    await screen.at("clear-site").click();
    await screen.at("site-current").waitFor({ state: "detached" });
    await screen.page.keyboard.press("Control+z");
    await screen.at("site-current").waitFor();
  });

  it("a site away from every zone is clear only within the layers listed, and says what was not covered", async () => {
    screen = await openScreen(browser, service.url);
    await typeSite(screen, CLEAR);
    await chooseActivity(screen, "旅游");
    await ask(screen);
    const conclusion = await screen.at("conclusion").innerText();
    expect(conclusion).toBe("在所列图层范围内未发现涉及");
    const size = (test: string) =>
      screen
        .at(test)
        .evaluate(
          (node) =>
            (globalThis as unknown as { getComputedStyle(of: unknown): { fontSize: string } }).getComputedStyle(node).fontSize,
        );
    expect(await screen.at("uncovered").innerText()).not.toBe("");
    expect(await size("uncovered")).toBe(await size("conclusion"));
    expect(await screen.at("answer").innerText()).not.toMatch(/可以建设|符合/);
  });

  it("a bow tie is refused with its place, and mended only when the user says so", async () => {
    screen = await openScreen(browser, service.url);
    await typeSite(screen, BOW_TIE);
    await chooseActivity(screen, "养猪场");
    await ask(screen);
    await screen.at("repair").waitFor();
    expect(await screen.at("fault-position").first().innerText()).toMatch(/105\.950500°E 29\.230500°N/);
    expect(await screen.at("repair").innerText()).toMatch(/修复前面积[\s\S]+修复后面积/);
    expect(await screen.at("site-current").innerText()).toContain("输入坐标");
    await screen.at("accept-repair").click();
    expect(await screen.at("site-current").innerText()).toContain("采用的修复图形");
    await ask(screen);
    expect(await screen.at("conclusion").innerText()).toBe("涉及禁止性规定");
  });

  it("answers for another day, and says that it is not today", async () => {
    screen = await openScreen(browser, service.url, "&date=2026-08-14");
    expect(await screen.at("as-of").innerText()).toContain("非今日");
    await typeSite(screen, CORNERS.map((position) => position.join(",")).join("\n"));
    await chooseActivity(screen, "养猪场");
    await ask(screen);
    // What is out of sight is not laid out, but it is there.
    expect(await screen.at("findings-legal").textContent()).toContain("水污染防治法");
  });

  it("shows that it waits, can be given up, and says what to do when the service does not answer", async () => {
    screen = await openScreen(browser, service.url);
    await typeSite(screen, CLEAR);
    await chooseActivity(screen, "养猪场");
    await screen.page.route("**/api/checks?*", () => undefined);
    await screen.at("ask").click();
    await screen.at("waiting").waitFor();
    await screen.at("cancel-check").click();
    await screen.at("waiting").waitFor({ state: "detached" });
    expect(await screen.at("answer").count()).toBe(0);
    await screen.page.unroute("**/api/checks?*");
    await screen.page.route("**/api/checks?*", (route) => route.abort());
    await ask(screen);
    expect(await screen.at("problem").innerText()).toContain("没有得到结论，也没有保存任何内容");
    // Chromium itself writes the refused connection to the console.
    screen.faults.splice(0, Infinity, ...screen.faults.filter((fault) => !fault.includes("net::ERR_FAILED")));
  });

  it("leads from a missing attribute to its field, and asks again", async () => {
    screen = await openScreen(browser, service.url);
    await typeSite(screen, SECOND);
    await chooseActivity(screen, "光伏");
    await ask(screen);
    expect(await screen.at("conclusion").getAttribute("data-conclusion")).toBe("undetermined");
    const supply = screen.page.locator('[data-test^="supply-"]').first();
    const name = (await supply.getAttribute("data-test"))!.replace("supply-", "");
    await supply.click();
    await screen.page.locator(`[data-attribute="${name}"] :focus`).waitFor();
    const emits = screen.at("attribute-emits").locator(".el-select");
    await emits.click();
    await screen.page.locator(".el-select-dropdown__item:visible").first().click();
    await screen.page.keyboard.press("Escape");
    await expect.poll(() => screen.at("strip").innerText()).toContain("涉及禁止性规定");
    await screen.at("ask").click();
    await screen.page.locator('[data-conclusion="prohibited"]').waitFor();
    await screen.at("report").waitFor();
  });

  it("takes a GeoJSON file in projected coordinates", async () => {
    screen = await openScreen(browser, service.url);
    await screen.at("type-coordinates").click();
    await screen.at("crs").click();
    await screen.page.keyboard.type("4544");
    await screen.page.locator(".el-select-dropdown__item:visible").first().click();
    const ring = [
      [592_400, 3_235_100],
      [592_460, 3_235_100],
      [592_460, 3_235_150],
      [592_400, 3_235_150],
      [592_400, 3_235_100],
    ];
    const content = JSON.stringify({ type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [ring] } });
    await screen
      .at("file")
      .setInputFiles({ name: "site.geojson", mimeType: "application/geo+json", buffer: Buffer.from(content) });
    expect(await screen.at("site-current").innerText()).toMatch(/约 0\.30\d\d 公顷/);
    await chooseActivity(screen, "养猪场");
    await ask(screen);
    // On the ellipsoid: the plane's 3,000 m2 less what the zone's scale adds.
    expect(await screen.at("show-site").innerText()).toMatch(/^0\.(2999|3000) 公顷/);
  });

  it("explains a browser without WebGL2, and still takes a site", async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.addInitScript(() => {
      const { HTMLCanvasElement: canvas } = globalThis as unknown as {
        HTMLCanvasElement: { prototype: { getContext(kind: string, ...rest: unknown[]): unknown } };
      };
      const original = canvas.prototype.getContext;
      canvas.prototype.getContext = function getContext(kind, ...rest) {
        return kind === "webgl2" ? null : original.call(this, kind, ...rest);
      };
    });
    await page.goto(service.url);
    await page.getByText("需要 WebGL2").waitFor();
    await page.locator('[data-test="type-coordinates"]').click();
    await page.locator("[data-test=typing] textarea").fill(CLEAR);
    await page.locator('[data-test="take-text"]').click();
    await page.locator('[data-test="site-current"]').waitFor();
    await context.close();
  });

  it("does the same on a phone", async () => {
    screen = await openScreen(browser, service.url, "", {
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      isMobile: true,
    });
    await screen.at("draw-polygon").click();
    await screen.frame(AROUND);
    for (const position of [...CORNERS, CORNERS[0]!]) await screen.clickAt(...position);
    await screen.at("finish-drawing").click();
    await chooseActivity(screen, "养猪场");
    await ask(screen);
    expect(await screen.at("conclusion").innerText()).toBe("涉及禁止性规定");
    await screen.at("findings-legal").locator("[data-test=finding-head]").first().click();
    await screen.page.waitForTimeout(900);
    await screen.still();
    expect(await screen.drawnOf("sj-piece")).toBeGreaterThan(0);
    const width = await screen.page.evaluate(
      () => (globalThis as unknown as { document: { body: { scrollWidth: number } } }).document.body.scrollWidth,
    );
    expect(width).toBeLessThanOrEqual(390);
  });
});
