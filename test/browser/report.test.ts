/** The report of a check as files, taken as a reader takes them: from the answer, from the records, from a comparison. */
import { readFileSync } from "node:fs";
import ExcelJS from "exceljs";
import { strFromU8, unzipSync } from "fflate";
import type { Locator } from "playwright-core";
import { beforeAll, describe, expect, it } from "vitest";
import type { Check } from "../../server/api/checks.ts";
import { flawsOf, inBrowser, openScreen } from "../support/browser.ts";
import { pdfPages } from "../support/pdf_text.ts";
import { IN_FIRST, PIG_FARM } from "../support/service.ts";

const DESKTOP = { viewport: { width: 1440, height: 900 } };
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const SCREENS = [
  ["zh", "desktop", DESKTOP],
  ["zh", "phone", PHONE],
  ["en", "desktop", DESKTOP],
  ["en", "phone", PHONE],
] as const;
const NAME = "报告猪场";
const WORDS = { zh: "涉及禁止性规定", en: "Prohibited by the provisions listed" } as const;
type Lang = keyof typeof WORDS;
const bare = (text: string) => text.replace(/\s+/g, "");

/** What each file must be: its kind by its first bytes, and that it holds the answer of this check in its language. */
const FILES: Record<string, (bytes: Uint8Array, check: Check, lang: Lang) => Promise<void>> = {
  async docx(bytes, check, lang) {
    const xml = strFromU8(unzipSync(bytes)["word/document.xml"]!);
    const words = bare([...xml.matchAll(/<w:t(?: [^>]*)?>([^<]*)<\/w:t>/g)].map((run) => run[1]).join(""));
    for (const text of [WORDS[lang], check.id, NAME]) expect(words).toContain(bare(text));
  },
  async pdf(bytes, check, lang) {
    const pages = pdfPages(bytes).map(bare);
    expect(pages.length).toBeGreaterThan(4);
    for (const text of [WORDS[lang], check.id, NAME]) expect(pages.join("")).toContain(bare(text));
  },
  async xlsx(bytes, check) {
    const book = new ExcelJS.Workbook();
    await book.xlsx.load(Buffer.from(bytes) as never);
    expect(book.worksheets).toHaveLength(11);
    const numbers = new Set<unknown>();
    book.eachSheet((sheet) => sheet.eachRow((row) => row.eachCell(({ value }) => numbers.add(value))));
    expect(numbers).toContain(check.findings.find(({ overlap_m2 }) => overlap_m2)!.overlap_m2);
  },
  async html(bytes, check, lang) {
    const page = strFromU8(bytes);
    for (const text of [`<html lang="${lang === "zh" ? "zh-CN" : "en"}"`, WORDS[lang], check.id, NAME, "<svg"])
      expect(page).toContain(text);
  },
  async geojson(bytes, check) {
    const { features } = JSON.parse(strFromU8(bytes)) as { features: { properties: { role: string; conclusion?: string } }[] };
    expect(features.find(({ properties }) => properties.role === "site")!.properties.conclusion).toBe(check.conclusion);
    expect(features.filter(({ properties }) => properties.role === "piece").length).toBeGreaterThan(0);
  },
  async zip(bytes, check) {
    const files = unzipSync(bytes);
    expect(Object.keys(files)).toEqual(expect.arrayContaining(["report.docx", "report.pdf", "verify.mjs", "SHA256SUMS"]));
    expect((JSON.parse(strFromU8(files["check.zh.json"]!)) as Check).id).toBe(check.id);
  },
};

