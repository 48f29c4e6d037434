/** Out and in again: no coordinate changes beyond its stated precision, no attribute, no ring. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { unzipSync } from "fflate";
import { describe, expect, it } from "vitest";
import type { Geometry, Position } from "../../server/api/common.ts";
import { writeFile } from "../../server/export_file.ts";
import { LIMITS, type ReadLayer, type ReadOptions } from "../../server/formats/format.ts";
import { WRITERS } from "../../server/formats/out/index.ts";
import { partsOf, signedArea } from "../../server/formats/out/system.ts";
import type { OutFeature, OutField, OutFile, OutLayer, OutOptions } from "../../server/formats/out/writer.ts";
import { readFiles } from "../../server/formats/read.ts";
import { geometryToCgcs2000 } from "../../server/formats/transform.ts";

const field = (name: string, zh: string, type: OutField["type"]): OutField => ({
  name,
  title: { zh, en: name },
  type,
  unit: null,
  values: null,
});
const FIELDS = [
  field("code", "编码", "text"),
  field("name", "名称", "text"),
  field("approval_long", "饮用水水源保护区批准文号（全文）", "text"),
  field("approval_date", "饮用水水源保护区批准日期", "date"),
  field("approval_place", "饮用水水源保护区批准地点", "text"),
  field("area_ha", "面积", "number"),
  field("people", "供水人口", "integer"),
  field("closed", "是否封闭", "boolean"),
];

/** Squares on a grid some 500 m wide, at most one a cell, a hole in some: valid whatever is drawn. */
const cell = fc.record({
  x: fc.nat(5),
  y: fc.nat(5),
  size: fc.integer({ min: 20, max: 45 }),
  holes: fc.integer({ min: 0, max: 2 }),
  skew: fc.double({ min: 0, max: 1, noNaN: true }),
});
function square([west, south]: [number, number], size: number, skew: number): Position[] {
  const step = size * 1e-4;
  const ring: Position[] = [
    [west, south],
    [west + step, south + skew * 1e-5],
    [west + step, south + step],
    [west, south + step],
  ];
  return [...ring, ring[0]!];
}
function polygonOf({
  x,
  y,
  size,
  holes,
  skew,
}: {
  x: number;
  y: number;
  size: number;
  holes: number;
  skew: number;
}): Position[][] {
  const corner: [number, number] = [105.9 + x * 0.005 + skew * 1e-6, 29.2 + y * 0.005];
  const inner = Array.from({ length: holes }, (_, i) =>
    square([corner[0] + 2e-4 + i * 8e-4, corner[1] + 2e-4], 5, skew).toReversed(),
  );
  return [square(corner, size, skew), ...inner];
}
const cells = (max: number) => fc.uniqueArray(cell, { minLength: 1, maxLength: max, selector: ({ x, y }) => 6 * x + y });
const place = fc.tuple(fc.double({ min: 105.5, max: 106.4, noNaN: true }), fc.double({ min: 29, max: 29.5, noNaN: true }));
const distinct = { selector: ([lon, lat]: readonly [number, number]) => `${lon.toFixed(5)} ${lat.toFixed(5)}` };
const polygon: fc.Arbitrary<Geometry> = cells(3).map((each) =>
  each.length === 1
    ? { type: "Polygon", coordinates: polygonOf(each[0]!) }
    : { type: "MultiPolygon", coordinates: each.map(polygonOf) },
);
// A line that comes back to its first point midway would be two lines in a plot file.
const line: fc.Arbitrary<Geometry> = fc
  .array(fc.uniqueArray(place, { minLength: 2, maxLength: 6, ...distinct }), { minLength: 1, maxLength: 2 })
  .map((lines) =>
    lines.length === 1 ? { type: "LineString", coordinates: lines[0]! } : { type: "MultiLineString", coordinates: lines },
  );
const point: fc.Arbitrary<Geometry> = place.map((coordinates) => ({ type: "Point", coordinates }));

