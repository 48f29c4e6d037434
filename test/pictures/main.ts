/** Takes the pictures of README and help from the running program: `npm run pictures`, or of some scenes: `npm run pictures sweep`. Needs Chromium. Both languages,
 *  the same scenes. They are looked at before they are committed. */
import { join } from "node:path";
import { launchBrowser, noBrowser, openScreen, type Screen, startProgram } from "../support/browser.ts";

const FOLDER = join(import.meta.dirname, "..", "..", "web", "pictures");
const SIZE = { viewport: { width: 1280, height: 800 } };
/** In GBK, with neither .prj nor .cpg. */
const SHAPEFILE = join(import.meta.dirname, "..", "fixtures/formats/shapefile/good/gbk_zone35_loose_no_prj_no_cpg");
const LOOSE = ["shp", "shx", "dbf"];
const ZONES = [105.935, 29.218, 105.972, 29.262];

/** Sites across the zones. */
const BATCH = {
  type: "FeatureCollection",
  features: Array.from({ length: 24 }, (_, n) => {
    const [west, south] = [105.9 + (n % 6) * 0.015, 29.2 + Math.floor(n / 6) * 0.018];
    const ring = [
      [0, 0],
      [0.002, 0],
      [0.002, 0.0016],
      [0, 0.0016],
      [0, 0],
    ].map(([x, y]) => [west + x!, south + y!]);
    return { type: "Feature", geometry: { type: "Polygon", coordinates: [ring] }, properties: { name: `${n + 1}#` } };
  }),
};

const SCENES: Record<string, (screen: Screen) => Promise<void>> = {
  async siting(screen) {
    await answer(screen);
    await screen.at("finding-head").first().click();
    await screen.page.waitForTimeout(900);
  },
  async compare(screen) {
    await answer(screen);
    await screen.at("compare").click();
    await screen.at("view-form").click();
    await screen.at("action-existing").click();
    await screen.at("strip").waitFor();
    await screen.page.waitForTimeout(1200);
    await screen.at("strip").click();
    await screen.at("keep").click();
    await screen.at("report").waitFor();
    await screen.at("compare").click();
    await screen.at("task-records").click();
    await screen.at("comparison").waitFor();
  },
  async sweep(screen) {
    await screen.at("task-sweep").click();
    await screen.page.locator("[data-test=sweep-empty], [data-test=sweep-summary]").first().waitFor();
    if (await screen.at("sweep-empty").count()) await screen.at("sweep-begin").click();
    await screen.at("sweep-summary").waitFor({ timeout: 120_000 });
    await screen.at("line-row").nth(2).click();
    await screen.at("clue-title").waitFor();
    await screen.page.waitForTimeout(1500);
  },
  async screening(screen) {
    await screen.at("task-screening").click();
    await screen.page.locator("[data-test=batch-form], [data-test=screening]").first().waitFor();
    if (await screen.at("screening-new").count()) await screen.at("screening-new").click();
    await screen.at("batch-text").fill(JSON.stringify(BATCH));
    await screen.at("batch-activity").selectOption("livestock_farm");
    await screen.at("batch-name").fill(screen.page.url().includes("lang=en") ? "Where could the farm go?" : "养殖场备选地块");
    await screen.at("batch-begin").click();
    await screen.at("batch-conclusion-prohibited").waitFor({ timeout: 60_000 });
    await screen.page.waitForTimeout(2500);
  },
  async layers(screen) {
    await screen.at("task-layers").click();
    await screen.frame(ZONES);
  },
  async search(screen) {
    await screen.frame(ZONES);
    await screen.page.keyboard.press("/");
    await screen.page.keyboard.type("红江");
    await screen.page.waitForTimeout(1200);
  },
  async data(screen) {
    await screen.frame([105.8, 29.2, 106.1, 29.4]);
    await screen.at("task-data").click();
    await screen.at("data-import").click();
    await screen.at("door-files").setInputFiles(LOOSE.map((ending) => join(SHAPEFILE, `选址.${ending}`)));
    await screen.at("crs-candidate-0").click();
    await screen.at("crs-used").waitFor();
    await screen.page.waitForTimeout(1500);
  },
  async catalogue(screen) {
    await screen.at("task-catalogue").click();
    await screen.at("rule").first().waitFor();
    await screen.page.waitForTimeout(600);
  },
  async map(screen) {
    await screen.frame(ZONES);
    await screen.at("open-print").click();
    await screen.page.locator("[data-test=sheet-preview] img").waitFor();
  },
};

async function answer(screen: Screen): Promise<void> {
  await screen.at("task-examples").click();
  await screen.at("example-yc-prohibited").click();
  await screen.at("conclusion").waitFor();
  await screen.page.waitForTimeout(900);
  await screen.still();
}

if (noBrowser) throw new Error(noBrowser);
const service = await startProgram();
const browser = await launchBrowser();
try {
  const only = process.argv.slice(2);
  for (const lang of ["zh", "en"]) {
    for (const [name, scene] of Object.entries(SCENES)) {
      if (only.length > 0 && !only.includes(name)) continue;
      const screen = await openScreen(browser, service.url, `&lang=${lang}`, SIZE);
      await scene(screen);
      await screen.still();
      await screen.page.waitForTimeout(400);
      await screen.page.screenshot({ path: join(FOLDER, `help-${name}-${lang}.jpg`), type: "jpeg", quality: 72 });
      if (name === "siting") await takeReport(screen, lang);
      await screen.close();
    }
  }
} finally {
  await browser.close();
  await service.stop();
}

/** The first page of the report of the check on screen. */
async function takeReport(screen: Screen, lang: string): Promise<void> {
  const href = await screen.at("report").getAttribute("href");
  const page = await screen.page.context().newPage();
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.goto(`${service.url}${href}`);
  await page.evaluate(() => (globalThis as unknown as { scrollTo(x: number, y: number): void }).scrollTo(0, 980));
  await page.screenshot({ path: join(FOLDER, `help-report-${lang}.jpg`), type: "jpeg", quality: 72 });
  await page.close();
}
