/** What stands in a file is read, or a fault or a note says that it was not: never less, never other, in silence. */
import { describe, expect, it } from "vitest";
import { isStorable } from "../../server/storable.ts";
import type { InputFile } from "../../server/formats/format.ts";
import { readFiles, readText } from "../../server/formats/read.ts";
import { writeSqliteFile } from "../../server/sqlite_file.ts";
import { dbf } from "./dbf_writer.ts";
import { FIXTURES, text, upload } from "./files.ts";
import { join } from "node:path";

const good = (format: string, name: string) => readFiles(upload(join(FIXTURES, format, "good", name)));
const code = (code: string) => expect.objectContaining({ code });

async function read(content: string, name?: string) {
  const { layers } = await readFiles(text(content, name));
  const [{ features, faults, counts, notes }] = layers as [(typeof layers)[number]];
  return {
    shapes: features.filter(({ geometry }) => geometry).map(({ row, geometry }) => `${row} ${geometry!.type}`),
    faults: faults.map(({ row, code }) => `${row} ${code}`),
    counts,
    notes: notes.map((note) => note.code),
    features,
  };
}

describe("well-known text", () => {
  it("is read to its end: several on a line, a collection over several lines, and what is none is named", async () => {
    const [layer] = (await good("wkt", "several_on_a_line.wkt")).layers;
    expect(layer!.features.map(({ row, geometry }) => `${row} ${geometry!.type}`)).toEqual([
      "1 Point",
      "2 Point",
      "3 Polygon",
      "4 Polygon",
      "5 GeometryCollection",
      "6 Point",
      "11 MultiPoint",
    ]);
    expect(layer!.faults.map(({ row, code, params }) => [row, code, params["text"]])).toEqual([
      [7, "wkt_broken", "取水口"],
      [8, "wkt_broken", "LINESTRING(105,9 29,3, 105,91 29,3)"],
      [9, "wkt_broken", "POLYGON((105.9 29.3, 105.91 29.3, 105.91 29.31, 105.9 29.3)"],
      [10, "empty_geometry", undefined],
    ]);
    expect(layer!.counts).toEqual({ expected: 11, read: 7, faulty: 4 });
    expect(layer!.features[4]!.geometry).toMatchObject({ geometries: [{ type: "Point" }, { type: "LineString" }] });
  });

  it.each([
    ["POINT(105 29 3)", ["1 wkt_broken"]],
    ["LINESTRING Z(105 29,106 30)", ["1 wkt_broken"]],
    ["POINT(105 29)x", ["2 wkt_broken"]],
    ["POINT(105 29))", ["2 wkt_broken"]],
    ["POINT(105 29)\nGEOMETRYCOLLECTION(POINT(105 29),\nPOINT(x y),\nPOINT(105 30))", ["2 wkt_broken"]],
    ["POINT(1e 29)", ["1 wkt_broken"]],
  ])("%j has the faults %j", async (content, faults) => {
    expect((await read(content)).faults).toEqual(faults);
  });

  it.each(["POINT M (105 29 1)", "POINTZ(105 29 1)", "pointzm ( +105 29. 1 2 )", "POINT(1.05E2\n2.9e+1);"])(
    "%j is a point",
    async (content) => {
      expect((await read(content)).features[0]!.geometry).toEqual({ type: "Point", coordinates: [105, 29] });
    },
  );

  it("of a cell is one geometry, whose SRID counts", async () => {
    const [layer] = (await good("csv", "wkt_more_in_a_cell.csv")).layers;
    expect(layer).toMatchObject({
      declared: { crs: "EPSG:4544", where: "SRID" },
      counts: { expected: 3, read: 2, faulty: 1 },
      faults: [{ row: 3, code: "wkt_left_over", params: { text: "POINT(587542 3242856)" } }],
    });
    const two = "名称,WKT\n一,SRID=4544;POINT(587442 3242856)\n二,SRID=4523;POINT(35587442 3242856)\n";
    await expect(readText(two)).rejects.toThrow(code("several_crs"));
  });
});