const word = fc
  .string({ unit: fc.constantFrom(..."红江闸坝水源地一级保护区龑Ab1-《》<&\"'"), minLength: 1, maxLength: 30 })
  .map((text) => `号${text}`);
const long = fc.string({ unit: fc.constantFrom(..."渝府发第号（全文）"), minLength: 1, maxLength: 80 });
const properties = fc.record({
  name: word,
  approval_long: fc.option(long),
  approval_date: fc.option(fc.constantFrom("2019-03-01", "2026-12-31")),
  approval_place: fc.option(word),
  area_ha: fc.option(
    fc.oneof(
      // Whole numbers that a double no longer tells apart are read as texts: most often they are codes.
      fc.double({ noNaN: true, noDefaultInfinity: true }).filter((x) => !/^-?\d+$/.test(String(x)) || Number.isSafeInteger(x)),
      fc.integer().map((n) => n / 100),
    ),
  ),
  people: fc.option(fc.integer({ min: -1_000_000_000, max: 1_000_000_000 })),
  closed: fc.option(fc.boolean()),
});
const layerOf = (geometry: fc.Arbitrary<Geometry>): fc.Arbitrary<OutLayer> =>
  fc
    .array(fc.record({ geometry, properties }), { minLength: 1, maxLength: 4 })
    .map((features) =>
      layer(features.map((each, i) => ({ ...each, properties: { code: `D-${i + 1}`, ...numbers(each.properties) } }))),
    );

/** JSON and SQLite know no -0. */
function numbers(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, Object.is(value, -0) ? 0 : value]));
}

function layer(features: readonly OutFeature[], fields: readonly OutField[] = FIELDS): OutLayer {
  return { name: "protection_zone", title: { zh: "保护区", en: "Zones" }, fields, code: "code", label: "name", features };
}

const AS: OutOptions = { crs: "EPSG:4490", encoding: "utf8", notation: "decimal", lang: "zh", date: "2026-11-22" };

async function write(id: string, what: OutLayer, options: Partial<OutOptions> = {}): Promise<OutFile> {
  return WRITERS.find((writer) => writer.id === id)!.write(what, { ...AS, ...options });
}
async function readAgain(file: OutFile, options: ReadOptions = {}): Promise<ReadLayer> {
  const { layers } = await readFiles([{ name: file.filename, bytes: file.bytes }], options, LIMITS);
  expect(layers).toHaveLength(1);
  return layers[0]!;
}

/** Rings and lines from one corner and in one direction: formats differ over both. */
function normal(positions: Position[], closed: boolean): Position[] {
  if (!closed) return positions;
  const open = positions.slice(0, -1);
  const ring = signedArea(positions) < 0 ? open.toReversed() : open;
  const first = ring.reduce((least, [x, y], i) => {
    const [lx, ly] = ring[least]!;
    return x! + y! < lx! + ly! ? i : least;
  }, 0);
  return [...ring.slice(first), ...ring.slice(0, first)];
}
function shapesOf(geometry: Geometry | null): { kind: string; lines: Position[][] }[] {
  if (geometry === null) return [];
  // The drawn corners stand on a grid of 0.0001 degrees: a difference of millimetres shall not change the order.
  const key = (each: Position[]) => Math.round(each[0]![0]! * 1e4) * 1e7 + Math.round(each[0]![1]! * 1e4);
  return partsOf(geometry)
    .map(({ kind, lines }) => ({ kind, lines: lines.map((each) => normal(each, kind === "polygon")) }))
    .map(({ kind, lines: [outer, ...holes] }) => ({ kind, lines: [outer!, ...holes.toSorted((x, y) => key(x) - key(y))] }))
    .toSorted((x, y) => (x.kind === "polygon" ? key(x.lines[0]!) - key(y.lines[0]!) : 0));
}
/** Degrees: 1.1e-8 is about a millimetre. */
function expectSamePlace(got: Geometry | null, wanted: Geometry | null, crs: string, tolerance: number): void {
  // Reading splits long edges in the plane, on purpose; the file itself has the vertices it was given.
  const [a, b] = [shapesOf(got && geometryToCgcs2000(got, crs)), shapesOf(wanted)];
  expect(a.map(({ kind, lines }) => [kind, lines.map((each) => each.length)])).toEqual(
    b.map(({ kind, lines }) => [kind, lines.map((each) => each.length)]),
  );
  const [x, y] = [a, b].map((shapes) => shapes.flatMap(({ lines }) => lines.flat(2))) as [number[], number[]];
  const worst = x.reduce((most, value, i) => Math.max(most, Math.abs(value - y[i]!)), 0);
  expect(worst).toBeLessThan(tolerance);
}

