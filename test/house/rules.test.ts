/** The catalogue as a reader meets it: rules in words, filters, what changed between two days, files. No database. */
import { parse } from "csv-parse/sync";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Instrument, Rule, RuleChange, RuleChanges, RuleWithLives } from "../../server/api/catalogue.ts";
import type { List, Problem } from "../../server/api/common.ts";
import { rulesInForce } from "../../server/catalogue.ts";
import { sayCondition } from "../../server/condition_words.ts";
import type { Condition } from "../../server/domain/rule.ts";
import { LANGS } from "../../server/messages.ts";
import { problemHandler } from "../../server/problem.ts";
import { catalogueRoutes } from "../../server/routes/catalogue.ts";
import { sayClass, sayRule } from "../../server/rule_words.ts";
import { readCatalogue } from "../../server/service.ts";

const catalogue = readCatalogue();
const OLD = "2026-08-14";
const NEW = "2026-08-15";
const LAW = "water_pollution_prevention_law_2017";
const CODE = "ecological_environment_code_2026";

describe("conditions in words", () => {
  const zh = (condition: Condition, layer?: string) => sayCondition("zh", condition, catalogue, layer);
  const en = (condition: Condition, layer?: string) => sayCondition("en", condition, catalogue, layer);
  const supply: Condition = { attribute: "purpose", in: ["supply", "source_protection"] };

  it("names are the vocabulary's, and several are joined by or", () => {
    expect(zh(supply)).toBe("建设目的为供水设施或保护水源");
    expect(en(supply)).toBe("Purpose is water supply or source protection");
  });
  it("a title that is a list itself is quoted among others", () =>
    expect(zh({ activity: ["catering", "outfall"] })).toBe("活动为“餐饮、农家乐、民宿”或“入河排污口”"));
  it("not is said where it belongs, also of a group", () => {
    expect(zh({ not: supply })).toBe("建设目的不为供水设施或保护水源");
    expect(zh({ not: { all: [{ tag: "construction" }, { not: { class: "outfall" } }] } })).toBe(
      "活动未归入“建设”，或者属于“排污口”",
    );
    expect(zh({ not: { not: supply } })).toBe(zh(supply));
  });
  it("a group stands in brackets within another, and is dissolved in one that is joined alike", () => {
    const [a, b, c] = [{ class: "outfall" }, { class: "tourism" }, { class: "mining" }];
    expect(en({ all: [a, { any: [b, c] }] })).toBe(
      "it is “sewage outfall”, and (it is “tourism”, or it is “mining and exploration”)",
    );
    expect(en({ all: [a, { all: [b, c] }] })).toBe(en({ all: [a, b, c] }));
    expect(en({ all: [a, { not: { any: [b, c] } }] })).toBe(en({ all: [a, { not: b }, { not: c }] }));
  });
  it("thresholds carry their unit, and turn round under not", () => {
    const floor: Condition = { attribute: "floor_area_m2", gte: 5000 };
    expect(zh(floor)).toBe("建筑面积不小于 5,000 m²");
    expect(zh({ not: floor })).toBe(zh({ attribute: "floor_area_m2", lt: 5000 }));
  });
  it("yes and no are said as such", () => {
    expect(zh({ attribute: "over_limit", in: [true] })).toBe("超标或超总量排放：是");
    expect(zh({ not: { attribute: "over_limit", in: [true] } })).toBe("超标或超总量排放：否");
  });
  it("a setting is named, with what completes its name", () =>
    expect(zh({ attribute: "annual_output", gte_setting: "livestock_scale.annual_output.{species}" })).toContain(
      "规模养殖标准（livestock_scale.annual_output.〈畜禽种类〉）",
    ));
  it("a column of the feature is named by its layer", () =>
    expect(zh({ feature: "central_treatment_deadline", as_of: "before" }, "industrial_park")).toBe(
      "所涉要素的“集中处理设施期限”早于基准日",
    ));

  it.each(LANGS)("every rule and class of the catalogue can be said in %s, without a code or a hole left", (lang) => {
    const said = [
      ...catalogue.rules.map((rule) => {
        const { who_text, where_text, when_text } = sayRule(lang, rule, catalogue, NEW);
        return { of: rule.id, text: [who_text, where_text, when_text ?? ""].join("\n") };
      }),
      ...catalogue.classes.map(({ code }) => ({ of: code, text: sayClass(lang, code, catalogue).about })),
    ];
    // Names of settings stand as they are written: the operator looks for them so.
    const bare = (text: string) => text.replace(/[（(][a-z_]+\.[^）)]*[）)]/g, "");
    expect(said.filter(({ text }) => /[{}]|undefined|null|[a-z]_[a-z]/.test(bare(text)))).toEqual([]);
    if (lang === "en") expect(said.filter(({ text }) => /[\u4e00-\u9fff]/.test(text))).toEqual([]);
  });
});