describe("GeoJSON by lines", () => {
  it("is read whole where a line is a collection, numbered on", async () => {
    const [layer] = (await good("geojson", "collections_by_line.ndjson")).layers;
    expect(layer!.features.map(({ row, properties }) => `${row} ${String(properties["名称"])}`)).toEqual([
      "1 甲",
      "2 乙",
      "3 丙",
      "4 丁",
      "5 戊",
      "6 己",
    ]);
    expect(layer!.counts).toEqual({ expected: 6, read: 5, faulty: 1 });
    expect(layer!.faults).toMatchObject([{ row: 4, code: "no_geometry" }]);
  });

  it("says its system as its lines do", async () => {
    const line = (name: string) =>
      `{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"${name}"}},"features":[{"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[587442,3242856]}}]}`;
    const { layers } = await readText(`${line("EPSG:4544")}\n${line("EPSG:4544")}`);
    expect(layers).toMatchObject([{ declared: { crs: "EPSG:4544", where: "crs" }, counts: { read: 2 } }]);
  });
});

describe("texts that the database cannot hold", () => {
  it("are mended in names and values at any depth, counted, and names stay apart", async () => {
    const { layers } = await good("geojson", "unstorable_texts.json");
    const [layer] = layers;
    expect(layer!.features.map(({ properties }) => properties)).toEqual([
      { 名称: "甲\ufffd乙", "注\ufffd": "半个 \ufffd", 表: { 深: ["\ufffd"] }, 好: "𠮷" },
      { 名称: "丙", "注\ufffd_2": "另一列" },
    ]);
    expect(layer!.fields.map(({ name }) => name)).toEqual(["名称", "注\ufffd", "表", "好", "注\ufffd_2"]);
    expect(layer!.notes).toMatchObject([{ code: "texts_mended", params: { count: 5 }, row: null }]);
  });

  it("are mended where a fault quotes half a character", async () => {
    const { layers } = await readText(`名称,WKT\n一,POINT(105 29)\n二,"POINT(105 29)${"x".repeat(59)}𠮷"\n`);
    const [fault] = layers[0]!.faults;
    expect(fault!.code).toBe("wkt_left_over");
    expect(isStorable(String(fault!.params["text"]))).toBe(true);
  });
});

describe("KML", () => {
  it("is read as it stands or not at all: each placemark with a position that is none is named", async () => {
    const [layer] = (await good("kml", "coordinates_odd.kml")).layers;
    expect(layer!.faults.map(({ row, code, params }) => [row, code, params["n"], params["text"] ?? params["count"]])).toEqual([
      [1, "kml_position", 1, "东经,北纬"],
      [2, "kml_position", 2, "105.1,xx,0"],
      [3, "empty_geometry", undefined, undefined],
      [4, "kml_outer", undefined, 0],
      [6, "kml_position", 1, "105,9,29,3"],
      [7, "kml_position", 2, "105.91,29.3"],
      [8, "kml_position", 1, "105.9,29.3,0105.91,29.3,0"],
      [9, "kml_lists", undefined, 2],
      [10, "unknown_geometry", undefined, undefined],
      [12, "kml_position", 2, "105,91 29,3 0"],
    ]);
    expect(layer!.counts).toEqual({ expected: 13, read: 3, faulty: 10 });
    const [holed, track, line] = layer!.features.map(({ geometry }) => geometry as { coordinates: unknown[][] });
    expect(holed!.coordinates[0]).toHaveLength(5);
    expect(holed!.coordinates[1]).toHaveLength(4);
    for (const { coordinates } of [track!, line!])
      expect(coordinates).toEqual([
        [105.9, 29.3],
        [105.91, 29.3],
      ]);
  });

  it("keeps what a typed field says where it is no number, and makes no 0 of nothing", async () => {
    const [layer] = (await good("kml", "coordinates_odd.kml")).layers;
    expect(layer!.features.at(-1)!.properties).toMatchObject({ 编号: "12a", 面积: null, 已批: false });
  });

  it("is read whatever prefix its names have, and what another vocabulary names alike is not taken for it", async () => {
    const ns = "http://www.opengis.net/kml/2.2";
    const point = (p: string, lon: number) =>
      `<${p}Placemark><${p}name>${lon}</${p}name><${p}Point><${p}coordinates>${lon},29</${p}coordinates></${p}Point></${p}Placemark>`;
    const python = `<ns0:kml xmlns:ns0="${ns}"><ns0:Document>${point("ns0:", 105)}</ns0:Document></ns0:kml>`;
    const mixed = `<kml xmlns="${ns}" xmlns:k="${ns}" xmlns:x="urn:other"><Document>${point("k:", 105)}${point("", 106)}${point("x:", 107)}</Document></kml>`;
    const merged = `<ns0:kml xmlns:ns0="${ns}" xmlns:ns1="http://earth.google.com/kml/2.1"><ns0:Document>${point("ns0:", 105)}${point("ns1:", 106)}</ns0:Document></ns0:kml>`;
    const names = async (content: string) => (await read(content, "a.kml")).features.map(({ properties }) => properties);
    expect(await names(python)).toEqual([{ name: "105" }]);
    for (const content of [mixed, merged]) expect(await names(content)).toEqual([{ name: "105" }, { name: "106" }]);
  });
});

