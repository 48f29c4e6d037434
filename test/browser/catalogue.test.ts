/** The catalogue as its reader uses it: found, filtered, opened, compared between two days; both languages, both sizes. */
import { parse } from "csv-parse/sync";
import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import type { Rule } from "../../server/api/catalogue.ts";
import type { Check } from "../../server/api/checks.ts";
import type { List } from "../../server/api/common.ts";
import { inBrowser, openScreen } from "../support/browser.ts";
import { IN_FIRST, PIG_FARM } from "../support/service.ts";

const DESKTOP = { viewport: { width: 1440, height: 900 } };
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const HERE = "500118";
const OVERNIGHT = "tab:changes;from:2026-08-14;to:2026-08-15";

inBrowser("the catalogue", (suite) => {
  const at = (test: string) => suite.screen.at(test);
  const open = async (query: string, options: typeof DESKTOP = DESKTOP) => {
    suite.screen = await openScreen(suite.browser, suite.service.url, query, options);
  };
  const rules = async (query: string) => {
    const response = await fetch(`${suite.service.url}/api/rules?${query}`);
    expect(response.status).toBe(200);
    return ((await response.json()) as List<Rule>).items;
  };
  const count = () => at("catalogue-count").innerText();
  const ids = () =>
    at("rule").evaluateAll((nodes) => nodes.map((node) => (node as unknown as { dataset: { rule: string } }).dataset.rule));
  const row = (id: string) => suite.screen.page.locator(`[data-test=rule][data-rule="${id}"]`);
  const address = () => new URL(suite.screen.page.url()).searchParams;
  /** Nothing stands out of the panel's right edge, and nothing is scrolled sideways. */
  const overflowing = () =>
    at("panel").evaluate((panel) => {
      const root = panel as unknown as {
        getBoundingClientRect(): { right: number };
        querySelectorAll(of: string): Iterable<{ getBoundingClientRect(): { right: number; width: number }; className: string }>;
      };
      const { right } = root.getBoundingClientRect();
      return [...root.querySelectorAll("*")]
        .filter((one) => one.getBoundingClientRect().width > 0 && one.getBoundingClientRect().right > right + 1)
        .map((one) => String(one.className));
    });

  it("from the rail: the rules of the day and place, by instrument, the law first, and only those in sight are drawn", async () => {
    await open("");
    await at("task-catalogue").click();
    await row("WS-01a").waitFor();
    const all = await rules(`jurisdiction=${HERE}`);
    expect(await count()).toContain(String(all.length));
    expect(await count()).toContain(String(all.filter(({ confidence }) => confidence === "memory").length));
    expect((await ids()).length).toBeLessThan(all.length);
    expect(await suite.screen.page.locator("[data-test^=law-]").first().innerText()).toContain("法律");
    expect(address().get("task")).toBe("catalogue");
    expect(await overflowing()).toEqual([]);
  });

  it("filters narrow the list, stand in the address, and are there again when it is opened anew", async () => {
    await open("&task=catalogue");
    await row("WS-01a").waitFor();
    await at("catalogue-memory").check();
    const memory = await rules(`jurisdiction=${HERE}&confidence=memory`);
    await expect.poll(count).toContain(String(memory.length));
    expect(await at("memory-about").innerText()).toContain("没有见到原文");
    await at("catalogue-effect").selectOption("prohibit");
    await at("catalogue-words").fill("肥水");
    const found = memory.filter(({ effect, gist }) => effect === "prohibit" && gist.includes("肥水"));
    await expect.poll(ids).toEqual(found.map(({ id }) => id));
    expect(found.length).toBeGreaterThan(0);
    const url = suite.screen.page.url();
    expect(decodeURIComponent(address().get("rules")!)).toContain("effect:prohibit;confidence:memory;q:肥水");
    await suite.screen.page.goto(url);
    await expect.poll(ids).toEqual(found.map(({ id }) => id));
    expect(await at("catalogue-words").inputValue()).toBe("肥水");
    const [file] = await Promise.all([suite.screen.page.waitForEvent("download"), at("catalogue-csv").click()]);
    const table = parse(await readFile(await file.path()), { columns: true, bom: true }) as Record<string, string>[];
    expect(table.map((one) => one["规则编号"])).toEqual(found.map(({ id }) => id));
    await at("catalogue-clear").click();
    await expect.poll(count).toContain(String((await rules(`jurisdiction=${HERE}`)).length));
    expect(address().get("rules")).toBeNull();
  });

  it("words that nothing bears are said so, and a draft is marked by word and sign", async () => {
    await open("&task=catalogue&rules=place:520502;status:draft");
    const law = at("law-qixingguan_draft_2017");
    await law.waitFor();
    const mark = law.locator("[data-status=draft]");
    expect(await mark.innerText()).toBe("征求意见稿");
    expect(await mark.locator("svg").count()).toBe(1);
    await at("about-qixingguan_draft_2017").click();
    expect(await law.innerText()).toContain("没有效力");
    await at("catalogue-words").fill("zzzz");
    await at("catalogue-empty").waitFor();
    expect(await ids()).toEqual([]);
  });

  it("a rule says whom, where, when and how sure it is, shows its layer, and leads to its instrument's rules", async () => {
    await open("&task=catalogue&rule=YC-R28a&hide=industrial_park");
    await at("rule-when").waitFor();
    expect(await at("rule-when").innerText()).toContain("“集中处理设施期限”早于基准日");
    expect(await at("rule-condition").innerText()).toContain("活动不是“污水处理厂”");
    expect(await at("rule-classes").innerText()).toContain("向水体排放污染物的项目");
    expect(await at("rule-confidence").locator("[data-confidence]").count()).toBe(1);
    expect((await suite.screen.drawn())["industrial_park"]).toBeUndefined();
    await at("show-theme").click();
    await at("theme-shown").waitFor();
    await suite.screen.still();
    expect((await suite.screen.drawn())["industrial_park"]?.length).toBeGreaterThan(0);
    await at("rule-instrument").click();
    await at("law-yongchuan_plan_2016").waitFor();
    expect(address().get("rule")).toBeNull();
    const own = await rules("instrument=yongchuan_plan_2016");
    await expect.poll(count).toContain(String(own.length));
  });

  it("back from a rule the list stands where it stood", async () => {
    await open("&task=catalogue");
    await row("WS-01a").waitFor();
    const list = suite.screen.page.locator("[data-test=catalogue-panel] [role=region]");
    await list.evaluate((node) => ((node as unknown as { scrollTop: number }).scrollTop = 1500));
    await suite.screen.page.waitForTimeout(400);
    await expect.poll(() => at("rule").count()).toBeGreaterThan(5);
    const sight = (await list.boundingBox())!;
    let chosen = "";
    for (const id of await ids()) {
      const box = await row(id).boundingBox();
      if (box && box.y > sight.y + 60 && box.y + box.height < sight.y + sight.height) chosen = id;
    }
    expect(chosen).not.toBe("");
    const before = (await row(chosen).boundingBox())!.y;
    await row(chosen).click();
    await at("rule-gist").waitFor();
    await at("rule-back").click();
    await expect.poll(async () => Math.abs(((await row(chosen).boundingBox())?.y ?? 0) - before)).toBeLessThan(20);
  });

  it("a rule that does not hold on the day is shown as it last stood, and says so", async () => {
    await open("&task=catalogue&rule=WS-02&date=2017-06-01&lang=en");
    expect(await at("rule-not-in-force").innerText()).toContain("Not in force on 2017-06-01");
    expect(await at("rule-lives").innerText()).toContain("art. 319(1)");
    await at("compare-lives").click();
    expect(await at("rule-lives").locator("ins").allInnerTexts()).toContain("319");
    expect(await at("rule-lives").locator("del").allInnerTexts()).toContain("65");
  });

  it.each([
    ["zh", DESKTOP, "接续", "第六十四条", "第三百一十八条"],
    ["en", PHONE, "Succeeded", "art. 64", "art. 318"],
  ] as const)(
    "%s: the night the Code came, row by row, old beside new, and nothing runs out of the panel",
    async (lang, options, word, old, now) => {
      await open(`&task=catalogue&lang=${lang}&rules=${OVERNIGHT}`, options);
      const first = suite.screen.page.locator('[data-test=change][data-rule="WS-01a"]');
      await first.waitFor();
      expect(await at("kind-succeeded").innerText()).toContain(word);
      const text = await first.innerText();
      expect(text.indexOf(old)).toBeGreaterThan(-1);
      expect(text.indexOf(now)).toBeGreaterThan(text.indexOf(old));
      expect(await first.locator("del, ins").count()).toBeGreaterThan(1);
      expect(await overflowing()).toEqual([]);
      await at("tab-rules").click();
      await at("catalogue-place").selectOption("all");
      await at("rule").first().waitFor();
      if (options === PHONE) await at("catalogue-filters").click();
      expect(await at("catalogue-class").isVisible()).toBe(true);
      expect(await overflowing()).toEqual([]);
      await at("rule").first().click();
      await at("rule-gist").waitFor();
      expect(await overflowing()).toEqual([]);
    },
  );

  it("a day of change is chosen from the list; dates in the wrong order are said so", async () => {
    await open("&task=catalogue&rules=tab:changes");
    await at("catalogue-days").locator("option[value='2021-01-01']").waitFor({ state: "attached" });
    await at("catalogue-days").selectOption("2021-01-01");
    await at("kind-status").waitFor();
    expect(decodeURIComponent(address().get("rules")!)).toBe("tab:changes;from:2020-12-31;to:2021-01-01");
    await at("kind-status").click();
    const kinds = await at("change").evaluateAll((nodes) =>
      nodes.map((node) => (node as unknown as { dataset: { kind: string } }).dataset.kind),
    );
    expect(new Set(kinds)).toEqual(new Set(["status"]));
    await suite.screen.close();
    await open("&task=catalogue&rules=tab:changes;from:2021-01-02;to:2021-01-01");
    await suite.screen.page.locator("[role=alert]").waitFor();
    expect(await at("change").count()).toBe(0);
  });

  it("a finding leads to its rule as of the check's date, and the rule back to the answer", async () => {
    const response = await fetch(`${suite.service.url}/api/checks?lang=zh`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ ...PIG_FARM, name: "catalogue", geometry: IN_FIRST, as_of: "2026-08-14" }),
    });
    const check = (await response.json()) as Check;
    expect(check.findings.some(({ rule }) => rule === "WS-02")).toBe(true);
    await open(`&check=${check.id}`);
    const finding = suite.screen.page.locator('article[data-rule="WS-02"]').first();
    await finding.locator("[data-test=finding-rule]").click();
    await at("rule-gist").waitFor();
    expect(await at("rule-detail").innerText()).toContain("第六十五条第一款");
    expect(await at("rule-successor").innerText()).toContain("第三百一十九条第一款");
    expect(address().get("rule")).toBe("WS-02");
    await at("rule-back-answer").click();
    await at("conclusion").waitFor();
    expect(address().get("rule")).toBeNull();
  });
});
