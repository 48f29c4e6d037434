/** What places say, from the outside, on both engines: settings of a district and its province, orders, and which day
 *  decided on what stands; all of it frozen, and replayed the same. */
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Check, Replay } from "../../server/api/checks.ts";
import type { List, Problem } from "../../server/api/common.ts";
import type { Order } from "../../server/api/orders.ts";
import type { Catalogue } from "../../server/domain/rule.ts";
import { readExamples } from "../../server/examples.ts";
import { GEODATA, readCatalogue } from "../../server/service.ts";
import { eachEngine } from "../support/engines.ts";
import { order } from "../support/judging.ts";
import { CLEAN, IN_FIRST, IN_SECOND, type Service, startService } from "../support/service.ts";

const PIGS = "livestock_scale.annual_output.pig";
const SMALL = {
  activity: "livestock_small",
  attributes: { species: "pig", annual_output: 400, emits: ["none"], land_absorbs: true },
  geometry: IN_SECOND,
};
const FAILING = { layer: "control_area" as const, code: "A-230903-FA" };
const ORDER = readExamples(GEODATA).find(({ id }) => id === "qth-order")!;

/** As shipped, but the province of 永川 has set its scale for pigs, and an order without an end stands in 桃山. */
function placed(): Catalogue {
  const shipped = readCatalogue();
  const set = shipped.place_settings!.find(({ jurisdiction }) => jurisdiction === "510000")!;
  const pigs = set.settings.find(({ name }) => name === PIGS)!;
  return {
    ...shipped,
    version: `${shipped.version}-placed`,
    place_settings: shipped.place_settings!.map((place) =>
      place.jurisdiction === "500000"
        ? { ...place, settings: [...place.settings.filter(({ name }) => name !== PIGS), { ...pigs, value: 300 }] }
        : place,
    ),
    orders: [
      ...shipped.orders!,
      order({ id: "STANDING", jurisdiction: "230903", target: FAILING, from: "2018-01-01", kind: "approval_suspension" }),
      order({ id: "WHOLE", jurisdiction: "520000", target: { layer: "jurisdiction", code: "520500" }, from: "2019-01-01" }),
    ],
  };
}

