/** The attribute table of a shapefile (dBASE III), with names and widths that fit what is in it. */
import type { Lang } from "../../api/common.ts";
import type { Encoder } from "./encoding.ts";
import { cellOf, textOf, type OutField, type OutNote } from "./writer.ts";

const NAME_BYTES = 10;
const TEXT_BYTES = 254;
/** Wider numbers, and those that need an exponent, stand in a floating field. */
const NUMBER_BYTES = 18;
const FLOAT_BYTES = 24;
/** Of fields without any value, so that somebody can fill them in. */
const EMPTY_WIDTH = { text: 50, integer: 9, number: [18, 3] } as const;

export type DbfColumn = { field: OutField; name: string; type: "C" | "N" | "F" | "L" | "D"; width: number; decimals: number };

/** Names of at most ten bytes without signs, each once whatever the case: of two alike the later gets a number. */
export function shortNames(names: readonly string[], encoder: Encoder): string[] {
  const taken = new Set<string>();
  return names.map((long) => {
    const plain = Array.from(long.replaceAll(/[^\p{L}\p{N}_]/gu, ""))
      .filter((character) => encoder.has(character))
      .join("");
    const whole = /^[\p{L}_]/u.test(plain) ? plain : `F${plain}`;
    let name = encoder.cut(whole, NAME_BYTES);
    for (let n = 2; taken.has(name.toLowerCase()); n += 1) name = `${encoder.cut(whole, NAME_BYTES - String(n).length)}${n}`;
    taken.add(name.toLowerCase());
    return name;
  });
}

/** A number without exponent and without loss, as short as it can be; null where it takes an exponent, as it does beyond
 *  2^53, where readers take digits for a code. */
function digitsOf(value: number): string | null {
  const text = String(value);
  return text.includes("e") || (Number.isInteger(value) && !Number.isSafeInteger(value)) ? null : text;
}

/** A number without loss in at most 24 characters: an exponent where the digits would be more (-0.0000010304869595261993). */
function floating(value: number): string {
  const digits = digitsOf(value);
  return digits !== null && digits.length <= FLOAT_BYTES ? digits : value.toExponential();
}

/** Type and width of each field by all its values. */
export function columnsOf(
  fields: readonly OutField[],
  names: readonly string[],
  records: readonly Record<string, unknown>[],
  encoder: Encoder,
): DbfColumn[] {
  return fields.map((field, i): DbfColumn => {
    const named = { field, name: names[i]! };
    const values = records.map((record) => cellOf(record[field.name])).filter((value) => value !== null);
    if (values.length > 0 && values.every((value) => typeof value === "boolean"))
      return { ...named, type: "L", width: 1, decimals: 0 };
    if ((field.type === "number" || field.type === "integer") && values.every((value) => typeof value === "number"))
      return { ...named, ...(values.length === 0 ? emptyNumber(field.type) : numberColumn(values)) };
    if (field.type === "boolean" && values.length === 0) return { ...named, type: "L", width: 1, decimals: 0 };
    if (field.type === "date" && values.every((value) => /^\d{4}-\d{2}-\d{2}$/.test(String(value))))
      return { ...named, type: "D", width: 8, decimals: 0 };
    const widest = values.reduce<number>((most, value) => Math.max(most, encoder.encode(String(value)).length), 1);
    const width = values.length === 0 ? EMPTY_WIDTH.text : widest;
    return { ...named, type: "C", width: Math.min(width, TEXT_BYTES), decimals: 0 };
  });
}

function emptyNumber(type: "number" | "integer"): Pick<DbfColumn, "type" | "width" | "decimals"> {
  const [width, decimals] = type === "integer" ? [EMPTY_WIDTH.integer, 0] : EMPTY_WIDTH.number;
  return { type: "N", width, decimals };
}

function numberColumn(values: readonly number[]): Pick<DbfColumn, "type" | "width" | "decimals"> {
  let [whole, decimals] = [1, 0];
  for (const value of values) {
    const digits = digitsOf(value);
    if (digits === null) return { type: "F", width: FLOAT_BYTES, decimals: 15 };
    const [before, after = ""] = digits.split(".");
    whole = Math.max(whole, before!.length);
    decimals = Math.max(decimals, after.length);
  }
  const width = whole + (decimals > 0 ? decimals + 1 : 0);
  return width > NUMBER_BYTES ? { type: "F", width: FLOAT_BYTES, decimals: 15 } : { type: "N", width, decimals };
}

/** The table; texts beyond 254 bytes are cut between characters, and named. Absence is blank, as dBASE has no other. `date` is
 *  yyyy-mm-dd. */
export function writeDbf(
  columns: readonly DbfColumn[],
  records: readonly Record<string, unknown>[],
  { encoder, date, gbk, lang }: { encoder: Encoder; date: string; gbk: boolean; lang: Lang },
): { bytes: Uint8Array; notes: OutNote[] } {
  const header = 33 + 32 * columns.length;
  const length = 1 + columns.reduce((sum, { width }) => sum + width, 0);
  const bytes = new Uint8Array(header + length * records.length + 1).fill(0x20, header);
  const view = new DataView(bytes.buffer);
  const [year, month, day] = date.split("-").map(Number) as [number, number, number];
  bytes.set([0x03, year - 1900, month, day]);
  view.setUint32(4, records.length, true);
  view.setUint16(8, header, true);
  view.setUint16(10, length, true);
  bytes[29] = gbk ? 0x4d : 0;
  for (const [i, { name, type, width, decimals }] of columns.entries()) {
    bytes.set(encoder.encode(name), 32 + 32 * i);
    bytes[32 + 32 * i + 11] = type.charCodeAt(0);
    bytes[32 + 32 * i + 16] = width;
    bytes[32 + 32 * i + 17] = decimals;
  }
  bytes[header - 1] = 0x0d;
  const cut = new Map<string, number>();
  for (const [i, record] of records.entries()) {
    let at = header + i * length + 1;
    for (const column of columns) {
      const { field, width } = column;
      let written = encoder.encode(writtenOf(column, record[field.name]));
      if (written.length > width) {
        cut.set(field.title[lang], (cut.get(field.title[lang]) ?? 0) + 1);
        written = encoder.encode(encoder.cut(textOf(record[field.name]), width));
      }
      bytes.set(written, column.type === "N" || column.type === "F" ? at + width - written.length : at);
      at += width;
    }
  }
  bytes[bytes.length - 1] = 0x1a;
  const notes = [...cut].map(([field, count]) => ({ code: "text_cut", params: { field, count, bytes: TEXT_BYTES } }));
  return { bytes, notes };
}

function writtenOf({ type, decimals }: DbfColumn, value: unknown): string {
  const cell = cellOf(value);
  if (type === "L") return cell === null ? "?" : cell === true ? "T" : "F";
  if (cell === null) return "";
  if (type === "D") return String(cell).replaceAll("-", "");
  if (type === "F") return floating(cell as number);
  if (type !== "N") return String(cell);
  const [whole, after = ""] = String(cell).split(".");
  return decimals > 0 ? `${whole}.${after.padEnd(decimals, "0")}` : whole!;
}
