/** Five places at once: borders, competence, what breaks alone, and the named sites of 试一试; on both engines. */
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Check } from "../../server/api/checks.ts";
import type { List } from "../../server/api/common.ts";
import type { Example } from "../../server/api/examples.ts";
import { CONCLUSIONS } from "../../server/domain/conclude.ts";
import { readExamples } from "../../server/examples.ts";
import { layerOf } from "../../server/layers/index.ts";
import { GEODATA, readCatalogue } from "../../server/service.ts";
import { eachEngine } from "../support/engines.ts";
import { instrument, rule } from "../support/judging.ts";
import { CLEAN, FAR, rectangle, type Service, startService } from "../support/service.ts";

const EXAMPLES = readExamples(GEODATA);
/** A district that only the tests have, laid over the eastern edge of 永川. */
const NEIGHBOUR = "500116";
const NEXT_DOOR = rectangle(106.035, 29.3, 106.2, 29.5);
const ACROSS = rectangle(106.03, 29.4, 106.08, 29.402);
/** The township's source that a coarse outline leaves outside 桃山区. */
const OUTSIDE = rectangle(131.1, 45.83, 131.11, 45.84);
const IN_OUTSIDE = rectangle(131.104, 45.834, 131.105, 45.835);

describe("the sites of 试一试", () => {
  it("show each of the eight conclusions in at least two places", () => {
    for (const conclusion of CONCLUSIONS) {
      const where = new Set(EXAMPLES.filter((each) => each.conclusion === conclusion).map(({ district }) => district));
      expect(where.size, conclusion).toBeGreaterThanOrEqual(2);
    }
    expect(new Set(EXAMPLES.map(({ id }) => id)).size).toBe(EXAMPLES.length);
    expect(new Set(EXAMPLES.map(({ district }) => district)).size).toBe(5);
  });
});

