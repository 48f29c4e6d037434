/** What `apply` is asked, from JSON to typed values; every fault at once. */
import { z } from "zod";
import type { Apply } from "../api/imports.ts";
import { layerOf, layers } from "../layers/index.ts";
import { isDay } from "../layers/validate.ts";
import { brief } from "../check_input.ts";
import type { ReadOptions } from "../formats/format.ts";
import { type FaultSpec, Problem } from "../problem.ts";

const day = z.string().refine(isDay);
const text = (max: number) => z.string().trim().min(1).max(max);
const chosen = {
  file_layer: text(200).optional(),
  crs_chosen: text(60).optional(),
  swap: z.boolean().optional(),
  repair: z.boolean().optional(),
};
const fields = z.record(z.string().max(100), z.string().max(200));

const SHAPES = {
  site: z.strictObject({ as: z.literal("site"), ...chosen, rows: z.array(z.int().positive()).min(1).max(10_000).optional() }),
  screening: z.strictObject({
    as: z.literal("screening"),
    ...chosen,
    name: text(200),
    as_of: day.optional(),
    activity: text(100).optional(),
    action: text(100).optional(),
    attributes: z.record(z.string(), z.unknown()).optional(),
    mapping: z.strictObject({
      name: text(200).optional(),
      activity: text(200).optional(),
      action: text(200).optional(),
      attributes: fields.optional(),
    }),
    accuracy_m: z.number().min(0).max(10_000).optional(),
  }),
  layer: z.strictObject({
    as: z.literal("layer"),
    ...chosen,
    layer: z.string().refine((id) => layerOf(id) !== undefined, { error: layers.map(({ id }) => id).join(" | ") }),
    district: z.string().regex(/^\d{6}$/),
    valid_from: day,
    mode: z.enum(["all_or_nothing", "good_rows"]),
    mapping: z.record(z.string().max(100), z.string().max(200).nullable()).optional(),
    defaults: z.record(z.string().max(100), z.unknown()).optional(),
    source: z.strictObject({
      title: text(500),
      data_date: day,
      licence: text(500).optional(),
      basis: z.enum(["approved_polygon", "computed_default", "schematic"]),
      accuracy_m: z.number().min(0).max(100_000).optional(),
      approval_no: text(200).optional(),
      approval_body: text(200).optional(),
      approval_date: day.optional(),
    }),
    covers: z.array(z.string().max(100)).max(100).optional(),
  }),
} as const;

/** Throws 422 with a pointer for each fault. */
export function readApply(body: unknown): Apply {
  const as = typeof body === "object" && body !== null ? (body as { as?: unknown }).as : undefined;
  if (as !== "site" && as !== "screening" && as !== "layer")
    throw refused([
      { pointer: "#/as", key: "upload.fault.bad_field", params: { expected: "site | screening | layer", got: brief(as) } },
    ]);
  const parsed = SHAPES[as].safeParse(body);
  if (parsed.success) {
    const request = parsed.data as Apply;
    const faults = request.as === "layer" ? sourceFaults(request.source) : [];
    if (faults.length > 0) throw refused(faults);
    return request;
  }
  throw refused(issuesOf(parsed.error, body));
}

function refused(faults: FaultSpec[]): Problem {
  return new Problem(422, "import-refused", {}, { faults: faults.slice(0, 50) });
}

/** Zod's issues as faults: where, what was expected, what came. */
export function issuesOf(error: z.ZodError, body: unknown): FaultSpec[] {
  return error.issues.flatMap((issue): FaultSpec[] => {
    const at = `#/${issue.path.map(String).join("/")}`;
    if (issue.code === "unrecognized_keys")
      return issue.keys.map((name) => ({
        pointer: `${at === "#/" ? "#" : at}/${name.slice(0, 80)}`,
        key: "upload.fault.no_such_field",
        params: { name: name.slice(0, 80) },
      }));
    const got = issue.path.reduce((value: unknown, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], body);
    const expected =
      "expected" in issue ? String(issue.expected) : "values" in issue ? (issue.values as unknown[]).join(" | ") : issue.message;
    return [{ pointer: at, key: "upload.fault.bad_field", params: { expected, got: brief(got) } }];
  });
}

/** A basis names what it rests on. */
function sourceFaults(source: {
  basis: string;
  accuracy_m?: number;
  approval_no?: string;
  approval_body?: string;
  approval_date?: string;
}): FaultSpec[] {
  const missing: string[] = [];
  if (source.basis === "approved_polygon")
    missing.push(...(["approval_no", "approval_body", "approval_date"] as const).filter((name) => source[name] === undefined));
  if (source.basis !== "schematic" && source.accuracy_m === undefined) missing.push("accuracy_m");
  return missing.map((name) => ({
    pointer: `#/source/${name}`,
    key: "upload.fault.source_needs",
    params: { name, basis: source.basis },
  }));
}

const COLUMNS = z
  .strictObject({
    x: text(200).optional(),
    y: text(200).optional(),
    wkt: text(200).optional(),
    plot: z.string().trim().max(200).optional(),
    ring: z.string().trim().max(200).optional(),
    point: z.string().trim().max(200).optional(),
    geometry: z.enum(["point", "line", "polygon"]).optional(),
  })
  .refine(({ x, y }) => (x === undefined) === (y === undefined) && (x === undefined || x !== y), {
    error: "x, y (two columns)",
    path: ["y"],
  })
  .refine(({ x, wkt }) => x === undefined || wkt === undefined, { error: "x, y | wkt", path: ["wkt"] });

const OPTIONS = z.strictObject({
  encoding: z.enum(["UTF-8", "GB18030", "GBK", "UTF-16LE", "UTF-16BE", "Big5"]).optional(),
  layer: text(200).optional(),
  columns: COLUMNS.optional(),
  swap: z.boolean().optional(),
});

/** How a file is to be read. Throws 422. */
export function readOptions(body: unknown): ReadOptions {
  const parsed = OPTIONS.safeParse(body ?? {});
  if (!parsed.success) throw refused(issuesOf(parsed.error, body));
  return parsed.data as ReadOptions;
}