describe("GPX", () => {
  it("is read as it stands or not at all: each track, route and waypoint counts", async () => {
    const [layer] = (await good("gpx", "points_odd.gpx")).layers;
    expect(layer!.faults.map(({ row, code, params }) => [row, code, params])).toEqual([
      [1, "gpx_point", { n: 2, lat: "29.36", lon: "E105.89" }],
      [3, "zero_length_line", {}],
      [4, "gpx_point", { n: 1, lat: "29,1", lon: "105,2" }],
      [5, "gpx_point", { n: 1, lat: "", lon: "105.88" }],
    ]);
    expect(layer!.features.map(({ row, properties }) => `${row} ${String(properties["name"])}`)).toEqual([
      "2 断过信号",
      "6 好的",
    ]);
    expect(layer!.counts).toEqual({ expected: 6, read: 2, faulty: 4 });
    // Where there is no point at all, nothing is lost.
    expect(layer!.notes).toMatchObject([
      { code: "lone_segments", params: { count: 1 } },
      { code: "tracks_empty", params: { count: 1 } },
    ]);
  });

  it("is read whatever prefix its names have, without fields that are none", async () => {
    const gpx = (p: string, ns: string) =>
      `<${p}gpx xmlns${ns}="http://www.topografix.com/GPX/1/1"><${p}wpt lat="29" lon="105"><${p}name>甲</${p}name></${p}wpt>
        <${p}trk><${p}trkseg><${p}trkpt lat="29" lon="105"/><${p}trkpt lat="29.1" lon="105"/></${p}trkseg></${p}trk></${p}gpx>`;
    const plain = await read(gpx("", ""), "a.gpx");
    expect(plain.shapes).toEqual(["1 LineString", "2 Point"]);
    expect(await read(gpx("ns0:", ":ns0"), "a.gpx")).toEqual(plain);
  });
});

describe("DXF", () => {
  it("names the entities that are not read, and the shapes whose numbers are none", async () => {
    const [layer] = (await good("dxf", "numbers_odd.dxf")).layers;
    expect(layer!.features.map(({ row, geometry }) => [row, geometry!.type])).toEqual([
      [1, "Polygon"],
      [5, "LineString"],
      [6, "Point"],
      [8, "LineString"],
    ]);
    expect(layer!.faults.map(({ row, code, params }) => [row, code, params])).toEqual([
      [2, "dxf_value", { group: 10, text: "588405,5" }],
      [3, "dxf_vertices", { expected: 5, got: 3 }],
      [4, "dxf_value", { group: 20, text: "" }],
      [7, "dxf_value", { group: 10, text: "1.#QNAN" }],
    ]);
    expect(layer!.notes).toMatchObject([{ code: "entities_ignored", params: { types: "MLINE 1, REGION 2" } }]);
  });

  it("takes no frame of a spline for its points, and mirrors no point or line in space", async () => {
    const [layer] = (await good("dxf", "numbers_odd.dxf")).layers;
    expect(layer!.features.slice(1).map(({ geometry }) => (geometry as { coordinates: unknown }).coordinates)).toEqual([
      [
        [587442, 3242856],
        [587500, 3242900],
        [587600, 3242950],
      ],
      [587442, 3242856],
      [
        [587442, 3242856],
        [587500, 3242900],
      ],
    ]);
  });

  it("with several sections of entities, of which the package reads one, is refused", async () => {
    const section = (x: number) => `0\nSECTION\n2\nENTITIES\n0\nPOINT\n8\n0\n10\n${x}\n20\n3200000\n0\nENDSEC\n`;
    expect((await read(`${section(500000)}0\nEOF\n`, "a.dxf")).shapes).toEqual(["1 Point"]);
    await expect(read(`${section(500000)}${section(500100)}0\nEOF\n`, "a.dxf")).rejects.toThrow("unreadable");
  });
});

