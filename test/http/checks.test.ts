/** The main job from the outside, on both engines. */
import { Geodesic, PolygonArea } from "geographiclib-geodesic";
import * as turf from "@turf/turf";
import { sql } from "kysely";
import proj4 from "proj4";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Check, CheckSummary, Replay } from "../../server/api/checks.ts";
import type { Activity } from "../../server/api/catalogue.ts";
import type { List, Problem } from "../../server/api/common.ts";
import { replay } from "../../server/check.ts";
import { readCheck, type StoredCheck } from "../../server/queries/checks.ts";
import { eachEngine } from "../support/engines.ts";
import { readCatalogue } from "../../server/service.ts";
import {
  CLEAN,
  FAR,
  IN_FIRST,
  IN_SECOND,
  PIG_FARM,
  rectangle,
  SEA,
  type Service,
  startService,
  statutesOnly,
} from "../support/service.ts";

/** Area on the WGS84 ellipsoid by an independent library. */
function geodesicArea(ring: number[][]): number {
  const polygon = new PolygonArea.PolygonArea(Geodesic.WGS84, false);
  for (const [lon, lat] of densified(ring)) polygon.AddPoint(lat!, lon!);
  return Math.abs(polygon.Compute(false, true).area!);
}

/** GeoJSON edges are straight in degrees; geodesics are not. */
function densified(ring: number[][], parts = 50): number[][] {
  return ring
    .slice(0, -1)
    .flatMap(([x, y], i) =>
      Array.from({ length: parts }, (_, k) => [
        x! + ((ring[i + 1]![0]! - x!) * k) / parts,
        y! + ((ring[i + 1]![1]! - y!) * k) / parts,
      ]),
    );
}

const finding = (check: Check, rule: string) =>
  check.findings.find((each) => each.rule.startsWith(rule) && each.outcome !== "not_triggered");

/** Checks by the engine that made them, for the other to replay. */
const kept: Record<string, StoredCheck> = {};

