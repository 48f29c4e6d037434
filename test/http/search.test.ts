/** Search and what is related to a feature, from the outside, on both engines. */
import { CompiledQuery } from "kysely";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Item, Landing } from "../../server/api/collections.ts";
import type { FeatureCollection, List, Problem } from "../../server/api/common.ts";
import type { Hit, Related, Relation, Version } from "../../server/api/search.ts";
import { layerOf, layers } from "../../server/layers/index.ts";
import { columnsOf } from "../../server/layers/layer.ts";
import { eachEngine } from "../support/engines.ts";
import { type Service, startService } from "../support/service.ts";

const DAY = "2026-11-22";

it("every declared reference names a layer", () => {
  const named = layers.flatMap((layer) => Object.values(columnsOf(layer)).flatMap(({ refers }) => refers ?? []));
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((id) => !layerOf(id))).toEqual([]);
});

eachEngine((engine) => {
  let service: Service;
  beforeAll(async () => {
    service = await startService(await engine.open());
  });
  afterAll(() => service.close());

  const find = (q: string, more = `&datetime=${DAY}`) => service.json<List<Hit>>(`/api/search?q=${encodeURIComponent(q)}${more}`);
  const codes = async (q: string, more?: string) => (await find(q, more)).items.map(({ code }) => code);
  const relatedTo = (layer: string, code: string, datetime = DAY) =>
    service.json<Related>(`/api/collections/${layer}/items/${encodeURIComponent(code)}/related?datetime=${datetime}`);
  const named = ({ groups }: Related, relation: Relation, layer: string, column: string | null = null) =>
    groups.find((group) => group.relation === relation && group.layer === layer && group.column === column);

  it("a whole name comes first, then what begins with it, then what holds it, then what has it for an alias", async () => {
    const { items, numberMatched, numberReturned } = await find("临江河", `&limit=50&datetime=${DAY}`);
    expect(items[0]).toMatchObject({ layer: "river", theme: "river", code: "R-500118-linjiang", matched: "临江河" });
    const rank = ({ name, code, matched }: Hit) =>
      name.zh === "临江河"
        ? 0
        : name.zh.startsWith("临江河")
          ? 1
          : name.zh.includes("临江河") || code.includes("临江河")
            ? 2
            : matched === "临江河"
              ? 3
              : 4;
    const ranks = items.map(rank);
    expect(ranks).toEqual(ranks.toSorted());
    expect(new Set(ranks)).toEqual(new Set([0, 1, 2, 3]));
    expect([numberMatched, numberReturned]).toEqual([items.length, items.length]);
  });

  it("a hit says what it is, in whose district, and where", async () => {
    const [hit] = (await find("500118-HJZB-1")).items;
    expect(hit).toMatchObject({
      layer: "protection_zone",
      theme: "protection_zone/first",
      code: "500118-HJZB-1",
      name: { zh: "红江闸坝饮用水水源一级保护区", en: expect.stringContaining("Hongjiang") },
      matched: "500118-HJZB-1",
      jurisdiction: "500118",
    });
    const [west, south, east, north] = hit!.bbox;
    const [lon, lat] = hit!.position;
    expect(west <= lon && lon <= east && south <= lat && lat <= north).toBe(true);
    expect([lon, lat]).toEqual([expect.closeTo(105.95, 1), expect.closeTo(29.23, 1)]);
  });

  it.each([
    ["an alias", "凤凰湖园区", "P-500118-FHH"],
    ["a code in small letters", "p-500118-fhh", "P-500118-FHH"],
    ["a part of a code", "HJZB-2", "500118-HJZB-2"],
    ["an English name", "FENGHUANGHU industrial PARK", "P-500118-FHH"],
    ["full-width letters", "Ｐ－５００１１８－ＦＨＨ", "P-500118-FHH"],
    ["words apart", "红江 取水口", "W-500118-HJZB-I"],
    ["a district by name", "库尔勒市", "652801"],
    ["a district by code", "520502", "520502"],
    ["a bracket of the name itself", "跳蹬河（黑臭", "B-500118-tiaodeng"],
  ])("finds by %s: %s", async (_, q, code) => {
    expect((await codes(q))[0]).toBe(code);
  });

  it("says which alias matched", async () => {
    expect((await find("凤凰湖园")).items[0]).toMatchObject({ code: "P-500118-FHH", matched: "凤凰湖园区" });
  });

  it("every layer can be found, and each kind under its own theme", async () => {
    for (const { id } of layers) {
      const { features } = await service.json<FeatureCollection>(`/api/collections/${id}/items?limit=1&datetime=${DAY}`);
      const code = String(features[0]!.id);
      expect(
        (await find(code)).items.find((hit) => hit.layer === id && hit.code === code),
        id,
      ).toBeDefined();
    }
    const themes = new Set((await find("示例", `&limit=50&datetime=${DAY}`)).items.map(({ theme }) => theme));
    for (const theme of themes)
      expect(
        layers.some(({ paint }) => paint.some((each) => each.theme === theme)),
        theme,
      ).toBe(true);
  });

  it("keeps to the date: what began or ended is found only while it holds", async () => {
    expect(await codes("P-500118-FHH", "&datetime=2018-01-01")).toEqual(["P-500118-FHH"]);
    expect(await codes("P-500118-FHH", "&datetime=1999-12-31")).toEqual([]);
  });

  it("keeps to the limit, and counts all", async () => {
    const all = await find("示例", `&limit=50&datetime=${DAY}`);
    const few = await find("示例", `&limit=3&datetime=${DAY}`);
    expect(few.items).toEqual(all.items.slice(0, 3));
    expect([few.numberReturned, few.numberMatched]).toEqual([3, all.numberMatched]);
    expect(all.numberMatched).toBeGreaterThan(50);
  });

  it.each(["''", '"; drop table river; --', "%", "%%", "\\", "😀", "👩‍🌾".repeat(20), "<script>", "zzzz", "ﷺ", "${1}", "$1"])(
    "%s is looked for as it stands, and is nobody's name",
    async (q) => {
      const response = await service.get(`/api/search?q=${encodeURIComponent(q)}`);
      expect([response.status, ((await response.json()) as List<Hit>).items]).toEqual([200, []]);
    },
  );

  it("an underscore is an underscore", async () => {
    const { items } = await find("_", `&limit=50&datetime=${DAY}`);
    expect(items.length).toBeGreaterThan(0);
    for (const { code, name, matched } of items) expect(`${code} ${name.en} ${name.zh} ${matched}`).toContain("_");
    expect(await codes("R_500118_linjiang")).toEqual([]);
  });

  it.each([
    ["", "q="],
    ["blanks", "q=%20%E3%80%80"],
    ["none at all", ""],
    ["101 characters", `q=${"a".repeat(101)}`],
    ["NUL", "q=a%00b"],
    ["a limit of 0", "q=a&limit=0"],
    ["a limit of 51", "q=a&limit=51"],
    ["no date", "q=a&datetime=soon"],
    ["an unknown parameter", "q=a&page=2"],
    ["two questions", "q=a&q=b"],
  ])("refuses %s by name", async (_, query) => {
    const response = await service.get(`/api/search?${query}&lang=en`);
    const problem = (await response.json()) as Problem;
    expect([response.status, problem.type]).toEqual([400, "/problems/bad-parameter"]);
    expect(problem.errors![0]!.pointer).toMatch(/^\?(q|limit|datetime|page)$/);
  });

  it("100 characters are taken, whatever their size", async () => {
    expect((await service.get(`/api/search?q=${encodeURIComponent("😀".repeat(100))}`)).status).toBe(200);
  });

  it("is among the links of the landing page, as the examples are", async () => {
    const { links } = await service.json<Landing>("/api");
    expect(links.map(({ href }) => href)).toEqual(expect.arrayContaining(["/api/search", "/api/examples"]));
  });

  it("a reference is told from both ends: by code, and by a name of the same district", async () => {
    const reach = await relatedTo("reach", "R-500118-linjiang-01");
    expect(named(reach, "refers_to", "river", "river")).toMatchObject({ total: 1, items: [{ code: "R-500118-linjiang" }] });
    const river = await relatedTo("river", "R-500118-linjiang");
    expect(named(river, "referred_by", "reach", "river")!.items.map(({ code }) => code)).toContain("R-500118-linjiang-01");
    expect(named(river, "referred_by", "monitoring_section", "river")!.total).toBeGreaterThan(0);

    const zone = await relatedTo("protection_zone", "500118-HJZB-1");
    expect(named(zone, "refers_to", "water_source", "water_source")!.items.map(({ code }) => code)).toEqual(["W-500118-HJZB"]);
    const source = await relatedTo("water_source", "W-500118-HJZB");
    expect(named(source, "referred_by", "protection_zone", "water_source")!.items.map(({ code }) => code)).toEqual([
      "500118-HJZB-1",
      "500118-HJZB-2",
    ]);
    expect(named(source, "referred_by", "water_source", "source_code")!.items.map(({ code }) => code)).toEqual([
      "W-500118-HJZB-I",
    ]);
  });

  it("a relation of place is told from both ends", async () => {
    const zone = await relatedTo("protection_zone", "500118-HJZB-1");
    expect(named(zone, "holds", "water_source")!.items.map(({ code }) => code)).toContain("W-500118-HJZB");
    expect(named(zone, "touches", "protection_zone")!.items.map(({ code }) => code)).toEqual(["500118-HJZB-2"]);
    expect(named(zone, "meets", "river")!.items.map(({ code }) => code)).toEqual(["R-500118-linjiang"]);
    const source = await relatedTo("water_source", "W-500118-HJZB");
    expect(named(source, "lies_in", "protection_zone")!.items.map(({ code }) => code)).toEqual(["500118-HJZB-1"]);
    expect(named(source, "coincides", "water_source")!.items.map(({ code }) => code)).toEqual(["W-500118-HJZB-I"]);
    expect(zone.as_of).toBe(DAY);
  });

  it("lists at most 50 by place, and counts them all, each group with a share", async () => {
    const { groups } = await relatedTo("jurisdiction", "500118");
    const placed = groups.filter(({ column }) => column === null);
    expect(placed.reduce((sum, { items }) => sum + items.length, 0)).toBe(50);
    const facilities = placed.find(({ layer, relation }) => layer === "facility" && relation === "holds")!;
    expect(facilities.total).toBeGreaterThan(300);
    for (const { items, total } of groups) expect(items.length > 0 && items.length <= total).toBe(true);
  });

  it("what is not in force on the date is not related, and a code has its lives", async () => {
    const response = await service.get("/api/collections/industrial_park/items/P-500118-FHH/related?datetime=1999-01-01");
    expect([response.status, ((await response.json()) as Problem).type]).toEqual([404, "/problems/unknown-feature"]);
    const lives = await service.json<List<Version>>("/api/collections/industrial_park/items/P-500118-FHH/versions");
    expect(lives.items.map(({ valid_from, valid_to }) => [valid_from, valid_to])).toEqual([
      ["2000-01-01", "2016-11-30"],
      ["2016-11-30", null],
    ]);
    const item = await service.json<{ theme: string }>("/api/collections/protection_zone/items/500118-HJZB-1");
    expect(item.theme).toBe("protection_zone/first");
    expect(item).not.toHaveProperty("project");
  });

  it("a facility comes with the project that it is judged as, since when it stands included", async () => {
    const path = "/api/collections/facility/items/F-500118-livestock_farm-002";
    const { project, properties } = await service.json<Item>(path);
    expect(project).toMatchObject({ activity: "livestock_farm", actions: ["existing", "operating"] });
    expect(project!.attributes["annual_output"]).toBe(properties!["annual_output"]);
    expect(properties!["opened"]).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    expect(project!.attributes["since"]).toBe(properties!["opened"]);
    // In either language the project is the same.
    expect((await service.json<Item>(`${path}?lang=en`)).project).toEqual(project);
  });

  it.each([
    ["/api/collections/rivers/items/x/related", 404, "unknown-layer"],
    ["/api/collections/river/items/nobody/related", 404, "unknown-feature"],
    ["/api/collections/river/items/'%20or%201=1/related", 404, "unknown-feature"],
    ["/api/collections/river/items/R-500118-linjiang/related?datetime=soon", 400, "bad-parameter"],
    ["/api/collections/river/items/R-500118-linjiang/related?limit=5", 400, "bad-parameter"],
    ["/api/collections/river/items/nobody/versions", 404, "never-known"],
    ["/api/collections/rivers/items/x/versions", 404, "unknown-layer"],
  ])("%s is %d %s", async (path, status, type) => {
    const response = await service.get(path);
    expect([response.status, ((await response.json()) as Problem).type]).toEqual([status, `/problems/${type}`]);
  });

  it("a feature alone has no relations: an empty list", async () => {
    await service.database.db.executeQuery(
      CompiledQuery.raw(
        "insert into river (code, name_zh, name_en, valid_from, basis, source, file, stream_order, geom, geom_3857) values ('R-ALONE', '孤河', 'Lone River', '2000-01-01', 'schematic', 'test', 'test', 1, st_geomfromtext('MULTILINESTRING((0 0, 0 1))', 4490), st_geomfromtext('MULTILINESTRING((0 0, 0 1))', 3857))",
      ),
    );
    expect((await relatedTo("river", "R-ALONE")).groups).toEqual([]);
    expect(await codes("孤河")).toEqual(["R-ALONE"]);
  });
});
