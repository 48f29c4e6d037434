/** A layer, declared once: table, load, collection, items, tiles, style, legend and popup follow from it. */
import type { Text } from "../api/common.ts";

export type ColumnType = "text" | "number" | "integer" | "boolean" | "date" | "list";

export type Column = {
  title: Text;
  type: ColumnType;
  unit: string | null;
  /** Absence is allowed, and means unknown. */
  optional: boolean;
  /** The only values, with their words. */
  values: Record<string, Text> | null;
  /** Carried in tiles, for styling and labels. */
  tiled: boolean;
  /** Said with a finding on the feature: what a rule read, or what a reader must know (a deadline, an order's number). */
  told: boolean;
  /** The layer whose feature it names, by its code or, within the same district, by its Chinese name; a value that names
   *  none is plain text. */
  refers: string | null;
};

/** How the features of one theme are painted. Colours and second signs are those of the look. */
export type Paint = {
  theme: string;
  title: Text;
  /** Column values that select the features; empty: all. */
  match: Record<string, string>;
  color: string;
  fill_opacity: number;
  width: number;
  dash: number[] | null;
  pattern: string | null;
  /** Column of the label in each language; null: no label. */
  label: Text | null;
  /** Points: the pictogram's name; absent for lines and fills. */
  icon?: string;
  /** Lines: a column of whole numbers by which the width is divided (1 is widest). */
  thinned_by?: string;
  /** Lines: small arrows show the flow. */
  arrows?: boolean;
  /** Column whose value is written inside a point's icon. */
  written?: string;
  /** Below this zoom the theme is not painted. */
  minzoom?: number;
};

/** One kind of a layer that has many (`facility`, `control_area`): its own columns, required of it and of no other kind. */
export type Kind = {
  kind: string;
  title: Text;
  columns: Record<string, Column>;
  paint: Omit<Paint, "theme" | "title" | "match">;
};

export type Layer = {
  /** One spelling everywhere: file, table, URL segment, tile layer, style prefix. */
  id: string;
  title: Text;
  description: Text;
  geometry: "point" | "line" | "polygon";
  columns: Record<string, Column>;
  /** Kinds, when the column `kind` splits the layer: a kind's columns are optional to the table and asked of that kind. */
  kinds?: readonly Kind[];
  minzoom: number;
  maxzoom: number;
  paint: Paint[];
};

/** Columns that every layer has, beside `geom` and `geom_3857`. */
export const COMMON_COLUMNS: Record<string, Column> = {
  code: column("编码", "Code", "text", { tiled: true }),
  name_zh: column("名称", "Name (Chinese)", "text", { tiled: true }),
  name_en: column("英文名称", "Name (English)", "text", { tiled: true }),
  aliases: column("别名", "Aliases", "list"),
  valid_from: column("有效期自", "Valid from", "date"),
  valid_to: column("有效期至（不含）", "Valid to (exclusive)", "date", { optional: true }),
  basis: column("边界依据", "Basis of the boundary", "text", {
    tiled: true,
    values: {
      approved_polygon: { zh: "批复边界", en: "approved boundary" },
      computed_default: { zh: "按技术规范推算", en: "computed from the standard's defaults" },
      schematic: { zh: "示意", en: "schematic" },
    },
  }),
  accuracy_m: column("边界精度", "Accuracy of the boundary", "number", { optional: true, unit: "m" }),
  source: column("来源", "Source", "text"),
  approval_no: column("批准文号", "Approval number", "text", { optional: true }),
  approval_body: column("批准机关", "Approving body", "text", { optional: true }),
  approval_date: column("批准日期", "Approval date", "date", { optional: true }),
  competent_jurisdiction: column("主管行政区", "Competent jurisdiction", "text", {
    optional: true,
    refers: "jurisdiction",
  }),
  confidence: column("位置可信度", "Confidence of the position", "text", {
    optional: true,
    values: {
      sourced: { zh: "有来源", en: "sourced" },
      approximate: { zh: "近似", en: "approximate" },
      schematic: { zh: "示意", en: "schematic" },
    },
  }),
};

/** A column; not optional, not tiled and of any value unless said. */
export function column(
  zh: string,
  en: string,
  type: ColumnType,
  more: Partial<Pick<Column, "optional" | "unit" | "values" | "tiled" | "told" | "refers">> = {},
): Column {
  return {
    title: { zh, en },
    type,
    unit: null,
    optional: false,
    values: null,
    tiled: false,
    told: false,
    refers: null,
    ...more,
  };
}

/** The columns and paints of a layer made of kinds: `kind` itself, and every kind's columns, optional to the table. Two
 *  kinds that share a column declare the same object. */
export function ofKinds(layer: string, kinds: readonly Kind[]): Pick<Layer, "columns" | "paint" | "kinds"> {
  const columns: Record<string, Column> = {
    kind: column("类别", "Kind", "text", {
      tiled: true,
      values: Object.fromEntries(kinds.map(({ kind, title }) => [kind, title])),
    }),
  };
  for (const kind of kinds)
    for (const [name, spec] of Object.entries(kind.columns)) {
      const known = columns[name];
      if (known && known.title.zh !== spec.title.zh) throw new Error(`Layer ${layer}: kinds differ over the column ${name}.`);
      columns[name] = { ...spec, optional: true };
    }
  const paint = kinds.map(({ kind, title, paint: own }) => ({ theme: `${layer}/${kind}`, title, match: { kind }, ...own }));
  return { columns, paint, kinds };
}

/** Checks a declaration and freezes it. Throws a sentence: a broken layer must not start. */
export function defineLayer(layer: Layer): Layer {
  const fail = (what: string): never => {
    throw new Error(`Layer ${layer.id}: ${what}`);
  };
  if (!/^[a-z][a-z_]*$/.test(layer.id)) fail("the id must be snake_case.");
  for (const name of Object.keys(layer.columns)) {
    if (name in COMMON_COLUMNS || name === "geom" || name === "geom_3857") fail(`column ${name} is one that every layer has.`);
    if (!/^[a-z][a-z0-9_]*$/.test(name)) fail(`column ${name} must be snake_case.`);
  }
  if (layer.minzoom > layer.maxzoom) fail("minzoom is above maxzoom.");
  for (const paint of layer.paint)
    for (const name of Object.keys(paint.match))
      if (!columnsOf(layer)[name]?.tiled) fail(`paint matches ${name}, which is not a tiled column.`);
  return Object.freeze(layer);
}

/** The theme that paints a feature of the layer, by its columns; the layer's own id when none does. */
export function themeOf(layer: Layer, properties: Record<string, unknown>): string {
  const paint = layer.paint.find(({ match }) => Object.entries(match).every(([name, value]) => properties[name] === value));
  return paint?.theme ?? layer.id;
}

/** All columns but the geometries, common ones first. */
export function columnsOf(layer: Layer): Record<string, Column> {
  return { ...COMMON_COLUMNS, ...layer.columns };
}
