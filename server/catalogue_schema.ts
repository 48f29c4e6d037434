/** The shapes of the files in `geodata/`: rules, vocabulary, checklists. Shapes only; names are `catalogue_faults.ts`. */
import { z } from "zod";
import type { Action } from "./api/checks.ts";
import { EFFECTS } from "./domain/conclude.ts";
import type {
  AttributeSpec,
  Checklist,
  ClassSpec,
  Condition,
  Instrument,
  Order,
  OrderKind,
  PlaceSettings,
  ReadOutcome,
  SettingFamily,
  StoodBefore,
  ThemeSpec,
} from "./domain/rule.ts";

const filled = z.string().refine((text) => text.trim() !== "", { error: "expected text, got nothing" });
const text = z.strictObject({ zh: filled, en: filled });
const code = z.string().regex(/^[a-z][a-z0-9_]*$/);
const day = z.iso.date();
const district = z.string().regex(/^\d{6}$/);
const action = z.enum(["new", "rebuilt", "expanded", "existing", "operating"] satisfies Action[]);
const confidence = z.enum(["verified", "memory", "local_choice"]);
const orderKind = z.enum(["regional_limit", "approval_suspension"] satisfies OrderKind[]);
const scalar = z.union([z.string(), z.number(), z.boolean()]);
const comparison = {
  in: z.array(scalar).min(1).optional(),
  includes_any: z.array(z.string()).min(1).optional(),
  stated_in: z.array(filled).min(1).optional(),
  starts_with: z.array(filled).min(1).optional(),
  gte: z.number().optional(),
  lt: z.number().optional(),
  gte_setting: filled.optional(),
  as_of: z.enum(["before", "on_or_before", "on_or_after"]).optional(),
};

/** A condition is an object with one word; the names it reads are checked against the vocabulary afterwards. */
const condition: z.ZodType<Condition> = z.lazy(() =>
  z
    .strictObject({
      all: z.array(condition).min(1).optional(),
      any: z.array(condition).min(1).optional(),
      not: condition.optional(),
      activity: z.array(z.string()).min(1).optional(),
      tag: z.string().optional(),
      class: z.string().optional(),
      attribute: z.string().optional(),
      feature: z.string().optional(),
      order: z.array(orderKind).min(1).optional(),
      stood: z.enum(["before_zone", "before_rule"] satisfies StoodBefore[]).optional(),
      rule: filled.optional(),
      outcome: z
        .array(z.enum(["triggered", "near", "not_triggered"] satisfies ReadOutcome[]))
        .min(1)
        .optional(),
      ...comparison,
    })
    .refine((value) => {
      const compared = Object.keys(value).filter((key) => key in comparison).length;
      const words = Object.keys(value).length - compared - ("outcome" in value ? 1 : 0);
      return (
        words === 1 && compared === ("attribute" in value || "feature" in value ? 1 : 0) && "outcome" in value === "rule" in value
      );
    }, "expected exactly one of all, any, not, activity, tag, class, order, stood, rule with outcome, or attribute or feature with exactly one comparison"),
) as z.ZodType<Condition>;

const instrument: z.ZodType<Instrument> = z.strictObject({
  id: code,
  title: text,
  number: filled.nullable(),
  issuer: text,
  rank: z.enum(["law", "administrative_regulation", "department_rule", "normative_document", "work_plan", "standard"]),
  status: z.enum(["in_force", "draft", "repealed", "horizon_passed", "unverified"]),
  jurisdiction: z
    .string()
    .regex(/^\d{6}$/)
    .nullable(),
  in_force_from: day,
  in_force_until: day.nullable(),
  horizon: day.nullable(),
  successor: z.string().nullable(),
  url: z.url().nullable(),
  confidence,
  note: filled.optional(),
});

const rule = z.strictObject({
  id: z.string().regex(/^[A-Z][A-Za-z0-9-]*$/),
  article: z.strictObject({ article: filled, paragraph: filled.nullable(), item: filled.nullable() }),
  valid_from: day,
  valid_to: day.nullable(),
  where: z
    .strictObject({
      relation: z.enum(["overlaps", "within_m", "outside", "upstream", "anywhere"]),
      theme: z.string().nullable(),
      within_m: z.number().positive().nullable(),
      within_setting: z
        .string()
        .regex(/^[a-z][a-z0-9_.]*$/)
        .optional(),
    })
    .refine(({ relation, theme }) => (relation === "anywhere") === (theme === null), {
      error: "expected a theme, except for anywhere",
      path: ["theme"],
    })
    .refine(
      ({ relation, within_m, within_setting }) =>
        Number(within_m !== null) + Number(within_setting !== undefined) === Number(relation === "within_m"),
      {
        error: "expected metres or the name of a setting for within_m, and null otherwise",
        path: ["within_m"],
      },
    ),
  who: z.strictObject({ classes: z.array(z.string()), actions: z.array(action).min(1), condition: condition.nullable() }),
  when: condition.nullable(),
  effect: z.enum(EFFECTS),
  gist: text,
  quote: filled.nullable(),
  next_step: text,
  office: text,
  confidence,
  note: filled.optional(),
});

