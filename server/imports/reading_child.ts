/** The child process that reads one upload and ends. It gets files and limits, and answers once. */
import { createWriteStream, type WriteStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { once } from "node:events";
import type { Geometry } from "../api/common.ts";
import { sampleOf } from "../formats/detective.ts";
import { FormatError, type InputFile, type ReadLayer } from "../formats/format.ts";
import { readFiles } from "../formats/read.ts";
import type { LayerMeta, Read, ReadAnswer, ReadLine, ReadOrder } from "./reading.ts";

process.once("message", (order) => {
  void read(order as ReadOrder)
    .then((found): ReadAnswer => ({ read: found }))
    .catch((error: unknown): ReadAnswer => {
      if (error instanceof FormatError) return { refused: { code: error.code, params: error.params } };
      return {
        refused: {
          code: "unreadable",
          params: { format: "-", cause: error instanceof Error ? error.message.slice(0, 200) : "" },
        },
      };
    })
    .then((answer) => process.send!(answer, undefined, undefined, () => process.disconnect()));
});

async function read({ files, options, limits, out }: ReadOrder): Promise<Read> {
  const given: InputFile[] = [];
  for (const { name, path } of files) given.push({ name, bytes: await readFile(path) });
  const { format, layers, notes } = await readFiles(given, options, limits);
  given.length = 0;
  const stream = createWriteStream(out, { mode: 0o600 });
  const metas: LayerMeta[] = [];
  for (const [index, layer] of layers.entries()) {
    const vertices = await writeLayer(stream, index, layer);
    const { features, faults: _faults, ...meta } = layer;
    metas.push({ ...meta, notes: [...notes, ...meta.notes], features: features.length, vertices, sample: sampleOf([layer]) });
  }
  stream.end();
  await once(stream, "finish");
  return { format, layers: metas };
}

async function writeLayer(stream: WriteStream, layer: number, { features, faults }: ReadLayer): Promise<number> {
  const write = async (line: ReadLine) => {
    if (!stream.write(`${JSON.stringify(line)}\n`)) await once(stream, "drain");
  };
  let vertices = 0;
  for (const [index, { row, geometry, properties }] of features.entries()) {
    const own = geometry ? countOf(geometry) : 0;
    vertices += own;
    await write({ layer, n: index + 1, row, vertices: own, geometry, properties });
  }
  for (const fault of faults) await write({ layer, fault });
  return vertices;
}

function countOf(geometry: Geometry): number {
  if (geometry.type === "GeometryCollection") return geometry.geometries.reduce((sum, each) => sum + countOf(each), 0);
  const count = (coordinates: unknown): number =>
    Array.isArray(coordinates)
      ? typeof coordinates[0] === "number"
        ? 1
        : coordinates.reduce((sum: number, each) => sum + count(each), 0)
      : 0;
  return count(geometry.coordinates);
}
