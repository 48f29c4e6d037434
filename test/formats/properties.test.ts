/** Whatever the bytes: an answer or a FormatError, never another error, and never more than was allowed. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FormatError, LIMITS, type InputFile } from "../../server/formats/format.ts";
import { readFiles } from "../../server/formats/read.ts";
import { fixtures, upload } from "./files.ts";

const SMALL = { ...LIMITS, bytes: 1_000_000, vertices: 5000, features: 500 };

async function holds(files: InputFile[]): Promise<void> {
  try {
    const { layers } = await readFiles(files, {}, SMALL);
    let vertices = 0;
    const walk = (node: unknown): void => {
      if (!Array.isArray(node)) return;
      if (typeof node[0] === "number") {
        vertices += 1;
        expect(node.length).toBe(2);
        expect(node.every(Number.isFinite)).toBe(true);
      } else for (const each of node) walk(each);
    };
    for (const { features, counts, faults } of layers) {
      for (const { geometry } of features) walk(geometry && "coordinates" in geometry && geometry.coordinates);
      expect(counts.read).toBe(features.filter(({ geometry }) => geometry !== null).length);
      expect(counts.faulty === 0).toBe(faults.length === 0);
    }
    // A closed ring has a vertex more than was read.
    expect(vertices).toBeLessThanOrEqual(SMALL.vertices * 1.5);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
  }
}

const good = fixtures("good").map(({ format, name, path }) => ({ label: `${format}/${name}`, files: upload(path) }));

/** Bytes overwritten, cut out, doubled or cut off. */
const damage = fc.array(
  fc.record({
    file: fc.nat(10),
    at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
    how: fc.constantFrom("set", "cut", "double", "end", "ff"),
    byte: fc.nat(255),
    length: fc.integer({ min: 1, max: 64 }),
  }),
  { minLength: 1, maxLength: 4 },
);

function damaged(
  files: readonly InputFile[],
  how: readonly { file: number; at: number; how: string; byte: number; length: number }[],
): InputFile[] {
  const copies = files.map(({ name, bytes }) => ({ name, bytes: Uint8Array.from(bytes) }));
  for (const { file, at, how: kind, byte, length } of how) {
    const target = copies[file % copies.length]!;
    const { bytes } = target;
    const start = Math.floor(at * bytes.length);
    const join = (...parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]));
    if (kind === "set") bytes[start] = byte;
    else if (kind === "ff") bytes.fill(0xff, start, start + Math.min(length, 4));
    else if (kind === "cut") target.bytes = join(bytes.subarray(0, start), bytes.subarray(start + length));
    else if (kind === "double") target.bytes = join(bytes.subarray(0, start + length), bytes.subarray(start));
    else target.bytes = bytes.slice(0, start);
  }
  return copies;
}

describe("damaged files are read, or refused with a FormatError", () => {
  for (const { label, files } of good)
    it(label, { timeout: 60_000 }, () =>
      fc.assert(
        fc.asyncProperty(damage, (how) => holds(damaged(files, how))),
        { numRuns: label.startsWith("xlsx") ? 15 : 40 },
      ),
    );
});

describe("bytes of any kind are read, or refused with a FormatError", () => {
  const heads = [
    "PK\u0003\u0004",
    "{",
    "<kml",
    "<?xml version='1.0'?><gpx>",
    "[地块坐标]\n",
    "POLYGON((",
    "0\nSECTION\n2\nENTITIES\n0\n",
    "SQLite format 3\u0000",
    "X,Y\n",
    "\u001f\u008b",
  ];
  it("random bytes", { timeout: 60_000 }, () =>
    fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 500 }), (bytes) => holds([{ name: "a.shp", bytes }])),
      { numRuns: 300 },
    ),
  );

  it("random text behind the beginning of a format", { timeout: 60_000 }, () =>
    fc.assert(
      fc.asyncProperty(fc.constantFrom(...heads), fc.string({ unit: "binary", maxLength: 300 }), (head, rest) =>
        holds([{ name: "a.txt", bytes: new TextEncoder().encode(head + rest) }]),
      ),
      { numRuns: 400 },
    ),
  );

  it("random JSON in the shape of GeoJSON", { timeout: 60_000 }, () =>
    fc.assert(
      fc.asyncProperty(
        fc.constantFrom("Point", "Polygon", "MultiPolygon", "GeometryCollection"),
        fc.jsonValue(),
        (type, coordinates) =>
          holds([
            { name: "a.json", bytes: new TextEncoder().encode(JSON.stringify({ type, coordinates, geometries: coordinates })) },
          ]),
      ),
      { numRuns: 300 },
    ),
  );

  it("collections and elements nested ten thousand deep", async () => {
    const deep = '{"type":"GeometryCollection","geometries":['.repeat(10_000) + "]}".repeat(10_000);
    await holds([{ name: "a.json", bytes: new TextEncoder().encode(deep) }]);
    const xml = `<kml>${"<Folder>".repeat(10_000)}${"</Folder>".repeat(10_000)}</kml>`;
    await holds([{ name: "a.kml", bytes: new TextEncoder().encode(xml) }]);
    await holds([{ name: "a.wkt", bytes: new TextEncoder().encode("GEOMETRYCOLLECTION(".repeat(10_000)) }]);
  });
});
