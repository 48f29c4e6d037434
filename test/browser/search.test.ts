/** Finding what is there, by hand and by keys, and reading all that is known of it. */
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  ask,
  flawsOf,
  launchBrowser,
  noBrowser,
  openScreen,
  type RunningService,
  type Screen,
  startProgram,
} from "../support/browser.ts";

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true };
const FARM = "facility/F-500118-livestock_farm-002";

describe.skipIf(noBrowser !== undefined)(noBrowser ? `the search (skipped: ${noBrowser})` : "the search", () => {
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
    expect(faults.filter((fault) => !/status of 4\d\d/.test(fault))).toEqual([]);
  });

  const input = () => screen.at("search-input");
  const key = (name: string) => screen.page.keyboard.press(name);
  async function type(text: string): Promise<void> {
    if (!(await input().isVisible())) await screen.at("search-open").click();
    await input().fill(text);
  }
  const codes = () =>
    screen.at("hit").evaluateAll((nodes) => nodes.map((node) => (node as unknown as { dataset: { code: string } }).dataset.code));
  const focused = () =>
    screen.page.evaluate(
      () =>
        (globalThis as unknown as { document: { activeElement: { role?: string; tagName: string; className: string } } }).document
          .activeElement.tagName,
    );
  const address = () => new URL(screen.page.url()).searchParams;
  const title = () => screen.at("feature-title").innerText();
  const drawerOf = async (name: string) => expect.poll(() => title().catch(() => "")).toBe(name);
  const flaws = (selector: string) => flawsOf(screen.page, selector);

  it("a name, by keys alone: / opens the box, arrows choose, Enter opens the drawer and shows what was hidden", async () => {
    screen = await openScreen(browser, service.url);
    expect((await screen.drawn())["reach"]).toBeUndefined();
    await key("/");
    expect(await focused()).toBe("INPUT");
    await screen.page.keyboard.type("临江河源头");
    await expect.poll(codes).toEqual(["R-500118-linjiang-01"]);
    expect(await input().getAttribute("aria-expanded")).toBe("true");
    expect(await input().getAttribute("aria-activedescendant")).toBeNull();
    await key("ArrowDown");
    const active = await input().getAttribute("aria-activedescendant");
    expect(await screen.page.locator(`#${active}`).getAttribute("aria-selected")).toBe("true");
    expect(await flaws("[data-test=search]")).toEqual([]);
    await key("Enter");
    await drawerOf("临江河源头—胜利河汇口段");
    await screen.page.waitForTimeout(800);
    await screen.still();
    expect((await screen.drawn())["reach"]).toContain("R-500118-linjiang-01");
    expect(address().get("feature")).toBe("reach/R-500118-linjiang-01");
    expect(await screen.drawnOf("sj-chosen")).toBeGreaterThan(0);
    expect(await screen.at("search-list").isVisible()).toBe(false);
  });

  it("Ctrl+K opens the box too; while text is typed elsewhere neither does; Escape closes, clears, leaves", async () => {
    screen = await openScreen(browser, service.url, "&task=layers");
    await screen.page.locator("[data-test=layers-filter]").click();
    await screen.page.keyboard.type("a/b");
    expect(await input().inputValue()).toBe("");
    expect(
      await screen.page
        .locator("[data-test=layers-filter]")
        .evaluate(
          (node) =>
            (node as unknown as { value?: string }).value ??
            (node as unknown as { querySelector(of: string): { value: string } }).querySelector("input").value,
        ),
    ).toBe("a/b");
    await screen.at("layers-panel").locator("section").first().waitFor({ state: "detached" });
    await screen.page.locator(".maplibregl-canvas").focus();
    await key("Control+k");
    await screen.page.keyboard.type("红江");
    await screen.at("hit").first().waitFor();
    await key("Escape");
    expect(await screen.at("search-list").isVisible()).toBe(false);
    expect(await input().inputValue()).toBe("红江");
    await key("Escape");
    expect(await input().inputValue()).toBe("");
    await key("Escape");
    expect(await focused()).not.toBe("INPUT");
  });

  it("says by which alias it was found, what it is and whose; Enter does not wait for the eye", async () => {
    screen = await openScreen(browser, service.url);
    await type("凤凰湖园区");
    await screen.at("hit").first().waitFor();
    const hit = await screen.at("hit").first().innerText();
    for (const word of ["凤凰湖工业园区", "又名 凤凰湖园区", "工业园区 · 永川区 · P-500118-FHH"])
      expect(hit.replaceAll(/\s+/g, " ")).toContain(word);
    await input().fill("");
    await screen.page.keyboard.type("652801");
    await key("Enter");
    await drawerOf("库尔勒市");
    await screen.page.waitForTimeout(800);
    await expect.poll(() => screen.at("places").innerText()).toContain("库尔勒市");
  });

  it("metres without a zone are not guessed: every meridian is offered, Enter alone takes none", async () => {
    screen = await openScreen(browser, service.url);
    await type("592400, 3235100");
    await expect.poll(() => screen.at("coordinate").count()).toBe(21);
    expect(await screen.at("coordinate").first().innerText()).toMatch(
      /105\.950372°E 29\.229673°N[\s\S]*中央经线105°（EPSG:4544）[\s\S]*在永川区范围内/,
    );
    expect(await screen.at("coordinate").nth(1).innerText()).toMatch(/EPSG:4545[\s\S]*距永川区 2\d\d\.\d+ km/);
    await key("Enter");
    expect(await screen.drawnOf("sj-mark")).toBe(0);
    await key("Enter");
    await screen.page.waitForTimeout(800);
    await screen.still();
    expect(await screen.drawnOf("sj-mark")).toBeGreaterThan(0);
    await key("Escape");
    await screen.still();
    expect([await screen.drawnOf("sj-mark"), await input().inputValue()]).toEqual([0, ""]);
  });

  it("a prefix names the zone, north may come first, and the mark stays through another language until it is cleared", async () => {
    screen = await openScreen(browser, service.url);
    await type("3235100.0 35592400.0");
    await expect.poll(() => screen.at("coordinate").count()).toBe(1);
    expect(await screen.at("coordinate").innerText()).toMatch(/第35带[\s\S]*EPSG:4523[\s\S]*按北（纬度）在前/);
    await screen.at("coordinate").click();
    await screen.page.waitForTimeout(800);
    await screen.still();
    expect(await screen.drawnOf("sj-mark")).toBeGreaterThan(0);
    await screen.at("lang-en").click();
    await screen.page.getByText("Siting check").first().waitFor();
    await screen.still();
    await expect.poll(() => screen.drawnOf("sj-mark")).toBeGreaterThan(0);
    await screen.at("search-clear").click();
    await screen.still();
    expect(await screen.drawnOf("sj-mark")).toBe(0);
  });

  it.each([
    ["", "105 67 0 29 13 48", "分和秒应小于 60"],
    ["&lang=en", "29.2N 30.1N", "same axis"],
    ["&lang=en", "24500000, 3235100", "24 is no zone"],
    ["", "200, 29", "不是有效的位置"],
  ])("coordinates that cannot be are refused by name (%s%s)", async (lang, text, words) => {
    screen = await openScreen(browser, service.url, lang);
    await type(text);
    expect(await screen.at("coordinate-fault").innerText()).toContain(words);
    expect(await screen.at("coordinate").count()).toBe(0);
  });

  it("nothing found says what to try; hostile words are only words", async () => {
    screen = await openScreen(browser, service.url);
    for (const words of ["没有这个地方", "<img src=x onerror=alert(1)>", "%%", "''; drop table river"]) {
      await type(words);
      await expect
        .poll(() =>
          screen
            .at("search-empty")
            .innerText()
            .catch(() => ""),
        )
        .toContain(`没有找到“${words.slice(0, 40)}”`);
    }
    expect(await screen.at("search-empty").innerText()).toContain("105.951, 29.23");
  });

  it("the last answer wins, however late the first one comes", async () => {
    screen = await openScreen(browser, service.url);
    await screen.page.route("**/api/search?*", async (route) => {
      const first = new URL(route.request().url()).searchParams.get("q") === "小安溪";
      if (first) await new Promise((resolve) => setTimeout(resolve, 1500));
      await route.continue().catch(() => undefined);
    });
    await type("小安溪");
    await screen.at("search-loading").waitFor();
    await screen.page.waitForTimeout(300);
    await type("孔雀河");
    await expect.poll(codes).toContain("R-652801-konqi-korla");
    await screen.page.waitForTimeout(1800);
    expect(await codes()).not.toContain("R-500118-xiaoanxi");
  });

  it("a service that fails or is not reached is said, and asked again at a click", async () => {
    screen = await openScreen(browser, service.url);
    let mode: "down" | "ill" | "well" = "down";
    await screen.page.route("**/api/search?*", (route) =>
      mode === "down"
        ? route.abort()
        : mode === "ill"
          ? route.fulfill({
              status: 503,
              contentType: "application/problem+json",
              body: JSON.stringify({ status: 503, title: "x", detail: "数据库正忙。" }),
            })
          : route.continue(),
    );
    await type("红江");
    await expect
      .poll(() =>
        screen
          .at("search-failed")
          .innerText()
          .catch(() => ""),
      )
      .toContain("连不上服务");
    mode = "ill";
    await screen.at("search-failed").locator("button").click();
    await expect
      .poll(() =>
        screen
          .at("search-failed")
          .innerText()
          .catch(() => ""),
      )
      .toContain("数据库正忙");
    mode = "well";
    await screen.at("search-failed").locator("button").click();
    await screen.at("hit").first().waitFor();
    screen.faults.length = 0; // the two refusals above
  });

  it("a popup leads to the drawer, the drawer to what is related, and back the whole way", async () => {
    screen = await openScreen(browser, service.url);
    await screen.frame([105.9495, 29.2293, 105.9525, 29.2313]);
    await screen.clickAt(105.9512, 29.2304);
    const popup = screen.at("popup");
    await popup.getByText("500118-HJZB-1").waitFor();
    await expect.poll(() => popup.locator("dt").count()).toBeGreaterThan(1);
    expect(await popup.locator("dt").count()).toBeLessThanOrEqual(7);
    await screen.at("popup-details").click();
    await drawerOf("红江闸坝饮用水水源一级保护区");
    expect(await popup.count()).toBe(0);
    const drawer = screen.at("feature-panel");
    await screen.at("related-holds-water_source").waitFor();
    const words = await drawer.innerText();
    for (const word of [
      "别名",
      "临江河",
      "示意数据",
      "边界精度",
      "没有批准信息",
      "永川区 500118",
      "2000-01-01 起",
      "多个面",
      "公顷",
      "CGCS2000 经纬度（EPSG:4490）",
      "CC BY 4.0",
      "它之内：饮用水水源地",
      "与它相交：河流",
      "与它相接：饮用水水源保护区",
    ])
      expect(words).toContain(word);
    expect(await flaws("[data-test=feature-panel]")).toEqual([]);

    await screen.at("fact-water_source").click();
    await drawerOf("红江闸坝");
    await screen.at("related-referred_by-protection_zone").locator("[data-code='500118-HJZB-2']").click();
    await drawerOf("红江闸坝饮用水水源二级保护区");
    await screen.at("feature-back").click();
    await drawerOf("红江闸坝");
    await screen.at("feature-back").click();
    await drawerOf("红江闸坝饮用水水源一级保护区");
    await screen.at("feature-back").click();
    await screen.at("ask").waitFor();
    await screen.still();
    expect([address().get("feature"), await screen.drawnOf("sj-chosen")]).toEqual([null, 0]);
  });

  it("relations that fail leave the rest of the drawer, and are asked for again at a click", async () => {
    screen = await openScreen(browser, service.url);
    let ill = true;
    await screen.page.route("**/related*", (route) =>
      ill ? route.fulfill({ status: 500, contentType: "application/problem+json", body: "{}" }) : route.continue(),
    );
    await type("500118-HJZB-1");
    await screen.at("hit").first().click();
    await screen.at("related").locator("[data-test=problem]").waitFor();
    expect(await screen.at("feature-attributes").innerText()).toContain("一级保护区");
    ill = false;
    await screen.at("related").locator("[data-test=problem] button").click();
    await screen.at("related-meets-river").waitFor();
    screen.faults.length = 0; // the refusal above
  });

  it("a link opens the drawer on its day; the code and the link can be copied", async () => {
    screen = await openScreen(browser, service.url, `&feature=${FARM}`, { permissions: ["clipboard-read", "clipboard-write"] });
    await drawerOf("永川区示例养殖场002");
    await screen.page.waitForTimeout(800);
    await screen.still();
    expect((await screen.drawn())["facility"]).toContain("F-500118-livestock_farm-002");
    const clipboard = () =>
      screen.page.evaluate(() =>
        (globalThis as unknown as { navigator: { clipboard: { readText(): Promise<string> } } }).navigator.clipboard.readText(),
      );
    await screen.at("copy-code").click();
    await expect.poll(clipboard).toBe("F-500118-livestock_farm-002");
    await screen.at("feature-link").click();
    await expect.poll(clipboard).toContain("feature=");
    const link = await clipboard();
    await screen.page.goto(`${link}&test=1`);
    await drawerOf("永川区示例养殖场002");
    await screen.at("task-layers").click();
    expect(address().get("feature")).toBeNull();
  });

  it("not in force on the date: the drawer says when it is, and goes there; never known: it says that", async () => {
    screen = await openScreen(browser, service.url, "&lang=en&feature=industrial_park/P-500118-FHH&date=1999-01-01");
    await screen.at("go-to-version").first().waitFor();
    expect(await screen.at("feature-missing").innerText()).toMatch(
      /not in force on 1999-01-01[\s\S]*2000-01-01[\s\S]*2016-11-30/,
    );
    await screen.at("go-to-version").first().click();
    await drawerOf("Fenghuanghu industrial park");
    expect(address().get("date")).toBe("2016-11-29");
    expect(await screen.at("feature-attributes").innerText()).toMatch(/unfinished/);
    await screen.at("feature-versions").getByText("Go to").click();
    await expect.poll(() => screen.at("feature-attributes").innerText()).toMatch(/Central treatment\s+done/);

    await screen.page.goto(`${service.url}/?test=1&lang=en&feature=river/nobody`);
    expect(await screen.at("feature-unknown").innerText()).toContain("never had a feature nobody");
    await screen.page.goto(`${service.url}/?test=1&lang=en&feature=nonsense`);
    expect(await screen.at("feature-none").innerText()).toContain("No feature chosen");
  });

  it("a facility can be checked where it stands, with what is known of it", async () => {
    screen = await openScreen(browser, service.url, `&feature=${FARM}`);
    await screen.at("check-facility").click();
    await screen.at("site-current").waitFor();
    expect(await screen.at("site-current").innerText()).toContain("来自现有设施");
    expect(await screen.at("action-existing").locator("input").isChecked()).toBe(true);
    await ask(screen);
    expect(await screen.at("conclusion").innerText()).not.toBe("");
    expect(await screen.page.locator("[data-test=panel]").innerText()).toContain("永川区示例养殖场002");
    await screen.page.goto(`${service.url}/?test=1&feature=river/R-500118-linjiang`);
    await drawerOf("临江河");
    expect(await screen.at("check-facility").count()).toBe(0);
  });

  it.each([
    ["zh", "&lang=zh", "临江河", "临江河"],
    ["en", "&lang=en", "Linjiang River", "Linjiang River"],
  ])(
    "on a phone (%s): an icon opens the box over the bar; the drawer is a sheet under the map",
    async (language, query, words, name) => {
      screen = await openScreen(browser, service.url, query, PHONE);
      const bar = await screen.page
        .locator(".bar > *:visible")
        .evaluateAll((nodes) =>
          nodes
            .map((node) =>
              (node as unknown as { getBoundingClientRect(): { left: number; right: number } }).getBoundingClientRect(),
            )
            .map(({ left, right }) => [left, right]),
        );
      for (const [i, [left]] of bar.entries()) if (i > 0) expect(left).toBeGreaterThanOrEqual(bar[i - 1]![1]!);
      expect(bar.at(-1)![1]).toBeLessThanOrEqual(390);
      await type(words);
      await expect.poll(codes).toContain("R-500118-linjiang");
      const list = (await screen.at("search-drop").boundingBox())!;
      expect(list.x >= 0 && list.x + list.width <= 390).toBe(true);
      await screen.at("hit").first().click();
      await drawerOf(name);
      await screen.at("related-item").first().waitFor();
      expect(await input().count()).toBe(0);
      expect((await screen.page.locator("[data-test=panel]").boundingBox())!.y).toBeGreaterThan(300);
      if (language === "en") {
        const drawer = await screen.at("feature-panel").innerText();
        for (const word of ["Attributes", "Boundary and source", "Validity", "Related features", "Reaches (whose"])
          expect(drawer).toContain(word);
      }
    },
  );

  it("a wide screen in English speaks English in list and drawer", async () => {
    screen = await openScreen(browser, service.url, "&lang=en");
    await type("Hongjiang");
    await screen.at("hit").first().waitFor();
    expect(await screen.at("search-drop").innerText()).not.toMatch(/[\u4e00-\u9fff]/);
    await screen.page.locator("[data-code='500118-HJZB-1']").click();
    await screen.at("related-item").first().waitFor();
    expect(await screen.at("related").innerText()).not.toMatch(/[\u4e00-\u9fff]/);
    expect(await screen.at("feature-shape").innerText()).not.toMatch(/[\u4e00-\u9fff]/);
  });
});