describe("shapefiles", () => {
  const shp = upload(join(FIXTURES, "shapefile", "good", "no_shx_no_dbf"))[0]!;
  const notesOf = async (files: InputFile[]) => {
    const { layers } = await readFiles(files);
    return { layers, notes: layers[0]!.notes.map(({ code: note, params }) => [note, params["count"] ?? params["names"]]) };
  };

  it("keep what a field says that is not of its type", async () => {
    const table = dbf(
      [
        ["N", "N", 8],
        ["D", "D", 8],
        ["L", "L", 1],
      ],
      [
        ["12,5", "26-05-01", "1"],
        ["********", "", ""],
      ],
    );
    const { layers } = await notesOf([shp, { name: "site.dbf", bytes: table }]);
    expect(layers[0]!.features.map(({ properties }) => properties)).toEqual([
      { N: "12,5", D: "26-05-01", L: "1" },
      { N: null, D: null, L: null },
    ]);
    expect(layers[0]!.notes).toContainEqual(expect.objectContaining({ code: "dbf_stars", params: { count: 1 } }));
  });

  it("have texts longer than 255 bytes, and what stands behind them is read from its own place", async () => {
    const long = "x".repeat(300);
    const table = dbf(
      [
        ["NOTE", "C", 300],
        ["N", "N", 4],
      ],
      [
        [long, "17"],
        ["y", "18"],
      ],
    );
    // The lower byte is where lengths stand, the upper one where decimals do.
    table[32 + 17] = 1;
    const { layers } = await notesOf([shp, { name: "site.dbf", bytes: table }]);
    expect(layers[0]!.features.map(({ properties }) => properties)).toEqual([
      { NOTE: long, N: 17 },
      { NOTE: "y", N: 18 },
    ]);
  });

  it("say which fields are not read", async () => {
    const table = dbf(
      [
        ["T", "T", 8],
        ["MEMO", "G", 10],
      ],
      [
        ["abcdefgh", "1"],
        ["", ""],
      ],
    );
    const { layers, notes } = await notesOf([shp, { name: "site.dbf", bytes: table }]);
    expect(layers[0]!.features[0]!.properties).toEqual({ T: null, MEMO: null });
    expect(notes).toEqual([
      ["dbf_memo", 1],
      ["dbf_binary", "T"],
    ]);
  });

  /** An index of the first `count` records. */
  function shx(count: number, said = count): Uint8Array {
    const from = new DataView(shp.bytes.buffer, shp.bytes.byteOffset);
    const view = new DataView(new ArrayBuffer(100 + 8 * count));
    view.setInt32(0, 9994);
    view.setInt32(24, 50 + 4 * said);
    for (let [i, at] = [0, 100]; i < count; i += 1) {
      const length = from.getInt32(at + 4);
      view.setInt32(100 + 8 * i, at / 2);
      view.setInt32(104 + 8 * i, length);
      at += 8 + 2 * length;
    }
    return new Uint8Array(view.buffer);
  }

  it("are read beyond an index that was cut off, and what an index leaves out is told", async () => {
    const two = dbf([["N", "N", 4]], [["1"], ["2"]]);
    const one = dbf([["N", "N", 4]], [["1"]]);
    const read = async (index: Uint8Array, table?: Uint8Array) => {
      const { layers, notes } = await notesOf([
        shp,
        { name: "site.shx", bytes: index },
        ...(table ? [{ name: "site.dbf", bytes: table }] : []),
      ]);
      return [layers[0]!.counts.read, notes[0]];
    };
    expect(await read(shx(2), two)).toEqual([2, undefined]);
    expect(await read(shx(1), two)).toEqual([2, ["shx_ignored", undefined]]);
    expect(await read(shx(1, 2))).toEqual([2, ["dbf_missing", undefined]]);
    expect(await read(shx(1), one)).toEqual([1, ["shp_unlisted", 1]]);
  });

  it("of several name the one that is broken, and attributes without shapes", async () => {
    const bytes = new TextEncoder().encode("not a shapefile at all");
    const { layers } = await notesOf([shp, { name: "b.shp", bytes }, { name: "c.dbf", bytes: dbf([["N", "N", 4]], [["1"]]) }]);
    expect(layers.map(({ name, faults }) => [name, faults.map((fault) => fault.code)])).toEqual([
      ["site", []],
      ["b", ["shp_header"]],
    ]);
    expect(layers[0]!.notes).toContainEqual(
      expect.objectContaining({ code: "file_ignored", params: expect.objectContaining({ name: "c.dbf" }) }),
    );
  });
});