eachEngine((engine) => {
  let service: Service;
  beforeAll(async () => {
    service = await startService(await engine.open(), { catalogue: placed() });
  });
  afterAll(() => service.close());
  const on = (check: Check, rule: string) =>
    check.findings.find((each) => each.rule === rule && each.outcome !== "not_triggered");
  const replayOf = async ({ id }: Check) => (await (await service.post(`/api/checks/${id}/replay`, "")).json()) as Replay;

  describe("a setting of the province", () => {
    it("decides, and the finding says which file and source set it", async () => {
      const check = await service.check(SMALL);
      expect(on(check, "LS-01b")).toMatchObject({
        outcome: "triggered",
        settings: [{ name: PIGS, value: 300, unit: "头（只）", jurisdiction: "500000" }],
      });
      expect(on(check, "LS-01b")!.settings[0]!.text).toMatch(/生猪.*300.*重庆市 500000.*第四十三条.*2017/);
      const english = await service.check(SMALL, "en");
      expect(on(english, "LS-01b")!.settings[0]!.text).not.toMatch(/[\u4e00-\u9fff]/);
      expect(on(english, "LS-01b")!.settings[0]!.text).toContain("Chongqing 500000");
      expect(await replayOf(check)).toEqual({ same: true, differences: [] });
    });
    it("under which a farm lies is not triggered, and one that no place has set cannot tell", async () => {
      const smaller = await service.check({ ...SMALL, attributes: { ...SMALL.attributes, annual_output: 100 } });
      expect(on(smaller, "LS-01b")).toBeUndefined();
      const sheep = await service.check({ ...SMALL, attributes: { ...SMALL.attributes, species: "sheep" } });
      expect(on(sheep, "LS-01b")).toMatchObject({ outcome: "cannot_tell", settings: [] });
      expect(on(sheep, "LS-01b")!.reasons.map(({ code, name }) => [code, name])).toContainEqual([
        "unset_setting",
        "livestock_scale.annual_output.sheep",
      ]);
    });
    it("is frozen: a replay holds to it, and a frozen one that was changed is seen", async () => {
      const check = await service.check(SMALL);
      await sql`update site_check set frozen = jsonb_set(frozen, array['settings', 'values', ${PIGS}::text], '500') where id = ${check.id}::uuid`.execute(
        service.database.db,
      );
      expect((await replayOf(check)).same).toBe(false);
    });
    it("a check stored when a place was said by its code alone replays the same, and other words do not", async () => {
      const check = await service.check(SMALL);
      const write = (from: string, to: string) =>
        sql`update site_check set said = replace(said::text, ${from}::text, ${to}::text)::jsonb where id = ${check.id}::uuid`.execute(
          service.database.db,
        );
      await write("重庆市 500000", "500000");
      await write("Chongqing 500000", "500000");
      expect(await replayOf(check)).toEqual({ same: true, differences: [] });
      await write("（500000：", "（510000：");
      expect((await replayOf(check)).same).toBe(false);
    });
    it("a check frozen before settings were placed replays the same", async () => {
      const check = await service.check({ geometry: IN_FIRST, action: "existing", attributes: { since: "2010-01-01" } });
      const told = ["settings", "orders", "decided_by"];
      await sql`update site_check set frozen = frozen - 'settings', said = (
          select jsonb_object_agg(lang, (one - 'deciding') || jsonb_build_object('findings',
            (select jsonb_agg(finding - ${told}::text[]) from jsonb_array_elements(one -> 'findings') as finding)))
          from jsonb_each(said) as t(lang, one)) where id = ${check.id}::uuid`.execute(service.database.db);
      expect(await replayOf(check)).toEqual({ same: true, differences: [] });
    });
  });

  describe("what stands", () => {
    it("older than the ban and younger than it are told apart, and neither softens the answer", async () => {
      const standing = (since: string, lang: "zh" | "en" = "zh") =>
        service.check({ geometry: IN_FIRST, action: "existing", attributes: { since } }, lang);
      const old = await standing("1999-05-01");
      expect(old.conclusion).toBe("must_withdraw");
      expect(on(old, "WS-03")!.decided_by).toMatchObject({ what: "rule", since: "1999-05-01", before: true });
      expect(on(old, "WS-03")!.decided_by!.text).toMatch(/1999-05-01 .*补偿/);
      const young = await standing("2024-05-01", "en");
      expect(young.conclusion).toBe("must_withdraw");
      expect(on(young, "WS-03")!.decided_by).toMatchObject({ before: false });
      expect(on(young, "WS-03")!.decided_by!.text).toMatch(/against a standing ban/);
      expect(await replayOf(young)).toEqual({ same: true, differences: [] });
    });
    it("of unknown age says nothing of it", async () =>
      expect(
        on(await service.check({ geometry: IN_FIRST, action: "existing", attributes: {} }), "WS-03")!.decided_by,
      ).toBeNull());
  });

  describe("which findings decide", () => {
    it("all that carry the conclusion, law before plan", async () => {
      const check = await service.check({ geometry: IN_FIRST, as_of: "2018-06-01" });
      const deciding = check.deciding.map((id) => check.findings.find((each) => each.id === id)!);
      expect(check.conclusion).toBe("prohibited");
      expect(deciding.length).toBeGreaterThan(1);
      expect(deciding.every(({ conclusion }) => conclusion === "prohibited")).toBe(true);
      expect(check.findings.filter(({ conclusion }) => conclusion === "prohibited")).toHaveLength(deciding.length);
      const ranks = deciding.map(({ rank }) => rank);
      expect(ranks[0]).toBe("law");
      expect(ranks.indexOf("work_plan")).toBeGreaterThan(ranks.lastIndexOf("law"));
      expect(check.sentence).toContain(deciding[0]!.instrument_title);
    });
  });

  describe("orders", () => {
    const ids = async (query = "") => (await service.json<List<Order>>(`/api/orders${query}`)).items.map(({ id }) => id);
    it("are listed as in force on the date, newest first, and by district", async () => {
      expect(await ids("?as_of=2018-07-01")).toEqual(["QTH-SAMPLE-2018-1", "STANDING"]);
      expect(await ids("?as_of=2018-05-31")).toEqual(["STANDING"]);
      expect(await ids("?as_of=2019-06-01")).toEqual(["WHOLE", "STANDING"]);
      expect(await ids("?as_of=2017-01-01")).toEqual([]);
      expect(await ids()).toEqual(["WHOLE", "STANDING"]);
      expect(await ids("?jurisdiction=230903&as_of=2018-07-01")).toEqual(["QTH-SAMPLE-2018-1", "STANDING"]);
      expect(await ids("?jurisdiction=230000&as_of=2019-07-01")).toEqual(["STANDING"]);
      expect(await ids("?jurisdiction=520502")).toEqual(["WHOLE"]);
      expect(await ids("?jurisdiction=520100")).toEqual([]);
      expect(await ids("?jurisdiction=500118")).toEqual([]);
    });
    it("say number, issuer, cause, dates and what lifted them, in the language asked", async () => {
      const { items } = await service.json<List<Order>>("/api/orders?as_of=2018-07-01&lang=en");
      expect(items[0]).toMatchObject({
        kind: "regional_limit",
        number: "桃示例限批〔2018〕1号",
        from: "2018-06-01",
        until: "2019-06-01",
        jurisdiction: "230903",
        target: { layer: "control_area", code: "A-230903-SUS" },
        confidence: "schematic",
      });
      expect(items[0]!.cause).toMatch(/^Sample/);
      expect(items[0]!.released_by).toMatch(/^Sample/);
      expect(items[1]!.text).toMatch(/not lifted/);
    });
    it("are paged without a gap", async () => {
      const page = await service.json<List<Order>>("/api/orders?as_of=2018-07-01&limit=1");
      expect(page).toMatchObject({ numberMatched: 2, numberReturned: 1 });
      const next = await service.json<List<Order>>(page.links.find(({ rel }) => rel === "next")!.href);
      expect(next.items.map(({ id }) => id)).toEqual(["STANDING"]);
      expect(next.links.map(({ rel }) => rel)).toEqual(["self"]);
    });
    it.each([
      ["?as_of=2018-02-30", "?as_of"],
      ["?jurisdiction=taoshan", "?jurisdiction"],
      ["?kind=regional_limit", "?kind"],
      ["?limit=0", "?limit"],
      ["?after=NOBODY", "?after"],
    ])("%s is a 400 that points at %s", async (query, pointer) => {
      const response = await service.get(`/api/orders${query}`);
      expect(response.status).toBe(400);
      expect(((await response.json()) as Problem).errors).toMatchObject([{ pointer }]);
    });
    it("are told with every finding on their feature, and suspend by the rule that asks for them", async () => {
      const asked = async (as_of: string) =>
        (await (await service.post("/api/checks", { ...(ORDER.request as object), as_of })).json()) as Check;
      const check = await asked("2018-08-01");
      expect(on(check, "QTH-R35a")!.orders.map(({ id }) => id)).toEqual(["QTH-SAMPLE-2018-1"]);
      expect(on(check, "QTH-R35a")!.orders[0]!.text).toMatch(/桃示例限批〔2018〕1号.*2018-06-01.*断面水质/);
      expect(on(check, "QTH-R35c")).toMatchObject({ outcome: "triggered", effect: "suspend", orders: [{ id: "STANDING" }] });
      expect(await replayOf(check)).toEqual({ same: true, differences: [] });
      const after = await asked("2019-07-01");
      expect(on(after, "QTH-R35a")?.outcome).not.toBe("triggered");
      expect(on(after, "QTH-R35c")).toMatchObject({ outcome: "triggered" });
      expect(after.conclusion).toBe("suspended");
      expect(on(await asked("2017-12-31"), "QTH-R35c")).toBeUndefined();
    });
    it("on a whole prefecture are read in its districts and their parks, and nothing there is clear", async () => {
      const inPark = {
        ...CLEAN,
        action: "new",
        geometry: {
          type: "Polygon",
          coordinates: [
            [
              [105.365, 27.327],
              [105.367, 27.327],
              [105.367, 27.329],
              [105.365, 27.329],
              [105.365, 27.327],
            ],
          ],
        },
      };
      const before = await service.check({ ...inPark, as_of: "2018-12-31" });
      expect([on(before, "ORD-1a"), on(before, "ORD-1e")]).toEqual([undefined, undefined]);
      const check = await service.check({ ...inPark, as_of: "2019-01-01" });
      for (const rule of ["ORD-1a", "ORD-1e"])
        expect(on(check, rule)).toMatchObject({ outcome: "triggered", effect: "suspend", orders: [{ id: "WHOLE" }] });
      expect(check.conclusion).toBe("undetermined");
      expect(await replayOf(check)).toEqual({ same: true, differences: [] });
    });
  });
});
