/** The door and the data room in a real browser: what is dropped is looked at, placed, put to use; what is written comes out
 *  again; what a district has none of, and what it asks. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { ThemeHolding } from "../../server/api/coverage.ts";
import type { List } from "../../server/api/common.ts";
import { ask, chooseActivity, flawsOf, inBrowser, openScreen } from "../support/browser.ts";
import { LIMITS } from "../../server/formats/format.ts";
import { WRITERS } from "../../server/formats/out/index.ts";
import { readFiles } from "../../server/formats/read.ts";
import { AS_ZONES, geoJson, zone } from "../support/imports.ts";
import { rectangle } from "../support/service.ts";

const DESKTOP = { viewport: { width: 1440, height: 900 } };
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
/** A loose shapefile in GBK and EPSG:4523, which says neither: no .prj, no .cpg. */
const SHAPEFILE = join(import.meta.dirname, "..", "fixtures/formats/shapefile/good/gbk_zone35_loose_no_prj_no_cpg");
const RESERVE = "control_area/nature_reserve_core";
const FIRST = "protection_zone/first";
const A = rectangle(105.95, 29.23, 105.951, 29.231);
const B = rectangle(105.96, 29.23, 105.961, 29.231);
/** The same rectangle in the 3-degree zone of 105 E (EPSG:4544). */
const METRES = rectangle(592363.53, 3235135.924, 592459.861, 3235247.559);

type Given = { name: string; text?: string; base64?: string };