const DEGREES = 0.51e-9;
const MILLIMETRE = 1.1e-8;
/** Half of the last figure of the seconds written, and of degrees as they are read. */
const SECONDS = 0.5e-5 / 3600 + DEGREES;
const SYSTEMS = [
  { crs: "EPSG:4490", tolerance: DEGREES },
  { crs: "EPSG:4523", tolerance: MILLIMETRE },
  { crs: "EPSG:4544", tolerance: MILLIMETRE },
  { crs: "EPSG:4508", tolerance: MILLIMETRE },
];
const RUNS = { numRuns: 12 };

describe("out and in again", () => {
  for (const { crs, tolerance } of SYSTEMS)
    for (const id of ["geojson", "shapefile", "gpkg"])
      for (const [kind, geometry] of [
        ["polygon", polygon],
        ["point", point],
        // In metres, edges of kilometres are split when they are read.
        ...(crs === "EPSG:4490" ? [["line", line] as const] : []),
      ] as const)
        it(`${id} in ${crs} keeps every ${kind} and every attribute`, () =>
          fc.assert(
            fc.asyncProperty(layerOf(geometry), async (whole) => {
              const again = await readAgain(await write(id, whole, { crs, lang: "en" }));
              expect(again.declared?.crs).toBe(crs);
              expect(again.faults).toEqual([]);
              expect(again.features).toHaveLength(whole.features.length);
              const name = namesIn(again);
              for (const [i, { geometry: shape, properties: record }] of again.features.entries()) {
                expectSamePlace(shape, whole.features[i]!.geometry, crs, tolerance);
                for (const { name: own } of FIELDS)
                  expect([own, record[name(own)]]).toEqual([own, whole.features[i]!.properties[own]]);
              }
            }),
            RUNS,
          ));
});

/** Names as a reader finds them: those of a shapefile are cut to ten bytes, in the order of the fields. */
function namesIn({ fields }: ReadLayer): (name: string) => string {
  return (name) => {
    const i = FIELDS.findIndex((each) => each.name === name);
    return fields.some((each) => each.name === name) ? name : fields[i]!.name;
  };
}

/** Edges within 1 km, so that reading adds no vertices in the plane. */
const shortLine: fc.Arbitrary<Geometry> = cell.map(({ x, y, size, skew }) => ({
  type: "LineString",
  coordinates: polygonOf({ x, y, size, holes: 0, skew })[0]!.slice(0, 4),
}));

