/** The catalogue as shipped, the loader on small broken ones, and its routes over HTTP. No database. */
import { statutesOnly } from "../support/service.ts";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import express from "express";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Activity, Instrument, Rule } from "../../server/api/catalogue.ts";
import type { List, Problem } from "../../server/api/common.ts";
import { CatalogueError, loadCatalogue, rulesInForce } from "../../server/catalogue.ts";
import { openFacts, reachOf } from "../../server/domain/classify.ts";
import { problemHandler } from "../../server/problem.ts";
import { catalogueRoutes } from "../../server/routes/catalogue.ts";
import { GEODATA, readCatalogue } from "../../server/service.ts";

const catalogue = readCatalogue();
const OLD = "2026-08-14";
const NEW = "2026-08-15";
/** Of the old law, of the Code and of the replies; the Water Law says WS-01 beside both. */
const WATER_LAW = "water_law_2016";
const rows = (asOf: string) =>
  rulesInForce(catalogue, asOf).filter(({ id, instrument }) => id.startsWith("WS-0") && instrument !== WATER_LAW);

describe("the vocabulary", () => {
  /** Section 3.1 of rules-and-standards, slash rows split, and the one class that is chosen as an activity beside them. */
  const CODES =
    `industrial_park coal_boiler air_limited_use groundwater_well public_building source_commercial_use phosphate_detergent forest_felling destructive_fishing outfall construction_unrelated water_supply_facility protection_works polluting_project heavy_polluting livestock_farm
    livestock_small grazing cage_aquaculture pond_aquaculture tourism swim_angle catering residential planting_new planting_existing
    pesticide_fert haz_chem_store oil_depot gas_station mineral_heap waste_dump msw_transfer landfill tailings_pond wharf_cargo wharf_other
    haz_transport road_bridge pipeline power_telecom sand_mining mining channel_works building_obstruct dike_activity chem_park chem_project
    wwtp rural_sewage graveyard sewage_irrigation vehicle_wash photovoltaic other_polluting_activity`.split(/\s+/);

  it.each(CODES)("%s is there, in both languages, with everyday names and actions", (code) => {
    const activity = catalogue.activities.find((each) => each.code === code)!;
    for (const text of [activity.title, activity.note, ...activity.aliases]) {
      expect(text.zh).toMatch(/[\u4e00-\u9fff]/);
      expect(text.en).not.toMatch(/[\u4e00-\u9fff]/);
    }
    expect(activity.actions).toContain("operating");
    if (activity.tags.includes("construction"))
      expect(activity.actions).toEqual(["new", "rebuilt", "expanded", "existing", "operating"]);
  });
  it("has nothing else", () => expect(catalogue.activities.map(({ code }) => code).toSorted()).toEqual(CODES.toSorted()));
  it("every English text is English", () =>
    expect(
      JSON.stringify([catalogue.attributes, catalogue.classes, catalogue.themes, catalogue.rules, catalogue.instruments]).match(
        /"en":"[^"]*[\u4e00-\u9fff][^"]*"/g,
      ),
    ).toBeNull());
  it("is frozen all through", () => {
    expect(Object.isFrozen(catalogue.rules[0]?.who.actions)).toBe(true);
    expect(() => (catalogue.activities as unknown[]).push({})).toThrow();
  });
  it("sets no operator setting everywhere: what the source gives no number for is unknown", () =>
    expect(catalogue.settings).toEqual({}));
});

