/** Values on their way in and out, by PostgreSQL's type number: one table for both engines, so that types are the same. */
import { DatabaseError } from "./errors.ts";

type Codec = { read?: (text: string) => unknown; write?: (value: unknown) => string };

const asText = (value: unknown) => String(value);
const number: Codec = { read: Number };
const json: Codec = { read: (text) => JSON.parse(text), write: (value) => JSON.stringify(value) };
const moment = (value: unknown) => (value instanceof Date ? value.toISOString() : asText(value));

/** What is missing here travels as text: numeric, text, uuid, timestamp without time zone, geometry (hex EWKB). */
const CODECS: Record<number, Codec> = {
  16: { read: (text) => text === "t", write: (value) => (value === true ? "t" : value === false ? "f" : asText(value)) },
  17: { read: (text) => Buffer.from(text.slice(2), "hex"), write: writeBytes },
  20: { read: readInt8 },
  21: number,
  23: number,
  26: number,
  114: json,
  700: number,
  701: number,
  1082: { read: (text) => text, write: (value) => moment(value).slice(0, value instanceof Date ? 10 : undefined) },
  1114: { read: (text) => text, write: moment },
  1184: { read: (text) => new Date(text), write: moment },
  3802: json,
};

/** Array type -> element type: bool, bytea, int8, int2, int4, text, varchar, float4, float8, date, timestamptz, numeric, uuid, json. */
const ARRAYS: Record<number, number> = {
  1000: 16,
  1001: 17,
  1016: 20,
  1005: 21,
  1007: 23,
  1009: 25,
  1015: 1043,
  1021: 700,
  1022: 701,
  1182: 1082,
  1185: 1184,
  1231: 1700,
  2951: 2950,
  199: 114,
  3807: 3802,
};

export function readValue(text: string, type: number): unknown {
  const element = ARRAYS[type];
  if (element !== undefined) return readArray(text, element);
  const read = CODECS[type]?.read;
  return read ? read(text) : text;
}

export function writeValue(value: unknown, type: number): string {
  const element = ARRAYS[type];
  if (element !== undefined && Array.isArray(value)) return writeArray(value, element);
  const write = CODECS[type]?.write;
  return write ? write(value) : value instanceof Date ? value.toISOString() : asText(value);
}

/** The type a parameter is declared as before the server is asked; 0 lets the server infer it. As postgres.js does. */
export function inferType(value: unknown): number {
  if (value instanceof Date) return 1184;
  if (value instanceof Uint8Array) return 17;
  if (typeof value === "boolean") return 16;
  return typeof value === "bigint" ? 20 : 0;
}

/** The same table in the form that postgres.js takes. */
export function postgresTypes(): Record<
  string,
  { to: number; from: number[]; serialize: (value: unknown) => string; parse: (text: string) => unknown }
> {
  const types = [...Object.keys(CODECS), ...Object.keys(ARRAYS)].map(Number);
  return Object.fromEntries(
    types.map((type) => [
      `type_${type}`,
      {
        to: type,
        from: [type],
        serialize: (value: unknown) => writeValue(value, type),
        parse: (text: string) => readValue(text, type),
      },
    ]),
  );
}

function readInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value))
    throw new DatabaseError(`The integer ${text} does not fit a JavaScript number exactly; cast it to text in the statement.`, {
      code: "22003",
    });
  return value;
}

function writeBytes(value: unknown): string {
  return value instanceof Uint8Array
    ? `\\x${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("hex")}`
    : asText(value);
}

function writeArray(values: unknown[], element: number): string {
  const items = values.map((value) => {
    if (value === null || value === undefined) return "null";
    if (Array.isArray(value) && element !== 114 && element !== 3802) return writeArray(value, element);
    return `"${writeValue(value, element).replace(/["\\]/g, "\\$&")}"`;
  });
  return `{${items.join(",")}}`;
}

/** `{a,"b c",NULL,{...}}`, PostgreSQL's text form of an array. */
function readArray(text: string, element: number): unknown[] {
  let at = text.indexOf("{"); // a lower bound may stand before it: [0:1]={1,2}
  const list = (): unknown[] => {
    const items: unknown[] = [];
    at++;
    while (text[at] !== "}") {
      if (text[at] === ",") at++;
      if (text[at] === "{") items.push(list());
      else if (text[at] === '"') items.push(readValue(quoted(), element));
      else {
        const start = at;
        while (text[at] !== "," && text[at] !== "}") at++;
        const item = text.slice(start, at);
        items.push(item === "NULL" ? null : readValue(item, element));
      }
    }
    at++;
    return items;
  };
  const quoted = (): string => {
    let item = "";
    for (at++; text[at] !== '"'; at++) item += text[at] === "\\" ? text[++at] : text[at];
    at++;
    return item;
  };
  return list();
}
