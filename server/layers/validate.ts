/** What is wrong with a feature before it goes into a layer: one judgement for the files of `geodata/` and for what a
 *  person brings in. Pure. */
import { type Column, columnsOf, type Layer } from "./layer.ts";

/** `code` is a message (`upload.fault.<code>`); `expected` and `got` are as they stand in the declaration and the row. */
export type RowFault = { code: RowFaultCode; column: string; expected: string; got: string };
export type RowFaultCode =
  | "unknown_column"
  | "missing"
  | "wrong_type"
  | "wrong_value"
  | "wrong_geometry"
  | "foreign_column"
  | "approval_missing"
  | "accuracy_missing"
  | "accuracy_of_schematic"
  | "dates";

type Given = { properties: Record<string, unknown>; geometry: { type: string } };

const FITS: Record<Column["type"], (value: unknown) => boolean> = {
  text: (value) => typeof value === "string" && value !== "",
  number: (value) => typeof value === "number" && Number.isFinite(value),
  integer: (value) => Number.isInteger(value),
  boolean: (value) => typeof value === "boolean",
  date: (value) => typeof value === "string" && isDay(value),
  list: (value) => Array.isArray(value) && value.every((each) => typeof each === "string"),
};

const GEOMETRIES: Record<Layer["geometry"], readonly string[]> = {
  point: ["Point"],
  line: ["LineString", "MultiLineString"],
  polygon: ["Polygon", "MultiPolygon"],
};

/** A day of the calendar, yyyy-mm-dd. */
export function isDay(text: string): boolean {
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text) ? new Date(`${text}T00:00:00Z`) : new Date(Number.NaN);
  return !Number.isNaN(day.getTime()) && day.toISOString().slice(0, 10) === text;
}

/** Its kind of geometry, its properties, and columns that are another kind's or that its own kind requires. Empty when
 *  all fits the declaration. */
export function faultsOfFeature(layer: Layer, { properties, geometry }: Given): RowFault[] {
  const faults = faultsOfRow(columnsOf(layer), properties);
  if (!GEOMETRIES[layer.geometry].includes(geometry.type))
    faults.push({
      code: "wrong_geometry",
      column: "geometry",
      expected: GEOMETRIES[layer.geometry].join(" or "),
      got: geometry.type,
    });
  const own = layer.kinds?.find(({ kind }) => kind === properties["kind"]);
  if (!layer.kinds || !own) return faults;
  const others = new Set(layer.kinds.flatMap(({ columns }) => Object.keys(columns)));
  for (const [name, value] of Object.entries(properties))
    if (others.has(name) && !(name in own.columns) && value !== null && value !== undefined)
      faults.push({ code: "foreign_column", column: name, expected: own.kind, got: brief(value) });
  for (const [name, spec] of Object.entries(own.columns))
    if (!spec.optional && (properties[name] ?? null) === null)
      faults.push({ code: "missing", column: name, expected: spec.type, got: "null" });
  return faults;
}

/** The properties alone; empty when all fits the declaration. */
export function faultsOfRow(columns: Record<string, Column>, properties: Record<string, unknown>): RowFault[] {
  const faults: RowFault[] = [];
  for (const name of Object.keys(properties))
    if (!(name in columns)) faults.push({ code: "unknown_column", column: name, expected: "", got: brief(properties[name]) });
  for (const [name, column] of Object.entries(columns)) {
    const value = properties[name] ?? null;
    if (value === null) {
      if (!column.optional) faults.push({ code: "missing", column: name, expected: column.type, got: "null" });
    } else if (!FITS[column.type](value))
      faults.push({ code: "wrong_type", column: name, expected: column.type, got: brief(value) });
    else if (column.values && !(String(value) in column.values))
      faults.push({ code: "wrong_value", column: name, expected: Object.keys(column.values).join(", "), got: brief(value) });
  }
  return faults;
}

/** No outline is used that may be wrong by more: what lies farther from a site is not looked for. */
export const WORST_ACCURACY_M = 5000;

/** What the tables refuse beyond single columns: an approved boundary names its approval, a schematic one claims no
 *  accuracy, a life ends after it begins. */
export function faultsBetweenColumns(properties: Record<string, unknown>): RowFault[] {
  const faults: RowFault[] = [];
  const has = (name: string) => (properties[name] ?? null) !== null;
  const { basis } = properties;
  if (basis === "approved_polygon")
    for (const column of ["approval_no", "approval_body", "approval_date"])
      if (!has(column)) faults.push({ code: "approval_missing", column, expected: "approved_polygon", got: "null" });
  if (basis === "schematic" && has("accuracy_m"))
    faults.push({ code: "accuracy_of_schematic", column: "accuracy_m", expected: "null", got: brief(properties["accuracy_m"]) });
  const accuracy = properties["accuracy_m"];
  if (basis !== "schematic" && !(typeof accuracy === "number" && accuracy >= 0 && accuracy <= WORST_ACCURACY_M))
    faults.push({ code: "accuracy_missing", column: "accuracy_m", expected: `0 ~ ${WORST_ACCURACY_M}`, got: brief(accuracy) });
  const { valid_from: from, valid_to: to } = properties;
  if (typeof from === "string" && typeof to === "string" && to <= from)
    faults.push({ code: "dates", column: "valid_to", expected: `> ${from}`, got: to });
  return faults;
}

/** The same in English, for whoever edits the files of `geodata/`. */
export function sentenceOf({ code, column, expected, got }: RowFault): string {
  switch (code) {
    case "unknown_column":
      return `unknown column ${column}.`;
    case "missing":
      return `${column} is missing.`;
    case "wrong_value":
      return `${column} should be one of ${expected}, got ${got}.`;
    case "wrong_geometry":
      return `geometry should be ${expected}, got ${got}.`;
    case "foreign_column":
      return `${column} is no column of the kind ${expected}.`;
    default:
      return `${column} should be ${expected}, got ${got}.`;
  }
}

function brief(value: unknown): string {
  return (JSON.stringify(value) ?? "null").slice(0, 80);
}
