import { gzipSync, strFromU8, strToU8, unzipSync, zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { unpackAll } from "../../server/formats/archive.ts";
import { readCoordinate } from "../../server/formats/coordinate.ts";
import { LIMITS } from "../../server/formats/format.ts";
import { FORMATS } from "../../server/formats/index.ts";
import { readFiles, readText, sniffText } from "../../server/formats/read.ts";
import { nestRings } from "../../server/formats/rings.ts";
import { FIXTURES, text, upload } from "./files.ts";
import { join } from "node:path";

const code = (code: string) => expect.objectContaining({ code });

describe("limits", () => {
  const square = '{"type":"Polygon","coordinates":[[[105,29],[106,29],[106,30],[105,29]]]}';

  it("stop at the vertices, features and bytes that are allowed", async () => {
    await expect(readFiles(text(square), {}, { ...LIMITS, vertices: 3 })).rejects.toThrow(code("too_many_vertices"));
    await expect(readFiles(text(`${square}\n${square}`), {}, { ...LIMITS, features: 1 })).rejects.toThrow(
      code("too_many_features"),
    );
    await expect(readFiles(text(square), {}, { ...LIMITS, bytes: 10 })).rejects.toThrow(code("too_large"));
  });

  it("count vertices over all layers of an upload", async () => {
    const two = [...text(square, "a.json"), ...text(square, "b.json")];
    await expect(readFiles(two, {}, { ...LIMITS, vertices: 8 })).resolves.toMatchObject({ layers: [{}, {}] });
    await expect(readFiles(two, {}, { ...LIMITS, vertices: 7 })).rejects.toThrow(code("too_many_vertices"));
  });

  it("hold for archives: number of files, bytes after unpacking, gzip too", async () => {
    const many = zipSync(Object.fromEntries(Array.from({ length: 2001 }, (_, i) => [`${i}.txt`, strToU8("x")])));
    await expect(unpackAll([{ name: "a.zip", bytes: many }], LIMITS)).rejects.toThrow(code("archive_count"));
    const random = Uint8Array.from({ length: 50_000 }, (_, i) => (i * 7919) % 251);
    const small = { ...LIMITS, bytes: 40_000 };
    await expect(unpackAll([{ name: "a.zip", bytes: zipSync({ "a.bin": random }) }], small)).rejects.toThrow(code("too_large"));
    await expect(unpackAll([{ name: "a.gz", bytes: gzipSync(random) }], small)).rejects.toThrow(code("too_large"));
  });

  it("hold for workbooks: one merged range, list or name over the whole sheet is no bomb", async () => {
    const sheet = (more: string) =>
      `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>X</t></is></c><c r="B1" t="inlineStr"><is><t>Y</t></is></c></row><row r="2"><c r="A2"><v>105.9</v></c><c r="B2"><v>29.3</v></c></row></sheetData>${more}</worksheet>`;
    const good = unzipSync(upload(join(FIXTURES, "xlsx", "good", "merged_formulas_sheets.xlsx"))[0]!.bytes);
    const book = (more: string, names = "") => {
      const workbook = strFromU8(good["xl/workbook.xml"]!).replace("</sheets>", `</sheets>${names}`);
      return [
        {
          name: "a.xlsx",
          bytes: zipSync({ ...good, "xl/workbook.xml": strToU8(workbook), "xl/worksheets/sheet1.xml": strToU8(sheet(more)) }),
        },
      ];
    };
    const merged = book('<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>');
    await expect(readFiles(merged)).rejects.toThrow(code("xlsx_cells"));
    await expect(readFiles(book('<mergeCells count="1"><mergeCell ref="&#65;1:XFD1048576"/></mergeCells>'))).rejects.toThrow(
      code("xlsx_cells"),
    );
    const lists =
      '<dataValidations count="1"><dataValidation type="list" sqref="A1:XFD1048576"><formula1>"a"</formula1></dataValidation></dataValidations>';
    const names = '<definedNames><definedName name="all">Sheet!$A$1:$XFD$1048576</definedName></definedNames>';
    await expect(readFiles(book(lists, names))).resolves.toMatchObject({ layers: [{ counts: { read: 1 } }, {}] });
  });

  it("hold for rings that nobody can sort out", () => {
    const ring = (i: number) => [
      [i, i],
      [i + 1e6, i],
      [i + 1e6, i + 1],
      [i, i],
    ];
    expect(() => nestRings(Array.from({ length: 30_000 }, (_, i) => ring(i)))).toThrow(code("too_many_rings"));
  });

  it("leave room for a lake with ten thousand islands", () => {
    const square = (x: number, y: number, size: number) => [
      [x, y],
      [x, y + size],
      [x + size, y + size],
      [x + size, y],
      [x, y],
    ];
    const islands = Array.from({ length: 10_000 }, (_, i) => square(1 + (i % 100) * 10, 1 + Math.floor(i / 100) * 10, 5));
    const ponds = islands.slice(0, 50).map(([corner]) => square(corner![0]! + 1, corner![1]! + 1, 1));
    const { geometry } = nestRings([...ponds, square(0, 0, 2000), ...islands]) as {
      geometry: { type: string; coordinates: number[][][][] };
    };
    expect(geometry.type).toBe("MultiPolygon");
    expect(geometry.coordinates.map((polygon) => polygon.length).toSorted((a, b) => b - a)).toEqual([
      10_001,
      ...Array.from({ length: 50 }, () => 1),
    ]);
  });

  it("are 200 MB, 2 million vertices and 3 archives deep", () => {
    expect(LIMITS).toMatchObject({ bytes: 200e6, vertices: 2e6, depth: 3 });
  });
});

describe("names in archives", () => {
  it("are read as GBK or UTF-8, with either slash, and say which archive of several they come from", async () => {
    const { files } = await unpackAll(upload(join(FIXTURES, "shapefile", "good", "several_gbk_names.zip")), LIMITS);
    expect(files.map(({ name }) => name)).toContain("资料/河道.shp");
    const zip = (name: string) => zipSync({ [name]: strToU8("x") });
    const two = await unpackAll(
      [
        { name: "一.zip", bytes: zip("数据\\a.txt") },
        { name: "二.zip", bytes: zip("a.txt") },
      ],
      LIMITS,
    );
    expect(two.files.map(({ name }) => name)).toEqual(["一.zip/数据/a.txt", "二.zip/a.txt"]);
  });

  it.each(["../a.txt", "a/../../b.txt", "/etc/passwd", "C:\\a.txt", "..\\a.txt", "a\u0000.txt", "a\n.txt"])(
    "are refused: %j",
    async (name) => {
      await expect(unpackAll([{ name: "a.zip", bytes: zipSync({ [name]: strToU8("x") }) }], LIMITS)).rejects.toThrow(
        code("archive_name"),
      );
    },
  );
});

describe("coordinates in cells", () => {
  it.each([
    ["105.9", 105.9],
    [105.9, 105.9],
    ["105°54′00″", 105.9],
    ["105°54'0\"", 105.9],
    ["105度54分0秒", 105.9],
    ["东经105°54′", 105.9],
    ["E105 54 00", 105.9],
    ["105:54:00E", 105.9],
    ["29-18-00.00N", 29.3],
    ["29°18′S", -29.3],
    ["１０５．９", 105.9],
    ["35,587,442.125", 35587442.125],
    ["3242856.12 m", 3242856.12],
    ["-29.3", -29.3],
    ["105.9°", 105.9],
  ])("%j is %d", (cell, value) => {
    expect(readCoordinate(cell)).toBeCloseTo(value, 9);
  });

  it.each(["", "abc", "105°61′00″", "105°54′60″", "12,34", "1.2.3", "J1", null, undefined, Number.NaN, true, "1e999x"])(
    "%j is none",
    (cell) => {
      expect(readCoordinate(cell)).toBeNull();
    },
  );
});

describe("pasted text", () => {
  it.each([
    ["geojson", '{"type":"Point","coordinates":[105.9,29.3]}'],
    ["wkt", "POLYGON((105 29, 106 29, 106 30, 105 29))"],
    ["wkt", "  SRID=4544;POINT(587442 3242856)"],
    [
      "kml",
      '<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Placemark><Point><coordinates>105,29</coordinates></Point></Placemark></kml>',
    ],
    ["gpx", '<gpx version="1.1"><wpt lat="29" lon="105"/></gpx>'],
    ["baopan", "[地块坐标]\n4,1,1,甲,面,,,,@\nJ1,1,3242856,35587442\nJ2,1,3242856,35588405\nJ3,1,3243972,35588405\n"],
    ["csv", "X,Y\n3242856.1,35587442.1\n3242856.1,35588405.1\n3243972.1,35588405.1\n"],
    ["csv", "105.9,29.3"],
    ["csv", "105.9 29.3\n105.91 29.3\n105.91 29.31"],
    ["csv", "经度\t纬度\n105°54′00″\t29°18′00″\n"],
  ])("is taken for %s: %s", async (format, pasted) => {
    expect(sniffText(pasted)).toBe(format);
    await expect(readText(pasted)).resolves.toMatchObject({ format });
  });

  it.each(["", "今天天气很好。", "hello, world\nfoo, bar", "SELECT 1", "12"])("is taken for nothing: %j", (pasted) => {
    expect(sniffText(pasted)).toBeNull();
  });
});

describe("tables of points", () => {
  const P = [
    ["105.95", "29.23"],
    ["105.951", "29.23"],
    ["105.951", "29.2307"],
    ["105.95", "29.2307"],
  ] as const;
  const csv = (head: string, line: (lon: string, lat: string, i: number) => string, below = "") =>
    `${head}\n${P.map(([lon, lat], i) => line(lon, lat, i)).join("\n")}\n${below}`;
  const shapes = async (table: string) => {
    const [layer] = (await readText(table)).layers;
    return {
      shapes: layer!.features.map(({ geometry }) => geometry!.type),
      notes: layer!.notes.map((note) => note.code),
      faults: layer!.faults.length,
      declared: layer!.declared?.crs ?? null,
      first: layer!.features[0],
    };
  };

  it.each([
    [
      "name each row otherwise",
      "企业名称",
      ["红星养殖场", "山坡养殖场", "河口养殖场", "东林养殖场"],
      ["Point", "Point", "Point", "Point"],
    ],
    ["number the sides", "界址线", ["J1-J2", "J2-J3", "J3-J4", "J4-J1"], ["Polygon"]],
    ["name one row only", "权属单位", ["红星村", "", "", ""], ["Polygon"]],
    ["name the rows alike", "权属单位", ["红星村", "红星村", "红星村", "红星村"], ["Polygon"]],
    ["remark on each point", "备注", ["路边", "田埂", "河岸", "墙角"], ["Polygon"]],
  ])("that %s", async (_what, head, values, expected) => {
    const found = await shapes(csv(`序号,经度,纬度,${head}`, (lon, lat, i) => `${i + 1},${lon},${lat},${values[i]}`));
    expect(found.shapes).toEqual(expected);
  });

  it("have angles in three columns: named with the parts or above them, seconds with decimals", async () => {
    const lines = ["105,57,0,29,13,48.0", "105,57,3.6,29,13,48.0", "105,57,3.6,29,13,50.52", "105,57,0,29,13,50.52"].join("\n");
    for (const head of ["经度(度),经度(分),经度(秒),纬度(度),纬度(分),纬度(秒)", "经度,,,纬度,,\n度,分,秒,度,分,秒"]) {
      const { first, shapes: types } = await shapes(`${head}\n${lines}\n`);
      expect(types).toEqual(["Polygon"]);
      const [[ring]] = [(first!.geometry as { coordinates: number[][][] }).coordinates];
      for (const [i, [lon, lat]] of P.entries()) {
        expect(ring![i]![0]).toBeCloseTo(Number(lon), 9);
        expect(ring![i]![1]).toBeCloseTo(Number(lat), 9);
      }
    }
    const wrong = await readText(`经度,,,纬度,,\n度,分,秒,度,分,秒\n${lines.replace("57,3.6", "61,3.6")}\n`);
    expect(wrong.layers[0]!.faults).toMatchObject([
      { code: "corner_no_number", params: { line: 4, name: "经度", text: "105°61′3.6″" } },
    ]);
  });

  it("have units in a second row of the header", async () => {
    const found = await shapes(
      csv("点号,东坐标,北坐标\n,(m),(m)", (_lon, _lat, i) => `J${i + 1},${592363 + (i % 2) * 90},${3235135 + (i >> 1) * 90}`),
    );
    expect([found.shapes, found.faults]).toEqual([["Polygon"], 0]);
  });

  it("end where a signature or a date stands below; three such rows, or one with both numbers' cells, are rows and faulty", async () => {
    const line = (lon: string, lat: string, i: number) => `J${i + 1},${lon},${lat}`;
    const signed = await shapes(csv("点号,经度,纬度", line, ",,\n制表：张三,,2026-05-01\n"));
    expect([signed.shapes, signed.faults]).toEqual([["Polygon"], 0]);
    expect(signed.notes).toContain("rows_below_ignored");
    const half = await shapes(csv("点号,经度,纬度", line, ",,\nJ1,105.96,\nJ2,105.961,\nJ3,105.961,\n"));
    expect([half.shapes, half.faults]).toEqual([["Polygon"], 1]);
    const text = await shapes(csv("点号,经度,纬度", line, ",,\nJ1,待测,待测\n"));
    expect([text.shapes, text.faults]).toEqual([["Polygon"], 1]);
  });

  describe("with a row that says something but not where", () => {
    const [a, b, c, d] = ["105.950,29.230", "105.951,29.230", "105.951,29.231", "105.950,29.231"];
    const read = async (text: string) => {
      const layer = (await readFiles([{ name: "a.csv", bytes: Buffer.from(text) }])).layers[0]!;
      const noted = layer.notes
        .filter(({ code: note }) => note.startsWith("rows_"))
        .map(({ code: note, params }) => [note, params["rows"]]);
      const faults = layer.faults.map(({ code: fault, params }) => [fault, params["lines"] ?? params["line"]]);
      return { shapes: layer.features.map(({ row, geometry }) => `${row} ${geometry!.type}`), faults, noted };
    };
    const numbered = "点号,经度,纬度";
    const named = "地块名称,点号,经度,纬度";
    const M1 = `一号,J1,${a}\n,J2,${b}\n,J3,${c}`;
    const bare = (lines: string) => [["corner_no_place", lines]];

    it.each([
      ["between corners by its number", `${numbered}\nJ1,${a}\nJ2,${b}\nJ3,,\nJ4,${c}\nJ5,${d}\n`, "4"],
      ["before the first corner", `${numbered}\nJ1,,\nJ2,${b}\nJ3,${c}\nJ4,${d}\n`, "2"],
      ["after the last corner", `${numbered}\nJ1,${a}\nJ2,${b}\nJ3,${c}\nJ4,,\nJ5,,\n合计,,\n`, "5, 6"],
      ["between corners without numbers", `X,Y,备注\n${a},\n${b},\n,,河岸未测\n${c},\n${d},\n`, "4"],
      ["as a remark in the column of numbers", `${numbered}\nJ1,${a}\nJ2,${b}\n河岸,,\nJ4,${c}\nJ5,${d}\n`, "4"],
      ["by the number of its ring", `plot,ring,x,y\nA,1,${a}\nA,1,,\nA,1,${c}\nA,1,${d}\nA,1,${a}\n`, "3"],
      ["by the name of its plot alone", `plot,x,y\nA,${a}\nA,,\nA,${b}\nA,${c}\n`, "3"],
      ["within a plot whose name stands once", `地块,X,Y,备注\nA,${a},\n,${b},\n,,,未测\n,${c},\n,${d},\n`, "4"],
      [
        "in degrees, minutes and seconds",
        `点号,经度,,,纬度,,\n,度,分,秒,度,分,秒\nJ1,105,57,0,29,13,48\nJ2,105,57,3,29,13,48\nJ3,,,,,,\nJ4,105,57,3,29,13,51\n`,
        "5",
      ],
      [
        "as a header without numbers, below which nobody can tell whether the plot goes on",
        `X,Y\n${a}\n${b}\n${c}\nX,Y\n${c}\n${d}\n${a}\n`,
        "5",
      ],
    ])("%s, the plot is faulty and the row is named", async (_where, text, lines) => {
      expect(await read(text)).toMatchObject({ shapes: [], faults: bare(lines) });
    });

    it("other plots are read", async () => {
      const text = `${named}\n${M1}\n,J4,,\n二号,J1,${a}\n,J2,${c}\n,J3,${d}\n`;
      expect(await read(text)).toMatchObject({ shapes: ["6 Polygon"], faults: bare("5") });
      const gap = `${numbered}\nJ1,${a}\nJ2,,\nJ3,${b}\nJ4,${c}\n,,\nJ1,${a}\nJ2,${c}\nJ3,${d}\n`;
      expect(await read(gap)).toMatchObject({ shapes: ["7 Polygon"], faults: bare("3") });
      const lost = `plot,x,y\nA,${a}\nA,${b}\nA,${c}\nB,,\nC,${a}\nC,${c}\nC,${d}\n`;
      expect(await read(lost)).toMatchObject({ shapes: ["2 Polygon", "6 Polygon"], faults: bare("5") });
      const below = `${numbered}\nJ1,${a}\nJ2,${b}\nJ3,${c}\nJ1,${a}\n,,\nJ1,,\nJ2,,\n`;
      expect(await read(below)).toMatchObject({ shapes: ["2 Polygon"], faults: bare("7, 8") });
    });

    it.each([
      [
        "a sum and a note below",
        `${numbered}\nJ1,${a}\nJ2,${b}\nJ3,${c}\n面积,,12.5\n合计,,\n备注：沿河,,\n`,
        ["2 Polygon"],
        [["rows_below_ignored", "5, 6, 7"]],
      ],
      [
        "numbers further than a plot that is closed",
        `${numbered}\nJ1,${a}\nJ2,${b}\nJ3,${c}\nJ1,${a}\nJ5,,\nJ6,,\n`,
        ["2 Polygon"],
        [["rows_below_ignored", "6, 7"]],
      ],
      [
        "headings where numbers begin again",
        `${numbered}\n红星村,,\nJ1,${a}\nJ2,${b}\nJ3,${c}\n东山村,,\nJ1,${a}\nJ2,${c}\nJ3,${d}\n`,
        ["3 Polygon", "7 Polygon"],
        [["rows_between_ignored", "2, 6"]],
      ],
      [
        "headings and headers of each plot",
        `${numbered}\nJ1,${a}\nJ2,${b}\nJ3,${c}\n地块二,,\n${numbered}\nJ4,${a}\nJ5,${c}\nJ6,${d}\n`,
        ["2 Polygon", "7 Polygon"],
        [], // it names the plot
      ],
      [
        "a heading over merged cells",
        `${numbered}\n一,一,一\nJ1,${a}\nJ2,${b}\nJ3,${c}\n二,二,二\nJ1,${a}\nJ2,${c}\nJ3,${d}\n`,
        ["3 Polygon", "7 Polygon"],
        [["rows_between_ignored", "2, 6"]],
      ],
      ["a header on the second page", `${numbered}\nJ1,${a}\nJ2,${b}\n${numbered}\nJ3,${c}\nJ4,${d}\n`, ["2 Polygon"], []],
      [
        "sums between plots with names",
        `${named}\n${M1}\n小计,,,12.5\n二号,J1,${a}\n,J2,${c}\n,J3,${d}\n,,,\n制表人张三,,,\n`,
        ["2 Polygon", "6 Polygon"],
        [
          ["rows_between_ignored", "5"],
          ["rows_below_ignored", "10"],
        ],
      ],
    ])("%s are no faults; what was not read is told", async (_what, text, shapes, noted) => {
      expect(await read(text)).toEqual({ shapes, faults: [], noted });
    });

    it("numbers that begin again are corners, also where a plot lacks some", async () => {
      const rows = (name: string, ...of: string[]) => of.map((at, i) => `${i === 0 ? name : ""},J${i + 1},${at}`).join("\n");
      const text = `${named}\n${rows("一号", a, b, c)}\n${rows("二号", a, b)}\n${rows("三号", a, c, d)}\n`;
      expect(await read(text)).toMatchObject({ shapes: ["2 Polygon", "7 Polygon"], faults: [["ring_too_short", undefined]] });
      const list = `区块,序号,经度,纬度\nA,1,${a}\nA,2,${b}\nB,3,${c}\nC,4,${d}\n`;
      expect((await read(list)).shapes).toHaveLength(4);
    });

    it("names of plots in rows of their own go to the corners below", async () => {
      const text = `${named}\n一号,,,\n,J1,${a}\n,J2,${b}\n,J3,${c}\n二号,,,\n,J1,${a}\n,J2,${c}\n,J3,${d}\n`;
      expect(await read(text)).toEqual({ shapes: ["3 Polygon", "7 Polygon"], faults: [], noted: [] });
      const layer = (await readFiles([{ name: "a.csv", bytes: Buffer.from(text) }])).layers[0]!;
      expect(layer.features.map(({ properties }) => properties["地块名称"])).toEqual(["一号", "二号"]);
    });
  });

  it("declare a datum above or below", async () => {
    const line = (lon: string, lat: string, i: number) => `J${i + 1},${lon},${lat}`;
    expect((await shapes(csv("点号,经度,纬度", line))).declared).toBeNull();
    expect((await shapes(csv("点号,经度,纬度", line, ",,\n注：2000国家大地坐标系,,\n"))).declared).toBe("EPSG:4490");
    expect((await shapes(csv("点号,经度,纬度", line, ",,\n注：1980西安坐标系,,\n"))).declared).toBe("XIAN80");
    expect((await shapes(csv("1954北京坐标系,,\n点号,经度,纬度", line))).declared).toBe("BEIJING54");
  });
});

describe("files as people make them", () => {
  const plot = ["3242856.12,35587442.1", "3242856.12,35588405.2", "3243972.3,35588405.2", "3243972.3,35587442.1"];
  const table = `点号,X,Y\n${plot.map((at, i) => `J${i + 1},${at}`).join("\n")}\n`;
  const read = async (text: string | Uint8Array, name = "a.csv") => {
    const { layers } = await readFiles([{ name, bytes: typeof text === "string" ? Buffer.from(text) : text }]);
    const [layer] = layers;
    return {
      layer: layer!,
      layers,
      notes: layer!.notes.map(({ code: note, params }) => [note, ...Object.values(params)].join(" ")),
    };
  };

  it("UTF-16 shows without a byte order mark, either way round", async () => {
    const little = Buffer.from(table, "utf16le");
    for (const [bytes, name] of [
      [little, "UTF-16LE"],
      [Buffer.from(little).swap16(), "UTF-16BE"],
    ] as const) {
      const { layer } = await read(bytes);
      expect([layer.encoding, layer.counts.read]).toEqual([{ name, from: "sniffed" }, 1]);
    }
    for (const bytes of [Buffer.alloc(64), Buffer.from([1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0])])
      await expect(read(bytes)).rejects.toThrow(code("unknown_format"));
  });

  it("minutes have decimals", async () => {
    const { layer } = await read("名称,经度,纬度\n甲,105°54.5′,29度18.6分\n乙,105°61.5′,29°18.6′\n丙,E105°54.5′,29°18′\n");
    expect(layer.features.map(({ geometry }) => geometry)).toEqual([
      { type: "Point", coordinates: [105 + 54.5 / 60, 29.31] },
      { type: "Point", coordinates: [105 + 54.5 / 60, 29.3] },
    ]);
    expect(layer.faults.map(({ code: fault, row }) => [fault, row])).toEqual([["cell_no_number", 3]]);
  });

  it("rows with their two coordinates exchanged are named and stay as they are", async () => {
    const turn = (at: string) => at.split(",").toReversed().join();
    const metres = await read(`点号,X,Y\nJ1,${plot[0]}\nJ2,${turn(plot[1]!)}\nJ3,${plot[2]}\nJ4,${plot[3]}\n`);
    expect(metres.notes).toContain("rows_turned 3");
    expect(JSON.stringify(metres.layer.features[0]!.geometry)).toContain("[3242856.12,35588405.2]");
    const degrees = await read("名称,经度,纬度\n甲,105.9,29.3\n乙,29.31,105.91\n丙,29.32,105.92\n");
    expect(degrees.notes).toContain("rows_turned 3, 4");
    const all = await read("名称,经度,纬度\n乙,29.31,105.91\n丙,29.32,105.92\n");
    expect(all.notes.join()).not.toContain("rows_turned");
    expect((await read(table)).notes.join()).not.toContain("rows_turned");
  });

  it("decimals with commas leave more cells than names: that is said", async () => {
    const { notes, layer } = await read(
      "点号,X,Y\nJ1,3242856,12,35587442,1\nJ2,3242856,12,35588405,2\nJ3,3243972,3,35588405,2\n",
    );
    expect(notes).toContain("cells_beyond 3");
    expect(layer.faults).toMatchObject([{ code: "ring_too_short", params: { count: 2 } }]);
  });

  it("the first corner may stand at the end twice", async () => {
    const { layer } = await read(`${table}J1,${plot[0]}\nJ1,${plot[0]}\n`);
    expect([layer.counts, (layer.features[0]!.geometry as { coordinates: number[][][] }).coordinates[0]!.length]).toEqual([
      { expected: 1, read: 1, faulty: 0 },
      5,
    ]);
  });

  it("a table without rows, and a web page called a table, say so", async () => {
    await expect(read("点号,X,Y\n")).rejects.toThrow(code("table_no_rows"));
    await expect(read("姓名,电话\n")).rejects.toThrow(code("table_no_coordinates"));
    await expect(read("<html><table><tr><td>X</td></tr></table></html>", "a.xls")).rejects.toThrow(code("refused_html"));
  });

  it("a hidden sheet is left aside where others have coordinates; hidden rows are read and told", async () => {
    const { default: exceljs } = await import("exceljs");
    const book = async (...sheets: ("visible" | "hidden" | "veryHidden")[]) => {
      const made = new exceljs.Workbook();
      for (const [i, state] of sheets.entries()) {
        const sheet = made.addWorksheet(`表${i + 1}`, { state });
        for (const line of table.trim().split("\n")) sheet.addRow(line.split(","));
        if (i > 0) sheet.getRow(3).hidden = true;
      }
      return read(new Uint8Array((await made.xlsx.writeBuffer()) as ArrayBuffer), "a.xlsx");
    };
    const both = await book("hidden", "visible", "veryHidden");
    expect(both.layers.map(({ name }) => name)).toEqual(["表2"]);
    expect(both.notes).toEqual(expect.arrayContaining(["sheets_hidden 表1, 表3", "rows_hidden 1"]));
    const one = await book("hidden");
    expect([one.layers.length, one.layer.counts.read]).toEqual([1, 1]);
    expect(one.notes).toContain("sheets_hidden_read 表1");
  });
});

describe("a crs member within GeoJSON", () => {
  const crs = (name: string) => ({ crs: { type: "name", properties: { name } } });
  const point = { type: "Point", coordinates: [105.9, 29.3] };
  const row = (more: object = {}, geometry: object | null = point) => ({ type: "Feature", properties: {}, geometry, ...more });
  const read = async (...features: object[]) =>
    (await readFiles(text(JSON.stringify({ type: "FeatureCollection", features }), "a.geojson"), {})).layers[0]!.declared;

  it("of a feature or a geometry is read like one of the whole", async () => {
    expect(await read(row(crs("EPSG:4490")), row({}, null))).toMatchObject({ crs: "EPSG:4490", where: "crs" });
    expect(await read(row({}, { ...point, ...crs("EPSG:4610") }))).toMatchObject({ crs: "XIAN80" });
    expect(await read(row())).toMatchObject({ crs: "EPSG:4326", where: "format" });
  });

  it("that holds for some rows only is a fault", async () => {
    for (const rows of [
      [row(crs("EPSG:4490")), row()],
      [row(crs("EPSG:4490")), row(crs("EPSG:4326"))],
    ])
      await expect(read(...rows)).rejects.toMatchObject(code("several_crs"));
  });
});

describe("choices of a person", () => {
  const table = "a,b,c\n587442.1,3242856.1,甲\n588405.1,3242856.1,甲\n588405.1,3243972.1,甲\n";

  it("name the columns, the layer, the encoding, and turn the axes", async () => {
    const chosen = await readText(table, { columns: { x: "b", y: "a", plot: "c" } });
    expect(chosen.layers[0]!.features[0]).toMatchObject({ properties: { c: "甲" }, geometry: { type: "Polygon" } });
    expect(JSON.stringify(chosen.layers[0]!.features[0]!.geometry)).toContain("[3242856.1,587442.1]");
    const turned = await readText(table, { columns: { x: "b", y: "a" }, swap: true });
    expect(JSON.stringify(turned.layers[0]!.features[0]!.geometry)).toContain("[587442.1,3242856.1]");
    const points = await readText(table, { columns: { x: "a", y: "b", geometry: "point" } });
    expect(points.layers[0]!.features.map(({ geometry }) => geometry!.type)).toEqual(["Point", "Point", "Point"]);
    const gpkg = upload(join(FIXTURES, "geopackage", "good", "two_layers.gpkg"));
    expect((await readFiles(gpkg, { layer: "points" })).layers.map(({ name }) => name)).toEqual(["points"]);
    const gbk = upload(join(FIXTURES, "shapefile", "good", "gbk_zone35_loose_no_prj_no_cpg"));
    expect((await readFiles(gbk, { encoding: "GBK" })).layers[0]!.encoding).toEqual({ name: "GB18030", from: "chosen" });
  });

  it("are offered what the table has: its columns, their first values, and what each was taken for", async () => {
    const { table: told } = (await readText(table)).layers[0]!;
    expect(told!.columns).toEqual([
      { name: "a", first: ["587442.1", "588405.1", "588405.1"] },
      { name: "b", first: ["3242856.1", "3242856.1", "3243972.1"] },
      { name: "c", first: ["甲", "甲", "甲"] },
    ]);
    expect(told!.taken).toEqual({ x: "a", y: "b", plot: null, ring: null, point: null, wkt: null, geometry: "point" });
    const chosen = (await readText(table, { columns: { x: "b", y: "a", plot: "c" } })).layers[0]!.table!;
    expect(chosen.taken).toMatchObject({ x: "b", y: "a", plot: "c", geometry: "polygon" });
    expect((await readText('{"type":"Point","coordinates":[105,29]}')).layers[0]!.table).toBeUndefined();
  });

  it("reach columns that were read wrong: an area before the coordinates, a plot that is none, a column without a name", async () => {
    const areas = "号,面积,横,纵,\n1,12.5,587442.1,3242856.1,甲\n2,12.5,588405.1,3242856.1,甲\n3,12.5,588405.1,3243972.1,甲\n";
    const wrong = (await readText(areas)).layers[0]!.table!;
    expect([wrong.taken.x, wrong.taken.y]).not.toEqual(["横", "纵"]);
    const right = await readText(areas, { columns: { x: "横", y: "纵", point: "号", plot: "column_5" } });
    expect(right.layers[0]!.table!.taken).toMatchObject({ x: "横", y: "纵", point: "号", plot: "column_5", geometry: "polygon" });
    expect(right.layers[0]!.features).toHaveLength(1);
    expect(right.layers[0]!.features[0]!.properties).toMatchObject({ 面积: "12.5" });
    const plots = "地块,x,y\nA,587442.1,3242856.1\nA,588405.1,3242856.1\nB,588405.1,3243972.1\n";
    expect((await readText(plots)).layers[0]!.table!.taken.plot).toBe("地块");
    const whole = (await readText(plots, { columns: { plot: "", geometry: "polygon" } })).layers[0]!;
    expect([whole.table!.taken.plot, whole.features.length]).toEqual([null, 1]);
    // A column that was taken for point numbers names the plots: it is told.
    const named = await readText("甲,横,纵\nA,587442.1,3242856.1\nA,588405.1,3242856.1\nA,588405.1,3243972.1\n", {
      columns: { x: "横", y: "纵", plot: "甲", point: "甲" },
    });
    expect(named.layers[0]!.features[0]!.properties).toEqual({ 甲: "A" });
    // Without a header the columns have numbers.
    const bare = "1 587442.1 3242856.1\n2 588405.1 3242856.1\n3 588405.1 3243972.1\n";
    const turned = (await readText(bare, { columns: { x: "column_3", y: "column_2", geometry: "point" } })).layers[0]!;
    expect(turned.features[0]!.geometry).toEqual({ type: "Point", coordinates: [3242856.1, 587442.1] });
  });

  it("are asked for where nobody can tell: a table of numbers under names is told of without features", async () => {
    const odd = Buffer.from("点,纬向,经向\nA,29.3301,105.851\nB,约29.3301,约105.85\nC,29.331,105.851\n");
    const found = (await readFiles([{ name: "odd.csv", bytes: odd }])).layers[0]!;
    expect(found).toMatchObject({ features: [], counts: { read: 0, faulty: 1 }, faults: [{ code: "table_no_coordinates" }] });
    expect(found.table!.columns.map(({ name }) => name)).toEqual(["点", "纬向", "经向"]);
    expect(found.table!.taken).toMatchObject({ x: null, y: null, geometry: null });
    const chosen = (await readFiles([{ name: "odd.csv", bytes: odd }], { columns: { x: "经向", y: "纬向", geometry: "point" } }))
      .layers[0]!;
    expect([chosen.features.filter(({ geometry }) => geometry).length, chosen.faults[0]!.code]).toEqual([2, "cell_no_number"]);
  });

  it("name a column of whole shapes; a column whose cells are shapes is found without", async () => {
    const shapes = 'name,x,y,外形\n甲,105.85,29.33,"POLYGON ((105.85 29.33,105.86 29.33,105.86 29.34,105.85 29.33))"\n';
    expect((await readText(shapes)).layers[0]!.features[0]!.geometry!.type).toBe("Point");
    const chosen = (await readText(shapes, { columns: { wkt: "外形" } })).layers[0]!;
    expect(chosen.features[0]).toMatchObject({ geometry: { type: "Polygon" }, properties: { name: "甲", x: "105.85" } });
    expect(chosen.table!.taken).toMatchObject({ x: null, y: null, wkt: "外形" });
    const found = (await readFiles([{ name: "a.csv", bytes: Buffer.from("名称,外形\n甲,POINT (105.85 29.33)\n乙,无\n") }]))
      .layers[0]!;
    expect(found.table!.taken).toMatchObject({ x: null, wkt: null });
    const most = `名称,外形\n${"甲,POINT (105.85 29.33)\n".repeat(9)}乙,无\n`;
    const read = (await readFiles([{ name: "a.csv", bytes: Buffer.from(most) }])).layers[0]!;
    expect([read.table!.taken.wkt, read.counts.read, read.faults.map(({ code }) => code)]).toEqual(["外形", 9, ["wkt_broken"]]);
    const bare = await readFiles([{ name: "a.csv", bytes: Buffer.from("甲,POINT (105.85 29.33)\n乙,POINT (105.86 29.33)\n") }]);
    expect(bare.layers[0]!.features.map(({ properties }) => properties)).toEqual([{ column_1: "甲" }, { column_1: "乙" }]);
  });

  it("a row that says something but not where is counted and named, wherever it stands; a signature below is no row", async () => {
    for (const [text, faults] of [
      ["名称,经度,纬度\n乙,,\n甲,105.85,29.33\n", [["row_no_place", 2]]],
      ["名称,经度,纬度\n甲,105.85,29.33\n乙,,\n丙,105.86,29.34\n", [["row_no_place", 3]]],
      ["名称,经度,纬度\n甲,105.85,29.33\n丙,105.86,29.34\n乙,,\n", [["row_no_place", 4]]],
      ["名称,经度,纬度\n,度,度\n甲,105.85,29.33\n丙,105.86,29.34\n\n填表人:张三,,\n", []],
      ["名称,wkt\n乙,\n甲,POINT (105.85 29.33)\n", [["wkt_broken", 2]]],
      [`名称,外形\n${"甲,POINT (105.85 29.33)\n".repeat(9)}乙,\n`, [["wkt_broken", 11]]],
    ] as const) {
      const read = (await readFiles([{ name: "a.csv", bytes: Buffer.from(text) }])).layers[0]!;
      expect(read.faults.map(({ code, row }) => [code, row])).toEqual(faults);
      expect(read.counts).toMatchObject({ expected: read.counts.read + faults.length, faulty: faults.length });
    }
  });

  it("that the file cannot follow are faults", async () => {
    await expect(readText(table, { columns: { x: "a", y: "b", plot: "x" } })).rejects.toThrow(code("column_unknown"));
    await expect(readText('{"type":"Point","coordinates":[105,29]}', { columns: { x: "a", y: "b" } })).rejects.toThrow(
      code("columns_no_table"),
    );
    await expect(readText(table, { columns: { x: "经度", y: "纬度" } })).rejects.toThrow(code("column_unknown"));
    await expect(readText(table, { encoding: "EBCDIC" })).rejects.toThrow(code("encoding_not_read"));
    await expect(readText(table, { layer: "other" })).rejects.toThrow(code("layer_unknown"));
  });
});

describe("what a file does not say is not made up", () => {
  it("an unknown logical value and an empty number of a .dbf are null, a long code stays text", async () => {
    const { dbf } = await import("./dbf_writer.ts");
    const shp = upload(join(FIXTURES, "shapefile", "good", "no_shx_no_dbf"))[0]!;
    const table = dbf(
      [
        ["OK", "L", 1],
        ["N", "N", 10],
        ["CODE", "N", 20],
        ["DAY", "D", 8],
      ],
      [
        ["?", "", "12345678901234567890", "00000000"],
        ["F", "3.5", "17", "20261125"],
      ],
    );
    const { layers } = await readFiles([shp, { name: "site.dbf", bytes: table }]);
    expect(layers[0]!.features.map(({ properties }) => properties)).toEqual([
      { OK: null, N: null, CODE: "12345678901234567890", DAY: null },
      { OK: false, N: 3.5, CODE: 17, DAY: "2026-11-25" },
    ]);
  });

  it("plots of one row each are points, though their rings are numbered; of more rows they are plots", async () => {
    const head = "Plot no,Ring no,Point no,Longitude,Latitude\n";
    // Along a circle, so that they could be a ring.
    const degrees = (i: number) => `${(105 + Math.cos(i)).toFixed(6)},${(29 + Math.sin(i)).toFixed(6)}`;
    const shapes = async (plots: string[]) => {
      const rows = plots.map((plot, i) => `${plot},1,J${i + 1},${degrees(i)}\n`);
      return (await readText(head + rows.join(""))).layers[0]!.features.map(({ geometry }) => geometry?.type);
    };
    expect(await shapes(["a", "b", "c", "d"])).toEqual(["Point", "Point", "Point", "Point"]);
    expect(await shapes(["a", "a", "a", "a"])).toEqual(["Polygon"]);
    // Said once, as merged cells and tidy people do: the rows below are the same plot's.
    expect(await shapes(["a", "", "", ""])).toEqual(["Polygon"]);
  });

  it("a table of points without a word on its system declares none", async () => {
    expect((await readText("name,x,y\na,105.9,29.3\n")).layers[0]!.declared).toBeNull();
  });
});

it("the catalogue of formats has ids and endings of its own", () => {
  expect(new Set(FORMATS.map(({ id }) => id)).size).toBe(FORMATS.length);
  for (const { endings } of FORMATS) for (const ending of endings) expect(ending).toMatch(/^\.[a-z]+$/);
});
