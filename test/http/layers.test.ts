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

/** Where features of a layer lie: the first vertex of at most `n` of them, spread over the whole list. */
async function spots(service: Service, layer: string, n: number): Promise<{ code: string; lon: number; lat: number }[]> {
  const { features } = await service.json<Items>(`/api/collections/${layer}/items?limit=1000`);
  const step = Math.max(1, Math.floor(features.length / n));
  return features
    .filter((_, index) => index % step === 0)
    .map(({ id, geometry }) => {
      const [lon, lat] = JSON.stringify(geometry)
        .match(/-?\d+\.\d+(e-?\d+)?/g)!
        .map(Number) as [number, number];
      return { code: String(id), lon, lat };
    });
}

function tileAt(lon: number, lat: number, z: number): string {
  const n = 2 ** z;
  const x = Math.floor(((lon + 180) / 360) * n);
  const y = Math.floor(((1 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / Math.PI) / 2) * n);
  return `${z}/${x}/${y}`;
}

type Drawn = { code: string; type: number; box: number[] };
/** By engine, layer and tile: what was decoded. */
const decoded: Record<string, Record<string, Record<string, Drawn[]>>> = {};

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
        .filter(({ name }) => !["id", "file", "geom", "geom_3857", "geom_z10", "geom_z8", "geom_z6", "spot_3857"].includes(name))
        .map(({ name, type, nullable }) => [name, type, nullable]);
      expect(own.toSorted(), "write a migration that follows the declaration").toEqual(declared.toSorted());
    }
  });

  it("the landing page says today, that the data is a sample, and where the map opens", async () => {
    const landing = await service.json<Landing>("/api");
    expect(landing).toMatchObject({ sample_data: true, today: expect.stringMatching(/^\d{4}-\d{2}-\d{2}$/) });
    expect(landing.bbox[0]).toBeCloseTo(105.63, 2);
    expect(landing.places.map(({ code }) => code)).toEqual(["150581", "230903", "500118", "520502", "652801"]);
  });

  it("collections carry title, extent, coverage, licence and legend in both languages", async () => {
    const { collections } = await service.json<{ collections: Collection[] }>("/api/collections?lang=en");
    expect(collections.map(({ id }) => id)).toEqual(layers.map(({ id }) => id));
    const zones = collections.find(({ id }) => id === "protection_zone")!;
    const here = zones.coverage.filter(({ jurisdiction }) => jurisdiction === "500118");
    expect(here.map(({ theme }) => theme)).toEqual([
      "protection_zone/first",
      "protection_zone/quasi",
      "protection_zone/rural",
      "protection_zone/second",
    ]);
    expect(here.find(({ theme }) => theme === "protection_zone/first")).toMatchObject({ state: "loaded", basis: "schematic" });
    expect(zones.legend[0]!.title.en).toBe("first-level zone");
    expect(zones.legend[0]).toMatchObject({ kind: "fill", icon: null });
    const kinds = collections.find(({ id }) => id === "facility")!.columns.find(({ name }) => name === "kind")!;
    expect(kinds.values!["outfall"]).toEqual({ zh: "入河排污口", en: "sewage outfall" });
    for (const { features, extent, licence, id } of collections) {
      expect(features, id).toBeGreaterThan(0);
      expect(extent, id).not.toBeNull();
      expect(licence, id).not.toBeNull();
    }
  });

  it("every theme of every layer is known to each district: loaded, declared none, or said not to be loaded", async () => {
    const { collections } = await service.json<{ collections: Collection[] }>("/api/collections");
    for (const district of ["150581", "230903", "500118", "520502", "652801"])
      for (const layer of layers) {
        const { coverage } = collections.find(({ id }) => id === layer.id)!;
        const said = coverage.filter(({ jurisdiction }) => jurisdiction === district).map(({ theme }) => theme);
        expect(said.toSorted(), `${layer.id} ${district}`).toEqual(layer.paint.map(({ theme }) => theme).toSorted());
      }
  });

  it.each(layers.map(({ id }) => id))(
    "%s: items page by next links, each feature once, in the order of their codes",
    async (id) => {
      const seen: unknown[] = [];
      let url: string | undefined = `/api/collections/${id}/items?limit=100&datetime=2026-11-22`;
      let matched = 0;
      while (url) {
        const page: Items = await service.json<Items>(url);
        matched = page.numberMatched;
        seen.push(...page.features.map((feature) => feature.id));
        url = page.links.find((link) => link.rel === "next")?.href;
      }
      expect(seen.length).toBe(matched);
      expect(new Set(seen).size).toBe(matched);
      expect(seen).toEqual(seen.toSorted());
    },
  );

  it("items keep to bbox and datetime", async () => {
    const count = async (query: string) =>
      (await service.json<Items>(`/api/collections/protection_zone/items?${query}`)).numberMatched;
    expect(await count("bbox=105.94,29.225,105.96,29.24")).toBe(2);
    expect(await count("bbox=105,29,105.1,29.1")).toBe(0);
    expect(await count("datetime=1999-12-31")).toBe(0);
    expect(await count("datetime=2026-08-14T12:00:00Z")).toBeGreaterThan(10);
  });

  it("a park has two lives: unfinished, then done; never both on a day", async () => {
    const on = async (date: string) =>
      (
        await service.json<{ properties: Record<string, unknown> }>(
          `/api/collections/industrial_park/items/${await parkCode(service)}?datetime=${date}`,
        )
      ).properties;
    expect(await on("2018-06-01")).toMatchObject({ central_treatment: "unfinished", central_treatment_completed: null });
    expect(await on("2020-06-01")).toMatchObject({ central_treatment: "done" });
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

  it("a text that stands in both languages is said in the one asked for; without, and in files, it stays as it is stored", async () => {
    const path = "/api/collections/protection_zone/items";
    const sourceOf = async (address: string, headers = {}) => {
      const { features, properties } = (await (await service.get(address, headers)).json()) as Partial<Items> & {
        properties?: Record<string, unknown>;
      };
      const { source, name_zh } = properties ?? features![0]!.properties!;
      expect(name_zh).toBe("红江闸坝饮用水水源一级保护区");
      return String(source);
    };
    const stored = await sourceOf(`${path}/500118-HJZB-1`, { "accept-language": "en" });
    const [zh, en] = stored.split(" / ");
    expect(zh).toMatch(/\p{Script=Han}/u);
    expect(en).not.toMatch(/\p{Script=Han}/u);
    for (const address of [`${path}/500118-HJZB-1?`, `${path}?codes=500118-HJZB-1&`]) {
      expect(await sourceOf(`${address}lang=zh`)).toBe(zh);
      expect(await sourceOf(`${address}lang=en`)).toBe(en);
    }
    expect(await sourceOf(`${path}?codes=500118-HJZB-1`)).toBe(stored);
    expect(await sourceOf(`${path}?codes=500118-HJZB-1&f=geojson&lang=en`)).toBe(stored);
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
    expect(Object.keys(style.sources)).toEqual(["layers"]);
    for (const layer of layers)
      expect(
        style.layers.some((each) => each["source-layer"] === layer.id),
        layer.id,
      ).toBe(true);
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

  it.each(layers.map(({ id }) => id))(
    "%s: tiles at every zoom hold its features, rings wound outwards",
    async (id) => {
      const layer = layers.find((each) => each.id === id)!;
      const all: Record<string, Drawn[]> = {};
      for (const { code, lon, lat } of await spots(service, id, 8))
        for (let z = Math.max(0, layer.minzoom - 1); z <= 16; z++) {
          const name = tileAt(lon, lat, z);
          const response = await service.get(`/tiles/${id}/${name}`);
          if (z < layer.minzoom) {
            expect(response.status, `${name} is below the layer's zooms`).toBe(204);
            continue;
          }
          const features = response.status === 204 ? [] : ((await decode(response))[id] ?? []);
          for (const { rings, type } of features)
            if (type === 3) expect(signedArea(rings as number[][][]), `${id} ${name}`).toBeGreaterThan(0);
          // A small shape may fall below one unit of a tile of a far zoom.
          if (z >= 13 || layer.geometry === "point")
            expect(
              features.map((each) => each["code"]),
              `${id} ${name}`,
            ).toContain(code);
          all[name] = features.map(({ rings, ...tags }) => ({ ...tags, box: boxOf(rings as number[][][]) }) as unknown as Drawn);
        }
      expect(Object.keys(all).length).toBeGreaterThan(9);
      (decoded[engine.name] ??= {})[id] = all;
    },
    120_000,
  );
});

async function parkCode(service: Service): Promise<string> {
  const { features } = await service.json<Items>("/api/collections/industrial_park/items?limit=100&datetime=2018-06-01");
  return String(features.find(({ properties }) => String(properties!["name_zh"]).startsWith("塔什店"))!.id);
}

function signedArea(rings: number[][][]): number {
  const outer = rings[0]!;
  return outer.reduce(
    (sum, [ax, ay], i) => sum + ax! * outer[(i + 1) % outer.length]![1]! - outer[(i + 1) % outer.length]![0]! * ay!,
    0,
  );
}

function boxOf(rings: number[][][]): number[] {
  const points = rings.flat();
  return [0, 1].flatMap((i) => [Math.min(...points.map((point) => point[i]!)), Math.max(...points.map((point) => point[i]!))]);
}

describe("both engines", () => {
  it("label each polygon once in a tile, and never twice", ({ skip }) => {
    if (!decoded["embedded"]) skip("the engine did not run");
    for (const [layer, tiles] of Object.entries(decoded["embedded"]!))
      for (const [tile, features] of Object.entries(tiles)) {
        const labels = features.filter(({ type }) => type === 1).map(({ code }) => code);
        expect(labels, `${layer} ${tile}`).toEqual([...new Set(labels)]);
      }
  });

  it.each(layers.map(({ id }) => id))("%s: put the same features with the same tags in the same place into every tile", (id) => {
    if (!decoded["embedded"] || !decoded["postgres"]) return;
    const one = decoded["embedded"]![id]!;
    const other = decoded["postgres"]![id]!;
    expect(Object.keys(one)).toEqual(Object.keys(other));
    const order = (a: Drawn, b: Drawn) => (a.code + a.type < b.code + b.type ? -1 : 1);
    for (const [tile, features] of Object.entries(one)) {
      const here = features.toSorted(order);
      const there = other[tile]!.toSorted(order);
      const tags = (list: Drawn[]) => list.map((each) => ({ ...each, box: null }));
      expect(tags(here), tile).toEqual(tags(there));
      here.forEach(({ box }, i) =>
        box.forEach((value, k) => expect(Math.abs(value - there[i]!.box[k]!), `${id} ${tile}`).toBeLessThanOrEqual(1)),
      );
    }
  });
});
