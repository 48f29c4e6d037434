/** The download menu offers what the service writes, and nothing that it refuses. */
import { expect, it } from "vitest";
import { WRITERS } from "../../server/formats/out/index.ts";
import { fileOptions, writerOf } from "../../server/routes/export.ts";
import { say } from "../../server/messages.ts";
import { EXPORT_FORMATS, VIOLATION_FORMATS } from "../../web/export_formats.ts";

it("offers every format with its ending", () => {
  const known = WRITERS.map(({ id, ending, encodings, notations }) => [id, ending.slice(1), encodings, notations]);
  const offered = EXPORT_FORMATS.map(({ id, ending, encodings, notations }) => [id, ending, encodings, notations]);
  expect(offered.toSorted()).toEqual(known.toSorted());
});

it("offers only what the service takes, and has words for it", () => {
  for (const { id, systems, encodings, notations } of [...EXPORT_FORMATS, ...VIOLATION_FORMATS])
    for (const crs of systems)
      for (const encoding of encodings)
        for (const notation of notations) {
          expect(fileOptions(writerOf(id)!, { crs, encoding, notation })).toMatchObject({ crs, encoding, notation });
          for (const key of [`format.${id}`, `system.${crs}`, `encoding.${encoding}`, `notation.${notation}`])
            expect(say("zh", `export.${key}`) && say("en", `export.${key}`)).toBeTruthy();
        }
});

it("has words for every format, of features and of violations", () => {
  for (const { id, words } of [...EXPORT_FORMATS, ...VIOLATION_FORMATS])
    for (const lang of ["zh", "en"] as const) expect(say(lang, `export.format.${words ?? id}`)).toBeTruthy();
});
