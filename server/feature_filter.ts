/** Property filters of a layer's features, as OGC API Features has them (Part 1, 7.15.5): `?field=value` for every declared
 *  column; repeated or as a list `a,b`: any of them; several fields: all of them. Values are checked against the declaration. */
import type { Lang } from "./api/common.ts";
import type { Queryable, Queryables } from "./api/collections.ts";
import { type Column, columnsOf, type Layer } from "./layers/layer.ts";
import { type FaultSpec, Problem } from "./problem.ts";
import type { ColumnFilter } from "./queries/collections.ts";
import { isDate, splitList } from "./query.ts";
import { isStorable } from "./storable.ts";

/** Of all fields together. */
const MAX_VALUES = 500;
const INT4 = 2 ** 31;

/** What a value must be, and the value that its text stands for; undefined: it is none. */
const READ: Record<Column["type"], { expected: string; value(text: string): string | number | boolean | undefined }> = {
  text: { expected: "text", value: (text) => (isStorable(text) ? text : undefined) },
  list: { expected: "text", value: (text) => (isStorable(text) ? text : undefined) },
  number: { expected: "123.4", value: (text) => numberOf(text) },
  integer: {
    expected: "123",
    value: (text) => (Number.isInteger(numberOf(text)) && Math.abs(numberOf(text)!) < INT4 ? numberOf(text) : undefined),
  },
  boolean: { expected: "true | false", value: (text) => (/^(true|false)$/.test(text) ? text === "true" : undefined) },
  date: { expected: "yyyy-mm-dd", value: (text) => (isDate(text) ? text : undefined) },
};

/** The names that a query of the layer may filter by. */
export function filterable(layer: Layer): string[] {
  return Object.keys(columnsOf(layer));
}

/** The filters that `lists` (by column) ask for. Throws a 400 with every value that does not fit its column. */
export function filtersOf(layer: Layer, lists: ReadonlyMap<string, readonly string[]>): ColumnFilter[] {
  const faults: FaultSpec[] = [];
  const filters: ColumnFilter[] = [];
  for (const [name, texts] of lists) {
    const { type, values: choices } = columnsOf(layer)[name]!;
    const { expected, value: read } = READ[type];
    const values: ColumnFilter["values"] = [];
    for (const text of texts.flatMap(splitList)) {
      const value = text === "" ? undefined : read(text);
      if (value !== undefined && (choices === null || Object.hasOwn(choices, text))) values.push(value);
      else {
        const params = { name, expected: choices ? Object.keys(choices).join(" | ") : expected, got: text.slice(0, 80) };
        faults.push({ pointer: `?${name}`, key: "fault.bad_parameter", params });
      }
    }
    filters.push({ column: name, type, values });
  }
  const count = filters.reduce((sum, { values }) => sum + values.length, 0) + faults.length;
  // Of a query with very many parameters, node:querystring reads but the first thousand.
  if (count > MAX_VALUES) throw new Problem(400, "too-many-values", { got: count, max: MAX_VALUES });
  if (faults.length > 0) throw new Problem(400, "bad-parameter", {}, { faults });
  return filters;
}

function numberOf(text: string): number | undefined {
  const number = Number(text);
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) && Number.isFinite(number) ? number : undefined;
}

/** What a layer can be filtered by, as a JSON Schema of OGC API Features Part 3. */
export function queryablesOf(layer: Layer, lang: Lang): Queryables {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: `/api/collections/${layer.id}/queryables`,
    type: "object",
    title: layer.title[lang],
    description: layer.description[lang],
    properties: Object.fromEntries(
      Object.entries(columnsOf(layer)).map(([name, column]) => [name, queryableOf(name, column, lang)]),
    ),
    additionalProperties: false,
  };
}

function queryableOf(name: string, { title, type, unit, values }: Column, lang: Lang): Queryable {
  const choices = values && {
    enum: Object.keys(values),
    description: Object.entries(values)
      .map(([value, words]) => `${value}: ${words[lang]}`)
      .join("; "),
  };
  const kind: Pick<Queryable, "type" | "format" | "items"> =
    type === "list"
      ? { type: "array", items: { type: "string" } }
      : type === "date"
        ? { type: "string", format: "date" }
        : { type: type === "text" ? "string" : type };
  return {
    title: title[lang],
    ...kind,
    ...choices,
    ...(unit === null ? {} : { "x-ogc-unit": unit }),
    ...(name === "code" ? { "x-ogc-role": "id" as const } : {}),
  };
}
