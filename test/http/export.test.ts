/** Layers, a check's site and the list of violations as files, on both engines: what is asked for is what is in them. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Feature, List, Problem } from "../../server/api/common.ts";
import type { Check } from "../../server/api/checks.ts";
import type { Violation } from "../../server/api/sweeps.ts";
import { LIMITS, type ReadLayer } from "../../server/formats/format.ts";
import { readFiles } from "../../server/formats/read.ts";
import { positionsOf } from "../../server/formats/out/system.ts";
import { toCgcs2000 } from "../../server/formats/transform.ts";
import { layerOf } from "../../server/layers/index.ts";
import { everyFeature } from "../../server/queries/collections.ts";
import { VIOLATION_FORMATS } from "../../web/export_formats.ts";
import { eachEngine } from "../support/engines.ts";
import { CLEAN, FAR, type Service, startService } from "../support/service.ts";

const ITEMS = "/api/collections/protection_zone/items";
const BBOX = "bbox=105.94,29.22,105.97,29.25";

eachEngine((engine) => {
  let service: Service;
  let check: Check;
  let pages: Feature[];
  beforeAll(async () => {
    service = await startService(await engine.open());
    check = await service.check({ name: "=试验", ...CLEAN, action: "new", geometry: FAR });
    pages = (await service.json<{ features: Feature[] }>(`${ITEMS}?${BBOX}`)).features;
  });
  afterAll(() => service.close());

  async function read(path: string, name: string): Promise<{ layer: ReadLayer; response: Response }> {
    const response = await service.get(path);
    expect(response.status, path).toBe(200);
    const bytes = new Uint8Array(await response.arrayBuffer());
    const { layers } = await readFiles([{ name, bytes }], {}, LIMITS);
    return { layer: layers[0]!, response };
  }
  async function faults(path: string, status = 400): Promise<Problem> {
    const response = await service.get(path);
    expect(response.status, path).toBe(status);
    return (await response.json()) as Problem;
  }
  const names = (layer: ReadLayer, column: string) => layer.features.map(({ properties }) => properties[column]);

  describe("a layer as a file", () => {
    it("has the features of its filters, with every attribute, in the system asked for", async () => {
      expect(pages.length).toBeGreaterThan(1);
      const { layer, response } = await read(`${ITEMS}?${BBOX}&f=gpkg&crs=EPSG:4523`, "a.gpkg");
      expect(response.headers.get("content-disposition")).toBe("attachment; filename=protection_zone.gpkg");
      expect(layer.declared?.crs).toBe("EPSG:4523");
      expect(names(layer, "code")).toEqual(pages.map(({ id }) => id));
      for (const [i, { properties, geometry }] of layer.features.entries()) {
        for (const [name, value] of Object.entries(pages[i]!.properties!))
          expect([name, properties[name]]).toEqual([name, Array.isArray(value) ? JSON.stringify(value) : value]);
        const wanted = positionsOf(pages[i]!.geometry);
        expect(positionsOf(geometry)).toHaveLength(wanted.length);
        for (const [k, [lon, lat]] of toCgcs2000(positionsOf(geometry), "EPSG:4523").entries()) {
          expect(Math.abs(lon! - wanted[k]![0]!)).toBeLessThan(1.1e-8);
          expect(Math.abs(lat! - wanted[k]![1]!)).toBeLessThan(1.1e-8);
        }
      }
    });

    it("can be a selection by codes, as GBK shapefile with Chinese names of fields", async () => {
      const wanted = [pages[0]!.id, pages[1]!.id].map(String);
      const path = `${ITEMS}?codes=${wanted.map(encodeURIComponent).join(",")}`;
      const { layer } = await read(`${path}&f=shapefile&encoding=gbk&crs=gk3&lang=zh`, "a.zip");
      expect(layer.encoding).toEqual({ name: "GB18030", from: "declared" });
      expect(names(layer, "编码").toSorted()).toEqual(wanted.toSorted());
      expect(names(layer, "名称")).toContain(pages[0]!.properties!["name_zh"]);
      const { features } = await service.json<{ features: Feature[] }>(path);
      expect(features.map(({ id }) => id).toSorted()).toEqual(wanted.toSorted());
    });

    it("is the whole layer without a filter, however many pages that were", async () => {
      const { numberMatched } = await service.json<{ numberMatched: number }>(`${ITEMS}?limit=1`);
      const { layer } = await read(`${ITEMS}?f=shapefile&lang=en`, "a.zip");
      expect(layer.features).toHaveLength(numberMatched);
      expect(layer.faults).toEqual([]);
    });

    it("is not begun when there are more features than a file may have", async () => {
      const filter = { asOf: "2026-11-22", bbox: undefined, codes: undefined };
      const zones = layerOf("protection_zone")!;
      const { matched } = await everyFeature(service.database.db, zones, { ...filter, max: 3 });
      expect(matched).toBeGreaterThan(3);
      expect(await everyFeature(service.database.db, zones, { ...filter, max: 3 })).toEqual({ rows: null, matched });
      expect((await everyFeature(service.database.db, zones, { ...filter, max: matched })).rows).toHaveLength(matched);
    });

    it("says in a header what the format has no place for", async () => {
      const { layer, response } = await read(`${ITEMS}?${BBOX}&f=baopan&lang=en`, "a.txt");
      expect(layer.features).toHaveLength(pages.length);
      const notes = JSON.parse(decodeURIComponent(response.headers.get("export-notes")!)) as string[];
      expect(notes.join(" ")).toMatch(/no place for these \d+ field/);
    });

    it("has turning points with degrees, minutes and seconds", async () => {
      const { layer } = await read(`${ITEMS}?codes=${pages[0]!.id}&f=csv&notation=dms`, "a.csv");
      expect(layer.features).toHaveLength(1);
    });

    it("is refused with what is known: format, system, encoding, notation, and what belongs to pages", async () => {
      const detail = async (query: string) => (await faults(`${ITEMS}?${query}`)).errors!.map((each) => each.detail).join();
      expect(await detail("f=dwg")).toMatch(/shapefile/);
      expect(await detail("f=shapefile&crs=EPSG:2379")).toMatch(/EPSG:4491-4554/);
      expect(await detail("f=kml&crs=EPSG:4490")).toMatch(/EPSG:4326/);
      expect(await detail("f=baopan&crs=EPSG:4490")).toMatch(/gk3/);
      expect(await detail("f=shapefile&encoding=big5")).toMatch(/utf8 \| gbk/);
      expect(await detail("f=geojson&encoding=gbk")).toMatch(/utf8/);
      expect(await detail("f=geojson&notation=dms")).toMatch(/decimal/);
      expect(await detail("f=gpkg&limit=5")).toMatch(/limit/);
      expect(await detail("encoding=gbk")).toMatch(/encoding/);
      expect(await detail("f=gpkg&codes=,")).toMatch(/codes|code,code/);
    });

    it("does not leave out silently what was selected", async () => {
      const problem = await faults(`${ITEMS}?codes=${pages[0]!.id},NONE&f=gpkg`, 404);
      expect(problem).toMatchObject({ type: "/problems/unknown-feature", detail: expect.stringContaining("NONE") });
    });

    it("is a file without features where there are none", async () => {
      const response = await service.get(`${ITEMS}?bbox=80,40,80.1,40.1&f=baopan`);
      expect(response.status).toBe(200);
    });
  });

  describe("the site of a check", () => {
    it("comes back as it was asked, with the sentence on it", async () => {
      for (const [ending, crs] of [
        ["geojson", "EPSG:4490"],
        ["zip", "EPSG:4523"],
        ["gpkg", "EPSG:4544"],
      ] as const) {
        const { layer } = await read(`/api/checks/${check.id}/site.${ending}?crs=${crs}&lang=en`, `a.${ending}`);
        expect(layer.declared?.crs).toBe(crs);
        expect(names(layer, "id")).toEqual([check.id]);
        expect(names(layer, "conclusion").length + names(layer, "sentence").length).toBe(2);
      }
      const { layer } = await read(`/api/checks/${check.id}/site.geojson`, "a.geojson");
      expect(layer.features[0]!.geometry).toEqual(check.site.geometry);
      expect(layer.features[0]!.properties["sentence"]).toBe(check.sentence);
    });

    it("knows its endings, and no site without a check", async () => {
      expect((await faults(`/api/checks/${check.id}/site.dwg`, 404)).detail).toMatch(/zip/);
      await faults("/api/checks/00000000-0000-4000-8000-000000000000/site.zip", 404);
      await faults(`/api/checks/${check.id}/site.zip?crs=EPSG:1`, 400);
    });
  });

  describe("the list of violations", () => {
    it("is a layer of the facilities' places, and a workbook", async () => {
      await service.post("/api/sweeps", { as_of: "2026-11-22" });
      await service.jobs.idle();
      const { items } = await service.json<List<Violation>>("/api/violations?limit=1000");
      expect(items.length).toBeGreaterThan(0);
      const { layer } = await read("/api/violations?f=gpkg&crs=EPSG:4326&lang=zh", "a.gpkg");
      expect(names(layer, "violation")).toEqual(items.map(({ id }) => id));
      expect(names(layer, "facility")).toEqual(items.map(({ facility }) => facility));
      expect(layer.features[0]!.geometry).toEqual({
        type: "Point",
        coordinates: items[0]!.position.map((n) => Number(n.toFixed(9))),
      });
      // What the menu offers is given, with what it lets choose.
      for (const { id, ending, systems, encodings } of VIOLATION_FORMATS) {
        const query = new URLSearchParams({ f: id, lang: "en" });
        if (systems[0]) query.set("crs", systems[0]);
        if (encodings[0]) query.set("encoding", encodings[0]);
        const file = await service.get(`/api/violations?${query}`);
        expect([id, file.status]).toEqual([id, 200]);
        expect(file.headers.get("content-disposition")).toMatch(new RegExp(`\\.${ending}"?$`));
        if (ending === "xlsx" || ending === "csv") continue;
        const { layers } = await readFiles(
          [{ name: `a.${ending}`, bytes: new Uint8Array(await file.arrayBuffer()) }],
          {},
          LIMITS,
        );
        expect([id, layers[0]!.features.length]).toEqual([id, items.length]);
      }
      const book = await service.get("/api/violations?f=xlsx");
      expect(book.headers.get("content-type")).toContain("spreadsheetml");
      await faults("/api/violations?f=shapefile&limit=3");
      await faults("/api/violations?f=shapefile&crs=EPSG:9");
    });
  });
});