eachEngine((engine) => {
  let service: Service;
  beforeAll(async () => {
    service = await startService(await engine.open(), { catalogue: statutesOnly(readCatalogue()) });
  });
  afterAll(() => service.close());

  describe("the answer", () => {
    it("a farm in the first-level zone is prohibited by the Code from 2026-08-15, by the old law before", async () => {
      const now = await service.check({ geometry: IN_FIRST, as_of: "2026-11-22" });
      expect(now).toMatchObject({
        conclusion: "prohibited",
        known: "prohibited",
        standing: "demonstration",
        complete: expect.any(Boolean),
      });
      const code = finding(now, "WS-02")!;
      expect(code).toMatchObject({
        outcome: "triggered",
        effect: "prohibit",
        relation: "within",
        basis: "schematic",
        share_of_site: 1,
        distance_m: 0,
        quote: null,
      });
      expect(code.instrument_title).toContain("生态环境法典");
      expect(code.article).toContain("三百一十九");
      expect(now.sentence).toMatch(/^示例数据演示：/);
      expect(now.sentence).toContain("涉及禁止性规定");

      const before = await service.check({ geometry: IN_FIRST, as_of: "2026-08-14" });
      const law = finding(before, "WS-02")!;
      expect(before.conclusion).toBe("prohibited");
      expect(law.instrument_title).toContain("水污染防治法");
      expect(law.article).toContain("六十五");
      expect(
        (await service.check({ geometry: IN_FIRST, as_of: "2026-08-15" })).findings.some(
          (each) => each.instrument_title.includes("生态环境法典") && each.outcome === "triggered",
        ),
      ).toBe(true);
    });

    it("waterworks there are not barred by the purpose rule, and are not clear either", async () => {
      const check = await service.check({ activity: "water_supply_facility", attributes: {}, geometry: IN_FIRST });
      expect(finding(check, "WS-02")).toBeUndefined();
      expect(check.conclusion).not.toBe("clear");
      expect(check.conclusion).not.toBe("prohibited");
    });

    it("a site in the sea is undetermined, its jurisdiction without data", async () => {
      const check = await service.check({ geometry: SEA });
      expect(check).toMatchObject({ conclusion: "undetermined", complete: false });
      expect(check.themes.find((theme) => theme.theme === "jurisdiction")?.status).toBe("no_data");
      expect(check.themes.find((theme) => theme.theme === "protection_zone/first")?.status).toBe("no_data");
      expect(check.site.jurisdictions).toEqual([]);
    });

    it("a site across the district's border is undetermined, and the sentence says why", async () => {
      const check = await service.check({ geometry: rectangle(106.05, 29.395, 106.06, 29.405) });
      expect(check).toMatchObject({ conclusion: "undetermined", possible: "prohibited", complete: false });
      expect(check.site.jurisdictions).toEqual(["500118"]);
      expect(check.themes.find((theme) => theme.theme === "jurisdiction")).toMatchObject({ status: "affected", covered: false });
      expect(check.sentence).toContain("不全在已载入的行政区内");
    });

    it("a site far from every zone is clear of what was asked, and names what was not asked", async () => {
      const check = await service.check({ geometry: FAR, ...CLEAN });
      expect(check).toMatchObject({ conclusion: "clear", complete: true });
      expect(check.sentence).toContain("在所列图层范围内未发现涉及");
      const notAsked = check.themes.filter((theme) => theme.status === "not_asked");
      expect(notAsked.length).toBeGreaterThan(0);
      for (const theme of notAsked) expect(check.sentence).toContain(theme.title);
    });

    it("an existing farm in the first-level zone must withdraw", async () => {
      const check = await service.check({ geometry: IN_FIRST, action: "existing" });
      expect(check.conclusion).toBe("must_withdraw");
      expect(finding(check, "WS-03")).toMatchObject({ outcome: "triggered", effect: "remove" });
    });

    it("tourism in the second-level zone is conditional, near it a notice", async () => {
      const tours = { activity: "tourism", action: "operating", attributes: {} };
      expect((await service.check({ ...tours, geometry: IN_SECOND })).conclusion).toBe("conditional");
      expect((await service.check({ ...tours, geometry: rectangle(105.968, 29.24, 105.969, 29.241) })).conclusion).toBe("notice");
    });

    it("a missing attribute is named, and the answer says what it could become", async () => {
      const check = await service.check({ geometry: IN_SECOND, attributes: {} });
      expect(check).toMatchObject({ conclusion: "undetermined", possible: "prohibited", complete: false });
      expect(finding(check, "WS-05")?.reasons.map((reason) => reason.name)).toContain("emits");
    });

    it("no activity, whatever the action, is ever clear in the first-level zone; construction is prohibited unless its purpose exempts it", async () => {
      const { items } = await service.json<List<Activity>>("/api/activities");
      expect(items.length).toBeGreaterThan(40);
      for (const activity of items)
        for (const action of activity.actions) {
          const check = await service.check({ activity: activity.code, action, attributes: {}, geometry: IN_FIRST });
          expect(check.conclusion, `${activity.code} ${action}`).not.toBe("clear");
          const exempt = ["water_supply_facility", "protection_works"].includes(activity.code);
          if (activity.construction && ["new", "rebuilt", "expanded"].includes(action) && !exempt)
            expect(check.conclusion, `${activity.code} ${action}`).toBe("prohibited");
        }
    }, 240_000);
  });

  describe("the evidence", () => {
    it("areas agree with an independent geodesic library to 1 ppm, and with Turf's sphere to 0.4 %", async () => {
      const check = await service.check({ geometry: rectangle(105.94, 29.225, 105.965, 29.25) });
      const ring = rectangle(105.94, 29.225, 105.965, 29.25).coordinates[0]!;
      expect(check.site.area_m2! / geodesicArea(ring)).toBeCloseTo(1, 6);
      expect(Math.abs(check.site.area_m2! / turf.area(turf.polygon([ring])) - 1)).toBeLessThan(0.004);
      for (const rule of ["WS-02", "WS-05"]) {
        const { piece, overlap_m2 } = finding(check, rule)!;
        const rings = piece!.type === "Polygon" ? [piece!.coordinates] : piece!.type === "MultiPolygon" ? piece!.coordinates : [];
        const area = rings.reduce(
          (sum, [outer, ...holes]) => sum + geodesicArea(outer!) - holes.reduce((all, hole) => all + geodesicArea(hole), 0),
          0,
        );
        expect(Math.abs(overlap_m2! / area - 1)).toBeLessThan(2e-5); // pieces are written to 1e-9 degrees
      }
    });

    it("a site across the edge has its share of each zone, and the shares add up", async () => {
      const site = rectangle(105.9509, 29.2321, 105.9535, 29.2331);
      const check = await service.check({ geometry: site, attributes: { emits: ["water"] } });
      const first = finding(check, "WS-02")!;
      const second = finding(check, "WS-05")!;
      expect(first.relation).toBe("overlaps");
      expect(first.share_of_site! + second.share_of_site!).toBeCloseTo(1, 4);
      expect(first.overlap_m2! + second.overlap_m2!).toBeCloseTo(check.site.area_m2!, 0);
    });

    it("a distance agrees with the geodesic to the nearest boundary point", async () => {
      const [lon, lat] = [105.975, 29.243];
      const check = await service.check({
        activity: "outfall",
        attributes: {},
        geometry: { type: "Point", coordinates: [lon, lat] },
      });
      const near = finding(check, "WS-01b")!;
      expect(near).toMatchObject({ outcome: "near", relation: "near" });
      const zone = await service.json<{ geometry: { coordinates: number[][][][] } }>(
        "/api/collections/protection_zone/items/500118-HJZB-2",
      );
      const boundary = zone.geometry.coordinates.flatMap((polygon) => polygon.flatMap((ring) => densified(ring, 200)));
      const least = Math.min(...boundary.map(([x, y]) => Geodesic.WGS84.Inverse(lat, lon, y!, x!).s12!));
      expect(Math.abs(near.distance_m! / least - 1)).toBeLessThan(0.0005); // the frame's scale at 0.97 degrees from its meridian
    });

    it("a line crosses with a length, on the ellipsoid", async () => {
      const line = [
        [105.94, 29.232],
        [105.97, 29.233],
      ];
      const check = await service.check({
        activity: "pipeline",
        attributes: {},
        geometry: { type: "LineString", coordinates: line },
      });
      expect(check.site).toMatchObject({ area_m2: null, points: null });
      expect(check.site.length_m! / Geodesic.WGS84.Inverse(29.232, 105.94, 29.233, 105.97).s12!).toBeCloseTo(1, 5);
      const first = finding(check, "WS-02")!;
      expect(first).toMatchObject({ relation: "crosses", overlap_m2: null, outcome: "triggered" });
      expect(first.overlap_length_m!).toBeGreaterThan(160);
      expect(first.overlap_length_m!).toBeLessThan(180);
      expect(first.share_of_site!).toBeCloseTo(first.overlap_length_m! / check.site.length_m!, 5);
    });

    it("points, several parts and holes are measured as such", async () => {
      const point = await service.check({
        activity: "outfall",
        attributes: {},
        geometry: { type: "Point", coordinates: [105.951, 29.2305] },
      });
      expect(finding(point, "WS-01")).toMatchObject({
        relation: "within",
        overlap_points: 1,
        overlap_m2: null,
        overlap_length_m: null,
      });
      expect(point.conclusion).toBe("prohibited");
      const parts = await service.check({
        geometry: {
          type: "FeatureCollection",
          features: [
            { type: "Feature", properties: {}, geometry: IN_FIRST },
            { type: "Feature", properties: {}, geometry: FAR },
          ],
        },
      });
      expect(finding(parts, "WS-02")!.share_of_site!).toBeGreaterThan(0.1);
      expect(finding(parts, "WS-02")!.share_of_site!).toBeLessThan(0.9);
      const hole = {
        type: "Polygon",
        coordinates: [
          rectangle(105.93, 29.21, 105.98, 29.27).coordinates[0]!,
          rectangle(105.935, 29.22, 105.97, 29.262).coordinates[0]!.toReversed(),
        ],
      };
      expect((await service.check({ geometry: hole })).conclusion).not.toBe("prohibited");
    });

    it("a site that only touches is never clear and never prohibited for certain", async () => {
      const { geometry } = await service.json<{ geometry: { coordinates: number[][][][] } }>(
        "/api/collections/protection_zone/items/500118-HJZB-1",
      );
      const ring = geometry.coordinates[0]![0]!;
      const [a, b] = [ring[0]!, ring[1]!];
      // A triangle on the outer side of one edge of the ring: counter-clockwise rings have their outside on the right.
      const [dx, dy] = [b[0]! - a[0]!, b[1]! - a[1]!];
      const sign = turf.booleanClockwise(turf.lineString(ring)) ? -1 : 1;
      const outer = [(a[0]! + b[0]!) / 2 + sign * dy * 0.2, (a[1]! + b[1]!) / 2 - sign * dx * 0.2];
      const check = await service.check({
        activity: "water_supply_facility",
        attributes: {},
        geometry: { type: "Polygon", coordinates: [[a, b, outer, a]] },
      });
      expect(check.themes.find((theme) => theme.theme === "protection_zone/first")?.status).toBe("touches");
      const farm = await service.check({
        geometry: { type: "Polygon", coordinates: [[a, b, outer, a]] },
        attributes: { emits: ["none"] },
      });
      expect(finding(farm, "WS-02")).toMatchObject({ outcome: "touches", relation: "touches" });
      expect(farm).toMatchObject({ conclusion: "undetermined", possible: "prohibited" });
    });

    it("the same site in any allowed system gives the same answer", async () => {
      const reference = await service.check({ geometry: IN_SECOND });
      const systems: [string, string][] = [
        ["EPSG:4490", "+proj=longlat +ellps=GRS80"],
        ["EPSG:3857", "+proj=merc +a=6378137 +b=6378137 +lon_0=0 +x_0=0 +y_0=0 +k=1"],
        ["EPSG:4544", "+proj=tmerc +lat_0=0 +lon_0=105 +k=1 +x_0=500000 +ellps=GRS80"],
        ["EPSG:4523", "+proj=tmerc +lat_0=0 +lon_0=105 +k=1 +x_0=35500000 +ellps=GRS80"],
        ["EPSG:4507", "+proj=tmerc +lat_0=0 +lon_0=105 +k=1 +x_0=500000 +ellps=GRS80"],
        ["EPSG:4496", "+proj=tmerc +lat_0=0 +lon_0=105 +k=1 +x_0=18500000 +ellps=GRS80"],
      ];
      for (const [crs, definition] of systems) {
        const ring = IN_SECOND.coordinates[0]!.map((position) => proj4("+proj=longlat +ellps=GRS80", definition, position));
        const check = await service.check({ geometry: { type: "Polygon", coordinates: [ring] }, crs });
        expect(check.conclusion, crs).toBe(reference.conclusion);
        expect(Math.abs(check.site.area_m2! - reference.site.area_m2!), crs).toBeLessThan(0.5);
        expect(check.site.crs_gk, crs).toBe("EPSG:4544");
      }
    });

    it("a site across two Gauss-Krueger zones is measured in one frame", async () => {
      const check = await service.check({ geometry: rectangle(106.45, 29.3, 106.56, 29.35) });
      expect(check.site.crs_gk).toBe("EPSG:4545");
      expect(check.site.area_m2! / geodesicArea(rectangle(106.45, 29.3, 106.56, 29.35).coordinates[0]!)).toBeCloseTo(1, 6);
      expect(Math.abs(check.site.area_gk_m2! / check.site.area_m2! - 1)).toBeLessThan(0.001);
    });
  });

  describe("stored", () => {
    it("a check is kept in both languages, listed newest first, and replays the same", async () => {
      const response = await service.post("/api/checks?lang=zh", { ...PIG_FARM, name: "留存核查", geometry: IN_FIRST });
      const check = (await response.json()) as Check;
      expect(response.headers.get("location")).toBe(`/api/checks/${check.id}`);
      expect(await service.json(`/api/checks/${check.id}?lang=zh`)).toEqual(check);
      const english = await service.json<Check>(`/api/checks/${check.id}?lang=en`);
      expect(english.sentence).toMatch(/^Demonstration on sample data/);
      expect(english.findings.map(({ rule, overlap_m2 }) => [rule, overlap_m2])).toEqual(
        check.findings.map(({ rule, overlap_m2 }) => [rule, overlap_m2]),
      );
      const list = await service.json<List<CheckSummary>>("/api/checks?limit=2");
      expect(list.items[0]).toMatchObject({ id: check.id, name: "留存核查", conclusion: "prohibited" });
      expect(list.links.some((link) => link.rel === "next")).toBe(true);
      const replay = (await (await service.post(`/api/checks/${check.id}/replay`, "")).json()) as Replay;
      expect(replay).toEqual({ same: true, differences: [] });
    });

    it("a check made on one engine replays the same on the other", async ({ skip }) => {
      const check = await service.check({
        geometry: rectangle(105.9501, 29.2321, 105.9535, 29.2331),
        attributes: { emits: ["water"] },
      });
      kept[engine.name] = (await readCheck(service.database.db, check.id))!;
      const other = kept["embedded"]!;
      if (engine.name === "embedded") skip("the other engine comes after");
      expect(await replay(service.database, other)).toEqual({ same: true, differences: [] });
    });

    it("a check that was tampered with does not replay the same", async () => {
      const check = await service.check({ geometry: IN_FIRST });
      await tamper(service, check.id);
      const replay = (await (await service.post(`/api/checks/${check.id}/replay`, "")).json()) as Replay;
      expect(replay.same).toBe(false);
      expect(replay.differences[0]).toMatchObject({ pointer: expect.stringContaining("/area_m2"), frozen: 1 });
    });

    it("fifty at once do not mix", async () => {
      const sites = [IN_FIRST, IN_SECOND, FAR, SEA];
      const alone = await Promise.all(sites.map(async (geometry) => (await service.check({ geometry })).conclusion));
      const together = await Promise.all(
        Array.from({ length: 48 }, (_, i) => service.check({ name: `site ${i}`, geometry: sites[i % 4]! })),
      );
      for (const [i, check] of together.entries()) {
        expect(check.project.name).toBe(`site ${i}`);
        expect(check.conclusion).toBe(alone[i % 4]);
      }
    }, 120_000);
  });

  describe("bad input", () => {
    const ask = (more: Record<string, unknown>) => service.problem({ ...PIG_FARM, geometry: IN_FIRST, ...more });
    const ring = IN_FIRST.coordinates[0]!;
    let before: number;
    beforeAll(async () => {
      before = (await service.json<List<CheckSummary>>("/api/checks?limit=1")).numberMatched;
    });
    afterAll(async () => {
      expect((await service.json<List<CheckSummary>>("/api/checks?limit=1")).numberMatched, "nothing of it was stored").toBe(
        before,
      );
    });

    it.each([
      ["no name", { name: " " }, "#/name"],
      ["an unknown activity", { activity: "pig_palace" }, "#/activity"],
      ["an unknown action", { action: "demolish" }, "#/action"],
      ["an unknown attribute", { attributes: { colour: "red" } }, "#/attributes/colour"],
      ["a wrong value", { attributes: { annual_output: "many" } }, "#/attributes/annual_output"],
      ["an unknown field", { surprise: 1 }, "#/surprise"],
      ["a name with a NUL", { name: "养殖\u0000场" }, "#/name"],
      ["a name with half a character", { name: "养殖场\ud842" }, "#/name"],
      ["a choice with a NUL", { attributes: { species: "pig\u0000" } }, "#/attributes/species"],
      ["a date that is none", { as_of: "2026-02-30" }, "#/as_of"],
      ["an unknown system", { crs: "EPSG:2343" }, "#/crs"],
      ["no geometry", { geometry: undefined }, "#/geometry"],
      ["an open ring", { geometry: { type: "Polygon", coordinates: [ring.slice(0, 4)] } }, "#/geometry/coordinates/0"],
      ["latitude first", { geometry: { type: "Point", coordinates: [29.2, 105.9] } }, "#/geometry/coordinates"],
      ["metres without crs", { geometry: { type: "Point", coordinates: [592000, 3234000] } }, "#/geometry/coordinates"],
      ["outside the zones", { geometry: { type: "Point", coordinates: [10, 50] } }, "#/geometry/coordinates"],
      ["an empty collection", { geometry: { type: "FeatureCollection", features: [] } }, "#/geometry/features"],
      ["not GeoJSON", { geometry: { type: "Blob" } }, "#/geometry/type"],
    ])("%s is named with its place", async (_name, more, pointer) => {
      const problem = await ask(more);
      expect(problem.status).toBe(422);
      expect(problem.errors?.map((error) => error.pointer)).toEqual([pointer]);
      expect(problem.errors?.[0]?.detail.length).toBeGreaterThan(20);
    });

    it("a word to look for that the database cannot hold is named", async () => {
      const response = await service.get("/api/checks?q=a%00b");
      expect(response.status).toBe(400);
      expect(((await response.json()) as Problem).errors).toMatchObject([{ pointer: "?q" }]);
    });

    it("several faults come together", async () => {
      const problem = await ask({ name: "", action: "x", as_of: "yesterday" });
      expect(problem.errors?.map((error) => error.pointer)).toEqual(["#/name", "#/action", "#/as_of"]);
    });

    it("a bow tie is named at its crossing, and a repair offered that works when accepted", async () => {
      const tie = {
        type: "Polygon",
        coordinates: [
          [
            [105.95, 29.23],
            [105.951, 29.231],
            [105.951, 29.23],
            [105.95, 29.231],
            [105.95, 29.23],
          ],
        ],
      };
      const problem = await ask({ geometry: tie });
      expect(problem).toMatchObject({ status: 422, type: "/problems/invalid-geometry" });
      const [lon, lat] = problem.errors![0]!.position!;
      expect([lon, lat]).toEqual([expect.closeTo(105.9505, 6), expect.closeTo(29.2305, 6)]);
      expect(problem.repair!.area_after_m2).toBeGreaterThan(1000);
      const accepted = await service.post("/api/checks", { ...PIG_FARM, geometry: problem.repair!.geometry });
      expect(accepted.status).toBe(201);
      before++;
    });

    it("not JSON, too large and the wrong type have their own names", async () => {
      expect(((await (await service.post("/api/checks", "{")).json()) as Problem).type).toBe("/problems/not-json");
      const large = await service.post("/api/checks", JSON.stringify({ name: "x".repeat(10.5 * 1024 * 1024) }));
      expect([large.status, ((await large.json()) as Problem).type]).toEqual([413, "/problems/too-large"]);
      expect(((await (await service.post("/api/checks", "[]")).json()) as Problem).status).toBe(422);
    });

    it("every problem's type is served with its paragraph", async () => {
      const problem = await ask({ name: "" });
      const page = await service.json<{ description: string }>(problem.type);
      expect(page.description.length).toBeGreaterThan(5);
    });

    it("an unknown check is a 404", async () => {
      expect((await service.get("/api/checks/not-an-id")).status).toBe(404);
      expect((await service.get("/api/checks/00000000-0000-4000-8000-000000000000")).status).toBe(404);
    });
  });
});

/** Overwrites one frozen number behind the service's back. */
async function tamper(service: Service, id: string): Promise<void> {
  await sql`update site_check set said = jsonb_set(said, '{zh,site,area_m2}', '1') where id = ${id}::uuid`.execute(
    service.database.db,
  );
}