eachEngine((engine) => {
  let service: Service;
  let geodata: string;
  beforeAll(async () => {
    geodata = await mkdtemp(join(tmpdir(), "shuijie-geodata-"));
    await cp(GEODATA, geodata, { recursive: true });
    await addNeighbour(geodata);
    const catalogue = readCatalogue();
    service = await startService(await engine.open(), {
      geodata,
      catalogue: {
        ...catalogue,
        version: `${catalogue.version}-neighbour`,
        instruments: [
          ...catalogue.instruments,
          instrument({ id: "neighbour", jurisdiction: NEIGHBOUR }),
          instrument({ id: "taoshan", jurisdiction: "230903" }),
        ],
        rules: [
          ...catalogue.rules,
          rule("duty", {
            id: "NEXT-1",
            instrument: "neighbour",
            where: { relation: "anywhere", theme: null },
            who: { classes: [] },
          }),
          rule("prohibit", {
            id: "TS-OWN",
            instrument: "taoshan",
            where: { theme: "protection_zone/first" },
            who: { classes: [] },
          }),
        ],
      },
    });
  });
  afterAll(async () => {
    await service.close();
    await rm(geodata, { recursive: true });
  });

  it.each(EXAMPLES.map((each) => [each.id, each] as const))(
    "试一试 %s reaches its conclusion, in both languages",
    async (_, example) => {
      for (const lang of ["zh", "en"] as const) {
        const response = await service.post(`/api/checks?lang=${lang}`, example.request);
        const check = (await response.json()) as Check;
        expect(response.status, JSON.stringify(check)).toBe(201);
        expect(check.conclusion, check.sentence).toBe(example.conclusion);
        expect(check.site.jurisdictions).toContain(example.district);
        expect(check.sentence).not.toMatch(/\{|undefined|null/);
        if (lang === "en") expect(check.sentence).not.toMatch(/[\u4e00-\u9fff]/);
      }
    },
  );

  it("where several ban, the law is cited first", async () => {
    const { request } = EXAMPLES.find(({ id }) => id === "yc-prohibited")!;
    const check = (await (await service.post("/api/checks?lang=en", request)).json()) as Check;
    const bans = check.findings.filter(({ outcome, conclusion }) => outcome === "triggered" && conclusion === "prohibited");
    expect(bans.map(({ rule: id }) => id)).toEqual(expect.arrayContaining(["WS-02", "LS-01a", "LS-01f"]));
    expect(bans[0]!.rank).toBe("law");
    expect(check.sentence).toContain("art. 319(1)");
  });

  it("GET /api/examples lists them in both languages, with the names of their districts", async () => {
    const zh = await service.json<List<Example>>("/api/examples?lang=zh");
    const en = await service.json<List<Example>>("/api/examples?lang=en");
    expect(zh.items.map(({ id }) => id)).toEqual(EXAMPLES.map(({ id }) => id));
    expect(zh.items[0]!.district_name).toMatch(/[\u4e00-\u9fff]/);
    for (const { title, why, district_name } of en.items) expect(`${title}${why}${district_name}`).not.toMatch(/[\u4e00-\u9fff]/);
  });

  it("scenario 2: a farm 900 m inland of the flood line in 永川's strip is prohibited, at 1,100 m not by this rule", async () => {
    // The strip's axis runs here from 105.949,29.306 to 105.865,29.3; its flood line is drawn 60 m beside it.
    const inland = (metres: number) => {
      const lat = 29.3025 + (60 + metres) / 110_880 / Math.cos(Math.atan2(0.006 * 110.88, 0.084 * 97.1));
      return rectangle(105.8999, lat - 0.00002, 105.9001, lat + 0.00002);
    };
    const ask = (metres: number) => service.check({ geometry: inland(metres), as_of: "2018-06-01" });
    const inside = await ask(900);
    expect(inside.findings.find(({ rule: id }) => id === "YC-R14")).toMatchObject({ outcome: "triggered", effect: "prohibit" });
    expect(inside.conclusion).toBe("prohibited");
    const outside = await ask(1100);
    expect(outside.findings.filter(({ rule: id }) => id === "YC-R14").map(({ outcome }) => outcome)).toEqual(["near"]);
  });

  it.each([
    [250, "triggered"],
    [310, "near"],
  ])("scenario 24: vegetables %d m outside the highest water line of 倒天河水库: %s", async (metres, outcome) => {
    const { rows } = await sql<{ x: number; y: number }>`
      select st_x(p)::float8 as x, st_y(p)::float8 as y
      from (select st_pointn(st_exteriorring(st_buffer(geom::geography, ${metres}::float8, 64)::geometry), 1) as p
        from control_area where code = 'A-520502-RA-DTH') as edge`.execute(service.database.db);
    const check = await service.check({
      geometry: { type: "Point", coordinates: [rows[0]!.x, rows[0]!.y] },
      activity: "planting_existing",
      action: "operating",
      attributes: { crop: "vegetables", agrochemicals: ["pesticide"], toxicity_class: "high_residue" },
      as_of: "2018-06-01",
    });
    for (const id of ["BJ-R04", "BJ-R05"])
      expect(
        check.findings.filter((each) => each.rule === id && each.feature === "A-520502-RB-DTH").map((each) => each.outcome),
      ).toEqual([outcome]);
    expect(check.findings.find(({ rule: id }) => id === "BJ-R04")).toMatchObject({
      effect: "restrict",
      status: "draft",
      conclusion: "clear",
    });
  });

  it("scenario 23: an order's number, date and reason are told with the finding, in both languages", async () => {
    const order = EXAMPLES.find(({ id }) => id === "qth-order")!;
    for (const lang of ["zh", "en"]) {
      const check = (await (await service.post(`/api/checks?lang=${lang}`, order.request)).json()) as Check;
      const { told } = check.findings.find(({ rule: id }) => id === "QTH-R35a")!;
      expect(told.map(({ name }) => name)).toEqual(["order_no", "order_body", "order_date", "order_reason"]);
      expect(told.find(({ name }) => name === "order_date")!.value).toBe("2018-06-01");
    }
    const lifted = (await (await service.post("/api/checks", { ...order.request, as_of: "2019-06-01" })).json()) as Check;
    expect(lifted.findings.filter(({ rule: id, outcome }) => id === "QTH-R35a" && outcome === "triggered")).toEqual([]);
  });

  it("scenarios 6 and 7: a park suspends what adds pollutants until its works are done", async () => {
    for (const [id, rule_id, done] of [
      ["yc-suspended", "YC-R28", "2018-10-01"],
      ["krl-suspended", "KRL-R04", "2019-08-01"],
    ] as const) {
      const { request } = EXAMPLES.find((each) => each.id === id)!;
      const outcomes = async (as_of: string, more: object = {}) => {
        const check = (await (await service.post("/api/checks", { ...request, as_of, ...more })).json()) as Check;
        return check.findings.filter((each) => each.rule.startsWith(rule_id) && each.outcome === "triggered").length;
      };
      expect(await outcomes(request.as_of!)).toBeGreaterThan(0);
      expect(await outcomes(done), "released").toBe(0);
      expect(
        await outcomes(request.as_of!, { activity: "photovoltaic", attributes: { emits: ["none"], over_water: false } }),
      ).toBe(0);
    }
  });

  it("a site across a border stands under both districts and answers to the rules of both", async () => {
    const check = await service.check({
      geometry: ACROSS,
      activity: "polluting_project",
      attributes: { emits: ["water"], pollutants: ["cod"] },
      as_of: "2018-06-01",
    });
    expect(check.site.jurisdictions).toEqual([NEIGHBOUR, "500118"]);
    expect(check.checklist.split("+").length).toBe(2);
    const rules = check.findings.map(({ rule: id }) => id);
    expect(rules).toContain("NEXT-1");
    expect(rules.some((id) => id.startsWith("YC-"))).toBe(true);
    const alone = await service.check({ geometry: FAR, as_of: "2018-06-01" });
    expect(alone.site.jurisdictions).toEqual(["500118"]);
    expect(alone.findings.map(({ rule: id }) => id)).not.toContain("NEXT-1");
  });

  it("a site across a border is covered only where both districts are", async () => {
    const check = await service.check({ geometry: ACROSS, as_of: "2018-06-01" });
    expect(check.themes.find(({ theme }) => theme === "protection_zone/first")).toMatchObject({
      status: "no_data",
      covered: false,
    });
    expect(check.conclusion).not.toBe("clear");
  });

  it("a source that a coarse outline leaves outside its district still answers to that district's rules", async () => {
    const shape = `MULTIPOLYGON(((${OUTSIDE.coordinates[0]!.map((point) => point.join(" ")).join()})))`;
    await sql`insert into protection_zone (code, name_zh, name_en, valid_from, basis, source, file, geom, geom_3857, level, part, water_source, competent_jurisdiction)
      values ('outside', '轮廓外水源', 'source outside', '2000-01-01', 'schematic', 'test', 'test', st_geomfromtext(${shape}, 4490),
        st_transform(st_geomfromtext(${shape}, 4490), 3857), 'first', 'whole', 'x', '230903')`.execute(service.database.db);
    const check = await service.check({ geometry: IN_OUTSIDE });
    expect(check.site.jurisdictions).toEqual([]);
    expect(check.findings.find(({ rule: id }) => id === "TS-OWN")).toMatchObject({ outcome: "triggered", feature: "outside" });
    expect(check.findings.map(({ rule: id }) => id)).not.toContain("NEXT-1");
    expect(check).toMatchObject({ conclusion: "prohibited", complete: false });
    await sql`delete from protection_zone where code = 'outside'`.execute(service.database.db);
  });

  it.each([
    ["protection_zone", "protection_zone/second", { level: "second", part: "whole", water_source: "x" }],
    ["no_farming_area", "no_farming_area/ban", { kind: "ban", subject: "livestock" }],
    ["control_area", "control_area/blue_line", { kind: "blue_line" }],
    ["industrial_park", "industrial_park", { park_kind: "industrial" }],
  ])("one broken shape in %s makes %s failed and nothing else", async (layer, theme, columns) => {
    const { db } = service.database;
    const before = await service.check({ geometry: FAR, ...CLEAN });
    const checks = await sql<{ name: string; definition: string }>`
      select conname as name, pg_get_constraintdef(oid) as definition from pg_constraint
      where conrelid = ${layer}::text::regclass and pg_get_constraintdef(oid) ilike '%st_isvalid%'`.execute(db);
    for (const { name } of checks.rows) await sql`alter table ${sql.table(layer)} drop constraint ${sql.ref(name)}`.execute(db);
    const tie = "MULTIPOLYGON(((105.849 29.3295,105.852 29.3315,105.852 29.3295,105.849 29.3315,105.849 29.3295)))";
    const names = Object.keys(columns);
    await sql`insert into ${sql.table(layer)} (code, name_zh, name_en, valid_from, basis, source, file, geom, geom_3857, competent_jurisdiction, ${sql.join(names.map((name) => sql.ref(name)))})
      values ('broken', '坏图形', 'broken', '2000-01-01', 'schematic', 'test', 'test', st_geomfromtext(${tie}, 4490),
        st_transform(st_geomfromtext(${tie}, 4490), 3857), '500118', ${sql.join(Object.values(columns))})`.execute(db);
    const check = await service.check({ geometry: FAR, ...CLEAN });
    expect(check.themes.filter(({ status }) => status === "failed").map((each) => each.theme)).toEqual([theme]);
    const others = (each: Check) =>
      each.themes.filter((one) => one.theme !== theme).map(({ theme: name, status, nearest_m }) => [name, status, nearest_m]);
    expect(others(check)).toEqual(others(before));
    expect(check).toMatchObject({ conclusion: "undetermined", complete: false });
    expect(check.sentence).toContain(check.themes.find((each) => each.theme === theme)!.title);
    const again = (await (await service.post(`/api/checks/${check.id}/replay`, {})).json()) as { same: boolean };
    expect(again.same, "a check with a broken theme replays").toBe(true);
    await sql`delete from ${sql.table(layer)} where code = 'broken'`.execute(db);
    expect((await service.check({ geometry: FAR, ...CLEAN })).conclusion).toBe(before.conclusion);
    expect(layerOf(layer)).toBeDefined();
  });

  it("an emptied file of one district proves nothing there, whatever the other districts have", async () => {
    const { db } = service.database;
    const before = await service.check({ geometry: FAR, ...CLEAN });
    expect(before.conclusion).toBe("clear");
    await sql`create table put_aside as select id, level from protection_zone where file = 'protection_zone/500118.geojson' and level = 'first'`.execute(
      db,
    );
    await sql`update protection_zone set level = 'second' where id in (select id from put_aside)`.execute(db);
    const check = await service.check({ geometry: FAR, ...CLEAN });
    expect(check.themes.find(({ theme }) => theme === "protection_zone/first")).toMatchObject({ status: "no_data", features: 0 });
    expect(check.conclusion).toBe("undetermined");
    await sql`update protection_zone set level = 'first' where id in (select id from put_aside)`.execute(db);
    await sql`drop table put_aside`.execute(db);
    expect((await service.check({ geometry: FAR, ...CLEAN })).conclusion).toBe("clear");
  });
});

/** The neighbour has an outline and nothing else. */
async function addNeighbour(geodata: string): Promise<void> {
  const folder = join(geodata, "layers", "jurisdiction");
  const read = async (name: string) => JSON.parse(await readFile(join(folder, name), "utf8"));
  const file = await read("500118.geojson");
  const source = await read("500118.source.json");
  const [outline] = file.features;
  Object.assign(outline.properties, {
    code: NEIGHBOUR,
    name_zh: "邻区",
    name_en: "Neighbour",
    competent_jurisdiction: NEIGHBOUR,
  });
  outline.geometry = NEXT_DOOR;
  for (const entry of source.coverage) entry.jurisdiction = NEIGHBOUR;
  await writeFile(join(folder, `${NEIGHBOUR}.geojson`), JSON.stringify(file));
  await writeFile(join(folder, `${NEIGHBOUR}.source.json`), JSON.stringify(source));
}