describe("GeoPackages", () => {
  it("say which columns are bytes, and that a log beside them was not read", async () => {
    const bytes = writeSqliteFile({ application_id: 0x47504b47, user_version: 10300 }, [
      { name: "gpkg_spatial_ref_sys", columns: [{ name: "srs_id", type: "INTEGER" }], rows: [] },
      {
        name: "gpkg_geometry_columns",
        columns: ["table_name", "column_name", "srs_id"].map((name) => ({ name, type: "TEXT" })),
        rows: [["site", "geom", "4490"]],
      },
      {
        name: "site",
        columns: [
          { name: "geom", type: "BLOB" },
          { name: "photo", type: "BLOB" },
        ],
        rows: [[null, Uint8Array.of(1, 2, 3)]],
      },
    ]);
    const { layers } = await readFiles([
      { name: "a.gpkg", bytes },
      { name: "a.gpkg-wal", bytes: Uint8Array.of(1) },
    ]);
    expect(layers[0]!.notes).toMatchObject([
      { code: "bytes_ignored", params: { names: "photo" } },
      { code: "gpkg_log", params: { name: "a.gpkg-wal" } },
    ]);
  });
});

describe("tables", () => {
  it("tell of decimals with commas in a single row, and of another table without coordinates", async () => {
    const rows = "名称,X,Y\n甲,105.9,29.3\n乙,105,91,29,31\n丙,105.92,29.3\n丁,105.93,29.3\n";
    expect((await read(rows)).notes).toContain("cells_beyond");
    expect((await read(rows.replace("乙,105,91,29,31", "乙,105.91,29.31,河岸"))).notes).not.toContain("cells_beyond");
    const { layers } = await readFiles([...text(rows, "a.csv"), ...text("名称,电话\n甲,无\n乙,无\n", "b.csv")]);
    expect(layers[0]!.notes).toContainEqual(expect.objectContaining({ code: "tables_ignored", params: { names: "b" } }));
  });
});

describe("an upload of several files", () => {
  const point = '{"type":"Point","coordinates":[105.9,29.3]}';
  it("says of each that holds shapes or coordinates that it was not read", async () => {
    const { notes } = await readFiles([
      ...text(point, "a.json"),
      ...text("X,Y\n105.9,29.3\n", "b.csv"),
      ...text("AC1027 drawing", "c.dwg"),
      ...text("x", "d.gdb/a0001.gdbtable"),
      ...text("y", "d.gdb/a0001.gdbtablx"),
      ...text("说明", "e.txt"),
    ]);
    expect(notes.map(({ code: note, params }) => `${note} ${params["name"]}`)).toEqual([
      "file_ignored b.csv",
      "file_ignored c.dwg",
      "file_ignored d.gdb",
    ]);
  });

  it("keeps the notes of a KML that holds nothing but a link", async () => {
    const kml = (inside: string) => `<kml xmlns="http://www.opengis.net/kml/2.2"><Document>${inside}</Document></kml>`;
    const { layers } = await readFiles([
      ...text(kml("<NetworkLink><Link><href>http://127.0.0.1/b.kml</href></Link></NetworkLink>"), "doc.kml"),
      ...text(kml("<Placemark><Point><coordinates>105.9,29.3</coordinates></Point></Placemark>"), "a.kml"),
    ]);
    expect(layers).toMatchObject([{ name: "a", notes: [{ code: "link_not_followed" }] }]);
  });
});

