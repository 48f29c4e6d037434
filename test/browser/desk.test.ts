/** The siting desk in a real browser: trials, parts, catching, disputes, comparison, records, sharing. */
import { expect, it } from "vitest";
import type { Check, CheckSummary } from "../../server/api/checks.ts";
import type { Feature, List } from "../../server/api/common.ts";
import { drawPolygon, flawsOf, inBrowser, openScreen } from "../support/browser.ts";
import { IN_FIRST, PIG_FARM } from "../support/service.ts";

const DESKTOP = { viewport: { width: 1440, height: 900 } };
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const SCREENS = [
  ["zh", "desktop", DESKTOP],
  ["en", "desktop", DESKTOP],
  ["zh", "phone", PHONE],
  ["en", "phone", PHONE],
] as const;

const PROBLEM = JSON.stringify({
  type: "/problems/database-unavailable",
  title: "out of order",
  status: 503,
  detail: "out of order",
  instance: "/",
});

inBrowser("the desk", (suite) => {
  const json = async <T>(path: string) => (await (await fetch(suite.service.url + path)).json()) as T;
  const store = async (name: string, more: object = {}) =>
    (await (
      await fetch(`${suite.service.url}/api/checks`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ ...PIG_FARM, name, geometry: IN_FIRST, ...more }),
      })
    ).json()) as Check;
  const total = async () => (await json<List<CheckSummary>>("/api/checks?limit=1")).numberMatched;
  const conclusion = () => suite.screen.at("conclusion").getAttribute("data-conclusion");
  const openCheck = async (id: string, query = "", options = {}) => {
    suite.screen = await openScreen(suite.browser, suite.service.url, `&check=${id}${query}`, options);
    await suite.screen.at("conclusion").waitFor();
  };

  it.each(SCREENS)(
    "%s %s: a change is tried out at once, its differences marked, and stored only when said",
    async (lang, _, options) => {
      const check = await store("trial");
      await openCheck(check.id, `&lang=${lang}`, options);
      expect(await conclusion()).toBe("prohibited");
      const before = await total();
      await suite.screen.at("view-form").click();
      await suite.screen.at("action-existing").click();
      await expect
        .poll(() => suite.screen.at("strip").innerText())
        .toMatch(/与上次相比有 \d+ 处变化|\d+ changes against the last/);
      await suite.screen.at("strip").click();
      expect(await conclusion()).toBe("must_withdraw");
      expect(await suite.screen.at("conclusion-change").innerText()).toMatch(
        /涉及禁止性规定[\s\S]*涉及拆除|Prohibited[\s\S]*demolition/i,
      );
      expect(await suite.screen.page.locator("[data-change=new]").count()).toBeGreaterThan(0);
      expect(await suite.screen.at("gone").locator("li").count()).toBeGreaterThan(0);
      expect(await suite.screen.at("trial").innerText()).toMatch(/试算，未存|not stored/);
      expect(await suite.screen.at("report").count()).toBe(0);
      expect(await total()).toBe(before);

      await suite.screen.at("keep").click();
      await suite.screen.at("report").waitFor();
      expect(await total()).toBe(before + 1);
      expect(await suite.screen.at("trial").count()).toBe(0);
      // What it changed against the one before stays marked.
      expect(await suite.screen.at("conclusion-change").count()).toBe(1);
    },
  );

  it.each(SCREENS)(
    "%s %s: while a change is not judged, or could not be, the old answer says that it is old",
    async (lang, _, options) => {
      const check = await store("outdated");
      await openCheck(check.id, `&lang=${lang}`, options);
      expect(await suite.screen.at("outdated").count()).toBe(0);
      let answer: "hang" | "fail" | "pass" = "hang";
      const hanging: (() => void)[] = [];
      await suite.screen.page.route("**/api/checks?*trial=true*", async (route) => {
        if (answer === "hang") await new Promise<void>((resolve) => hanging.push(resolve));
        if (answer === "fail") return route.fulfill({ status: 503, contentType: "application/problem+json", body: PROBLEM });
        return route.continue();
      });
      await suite.screen.at("view-form").click();
      await suite.screen.at("action-existing").click();
      await expect.poll(() => hanging.length).toBe(1);
      await suite.screen.at("view-answer").click();
      expect(await suite.screen.at("outdated").innerText()).toMatch(/这是改动前的结论[^]*正在试算|the answer before[^]*Trying/i);
      expect(await conclusion()).toBe("prohibited");
      answer = "fail";
      hanging[0]!();
      await expect.poll(() => suite.screen.at("outdated").innerText()).toContain("out of order");
      expect(await suite.screen.at("outdated").innerText()).toMatch(/这是改动前的结论|the answer before/i);
      expect(await flawsOf(suite.screen.page, "[data-test=answer]")).toEqual([]);
      answer = "pass";
      await suite.screen.at("view-form").click();
      await suite.screen.at("action-rebuilt").click();
      await suite.screen.at("view-answer").click();
      await suite.screen.at("outdated").waitFor({ state: "detached" });
      expect(await suite.screen.at("trial").count()).toBe(1);
      suite.screen.faults.length = 0; // the refusal above
    },
  );

  it("a change back leaves no difference; with trials off the answer waits for the button", async () => {
    await openCheck((await store("back")).id);
    await suite.screen.at("view-form").click();
    await suite.screen.at("action-existing").click();
    await expect.poll(() => suite.screen.at("strip").innerText()).toContain("处变化");
    await suite.screen.at("action-new").click();
    await expect.poll(() => suite.screen.at("strip").innerText()).toContain("均无变化");
    await suite.screen.at("live").uncheck();
    await suite.screen.at("action-existing").click();
    await suite.screen.page.waitForTimeout(900);
    expect(await suite.screen.at("strip").innerText()).toContain("这是改动前的结论");
    expect(await suite.screen.at("stale").innerText()).toContain("请重新核查");
  });

  it("a moved vertex changes the answer, and one that crosses an edge says why there is none", async () => {
    const check = await store("vertex", { action: "new" });
    await openCheck(check.id);
    const size = () => suite.screen.at("show-site").innerText();
    const before = await size();
    await suite.screen.at("view-form").click();
    await suite.screen.at("edit-site").click();
    await suite.screen.at("snapping").click();
    const drag = async (from: [number, number], to: [number, number]) => {
      const [a, b] = await suite.screen.pixels([from, to]);
      await suite.screen.page.mouse.move(a![0], a![1]);
      await suite.screen.page.waitForTimeout(80);
      await suite.screen.page.mouse.down();
      await suite.screen.page.mouse.move((a![0] + b![0]) / 2, (a![1] + b![1]) / 2, { steps: 4 });
      await suite.screen.page.mouse.move(b![0], b![1], { steps: 4 });
      await suite.screen.page.mouse.up();
    };
    await drag([105.9512, 29.2306], [105.95135, 29.23075]);
    await suite.screen.at("strip").waitFor();
    await expect.poll(() => suite.screen.at("strip").innerText()).toContain("处变化");
    await suite.screen.at("view-answer").click();
    expect(await size()).not.toBe(before);
    await suite.screen.page.locator("[data-change=changed]").first().waitFor();
    expect(await suite.screen.page.locator("[data-change=changed]").first().textContent()).toContain("原：");
    await suite.screen.at("view-form").click();
    await drag([105.95135, 29.23075], [105.9508, 29.2298]);
    await suite.screen.at("trial-problem").waitFor();
    expect(await suite.screen.at("trial-problem").innerText()).toContain("自相交");
    await suite.screen.page.keyboard.press("Control+z");
    await suite.screen.at("trial-problem").waitFor({ state: "detached" });
  });

  it("the pointer on a finding shows its piece, and leaves the map where it is", async () => {
    await openCheck((await store("hover")).id);
    await suite.screen.still();
    const place = new URL(suite.screen.page.url()).hash;
    expect(await suite.screen.drawnOf("sj-piece")).toBe(0);
    await suite.screen.at("finding-head").first().hover();
    await expect.poll(() => suite.screen.drawnOf("sj-piece")).toBeGreaterThan(0);
    await suite.screen.at("conclusion").hover();
    await expect.poll(() => suite.screen.drawnOf("sj-piece")).toBe(0);
    expect(new URL(suite.screen.page.url()).hash).toBe(place);
  });

  it("a site of several parts: added, listed, removed, had back, and answered as one", async () => {
    suite.screen = await openScreen(suite.browser, suite.service.url);
    await suite.screen.frame([105.9495, 29.2293, 105.9525, 29.2313]);
    await drawPolygon(suite.screen, [
      [105.9504, 29.23],
      [105.9508, 29.23],
      [105.9508, 29.2304],
    ]);
    await suite.screen.at("finish-drawing").click();
    await suite.screen.at("snapping").waitFor({ state: "detached" });
    await suite.screen.at("add-polygon").click();
    for (const at of [
      [105.951, 29.23],
      [105.9514, 29.23],
      [105.9514, 29.2304],
      [105.951, 29.23],
    ] as [number, number][])
      await suite.screen.clickAt(at[0], at[1]);
    await expect.poll(() => suite.screen.at("parts").locator("li").count()).toBe(2);
    expect(await suite.screen.at("site-current").innerText()).toContain("多个面");
    await suite.screen.at("remove-part-0").click();
    expect(await suite.screen.at("parts").locator("li").count()).toBe(0);
    await suite.screen.at("undo").click();
    expect(await suite.screen.at("parts").locator("li").count()).toBe(2);
  });

  it("a vertex is caught by a stored corner to the last digit, and free when catching is off", async () => {
    const zone = await json<{ features: Feature[] }>(
      "/api/collections/protection_zone/items?bbox=105.949,29.229,105.953,29.232&limit=10",
    );
    const polygon = zone.features[0]!.geometry as { coordinates: number[][][][] };
    const [lon, lat] = polygon.coordinates[0]![0]![0] as [number, number];
    suite.screen = await openScreen(suite.browser, suite.service.url);
    await suite.screen.frame([lon - 0.001, lat - 0.0007, lon + 0.001, lat + 0.0007]);
    await suite.screen.at("draw-point").click();
    await suite.screen.page.waitForTimeout(800);
    await suite.screen.at("cancel-drawing").click();
    const near = 0.000012;
    await suite.screen.at("draw-line").click();
    await suite.screen.page.waitForTimeout(1000);
    await suite.screen.clickAt(lon + near, lat + near);
    expect(await suite.screen.at("caught").innerText()).toContain("角点");
    await suite.screen.clickAt(lon - 0.0005, lat - 0.0003);
    await suite.screen.at("finish-drawing").click();
    await suite.screen.at("site-current").waitFor();
    await expect.poll(() => suite.screen.sitePosition()).toBeDefined();
    const first = await suite.screen.sitePosition();
    expect(first[0]).toBeCloseTo(lon, 9);
    expect(first[1]).toBeCloseTo(lat, 9);
  });

  it.each(SCREENS)(
    "%s %s: a finding is disputed with a reason, which can be withdrawn; the verdict stays",
    async (lang, _, options) => {
      await openCheck((await store("disputed")).id, `&lang=${lang}`, options);
      await suite.screen.at("open-dispute").first().click();
      expect(await suite.screen.at("send-dispute").isDisabled()).toBe(true);
      await suite.screen.page
        .locator("textarea[data-test=dispute-reason], [data-test=dispute-reason] textarea")
        .fill("<b>survey</b> 界址不符");
      await suite.screen.at("send-dispute").click();
      await suite.screen.at("dispute").waitFor();
      expect(await suite.screen.at("dispute").innerText()).toContain("<b>survey</b> 界址不符");
      expect(await conclusion()).toBe("prohibited");
      await suite.screen.at("withdraw-dispute").click();
      await expect.poll(() => suite.screen.at("dispute").innerText()).toMatch(/异议已撤回|withdrawn/);
      await suite.screen.page.reload();
      await suite.screen.at("dispute").waitFor();
    },
  );

  it.each(SCREENS)("%s %s: alternatives side by side, shared by the address", async (lang, _, options) => {
    const one = await store("alternative one");
    const two = await store("alternative two", { action: "existing" });
    await openCheck(one.id, `&lang=${lang}`, options);
    await suite.screen.at("compare").click();
    expect(await suite.screen.at("comparison").count()).toBe(0);
    await suite.screen.at("task-records").click();
    await suite.screen.at("records-search").fill("alternative two");
    await expect.poll(() => suite.screen.at("record").count()).toBeGreaterThan(0);
    await suite.screen.page.waitForTimeout(400);
    await suite.screen.at("record-compare").first().check();
    await suite.screen.at("comparison").waitFor();
    await expect.poll(() => suite.screen.at("comparison").innerText()).toContain("alternative two");
    const row = await suite.screen.at("compare-conclusion").innerText();
    expect(row).toMatch(/涉及禁止性规定[\s\S]*拆除|Prohibited[\s\S]*demolition/i);
    const rows = () => suite.screen.at("comparison").locator("tbody tr").count();
    const differing = await rows();
    await suite.screen.at("only-differing").uncheck();
    expect(await rows()).toBeGreaterThan(differing);
    expect(new URL(suite.screen.page.url()).searchParams.get("compare")?.split(",")).toContain(one.id);
    void two;
    await suite.screen.page.reload();
    await suite.screen.at("comparison").waitFor();
    await suite.screen.at("end-comparison").click();
    expect(await suite.screen.at("comparison").count()).toBe(0);
  });

  it.each(SCREENS)("%s %s: records are found, copied, put away, brought back and replayed", async (lang, _, options) => {
    const word = `rec-${lang}-${options === PHONE}-${Date.now()}`;
    await store(`${word} first`);
    await store(`${word} second`);
    suite.screen = await openScreen(suite.browser, suite.service.url, `&task=records&lang=${lang}`, options);
    await suite.screen.at("records-search").fill(`${word} second`);
    await expect.poll(() => suite.screen.at("record").count()).toBe(1);
    await suite.screen.at("record-replay").click();
    await expect.poll(() => suite.screen.at("record-replayed").innerText()).toMatch(/结果相同|the same/);
    await suite.screen.at("delete").click();
    await suite.screen.at("records-empty").waitFor();
    await suite.screen.at("records-undo").locator("button").click();
    await expect.poll(() => suite.screen.at("record").count()).toBe(1);
    await suite.screen.at("delete").click();
    await suite.screen.at("records-empty").waitFor();
    await suite.screen.at("records-deleted").check();
    await suite.screen.at("restore").click();
    await suite.screen.at("records-empty").waitFor();
    await suite.screen.at("records-deleted").uncheck();
    await expect.poll(() => suite.screen.at("record").count()).toBe(1);
    await suite.screen.at("records-conclusion").selectOption("clear");
    await suite.screen.at("records-empty").waitFor();
    await suite.screen.at("records-clear").click();
    await expect.poll(() => suite.screen.at("record").count()).toBeGreaterThan(1);
    await suite.screen.at("duplicate").first().click();
    await suite.screen.at("site-current").waitFor();
    const name = suite.screen.page.locator("[data-test=project-name] input, input[data-test=project-name]");
    expect(await name.inputValue()).toMatch(/（副本）$|\(copy\)$/);
    expect(await suite.screen.at("answer").count()).toBe(0);
  });

  it.each(SCREENS)(
    "%s %s: an existing facility is picked on the map, its place and what is known of it filled in",
    async (lang, _, options) => {
      const { features } = await json<{ features: Feature[] }>(
        "/api/collections/facility/items?bbox=105.93,29.21,105.97,29.26&limit=500",
      );
      const farm = features.find(({ properties }) => properties!["kind"] === "livestock_farm")!;
      const [lon, lat] = (farm.geometry as unknown as { coordinates: [number, number] }).coordinates;
      suite.screen = await openScreen(suite.browser, suite.service.url, `&lang=${lang}`, options);
      await suite.screen.at("pick-facility").click();
      // On a phone the sheet comes up over the lower half of the map.
      await suite.screen.frame([lon - 0.002, lat - 0.002, lon + 0.002, lat + 0.002]);
      await suite.screen.clickAt(lon + 0.0015, lat - 0.0012);
      await suite.screen.clickAt(lon, lat);
      await suite.screen.at("site-current").waitFor();
      expect(await suite.screen.at("site-current").innerText()).toMatch(/来自现有设施|From a facility/i);
      const name = suite.screen.page.locator("[data-test=project-name] input, input[data-test=project-name]");
      expect(await name.inputValue()).toBe(farm.properties![lang === "zh" ? "name_zh" : "name_en"]);
      await suite.screen.at("ask").click();
      await suite.screen.at("conclusion").waitFor();
      expect(await suite.screen.page.locator("[data-test=problem]").count()).toBe(0);
    },
  );

  it("a long list of records holds few rows in the page and reaches the last", async () => {
    for (let i = 0; i < 70; i++) await store(`long ${String(i).padStart(3, "0")}`);
    suite.screen = await openScreen(suite.browser, suite.service.url, "&task=records");
    await suite.screen.at("records-search").fill("long 0");
    await expect.poll(() => suite.screen.at("records-panel").innerText()).toContain("共 70 次");
    expect(await suite.screen.at("record").count()).toBeLessThan(40);
    const list = suite.screen.at("records-panel").locator("[role=region]");
    await expect
      .poll(
        async () => {
          await list.evaluate((node) => (node as unknown as { scrollTo(x: number, y: number): void }).scrollTo(0, 1e6));
          return suite.screen.at("record").last().innerText();
        },
        { timeout: 60_000 },
      )
      .toContain("long 000");
  });

  it("says why an attribute is asked: the rules that read it", async () => {
    await openCheck((await store("why")).id);
    await suite.screen.at("view-form").click();
    await suite.screen.at("why-species").click();
    await expect.poll(() => suite.screen.at("rules-species").innerText()).toMatch(/《.+》/);
  });

  it("layers fade, say from which zoom they are drawn, and travel with the shared address", async () => {
    suite.screen = await openScreen(suite.browser, suite.service.url, "&task=layers", {
      permissions: ["clipboard-read", "clipboard-write"],
    });
    const opacity = () => suite.screen.paint("protection_zone-first-fill", "fill-opacity");
    const full = Number(await opacity());
    await suite.screen.at("strength-protection_zone").fill("50");
    await expect.poll(opacity).toBeCloseTo(full / 2, 5);
    await suite.screen.at("show-protection_zone/second").click();
    await suite.screen.frame([105, 28.5, 107, 30]);
    await suite.screen.at("fold-facility").click();
    await suite.screen.page.locator('[data-test^="closer-"]').first().waitFor();
    const zoom = Number(new URL(suite.screen.page.url()).hash.split("=")[1]!.split("/")[0]);
    await suite.screen.page.locator('[data-test^="closer-facility"]').first().click();
    await expect.poll(() => Number(new URL(suite.screen.page.url()).hash.split("=")[1]!.split("/")[0])).toBeGreaterThan(zoom);
    await suite.screen.at("share").click();
    const link = await suite.screen.page.evaluate(() =>
      (globalThis as unknown as { navigator: { clipboard: { readText(): Promise<string> } } }).navigator.clipboard.readText(),
    );
    const query = new URL(link).searchParams;
    expect(query.get("hide")).toBe("protection_zone/second");
    expect(query.get("fade")).toBe("protection_zone:50");
    expect(query.get("date")).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    await suite.screen.page.goto(`${link.split("#")[0]}&test=1#${link.split("#")[1]}`);
    await suite.screen.page.locator("[data-test=panel]").waitFor();
    await suite.screen.still();
    await expect.poll(opacity).toBeCloseTo(full / 2, 5);
    expect(await suite.screen.at("layers-panel").locator('[data-test="show-protection_zone/second"]').innerHTML()).not.toContain(
      "is-checked",
    );
  });
});
