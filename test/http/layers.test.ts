/** Layers from the outside, on both engines: collections, items, tiles, style; and that the declaration binds the table. */
import { VectorTile } from "@mapbox/vector-tile";
import { PbfReader } from "pbf";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Collection, Landing, TileJson } from "../../server/api/collections.ts";
import type { FeatureCollection, Link, Problem } from "../../server/api/common.ts";
import { layers } from "../../server/layers/index.ts";
import { columnsOf } from "../../server/layers/layer.ts";
import { tableShape } from "../../server/queries/house.ts";
import { eachEngine } from "../support/engines.ts";
import { type Service, startService } from "../support/service.ts";

type Items = FeatureCollection & { numberMatched: number; numberReturned: number; links: Link[] };

export async function decode(response: Response): Promise<Record<string, Record<string, unknown>[]>> {
  const tile = new VectorTile(new PbfReader(new Uint8Array(await response.arrayBuffer())));
  return Object.fromEntries(
    Object.entries(tile.layers).map(([name, layer]) => [
      name,
      Array.from({ length: layer.length }, (_, i) => {
        const feature = layer.feature(i);
        return {
          ...(feature.properties as Record<string, unknown>),
          type: feature.type,
          rings: feature.loadGeometry().map((ring) => ring.map(({ x, y }) => [x, y])),
        };
      }).toSorted((a: Record<string, unknown>, b: Record<string, unknown>) => String(a["code"]).localeCompare(String(b["code"]))),
    ]),
  );
}

/** The tiles of every zoom that hold the sample zones, and their neighbours. */
export function sampleTiles(): { z: number; x: number; y: number }[] {
  const found: { z: number; x: number; y: number }[] = [];
  for (let z = 0; z <= 16; z++) {
    const n = 2 ** z;
    const x = Math.floor(((105.951 + 180) / 360) * n);
    const y = Math.floor(((1 - Math.asinh(Math.tan((29.23 * Math.PI) / 180)) / Math.PI) / 2) * n);
    for (const [dx, dy] of [
      [0, 0],
      [1, 0],
      [0, 1],
    ] as const)
      if (x + dx < n && y + dy < n) found.push({ z, x: x + dx, y: y + dy });
  }
  return found;
}

const decoded: Record<string, Record<string, unknown>> = {};