inBrowser("the report menu", (suite) => {
  const at = (name: string) => suite.screen.at(name);
  const checks: Check[] = [];
  let number: string;
  const open = async (query: string, lang: string, options: object) => {
    suite.screen = await openScreen(suite.browser, suite.service.url, `&lang=${lang}${query}`, options);
  };
  beforeAll(async () => {
    for (const name of [NAME, `${NAME}二`]) {
      const response = await fetch(`${suite.service.url}/api/checks`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ ...PIG_FARM, name, geometry: IN_FIRST }),
      });
      checks.push((await response.json()) as Check);
    }
    const page = await (await fetch(`${suite.service.url}/api/checks/${checks[0]!.id}/report.html`)).text();
    number = /SJ-\d{8}-[0-9A-F]{8}/.exec(page)![0];
  });
  /** The list is whole on the screen, over everything else. */
  const inSight = async () => {
    const list = at("download-list");
    await list.waitFor();
    const { width, height } = suite.screen.page.viewportSize()!;
    const box = (await list.boundingBox())!;
    expect(box.x).toBeGreaterThanOrEqual(0);
    expect(box.y).toBeGreaterThanOrEqual(0);
    expect(box.x + box.width).toBeLessThanOrEqual(width);
    expect(box.y + box.height).toBeLessThanOrEqual(height);
    // A click in the middle of an item meets this item.
    for (const item of await list.locator("button").all()) await item.click({ trial: true });
  };
  const take = async (format: string) => {
    const [download] = await Promise.all([suite.screen.page.waitForEvent("download"), at(`download-${format}`).click()]);
    await expect.poll(() => at("download-state").first().textContent()).toContain(download.suggestedFilename());
    return { name: download.suggestedFilename(), bytes: new Uint8Array(readFileSync(await download.path())) };
  };

  const takeAndRead = async (format: string, lang: Lang) => {
    const { name, bytes } = await take(format);
    expect(name).toBe(`${number}.${format}`);
    await FILES[format]!(bytes, checks[0]!, lang);
  };

  describe.each(SCREENS)("%s %s", (lang, size, options) => {
    it("the menu is whole on the screen, without fault; what is made at once comes at once", async () => {
      await open(`&check=${checks[0]!.id}`, lang, options);
      await at("download-menu").click();
      await inSight();
      expect(await flawsOf(suite.screen.page)).toEqual([]);
      expect(await at("download-list").locator("button").count()).toBe(Object.keys(FILES).length);
      for (const format of ["html", "geojson"]) await takeAndRead(format, lang);
    });

    // What takes long is the service's, not the screen's: once a language.
    it.runIf(size === "desktop").each(["docx", "pdf", "xlsx", "zip"])(
      "%s is of its kind, by its name, and holds the answer",
      async (format) => {
        await open(`&check=${checks[0]!.id}`, lang, options);
        await at("download-menu").click();
        await takeAndRead(format, lang);
      },
    );

    it("what the service refuses is said in its words; another try that succeeds takes the words away", async () => {
      await open(`&check=${checks[0]!.id}`, lang, options);
      const { page } = suite.screen;
      const refusals = [
        { status: 503, title: "T-503", detail: "D-503", type: "/problems/report-too-slow" },
        { status: 422, title: "T-422", detail: "D-422", type: "/problems/report-too-large" },
      ];
      await page.route("**/report.docx*", (route) => {
        const next = refusals.shift();
        if (next)
          return route.fulfill({ status: next.status, contentType: "application/problem+json", body: JSON.stringify(next) });
        return route.abort();
      });
      await at("download-menu").click();
      await at("download-docx").click();
      const problem = at("download-list").locator("[data-test=problem]");
      await expect.poll(() => problem.innerText()).toMatch(/T-503[\s\S]*D-503/);
      await inSight();
      expect(await flawsOf(page)).toEqual([]);
      await at("download-again").click();
      await expect.poll(() => problem.innerText()).toMatch(/T-422[\s\S]*D-422/);
      await at("download-again").click();
      await expect.poll(() => problem.innerText()).toMatch(lang === "zh" ? /连接不到服务/ : /does not answer/);
      // What was refused stays at its check while the reader is elsewhere, and so does the way on.
      await page.unrouteAll();
      await page.keyboard.press("Escape");
      await at("download-menu").click();
      await problem.waitFor();
      await page.route("**/report.docx*", (route) =>
        route.fulfill({ status: 200, body: "x", headers: { "content-disposition": 'attachment; filename="again.docx"' } }),
      );
      const [download] = await Promise.all([page.waitForEvent("download"), at("download-again").click()]);
      expect(download.suggestedFilename()).toBe("again.docx");
      await expect.poll(() => problem.count()).toBe(0);
      suite.screen.faults.splice(0, Infinity, ...suite.screen.faults.filter((fault) => !/status of 503|ERR_FAILED/.test(fault)));
    });

    it("records and comparison have the same menu, each row its own; it is never cut off", async () => {
      await open("&task=records", lang, options);
      const row = suite.screen.page.locator("li", { hasText: `${NAME}二` });
      await row.locator("[data-test=download-menu]").click();
      await inSight();
      expect(await flawsOf(suite.screen.page)).toEqual([]);
      expect(await row.locator("[data-test=report]").getAttribute("href")).toBe(
        `/api/checks/${checks[1]!.id}/report.html?lang=${lang}`,
      );
      await take_of(row, checks[1]!);
      await open(`&task=records&compare=${checks.map(({ id }) => id).join(",")}`, lang, options);
      const column = at("alternative-1");
      await column.locator("[data-test=download-menu]").click();
      await inSight();
      await take_of(column, checks[1]!);
      await suite.screen.page.keyboard.press("Escape");
      expect(await at("comparison").count()).toBe(1);
    });
  });

  /** The shapes by the menu that is open, which are those of `check`. */
  async function take_of(of: Locator, check: Check): Promise<void> {
    const [download] = await Promise.all([suite.screen.page.waitForEvent("download"), at("download-geojson").click()]);
    await expect.poll(() => of.locator("[data-test=download-state]").textContent()).toContain(download.suggestedFilename());
    expect(download.suggestedFilename()).toContain(check.id.slice(0, 8).toUpperCase());
  }

  it("by keys alone: down opens, arrows move, Enter takes, Escape and Tab go back to where one was", async () => {
    await open(`&check=${checks[0]!.id}`, "zh", DESKTOP);
    const { keyboard } = suite.screen.page;
    const focus = () => suite.screen.page.evaluate("document.activeElement.dataset.test");
    await at("download-menu").focus();
    await keyboard.press("ArrowDown");
    await expect.poll(focus).toBe("download-docx");
    await keyboard.press("End");
    expect(await focus()).toBe("download-zip");
    await keyboard.press("ArrowUp");
    expect(await focus()).toBe("download-geojson");
    const [download] = await Promise.all([suite.screen.page.waitForEvent("download"), keyboard.press("Enter")]);
    expect(download.suggestedFilename()).toBe(`${number}.geojson`);
    await keyboard.press("Escape");
    expect(await focus()).toBe("download-menu");
    expect(await at("download-list").count()).toBe(0);
    await keyboard.press("Enter");
    await expect.poll(focus).toBe("download-docx");
    await keyboard.press("Tab");
    expect(await focus()).toBe("compare");
    expect(await at("download-list").count()).toBe(0);
  });

  it("one that takes long can be given up, and goes on while the reader is elsewhere", async () => {
    await open(`&check=${checks[0]!.id}`, "en", DESKTOP);
    const { page } = suite.screen;
    const held: (() => void)[] = [];
    await page.route("**/evidence.zip*", async (route) => {
      await new Promise<void>((resolve) => held.push(resolve));
      await route
        .fulfill({ status: 200, body: "PK", headers: { "content-disposition": 'attachment; filename="late.zip"' } })
        .catch(() => undefined);
    });
    await at("download-menu").click();
    await at("download-zip").click();
    await at("download-cancel").click();
    await expect.poll(() => at("download-cancel").count()).toBe(0);
    expect(await at("download-list").locator("[data-test=problem]").count()).toBe(0);
    await at("download-zip").click();
    await at("download-cancel").waitFor();
    await page.keyboard.press("Escape");
    await at("task-records").click();
    await at("record").first().waitFor();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      expect
        .poll(() => held.length)
        .toBe(2)
        .then(() => held.forEach((go) => go())),
    ]);
    expect(download.suggestedFilename()).toBe("late.zip");
    suite.screen.faults.splice(0, Infinity, ...suite.screen.faults.filter((fault) => !/ERR_(ABORTED|FAILED)/.test(fault)));
  });
});