describe("WS-01 to WS-09", () => {
  const ARTICLES: Record<string, [old: string, now: string, paragraph: string | null]> = {
    "WS-01": ["64", "318", null],
    "WS-02": ["65", "319", "1"],
    "WS-03": ["65", "319", "1"],
    "WS-04": ["65", "319", "2"],
    "WS-05": ["66", "320", "1"],
    "WS-06": ["66", "320", "1"],
    "WS-07": ["66", "320", "2"],
    "WS-08": ["67", "321", null],
    "WS-09": ["67", "321", null],
  };
  it.each(Object.entries(ARTICLES))("%s stands in both laws, each on its own days", (id, [old, now, paragraph]) => {
    for (const [asOf, article, instrument] of [
      [OLD, old, "water_pollution_prevention_law_2017"],
      [NEW, now, "ecological_environment_code_2026"],
    ] as const) {
      const found = rows(asOf).filter((row) => row.id.startsWith(id) && !row.id.includes("-R"));
      expect(found.length).toBeGreaterThan(0);
      for (const row of found)
        expect({ article: row.article, instrument: row.instrument }).toEqual({
          article: { article, paragraph, item: null },
          instrument,
        });
    }
  });
  it("the same ids on the last day of the old law and the first of the Code, each once", () => {
    const ids = (asOf: string) =>
      rows(asOf)
        .map(({ id }) => id)
        .toSorted();
    expect(ids(NEW)).toEqual(ids(OLD));
    expect(new Set(ids(NEW)).size).toBe(ids(NEW).length);
    expect(ids("2017-12-31")).toEqual([]);
  });
  it("the Water Law says WS-01 too, on both days and before the old law's", () => {
    for (const asOf of [OLD, NEW, "2017-12-31"]) {
      const found = rulesInForce(catalogue, asOf).filter(
        ({ id, instrument }) => id.startsWith("WS-0") && instrument === WATER_LAW,
      );
      expect(found.map(({ id, effect, article }) => `${id} ${effect} ${article.article}`)).toEqual([
        "WS-01e prohibit 34",
        "WS-01f prohibit 34",
        "WS-01g remove 34",
        "WS-01h remove 34",
      ]);
    }
  });
  it("what is done with what is there: effects and actions", () => {
    const effect = (id: string) =>
      rows(NEW)
        .filter((row) => row.id.startsWith(id) && !row.id.includes("-R"))
        .map((row) => `${row.effect} ${row.who.actions.join("+")}`);
    expect(effect("WS-01")).toEqual([
      ...Array<string>(2).fill("prohibit new+rebuilt+expanded"),
      ...Array<string>(2).fill("remove existing+operating"),
    ]);
    expect(effect("WS-02")).toEqual(["prohibit new+rebuilt+expanded"]);
    expect(effect("WS-03")).toEqual(["remove existing+operating"]);
    expect(effect("WS-06")).toEqual(["remove existing+operating"]);
    expect(effect("WS-07").every((each) => each.startsWith("condition"))).toBe(true);
    expect(effect("WS-08")).toEqual(["prohibit new+expanded"]);
    expect(effect("WS-09")).toEqual(["no_increase rebuilt"]);
  });
  it("quotes are left to the operator, and nothing from memory is called verified", () => {
    for (const row of catalogue.rules) expect(row.quote).toBeNull();
    for (const row of catalogue.rules.filter(({ id }) => /^WS-.*-R/.test(id)))
      expect({ effect: row.effect, confidence: row.confidence }).toEqual({ effect: "review", confidence: "memory" });
    // One notice was read on its ministry's own site; no other text without the force of law was read whole.
    for (const { id, status } of catalogue.instruments.filter(({ rank }) => rank === "normative_document"))
      expect(status, id).toBe(id === "red_line_notice_2022" ? "in_force" : "unverified");
    for (const { id, jurisdiction, horizon, status } of catalogue.instruments.filter(({ rank }) => rank === "work_plan")) {
      if (id === "water_action_plan_2015") expect(jurisdiction, `${id} is the State Council's`).toBeNull();
      else expect(jurisdiction, `${id} is a district's`).toMatch(/^\d{6}$/);
      expect(horizon !== null || status === "draft", `${id} has a horizon, or is a draft`).toBe(true);
    }
  });

  const open = new Map(catalogue.activities.map((activity) => [activity.code, openFacts(activity, catalogue)]));
  const concerning = (code: string, action: string, level: string, asOf = NEW) =>
    rows(asOf).filter(
      (row) =>
        row.where.theme === `protection_zone/${level}` &&
        row.who.actions.includes(action as never) &&
        reachOf(row, open.get(code)!).possible,
    );

  it("in a first-level zone every activity meets a rule, but works for supply or source protection", () => {
    const floor = catalogue.activities.flatMap(({ code, actions }) =>
      actions.filter((action) => concerning(code, action, "first").length === 0).map((action) => `${code} ${action}`),
    );
    const exempt = ["new", "rebuilt", "expanded", "existing"].flatMap((action) => [
      `water_supply_facility ${action}`,
      `protection_works ${action}`,
    ]);
    expect(floor.toSorted(), "these fall to the judge's floor").toEqual(exempt.toSorted());
  });
  it("roads, village houses and sewered catering go to review in a second-level zone; roads are never banned there by discharge", () => {
    const ids = (code: string, action: string) => concerning(code, action, "second").map(({ id }) => id);
    expect(ids("road_bridge", "new")).toEqual(["WS-05-R1"]);
    expect(ids("road_bridge", "existing")).toEqual(["WS-06-R1"]);
    expect(ids("residential", "existing").toSorted()).toEqual(["WS-06", "WS-06-R2"]);
    expect(ids("catering", "new").toSorted()).toEqual(["WS-05", "WS-05-R3"]);
    expect(ids("tourism", "operating")).toEqual(["WS-07"]);
  });
});

