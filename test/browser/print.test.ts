/** The map on paper: one page of the right size with everything a sheet must say. */
import { writeFileSync } from "node:fs";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser, noBrowser, openScreen, type RunningService, type Screen, startProgram } from "../support/browser.ts";

const SIZES = [
  ["zh", "A4", true, [297, 210]],
  ["en", "A4", false, [210, 297]],
  ["zh", "A3", true, [420, 297]],
  ["en", "A3", false, [297, 420]],
] as const;

describe.skipIf(noBrowser !== undefined)(noBrowser ? `print (skipped: ${noBrowser})` : "print", () => {
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
    expect(faults).toEqual([]);
  });

  /** Sizes of a PDF's pages, mm, as its page objects say. */
  function pagesOf(pdf: Buffer): number[][] {
    return [...pdf.toString("latin1").matchAll(/\/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)/g)].map(([, width, height]) =>
      [Number(width), Number(height)].map((points) => Math.round((points / 72) * 25.4)),
    );
  }
  const open = async (lang: string) => {
    screen = await openScreen(browser, service.url, `&lang=${lang}`);
    await screen.frame([105.94, 29.224, 105.966, 29.258]);
    await screen.at("open-print").click();
    await screen.page.locator("[data-test=sheet-preview] img").waitFor();
  };

  it.each(SIZES)(
    "%s %s, landscape %s: one page, with title, legend, scale, system, sources, dates",
    async (lang, paper, landscape, size) => {
      await open(lang);
      await screen.at("print-paper").selectOption(paper);
      await screen.at("print-orientation").selectOption({ index: landscape ? 0 : 1 });
      await screen.at("print-scale").selectOption("25000");
      await screen.at("print-title").fill("红江闸坝 <b>水源</b>");
      await screen.at("print-note").fill("附注 note");
      await screen.page.waitForTimeout(400);
      await screen.at("print-drawing").waitFor({ state: "detached" });
      const pdf = await screen.page.pdf({ preferCSSPageSize: true, printBackground: true });
      if (process.env["SHUIJIE_PICTURES"]) writeFileSync(`${process.env["SHUIJIE_PICTURES"]}/print-${lang}-${paper}.pdf`, pdf);
      expect(pagesOf(pdf)).toEqual([[...size]]);
      const words = await screen.at("sheet").textContent();
      for (const said of [
        "红江闸坝 <b>水源</b>",
        "附注 note",
        "1:25,000",
        "CGCS2000",
        "Shuijie sample data",
        lang === "zh" ? "一级保护区" : "first-level zone",
        lang === "zh" ? "示例数据" : "Sample data",
        lang === "zh" ? "无底图" : "No ground map",
        lang === "zh" ? "不得公开" : "not for publication",
      ])
        expect(words).toContain(said);
      expect(words).toMatch(/20\d\d-\d\d-\d\d/);
      if (lang === "en")
        expect(words!.replace("红江闸坝 <b>水源</b>", "").replace("附注 note", "")).not.toMatch(/[\u4e00-\u9fff]/);
    },
  );

  it("the bar is as long as the scale says, and the picture covers the ground it should", async () => {
    await open("zh");
    await screen.at("print-scale").selectOption("10000");
    await screen.page.waitForTimeout(400);
    await screen.at("print-drawing").waitFor({ state: "detached" });
    await expect.poll(() => screen.at("sheet").textContent()).toContain("1:10,000");
    const words = (await screen.at("sheet").textContent())!;
    const [, length, unit] = /1:10,000\s*([\d.]+)\s*(km|m)/.exec(words)!;
    const metres = Number(length) * (unit === "km" ? 1000 : 1);
    const bar = await screen.page
      .locator("[data-test=sheet-preview] .bar")
      .evaluate((node) => (node as unknown as { style: { width: string } }).style.width);
    expect(Number.parseFloat(bar)).toBeCloseTo(metres / 10, 3);
    const corners = [...words.matchAll(/(\d+\.\d+)°E (\d+\.\d+)°N/g)].map(([, lon, lat]) => [Number(lon), Number(lat)]);
    const [sw, ne] = corners as [[number, number], [number, number]];
    const width_m = (ne[0] - sw[0]) * 111_320 * Math.cos((((sw[1] + ne[1]) / 2) * Math.PI) / 180);
    expect(Math.abs(width_m / 2770 - 1)).toBeLessThan(0.01);
  });

  it("says so when the map cannot be drawn, and draws it when asked again", async () => {
    await open("zh");
    await screen.page.route("**/tiles/**", (route) => route.fulfill({ status: 500, body: "" }));
    await screen.at("print-scale").selectOption("2000");
    await expect.poll(() => screen.at("sheet").textContent(), { timeout: 20_000 }).toContain("地图没有画成");
    await screen.page.unroute("**/tiles/**");
    await screen.at("print-again").click();
    await screen.page.locator("[data-test=sheet-preview] img").waitFor();
    screen.faults.splice(0);
  });

  it("on the screen only the preview is seen, and leaving the panel leaves nothing behind", async () => {
    await open("en");
    expect(await screen.at("sheet").isVisible()).toBe(false);
    await screen.at("task-layers").click();
    await screen.at("sheet").waitFor({ state: "detached" });
    const pdf = await screen.page.pdf({ preferCSSPageSize: true });
    expect(pagesOf(pdf).length).toBeGreaterThan(0);
  });
});