describe("out and in again, formats with a system or a shape of their own", () => {
  for (const geometry of [polygon, line, point])
    it("kml keeps every shape, and attributes with their types", () =>
      fc.assert(
        fc.asyncProperty(layerOf(geometry), async (whole) => {
          const again = await readAgain(await write("kml", whole, { crs: "EPSG:4326" }));
          for (const [i, each] of again.features.entries()) {
            expectSamePlace(each.geometry, whole.features[i]!.geometry, "EPSG:4326", DEGREES);
            for (const { name } of FIELDS)
              expect([name, each.properties[name] ?? null]).toEqual([name, whole.features[i]!.properties[name]]);
          }
        }),
        RUNS,
      ));

  for (const encoding of ["gbk", "utf8"] as const)
    it(`a plot file in ${encoding} keeps rings, holes and several parts to the millimetre`, () =>
      fc.assert(
        fc.asyncProperty(layerOf(polygon), async (whole) => {
          const again = await readAgain(await write("baopan", whole, { crs: "EPSG:4523", encoding }));
          expect(again.declared?.crs).toBe("EPSG:4523");
          expect(again.faults).toEqual([]);
          for (const [i, { geometry, properties: record }] of again.features.entries()) {
            const wanted = whole.features[i]!;
            expectSamePlace(geometry, wanted.geometry, "EPSG:4523", MILLIMETRE);
            expect(record["地块编号"]).toBe(wanted.properties["code"]);
            expect(record["地块名称"]).toBe(wanted.properties["name"]);
          }
        }),
        RUNS,
      ));

  it("a plot file keeps lines and points", () =>
    fc.assert(
      fc.asyncProperty(layerOf(fc.oneof(shortLine, point)), async (whole) => {
        const again = await readAgain(await write("baopan", whole, { crs: "EPSG:4544" }));
        for (const [i, { geometry }] of again.features.entries())
          expectSamePlace(geometry, whole.features[i]!.geometry, "EPSG:4544", MILLIMETRE);
      }),
      RUNS,
    ));

  for (const id of ["csv", "xlsx"])
    for (const [notation, tolerance] of [
      ["decimal", DEGREES],
      ["dms", SECONDS],
      ["gk", MILLIMETRE],
    ] as const)
      for (const [kind, geometry, chosen] of [
        ["ring", polygon, { columns: { geometry: "polygon" } }],
        ["line", shortLine, {}],
        ["point", point, {}],
      ] as const)
        it(`turning points as ${id} (${notation}) keep every ${kind}`, () =>
          fc.assert(
            fc.asyncProperty(layerOf(geometry), async (whole) => {
              const crs = notation === "gk" ? "EPSG:4523" : "EPSG:4490";
              const again = await readAgain(await write(id, whole, { notation, crs }), chosen);
              expect(again.faults).toEqual([]);
              expect(again.features).toHaveLength(whole.features.length);
              for (const [i, { geometry: shape }] of again.features.entries())
                expectSamePlace(shape, whole.features[i]!.geometry, crs, tolerance);
            }),
            { numRuns: id === "xlsx" ? 4 : 12 },
          ));
});