eachEngine((engine) => {
  let service: Service;
  beforeAll(async () => {
    service = await startService(await engine.open());
  });
  afterAll(() => service.close());

  it("every declared column is a column of the table, of its type, and nothing else is", async () => {
    for (const layer of layers) {
      const shape = await tableShape(service.database.db, layer.id);
      const types = {
        text: "text",
        number: "double precision",
        integer: "integer",
        boolean: "boolean",
        date: "date",
        list: "jsonb",
      };
      const declared = Object.entries(columnsOf(layer)).map(([name, column]) => [name, types[column.type], column.optional]);
      const own = shape
        .filter(({ name }) => !["id", "file", "geom", "geom_3857"].includes(name))
        .map(({ name, type, nullable }) => [name, type, nullable]);
      expect(own.toSorted(), "write a migration that follows the declaration").toEqual(declared.toSorted());
    }
  });

  it("the landing page says today, that the data is a sample, and where the map opens", async () => {
    const landing = await service.json<Landing>("/api");
    expect(landing).toMatchObject({ sample_data: true, today: expect.stringMatching(/^\d{4}-\d{2}-\d{2}$/) });
    expect(landing.bbox[0]).toBeCloseTo(105.63, 2);
  });

  it("collections carry title, extent, coverage, licence and legend in both languages", async () => {
    const { collections } = await service.json<{ collections: Collection[] }>("/api/collections?lang=en");
    expect(collections.map(({ id }) => id)).toEqual(layers.map(({ id }) => id));
    const zones = collections.find(({ id }) => id === "protection_zone")!;
    expect(zones.features).toBe(2);
    expect(zones.coverage.map(({ theme, state, basis }) => [theme, state, basis])).toEqual([
      ["protection_zone/first", "loaded", "schematic"],
      ["protection_zone/quasi", "declared_none", "schematic"],
      ["protection_zone/rural", "declared_none", "schematic"],
      ["protection_zone/second", "loaded", "schematic"],
    ]);
    expect(zones.legend[0]!.title.en).toBe("first-level zone");
    expect(zones.extent!.spatial.bbox[0]![0]).toBeGreaterThan(105.9);
  });

  it("items page by next links, each feature once", async () => {
    const seen: unknown[] = [];
    let url: string | undefined = "/api/collections/protection_zone/items?limit=1&datetime=2026-11-22";
    while (url) {
      const page: Items = await service.json<Items>(url);
      expect(page.numberMatched).toBe(2);
      seen.push(...page.features.map((feature) => feature.id));
      url = page.links.find((link) => link.rel === "next")?.href;
    }
    expect(seen).toEqual(["500118-HJZB-1", "500118-HJZB-2"]);
  });

  it("items keep to bbox and datetime", async () => {
    const count = async (query: string) =>
      (await service.json<Items>(`/api/collections/protection_zone/items?${query}`)).numberMatched;
    expect(await count("bbox=105.94,29.22,105.97,29.26")).toBe(2);
    expect(await count("bbox=105,29,105.1,29.1")).toBe(0);
    expect(await count("datetime=1999-12-31")).toBe(0);
    expect(await count("datetime=2026-08-14T12:00:00Z")).toBe(2);
  });

  it("a feature is a feature, with its dates as dates", async () => {
    const one = await service.json<{ id: string; properties: Record<string, unknown> }>(
      "/api/collections/protection_zone/items/500118-HJZB-1",
    );
    expect(one).toMatchObject({
      id: "500118-HJZB-1",
      properties: {
        level: "first",
        basis: "schematic",
        accuracy_m: null,
        valid_from: "2000-01-01",
        aliases: ["红江闸坝", "临江河"],
      },
    });
  });

  it.each([
    ["/api/collections/rivers", 404, "unknown-layer"],
    ["/api/collections/rivers/items", 404, "unknown-layer"],
    ["/api/collections/protection_zone/items/nobody", 404, "unknown-feature"],
    ["/api/collections/protection_zone/items?colour=red", 400, "bad-parameter"],
    ["/api/collections/protection_zone/items?limit=0", 400, "bad-parameter"],
    ["/api/collections/protection_zone/items?bbox=1,2,3", 400, "bad-parameter"],
    ["/api/collections/protection_zone/items?datetime=soon", 400, "bad-parameter"],
    ["/tiles/rivers/1/1/1", 404, "unknown-layer"],
    ["/tiles/protection_zone/30/1/1", 400, "bad-tile"],
    ["/tiles/protection_zone/3/9/1", 400, "bad-tile"],
    ["/tiles/protection_zone/a/b/c", 400, "bad-tile"],
    ["/tiles/protection_zone/3/1/1?datetime=never", 400, "bad-parameter"],
    ["/nowhere", 404, "not-found"],
  ])("%s is %d %s", async (path, status, type) => {
    const response = await service.get(`${path}${path.includes("?") ? "&" : "?"}lang=en`);
    const problem = (await response.json()) as Problem;
    expect([response.status, problem.type]).toEqual([status, `/problems/${type}`]);
    expect(response.headers.get("content-type")).toContain("application/problem+json");
    if (type === "unknown-layer") expect(problem.detail).toContain("protection_zone");
  });

  it("TileJSON and the style name what the tiles hold", async () => {
    const tileJson = await service.json<TileJson>("/tiles/jurisdiction,protection_zone");
    expect(tileJson.vector_layers.map(({ id }) => id)).toEqual(["jurisdiction", "protection_zone"]);
    const style = await service.json<{ layers: { "source-layer"?: string; filter?: unknown[] }[]; sources: object }>(
      "/style.json?lang=zh",
    );
    expect(Object.keys(style.sources)).toEqual(["jurisdiction", "protection_zone"]);
    expect(JSON.stringify(style)).not.toContain("glyphs");
  });

  it("a tile has an ETag, is not sent twice, and is 204 when empty", async () => {
    const first = await service.get("/tiles/protection_zone/12/3253/1699");
    const etag = first.headers.get("etag")!;
    expect([first.status, first.headers.get("content-type")]).toEqual([200, "application/vnd.mapbox-vector-tile"]);
    expect((await service.get("/tiles/protection_zone/12/3253/1699", { "if-none-match": etag })).status).toBe(304);
    expect((await service.get("/tiles/protection_zone/12/1/1")).status).toBe(204);
    expect((await service.get("/tiles/protection_zone/12/3253/1699?datetime=1999-01-01")).status).toBe(204);
  });

  it("tiles at every zoom hold valid rings, outer rings wound outwards", async () => {
    const all: Record<string, unknown> = {};
    for (const { z, x, y } of sampleTiles()) {
      const { x: column, y: row } = sampleTiles().find((tile) => tile.z === z)!;
      const response = await service.get(`/tiles/jurisdiction,protection_zone/${z}/${x}/${y}`);
      const tile = response.status === 204 ? {} : await decode(response);
      for (const features of Object.values(tile))
        for (const { rings, type } of features) {
          if (type !== 3) continue;
          const [outer] = rings as number[][][];
          const area = outer!.reduce(
            (sum, [ax, ay], i) => sum + ax! * outer![(i + 1) % outer!.length]![1]! - outer![(i + 1) % outer!.length]![0]! * ay!,
            0,
          );
          expect(area, `${z}/${x}/${y}`).toBeGreaterThan(0);
        }
      if (y === row && x === column) expect(Object.keys(tile), `${z}/${x}/${y}`).toContain("jurisdiction");
      all[`${z}/${x}/${y}`] = Object.fromEntries(
        Object.entries(tile).map(([name, features]) => [
          name,
          features.map(({ rings, ...tags }) => ({ ...tags, points: (rings as unknown[][]).flat().length })),
        ]),
      );
    }
    expect(Object.keys(all).length).toBeGreaterThan(40);
    decoded[engine.name] = all;
  }, 60_000);
});

