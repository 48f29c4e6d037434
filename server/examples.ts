/** The sites of 试一试: `geodata/examples.json`, one row a site, each of the eight conclusions in at least two places. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { CheckRequest, Conclusion } from "./api/checks.ts";
import type { Text } from "./api/common.ts";
import { CONCLUSIONS } from "./domain/conclude.ts";

export type ExampleRow = {
  id: string;
  district: string;
  conclusion: Conclusion;
  title: Text;
  why: Text;
  request: CheckRequest;
};

const text = z.strictObject({ zh: z.string().min(1), en: z.string().min(1) });
const Rows = z.array(
  z.strictObject({
    id: z.string().regex(/^[a-z0-9-]+$/),
    district: z.string().regex(/^\d{6}$/),
    conclusion: z.enum(CONCLUSIONS as [Conclusion, ...Conclusion[]]),
    title: text,
    why: text,
    request: z.looseObject({
      name: z.string(),
      activity: z.string(),
      action: z.string(),
      geometry: z.unknown(),
      as_of: z.iso.date(),
    }),
  }),
);

/** The rows of the file, or none where an operator has removed it. Throws when the file is not as declared. */
export function readExamples(geodata: string): ExampleRow[] {
  let bytes: string;
  try {
    bytes = readFileSync(join(geodata, "examples.json"), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
  return Rows.parse(JSON.parse(bytes)) as unknown as ExampleRow[];
}
