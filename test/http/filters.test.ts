/** Features by their fields and by selection, in pages and in files, and pages in every reference system, on both engines. */
import { beforeAll, describe, expect, it } from "vitest";
import type { Collection, Queryables } from "../../server/api/collections.ts";
import type { Feature, Link, Position, Problem } from "../../server/api/common.ts";
import { LIMITS, type ReadLayer } from "../../server/formats/format.ts";
import { positionsOf } from "../../server/formats/out/system.ts";
import { WRITERS } from "../../server/formats/out/index.ts";
import { readFiles } from "../../server/formats/read.ts";
import { CRS_WRITTEN, geometryFromCgcs2000, toCgcs2000 } from "../../server/formats/transform.ts";
import { layers } from "../../server/layers/index.ts";
import { columnsOf } from "../../server/layers/layer.ts";
import { RESERVED } from "../../server/routes/items.ts";
import { splitList } from "../../server/query.ts";
import { eachEngine } from "../support/engines.ts";
import { type Service, startService } from "../support/service.ts";

type Items = { features: Feature[]; numberMatched: number; numberReturned: number; links: Link[] };
const ON = "datetime=2026-11-22";

describe("the parameters of items", () => {
  it("are no layer's columns", () => {
    for (const layer of layers)
      expect(
        Object.keys(columnsOf(layer)).filter((name) => RESERVED.includes(name)),
        `${layer.id}: call the column otherwise, or nobody can filter by it`,
      ).toEqual([]);
  });

  it.each([
    ["a", ["a"]],
    ["a,b", ["a", "b"]],
    ["a\\,b,c", ["a,b", "c"]],
    ["a\\\\,b", ["a\\", "b"]],
    ["a\\b", ["a\\b"]],
    ["", [""]],
    [",", ["", ""]],
    ["𠮷，,b", ["𠮷，", "b"]],
  ])("as a list: %s", (text, values) => expect(splitList(text)).toEqual(values));
});