describe("checklists", () => {
  it.each(["500118", "national"])(
    "%s asks the district and every protection zone, and says that it is a sample",
    (jurisdiction) => {
      const list = catalogue.checklists.find((each) => each.jurisdiction === jurisdiction)!;
      expect(list.themes.slice(0, 5)).toEqual([
        "jurisdiction",
        "protection_zone/first",
        "protection_zone/second",
        "protection_zone/quasi",
        "protection_zone/rural",
      ]);
      expect(list.source.zh).toContain("水界示例");
      expect(list.source.en).toContain("Shuijie");
    },
  );
});

const SINCE = {
  title: { zh: "since", en: "since" },
  help: { zh: "why", en: "why" },
  type: "date",
  unit: null,
  options: null,
  min: null,
  max: null,
  absent: null,
};

describe("orders and settings of places", () => {
  it("every order stands on a feature that is shipped, or on a district", () => {
    for (const { id, jurisdiction, target } of catalogue.orders!) {
      if (target.layer === "jurisdiction") continue;
      const file = join(GEODATA, "layers", target.layer, `${jurisdiction}.geojson`);
      const { features } = JSON.parse(readFileSync(file, "utf8")) as { features: { properties: { code: string } }[] };
      expect(
        features.map(({ properties }) => properties.code),
        id,
      ).toContain(target.code);
    }
  });
  it("every text of theirs in English is English", () =>
    expect(
      JSON.stringify([catalogue.place_settings, catalogue.setting_families, catalogue.orders]).match(
        /"en":"[^"]*[\u4e00-\u9fff][^"]*"/g,
      ),
    ).toBeNull());
});

describe("the loader", () => {
  const FIXTURES = join(import.meta.dirname, "..", "fixtures", "catalogue");
  const columns = (theme: { layer: string }) => (theme.layer === "protection_zone" ? ["level", "established"] : null);
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "shuijie-catalogue-"));
    cpSync(join(FIXTURES, "good"), folder, { recursive: true });
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const load = () => loadCatalogue(folder, columns);
  const faults = () => {
    try {
      load();
    } catch (error) {
      if (error instanceof CatalogueError) return error.faults;
      throw error;
    }
    return [];
  };

  it("takes the good one, settings and orders included", () =>
    expect(load()).toMatchObject({
      rules: { length: 4 },
      settings: { "scale.pig": 500 },
      orders: [{ id: "O-1" }, { id: "O-2" }],
    }));
  it("goes without settings and orders", () => {
    rmSync(join(folder, "settings"), { recursive: true });
    rmSync(join(folder, "orders"), { recursive: true });
    expect(load()).toMatchObject({ settings: {}, place_settings: [], orders: [] });
  });
  it("does not pass over settings of the old kind in silence", () => {
    writeFileSync(join(folder, "settings.json"), "{}");
    expect(faults()).toEqual([
      { file: "settings.json", path: "", detail: expect.stringContaining("settings/<GB2260 code>.json") },
    ]);
  });
  it("lets whatever can stand say since when, once", () => {
    writeFileSync(
      join(folder, "vocabulary", "attributes.json"),
      JSON.stringify([
        ...(JSON.parse(readFileSync(join(folder, "vocabulary", "attributes.json"), "utf8")) as object[]),
        { ...SINCE, name: "since" },
      ]),
    );
    const asked = Object.fromEntries(load().activities.map(({ code, attributes }) => [code, attributes.includes("since")]));
    expect(asked).toEqual({ factory: true, farm: false, swimming: true });
    for (const { attributes } of catalogue.activities)
      expect(attributes.filter((name) => name === "since").length).toBeLessThan(2);
  });
  it("knows no columns of a layer that this version does not have", () =>
    expect(() => loadCatalogue(folder, () => null)).not.toThrow());
  it("versions the files: a changed word is another version", () => {
    const before = load().version;
    expect(load().version).toBe(before);
    set("rules/law.json#/rules/0/gist/en", "other words");
    expect(load().version).not.toBe(before);
  });

  /** Sets one value in one file (`rules/law.json#/rules/0/effect`); a file without a pointer is removed. */
  function set(target: string, value: unknown): void {
    const [file, pointer] = target.split("#") as [string, string | undefined];
    if (pointer === undefined) return rmSync(join(folder, file));
    const json = JSON.parse(readFileSync(join(folder, file), "utf8")) as never;
    const keys = pointer.slice(1).split("/");
    const holder = keys.slice(0, -1).reduce((inner: Record<string, never>, key) => inner[key]!, json);
    (holder as Record<string, unknown>)[keys.at(-1)!] = value;
    writeFileSync(join(folder, file), JSON.stringify(json));
  }

  const cases = readdirSync(join(FIXTURES, "bad")).map((file) => file.replace(/\.json$/, ""));
  it.each(cases)("refuses %s", (name) => {
    const bad = JSON.parse(readFileSync(join(FIXTURES, "bad", `${name}.json`), "utf8")) as {
      set: Record<string, unknown>;
      faults: { file: string; path: string; detail: string }[];
    };
    for (const [target, value] of Object.entries(bad.set)) set(target, value);
    expect(faults()).toEqual(
      bad.faults.map(({ file, path, detail }) => ({ file, path, detail: expect.stringContaining(detail) })),
    );
  });
  it("says file, path and fault in one sentence each, and names a file that is no JSON", () => {
    writeFileSync(join(folder, "vocabulary", "themes.json"), "[");
    set("rules/law.json#/rules/0/effect", "forbid");
    expect(load).toThrow(/2 fault\(s\):\n {2}vocabulary\/themes\.json : .*\n {2}rules\/law\.json rules\/0\/effect: /);
  });
});

