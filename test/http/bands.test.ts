/** Tolerances and accuracies in metres: a square zone of 400 m in EPSG:4544, asked from every side, on both engines. */
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Check } from "../../server/api/checks.ts";
import { eachEngine } from "../support/engines.ts";
import { readCatalogue } from "../../server/service.ts";
import { rectangle, type Service, startService, statutesOnly } from "../support/service.ts";

const X = 590_000;
const Y = 3_245_000;

/** A site by its offsets in metres from the south-west corner of a zone. */
const site = (zoneX: number, west: number, south: number, east: number, north: number) =>
  rectangle(zoneX + west, Y + south, zoneX + east, Y + north);

type Shape = { corners?: readonly [number, number, number, number]; vertex_every_m?: number };

async function addZone(
  service: Service,
  code: string,
  x: number,
  basis: string,
  accuracy_m: number | null,
  { corners = [0, 0, 400, 400], vertex_every_m = 50 }: Shape = {},
): Promise<void> {
  const approval = basis === "approved_polygon" ? sql`'批[2020]1号', '省政府', '2020-01-01'::date` : sql`null, null, null::date`;
  const square = JSON.stringify({ type: "MultiPolygon", coordinates: [site(x, ...corners).coordinates] });
  await sql`
    insert into protection_zone (code, name_zh, name_en, valid_from, basis, accuracy_m, approval_no, approval_body, approval_date, source, file, geom, geom_3857, level, part, water_source)
    select ${code}, ${code}, ${code}, '2000-01-01', ${basis}, ${accuracy_m}::float8, ${approval}, 'test', 'test', g, st_transform(g, 3857), 'first', 'whole', 'test'
    from (select st_transform(st_segmentize(st_setsrid(st_geomfromgeojson(${square}::text), 4544), ${vertex_every_m}::float8), 4490) as g) as shape`.execute(
    service.database.db,
  );
}

