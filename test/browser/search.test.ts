/** Finding what is there, by hand and by keys, and reading all that is known of it. */
import { expect, it } from "vitest";
import { ask, flawsOf, inBrowser, openScreen } from "../support/browser.ts";

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true };
const PROBLEM = JSON.stringify({
  type: "/problems/database-unavailable",
  title: "out of order",
  status: 503,
  detail: "out of order",
  instance: "/",
});
const FARM = "facility/F-500118-livestock_farm-002";

inBrowser("the search", (suite) => {
  const input = () => suite.screen.at("search-input");
  const key = (name: string) => suite.screen.page.keyboard.press(name);
  async function type(text: string): Promise<void> {
    if (!(await input().isVisible())) await suite.screen.at("search-open").click();
    await input().fill(text);
  }
  const codes = () =>
    suite.screen
      .at("hit")
      .evaluateAll((nodes) => nodes.map((node) => (node as unknown as { dataset: { code: string } }).dataset.code));
  const focused = () =>
    suite.screen.page.evaluate(
      () =>
        (globalThis as unknown as { document: { activeElement: { role?: string; tagName: string; className: string } } }).document
          .activeElement.tagName,
    );
  const address = () => new URL(suite.screen.page.url()).searchParams;
  const title = () => suite.screen.at("feature-title").innerText();
  const drawerOf = async (name: string) => expect.poll(() => title().catch(() => "")).toBe(name);
  const flaws = (selector: string) => flawsOf(suite.screen.page, selector);

  it("a name, by keys alone: / opens the box, arrows choose, Enter opens the drawer and shows what was hidden", async () => {
    suite.screen = await openScreen(suite.browser, suite.service.url);
    expect((await suite.screen.drawn())["reach"]).toBeUndefined();
    await key("/");
    expect(await focused()).toBe("INPUT");
    await suite.screen.page.keyboard.type("临江河源头");
    await expect.poll(codes).toEqual(["R-500118-linjiang-01"]);
    expect(await input().getAttribute("aria-expanded")).toBe("true");
    expect(await input().getAttribute("aria-activedescendant")).toBeNull();
    await key("ArrowDown");
    const active = await input().getAttribute("aria-activedescendant");
    expect(await suite.screen.page.locator(`#${active}`).getAttribute("aria-selected")).toBe("true");
    expect(await flaws("[data-test=search]")).toEqual([]);
    await key("Enter");
    await drawerOf("临江河源头—胜利河汇口段");
    await suite.screen.page.waitForTimeout(800);
    await suite.screen.still();
    expect((await suite.screen.drawn())["reach"]).toContain("R-500118-linjiang-01");
    expect(address().get("feature")).toBe("reach/R-500118-linjiang-01");
    expect(await suite.screen.drawnOf("sj-chosen")).toBeGreaterThan(0);
    expect(await suite.screen.at("search-list").isVisible()).toBe(false);
  });

  it("Ctrl+K opens the box too; while text is typed elsewhere neither does; Escape closes, clears, leaves", async () => {
    suite.screen = await openScreen(suite.browser, suite.service.url, "&task=layers");
    await suite.screen.page.locator("[data-test=layers-filter]").click();
    await suite.screen.page.keyboard.type("a/b");
    expect(await input().inputValue()).toBe("");
    expect(
      await suite.screen.page
        .locator("[data-test=layers-filter]")
        .evaluate(
          (node) =>
            (node as unknown as { value?: string }).value ??
            (node as unknown as { querySelector(of: string): { value: string } }).querySelector("input").value,
        ),
    ).toBe("a/b");
    await suite.screen.at("layers-panel").locator("section").first().waitFor({ state: "detached" });
    await suite.screen.page.locator(".maplibregl-canvas").focus();
    await key("Control+k");
    await suite.screen.page.keyboard.type("红江");
    await suite.screen.at("hit").first().waitFor();
    await key("Escape");
    expect(await suite.screen.at("search-list").isVisible()).toBe(false);
    expect(await input().inputValue()).toBe("红江");
    await key("Escape");
    expect(await input().inputValue()).toBe("");
    await key("Escape");
    expect(await focused()).not.toBe("INPUT");
  });

  it("says by which alias it was found, what it is and whose; Enter does not wait for the eye", async () => {
    suite.screen = await openScreen(suite.browser, suite.service.url);
    await type("凤凰湖园区");
    await suite.screen.at("hit").first().waitFor();
    const hit = await suite.screen.at("hit").first().innerText();
    for (const word of ["凤凰湖工业园区", "又名 凤凰湖园区", "工业园区 · 永川区 · P-500118-FHH"])
      expect(hit.replaceAll(/\s+/g, " ")).toContain(word);
    await input().fill("");
    await suite.screen.page.keyboard.type("652801");
    await key("Enter");
    await drawerOf("库尔勒市");
    await suite.screen.page.waitForTimeout(800);
    await expect.poll(() => suite.screen.at("places").innerText()).toContain("库尔勒市");
  });

  it("metres without a zone are not guessed: every meridian is offered, Enter alone takes none", async () => {
    suite.screen = await openScreen(suite.browser, suite.service.url);
    await type("592400, 3235100");
    await expect.poll(() => suite.screen.at("coordinate").count()).toBe(21);
    expect(await suite.screen.at("coordinate").first().innerText()).toMatch(
      /105\.950372°E 29\.229673°N[\s\S]*中央经线105°（EPSG:4544）[\s\S]*在永川区范围内/,
    );
    expect(await suite.screen.at("coordinate").nth(1).innerText()).toMatch(/EPSG:4545[\s\S]*距永川区 2\d\d\.\d+ km/);
    await key("Enter");
    expect(await suite.screen.drawnOf("sj-mark")).toBe(0);
    await key("Enter");
    await suite.screen.page.waitForTimeout(800);
    await suite.screen.still();
    expect(await suite.screen.drawnOf("sj-mark")).toBeGreaterThan(0);
    await key("Escape");
    await suite.screen.still();
    expect([await suite.screen.drawnOf("sj-mark"), await input().inputValue()]).toEqual([0, ""]);
  });

  it("a prefix names the zone, north may come first, and the mark stays through another language until it is cleared", async () => {
    suite.screen = await openScreen(suite.browser, suite.service.url);
    await type("3235100.0 35592400.0");
    await expect.poll(() => suite.screen.at("coordinate").count()).toBe(1);
    expect(await suite.screen.at("coordinate").innerText()).toMatch(/第35带[\s\S]*EPSG:4523[\s\S]*按北（纬度）在前/);
    await suite.screen.at("coordinate").click();
    await suite.screen.page.waitForTimeout(800);
    await suite.screen.still();
    expect(await suite.screen.drawnOf("sj-mark")).toBeGreaterThan(0);
    await suite.screen.at("lang-en").click();
    await suite.screen.page.getByText("Siting check").first().waitFor();
    await suite.screen.still();
    await expect.poll(() => suite.screen.drawnOf("sj-mark")).toBeGreaterThan(0);
    await suite.screen.at("search-clear").click();
    await suite.screen.still();
    expect(await suite.screen.drawnOf("sj-mark")).toBe(0);
  });

  it.each([
    ["", "105 67 0 29 13 48", "分和秒应小于 60"],
    ["&lang=en", "29.2N 30.1N", "same axis"],
    ["&lang=en", "24500000, 3235100", "24 is no zone"],
    ["", "200, 29", "不是有效的位置"],
  ])("coordinates that cannot be are refused by name (%s%s)", async (lang, text, words) => {
    suite.screen = await openScreen(suite.browser, suite.service.url, lang);
    await type(text);
    expect(await suite.screen.at("coordinate-fault").innerText()).toContain(words);
    expect(await suite.screen.at("coordinate").count()).toBe(0);
  });

  it("nothing found says what to try; hostile words are only words", async () => {
    suite.screen = await openScreen(suite.browser, suite.service.url);
    for (const words of ["没有这个地方", "<img src=x onerror=alert(1)>", "%%", "''; drop table river"]) {
      await type(words);
      await expect
        .poll(() =>
          suite.screen
            .at("search-empty")
            .innerText()
            .catch(() => ""),
        )
        .toContain(`没有找到“${words.slice(0, 40)}”`);
    }
    expect(await suite.screen.at("search-empty").innerText()).toContain("105.951, 29.23");
  });

  it("the last answer wins, however late the first one comes", async () => {
    suite.screen = await openScreen(suite.browser, suite.service.url);
    await suite.screen.page.route("**/api/search?*", async (route) => {
      const first = new URL(route.request().url()).searchParams.get("q") === "小安溪";
      if (first) await new Promise((resolve) => setTimeout(resolve, 1500));
      await route.continue().catch(() => undefined);
    });
    await type("小安溪");
    await suite.screen.at("search-loading").waitFor();
    await suite.screen.page.waitForTimeout(300);
    await type("孔雀河");
    await expect.poll(codes).toContain("R-652801-konqi-korla");
    await suite.screen.page.waitForTimeout(1800);
    expect(await codes()).not.toContain("R-500118-xiaoanxi");
  });

  it("a service that fails or is not reached is said, and asked again at a click", async () => {
    suite.screen = await openScreen(suite.browser, suite.service.url);
    let mode: "down" | "ill" | "well" = "down";
    await suite.screen.page.route("**/api/search?*", (route) =>
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
        suite.screen
          .at("search-failed")
          .innerText()
          .catch(() => ""),
      )
      .toContain("连不上服务");
    mode = "ill";
    await suite.screen.at("search-failed").locator("button").click();
    await expect
      .poll(() =>
        suite.screen
          .at("search-failed")
          .innerText()
          .catch(() => ""),
      )
      .toContain("数据库正忙");
    mode = "well";
    await suite.screen.at("search-failed").locator("button").click();
    await suite.screen.at("hit").first().waitFor();
    suite.screen.faults.length = 0; // the two refusals above
  });

  it("a popup leads to the drawer, the drawer to what is related, and back the whole way", async () => {
    suite.screen = await openScreen(suite.browser, suite.service.url);
    await suite.screen.frame([105.9495, 29.2293, 105.9525, 29.2313]);
    await suite.screen.clickAt(105.9512, 29.2304);
    const popup = suite.screen.at("popup");
    await popup.getByText("500118-HJZB-1").waitFor();
    await expect.poll(() => popup.locator("dt").count()).toBeGreaterThan(1);
    expect(await popup.locator("dt").count()).toBeLessThanOrEqual(7);
    await suite.screen.at("popup-details").click();
    await drawerOf("红江闸坝饮用水水源一级保护区");
    expect(await popup.count()).toBe(0);
    const drawer = suite.screen.at("feature-panel");
    await suite.screen.at("related-holds-water_source").waitFor();
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
    // Its source stands in both languages.
    expect(words).toContain("水界示例");
    expect(words).not.toContain("Shuijie sample");
    expect(await flaws("[data-test=feature-panel]")).toEqual([]);

    await suite.screen.at("fact-water_source").click();
    await drawerOf("红江闸坝");
    await suite.screen.at("related-referred_by-protection_zone").locator("[data-code='500118-HJZB-2']").click();
    await drawerOf("红江闸坝饮用水水源二级保护区");
    await suite.screen.at("feature-back").click();
    await drawerOf("红江闸坝");
    await suite.screen.at("feature-back").click();
    await drawerOf("红江闸坝饮用水水源一级保护区");
    await suite.screen.at("feature-back").click();
    await suite.screen.at("ask").waitFor();
    await suite.screen.still();
    expect([address().get("feature"), await suite.screen.drawnOf("sj-chosen")]).toEqual([null, 0]);
  });

  it("relations that fail leave the rest of the drawer, and are asked for again at a click", async () => {
    suite.screen = await openScreen(suite.browser, suite.service.url);
    let ill = true;
    await suite.screen.page.route("**/related*", (route) =>
      ill ? route.fulfill({ status: 500, contentType: "application/problem+json", body: "{}" }) : route.continue(),
    );
    await type("500118-HJZB-1");
    await suite.screen.at("hit").first().click();
    await suite.screen.at("related").locator("[data-test=problem]").waitFor();
    expect(await suite.screen.at("feature-attributes").innerText()).toContain("一级保护区");
    ill = false;
    await suite.screen.at("related").locator("[data-test=problem] button").click();
    await suite.screen.at("related-meets-river").waitFor();
    suite.screen.faults.length = 0; // the refusal above
  });

  it("versions that cannot be read are not taken for none", async () => {
    suite.screen = await openScreen(suite.browser, suite.service.url);
    let broken = true;
    await suite.screen.page.route("**/versions?*", (route) =>
      broken ? route.fulfill({ status: 503, contentType: "application/problem+json", body: PROBLEM }) : route.continue(),
    );
    await suite.screen.page.goto(`${suite.service.url}/?test=1&lang=en&feature=industrial_park/P-500118-FHH&date=1999-01-01`);
    await suite.screen.at("versions-retry").waitFor();
    expect(await suite.screen.at("feature-missing").innerText()).toContain("out of order");
    expect(await suite.screen.at("feature-unknown").count()).toBe(0);
    broken = false;
    await suite.screen.at("versions-retry").click();
    await suite.screen.at("go-to-version").first().waitFor();
    suite.screen.faults.length = 0; // the refusal above
  });

  it("a link opens the drawer on its day; the code and the link can be copied", async () => {
    suite.screen = await openScreen(suite.browser, suite.service.url, `&feature=${FARM}`, {
      permissions: ["clipboard-read", "clipboard-write"],
    });
    await drawerOf("永川区示例养殖场002");
    await suite.screen.page.waitForTimeout(800);
    await suite.screen.still();
    expect((await suite.screen.drawn())["facility"]).toContain("F-500118-livestock_farm-002");
    const clipboard = () =>
      suite.screen.page.evaluate(() =>
        (globalThis as unknown as { navigator: { clipboard: { readText(): Promise<string> } } }).navigator.clipboard.readText(),
      );
    await suite.screen.at("copy-code").click();
    await expect.poll(clipboard).toBe("F-500118-livestock_farm-002");
    await suite.screen.at("feature-link").click();
    await expect.poll(clipboard).toContain("feature=");
    const link = await clipboard();
    await suite.screen.page.goto(`${link}&test=1`);
    await drawerOf("永川区示例养殖场002");
    await suite.screen.at("task-layers").click();
    expect(address().get("feature")).toBeNull();
  });

  it("not in force on the date: the drawer says when it is, and goes there; never known: it says that", async () => {
    suite.screen = await openScreen(
      suite.browser,
      suite.service.url,
      "&lang=en&feature=industrial_park/P-500118-FHH&date=1999-01-01",
    );
    await suite.screen.at("go-to-version").first().waitFor();
    expect(await suite.screen.at("feature-missing").innerText()).toMatch(
      /not in force on 1999-01-01[\s\S]*2000-01-01[\s\S]*2016-11-30/,
    );
    await suite.screen.at("go-to-version").first().click();
    await drawerOf("Fenghuanghu industrial park");
    expect(address().get("date")).toBe("2016-11-29");
    expect(await suite.screen.at("feature-attributes").innerText()).toMatch(/unfinished/);
    await suite.screen.at("feature-versions").getByText("Go to").click();
    await expect.poll(() => suite.screen.at("feature-attributes").innerText()).toMatch(/Central treatment\s+done/);

    await suite.screen.page.goto(`${suite.service.url}/?test=1&lang=en&feature=river/nobody`);
    expect(await suite.screen.at("feature-unknown").innerText()).toContain("never had a feature nobody");
    await suite.screen.page.goto(`${suite.service.url}/?test=1&lang=en&feature=nonsense`);
    expect(await suite.screen.at("feature-none").innerText()).toContain("No feature chosen");
  });

  it("a facility can be checked where it stands, with what is known of it", async () => {
    suite.screen = await openScreen(suite.browser, suite.service.url, `&feature=${FARM}`);
    await suite.screen.at("check-facility").click();
    await suite.screen.at("site-current").waitFor();
    expect(await suite.screen.at("site-current").innerText()).toContain("来自现有设施");
    expect(await suite.screen.at("action-existing").locator("input").isChecked()).toBe(true);
    await ask(suite.screen);
    expect(await suite.screen.at("conclusion").innerText()).not.toBe("");
    expect(await suite.screen.page.locator("[data-test=panel]").innerText()).toContain("永川区示例养殖场002");
    await suite.screen.page.goto(`${suite.service.url}/?test=1&feature=river/R-500118-linjiang`);
    await drawerOf("临江河");
    expect(await suite.screen.at("check-facility").count()).toBe(0);
  });

  it.each([
    ["zh", "&lang=zh", "临江河", "临江河"],
    ["en", "&lang=en", "Linjiang River", "Linjiang River"],
  ])(
    "on a phone (%s): an icon opens the box over the bar; the drawer is a sheet under the map",
    async (language, query, words, name) => {
      suite.screen = await openScreen(suite.browser, suite.service.url, query, PHONE);
      const bar = await suite.screen.page
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
      const list = (await suite.screen.at("search-drop").boundingBox())!;
      expect(list.x >= 0 && list.x + list.width <= 390).toBe(true);
      await suite.screen.at("hit").first().click();
      await drawerOf(name);
      await suite.screen.at("related-item").first().waitFor();
      expect(await input().count()).toBe(0);
      expect((await suite.screen.page.locator("[data-test=panel]").boundingBox())!.y).toBeGreaterThan(300);
      if (language === "en") {
        const drawer = await suite.screen.at("feature-panel").innerText();
        for (const word of [
          "Attributes",
          "Boundary and source",
          "Shuijie sample",
          "Validity",
          "Related features",
          "Reaches (whose",
        ])
          expect(drawer).toContain(word);
        expect(drawer).not.toContain("水界示例");
      }
    },
  );

  it("a wide screen in English speaks English in list and drawer", async () => {
    suite.screen = await openScreen(suite.browser, suite.service.url, "&lang=en");
    await type("Hongjiang");
    await suite.screen.at("hit").first().waitFor();
    expect(await suite.screen.at("search-drop").innerText()).not.toMatch(/[\u4e00-\u9fff]/);
    await suite.screen.page.locator("[data-code='500118-HJZB-1']").click();
    await suite.screen.at("related-item").first().waitFor();
    expect(await suite.screen.at("related").innerText()).not.toMatch(/[\u4e00-\u9fff]/);
    expect(await suite.screen.at("feature-shape").innerText()).not.toMatch(/[\u4e00-\u9fff]/);
  });
});
