/** The sweep in a real browser: begun, followed, read, decided; table and map are one. */
import { readFileSync } from "node:fs";
import { beforeAll, expect, it } from "vitest";
import type { List } from "../../server/api/common.ts";
import type { Sweep, Violation } from "../../server/api/sweeps.ts";
import { LIMITS } from "../../server/formats/format.ts";
import { readFiles } from "../../server/formats/read.ts";
import { VIOLATION_FORMATS } from "../../web/export_formats.ts";
import { ask, flawsOf, inBrowser, openScreen } from "../support/browser.ts";

const DESKTOP = { viewport: { width: 1440, height: 900 } };
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const SCREENS = [
  ["zh", "desktop", DESKTOP],
  ["en", "phone", PHONE],
] as const;
const AS_OF = "2018-01-01";
const LIST = "list-YC-R37-2016-12-31";

inBrowser("the sweep", (suite) => {
  const at = (name: string) => suite.screen.at(name);
  const json = async <T>(path: string) => (await (await fetch(suite.service.url + path)).json()) as T;
  const post = async (path: string, body: unknown) =>
    fetch(suite.service.url + path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  const open = async (query = "", options: object = DESKTOP) => {
    suite.screen = await openScreen(suite.browser, suite.service.url, `&task=sweep&date=${AS_OF}${query}`, options);
  };
  /** The opened list of the farms to close by the end of 2016. */
  const openList = async (options: object = DESKTOP, lang = "zh") => {
    await open(`&lang=${lang}`, options);
    await at(LIST).click();
    await expect.poll(() => at("clue-count").first().innerText()).toMatch(/^40 /);
    await at("line-row").first().waitFor();
  };

  beforeAll(async () => {
    expect((await json<List<Sweep>>("/api/sweeps")).items).toEqual([]);
  });

  it("before the first sweep it says that nothing is cleared; one is begun, followed to its end, and summed up", async () => {
    await open();
    expect(await at("sweep-empty").innerText()).toMatch(/不等于没有问题/);
    expect(await at("drawer").count()).toBe(0);
    await at("sweep-begin").click();
    await at("run").waitFor();
    expect(await at("run").getAttribute("data-state")).toMatch(/queued|running/);
    expect(await at("sweep-begin").isDisabled()).toBe(true);
    await at("run-cancel").click();
    await expect.poll(() => at("run").getAttribute("data-state")).toBe("cancelled");
    expect(await at("run").innerText()).toMatch(/已做完的部分保留/);
    await at("run-resume").click();
    await at("sweep-summary").waitFor({ timeout: 120_000 });
    expect(await at("run").count()).toBe(0);
    const { items } = await json<List<Sweep>>("/api/sweeps");
    expect(items).toHaveLength(1);
    expect(await at("figure-clues").innerText()).toContain(String(items[0]!.clues));
    // What could not be told stands as plainly as what was found.
    const unproven = await at("unproven").innerText();
    expect(unproven).toContain("没有线索不等于没有问题");
    expect(unproven).toContain(items[0]!.unproven[0]!.title);
    // So does what was not looked at, once it is asked for.
    const not_asked = items[0]!.not_asked;
    expect(await at("sweep-not-asked").innerText()).toBe(`清单外、未排查的专题（${not_asked.length} 个）`);
    expect(await at("not-asked").count()).toBe(0);
    await at("sweep-not-asked").click();
    expect(await at("not-asked").innerText()).toContain(not_asked[0]!.title);
    expect(await at("sweep-changes").innerText()).toMatch(/第一次/);
    await at("drawer").waitFor();
    await expect.poll(() => suite.screen.drawnOf("sj-clue")).toBeGreaterThan(10);
  });

  it.each(SCREENS)(
    "%s %s: the named list is one click; a row shows facility and area on the map, and all there is to say of it",
    async (lang, _, options) => {
      await openList(options, lang);
      const row = at("line-row").nth(1);
      const words = await row.innerText();
      expect(words).toMatch(/2016-12-31/);
      expect(words).toMatch(/逾期|overdue/);
      await row.click();
      await at("clue-title").waitFor();
      expect(words).toContain(await at("clue-title").innerText());
      expect(await at("clue-detail").innerText()).toMatch(/未经人工核实|Until an officer confirms it/);
      expect(await at("clue-history").innerText()).toMatch(/排查发现|Found by a sweep/);
      await expect.poll(() => suite.screen.drawnOf("sj-marked")).toBeGreaterThan(1);
      await expect.poll(() => new URL(suite.screen.page.url()).hash).toMatch(/map=1[3-6]/);
      expect(await flawsOf(suite.screen.page)).toEqual([]);
    },
  );

  it("a clue is checked for its own day, as the sweep judged it: the rule speaks again", async () => {
    await openList();
    await at("line-row").first().click();
    await at("clue-title").waitFor();
    await at("as-of-back").click();
    await at("clue-check").click();
    await at("site-current").waitFor();
    expect(new URL(suite.screen.page.url()).searchParams.get("date")).toBe(AS_OF);
    await ask(suite.screen);
    await at("answer").waitFor();
    expect(await suite.screen.page.locator('[data-rule="YC-R37"]').count()).toBeGreaterThan(0);
  });

  it("en phone: the clues listed are taken away as places in a chosen system", async () => {
    await open("&lang=en", PHONE);
    await at("sweep-summary").waitFor();
    await at("clue-filter-deadline").selectOption("2016-12-31");
    const menu = at("clue-take");
    await menu.locator("[data-test=download]").click();
    await menu.locator("[data-test=download-format]").selectOption("shapefile");
    await menu.locator("[data-test=download-system]").selectOption("gk3");
    await menu.locator("[data-test=download-encoding]").selectOption("gbk");
    expect(await flawsOf(suite.screen.page)).toEqual([]);
    const { numberMatched } = await json<List<Violation>>("/api/violations?deadline=2016-12-31&limit=1");
    const [download] = await Promise.all([
      suite.screen.page.waitForEvent("download"),
      menu.locator("[data-test=download-take]").click(),
    ]);
    const bytes = new Uint8Array(readFileSync((await download.path())!));
    const { layers } = await readFiles([{ name: "a.zip", bytes }], {}, LIMITS);
    expect(layers[0]!.features).toHaveLength(numberMatched);
    expect(layers[0]!.declared?.crs).toBe("EPSG:4523");
    expect(layers[0]!.encoding?.name).toBe("GB18030");
  });

  it("a facility clicked on the map has its row taken in hand; one without clues is not called clear", async () => {
    await openList();
    const { items } = await json<List<Violation>>("/api/violations?rule=YC-R37&deadline=2016-12-31&limit=40");
    const far = items[35]!;
    const [lon, lat] = far.position as [number, number];
    await suite.screen.frame([lon - 0.004, lat - 0.003, lon + 0.004, lat + 0.003]);
    await expect.poll(() => suite.screen.drawnOf("sj-clue")).toBeGreaterThan(0);
    await suite.screen.clickAt(lon, lat);
    await at("clue-title").waitFor();
    expect(await at("clue-title").innerText()).toBe(far.facility_name);
    expect(await at("popup").count()).toBe(0);
    const chosen = suite.screen.page.locator("[data-test=line-row][aria-selected=true]");
    await expect.poll(() => chosen.first().innerText()).toContain(far.facility_name);
    await at("clue-back").click();
    // A farm of the other deadline, while the list is of this one.
    const [other] = (await json<List<Violation>>("/api/violations?rule=YC-R37&deadline=2017-12-31&limit=1")).items;
    const [east, north] = other!.position as [number, number];
    await suite.screen.frame([east - 0.001, north - 0.001, east + 0.001, north + 0.001]);
    await suite.screen.clickAt(east, north);
    await at("nothing-there").waitFor();
    expect(await at("nothing-there").innerText()).toMatch(/不等于没有问题/);
  });

  it("groups unfold where they are, filters narrow table, map and files alike, and can be cleared", async () => {
    await open();
    await at("sweep-summary").waitFor();
    await at("line-group").first().waitFor();
    for (const by of ["rule", "deadline", "theme", "state", "district"]) {
      await at("clue-grouping").selectOption(by);
      await expect.poll(() => at("line-group").count()).toBeGreaterThan(0);
      await at("line-row").first().waitFor();
    }
    await at("clue-grouping").selectOption("deadline");
    const due = (await json<List<Violation>>("/api/violations?deadline=2016-12-31&limit=1")).numberMatched;
    await expect.poll(() => at("line-group").first().innerText()).toMatch(new RegExp(`2016-12-31 前\\s*${due}`));
    await at("line-group").first().click();
    await expect.poll(() => at("line-row").count()).toBe(0);
    expect(await at("line-group").last().innerText()).toMatch(/没有期限/);
    await at("clue-filter-theme").selectOption("no_farming_area/ban");
    await at("clue-filter-overdue").selectOption("true");
    await at("clue-search").fill("养殖场00");
    const query = "theme=no_farming_area%2Fban&overdue=true&q=%E5%85%BB%E6%AE%96%E5%9C%BA00";
    const { numberMatched } = await json<List<Violation>>(`/api/violations?${query}&limit=1`);
    expect(numberMatched).toBeGreaterThan(0);
    await expect.poll(() => at("clue-count").innerText()).toMatch(new RegExp(`^${numberMatched} `));
    const menu = at("clue-take");
    await menu.locator("[data-test=download]").click();
    expect(await flawsOf(suite.screen.page)).toEqual([]);
    for (const { id, ending } of VIOLATION_FORMATS) {
      await menu.locator("[data-test=download-format]").selectOption(id);
      const [download] = await Promise.all([
        suite.screen.page.waitForEvent("download"),
        menu.locator("[data-test=download-take]").click(),
      ]);
      expect(download.suggestedFilename()).toMatch(new RegExp(`^violations?(-${AS_OF})?\\.${ending}$`));
      const bytes = new Uint8Array(readFileSync((await download.path())!));
      if (ending === "xlsx") expect(bytes.length).toBeGreaterThan(1000);
      else if (ending === "csv") expect(new TextDecoder().decode(bytes).trim().split("\r\n")).toHaveLength(numberMatched + 1);
      else {
        const { layers } = await readFiles([{ name: `a.${ending}`, bytes }], {}, LIMITS);
        expect([id, layers[0]!.features.length]).toEqual([id, numberMatched]);
      }
      await menu.locator("[data-test=download-notes]").waitFor();
    }
    await at("clue-search").fill("没有这样的名字");
    await at("clue-empty").waitFor();
    await at("clue-empty").locator("button").click();
    const all = (await json<List<Violation>>("/api/violations?limit=1")).numberMatched;
    await expect.poll(() => at("clue-count").innerText()).toMatch(new RegExp(`^${all} `));
    expect(await at("clue-clear").count()).toBe(0);
  });

  it("by keys alone: rows are walked through, each shown; groups fold and unfold", async () => {
    await open();
    await at("line-group").first().waitFor();
    await at("data-table").focus();
    const { keyboard } = suite.screen.page;
    await keyboard.press("Home");
    await keyboard.press("ArrowLeft");
    await expect.poll(() => at("line-row").count()).toBe(0);
    await keyboard.press("ArrowRight");
    await at("line-row").first().waitFor();
    await keyboard.press("ArrowDown");
    await keyboard.press("ArrowDown");
    await expect
      .poll(() => at("clue-title").innerText())
      .toBe(await suite.screen.page.locator("[data-test=line-row]").nth(1).locator("[data-column=facility]").innerText());
    const active = await at("data-table").getAttribute("aria-activedescendant");
    expect(await suite.screen.page.locator(`[id="${active}"]`).getAttribute("aria-selected")).toBe("true");
  });

  it("an officer decides, with reason and evidence; the ring turns; a second officer is told what happened first", async () => {
    await openList();
    await at("line-row").nth(3).click();
    await at("clue-title").waitFor();
    const id = (await at("line-row").nth(3).getAttribute("data-key"))!;
    expect(await at("clue-by").innerText()).toMatch(/登记所载/);
    await at("way-dismissed").click();
    expect(await at("clue-save").isDisabled()).toBe(true);
    await at("way-confirmed").click();
    // Meanwhile somebody else confirms it.
    expect((await post(`/api/violations/${id}/state`, { state: "confirmed", version: 1, note: "现场看过" })).status).toBe(200);
    await at("clue-note").fill("我也看过");
    await at("clue-save").click();
    await at("clue-form").locator("[data-test=problem]").waitFor();
    expect(await at("clue-form").locator("[data-test=problem]").innerText()).toMatch(/没有作任何更改|未作|没有改动|已被|先/);
    expect(await at("clue-history").innerText()).toContain("现场看过");
    expect(await at("way-confirmed").count()).toBe(0);
    await at("way-notified").click();
    await at("clue-note").fill("文号 7");
    await at("clue-deadline").fill("2018-06-30");
    await at("clue-save").click();
    await expect.poll(() => at("clue-history").innerText()).toMatch(/文号 7/);
    expect(await at("clue-history").innerText()).toMatch(/2018-06-30 前/);
    expect(await at("clue-by").innerText()).toMatch(/2018-06-30 前（经办人所定，登记为 201\d-12-31）/);
    expect(await at("line-row").nth(3).innerText()).toContain("2018-06-30");
    expect(await at("line-row").nth(3).innerText()).toMatch(/已告知/);
    await at("way-closed").click();
    expect(await at("clue-save").isDisabled()).toBe(true);
    await at("clue-evidence").fill("照片 12");
    await at("clue-save").click();
    await expect.poll(() => at("clue-history").innerText()).toMatch(/依据：照片 12/);
    // With its new deadline it has left the list of the old one, on the map too.
    await open();
    await at("clue-filter-rule").selectOption("YC-R37");
    await expect
      .poll(() =>
        suite.screen.page.evaluate(
          () =>
            (
              globalThis as unknown as {
                shuijie_map: { queryRenderedFeatures(): { source: string; properties: Record<string, number> }[] };
              }
            ).shuijie_map
              .queryRenderedFeatures()
              .filter(({ source, properties }) => source === "sj-clue" && properties["suspected"] === 0).length,
        ),
      )
      .toBeGreaterThan(0);
  });

  it.each(SCREENS)(
    "%s %s: what officers decided and a new sweep finds again is called so, and listed to be looked at",
    async (lang, screen, options) => {
      const { items } = await json<List<Violation>>("/api/violations?state=closed");
      expect(items).toHaveLength(1);
      const { id } = (await (await post("/api/sweeps", { as_of: AS_OF })).json()) as Sweep;
      await expect.poll(async () => (await json<Sweep>(`/api/sweeps/${id}`)).state, { timeout: 120_000 }).toBe("done");

      await open(`&lang=${lang}`, options);
      await at("sweep-again").waitFor();
      expect(await at("sweep-again").innerText()).toMatch(/1/);
      expect(await at("change-unlooked").innerText()).toMatch(/(本次未能核对|not looked at this time)\s0/);
      expect(await flawsOf(suite.screen.page)).toEqual([]);
      await at("sweep-again").click();
      await at("line-row").first().waitFor();
      await expect.poll(() => at("clue-count").first().innerText()).toMatch(/^1 /);
      expect(await at("line-row").first().innerText()).toMatch(/再次发现|found again/);
      await at("line-row").first().click();
      await expect.poll(() => at("clue-history").innerText()).toMatch(/排查再次发现|Found again by a sweep/);
      expect(await flawsOf(suite.screen.page)).toEqual([]);
      if (process.env["SHOTS"]) await suite.screen.page.screenshot({ path: `/tmp/shot-again-${screen}.png` });
    },
  );

  it("when the service is gone the panel says so, and comes back", async () => {
    await open();
    await at("sweep-summary").waitFor();
    await suite.screen.page.route("**/api/violations**", (route) => route.abort());
    await at("clue-filter-certain").selectOption("true");
    await at("drawer").locator("[data-test=problem]").waitFor();
    await suite.screen.page.unrouteAll();
    await at("drawer").locator("[data-test=problem] button").click();
    const certain = (await json<List<Violation>>("/api/violations?certain=true&limit=1")).numberMatched;
    await expect.poll(() => at("clue-count").innerText()).toMatch(new RegExp(`^${certain} `));
    suite.screen.faults.length = 0; // the requests broken off above
  });
});