const attribute: z.ZodType<AttributeSpec> = z
  .strictObject({
    name: code,
    title: text,
    help: text,
    type: z.enum(["choice", "choices", "number", "integer", "boolean", "text", "date"]),
    unit: filled.nullable(),
    options: z
      .array(z.strictObject({ value: code, title: text }))
      .min(1)
      .nullable(),
    min: z.number().nullable(),
    max: z.number().nullable(),
    pattern: filled.optional(),
    absent: z.string().nullable(),
  })
  .refine(({ type, options }) => type.startsWith("choice") === (options !== null), {
    error: "expected options for choice and choices only",
    path: ["options"],
  });

export const activityFile = z.strictObject({
  tags: z.record(code, text),
  activities: z.array(
    z.strictObject({
      code,
      title: text,
      aliases: z.array(text).min(1),
      note: text,
      tags: z.array(z.string()).min(1),
      actions: z.array(action).min(1),
      attributes: z.array(z.string()),
      fixed: z.record(z.string(), z.union([scalar, z.array(z.string())])),
      asserts: z.array(z.string()),
    }),
  ),
});

export const classFile: z.ZodType<ClassSpec[]> = z.array(
  z.strictObject({ code, title: text, condition, source: filled, confidence }),
);
export const themeFile: z.ZodType<ThemeSpec[]> = z.array(
  z.strictObject({
    theme: z.string().regex(/^[a-z_]+(\/[a-z0-9_]+)?$/),
    title: text,
    layer: code,
    match: z.record(z.string(), z.string()),
    plain: z.boolean().optional(),
    jurisdiction: z.union([district, z.array(district).min(2)]).optional(),
  }),
);
export const checklistFile: z.ZodType<Checklist[]> = z
  .array(
    z.strictObject({
      jurisdiction: z.string().regex(/^(\d{6}|national)$/),
      version: z.int().positive(),
      valid_from: day,
      valid_to: day.nullable(),
      themes: z.array(z.string()),
      source: text,
    }),
  )
  .min(1);

export const attributeFile = z.array(attribute);
export const ruleFile = z.strictObject({ instrument, rules: z.array(rule) });

const setting = z
  .strictObject({
    name: z.string().regex(/^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$/),
    value: z.number().positive().nullable(),
    unit: filled,
    title: text,
    source: z
      .strictObject({
        title: text,
        article: text.nullable(),
        date: z
          .string()
          .regex(/^\d{4}(-\d{2}(-\d{2})?)?$/)
          .nullable(),
      })
      .nullable(),
    confidence: confidence.nullable(),
    fill: text.optional(),
    note: filled.optional(),
  })
  .refine(
    ({ value, source, confidence: sure }) => (value === null) === (source === null) && (value === null) === (sure === null),
    {
      error: "expected a source and its confidence for a value, and null where nothing is set",
      path: ["source"],
    },
  )
  .refine(({ value, fill }) => (value === null) === (fill !== undefined), {
    error: "expected what would fill it where nothing is set, and only there",
    path: ["fill"],
  });

export const settingsFile: z.ZodType<PlaceSettings> = z.strictObject({
  jurisdiction: z.union([district, z.literal("national")]),
  settings: z.array(setting),
});
export const settingFamilyFile: z.ZodType<SettingFamily[]> = z.array(
  z.strictObject({
    family: code,
    title: text,
    units: z.array(z.strictObject({ unit: code, title: text })).min(1),
    names: z.array(filled),
  }),
);
export const orderFile: z.ZodType<Order[]> = z.array(
  z.strictObject({
    id: z.string().regex(/^[A-Z][A-Za-z0-9-]*$/),
    kind: orderKind,
    jurisdiction: district,
    target: z.strictObject({ layer: z.enum(["control_area", "industrial_park", "jurisdiction"]), code: filled }),
    from: day,
    until: day.nullable(),
    cause: text,
    number: filled.nullable(),
    issuer: text,
    released_by: text.nullable(),
    confidence: z.union([confidence, z.literal("schematic")]),
  }),
);