describe("survey texts", () => {
  const corner = (plot: number, n: number, east: number, north: number) => `${n},${plot},1,J${n},${east}.000,${north}.000`;
  const square = (plot: number, east: number) => [
    corner(plot, 1, east, 3242700),
    corner(plot, 2, east + 100, 3242700),
    corner(plot, 3, east + 100, 3242600),
    corner(plot, 4, east, 3242600),
  ];
  const list = async (lines: string[]) => (await readText(["导出面数据0", ...lines].join("\r\n"))).layers[0]!;

  it("of a list of points, a line that is cut off spoils its plot; a heading is no plot", async () => {
    const cut = square(1, 35587500);
    cut[3] = "4,1,1,J4,35587500.000";
    const layer = await list(["序号,地块号,圈号,点号,X,Y", ...cut, ...square(2, 35587800)]);
    expect(layer.counts).toEqual({ expected: 2, read: 1, faulty: 1 });
    expect(layer.faults).toMatchObject([{ row: 1, code: "point_line", params: { line: 6, text: "4,1,1,J4,35587500.000" } }]);
    expect(layer.features.map(({ row }) => row)).toEqual([2]);
    const misread = square(1, 35587500).with(0, "l,1,1,J1,3558750O.000,3242700.000");
    expect((await list(misread)).counts).toEqual({ expected: 1, read: 0, faulty: 1 });
  });

  it("one behind another agree where their headers mean the same", async () => {
    const file = (degrees: string, zone: string, name: string) =>
      `[属性描述]\n坐标系=2000国家大地坐标系\n几度分带=${degrees}\n带号=${zone}\n[地块坐标]\n4,1.0,1,${name},面,,,,@\nJ1,1,3242700,35587500\nJ2,1,3242700,35587600\nJ3,1,3242600,35587600\nJ4,1,3242600,35587500\n`;
    const both = (degrees: string, zone: string) => readText(file("3", "35", "甲") + file(degrees, zone, "乙"));
    for (const [degrees, zone] of [
      ["3度", "35"],
      ["3", "035"],
      ["", ""],
    ] as const)
      expect((await both(degrees, zone)).layers[0]!.counts).toEqual({ expected: 2, read: 2, faulty: 0 });
    await expect(both("6", "35")).rejects.toThrow(code("headers_differ"));
    await expect(both("3", "36")).rejects.toThrow(code("headers_differ"));
  });
});

describe("tables", () => {
  const merged = (second: (x: string) => string) =>
    readText(
      [
        "点号,X坐标,X坐标,Y坐标,Y坐标",
        ...[
          ["J1", 3242700, 35587500],
          ["J2", 3242700, 35587600],
          ["J3", 3242600, 35587600],
        ].map(([j, x, y]) => `${j},${x}.000,${second(`${x}.000`)},${y}.000,${second(`${y}.000`)}`),
      ].join("\n"),
    );

  it("with merged columns are read: the same number twice is one", async () => {
    for (const second of [(x: string) => x, () => ""])
      expect((await merged(second)).layers[0]!.counts).toEqual({ expected: 1, read: 1, faulty: 0 });
    const two = (await merged((x) => String(Number(x) - 1))).layers[0]!;
    expect(two).toMatchObject({ features: [], faults: [{ code: "table_side_by_side" }] });
  });
});

