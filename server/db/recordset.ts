/** A layer's declared columns with their SQL types, for `jsonb_to_recordset`. */
import { type RawBuilder, sql } from "kysely";
import { type Column, columnsOf, type Layer } from "../layers/layer.ts";

const SQL_TYPE: Record<Column["type"], string> = {
  text: "text",
  number: "float8",
  integer: "int",
  boolean: "boolean",
  date: "date",
  list: "jsonb",
};

/** `"code" text, "name_zh" text, ...` */
export function recordsetOf(layer: Layer): RawBuilder<unknown> {
  return sql.raw(
    Object.entries(columnsOf(layer))
      .map(([name, { type }]) => `"${name}" ${SQL_TYPE[type]}`)
      .join(", "),
  );
}