eachEngine((engine) => {
  let service: Service;
  beforeAll(async () => {
    service = await startService(await engine.open(), { catalogue: statutesOnly(readCatalogue()) });
    await addZone(service, "drawn", X, "schematic", null);
    await addZone(service, "approved", X + 5000, "approved_polygon", 10);
    await addZone(service, "computed", X + 10_000, "computed_default", 10);
    // 6 km long; with a vertex every 5 m it is cut to a site's surroundings before it is measured, with one every 50 m it is not.
    for (const [code, vertex_every_m] of [
      ["plain", 50],
      ["giant", 5],
    ] as const) {
      await addZone(service, `${code}-drawn`, X, "schematic", null, { corners: [0, -4000, 6000, -3600], vertex_every_m });
      await addZone(service, `${code}-approved`, X, "approved_polygon", 10, { corners: [0, -8000, 6000, -7600], vertex_every_m });
    }
  });
  afterAll(() => service.close());

  const ask = (geometry: unknown, more: Record<string, unknown> = {}) =>
    service.check({ geometry, crs: "EPSG:4544", attributes: { emits: ["none"] }, ...more });
  const first = (check: Check, code: string) => check.findings.find((each) => each.rule === "WS-02" && each.feature === code);

  describe("a giant is measured as it would be whole", () => {
    const SITES = [
      ["wholly inside", [3000, 100, 3100, 200], "triggered", "within"],
      ["across the edge", [3000, -50, 3100, 50], "triggered", "overlaps"],
      ["right through it", [3000, -300, 3100, 700], "triggered", "overlaps"],
      ["8 m inside its edge", [3000, -50, 3100, 8], "triggered", "overlaps"],
      ["8 m off", [3000, -108, 3100, -8], "near", "near"],
      ["990 m off", [3000, -1090, 3100, -990], "near", "near"],
      ["round all of it", [-500, -500, 6500, 900], "triggered", "overlaps"],
      ["at its end", [5950, 100, 6050, 200], "triggered", "overlaps"],
    ] as const;
    const told = (check: Check, code: string) => {
      const found = check.findings.filter((each) => each.feature === code);
      return found
        .map(({ rule, outcome, relation, reasons, overlap_m2, share_of_site, distance_m }) => ({
          rule,
          outcome,
          relation,
          share: share_of_site === null ? null : share_of_site.toFixed(5),
          reasons: reasons.map(({ code: reason }) => reason),
          overlap_m2: overlap_m2 === null ? null : Math.round(overlap_m2 * 10),
          distance_mm: distance_m === null ? null : Math.round(distance_m * 100),
        }))
        .toSorted((a, b) => (a.rule < b.rule ? -1 : 1));
    };
    it.each(SITES)("%s", async (_name, [west, south, east, north], outcome, relation) => {
      const drawn = await ask(site(X, west, south - 4000, east, north - 4000));
      expect(first(drawn, "giant-drawn")).toMatchObject({ outcome, relation });
      const plain = told(drawn, "plain-drawn");
      expect(plain.length).toBeGreaterThan(0);
      expect(told(drawn, "giant-drawn")).toEqual(plain);
      const approved = await ask(site(X, west, south - 8000, east, north - 8000));
      expect(told(approved, "giant-approved").length).toBeGreaterThan(0);
      expect(told(approved, "giant-approved")).toEqual(told(approved, "plain-approved"));
    });

    it("such a check replays the same", async () => {
      const { id } = await ask(site(X, 3000, -4050, 3100, -3950));
      const response = await service.post(`/api/checks/${id}/replay`, {});
      expect(await response.json()).toEqual({ same: true, differences: [] });
    });
  });

  describe("a schematic zone is taken as drawn", () => {
    it.each([
      ["wholly inside", [100, 100, 200, 200], "triggered", "within"],
      ["across the edge", [-50, 100, 50, 200], "triggered", "overlaps"],
      ["a strip of 1 m inside", [-50, 100, 1, 200], "triggered", "overlaps"],
      ["a strip of 25 cm inside", [-50, 100, 0.25, 200], "triggered", "overlaps"],
      ["a strip of 12 cm inside", [-50, 100, 0.12, 200], "triggered", "overlaps"],
      ["a strip of 9 cm inside, 9 m2", [-50, 100, 0.09, 200], "touches", "touches"],
      ["a strip of 5 cm inside, 5 m2", [-50, 100, 0.05, 200], "touches", "touches"],
      ["a corner of 0.8 x 0.8 m", [-50, -50, 0.8, 0.8], "touches", "touches"],
      ["the edge itself", [-50, 100, 0, 200], "touches", "touches"],
      ["5 cm away", [-50, 100, -0.05, 200], "touches", "touches"],
      ["1 m away", [-50, 100, -1, 200], "near", "near"],
      ["990 m away", [-1090, 100, -990, 200], "near", "near"],
    ] as const)("%s: %s", async (_name, [west, south, east, north], outcome, relation) => {
      const check = await ask(site(X, west, south, east, north));
      expect(first(check, "drawn")).toMatchObject({ outcome, relation });
      expect(check.conclusion).toBe(outcome === "triggered" ? "prohibited" : outcome === "touches" ? "undetermined" : "notice");
    });

    it.each([
      ["30 cm", 0.3, "triggered", "within"],
      ["12 cm", 0.12, "triggered", "within"],
      ["8 cm, 32 m2", 0.08, "touches", "touches"],
    ] as const)("a frame of %s inside: %s", async (_name, width, outcome, relation) => {
      const [outer, hole] = [site(X, 100, 100, 200, 200), site(X, 100 + width, 100 + width, 200 - width, 200 - width)];
      const check = await ask({ type: "Polygon", coordinates: [...outer.coordinates, ...hole.coordinates] });
      expect(first(check, "drawn")).toMatchObject({ outcome, relation });
    });

    it.each([
      ["30 m deep", [-50, 100, 30, 200], 20, "triggered"],
      ["15 m deep", [-50, 100, 15, 200], 20, "cannot_tell"],
      ["15 m outside", [-50, 100, -15, 200], 20, "cannot_tell"],
      ["30 m outside", [-50, 100, -30, 200], 20, "near"],
      ["3 km outside", [-3100, 100, -3000, 200], 5000, "cannot_tell"],
    ] as const)("the site is not: %s", async (_name, [west, south, east, north], accuracy_m, outcome) => {
      const check = await ask(site(X, west, south, east, north), { accuracy_m });
      expect(first(check, "drawn")).toMatchObject({ outcome });
      expect(check.conclusion).not.toBe("clear");
      if (outcome === "cannot_tell") {
        expect(first(check, "drawn")!.reasons[0]).toMatchObject({ code: "boundary_accuracy" });
        expect(first(check, "drawn")!.reasons[0]!.depth_m!).toBeCloseTo(east, 0);
      }
    });

    it("beyond 1,000 m there is nothing to say of it", async () => {
      const check = await ask(site(X, -1200, 100, -1010, 200));
      expect(first(check, "drawn")).toBeUndefined();
    });

    it("what the tolerance hides stands in the ledger with its measures", async () => {
      const check = await ask(site(X, -50, 100, 0.05, 200));
      expect(check.slivers).toHaveLength(1);
      expect(check.slivers[0]).toMatchObject({ feature: "drawn", tolerance: { area_m2: 1, width_m: 0.1 } });
      expect(check.slivers[0]!.area_m2!).toBeGreaterThan(4.5);
      expect(check.slivers[0]!.area_m2!).toBeLessThan(5.5);
      expect(check.slivers[0]!.width_m!).toBeCloseTo(0.05, 2);
    });

    it("a hundred pieces of 0.9 m2 count together", async () => {
      const parts = Array.from({ length: 100 }, (_, i) => ({
        type: "Feature",
        properties: {},
        geometry: site(X, -1, 2 + i * 3, 0.9, 3 + i * 3),
      }));
      const found = first(await ask({ type: "FeatureCollection", features: parts }), "drawn")!;
      expect(found.outcome).toBe("triggered");
      expect(found.overlap_m2!).toBeCloseTo(90, 0);
    });

    it("a line along the edge is contact, one a metre inside is a crossing", async () => {
      const line = (x: number) => ({
        type: "LineString",
        coordinates: [
          [X + x, Y + 50],
          [X + x, Y + 350],
        ],
      });
      const road = { activity: "road_bridge", attributes: {} };
      expect(first(await ask(line(0), road), "drawn")!.outcome).toBe("touches");
      expect(first(await ask(line(1), road), "drawn")).toMatchObject({ outcome: "triggered", relation: "within" });
    });

    it("a point on the edge is contact, one a metre inside is inside", async () => {
      const point = (x: number) => ({ type: "Point", coordinates: [X + x, Y + 200] });
      const well = { activity: "outfall", attributes: {} };
      const outfall = (check: Check) => check.findings.find((each) => each.rule === "WS-01a" && each.feature === "drawn");
      expect(outfall(await ask(point(0), well))!.outcome).toBe("touches");
      expect(outfall(await ask(point(1), well))!.outcome).toBe("triggered");
    });
  });

  describe.each(["approved", "computed"])("a boundary known to 10 m (%s)", (code) => {
    const x = code === "approved" ? X + 5000 : X + 10_000;
    it.each([
      ["15 m deep", [-50, 100, 15, 200], "triggered"],
      ["4 m deep", [-50, 100, 4, 200], "cannot_tell"],
      ["6 m outside", [-50, 100, -6, 200], "cannot_tell"],
      ["15 m outside", [-50, 100, -15, 200], "near"],
    ] as const)("%s: %s", async (_name, [west, south, east, north], outcome) => {
      const found = first(await ask(site(x, west, south, east, north)), code)!;
      expect(found.outcome).toBe(outcome);
      if (outcome === "cannot_tell") {
        expect(found.reasons[0]).toMatchObject({ code: "boundary_accuracy" });
        expect(found.reasons[0]!.depth_m!).toBeCloseTo(east, 1);
      }
    });

    it("the site's own accuracy counts too", async () => {
      expect(first(await ask(site(x, -50, 100, 15, 200), { accuracy_m: 20 }), code)!.outcome).toBe("cannot_tell");
      expect(first(await ask(site(x, -50, 100, -15, 200), { accuracy_m: 20 }), code)!.outcome).toBe("cannot_tell");
    });

    it("shifting the site by less than the accuracy never turns a hit into clear", async () => {
      for (const shift of [0, 3, 6, 9]) {
        const check = await ask(site(x, -50 - shift, 100, 12 - shift, 200));
        expect(["prohibited", "undetermined"], String(shift)).toContain(check.conclusion);
      }
    });
  });
});
