/** Rules that look at lines and points: rivers by distance and crossing, facilities by holding them; both engines, in metres. */
import { sql } from "kysely";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Check, Finding } from "../../server/api/checks.ts";
import { readCatalogue } from "../../server/service.ts";
import { eachEngine } from "../support/engines.ts";
import { instrument, rule } from "../support/judging.ts";
import { rectangle, type Service, startService } from "../support/service.ts";

/** A straight test river along a meridian of 永川, and a facility beside it. At 29.33 N a degree of longitude is 97,080 m. */
const LON = 105.73;
const RIVER = `LINESTRING(${LON} 29.345, ${LON} 29.315)`;
const METRE_EAST = 1 / 97_080;
const at = (from_m: number, to_m: number) => rectangle(LON + from_m * METRE_EAST, 29.33, LON + to_m * METRE_EAST, 29.3305);
const WATCHED = ["river", "facility/outfall", "industrial_park"];

eachEngine((engine) => {
  let service: Service;
  beforeAll(async () => {
    const catalogue = readCatalogue();
    const looks = (id: string, theme: string, where: object = {}) =>
      rule("restrict", { id, instrument: "lines", where: { theme, ...where }, who: { classes: [], actions: ["new"] } });
    service = await startService(await engine.open(), {
      catalogue: {
        ...catalogue,
        version: `${catalogue.version}-lines`,
        settings: { "bank_width_m.test": 250 },
        instruments: [instrument({ id: "lines" })],
        rules: [
          looks("WITHIN", "river", { relation: "within_m", within_m: 300 }),
          {
            ...looks("SET", "river"),
            where: { relation: "within_m", theme: "river", within_m: null, within_setting: "bank_width_m.test" },
          },
          {
            ...looks("UNSET", "river"),
            where: { relation: "within_m", theme: "river", within_m: null, within_setting: "bank_width_m.nobody" },
          },
          looks("CROSSES", "river"),
          looks("HOLDS", "facility/outfall"),
          looks("PARK", "industrial_park", { relation: "outside" }),
        ],
        checklists: catalogue.checklists.map((list) => ({ ...list, themes: [...new Set([...list.themes, ...WATCHED])] })),
      },
    });
    await sql`insert into river (code, name_zh, name_en, valid_from, basis, source, file, geom, geom_3857, stream_order)
      values ('straight', '直河', 'Straight River', '2000-01-01', 'schematic', 'test', 'test', st_multi(st_geomfromtext(${RIVER}, 4490)),
        st_multi(st_transform(st_geomfromtext(${RIVER}, 4490), 3857)), 1)`.execute(service.database.db);
    for (const theme of WATCHED) {
      await sql`delete from coverage where theme = ${theme}`.execute(service.database.db);
      await sql`insert into coverage (theme, jurisdiction, state, data_date, source, licence, basis, valid_from, file, geom)
        select ${theme}, code, 'loaded', '2026-11-22', 'test', 'test', 'schematic', '2000-01-01', 'test', geom from jurisdiction where code = '500118'`.execute(
        service.database.db,
      );
    }
    const outfall = `POINT(${LON + 20 * METRE_EAST} 29.33025)`;
    await sql`insert into facility (code, name_zh, name_en, valid_from, basis, source, file, geom, geom_3857, kind, activity, state)
      values ('mouth', '测试排口', 'Test outfall', '2000-01-01', 'schematic', 'test', 'test', st_geomfromtext(${outfall}, 4490),
        st_transform(st_geomfromtext(${outfall}, 4490), 3857), 'outfall', 'outfall', 'operating')`.execute(service.database.db);
  });
  const park = JSON.stringify(at(-600, -200));
  beforeAll(async () => {
    await sql`insert into industrial_park (code, name_zh, name_en, valid_from, basis, source, file, geom, geom_3857, park_kind)
      select 'ground', '测试园区', 'Test park', '2000-01-01', 'schematic', 'test', 'test', g, st_transform(g, 3857), 'industrial'
      from (select st_multi(st_setsrid(st_geomfromgeojson(${park}::text), 4490)) as g) as one`.execute(service.database.db);
  });
  afterAll(() => service.close());

  it.each([
    ["50 cm wide, 100 m from a park", -100, -99.5, "triggered"],
    ["50 cm wide, at the park's edge", -200, -199.5, "triggered"],
    ["50 cm wide, in the park", -400, -399.5, "not_triggered"],
    ["100 m wide, in the park", -500, -400, "not_triggered"],
  ] as const)("a plot %s: %s to %s m, a rule that requires a park is %s", async (_name, from_m, to_m, outcome) => {
    const [west, south] = at(from_m, to_m).coordinates[0]![0]! as [number, number];
    const high = 0.6 / 110_800;
    const wide = (to_m - from_m) * METRE_EAST;
    const plot = to_m - from_m < 1 ? rectangle(west, south + 1e-4, west + wide, south + 1e-4 + high) : at(from_m, to_m);
    const check = await ask(plot);
    expect(check.findings.filter(({ rule: id }) => id === "PARK").map((each) => each.outcome)).toEqual([outcome]);
  });

  const ask = (geometry: unknown, more: object = {}) => service.check({ geometry, ...more });
  const of = (check: Check, id: string): Finding | undefined =>
    check.findings.find((each) => each.rule === id && (each.feature === null || ["straight", "mouth"].includes(each.feature)));

  it.each([
    [280, "triggered"],
    [320, "near"],
    [1290, "near"],
    [1310, undefined],
  ])("a site %d m from a river is %s to a rule that looks 300 m far", async (distance, outcome) => {
    const check = await ask(at(distance, distance + 50));
    const found = of(check, "WITHIN");
    if (outcome === undefined) expect(found?.outcome ?? "not_triggered").toBe("not_triggered");
    else {
      expect(found).toMatchObject({ outcome, feature: "straight" });
      expect(Math.abs(found!.distance_m! - distance)).toBeLessThan(1);
    }
  });

  it("a distance from a setting holds as one of the rule does; an unset one is never assumed, and says its name", async () => {
    const near = await ask(at(240, 300));
    expect(of(near, "SET")).toMatchObject({ outcome: "triggered" });
    expect(of(await ask(at(260, 300)), "SET")).toMatchObject({ outcome: "near" });
    for (const distance of [0, 240, 5000]) {
      const check = await ask(at(distance, distance + 50));
      const found = check.findings.find((each) => each.rule === "UNSET")!;
      expect(found).toMatchObject({ outcome: "cannot_tell", effect: "restrict" });
      expect(found.reasons.map(({ code, name }) => [code, name])).toEqual([["unset_setting", "bank_width_m.nobody"]]);
      expect(check).toMatchObject({ conclusion: "restricted", complete: false });
    }
  });

  it("a plot over a river overlaps it by the length inside; a road crosses it at a point; beside it neither", async () => {
    const over = of(await ask(at(-25, 25)), "CROSSES")!;
    expect(over).toMatchObject({ outcome: "triggered", relation: "overlaps", overlap_m2: null, share_of_site: null });
    expect(Math.abs(over.overlap_length_m! - 55.4)).toBeLessThan(0.5);
    expect(over.piece?.type).toMatch(/LineString/);
    const road = {
      type: "LineString",
      coordinates: [
        [LON - 0.001, 29.33],
        [LON + 0.001, 29.331],
      ],
    };
    const crossing = of(await ask(road, { activity: "road_bridge", attributes: {} }), "CROSSES")!;
    expect(crossing).toMatchObject({ outcome: "triggered", relation: "crosses", overlap_points: 1 });
    expect(of(await ask(at(30, 80)), "CROSSES")).toMatchObject({ outcome: "near" });
  });

  it("a plot that holds a facility is told so; one beside it is near", async () => {
    expect(of(await ask(at(5, 60)), "HOLDS")).toMatchObject({ outcome: "triggered", overlap_points: 1, feature: "mouth" });
    expect(of(await ask(at(30, 60)), "HOLDS")).toMatchObject({ outcome: "near" });
  });

  it("says in which direction a feature lies, and none where they meet", async () => {
    const east = of(await ask(at(280, 330)), "WITHIN")!;
    expect(Math.abs(east.bearing_deg! - 270)).toBeLessThanOrEqual(1);
    const west = of(await ask(at(-330, -280)), "WITHIN")!;
    expect(Math.abs(west.bearing_deg! - 90)).toBeLessThanOrEqual(1);
    expect(of(await ask(at(-25, 25)), "CROSSES")!.bearing_deg).toBeNull();
    const point = { type: "Point", coordinates: [LON + 20 * METRE_EAST, 29.3293] };
    expect(of(await ask(point), "HOLDS")).toMatchObject({ outcome: "near", bearing_deg: 0 });
  });

  it("such a check replays the same", async () => {
    const check = await ask(at(-25, 25));
    const replayed = (await (await service.post(`/api/checks/${check.id}/replay`, {})).json()) as object;
    expect(replayed).toMatchObject({ same: true, differences: [] });
  });

  it("being near a river or in a park is no notice by itself", async () => {
    const check = await ask(at(400, 450), { action: "existing" });
    expect(check.themes.find(({ theme }) => theme === "river")?.status).toBe("near");
    expect(["clear", "undetermined"]).toContain(check.conclusion);
  });
});