eachEngine((engine) => {
  let service: Service;
  let facilities: Feature[];
  beforeAll(async () => {
    service = await startService(await engine.open());
    facilities = await everyOne("facility");
    return () => service.close();
  });

  const path = (layer: string, query: string) => `/api/collections/${layer}/items?${ON}${query === "" ? "" : `&${query}`}`;
  const items = async (layer: string, query: string) => {
    const response = await service.get(path(layer, query));
    expect(response.status, query).toBe(200);
    return (await response.json()) as Items;
  };
  /** All pages, by the links. */
  async function everyOne(layer: string, query = ""): Promise<Feature[]> {
    const all: Feature[] = [];
    let next: string | undefined = path(layer, `${query}&limit=37`);
    while (next) {
      const page: Items = await service.json<Items>(next);
      all.push(...page.features);
      next = page.links.find(({ rel }) => rel === "next")?.href;
    }
    return all;
  }
  const codes = (features: Feature[]) => features.map(({ id }) => String(id));
  const of = (test: (properties: Record<string, unknown>) => boolean) =>
    codes(facilities.filter(({ properties }) => test(properties!)));
  async function refused(address: string, status = 400, body?: unknown): Promise<Problem> {
    const response = body === undefined ? await service.get(address) : await service.post(address, body);
    expect(response.status, address).toBe(status);
    expect(response.headers.get("content-type")).toContain("application/problem+json");
    return (await response.json()) as Problem;
  }
  const fault = async (layer: string, query: string) => {
    const { errors } = await refused(path(layer, `lang=en&${query}`));
    return errors![0]!;
  };
  async function read(response: Response, name: string): Promise<ReadLayer> {
    expect(response.status).toBe(200);
    const { layers: read_layers } = await readFiles([{ name, bytes: new Uint8Array(await response.arrayBuffer()) }], {}, LIMITS);
    return read_layers[0]!;
  }

  describe("a filter by a field", () => {
    it("of words, numbers, truth, days and lists passes just the features that have the value", async () => {
      const number = facilities.find(({ properties }) => typeof properties!["depth_m"] === "number")!.properties!["depth_m"];
      const whole = facilities.find(({ properties }) => typeof properties!["annual_output"] === "number")!.properties![
        "annual_output"
      ];
      const alias = facilities.flatMap(({ properties }) => properties!["emits"] ?? [])[0] as string;
      const cases: [string, (properties: Record<string, unknown>) => boolean][] = [
        ["kind=outfall", ({ kind }) => kind === "outfall"],
        [`depth_m=${String(number)}`, ({ depth_m }) => depth_m === number],
        [`depth_m=${encodeURIComponent((number as number).toExponential())}`, ({ depth_m }) => depth_m === number],
        [`annual_output=${String(whole)}`, ({ annual_output }) => annual_output === whole],
        ["well_approved=true", ({ well_approved }) => well_approved === true],
        ["well_approved=false", ({ well_approved }) => well_approved === false],
        ["valid_from=2000-01-01", ({ valid_from }) => valid_from === "2000-01-01"],
        [`emits=${alias}`, ({ emits }) => Array.isArray(emits) && emits.includes(alias)],
      ];
      for (const [query, test] of cases) {
        const wanted = of(test);
        const { features, numberMatched } = await items("facility", `${query}&limit=1000`);
        expect([query, codes(features)]).toEqual([query, wanted]);
        expect(numberMatched).toBe(wanted.length);
        if (query !== "well_approved=true" && query !== "well_approved=false") expect(wanted.length, query).toBeGreaterThan(0);
      }
      // Unknown is neither.
      expect(of(({ well_approved }) => well_approved === null).length).toBeGreaterThan(0);
    });

    it("takes any of a list, or of what repeats, and all of several fields", async () => {
      const wanted = of(({ kind }) => kind === "outfall" || kind === "well");
      expect(wanted.length).toBeGreaterThan(of(({ kind }) => kind === "well").length);
      expect(codes((await items("facility", "kind=outfall,well&limit=1000")).features)).toEqual(wanted);
      expect(codes((await items("facility", "kind=outfall&kind=well&limit=1000")).features)).toEqual(wanted);
      const here = of(({ kind, competent_jurisdiction }) => kind === "livestock_farm" && competent_jurisdiction === "500118");
      expect(codes(await everyOne("facility", "kind=livestock_farm&competent_jurisdiction=500118"))).toEqual(here);
      expect(here.length).toBeGreaterThan(40);
      const half = here[Math.floor(here.length / 2)]!;
      const { features } = await items("facility", `kind=livestock_farm&competent_jurisdiction=500118&after=${half}&limit=5`);
      expect(codes(features)).toEqual(here.slice(here.indexOf(half) + 1, here.indexOf(half) + 6));
    });

    it("reads Chinese words, signs of every kind, and commas as words, never as a statement", async () => {
      const name = String(facilities[0]!.properties!["name_zh"]);
      const same = of(({ name_zh }) => name_zh === name);
      expect(codes((await items("facility", `name_zh=${encodeURIComponent(name)}&limit=1000`)).features)).toEqual(same);
      for (const hostile of ["'", "' or '1'='1", '"; drop table facility; --', "$1", "\\", "%", "*", "?|", "名称'）", "😀"]) {
        const query = `name_zh=${encodeURIComponent(hostile)}&source=${encodeURIComponent(hostile)}`;
        expect((await items("facility", query)).numberMatched, hostile).toBe(0);
        expect((await items("facility", `aliases=${encodeURIComponent(hostile)}`)).numberMatched, hostile).toBe(0);
      }
      expect((await items("facility", "")).numberMatched).toBe(facilities.length);
      const [first] = await everyOne("protection_zone");
      const { sql } = await import("kysely");
      await sql`update protection_zone set source = '甲, "乙" 和 ''丙''' where code = ${String(first!.id)}`.execute(
        service.database.db,
      );
      const source = encodeURIComponent(`没有,甲\\, "乙" 和 '丙'`);
      expect(codes((await items("protection_zone", `source=${source}`)).features)).toEqual([first!.id]);
      expect((await items("protection_zone", `source=${encodeURIComponent('甲, "乙"')}`)).numberMatched).toBe(0);
    });

    it("that nothing passes is an empty page, and an empty file", async () => {
      expect(await items("facility", "kind=outfall&basis=approved_polygon")).toMatchObject({ features: [], numberMatched: 0 });
      const response = await service.get(path("facility", "kind=outfall&basis=approved_polygon&f=geojson"));
      expect(((await response.json()) as Items).features).toEqual([]);
    });

    it("that the layer does not have is a 400 that says which there are", async () => {
      expect(await fault("protection_zone", "colour=red")).toEqual({
        pointer: "?colour",
        detail: expect.stringMatching(/colour\. Parameters: bbox, .*limit.*\. Fields to filter by: .*name_zh.*level/),
      });
      expect((await fault("protection_zone", "f=kml&seats=3")).detail).toMatch(/seats.*name_zh/);
      expect((await refused(path("protection_zone", "lang=zh&颜色=红"))).errors![0]!.detail).toMatch(/没有名为 颜色/);
      // What every object of the language has is no field.
      for (const name of ["__proto__", "constructor", "toString", "geom"])
        expect((await refused(path("protection_zone", `${name}=1`))).type).toBe("/problems/bad-parameter");
    });

    it.each([
      ["facility", "kind=volcano", /outfall \| |\| outfall/],
      ["facility", "kind=toString", /outfall/],
      ["facility", "kind=", /outfall/],
      ["facility", "kind=outfall,volcano", /"volcano"/],
      ["facility", "well_approved=yes", /true \| false/],
      ["facility", "well_approved=constructor", /true \| false/],
      ["facility", "depth_m=deep", /123\.4/],
      ["facility", "depth_m=0x10", /123\.4/],
      ["facility", "depth_m=NaN", /123\.4/],
      ["facility", "depth_m=1e999", /123\.4/],
      ["facility", "depth_m=", /123\.4/],
      ["facility", "annual_output=1.5", /123;/],
      ["facility", "annual_output=2147483648", /123;/],
      ["facility", "valid_from=2026-02-30", /yyyy-mm-dd/],
      ["facility", "valid_from=2026", /yyyy-mm-dd/],
      ["facility", "name_zh=", /text/],
      ["facility", "name_zh=a%00b", /text/],
    ])("of %s by %s is a 400 that says what was expected", async (layer, query, words) => {
      const { pointer, detail } = await fault(layer, query);
      expect(pointer).toBe(`?${query.slice(0, query.indexOf("="))}`);
      expect(detail).toMatch(words);
    });

    it("is bounded in the number of its values, however they are written", async () => {
      const many = Array.from({ length: 501 }, (_, i) => String(i));
      expect(await refused(path("facility", `depth_m=${many.join()}`))).toMatchObject({
        type: "/problems/too-many-values",
        detail: expect.stringContaining("501"),
      });
      // Longer than what node reads of a query.
      const more = Array.from({ length: 1200 }, (_, i) => `seats=${i % 10}`).join("&");
      expect((await refused(path("facility", more))).type).toBe("/problems/too-many-values");
      expect((await items("facility", `depth_m=${many.slice(1).join()}`)).numberMatched).toBe(
        of(({ depth_m }) => Number.isInteger(depth_m) && Number(depth_m) >= 1 && Number(depth_m) <= 500).length,
      );
    });

    it("is what the collection's schema says, field by field, in both languages", async () => {
      for (const layer of layers) {
        const response = await service.get(`/api/collections/${layer.id}/queryables?lang=en`);
        expect(response.headers.get("content-type")).toContain("application/schema+json");
        const schema = (await response.json()) as Queryables;
        expect(Object.keys(schema.properties)).toEqual(Object.keys(columnsOf(layer)));
        expect(schema).toMatchObject({ type: "object", additionalProperties: false, title: layer.title.en });
        const { links } = await service.json<Collection>(`/api/collections/${layer.id}`);
        expect(links.find(({ rel }) => rel.endsWith("/queryables"))!.href).toBe(schema.$id);
      }
      const { properties } = await service.json<Queryables>("/api/collections/facility/queryables?lang=zh");
      expect(properties["code"]).toMatchObject({ type: "string", "x-ogc-role": "id" });
      expect(properties["depth_m"]).toEqual({ title: "井深", type: "number", "x-ogc-unit": "m" });
      expect(properties["valid_from"]).toMatchObject({ type: "string", format: "date" });
      expect(properties["emits"]).toMatchObject({ type: "array", items: { type: "string" } });
      expect(properties["kind"]!.enum).toContain("outfall");
      expect(properties["kind"]!.description).toContain("outfall: 入河排污口");
      await refused("/api/collections/rivers/queryables", 404);
    });
  });

  describe("a file of what was filtered or selected", () => {
    it.each(WRITERS.map(({ id, ending }) => [id, ending]))("as %s is read again with just these features", async (f, ending) => {
      const crs = f === "kml" ? "EPSG:4326" : "EPSG:4523";
      const wanted = of(({ kind, competent_jurisdiction }) => kind === "outfall" && competent_jurisdiction === "500118");
      expect(wanted.length).toBeGreaterThan(1);
      const query = `f=${f}&crs=${crs}&lang=en`;
      const filtered = await service.get(path("facility", `kind=outfall&competent_jurisdiction=500118&${query}`));
      const selected = await service.post(`/api/collections/facility/selection?${ON}&${query}`, {
        codes: wanted.toReversed(),
      });
      const [one, other] = [await filtered.clone().text(), await selected.clone().text()];
      expect(one).toBe(other);
      const layer = await read(filtered, `a${ending}`);
      expect(layer.features).toHaveLength(wanted.length);
      expect(layer.features.map(({ properties }) => Object.values(properties).map(String)).flat()).toEqual(
        expect.arrayContaining(wanted),
      );
      // Of the columns of a table it takes the degrees.
      const declared = f === "csv" || f === "xlsx" ? "EPSG:4490" : layer.declared?.crs;
      const positions = toCgcs2000(
        layer.features.flatMap(({ geometry }) => positionsOf(geometry)),
        declared ?? crs,
      );
      const stored = facilities.filter(({ id }) => wanted.includes(String(id))).flatMap(({ geometry }) => positionsOf(geometry));
      expect(positions).toHaveLength(stored.length);
      // Degrees are kept to 0.1 mm, metres to the millimetre.
      for (const [i, position] of positions.entries())
        for (const k of [0, 1]) expect(Math.abs(position[k]! - stored[i]![k]!)).toBeLessThan(1.2e-8);
    });

    it("as shapefile in GBK keeps the Chinese names of the selected", async () => {
      const some = codes(facilities).slice(3, 8);
      const response = await service.post(`/api/collections/facility/selection?${ON}&f=shapefile&encoding=gbk&lang=zh`, {
        codes: some,
      });
      const layer = await read(response, "a.zip");
      expect(layer.encoding?.name).toBe("GB18030");
      expect(layer.features.map(({ properties }) => properties["名称"])).toEqual(
        facilities.slice(3, 8).map(({ properties }) => properties!["name_zh"]),
      );
    });

    it("of 10,000 selected codes has these 10,000, and says which one is not there", async () => {
      const { sql } = await import("kysely");
      const columns = Object.keys(columnsOf(layers.find(({ id }) => id === "water_source")!)).filter((name) => name !== "code");
      const list = sql.join([...columns, "file"].map((name) => sql.ref(name)));
      await sql`insert into water_source (code, ${list}, geom, geom_3857)
        select 'MANY''' || n, ${list}, spot, st_transform(spot, 3857)
        from (select * from water_source where valid_to is null order by code limit 1) as one, generate_series(1, 10500) as n,
          lateral (select st_translate(geom, (n % 100) * 0.0001, (n / 100) * 0.0001) as spot) as moved`.execute(
        service.database.db,
      );
      const many = Array.from({ length: 10_000 }, (_, i) => `MANY'${i + 1}`);
      const address = `/api/collections/water_source/selection?${ON}&lang=en`;
      const response = await service.post(address, { codes: many });
      expect(response.headers.get("content-disposition")).toContain("water_source.geojson");
      const { features } = (await response.json()) as Items;
      expect(codes(features).toSorted()).toEqual(many.toSorted());
      const problem = await refused(address, 404, { codes: [...many, "NONE"] });
      expect(problem.detail).toContain("NONE");
      // A box that they do not fill leaves the others out, as asked.
      const [lon, lat] = positionsOf(features[0]!.geometry)[0] as [number, number];
      const some = await service.post(`${address}&bbox=${lon - 1e-6},${lat - 1e-6},${lon + 1e-6},${lat + 1e-6}`, { codes: many });
      const box = ((await some.json()) as Items).features.length;
      expect(box).toBeGreaterThan(0);
      expect(box).toBeLessThan(10_000);
    });

    it.each([
      [{}, "#/codes", /1-50000/],
      [{ codes: [] }, "#/codes", /got 0/],
      [{ codes: "a" }, "#/codes", /1-50000/],
      [{ codes: ["a", 3] }, "#/codes/1", /got 3/],
      [{ codes: ["a\0"] }, "#/codes/0", /code/],
      ['{"codes":["\\ud800"]}', "#/codes/0", /code/],
      [{ codes: ["a"], layer: "facility" }, "#/layer", /Known: codes/],
      [[], "#/codes", /1-50000/],
    ])("is refused for the body %j", async (body, pointer, words) => {
      const problem = await refused(`/api/collections/facility/selection?lang=en`, 422, body);
      expect(problem.type).toBe("/problems/invalid-selection");
      expect(problem.errors![0]).toEqual({ pointer, detail: expect.stringMatching(words) });
    });

    it("is refused as page, in a format that is none, and with codes twice", async () => {
      const body = { codes: codes(facilities).slice(0, 1) };
      for (const [query, words] of [
        ["f=json", /shapefile/],
        ["f=dwg", /shapefile/],
        ["codes=a", /codes/],
        ["limit=3", /limit/],
        ["colour=red", /name_zh/],
      ] as const)
        expect((await refused(`/api/collections/facility/selection?lang=en&${query}`, 400, body)).errors![0]!.detail).toMatch(
          words,
        );
      await refused("/api/collections/rivers/selection", 404, body);
    });
  });

  describe("a page in another reference system", () => {
    const address = (code: number) => `http://www.opengis.net/def/crs/EPSG/0/${code}`;
    const first = async (query: string) => {
      const response = await service.get(path("protection_zone", `competent_jurisdiction=500118&${query}`));
      expect(response.status, query).toBe(200);
      const { features } = (await response.json()) as Items;
      return { crs: response.headers.get("content-crs"), positions: features.flatMap(({ geometry }) => positionsOf(geometry)) };
    };
    const swapped = (positions: Position[]) => positions.map(([a, b]) => [b!, a!]);

    it("is longitude and latitude unless said, and says so", async () => {
      const plain = await first("limit=3");
      expect(plain.crs).toBe("<http://www.opengis.net/def/crs/OGC/1.3/CRS84>");
      for (const name of ["CRS84", "http://www.opengis.net/def/crs/OGC/1.3/CRS84"])
        expect(await first(`limit=3&crs=${encodeURIComponent(name)}`)).toEqual(plain);
    });

    it("keeps the authority's order: latitude first, northing first, Web Mercator easting first", async () => {
      const stored = (await first("limit=3")).positions;
      for (const code of [4490, 4326]) {
        const { crs, positions } = await first(`limit=3&crs=${encodeURIComponent(address(code))}`);
        expect(crs).toBe(`<${address(code)}>`);
        expect(positions).toEqual(swapped(stored));
      }
      for (const code of [4523, 4544, 4508, 4497]) {
        const { crs, positions } = await first(`limit=3&crs=EPSG:${code}`);
        expect(crs).toBe(`<${address(code)}>`);
        // Some 3.2 thousand kilometres from the equator.
        expect([31, 32, 33]).toContain(Math.floor(positions[0]![0]! / 1e5));
        const back = toCgcs2000(swapped(positions), `EPSG:${code}`);
        for (const [i, position] of back.entries())
          for (const k of [0, 1]) expect(Math.abs(position[k]! - stored[i]![k]!)).toBeLessThan(1.2e-8);
      }
      const { positions } = await first("limit=3&crs=EPSG:3857");
      expect([117, 118]).toContain(Math.floor(positions[0]![0]! / 1e5));
    });

    it("pages on in the same system with the same filters", async () => {
      const response = await service.get(path("facility", "kind=well,outfall&limit=2&crs=EPSG:4490"));
      const { links, numberMatched } = (await response.json()) as Items;
      expect(numberMatched).toBeGreaterThan(4);
      const next = await service.get(links.find(({ rel }) => rel === "next")!.href);
      expect(next.headers.get("content-crs")).toBe(`<${address(4490)}>`);
      const page = (await next.json()) as Items;
      expect(page.numberMatched).toBe(numberMatched);
      expect(codes(page.features)).toEqual(of(({ kind }) => kind === "well" || kind === "outfall").slice(2, 4));
      expect(positionsOf(page.features[0]!.geometry)[0]![0]).toBeLessThan(60);
    });

    it("has the features of a box in any system, in the order of its axes", async () => {
      const plain = codes((await items("facility", "bbox=105.93,29.21,105.97,29.26&limit=1000")).features);
      expect(plain.length).toBeGreaterThan(10);
      const within = async (bbox: (string | number)[], crs: string) =>
        codes((await items("facility", `bbox=${bbox.join()}&bbox-crs=${encodeURIComponent(crs)}&limit=1000`)).features);
      expect(await within([29.21, 105.93, 29.26, 105.97], "EPSG:4490")).toEqual(plain);
      expect(await within([29.21, 105.93, 29.26, 105.97], address(4326))).toEqual(plain);
      expect(await within([105.93, 29.21, 105.97, 29.26], "CRS84")).toEqual(plain);
      const metres = (lon: number, lat: number) => [
        (lon * 20_037_508.3428) / 180,
        (Math.log(Math.tan(((90 + lat) * Math.PI) / 360)) * 20_037_508.3428) / Math.PI,
      ];
      expect(await within([...metres(105.93, 29.21), ...metres(105.97, 29.26)], "EPSG:3857")).toEqual(plain);
      // A box of a zone stands askew in degrees: what is in it by its metres, no more and no less.
      const inZone = (code: string, [south, west, north, east]: number[]) =>
        codes(
          facilities.filter(({ geometry }) => {
            const [[x, y]] = positionsOf(geometryFromCgcs2000(geometry!, code)) as [[number, number]];
            return y >= south! && y <= north! && x >= west! && x <= east!;
          }),
        );
      for (const [code, box] of [
        ["EPSG:4523", [3_200_000, 35_560_000, 3_260_000, 35_600_000]],
        ["EPSG:4544", [3_230_000, 590_000, 3_240_000, 594_000]],
        ["EPSG:4497", [3_000_000, 18_400_000, 3_400_000, 19_000_000]],
      ] as const) {
        const wanted = inZone(code, [...box]);
        expect(wanted.length, code).toBeGreaterThan(3);
        expect(wanted.length, code).toBeLessThan(facilities.length);
        expect(await within([...box], code)).toEqual(wanted);
      }
      for (const [query, pointer] of [
        ["bbox-crs=EPSG:4490", "?bbox-crs"],
        ["bbox=1,2,3,4&bbox-crs=EPSG:2379", "?bbox-crs"],
        ["bbox=105.93,29.21,105.97,29.26&bbox-crs=EPSG:4490", "?bbox"],
        ["bbox=29,105,30&bbox-crs=EPSG:4490", "?bbox"],
        ["bbox=35560000,3200000,35600000,3260000&bbox-crs=EPSG:4523", "?bbox"],
        ["bbox=3260000,35560000,3200000,35600000&bbox-crs=EPSG:4523", "?bbox"],
        ["bbox=1,2,3,x&bbox-crs=EPSG:3857", "?bbox"],
      ] as const)
        expect([query, (await fault("facility", query)).pointer]).toEqual([query, pointer]);
    });

    it("goes for one feature too", async () => {
      const response = await service.get(`/api/collections/facility/items/${String(facilities[0]!.id)}?${ON}&crs=EPSG:4490`);
      expect(response.headers.get("content-crs")).toBe(`<${address(4490)}>`);
      const { geometry } = (await response.json()) as Feature;
      expect(positionsOf(geometry)).toEqual(swapped(positionsOf(facilities[0]!.geometry)));
      await refused(`/api/collections/facility/items/${String(facilities[0]!.id)}?crs=EPSG:1`);
    });

    it.each(["EPSG:2379", "EPSG:32648", "EPSG:4555", "4490", "GCJ-02", "北京54", "nonsense", ""])(
      "that is not known, %s, is a 400 that says which are",
      async (crs) => {
        const { pointer, detail } = await fault("facility", `crs=${encodeURIComponent(crs)}`);
        expect(pointer).toBe("?crs");
        expect(detail).toMatch(/CRS84.*EPSG\/0\/\{4326 \| 3857 \| 4490-4554\}/);
      },
    );

    it("is one that the collection lists, and every one that it lists is given", async () => {
      const { crs, storageCrs } = await service.json<Collection>("/api/collections/facility");
      expect(crs[0]).toBe("http://www.opengis.net/def/crs/OGC/1.3/CRS84");
      expect(crs.slice(1).map((each) => `EPSG:${each.split("/").at(-1)!}`)).toEqual(CRS_WRITTEN);
      expect(crs).toContain(storageCrs);
      const all = await service.json<{ crs: string[]; collections: Collection[] }>("/api/collections");
      expect(all.crs).toEqual(crs);
      expect(new Set(all.collections.flatMap((each) => each.crs))).toEqual(new Set(["#/crs"]));
      for (const each of crs) {
        const response = await service.get(path("facility", `limit=1&crs=${encodeURIComponent(each)}`));
        // A zone on the other side of the country may not have the place: then it says so.
        if (response.status === 422) expect(((await response.json()) as Problem).type).toBe("/problems/export-impossible");
        else expect([response.status, response.headers.get("content-crs")]).toEqual([200, `<${each}>`]);
      }
    });
  });
});