describe("what a format cannot hold is said", () => {
  const one = (record: Record<string, unknown>, fields = FIELDS) =>
    layer([{ geometry: { type: "Point", coordinates: [106, 29.2] }, properties: { code: "D-1", ...record } }], fields);
  const codes = ({ notes }: OutFile) => notes.map(({ code }) => code);

  it("a shapefile keeps a small number of many figures whole", async () => {
    const again = await readAgain(await write("shapefile", one({ area_ha: -0.0000010304869595261993 }), { crs: "EPSG:4523" }));
    expect(again.features[0]!.properties[namesIn(again)("area_ha")]).toBe(-0.0000010304869595261993);
  });

  it.each(["=SUM(1)", "-12 号", "+86 23", "@甲"])(
    "csv gives back %j, which a spreadsheet would take for a formula",
    async (text) => {
      const again = await readAgain(await write("csv", one({ approval_place: text }), { crs: "EPSG:4523" }));
      expect(Object.values(again.features[0]!.properties)).toContain(text);
    },
  );

  it("characters that GBK lacks are named and marked, and UTF-8 keeps them", async () => {
    const whole = one({ name: "水厂😀𠮷" });
    for (const id of ["shapefile", "baopan", "csv"]) {
      const file = await write(id, whole, { encoding: "gbk", crs: "EPSG:4523" });
      expect(file.notes.find(({ code }) => code === "not_in_gbk")?.params).toEqual({
        count: 2,
        characters: "😀 U+1F600, 𠮷 U+20BB7",
      });
    }
    const gbk = await readAgain(await write("shapefile", whole, { encoding: "gbk" }));
    expect(gbk.features[0]!.properties["名称"]).toBe("水厂〓〓");
    expect(gbk.encoding).toMatchObject({ name: "GB18030", from: "declared" });
    const kept = await readAgain(await write("shapefile", whole));
    expect(kept.features[0]!.properties["名称"]).toBe("水厂😀𠮷");
  });

  it("long Chinese names are shortened without collision, and a list says what they stand for", async () => {
    for (const encoding of ["gbk", "utf8"] as const) {
      const file = await write("shapefile", one({ approval_long: "甲", approval_date: "2026-01-02", approval_place: "乙" }), {
        encoding,
      });
      const again = await readAgain(file);
      const names = again.fields.map(({ name }) => name);
      expect(new Set(names).size).toBe(FIELDS.length);
      expect(names.slice(2, 5)).toEqual(
        encoding === "gbk" ? ["饮用水水源", "饮用水水2", "饮用水水3"] : ["饮用水", "饮用水2", "饮用水3"],
      );
      expect(again.features[0]!.properties).toMatchObject({ [names[2]!]: "甲", [names[3]!]: "2026-01-02", [names[4]!]: "乙" });
      const list = new TextDecoder().decode(unzipSync(file.bytes)["字段对照.csv"]);
      expect(list).toContain(`${names[3]},饮用水水源保护区批准日期,approval_date`);
    }
  });

  it("a text beyond 254 bytes is cut between characters, and named", async () => {
    const whole = one({ approval_long: "渝".repeat(100) });
    const file = await write("shapefile", whole);
    expect(file.notes).toContainEqual({
      code: "text_cut",
      params: { field: "饮用水水源保护区批准文号（全文）", count: 1, bytes: 254 },
    });
    expect((await readAgain(file)).features[0]!.properties["饮用水"]).toBe("渝".repeat(84));
    expect(codes(await write("shapefile", whole, { encoding: "gbk" }))).toEqual([]);
  });

  it("attributes without a place in a plot file are named, and commas do not break it", async () => {
    const file = await write("baopan", one({ name: "甲,乙@丙" }), { crs: "EPSG:4523", encoding: "gbk" });
    expect(codes(file)).toEqual(["area_from_points", "attributes_left", "signs_widened"]);
    expect((await readAgain(file)).features[0]!.properties["地块名称"]).toBe("甲，乙＠丙");
  });

  it("a formula is text in a table", async () => {
    const file = await write("csv", one({ name: "=1+1" }));
    expect(new TextDecoder().decode(file.bytes)).toContain("D-1,'=1+1,");
  });

  it("a collection becomes one shapefile for each kind of shape, and features without a shape stay", async () => {
    const geometries: Geometry[] = [
      { type: "Point", coordinates: [106, 29] },
      { type: "Polygon", coordinates: [square([106, 29.1], 30, 0)] },
    ];
    const whole = layer([
      { geometry: { type: "GeometryCollection", geometries }, properties: { code: "D-1" } },
      { geometry: null, properties: { code: "D-2" } },
    ]);
    const file = await write("shapefile", whole);
    expect(codes(file)).toEqual(["collections_split"]);
    const { layers } = await readFiles([{ name: file.filename, bytes: file.bytes }], {}, LIMITS);
    expect(
      layers.map(({ name, features }) => [name, features.map((each) => [each.properties["编码"], each.geometry?.type])]),
    ).toEqual([
      [
        "protection_zone_polygon",
        [
          ["D-1", "Polygon"],
          ["D-2", undefined],
        ],
      ],
      ["protection_zone_multipoint", [["D-1", "MultiPoint"]]],
    ]);
  });

  it("a zone far away is said, and a place it does not have is refused", async () => {
    expect(codes(await write("geojson", one({}), { crs: "EPSG:4525" }))).toEqual(["far_from_meridian"]);
    await expect(write("geojson", one({}), { crs: "GCJ-02" })).rejects.toMatchObject({ code: "crs_not_written" });
  });
});