inBrowser("the data room", (suite) => {
  const at = (name: string) => suite.screen.at(name);
  const json = async <T>(path: string) => (await (await fetch(suite.service.url + path)).json()) as T;
  const open = async (query: string, options: object = DESKTOP) => {
    suite.screen = await openScreen(suite.browser, suite.service.url, query, options);
  };
  /** As a hand does: dragged over, then let go. */
  const dropOn = (test: string, files: Given[]) =>
    suite.screen.page.evaluate(
      ([where, given]) => {
        const page = globalThis as unknown as {
          document: { querySelector(selector: string): { dispatchEvent(event: unknown): boolean } };
          DataTransfer: new () => { items: { add(file: unknown): void } };
          DragEvent: new (type: string, init: object) => unknown;
          File: new (parts: unknown[], name: string) => unknown;
          atob(text: string): string;
        };
        const transfer = new page.DataTransfer();
        for (const { name, text, base64 } of given as { name: string; text?: string; base64?: string }[]) {
          const bytes = base64 === undefined ? text : Uint8Array.from(page.atob(base64), (sign) => sign.charCodeAt(0));
          transfer.items.add(new page.File([bytes], name));
        }
        const target = page.document.querySelector(`[data-test="${where as string}"]`);
        for (const type of ["dragover", "drop"])
          target.dispatchEvent(new page.DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }));
      },
      [test, files] as const,
    );
  const shapefile = (): Given[] =>
    readdirSync(SHAPEFILE).map((name) => ({ name, base64: readFileSync(join(SHAPEFILE, name)).toString("base64") }));
  const ready = () => at("upload-preview").waitFor();
  const giveSite = async () => {
    await at("data-import").click();
    await at("door-files").setInputFiles({
      name: "site.geojson",
      mimeType: "application/geo+json",
      buffer: Buffer.from(geoJson([zone("T-1", A)])),
    });
    await ready();
  };
  const holding = async (theme: string) =>
    (await json<List<ThemeHolding>>("/api/coverage?jurisdiction=500118")).items.find((one) => one.theme === theme)!;
  const setDay = async (test: string, day: string) => {
    await at(test).locator("input").fill(day);
    await at(test).locator("input").press("Enter");
  };
  const fillSource = async () => {
    await at("source-title").fill("永川区水源地矢量");
    await setDay("source-data_date", "2025-12-31");
    await setDay("source-valid_from", "2026-01-01");
    await at("source-basis").selectOption("schematic");
  };

  it("zh: a GBK shapefile without .prj is dropped on the map, its first candidate chosen, and a check run", async () => {
    await open("&lang=zh");
    await dropOn("stage", shapefile());
    await ready();
    expect(await at("upload-format").innerText()).toBe("Shapefile");
    expect(await at("upload-encoding").innerText()).toMatch(/GB18030.*按内容判断/s);
    expect(await at("upload-counts").innerText()).toMatch(/应有 2.*读到 2.*有问题 0/s);
    // A guess is said to be one, and nothing can be done with it.
    expect(await at("crs-uncertain").innerText()).toContain("推测");
    expect(await at("use-site").getAttribute("aria-pressed")).toBe("true");
    expect(await at("use-site-go").isDisabled()).toBe(true);
    const first = at("crs-candidate-0");
    expect(await first.innerText()).toMatch(/EPSG:4523.*较可能.*35/s);
    expect(await suite.screen.drawnOf("sj-upload")).toBe(0);
    await suite.screen.frame([105.8, 29.2, 106.1, 29.4]);
    await first.hover();
    await expect.poll(() => suite.screen.drawnOf("sj-upload")).toBeGreaterThan(0);
    await first.click();
    await at("crs-used").waitFor();
    expect(await first.getAttribute("aria-pressed")).toBe("true");
    expect(await flawsOf(suite.screen.page)).toEqual([]);
    // The names came through as Chinese.
    expect(await at("use-rows").innerText()).toContain("临江河东岸养殖场");
    await at("use-rows").selectOption("1");
    await at("use-site-go").click();
    await at("site-current").waitFor();
    expect(await at("site-current").innerText()).toMatch(/文件/);
    await chooseActivity(suite.screen, "养猪场");
    await ask(suite.screen);
    await at("conclusion").waitFor();
  });

  it("zh: of many notes the first are shown, and that there are more", async () => {
    await open("&lang=zh&task=data");
    await suite.screen.page.route(/\/api\/imports[/?]/, async (route) => {
      const response = await route.fetch();
      const told = (await response.json()) as { notes: unknown[] };
      told.notes = Array.from({ length: 15 }, (_, n) => ({ row: null, pointer: "", detail: `说明${n + 1}`, position: null }));
      await route.fulfill({ response, json: told });
    });
    await giveSite();
    expect(await at("upload-notes").innerText()).not.toContain("说明13");
    expect(await at("upload-notes-more").innerText()).toBe("还有 3 条");
    await at("upload-notes-more").click();
    expect(await at("upload-notes").innerText()).toContain("说明15");
  });

  it("zh: coordinates of a web map are taken as such on request, and leave doubt in the check", async () => {
    await open("&lang=zh&task=data");
    await giveSite();
    expect(await at("crs-used").innerText()).toContain("4490");
    await at("crs-more").click();
    const shifted = suite.screen.page.locator("[data-test^=crs-candidate]", { hasText: "GCJ-02" });
    expect(await shifted.innerText()).toMatch(/仅凭数值看不出来/);
    await shifted.click();
    await expect.poll(() => at("crs-accuracy").innerText()).toMatch(/5\.0 米|5\.0 m/);
    await at("use-site").click();
    await at("use-site-go").click();
    await at("site-current").waitFor();
    expect(await at("accuracy").locator("input").inputValue()).toBe("5");
  });

  it("zh: into a layer by the wizard: fields found, faults by trial, written, undone", async () => {
    await open("&lang=zh&task=data");
    await at("data-import").click();
    const rows = [zone("DR-1", A, { 联系人: "张三" }), zone("DR-2", B, { 级别: "特级", 联系人: "李四" })];
    await dropOn("door-drop", [{ name: "zones.geojson", text: geoJson(rows) }]);
    await ready();
    expect(await at("use-layer").getAttribute("aria-pressed")).toBe("true");
    await at("layer-layer").selectOption("protection_zone");
    await at("layer-mapping").waitFor();
    expect(await at("map-code").inputValue()).toBe("编号");
    expect(await at("map-level").inputValue()).toBe("级别");
    expect(await at("map-unused").innerText()).toContain("联系人");
    expect(await at("layer-missing").innerText()).toMatch(/生效日期.*数据日期.*边界依据/);
    expect(await at("layer-try").isDisabled()).toBe(true);
    await fillSource();
    await at("layer-try").click();
    await at("layer-trial").waitFor();
    expect(await at("layer-trial").innerText()).toMatch(/2 行中 1 行可写入.*第 2 行.*特级/s);
    expect(await at("layer-write").isDisabled()).toBe(true);
    expect(await flawsOf(suite.screen.page)).toEqual([]);
    await at("mode-good_rows").check();
    // Another question: another trial.
    await at("layer-trial").waitFor({ state: "detached" });
    await at("layer-try").click();
    await at("layer-trial").waitFor();
    const before = await holding(FIRST);
    await at("layer-write").click();
    await at("layer-result").waitFor();
    expect(await at("layer-result").innerText()).toMatch(/1 个要素.*1 行有错/s);
    expect((await holding(FIRST)).features).toBe(before.features + 1);

    await at("result-history").click();
    await at("history-undo").first().click();
    await at("history-undo-sure").click();
    await expect.poll(() => at("history-import").first().innerText()).toContain("已撤销");
    expect(await holding(FIRST)).toEqual(before);
    expect(await at("history-undo").count()).toBe(0);
  });

  it("zh: a shape that crosses itself is named, and its repair offered with the area before and after", async () => {
    const bow = [
      [105.85, 29.33],
      [105.851, 29.331],
      [105.851, 29.33],
      [105.85, 29.331],
      [105.85, 29.33],
    ];
    await open("&lang=zh&task=data");
    await at("data-import").click();
    await at("door-text").fill(geoJson([zone("T-1", { type: "Polygon", coordinates: [bow] })]));
    await at("door-take-text").click();
    await ready();
    expect(await at("upload-faults").innerText()).toContain("第 1 行");
    expect(await at("upload-repairs").innerText()).toMatch(/修复前面积.*修复后面积.*公顷/s);
    await at("use-site").click();
    await at("use-site-go").click();
    await at("door").locator("[data-test=problem]").waitFor();
    await at("upload-repair").check();
    await at("use-site-go").click();
    await at("site-current").waitFor();
  });

  it("zh: many sites from a file of another format are judged as a batch", async () => {
    await open("&lang=zh&task=screening");
    await suite.screen.page.locator("[data-test=batch-form], [data-test=screening-new]").first().waitFor();
    if (await at("screening-new").count()) await at("screening-new").click();
    await dropOn("batch-drop", shapefile());
    await ready();
    expect(await at("use-screening").getAttribute("aria-pressed")).toBe("true");
    await at("crs-candidate-0").click();
    await at("crs-used").waitFor();
    expect(await at("use-field-name").inputValue()).toBe("名称");
    await at("use-field-default-activity").selectOption("livestock_farm");
    await at("use-screening-go").click();
    await expect.poll(() => at("line-row").count()).toBe(2);
    expect(await at("line-row").first().innerText()).toContain("临江河东岸养殖场");
  });

  it("zh: a table with odd columns is read by those that a person points out, and becomes a layer with values for what it lacks", async () => {
    await open("&lang=zh&task=data");
    await at("data-import").click();
    const corners = [
      [105.95, 29.23],
      [105.951, 29.23],
      [105.951, 29.231],
    ];
    const rows = ["OD-1", "OD-2"].flatMap((code, n) =>
      corners.map(([x, y]) => `${code},${12.5 + n},${(y! + n / 100).toFixed(4)},${x},一级保护区`),
    );
    await at("door-files").setInputFiles({
      name: "odd.csv",
      mimeType: "text/csv",
      buffer: Buffer.from(["甲,乙,丙,丁,戊", ...rows].join("\n")),
    });
    await ready();
    // An area was taken for a coordinate.
    expect(await at("columns-said").innerText()).toMatch(/东坐标或经度：乙.*北坐标或纬度：丙/s);
    await at("columns-change").click();
    expect(await at("columns-x").locator("option", { hasText: "丁" }).innerText()).toContain("105.95");
    expect(await flawsOf(suite.screen.page)).toEqual([]);
    await at("columns-x").selectOption("丁");
    await at("columns-y").selectOption("丙");
    await at("columns-plot").selectOption("甲");
    await at("columns-geometry").selectOption("polygon");
    await at("columns-read").click();
    await expect.poll(() => at("columns-said").innerText()).toMatch(/经度：丁.*纬度：丙.*地块：甲/s);
    expect(await at("upload-counts").innerText()).toMatch(/读到 2/);
    await at("crs-candidate-0").click();
    await at("crs-used").waitFor();
    await expect.poll(() => suite.screen.drawnOf("sj-upload")).toBeGreaterThan(0);

    await at("layer-layer").selectOption("protection_zone");
    await at("layer-mapping").waitFor();
    await at("map-code").selectOption("甲");
    await at("map-name_zh").selectOption("甲");
    await at("map-level").selectOption("戊");
    const part = at("layer-mapping").locator("[role=group]", { has: at("map-default-part") });
    expect(await part.innerText()).toContain("必填");
    await fillSource();
    await at("layer-try").click();
    await at("layer-trial").waitFor();
    expect(await at("layer-trial").innerText()).toMatch(/2 行中 0 行可写入/);
    await at("map-default-part").selectOption("whole");
    await at("map-default-water_source").fill("红江闸坝");
    await at("map-default-water_source").press("Tab");
    expect(await part.innerText()).not.toContain("必填");
    expect(await flawsOf(suite.screen.page)).toEqual([]);
    await at("layer-try").click();
    await expect.poll(() => at("layer-trial").innerText()).toMatch(/2 行中 2 行可写入/);
    await at("layer-write").click();
    await at("layer-result").waitFor();
    const item = await json<{ properties: Record<string, unknown> }>(
      "/api/collections/protection_zone/items/OD-2?datetime=2026-06-01",
    );
    expect(item.properties).toMatchObject({ level: "first", part: "whole", water_source: "红江闸坝" });
    await at("result-undo").click();
    await expect.poll(() => at("layer-result").innerText()).toContain("已撤销");
  });

  it("zh: where nobody can tell the coordinates, the columns are asked for", async () => {
    await open("&lang=zh&task=data");
    await at("data-import").click();
    await at("door-files").setInputFiles({
      name: "odd.csv",
      mimeType: "text/csv",
      buffer: Buffer.from("点,纬向,经向\nA,29.3301,105.851\nB,约29.3301,约105.85\nC,29.331,105.851\n"),
    });
    await ready();
    expect(await at("columns").innerText()).toContain("看不出哪两列是坐标");
    expect(await at("columns-read").isDisabled()).toBe(true);
    await at("columns-x").selectOption("经向");
    await at("columns-y").selectOption("纬向");
    await at("columns-geometry").selectOption("point");
    expect(await flawsOf(suite.screen.page)).toEqual([]);
    await at("columns-read").click();
    await expect.poll(() => at("upload-counts").innerText()).toMatch(/读到 2.*有问题 1/s);
    expect(await at("upload-faults").innerText()).toContain("第 3 行");
  });

  it("zh: a batch whose attributes stand in fields of the file, or hold for all its rows, becomes a screening", async () => {
    await open("&lang=zh&task=data");
    await at("data-import").click();
    const farm = (name: string, geometry: unknown, more: Record<string, unknown>) => ({
      type: "Feature",
      geometry,
      properties: { 单位: name, 干什么: "养猪场", 多少头: "3,000", ...more },
    });
    await dropOn("door-drop", [
      { name: "batch.geojson", text: geoJson([farm("甲场", A, {}), farm("乙场", B, { 多少头: "", 干什么: "养猪场" })]) },
    ]);
    await ready();
    await at("use-screening").click();
    await at("use-field-name").selectOption("单位");
    await at("use-field-activity").selectOption("干什么");
    // What is asked follows from what the rows say they are.
    await at("use-field-all").click();
    await at("use-field-attribute/annual_output").waitFor();
    await at("use-field-attribute/annual_output").selectOption("多少头");
    await at("use-field-default-attribute/annual_output").fill("10");
    await at("use-field-default-attribute/annual_output").press("Tab");
    await at("use-field-default-attribute/emits-water").check();
    expect(await flawsOf(suite.screen.page)).toEqual([]);
    await at("use-screening-go").click();
    await expect.poll(() => at("line-row").count()).toBe(2);
    const { items } = await json<List<{ id: string }>>("/api/screenings");
    const site = async (n: number) =>
      (await json<{ request: Record<string, unknown> }>(`/api/screenings/${items[0]!.id}/sites/${n}`)).request;
    expect(await site(1)).toMatchObject({
      name: "甲场",
      activity: "livestock_farm",
      action: "new",
      attributes: { annual_output: 3000, emits: ["water"] },
    });
    expect(await site(2)).toMatchObject({ name: "乙场", attributes: { annual_output: 10, emits: ["water"] } });
  });

  it("zh: what the form cannot read goes on to the service; what nobody can read is refused in words", async () => {
    await open("&lang=zh");
    await at("type-coordinates").click();
    await suite.screen.page
      .locator("[data-test=typing] textarea")
      .fill("POLYGON((105.95 29.23,105.951 29.23,105.951 29.231,105.95 29.23))");
    await at("take-text").click();
    await at("site-recognise").click();
    await ready();
    expect(await at("upload-format").innerText()).toBe("WKT");
    await at("upload-clear").click();
    await dropOn("stage", [{ name: "plan.dwg", text: "AC1032 is no drawing that can be read here" }]);
    await at("door").locator("[data-test=problem]").waitFor();
    expect(await at("door").innerText()).toMatch(/DWG|格式/);
  });

  it("zh: layers say what is loaded, how old and how exact, and show what a claim covers", async () => {
    await open("&lang=zh&task=data");
    const theme = at(`data-theme-${FIRST}`);
    await theme.waitFor();
    expect(await theme.innerText()).toMatch(/已载入.*个要素.*\d{4}-\d\d-\d\d （.*示意数据/s);
    expect(await at(`data-theme-${RESERVE}`).innerText()).toContain("未载入");
    expect(await flawsOf(suite.screen.page)).toEqual([]);
    await theme.locator("[data-test=data-show-coverage]").click();
    await expect.poll(() => suite.screen.drawnOf("sj-claim")).toBeGreaterThan(0);
    expect(await at("coverage-theme").inputValue()).toBe(FIRST);
    expect(await at("coverage-area-500118").innerText()).toMatch(/已载入.*永川区.*100\.0%/s);
    expect(await at("coverage-told").innerText()).toMatch(/来源.*数据日期.*\d{4}-\d\d-\d\d.*随系统文件/s);
    expect(await flawsOf(suite.screen.page)).toEqual([]);
  });

  it.each([
    ["zh", "desktop", DESKTOP],
    ["en", "phone", PHONE],
  ] as const)("%s %s: a layer of the district is taken away in every format, whole or in part", async (lang, _, options) => {
    await open(`&lang=${lang}&task=data`, options);
    const menu = at("data-take-protection_zone");
    const inMenu = (name: string) => menu.locator(`[data-test=${name}]`);
    await inMenu("download").click();
    // The district's own features first, as the panel lists them.
    const { places } = await json<{ places: { code: string; bbox: number[] }[] }>("/api");
    const count = async (query: string) =>
      (await json<{ numberMatched: number }>(`/api/collections/protection_zone/items?limit=1&${query}`)).numberMatched;
    const [here, all] = [await count(`bbox=${places.find(({ code }) => code === "500118")!.bbox.join()}`), await count("")];
    expect(here).toBeLessThan(all);
    await expect.poll(() => inMenu("export-count").innerText()).toMatch(new RegExp(`(^|\\D)${here}\\D`));
    expect(await flawsOf(suite.screen.page)).toEqual([]);
    const formats = await inMenu("download-format")
      .locator("option")
      .evaluateAll((found) => (found as unknown as { value: string }[]).map(({ value }) => value));
    expect(formats.toSorted()).toEqual(WRITERS.map(({ id }) => id).toSorted());
    for (const { id, ending } of WRITERS) {
      await inMenu("download-format").selectOption(id);
      const [file] = await Promise.all([suite.screen.page.waitForEvent("download"), inMenu("download-take").click()]);
      expect(file.suggestedFilename()).toBe(`protection_zone${ending}`);
      const bytes = new Uint8Array(readFileSync((await file.path())!));
      const { layers } = await readFiles([{ name: `a${ending}`, bytes }], {}, LIMITS);
      expect([id, layers[0]!.features.length]).toEqual([id, here]);
      await inMenu("download-notes").waitFor();
    }
    await inMenu("download-format").selectOption("geojson");
    await inMenu("download-extent").selectOption({ index: 0 });
    await expect.poll(() => inMenu("export-count").innerText()).toMatch(new RegExp(`(^|\\D)${all}\\D`));
    const [file] = await Promise.all([suite.screen.page.waitForEvent("download"), inMenu("download-take").click()]);
    const { features } = JSON.parse(readFileSync((await file.path())!, "utf8")) as { features: unknown[] };
    expect(features).toHaveLength(all);
  });

  it("zh: coverage is on the map by theme: a click says who claims it by which document; what nobody claims is as plain", async () => {
    const looks = () =>
      suite.screen.page.evaluate(() => {
        const { shuijie_map: map } = globalThis as unknown as {
          shuijie_map: {
            queryRenderedFeatures(): { source: string; layer: { id: string }; properties: Record<string, unknown> }[];
          };
        };
        const own = map.queryRenderedFeatures().filter(({ source }) => source === "sj-claim");
        return [...new Set(own.map(({ layer, properties }) => String(properties["label"] ?? layer.id)))].sort();
      });
    await open("&lang=zh&task=data");
    await at("coverage-theme").selectOption(RESERVE);
    await at("coverage-areas").waitFor();
    await suite.screen.still();
    await expect.poll(looks).toContain("未载入（不知道）");
    expect(await looks()).toEqual(expect.arrayContaining(["sj-claim-pattern-not_loaded", "sj-claim-line-not_loaded"]));
    expect(await at("coverage-told").innerText()).toMatch(/不知道有没有，核查时资料不足/);
    expect(await flawsOf(suite.screen.page, "[data-test=coverage]")).toEqual([]);

    const made = await fetch(`${suite.service.url}/api/coverage/declarations`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        theme: RESERVE,
        jurisdiction: "500118",
        document: "永林函〔2026〕2号",
        name: "永川区林业局",
        date: "2026-03-01",
      }),
    });
    const { id } = (await made.json()) as { id: string };
    // Another panel, and back: what was declared meanwhile is read.
    await at("data-history").click();
    await expect.poll(() => suite.screen.drawnOf("sj-claim")).toBe(0);
    await at("data-layers").click();
    await expect.poll(looks).toContain("已声明无\n永林函〔2026〕2号");
    expect(await looks()).toEqual(expect.arrayContaining(["sj-claim-pattern-declared_none", "sj-claim-line-declared_none"]));
    await at("coverage-told").waitFor();
    await suite.screen.clickAt(105.85, 29.33);
    expect(await at("coverage-told").innerText()).toMatch(/永林函〔2026〕2号.*永川区林业局.*2026-03-01.*操作员/s);
    // The click was the claim's: no popup of what lies below.
    expect(await suite.screen.page.locator(".maplibregl-popup").count()).toBe(0);

    await fetch(`${suite.service.url}/api/coverage/declarations/${id}/withdraw`, { method: "POST" });
    await at("coverage-theme").selectOption("");
    await expect.poll(() => suite.screen.drawnOf("sj-claim")).toBe(0);
  });

  it("zh: none is declared by a document, counts, and is withdrawn; where data is loaded it is not offered", async () => {
    await open("&lang=zh&task=data");
    await at("data-declarations").click();
    await at("declare-form").waitFor();
    await expect.poll(() => at("declare-theme").locator(`option[value="${RESERVE}"]`).count()).toBe(1);
    expect(await at("declare-theme").locator(`option[value="${FIRST}"]`).count()).toBe(0);
    expect(await at("declare-go").isDisabled()).toBe(true);
    await at("declare-theme").selectOption(RESERVE);
    await at("declare-document").fill("永林函〔2026〕1号");
    await at("declare-name").fill("永川区林业局");
    await setDay("declare-date", "2026-03-01");
    await at("declare-go").click();
    await expect.poll(() => at("declaration").first().innerText()).toMatch(/永林函〔2026〕1号；永川区林业局；2026-03-01/);
    expect(await holding(RESERVE)).toMatchObject({ state: "declared_none", document: "永林函〔2026〕1号" });
    expect(await flawsOf(suite.screen.page)).toEqual([]);
    await at("withdraw").click();
    await at("withdraw-sure").click();
    await expect.poll(() => at("declaration").first().innerText()).toContain("已撤回");
    expect((await holding(RESERVE)).state).toBe("not_loaded");
  });

  it("zh: a checklist takes one theme more from a day on; protection zones stay on", async () => {
    await open("&lang=zh&task=data");
    await at("data-checklist").click();
    await at("checklist-now").waitFor();
    const versionIn = (text: string) => Number(/500118@(\d+)/.exec(text)?.[1]);
    const before = versionIn(await at("checklist-now").innerText());
    expect(before).toBeGreaterThan(1);
    const locked = at(`asks-${FIRST}`);
    expect([await locked.isChecked(), await locked.isDisabled()]).toEqual([true, true]);
    expect(await at("checklist-go").isDisabled()).toBe(true);
    await at(`asks-${RESERVE}`).check();
    expect(await at("checklist-difference").innerText()).toContain("增加");
    await at("checklist-valid_from").locator("input").click();
    await suite.screen.page.locator(".el-date-picker__header-label:visible").first().waitFor();
    await suite.screen.still();
    expect(await flawsOf(suite.screen.page)).toEqual([]);
    await setDay("checklist-valid_from", "2010-01-01");
    await at("checklist-source").fill("区生态环境局");
    await at("checklist-go").click();
    await at("data-checklist-form").locator("[data-test=problem]").waitFor();
    await setDay("checklist-valid_from", "2027-01-01");
    await at("checklist-go").click();
    expect(versionIn(await at("checklist-made").innerText())).toBeGreaterThan(before);
    await expect.poll(() => at("checklist-version").first().innerText()).toContain("2027-01-01");
    await suite.screen.still();
    expect(await flawsOf(suite.screen.page)).toEqual([]);
  });

  it("en phone: a file without a reference system is placed by hand, tried, written and taken back", async () => {
    await open("&lang=en&task=data", PHONE);
    await at("data-import").click();
    expect(await flawsOf(suite.screen.page)).toEqual([]);
    await at("door-files").setInputFiles({
      name: "zones.geojson",
      mimeType: "application/geo+json",
      buffer: Buffer.from(geoJson([zone("PH-1", METRES)], "")),
    });
    await ready();
    expect(await at("crs-uncertain").innerText()).toContain("guess");
    await suite.screen.page.locator("[data-test^=crs-candidate]", { hasText: "EPSG:4544" }).first().click();
    await at("crs-used").waitFor();
    await expect.poll(() => suite.screen.drawnOf("sj-upload")).toBeGreaterThan(0);
    await at("layer-layer").selectOption("protection_zone");
    await at("layer-mapping").waitFor();
    await fillSource();
    await at("layer-try").click();
    await at("layer-trial").waitFor();
    expect(await at("layer-trial").innerText()).toContain("1 of 1 row can be written");
    expect(await flawsOf(suite.screen.page)).toEqual([]);
    await at("layer-write").click();
    await at("result-undo").click();
    await expect.poll(() => at("layer-result").innerText()).toContain("Undone");
  });

  it.each([
    ["zh", "desktop", DESKTOP, /此后有改动.*UR-1.*先撤销后来的/s],
    ["en", "phone", PHONE, /Something later changed.*UR-2.*[Uu]ndo the later import first/s],
  ] as const)(
    "%s %s: an import whose rows somebody changed later cannot be undone, and why is said",
    async (lang, _, options, why) => {
      const code = lang === "zh" ? "UR-1" : "UR-2";
      const form = (geometry: unknown, name: string) => {
        const body = new FormData();
        body.append("file", new Blob([geoJson([zone(code, geometry)])]), name);
        return body;
      };
      const write = async (geometry: unknown, name: string, valid_from: string) => {
        const sent = await fetch(`${suite.service.url}/api/imports`, { method: "POST", body: form(geometry, name) });
        const { id } = (await sent.json()) as { id: string };
        const done = await fetch(`${suite.service.url}/api/imports/${id}/apply`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ ...AS_ZONES, valid_from }),
        });
        expect(done.status, await done.text()).toBeLessThan(300);
      };
      await write(A, `first-${code}.geojson`, "2026-01-01");
      await write(B, `second-${code}.geojson`, "2026-02-01");
      await open(`&lang=${lang}&task=data`, options);
      await at("data-history").click();
      const row = (name: string) => suite.screen.page.locator("[data-test=history-import]", { hasText: `${name}-${code}` });
      const undo = async (name: string) => {
        await row(name).locator("[data-test=history-undo]").click();
        await row(name).locator("[data-test=history-undo-sure]").click();
      };
      await undo("first");
      const problem = row("first").locator("[data-test=problem]");
      await problem.waitFor();
      expect(await problem.innerText()).toMatch(why);
      expect(await flawsOf(suite.screen.page)).toEqual([]);
      // Nothing was taken back by the refusal.
      const held = await json<{ properties: Record<string, unknown> }>(
        `/api/collections/protection_zone/items/${code}?datetime=2026-01-15`,
      );
      expect(held.properties["valid_to"]).toBe("2026-02-01");
      // As it says: the later one first, then this one.
      await undo("second");
      await expect.poll(() => row("second").innerText()).toMatch(/已.*撤销|undone/i);
      await undo("first");
      await expect.poll(() => row("first").innerText()).toMatch(/已.*撤销|undone/i);
      const gone = await fetch(`${suite.service.url}/api/collections/protection_zone/items/${code}`);
      expect(gone.status).toBe(404);
    },
  );

  /** A square in degrees, as each of these says it. */
  const PASTED = [
    ["coordinates", "105.95,29.23\n105.951,29.23\n105.951,29.231\n105.95,29.231", /坐标|[Cc]oordinate|[Tt]able|表/],
    ["GeoJSON", JSON.stringify(A), /GeoJSON/],
    ["WKT", "POLYGON((105.95 29.23,105.951 29.23,105.951 29.231,105.95 29.231,105.95 29.23))", /WKT/],
  ] as const;
  const paste = (text: string) =>
    suite.screen.page.evaluate((given) => {
      const page = globalThis as unknown as {
        document: { body: { dispatchEvent(event: unknown): boolean } };
        DataTransfer: new () => { setData(type: string, text: string): void };
        ClipboardEvent: new (type: string, init: object) => unknown;
      };
      const transfer = new page.DataTransfer();
      transfer.setData("text/plain", given);
      const event = new page.ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true });
      page.document.body.dispatchEvent(event);
    }, text);
  /** A reference system that the text does not declare is chosen; then it is the site. */
  const takeAsSite = async () => {
    await ready();
    await expect.poll(() => at("upload-counts").innerText()).toMatch(/1/);
    if ((await at("use-site").getAttribute("aria-pressed")) !== "true") await at("use-site").click();
    if (await at("use-site-go").isDisabled()) {
      await suite.screen.page.locator("[data-test^=crs-candidate]", { hasText: "EPSG:4490" }).first().click();
      await at("crs-used").waitFor();
    }
    await at("use-site-go").click();
    await at("site-current").waitFor();
  };

  it.each(
    PASTED.flatMap(
      ([what, text, format]) =>
        [
          [what, "zh", "desktop", DESKTOP, text, format],
          [what, "en", "phone", PHONE, text, format],
        ] as const,
    ),
  )("%s pasted on the map (%s %s) are looked at and become the site", async (_, lang, __, options, text, format) => {
    await open(`&lang=${lang}`, options);
    await paste(text);
    await ready();
    expect(await at("upload-format").innerText()).toMatch(format);
    expect(await flawsOf(suite.screen.page)).toEqual([]);
    await takeAsSite();
    expect(await at("site-current").innerText()).toMatch(lang === "zh" ? /公顷|平方米|m²/ : /ha|m²/);
  });

  it.each(
    PASTED.flatMap(
      ([what, text, format]) =>
        [
          [what, "en", "desktop", DESKTOP, text, format],
          [what, "zh", "phone", PHONE, text, format],
        ] as const,
    ),
  )("%s pasted in the upload door (%s %s) are looked at and become the site", async (_, lang, __, options, text, format) => {
    await open(`&lang=${lang}&task=data`, options);
    await at("data-import").click();
    await at("door-text").fill(text);
    await at("door-take-text").click();
    await ready();
    expect(await at("upload-format").innerText()).toMatch(format);
    await takeAsSite();
  });

  it("zh: what is pasted into a field stays in it", async () => {
    await open("&lang=zh");
    await at("search-input").focus();
    await suite.screen.page.evaluate((text) => {
      const page = globalThis as unknown as {
        document: { activeElement: { dispatchEvent(event: unknown): boolean } };
        DataTransfer: new () => { setData(type: string, text: string): void };
        ClipboardEvent: new (type: string, init: object) => unknown;
      };
      const transfer = new page.DataTransfer();
      transfer.setData("text/plain", text);
      page.document.activeElement.dispatchEvent(
        new page.ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true }),
      );
    }, PASTED[2][1]);
    await suite.screen.page.waitForTimeout(500);
    expect(await at("upload-preview").count()).toBe(0);
    expect(await at("door-progress").count()).toBe(0);
  });
});
