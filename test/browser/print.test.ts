/** The map on paper: one page of the right size with everything a sheet must say. */
import { writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { inBrowser, openScreen } from "../support/browser.ts";

const SIZES = [
  ["zh", "A4", true, [297, 210]],
  ["en", "A4", false, [210, 297]],
  ["zh", "A3", true, [420, 297]],
  ["en", "A3", false, [297, 420]],
] as const;

inBrowser("print", (suite) => {
  /** Sizes of a PDF's pages, mm, as its page objects say. */
  function pagesOf(pdf: Buffer): number[][] {
    return [...pdf.toString("latin1").matchAll(/\/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)/g)].map(([, width, height]) =>
      [Number(width), Number(height)].map((points) => Math.round((points / 72) * 25.4)),
    );
  }
  const open = async (lang: string) => {
    suite.screen = await openScreen(suite.browser, suite.service.url, `&lang=${lang}`);
    await suite.screen.frame([105.94, 29.224, 105.966, 29.258]);
    await suite.screen.at("open-print").click();
    await suite.screen.page.locator("[data-test=sheet-preview] img").waitFor();
  };

  it.each(SIZES)(
    "%s %s, landscape %s: one page, with title, legend, scale, system, sources, dates",
    async (lang, paper, landscape, size) => {
      await open(lang);
      await suite.screen.at("print-paper").selectOption(paper);
      await suite.screen.at("print-orientation").selectOption({ index: landscape ? 0 : 1 });
      await suite.screen.at("print-scale").selectOption("25000");
      await suite.screen.at("print-title").fill("红江闸坝 <b>水源</b>");
      await suite.screen.at("print-note").fill("附注 note");
      await suite.screen.page.waitForTimeout(400);
      await suite.screen.at("print-drawing").waitFor({ state: "detached" });
      const pdf = await suite.screen.page.pdf({ preferCSSPageSize: true, printBackground: true });
      if (process.env["SHUIJIE_PICTURES"]) writeFileSync(`${process.env["SHUIJIE_PICTURES"]}/print-${lang}-${paper}.pdf`, pdf);
      expect(pagesOf(pdf)).toEqual([[...size]]);
      const words = await suite.screen.at("sheet").textContent();
      for (const said of [
        "红江闸坝 <b>水源</b>",
        "附注 note",
        "1:25,000",
        "CGCS2000",
        lang === "zh" ? "水界示例数据" : "Shuijie sample data",
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
    await suite.screen.at("print-scale").selectOption("10000");
    await suite.screen.page.waitForTimeout(400);
    await suite.screen.at("print-drawing").waitFor({ state: "detached" });
    await expect.poll(() => suite.screen.at("sheet").textContent()).toContain("1:10,000");
    const words = (await suite.screen.at("sheet").textContent())!;
    const [, length, unit] = /1:10,000\s*([\d.]+)\s*(km|m)/.exec(words)!;
    const metres = Number(length) * (unit === "km" ? 1000 : 1);
    const bar = await suite.screen.page
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
    await suite.screen.page.route("**/tiles/**", (route) => route.fulfill({ status: 500, body: "" }));
    await suite.screen.at("print-scale").selectOption("2000");
    await expect.poll(() => suite.screen.at("sheet").textContent(), { timeout: 60_000 }).toContain("地图没有画成");
    await suite.screen.page.unroute("**/tiles/**");
    await suite.screen.at("print-again").click();
    await suite.screen.page.locator("[data-test=sheet-preview] img").waitFor();
    suite.screen.faults.splice(0);
  });

  it("nothing can be printed while the picture is of another language or day than the sheet; then it is drawn anew", async () => {
    await open("zh");
    let letGo = () => {};
    const gate = new Promise<void>((resolve) => (letGo = resolve));
    await suite.screen.page.route("**/style.json?lang=en*", async (route) => {
      await gate;
      await route.continue();
    });
    await suite.screen.at("lang-en").click();
    await suite.screen.at("sheet").getByText("Drawing the map").waitFor({ state: "attached" });
    expect(await suite.screen.page.locator("[data-test=sheet-preview] img").count()).toBe(0);
    expect(await suite.screen.at("print").isDisabled()).toBe(true);
    letGo();
    await suite.screen.page.locator("[data-test=sheet-preview] img").waitFor();
    await expect.poll(() => suite.screen.at("print").isDisabled()).toBe(false);
  });

  it("on the screen only the preview is seen, and leaving the panel leaves nothing behind", async () => {
    await open("en");
    expect(await suite.screen.at("sheet").isVisible()).toBe(false);
    await suite.screen.at("task-layers").click();
    await suite.screen.at("sheet").waitFor({ state: "detached" });
    const pdf = await suite.screen.page.pdf({ preferCSSPageSize: true });
    expect(pagesOf(pdf).length).toBeGreaterThan(0);
  });
});
