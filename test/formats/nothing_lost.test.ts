/** What stands in a file is read, or a fault or a note says that it was not: never less, never other, in silence. */
import { describe, expect, it } from "vitest";
import { isStorable } from "../../server/storable.ts";
import { readFiles, readText } from "../../server/formats/read.ts";
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
});

describe("GPX", () => {
  it("is read as it stands or not at all: each track, route and waypoint counts", async () => {
    const [layer] = (await good("gpx", "points_odd.gpx")).layers;
    expect(layer!.faults.map(({ row, code, params }) => [row, code, params])).toEqual([
      [1, "gpx_point", { n: 2, lat: "29.36", lon: "E105.89" }],
      [3, "no_geometry", {}],
      [4, "zero_length_line", {}],
      [5, "gpx_point", { n: 1, lat: "29,1", lon: "105,2" }],
      [6, "gpx_point", { n: 1, lat: "", lon: "105.88" }],
    ]);
    expect(layer!.features.map(({ row, properties }) => `${row} ${String(properties["name"])}`)).toEqual([
      "2 断过信号",
      "7 好的",
    ]);
    expect(layer!.counts).toEqual({ expected: 7, read: 2, faulty: 5 });
    expect(layer!.notes).toMatchObject([{ code: "lone_segments", params: { count: 1 } }]);
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
});