describe("every format", () => {
  const whole = layer([
    {
      geometry: { type: "Polygon", coordinates: [square([106, 29.2], 30, 0.5)] },
      properties: { code: "D-1", name: "甲", closed: false },
    },
  ]);
  for (const { id, usual } of WRITERS) {
    const crs = { degrees: "EPSG:4490", wgs84: "EPSG:4326", metres: "EPSG:4523" }[usual];
    it(`${id}: equal input, equal bytes`, async () => {
      expect(await write(id, whole, { crs })).toEqual(await write(id, whole, { crs }));
    });
    it(`${id}: a layer without features is a file without features`, async () => {
      const file = await write(id, layer([]), { crs });
      expect(file.bytes.length).toBeGreaterThan(0);
    });
  }
});

describe("a large file", () => {
  const whole = layer([{ geometry: { type: "Point", coordinates: [106, 29.2] }, properties: { code: "D-1", name: "甲" } }]);
  const shapes = WRITERS.find(({ id }) => id === "shapefile")!;

  it("is written in a thread of its own, to the same bytes", async () => {
    const [here, there] = await Promise.all([writeFile(shapes, whole, AS, 1), writeFile(shapes, whole, AS, 1_000_000)]);
    expect(there).toEqual(here);
  });

  it("is refused by the thread as it would be here, and the next one is written", async () => {
    const refused = writeFile(shapes, whole, { ...AS, crs: "GCJ-02" }, 1_000_000);
    const next = writeFile(shapes, whole, AS, 1_000_000);
    await expect(refused).rejects.toMatchObject({
      type: "export-impossible",
      params: { reason: { en: expect.stringMatching(/GCJ-02/) } },
    });
    expect((await next).filename).toBe("protection_zone.zip");
  });
});

const HAS_GDAL = spawnSync("ogrinfo", ["--version"]).status === 0;

// Another program's opinion; CI has gdal-bin. Skipped where it is not installed.
describe.runIf(HAS_GDAL)("GDAL reads what is written", () => {
  const whole = layer([
    {
      geometry: { type: "Polygon", coordinates: polygonOf({ x: 1, y: 1, size: 40, holes: 1, skew: 0.5 }) },
      properties: { code: "D-1", name: "红江闸坝", area_ha: 12.5, people: 3000, closed: true, approval_date: "2019-03-01" },
    },
  ]);
  for (const { id, crs, encoding, datum } of [
    { id: "shapefile", crs: "EPSG:4523", encoding: "gbk", datum: /China[_ ]2000/ },
    { id: "shapefile", crs: "EPSG:4490", encoding: "utf8", datum: /China[_ ]2000/ },
    { id: "gpkg", crs: "EPSG:4544", encoding: "utf8", datum: /China[_ ]2000/ },
    { id: "kml", crs: "EPSG:4326", encoding: "utf8", datum: /WGS 84/ },
    { id: "geojson", crs: "EPSG:4544", encoding: "utf8", datum: /China[_ ]2000|CGCS2000/ },
  ] as const)
    it(`${id} in ${crs} (${encoding})`, async () => {
      const folder = mkdtempSync(join(tmpdir(), "shuijie-out-"));
      try {
        const { bytes, filename } = await write(id, whole, { crs, encoding, lang: "en" });
        writeFileSync(join(folder, filename), bytes);
        const path = id === "shapefile" ? `/vsizip/${join(folder, filename)}` : join(folder, filename);
        const { stdout, stderr } = spawnSync("ogrinfo", ["-ro", "-al", path], { encoding: "utf8" });
        expect(stderr.replaceAll(/.*(proj|PROJ).*\n/g, "")).toBe("");
        expect(stdout).toMatch(datum);
        expect(stdout).toContain("Feature Count: 1");
        expect(stdout).toContain("红江闸坝");
        expect(stdout).toMatch(/area_ha \(Real\) = 12\.5/);
        expect(stdout).toMatch(/POLYGON \(\(.*\),\(.*\)\)/);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });
});
