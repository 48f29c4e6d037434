/** On the map's stage: positions in a chosen reference system, and measuring on the ellipsoid. */
import { Geodesic, PolygonArea } from "geographiclib-geodesic";
import { expect, it } from "vitest";
import { inBrowser, openScreen } from "../support/browser.ts";

const DESKTOP = { viewport: { width: 1440, height: 900 } };
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const VIEW = [105.94, 29.22, 105.97, 29.25];
const CORNERS: [number, number][] = [
  [105.949, 29.23],
  [105.956, 29.23],
  [105.956, 29.236],
  [105.949, 29.236],
];

inBrowser("the stage", (suite) => {
  /** Another library's ellipsoid is WGS 84: a hundredth of a millimetre apart here. */
  const length = (points: [number, number][]) =>
    points.slice(1).reduce((sum, [lon, lat], i) => sum + Geodesic.WGS84.Inverse(points[i]![1], points[i]![0], lat, lon).s12!, 0);

  it.each([
    ["zh", DESKTOP],
    ["en", DESKTOP],
    ["zh", PHONE],
    ["en", PHONE],
  ] as const)(
    "%s %j: a distance and an area are measured along geodesics, kept until cleared, and open no popup",
    async (lang, options) => {
      suite.screen = await openScreen(suite.browser, suite.service.url, `&lang=${lang}`, options);
      // On a phone the lower half is the sheet's.
      await suite.screen.frame(options === PHONE ? [105.946, 29.2, 105.959, 29.25] : VIEW);
      await suite.screen.at("measure-distance").click();
      for (const at of CORNERS.slice(0, 3)) await suite.screen.clickAt(...at);
      await suite.screen.at("measure-end").click();
      const [, km] = /([\d.]+) km/.exec(await suite.screen.at("measure-result").innerText())!;
      expect(Math.abs(Number(km) * 1000 - length(CORNERS.slice(0, 3)))).toBeLessThan(30);
      expect(await suite.screen.drawnOf("sj-measure")).toBeGreaterThan(4);
      expect(await suite.screen.at("popup").count()).toBe(0);

      await suite.screen.at("measure-area").click();
      expect(await suite.screen.at("measure-result").innerText()).toBe("");
      for (const at of CORNERS) await suite.screen.clickAt(...at);
      await suite.screen.at("measure-back").click();
      await suite.screen.clickAt(...CORNERS[3]!);
      await suite.screen.at("measure-end").click();
      const words = await suite.screen.at("measure-result").innerText();
      const polygon = new PolygonArea.PolygonArea(Geodesic.WGS84, false);
      for (const [lon, lat] of CORNERS) polygon.AddPoint(lat, lon);
      const expected = Math.abs(polygon.Compute(false, true).area!) / 10_000;
      const [, ha] = lang === "zh" ? /([\d.]+) 公顷（[\d.,]+ 亩）/.exec(words)! : /([\d.]+) ha/.exec(words)!;
      expect(Math.abs(Number(ha) / expected - 1)).toBeLessThan(0.03);
      await suite.screen.at("measure-clear").click();
      await expect.poll(() => suite.screen.drawnOf("sj-measure")).toBe(0);
    },
  );

  it.each(["zh", "en"])("%s: a bow tie has a perimeter and no area", async (lang) => {
    suite.screen = await openScreen(suite.browser, suite.service.url, `&lang=${lang}`);
    await suite.screen.frame(VIEW);
    await suite.screen.at("measure-area").click();
    for (const i of [0, 2, 1, 3]) await suite.screen.clickAt(...CORNERS[i]!);
    await suite.screen.page.keyboard.press("Enter");
    const words = await suite.screen.at("measure-result").innerText();
    expect(words).toContain(lang === "zh" ? "没有面积" : "no area");
    expect(words).not.toMatch(/公顷|\bha\b/);
  });

  it("where Gauss-Krueger has no zone, a remembered choice reads degrees and no metres of another zone", async () => {
    suite.screen = await openScreen(suite.browser, suite.service.url);
    await suite.screen.at("readout").click();
    expect(await suite.screen.at("readouts").getByRole("menuitemradio").first().innerText()).toContain("EPSG:4544");
    await suite.screen.at("readout-gk3").click();
    await suite.screen.frame([139.5, 35, 139.6, 35.1]);
    await suite.screen.page.mouse.move(500, 400);
    await suite.screen.page.mouse.move(503, 402);
    expect(await suite.screen.at("readout").innerText()).toContain("EPSG:4490");
    expect(await suite.screen.at("pointer").innerText()).toMatch(/139\.5\d+°E 35\.0\d+°N/);
    await suite.screen.frame(VIEW);
    expect(await suite.screen.at("readout").innerText()).toContain("EPSG:4544");
  });

  it("keys: Backspace takes back, Enter ends, Escape clears; drawing a site ends measuring", async () => {
    suite.screen = await openScreen(suite.browser, suite.service.url);
    await suite.screen.frame(VIEW);
    await suite.screen.at("measure-distance").click();
    for (const at of CORNERS) await suite.screen.clickAt(...at);
    const result = () => suite.screen.at("measure-result").innerText();
    await suite.screen.page.mouse.move(300, 700);
    await suite.screen.page.keyboard.press("Backspace");
    await suite.screen.page.keyboard.press("Enter");
    const ended = await result();
    await suite.screen.page.mouse.move(600, 300);
    expect(await result()).toBe(ended);
    await suite.screen.page.keyboard.press("Escape");
    expect(await suite.screen.at("measure-bar").count()).toBe(0);
    await suite.screen.at("measure-area").click();
    await suite.screen.at("draw-polygon").click();
    expect(await suite.screen.at("measure-bar").count()).toBe(0);
    await suite.screen.page.keyboard.press("Escape");
  });

  it("by keys alone: arrows move the map, Space sets a point at the cross, Enter ends", async () => {
    suite.screen = await openScreen(suite.browser, suite.service.url);
    await suite.screen.frame(VIEW);
    const { page } = suite.screen;
    const tag = () =>
      page.evaluate(
        () => (globalThis as unknown as { document: { activeElement: { tagName: string } } }).document.activeElement.tagName,
      );
    await suite.screen.at("measure-distance").focus();
    await page.keyboard.press("Enter");
    await suite.screen.at("measure-bar").waitFor();
    await expect.poll(tag).toBe("CANVAS");
    const crossed = () =>
      page.evaluate(() => {
        const { document, getComputedStyle } = globalThis as unknown as {
          document: { querySelector(selector: string): unknown };
          getComputedStyle(element: unknown, pseudo: string): { content: string };
        };
        return getComputedStyle(document.querySelector(".maplibregl-canvas-container"), "::after").content;
      });
    expect(await crossed()).toBe('""');
    await page.keyboard.press("Space");
    await page.keyboard.press("ArrowRight");
    await page.waitForTimeout(700);
    await page.keyboard.press("Space");
    await page.keyboard.press("Enter");
    const result = await suite.screen.at("measure-result").innerText();
    expect(result).toMatch(/总长 [\d.,]+ (m|km|米|公里)/);
    expect(result).not.toMatch(/总长 0/);
    expect(await suite.screen.at("measure-copy").count()).toBe(1);
    await suite.screen.page.mouse.click(500, 400);
    await page.keyboard.press("Escape");
    expect(await suite.screen.at("measure-bar").count()).toBe(0);
    expect(await crossed()).toBe("none");
  });

  it.each(["zh", "en"])("%s: positions are read out in the system chosen, which is remembered; C copies", async (lang) => {
    suite.screen = await openScreen(suite.browser, suite.service.url, `&lang=${lang}`, {
      permissions: ["clipboard-read", "clipboard-write"],
    });
    await suite.screen.frame(VIEW);
    const hover = async () => {
      const [[x, y]] = (await suite.screen.pixels([[105.955, 29.235]])) as [[number, number]];
      await suite.screen.page.mouse.move(x - 3, y);
      await suite.screen.page.mouse.move(x, y);
      return suite.screen.at("pointer").innerText();
    };
    const choose = async (one: string) => {
      await suite.screen.at("readout").click();
      await suite.screen.at(`readout-${one}`).click();
    };
    expect(await hover()).toMatch(/105\.95\d+°E 29\.23\d+°N/);
    await choose("dms");
    expect(await hover()).toMatch(/105°57'1[78]\.\d\d"E 29°14'0[56]\.\d\d"N/);
    await choose("gk3");
    expect(await suite.screen.at("readout").innerText()).toContain("EPSG:4544");
    expect(await hover()).toMatch(/3235[67]\d\d\.\d\d\D+5928[45]\d\.\d\d/);
    await choose("gk3_zone");
    expect(await hover()).toMatch(/355928[45]\d\.\d\d/);
    await suite.screen.page.keyboard.press("c");
    await expect
      .poll(() =>
        suite.screen.page.evaluate(() =>
          (globalThis as unknown as { navigator: { clipboard: { readText(): Promise<string> } } }).navigator.clipboard.readText(),
        ),
      )
      .toMatch(/355928.*\(EPSG:4523\)/);
    await suite.screen.page.reload();
    await suite.screen.at("panel").waitFor();
    expect(await suite.screen.at("readout").innerText()).toContain("EPSG:4523");
    await suite.screen.at("readout").focus();
    await suite.screen.page.keyboard.press("Enter");
    await suite.screen.at("readouts").waitFor();
    await suite.screen.page.keyboard.press("Escape");
    expect(await suite.screen.at("readouts").count()).toBe(0);
  });
});