/** What a district adds does not move these tests. */
const statutes = statutesOnly(catalogue);

describe("over HTTP", () => {
  let server: Server;
  let base: string;
  beforeAll(async () => {
    const app = express();
    app.use(catalogueRoutes(statutes, () => new Date("2026-11-22T04:00:00Z")));
    app.use(problemHandler({ error: () => undefined }, () => undefined));
    server = createServer(app).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => server.close());
  const get = async <T>(path: string): Promise<T> => (await fetch(base + path)).json() as Promise<T>;
  const activities = (query: string) => get<List<Activity>>(`/api/activities?${query}`);
  const decides = async (code: string, query: string) => {
    const { items } = await activities(`activity=${code}&${query}`);
    return Object.fromEntries(items[0]!.attributes.map(({ name, decides: ids }) => [name, ids]));
  };

  it.each([
    ["养猪场", "livestock_farm"],
    ["大型养猪场扩建工程", "livestock_farm"],
    ["奶牛场", "livestock_farm"],
    ["农家乐", "catering"],
    ["民宿", "catering"],
    ["鱼塘", "pond_aquaculture"],
    ["码头", "wharf_cargo"],
    ["加油站", "gas_station"],
    ["化工厂", "chem_project"],
    ["电镀厂", "heavy_polluting"],
    ["光伏电站", "photovoltaic"],
    ["公路", "road_bridge"],
    ["Pig farm", "livestock_farm"],
    ["fish pond", "pond_aquaculture"],
    ["solar", "photovoltaic"],
    ["wwtp", "wwtp"],
  ])("%s finds %s first", async (words, code) =>
    expect((await activities(`q=${encodeURIComponent(words)}`)).items[0]?.code).toBe(code),
  );
  it("words that nothing bears find nothing", async () =>
    expect(await activities("q=zzz")).toMatchObject({ items: [], numberMatched: 0, numberReturned: 0 }));
  it("speaks Chinese unless asked for English", async () => {
    expect((await activities("q=养猪场")).items[0]).toMatchObject({ title: "规模畜禽养殖场", construction: true });
    expect((await activities("q=养猪场&lang=en")).items[0]?.title).toBe("Livestock farm at scale");
  });

  it("asks a new farm what it emits and where the manure goes, and never its purpose", async () => {
    const asked = await decides("livestock_farm", "action=new");
    expect(asked["emits"]).toEqual(["WS-05"]);
    expect(asked["manure_route"]).toEqual(["WS-05"]);
    expect(asked["annual_output"]).toEqual([]);
    expect(asked).not.toHaveProperty("purpose");
  });
  it("asks a road its purpose only where it is built, and what it emits only in use", async () => {
    expect(await decides("road_bridge", "action=new")).toMatchObject({ purpose: ["WS-02"], emits: [] });
    expect((await decides("road_bridge", "action=operating"))["emits"]).toEqual(["WS-04b"]);
  });
  it("asks catering where its sewage goes, for the ban and for the review", async () =>
    expect((await decides("catering", "action=new"))["sewer_destination"]).toEqual(["WS-05", "WS-05-R3"]));
  it("asks for the industry code where something is built or enlarged in a quasi zone", async () => {
    expect((await decides("construction_unrelated", "action=expanded"))["industry_code"]).toEqual(["WS-08"]);
    expect((await decides("construction_unrelated", "action=rebuilt"))["industry_code"]).toEqual([]);
  });
  it("decides by the rules of the date", async () =>
    expect((await decides("livestock_farm", "as_of=2017-12-31"))["emits"]).toEqual([]));
  it("every attribute that a rule waits for is asked, and says why", async () => {
    for (const { attributes } of (await activities("lang=en")).items)
      for (const { help, options, type } of attributes)
        expect({ help: help !== "", options: options !== null }).toEqual({ help: true, options: type.startsWith("choice") });
  });

  it("lists the rules of the day, cited as statutes are", async () => {
    const now = await get<List<Rule>>("/api/rules?layer=protection_zone");
    expect(now.items.find(({ id }) => id === "WS-02")).toMatchObject({
      article: "第三百一十九条第一款",
      instrument_title: "中华人民共和国生态环境法典",
      theme: "protection_zone/first",
      layer: "protection_zone",
      effect: "prohibit",
      quote: null,
    });
    const then = await get<List<Rule>>(`/api/rules?as_of=${OLD}&lang=en`);
    expect(then.items.find(({ id }) => id === "WS-02")).toMatchObject({ article: "art. 65(1)", valid_to: NEW });
    expect((await get<List<Rule>>("/api/rules?layer=control_area")).items).toEqual([]);
  });
  it("narrows by activity and action", async () => {
    const ids = async (query: string) => (await get<List<Rule>>(`/api/rules?${query}`)).items.map(({ id }) => id);
    expect(await ids("activity=livestock_farm&action=new")).toEqual(["WS-02", "WS-05"]);
    expect(await ids("activity=swim_angle")).toEqual(["WS-04a", "WS-04b"]);
    expect(await ids("activity=swim_angle&action=rebuilt")).toEqual([]);
  });
  it("gives one rule as it stood on a date, or a 404 that names it", async () => {
    expect(await get<Rule>(`/api/rules/WS-08?as_of=${OLD}`)).toMatchObject({ id: "WS-08", article: "第六十七条" });
    for (const path of ["/api/rules/WS-99", "/api/rules/WS-08?as_of=2017-12-31"]) {
      const response = await fetch(base + path);
      expect(response.status).toBe(404);
      expect(((await response.json()) as Problem).type).toBe("/problems/unknown-rule");
    }
  });
  it("lists the instruments of the day", async () => {
    const ids = async (query: string) => (await get<List<Instrument>>(`/api/instruments?${query}`)).items.map(({ id }) => id);
    expect(await ids("")).toEqual(["ecological_environment_code_2026", "mee_reply_2018_767", "mep_reply_2009_33"]);
    expect(await ids(`as_of=${OLD}&jurisdiction=500118`)).toEqual([
      "mee_reply_2018_767",
      "mep_reply_2009_33",
      "water_pollution_prevention_law_2017",
    ]);
    expect(await ids("activity=swim_angle")).toEqual(["ecological_environment_code_2026"]);
  });
  it("pages by next links until nothing is left, without a gap", async () => {
    const seen: string[] = [];
    let path: string | undefined = "/api/rules?limit=7";
    while (path !== undefined) {
      const page: List<Rule> = await get<List<Rule>>(path);
      expect(page.numberReturned).toBe(page.items.length);
      seen.push(...page.items.map(({ id }) => id));
      path = page.links.find(({ rel }) => rel === "next")?.href;
    }
    expect(seen).toEqual((await get<List<Rule>>("/api/rules")).items.map(({ id }) => id));
  });
  it.each([
    ["/api/activities?colour=red", "?colour"],
    ["/api/activities?activity=pig_palace", "?activity"],
    ["/api/activities?action=demolish", "?action"],
    ["/api/activities?after=pig_palace", "?after"],
    ["/api/rules?p=ban", "?p"],
    ["/api/rules?as_of=2026-02-30", "?as_of"],
    ["/api/rules?layer=moon", "?layer"],
    ["/api/rules?jurisdiction=chongqing", "?jurisdiction"],
    ["/api/rules?limit=0", "?limit"],
    ["/api/rules/WS-02?activity=farm", "?activity"],
    ["/api/instruments?as_of=2026-01-01&as_of=2026-01-02", "?as_of"],
    ["/api/instruments?lang=fr", "?lang"],
  ])("%s is a 400 that points at %s", async (path, pointer) => {
    const response = await fetch(base + path);
    expect(response.status).toBe(400);
    expect(((await response.json()) as Problem).errors).toMatchObject([{ pointer }]);
  });
});