describe("what a table says of its system", () => {
  const rows = (head: string, ...points: string[]) => `${head}\n${points.join("\n")}\n`;
  const ZONED = ["3242856,35588405", "3242956,35588405", "3242956,35588505"];
  const PLAIN = ["3242856,588405", "3242956,588405", "3242956,588505"];
  const DEGREES = ["105.95,29.23", "105.951,29.23", "105.951,29.231"];
  const declared = async (content: string) => (await readFiles(text(content, "a.csv"))).layers[0]!.declared?.crs;

  it.each([
    ["in the headers", rows("X(西安80),Y(西安80)", ...ZONED), "XIAN80"],
    ["as surveyors shorten it", rows("X(80),Y(80)", ...ZONED), "XIAN80"],
    ["in the headers, Beijing 54", rows("北京54X,北京54Y", ...ZONED), "BEIJING54"],
    ["in a column of its own", rows("X,Y,坐标系", ...ZONED.map((point) => `${point},西安80`)), "XIAN80"],
    ["by its code in the headers", rows("X（北，EPSG:4544）,Y（东，EPSG:4544）", ...PLAIN), "EPSG:4544"],
    ["by zone and meridian above", rows("2000国家大地坐标系 3度带 中央子午线105\nX,Y", ...PLAIN), "EPSG:4544"],
    ["as shifted", rows("GCJ-02\nlon,lat", ...DEGREES), "GCJ-02"],
    ["as shifted otherwise", rows("百度坐标 BD-09\nlon,lat", ...DEGREES), "BD-09"],
    ["of metres that stand beside the degrees taken", rows("EPSG:4544\nlon,lat", ...DEGREES), undefined],
    ["above, as a title has it", rows("1980西安坐标系\n界址点成果表\nX,Y", ...ZONED), "XIAN80"],
    ["above, shortened", rows("54坐标系\nX,Y", ...ZONED), "BEIJING54"],
    ["in a column of its own, as a code", rows("X,Y,epsg", ...ZONED.map((point) => `${point},4523`)), "EPSG:4523"],
    ["in a column of its own, shortened", rows("X,Y,坐标系", ...ZONED.map((point) => `${point},2000`)), "EPSG:4523"],
    ["in a column of its own, Xi'an", rows("X,Y,坐标系", ...ZONED.map((point) => `${point},西安`)), "XIAN80"],
    ["in two cells", rows("坐标系,1980\nX,Y", ...ZONED), "XIAN80"],
    ["as 坐标系：西安", rows("坐标系：西安\nX,Y", ...ZONED), "XIAN80"],
    ["as XIAN-80", rows("XIAN-80\nX,Y", ...ZONED), "XIAN80"],
    ["as BJ54", rows("BJ54\nX,Y", ...ZONED), "BEIJING54"],
    ["beside a place of that name", rows("北京市密云区养殖场名单（WGS84坐标系）\nlon,lat", ...DEGREES), "EPSG:4326"],
    ["with a meridian of degrees and minutes", rows("2000国家大地坐标系 3度带 中央子午线114°20′\nX,Y", ...PLAIN), null],
    ...["第三批（80）", "桃农发(54)号文附件", "宗地面积(亩),80", "面积（亩）,54,坐标系,见备注", "养殖场名单 共80 坐标见下"].map(
      (title): [string, string, undefined] => [`nowhere: ${title}`, rows(`${title}\nlon,lat`, ...DEGREES), undefined],
    ),
    ["above, whatever figures stand beside", rows("界址点数,80,坐标系,2000国家大地坐标系\nX,Y", ...ZONED), "EPSG:4523"],
    ["as CGCS2000 and WGS 84 at once", rows("经度(WGS84),纬度(CGCS2000)", ...DEGREES), null],
    ["nowhere, by who drew it up", rows("北京某某公司编制，西安路养殖场\nX,Y", ...ZONED), undefined],
    [
      "as two at once, so that none is taken",
      rows("X,Y,坐标系", ...ZONED.map((point, i) => `${point},${i ? "西安80" : "CGCS2000"}`)),
      null,
    ],
    [
      "in a name, which is no declaration",
      rows("编号,名称,X,Y", ...ZONED.map((point, i) => `${i},西安路${i},${point}`)),
      undefined,
    ],
  ])("%s", async (_where, content, crs) => expect(await declared(content)).toBe(crs));

  it("headers of other columns speak of other coordinates", async () => {
    const both = rows("1980西安坐标系X,1980西安坐标系Y,CGCS2000 X,CGCS2000 Y", ...ZONED.map((point) => `${point},${point}`));
    expect(await declared(both)).toBe("XIAN80");
  });

  it.each([
    ["坐标系=GCJ-02", "105.95", "GCJ-02"],
    ["坐标系=2000国家大地坐标系\n几度分带=3\n中央子午线=105", "588405", "EPSG:4544"],
  ])("a survey text with %j", async (header, east, crs) => {
    const points = [0, 1, 2, 0].map(
      (k, i) =>
        `J${(i % 3) + 1},1,${east === "588405" ? 3242856 + 100 * k : 29.23 + k / 100},${Number(east) + (k === 2 ? (east === "588405" ? 100 : 0.01) : 0)}`,
    );
    const content = `[属性描述]\n${header}\n[地块坐标]\n4,0,001,a,面,,,,@\n${points.join("\n")}\n`;
    expect((await readFiles(text(content, "a.txt"))).layers[0]!.declared?.crs).toBe(crs);
  });
});

describe("degrees, minutes and seconds without signs, where the header says so", () => {
  const at = async (head: string, lon: string, lat: string) => {
    const { features, faults, notes } = await read(`编号,${head}\nA,${lon},${lat}\n`, "a.csv");
    return { position: (features[0]?.geometry as { coordinates?: number[] } | null)?.coordinates, faults, notes };
  };
  it.each([
    ["105.5703", "29.1348"],
    ["105.57030", "29.134800"],
    ["1055703", "291348"],
    ["1055703.00", "291348.00"],
    ["105°57′03″", "29°13′48″"],
  ])("%s, %s", async (lon, lat) => {
    const { position, notes } = await at("经度(度分秒),纬度(度分秒)", lon, lat);
    expect(position![0]).toBeCloseTo(105 + 57 / 60 + 3 / 3600, 9);
    expect(position![1]).toBeCloseTo(29.23, 9);
    expect(notes.includes("dms_packed")).toBe(!lon.includes("°"));
  });
  it.each([
    ["经度(度分秒),纬度(度分秒)", "105.7512", "29.1348", [105.7512, 29.1348], "dms_not_packed"],
    ["经度（度分秒或小数）,纬度（度分秒或小数）", "105.5703", "29.1348", [105.5703, 29.1348], undefined],
    ["经度,纬度", "105.5703", "29.1348", [105.5703, 29.1348], undefined],
  ] as const)("under %s %s is read as it can be", async (head, lon, lat, position, note) => {
    const found = await at(head, lon, lat);
    expect(found.position).toEqual(position);
    expect(found.notes.filter((each) => each.startsWith("dms"))).toEqual(note ? [note] : []);
  });
  it("one number that cannot be makes decimals of the whole column", async () => {
    const { features, faults } = await read("编号,经度(度分秒),纬度(度分秒)\nA,105.5123,29.5123\nB,105.6123,29.5123\n", "a.csv");
    expect(faults).toEqual([]);
    expect(features.map(({ geometry }) => (geometry as { coordinates: number[] }).coordinates[0])).toEqual([105.5123, 105.6123]);
  });
});

