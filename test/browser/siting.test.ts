/** The main job in a real browser: draw, ask, read. */
import { expect, it } from "vitest";
import {
  ask,
  browserRequired,
  chooseActivity,
  drawPolygon,
  inBrowser,
  noBrowser,
  openScreen,
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

inBrowser("the screen", (suite) => {
  it("opens on the district and draws both layers, with legend, scale and coordinates", async () => {
    suite.screen = await openScreen(suite.browser, suite.service.url);
    expect(await suite.screen.drawn()).toMatchObject({ jurisdiction: ["500118"] });
    await suite.screen.frame([105.94, 29.224, 105.966, 29.258]);
    expect((await suite.screen.drawn())["protection_zone"]).toHaveLength(2);
    expect(await suite.screen.at("legend").innerText()).toContain("一级保护区");
    expect(await suite.screen.page.locator(".maplibregl-ctrl-scale").innerText()).toMatch(/\d+\s(m|km)/);
    await suite.screen.page.mouse.move(600, 400);
    expect(await suite.screen.at("pointer").innerText()).toMatch(/105\.9\d+°E 29\.2\d+°N/);
    expect(await suite.screen.at("readout").innerText()).toContain("EPSG:4490");
    expect(await suite.screen.at("sample-data").innerText()).toBe("示例数据");
  });

  it("tells what a zone is, where its boundary comes from and how good it is", async () => {
    suite.screen = await openScreen(suite.browser, suite.service.url);
    await suite.screen.frame(AROUND);
    await suite.screen.clickAt(105.951, 29.2302);
    const popup = suite.screen.at("popup");
    await popup.getByText("500118-HJZB-1").waitFor();
    await expect.poll(() => popup.innerText()).toContain("示意数据");
    expect(await popup.innerText()).toContain("一级保护区");
    await suite.screen.at("popup-details").click();
    const drawer = suite.screen.at("feature-panel");
    await drawer.getByText("500118-HJZB-1").waitFor();
    for (const word of ["一级保护区", "示意数据", "未知", "2000-01-01 起", "永川区 500118"])
      expect(await drawer.innerText()).toContain(word);
  });

  it("hides a theme and shows it again", async () => {
    suite.screen = await openScreen(suite.browser, suite.service.url, "&task=layers");
    await suite.screen.frame([105.94, 29.224, 105.966, 29.258]);
    await suite.screen.at("show-protection_zone/first").click();
    await suite.screen.still();
    expect((await suite.screen.drawn())["protection_zone"]).toEqual(["500118-HJZB-2"]);
    await suite.screen.at("show-protection_zone/first").click();
    await suite.screen.still();
    expect((await suite.screen.drawn())["protection_zone"]).toHaveLength(2);
  });

  it("a pig farm drawn inside the first-level zone is prohibited by article 319, in both languages", async () => {
    suite.screen = await openScreen(suite.browser, suite.service.url);
    await suite.screen.frame(AROUND);
    expect(await suite.screen.at("ask").isDisabled()).toBe(true);
    expect(await suite.screen.at("missing").innerText()).toContain("还没有项目用地");
    await drawPolygon(suite.screen, CORNERS);
    expect(await suite.screen.at("site-current").innerText()).toMatch(/面\s*约 0\.4\d+ 公顷（[\d.]+ 亩）/);
    await chooseActivity(suite.screen, "养猪场");
    await suite.screen.at("action-new").click();
    await ask(suite.screen);

    expect(await suite.screen.at("conclusion").innerText()).toBe("涉及禁止性规定");
    expect(await suite.screen.at("standing").innerText()).toContain("示例数据演示");
    expect(await suite.screen.at("sentence").innerText()).toMatch(/^示例数据演示：/);
    const finding = suite.screen.at("findings-legal").locator('[data-rule="WS-02"]').first();
    // What is out of sight is not laid out: it has no text to see.
    await finding.scrollIntoViewIfNeeded();
    await expect.poll(() => finding.innerText()).toContain("第三百一十九条");
    const text = await finding.innerText();
    expect(text).toContain("第三百一十九条");
    expect(text).toContain("全部位于 红江闸坝饮用水水源一级保护区");
    expect(text).toContain("100.0%");
    expect(await suite.screen.at("theme-protection_zone/first").innerText()).toContain("涉及");

    // Off the panel: the pointer on a finding shows its piece.
    await suite.screen.page.mouse.move(400, 300);
    await expect.poll(() => suite.screen.drawnOf("sj-piece")).toBe(0);
    await finding.locator("[data-test=finding-head]").focus();
    await suite.screen.page.keyboard.press("Enter");
    await suite.screen.still();
    await suite.screen.page.waitForTimeout(700);
    expect(await suite.screen.drawnOf("sj-piece")).toBeGreaterThan(0);
    expect(await suite.screen.paint("sj-piece-fill", "fill-color")).toBe("#FF1744");
    expect(await suite.screen.paint("sj-piece-fill", "fill-opacity")).toBe(0.45);

    await suite.screen.at("lang-en").click();
    await suite.screen.page.getByText("Prohibited by the provisions listed").first().waitFor();
    await suite.screen.page
      .getByText(/art\. 319\(1\)/)
      .first()
      .waitFor();
    expect(
      await suite.screen.page.evaluate(
        () => (globalThis as unknown as { document: { documentElement: { lang: string } } }).document.documentElement.lang,
      ),
    ).toBe("en");

    await suite.screen.at("replay").click();
    await suite.screen.page.getByText("Recomputed from what was frozen: the same").waitFor();

    // The link opens the same check again.
    const id = new URL(suite.screen.page.url()).searchParams.get("check");
    await suite.screen.page.goto(`${suite.service.url}/?test=1&lang=zh&check=${id}`);
    expect(await suite.screen.at("conclusion").innerText()).toBe("涉及禁止性规定");
    await suite.screen.at("task-records").click();
    expect(await suite.screen.at("record").first().innerText()).toContain("涉及禁止性规定");
  });

  it("undoes a vertex, drops a drawing on Escape, and brings a cleared site back", async () => {
    suite.screen = await openScreen(suite.browser, suite.service.url);
    await suite.screen.frame(AROUND);
    await suite.screen.at("draw-polygon").click();
    for (const [lon, lat] of CORNERS.slice(0, 3)) await suite.screen.clickAt(lon, lat);
    expect(await suite.screen.at("drawing-bar").innerText()).toContain("已有 3 点");
    await suite.screen.page.keyboard.press("Control+z");
    await suite.screen.page.getByText("已有 2 点").waitFor();
    await suite.screen.page.keyboard.press("Control+y");
    await suite.screen.page.getByText("已有 3 点").waitFor();
    await suite.screen.page.keyboard.press("Escape");
    await suite.screen.at("drawing-bar").waitFor({ state: "detached" });
    expect(await suite.screen.at("site-current").count()).toBe(0);

    await drawPolygon(suite.screen, CORNERS);
    await suite.screen.at("clear-site").click();
    await suite.screen.at("site-current").waitFor({ state: "detached" });
    await suite.screen.page.keyboard.press("Control+z");
    await suite.screen.at("site-current").waitFor();
  });

  it("a site away from every zone is clear only within the layers listed, and says what was not covered", async () => {
    suite.screen = await openScreen(suite.browser, suite.service.url);
    await typeSite(suite.screen, CLEAR);
    await chooseActivity(suite.screen, "旅游");
    await ask(suite.screen);
    const conclusion = await suite.screen.at("conclusion").innerText();
    expect(conclusion).toBe("在所列图层范围内未发现涉及");
    const size = (test: string) =>
      suite.screen
        .at(test)
        .evaluate(
          (node) =>
            (globalThis as unknown as { getComputedStyle(of: unknown): { fontSize: string } }).getComputedStyle(node).fontSize,
        );
    expect(await suite.screen.at("uncovered").innerText()).not.toBe("");
    expect(await size("uncovered")).toBe(await size("conclusion"));
    expect(await suite.screen.at("answer").innerText()).not.toMatch(/可以建设|符合/);
  });

  it("a bow tie is refused with its place, and mended only when the user says so", async () => {
    suite.screen = await openScreen(suite.browser, suite.service.url);
    await typeSite(suite.screen, BOW_TIE);
    await chooseActivity(suite.screen, "养猪场");
    await ask(suite.screen);
    await suite.screen.at("repair").waitFor();
    expect(await suite.screen.at("fault-position").first().innerText()).toMatch(/105\.950500°E 29\.230500°N/);
    expect(await suite.screen.at("repair").innerText()).toMatch(/修复前面积[\s\S]+修复后面积/);
    expect(await suite.screen.at("site-current").innerText()).toContain("输入坐标");
    await suite.screen.at("accept-repair").click();
    expect(await suite.screen.at("site-current").innerText()).toContain("采用的修复图形");
    await ask(suite.screen);
    expect(await suite.screen.at("conclusion").innerText()).toBe("涉及禁止性规定");
  });

  it("answers for another day, and says that it is not today", async () => {
    suite.screen = await openScreen(suite.browser, suite.service.url, "&date=2026-08-14");
    expect(await suite.screen.at("as-of").innerText()).toContain("非今日");
    await typeSite(suite.screen, CORNERS.map((position) => position.join(",")).join("\n"));
    await chooseActivity(suite.screen, "养猪场");
    await ask(suite.screen);
    // What is out of sight is not laid out, but it is there.
    expect(await suite.screen.at("findings-legal").textContent()).toContain("水污染防治法");
  });

  it("shows that it waits, can be given up, and says what to do when the service does not answer", async () => {
    suite.screen = await openScreen(suite.browser, suite.service.url);
    await typeSite(suite.screen, CLEAR);
    await chooseActivity(suite.screen, "养猪场");
    await suite.screen.page.route("**/api/checks?*", () => undefined);
    await suite.screen.at("ask").click();
    await suite.screen.at("waiting").waitFor();
    await suite.screen.at("cancel-check").click();
    await suite.screen.at("waiting").waitFor({ state: "detached" });
    expect(await suite.screen.at("answer").count()).toBe(0);
    await suite.screen.page.unroute("**/api/checks?*");
    await suite.screen.page.route("**/api/checks?*", (route) => route.abort());
    await ask(suite.screen);
    expect(await suite.screen.at("problem").innerText()).toContain("没有得到任何结果，也没有保存任何内容");
    // Chromium itself writes the refused connection to the console.
    suite.screen.faults.splice(0, Infinity, ...suite.screen.faults.filter((fault) => !fault.includes("net::ERR_FAILED")));
  });

  it("leads from a missing attribute to its field, and asks again", async () => {
    suite.screen = await openScreen(suite.browser, suite.service.url);
    await typeSite(suite.screen, SECOND);
    await chooseActivity(suite.screen, "光伏");
    await ask(suite.screen);
    expect(await suite.screen.at("conclusion").getAttribute("data-conclusion")).toBe("undetermined");
    const supply = suite.screen.page.locator('[data-test^="supply-"]').first();
    const name = (await supply.getAttribute("data-test"))!.replace("supply-", "");
    await supply.click();
    await suite.screen.page.locator(`[data-attribute="${name}"] :focus`).waitFor();
    const emits = suite.screen.at("attribute-emits").locator(".el-select");
    await emits.click();
    await suite.screen.page.locator(".el-select-dropdown__item:visible").first().click();
    await suite.screen.page.keyboard.press("Escape");
    await expect.poll(() => suite.screen.at("strip").innerText()).toContain("涉及禁止性规定");
    await suite.screen.at("ask").click();
    await suite.screen.page.locator('[data-conclusion="prohibited"]').waitFor();
    await suite.screen.at("report").waitFor();
  });

  it("takes a GeoJSON file in projected coordinates", async () => {
    suite.screen = await openScreen(suite.browser, suite.service.url);
    await suite.screen.at("type-coordinates").click();
    await suite.screen.at("crs").click();
    await suite.screen.page.keyboard.type("4544");
    await suite.screen.page.locator(".el-select-dropdown__item:visible").first().click();
    const ring = [
      [592_400, 3_235_100],
      [592_460, 3_235_100],
      [592_460, 3_235_150],
      [592_400, 3_235_150],
      [592_400, 3_235_100],
    ];
    const content = JSON.stringify({ type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [ring] } });
    await suite.screen
      .at("file")
      .setInputFiles({ name: "site.geojson", mimeType: "application/geo+json", buffer: Buffer.from(content) });
    expect(await suite.screen.at("site-current").innerText()).toMatch(/约 0\.30\d\d 公顷/);
    await chooseActivity(suite.screen, "养猪场");
    await ask(suite.screen);
    // On the ellipsoid: the plane's 3,000 m2 less what the zone's scale adds.
    expect(await suite.screen.at("show-site").innerText()).toMatch(/^0\.(2999|3000) 公顷/);
  });

  it("takes a GeoJSON file that names its system through the door, and shows what one without is taken for", async () => {
    suite.screen = await openScreen(suite.browser, suite.service.url);
    await suite.screen.at("type-coordinates").click();
    const square = [
      [592_400, 3_235_100],
      [592_460, 3_235_100],
      [592_460, 3_235_150],
      [592_400, 3_235_150],
      [592_400, 3_235_100],
    ];
    const degrees = CORNERS.concat([CORNERS[0]!]);
    const give = (coordinates: unknown, more: object = {}) =>
      suite.screen.at("file").setInputFiles({
        name: "site.geojson",
        mimeType: "application/geo+json",
        buffer: Buffer.from(JSON.stringify({ type: "Polygon", coordinates: [coordinates], ...more })),
      });
    await give(degrees);
    expect(await suite.screen.at("site-current").innerText()).toMatch(/EPSG:4490/);
    await suite.screen.at("type-coordinates").click();
    await give(square, { crs: { type: "name", properties: { name: "urn:ogc:def:crs:EPSG::4544" } } });
    await suite.screen.at("upload-preview").waitFor();
    expect(await suite.screen.at("crs-used").innerText()).toContain("4544");
    expect(await suite.screen.at("use-site").getAttribute("aria-pressed")).toBe("true");
    await suite.screen.at("use-site-go").click();
    await suite.screen.at("site-current").waitFor();
    expect(await suite.screen.at("site-current").innerText()).toMatch(/约 0\.30\d\d 公顷/);
  });

  it("explains a browser without WebGL2, and still takes a site", async () => {
    const context = await suite.browser.newContext();
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
    await page.goto(suite.service.url);
    await page.getByText("需要 WebGL2").waitFor();
    await page.locator('[data-test="type-coordinates"]').click();
    await page.locator("[data-test=typing] textarea").fill(CLEAR);
    await page.locator('[data-test="take-text"]').click();
    await page.locator('[data-test="site-current"]').waitFor();
    await context.close();
  });

  it("does the same on a phone", async () => {
    suite.screen = await openScreen(suite.browser, suite.service.url, "", {
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      isMobile: true,
    });
    await suite.screen.at("draw-polygon").click();
    await suite.screen.frame(AROUND);
    for (const position of [...CORNERS, CORNERS[0]!]) await suite.screen.clickAt(...position);
    await suite.screen.at("finish-drawing").click();
    await chooseActivity(suite.screen, "养猪场");
    await ask(suite.screen);
    expect(await suite.screen.at("conclusion").innerText()).toBe("涉及禁止性规定");
    await suite.screen.at("findings-legal").locator("[data-test=finding-head]").first().click();
    await suite.screen.page.waitForTimeout(900);
    await suite.screen.still();
    expect(await suite.screen.drawnOf("sj-piece")).toBeGreaterThan(0);
    const width = await suite.screen.page.evaluate(
      () => (globalThis as unknown as { document: { body: { scrollWidth: number } } }).document.body.scrollWidth,
    );
    expect(width).toBeLessThanOrEqual(390);
  });
});
