/** The folder is the assertion: files in `good/` are read as the snapshot says, files in `bad/` fail with the fault that their
 *  name begins with. Accept changes with `vitest -u` and read them in the diff. */
import { describe, expect, it } from "vitest";
import { sayCrsReason, sayFault, sayNote } from "../../server/import_words.ts";
import { detect, sampleOf, type Bbox } from "../../server/formats/detective.ts";
import { FormatError, type FormatNote, type ReadLayer } from "../../server/formats/format.ts";
import { readFiles, type Reading } from "../../server/formats/read.ts";
import { fixtures, upload } from "./files.ts";

/** 永川区, where all fixtures lie. */
const DISTRICT = { bbox: [105.627, 28.939, 106.085, 29.573] as Bbox };

function boundsOf(layer: ReadLayer): number[] {
  const bounds = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of sampleOf([layer], Infinity)) {
    bounds[0] = Math.min(bounds[0]!, x!);
    bounds[1] = Math.min(bounds[1]!, y!);
    bounds[2] = Math.max(bounds[2]!, x!);
    bounds[3] = Math.max(bounds[3]!, y!);
  }
  return bounds.map((value) => Math.round(value * 1e5) / 1e5);
}

const short = ({ code, row }: FormatNote) => (row === null ? code : `${code} @${row}`);

function summary({ format, layers, notes }: Reading) {
  return {
    format,
    notes: notes.map(short),
    layers: layers.map((layer) => {
      const { candidates, certain, warnings } = detect({
        sample: sampleOf([layer]),
        declared: layer.declared,
        district: DISTRICT,
        known: [],
      });
      return {
        name: layer.name,
        fields: layer.fields.map(({ name, type }) => `${name}: ${type}`),
        first: layer.features[0]?.properties,
        shapes: layer.features.map(({ row, geometry }) => `${row} ${geometry?.type ?? "-"}`),
        bounds: boundsOf(layer),
        counts: layer.counts,
        encoding: layer.encoding && `${layer.encoding.name} ${layer.encoding.from}`,
        declared: layer.declared && `${layer.declared.crs} by ${layer.declared.where}`,
        faults: layer.faults.map(short),
        notes: layer.notes.map(short),
        crs: candidates.slice(0, 2).map(({ crs, swap, score }) => `${crs}${swap ? " swapped" : ""} ${score}`),
        certain,
        warnings: warnings.map(({ code }) => code),
      };
    }),
  };
}

describe("good files are read", () => {
  for (const { format, name, path } of fixtures("good"))
    it(`${format}/${name}`, async () => {
      const reading = await readFiles(upload(path));
      expect(summary(reading)).toMatchSnapshot();
      for (const { faults, notes, declared } of reading.layers) {
        for (const fault of faults) expectWords(sayFault(fault));
        for (const note of notes) expectWords(sayNote(note));
        const { candidates, warnings } = detect({ sample: sampleOf(reading.layers), declared, district: null, known: [] });
        for (const reason of [...warnings, ...candidates.flatMap(({ reasons }) => reasons)]) expectWords(sayCrsReason(reason));
      }
      for (const note of reading.notes) expectWords(sayNote(note));
    });
});

describe("bad files fail with the fault of their name, in words", () => {
  for (const { format, name, path } of fixtures("bad"))
    it(`${format}/${name}`, async () => {
      const error = await readFiles(upload(path)).then(
        () => null,
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(FormatError);
      const { code } = error as FormatError;
      expect(name.slice(0, code.length)).toBe(code);
      expectWords(sayFault(error as FormatError));
    });
});

function expectWords(text: { zh: string; en: string }) {
  expect(text.zh + text.en).not.toMatch(/\{\w+\}|undefined/);
}