describe("pairs on one line", () => {
  const CORNERS = ["105.95,29.23", "105.951,29.23", "105.951,29.231"];
  it.each([";", "；", "|", " ", "; "])("parted by %j are the corners of a plot", async (sign) => {
    const { shapes, features } = await read(CORNERS.join(sign));
    expect(shapes).toEqual(["1 Polygon"]);
    expect((features[0]!.geometry as { coordinates: unknown[][][] }).coordinates[0]!.slice(0, 3)).toEqual(
      CORNERS.map((corner) => corner.split(",").map(Number)),
    );
  });
  it("as numbers in a row too", async () => {
    expect((await read(CORNERS.join(",").replaceAll(",", " "))).shapes).toEqual(["1 Polygon"]);
  });
  it("on several lines are refused by name, for nobody knows what each line is", async () => {
    const lines = `${CORNERS.join(";")}\n${CORNERS.join(";")}\n`;
    for (const name of ["a.csv", "a.txt"]) await expect(read(lines, name)).rejects.toThrow("csv_pairs");
  });
  it.each([
    "1,105.5123,29.5123,80.5",
    "1 105.5123 29.5123 80.5",
    "105.5123,29.5123,88.2,12.5",
    "29.5123,105.5123,35,100",
    "3190123.456,35501234.567,29.5123,105.5123",
  ])("a row of a place with other numbers is one point: %s", async (line) => {
    const { shapes, features } = await read(line, "a.csv");
    expect(shapes).toEqual(["1 Point"]);
    expect(features).toHaveLength(1);
  });
  it("a line of half a megabyte is looked at once", async () => {
    const long = `名称,经度,纬度,边界\n甲,105.5,29.5,"[${"[105.5,29.5],".repeat(40_000)}]"\n乙,105.6,29.5,\n`;
    expect((await read(long, "a.csv")).shapes).toEqual(["2 Point", "3 Point"]);
  }, 20_000);
  it("a list of points, decimal commas and plain rows are no such pairs", async () => {
    expect((await read(CORNERS.join("\n"))).shapes).toEqual(["1 Polygon"]);
    expect((await read(CORNERS.map((corner, i) => `${i + 1},${corner}`).join("\n"))).shapes).toEqual(["1 Polygon"]);
    await expect(read("105,95;29,23\n105,96;29,24\n105,97;29,25")).rejects.toThrow();
  });
});

describe("links of a KML", () => {
  it("that are written with %E6 or ../, or lead to an archive inside, are followed without a word", async () => {
    const document = (inner: string) => `<kml xmlns="http://www.opengis.net/kml/2.2"><Document>${inner}</Document></kml>`;
    const link = (href: string) => `<NetworkLink><Link><href>${href}</href></Link></NetworkLink>`;
    const place = "<Placemark><Point><coordinates>105,29</coordinates></Point></Placemark>";
    const file = (name: string, content: string) => ({ name, bytes: new TextEncoder().encode(document(content)) });
    const { layers } = await readFiles([
      file("a/doc.kml", link("%E6%B0%B4.kml") + link("../b/x.kml") + link("in.kmz") + link("gone.kml") + link("http://x/y.kml")),
      file("a/水.kml", place),
      file("b/x.kml", place),
      file("a/in.kmz/doc.kml", place),
    ]);
    const notes = layers.flatMap((layer) => layer.notes).filter((note) => note.code === "link_not_followed");
    expect(notes.map(({ params }) => params["href"])).toEqual(["gone.kml", "http://x/y.kml"]);
    expect(layers.flatMap(({ features }) => features)).toHaveLength(3);
  });
});