describe("over HTTP", () => {
  let server: Server;
  let base: string;
  beforeAll(async () => {
    const app = express();
    app.use(catalogueRoutes(catalogue, () => new Date("2026-11-25T04:00:00Z")));
    app.use(problemHandler({ error: (_, message) => expect.unreachable(message) }, () => undefined));
    server = createServer(app).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => server.close());
  const get = async <T>(path: string): Promise<T> => {
    const response = await fetch(base + path);
    expect(response.status, path).toBe(200);
    return (await response.json()) as T;
  };
  const rules = async (query: string) => (await get<List<Rule>>(`/api/rules?${query}`)).items;
  const changes = (query: string) => get<RuleChanges>(`/api/rules/changes?${query}`);

  describe("the filters of /api/rules", () => {
    const kept = async (query: string, holds: (rule: Rule) => boolean) => {
      const passed = (await rules(query)).map(({ id }) => id);
      const expected = (await rules("")).filter(holds).map(({ id }) => id);
      expect(passed.length, query).toBeGreaterThan(0);
      expect(passed, query).toEqual(expected);
    };
    it("each keeps what it names, and nothing else", async () => {
      await kept("confidence=memory", ({ confidence }) => confidence === "memory");
      await kept("effect=prohibit", ({ effect }) => effect === "prohibit");
      await kept("instrument=yongchuan_plan_2016", ({ instrument }) => instrument === "yongchuan_plan_2016");
      await kept("theme=protection_zone/second", ({ theme }) => theme === "protection_zone/second");
      await kept("status=draft", ({ status }) => status === "draft");
      await kept("status=horizon_passed", ({ status }) => status === "horizon_passed");
      await kept("q=ws-0", ({ id }) => id.startsWith("WS-0"));
    });
    it("a class is found in a row's list and in its conditions", async () => {
      const ids = (await rules("class=cage_aquaculture")).map(({ id }) => id);
      expect(ids).toEqual(expect.arrayContaining(["WS-04a", "YC-R02"]));
      expect(ids).not.toContain("WS-01a");
    });
    it("every word must be found, in either language, in id, gist, title or article", async () => {
      const ids = async (q: string) => (await rules(`q=${encodeURIComponent(q)}&lang=en`)).map(({ id }) => id);
      expect(await ids("生态环境法典 网箱")).toEqual(expect.arrayContaining(["WS-04a", "WS-07"]));
      expect(await ids("ECOLOGICAL cage")).toEqual(await ids("cage ecological"));
      expect(await ids("第三百一十八条")).toEqual(expect.arrayContaining(["WS-01a", "WS-01d"]));
      expect(await ids("cage 光伏电站")).toEqual([]);
    });
    it("repealed asks for the rows that have ended, each once", async () => {
      const ended = await rules("status=repealed");
      expect(ended.map(({ id }) => id)).toContain("WS-02");
      expect(ended.every(({ status, valid_to }) => status === "repealed" && valid_to! <= "2026-11-25")).toBe(true);
      expect(ended.find(({ id, instrument }) => id === "WS-02" && instrument === LAW)?.successor).toEqual({
        instrument: CODE,
        instrument_title: "中华人民共和国生态环境法典",
        article: "第三百一十九条第一款",
        valid_from: NEW,
      });
      expect(await rules(`status=repealed&as_of=2017-12-31&instrument=${LAW}`)).toEqual([]);
    });
    it("instruments take the same filters, and say what they are on the date", async () => {
      const laws = async (query: string) => (await get<List<Instrument>>(`/api/instruments?${query}`)).items;
      expect((await laws("status=repealed")).map(({ id }) => id)).toContain(LAW);
      expect((await laws("")).map(({ id }) => id)).not.toContain(LAW);
      expect((await laws("q=YC-R15")).map(({ id }) => id)).toEqual(["yongchuan_plan_2016"]);
      const plan = (await laws("as_of=2020-12-31")).find(({ id }) => id === "yongchuan_plan_2016");
      expect(plan).toMatchObject({ status: "in_force", horizon: "2021-01-01" });
      expect((await laws("")).find(({ id }) => id === "yongchuan_plan_2016")).toMatchObject({ status: "horizon_passed" });
    });
  });

  it("a row says whom, where and when, in words of one language", async () => {
    expect((await rules("q=YC-R28a"))[0]).toMatchObject({
      rank: "work_plan",
      status: "horizon_passed",
      jurisdiction: "500118",
      class_titles: ["向水体排放污染物的项目"],
      action_titles: ["新建", "改建", "扩建"],
      condition_text: "活动不是“污水处理厂”或“农村污水设施”",
      where_text: "在工业园区内，部分在内或穿越也算",
      when_text: "所涉要素的“污水集中处理设施”为未建成，且所涉要素的“集中处理设施期限”早于基准日",
      theme_title: "工业园区",
      successor: null,
    });
    expect((await rules("q=WS-08&lang=en"))[0]).toMatchObject({
      who_text: "construction seriously polluting to water (New, Expanded)",
      where_text: "inside, partly inside or across: quasi drinking-water protection zone",
      when_text: null,
      condition_text: null,
    });
  });

  it("one rule has every row of its id, and says what its classes are", async () => {
    const rule = await get<RuleWithLives>("/api/rules/WS-05");
    expect(rule).toMatchObject({ instrument: CODE, in_force: true });
    expect(rule.lives.map(({ instrument, status }) => [instrument, status])).toEqual([
      [LAW, "repealed"],
      [CODE, "in_force"],
    ]);
    expect(rule.class_words.map(({ code }) => code)).toEqual(["polluting_project", "second_zone_review"]);
    expect(rule.class_words[0]).toMatchObject({ confidence: "memory", title: "排放污染物的建设项目" });
    expect(await get<RuleWithLives>(`/api/rules/WS-05?as_of=${OLD}`)).toMatchObject({ instrument: LAW, status: "in_force" });
  });

  describe("what changed between two days", () => {
    it("the water pollution law's rows are succeeded by the Code's, row by row", async () => {
      const { items, counts } = await changes(`from=${OLD}&to=${NEW}`);
      const pairs = catalogue.rules
        .filter(({ instrument }) => instrument === LAW)
        .map(({ id }) => id)
        .filter((id) => catalogue.rules.some((rule) => rule.id === id && rule.instrument === CODE));
      expect(pairs.length).toBeGreaterThan(10);
      const succeeded = items.filter(({ kind }) => kind === "succeeded");
      expect(counts.succeeded).toBe(succeeded.length);
      for (const id of pairs) {
        const { before, after, on, differs } = succeeded.find((each) => each.after?.id === id) as RuleChange;
        expect([before?.instrument, after?.instrument, before?.id, on]).toEqual([LAW, CODE, id, NEW]);
        expect(differs.slice(0, 2)).toEqual(["instrument", "article"]);
      }
      expect(succeeded.find(({ after }) => after?.id === "WS-01a")).toMatchObject({
        before: { article: "第六十四条" },
        after: { article: "第三百一十八条" },
      });
    });
    it("the day a plan's horizon passes its rows stand otherwise", async () => {
      const { items, counts } = await changes("from=2020-12-31&to=2021-01-01&instrument=yongchuan_plan_2016");
      expect(counts).toEqual({ succeeded: 0, began: 0, ended: 0, between: 0, status: items.length });
      expect(items[0]).toMatchObject({
        kind: "status",
        on: "2021-01-01",
        before: { status: "in_force" },
        after: { status: "horizon_passed" },
        differs: ["status"],
      });
    });
    it("every rule in force on the second day began, was there unchanged, or took over", async () => {
      const { items } = await changes("from=2015-01-01&to=2026-11-25");
      const touched = new Set(items.flatMap(({ after }) => after?.id ?? []));
      const same = new Set(rulesInForce(catalogue, "2015-01-01"));
      const now = rulesInForce(catalogue, "2026-11-25");
      expect(now.filter((rule) => !touched.has(rule.id) && !same.has(rule))).toEqual([]);
    });
    it("filters let a change pass by either side, and the days are the same whatever they are", async () => {
      const all = await changes(`from=${OLD}&to=${NEW}`);
      const one = await changes(`from=${OLD}&to=${NEW}&instrument=${LAW}&q=WS-02`);
      expect(one.items.map(({ after }) => after?.id)).toEqual(["WS-02"]);
      expect(one.days).toEqual(all.days);
      expect(all.days.map(({ day }) => day)).toEqual(expect.arrayContaining([NEW, "2021-01-01"]));
    });
    it("pages without a gap, and takes today as the second day", async () => {
      const { to, items } = await changes("from=2015-01-01");
      expect(to).toBe("2026-11-25");
      const seen: RuleChange[] = [];
      let path: string | undefined = "/api/rules/changes?from=2015-01-01&limit=50";
      while (path !== undefined) {
        const next: RuleChanges = await get<RuleChanges>(path);
        seen.push(...next.items);
        path = next.links.find(({ rel }) => rel === "next")?.href;
      }
      expect(seen).toEqual(items);
    });
  });

  describe("as a file", () => {
    const table = async (path: string) => {
      const response = await fetch(base + path);
      expect(response.headers.get("content-type")).toContain("text/csv");
      expect(response.headers.get("content-disposition")).toContain("attachment");
      return parse(await response.text(), { columns: true, bom: true }) as Record<string, string>[];
    };
    it("csv has every row that passes, whatever the limit, in words", async () => {
      const rows = await table("/api/rules?confidence=memory&f=csv&limit=1");
      expect(rows).toHaveLength((await rules("confidence=memory")).length);
      expect(new Set(rows.map((row) => row["核对情况"]))).toEqual(new Set(["凭记忆录入，未核对原文"]));
      expect((await table("/api/rules?q=WS-02&f=csv&lang=en"))[0]).toMatchObject({ Rule: "WS-02", Article: "art. 319(1)" });
    });
    it("changes have old and new side by side", async () => {
      const rows = await table(`/api/rules/changes?from=${OLD}&to=${NEW}&q=WS-01a&f=csv`);
      expect(rows).toMatchObject([
        { 变化: "接续", 规则编号: "WS-01a", "条款（原）": "第六十四条", "条款（新）": "第三百一十八条" },
      ]);
    });
  });

  it.each([
    ["/api/rules?class=moon", "?class"],
    ["/api/rules?theme=moon", "?theme"],
    ["/api/rules?instrument=moon", "?instrument"],
    ["/api/rules?effect=forbid", "?effect"],
    ["/api/rules?confidence=high", "?confidence"],
    ["/api/rules?status=fine", "?status"],
    ["/api/rules?f=pdf", "?f"],
    [`/api/rules?q=${"x".repeat(201)}`, "?q"],
    ["/api/rules/changes", "?from"],
    ["/api/rules/changes?from=yesterday", "?from"],
    ["/api/rules/changes?from=2026-02-30&to=2026-03-01", "?from"],
    ["/api/rules/changes?from=2026-08-15&to=2026-08-14", "?to"],
    ["/api/rules/changes?from=2026-08-14&as_of=2026-08-15", "?as_of"],
    ["/api/rules/WS-02?q=ban", "?q"],
  ])("%s is a 400 that points at %s", async (path, pointer) => {
    const response = await fetch(base + path);
    expect(response.status).toBe(400);
    expect(((await response.json()) as Problem).errors).toMatchObject([{ pointer }]);
  });
});