/** Each feature's label stands once, in the tile that holds it. */
function labelsOf(tiles: Record<string, unknown>, z: number): unknown[] {
  return Object.entries(tiles)
    .filter(([name]) => name.startsWith(`${z}/`))
    .flatMap(([, content]) => Object.values(content as Record<string, { type: number; code: string }[]>).flat())
    .filter(({ type }) => type === 1)
    .map(({ code }) => code);
}

describe("both engines", () => {
  it("label each feature once", ({ skip }) => {
    if (!decoded["embedded"]) skip("the engine did not run");
    expect(labelsOf(decoded["embedded"]!, 6).toSorted()).toEqual(["500118", "500118-HJZB-1", "500118-HJZB-2"]);
    for (let z = 0; z <= 16; z++) {
      const labels = labelsOf(decoded["embedded"]!, z);
      expect(labels, String(z)).toEqual([...new Set(labels)]);
    }
  });

  it("put the same features with the same tags into every tile", ({ skip }) => {
    if (!decoded["embedded"] || !decoded["postgres"]) skip("one engine did not run");
    const simple = (engine: string) =>
      Object.fromEntries(
        Object.entries(decoded[engine]!).map(([tile, content]) => [
          tile,
          Object.fromEntries(
            Object.entries(content as Record<string, { points: number }[]>).map(([layer, features]) => [
              layer,
              features.map((feature) => ({ ...feature, points: null })),
            ]),
          ),
        ]),
      );
    expect(simple("embedded")).toEqual(simple("postgres"));
  });
});
