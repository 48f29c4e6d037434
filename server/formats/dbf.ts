/** The attribute table of a shapefile (dBASE III). parsedbf is no choice: it reads an unknown logical value as false, ignores
 *  the length of the header and knows nothing of deleted records. */
import { FormatError, type FormatNote, type ReadLayer } from "./format.ts";
import { encodingNamed, type Encoding } from "./text.ts";

type Field = { name: string; type: string; length: number; decimals: number; offset: number };

export type Dbf = {
  fields: ReadLayer["fields"];
  /** By record from 0: the attributes, or null where the record is marked as deleted. */
  record(index: number): Record<string, unknown> | null;
  /** Records that are there, and those that the header says there are. */
  count: number;
  expected: number;
  encoding: Encoding;
  notes: FormatNote[];
};

/** Language driver byte (29), as ArcGIS and GDAL write it: code pages 936 and 950. 0x57 says only "the system's own". */
const LANGUAGE_DRIVERS: Record<number, string> = { 0x4d: "936", 0x7a: "936", 0x4f: "950", 0x78: "950" };
const SAMPLED = 2000;

/** A table in the encoding that a person chose, or that byte 29 or the .cpg (`cpg`, its text) declare and the bytes allow, or
 *  that the bytes look like. A value that says nothing is null, never false or 0. Throws FormatError `dbf_header`. */
export function readDbf(bytes: Uint8Array, cpg: string | null, chosen?: string): Dbf {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 33) throw new FormatError("dbf_header");
  const said = view.getUint32(4, true);
  const start = view.getUint16(8, true);
  const length = view.getUint16(10, true);
  if (start < 33 || start > bytes.length || length < 1) throw new FormatError("dbf_header");
  const raw = rawFields(view, start, length);
  if (raw.some((field) => field.offset + field.length > length)) throw new FormatError("dbf_header");
  const count = Math.min(said, Math.floor((bytes.length - start) / length));
  const notes: FormatNote[] = [];
  if (count < said) notes.push(whole("dbf_truncated", { expected: said, got: count }));
  const texts = textsOf(bytes, raw, { start, length, count });
  const encoding = encodingOf(texts, { driver: LANGUAGE_DRIVERS[bytes[29]!] ?? null, cpg, chosen }, notes);
  const decode = textDecoder(encoding.name);
  const fields = named(raw, bytes, decode);
  const stars = starsIn(view, raw, { start, length, count });
  if (stars > 0) notes.push(whole("dbf_stars", { count: stars }));
  const memo = fields.filter(({ type }) => MEMO.has(type)).length;
  if (memo > 0) notes.push(whole("dbf_memo", { count: memo }));
  const binary = fields.filter(({ type }) => BINARY.has(type)).map(({ name }) => name);
  if (binary.length > 0) notes.push(whole("dbf_binary", { names: binary.join(", ").slice(0, 200) }));
  return {
    fields: fields.map(({ name, type }) => ({ name, type: KINDS[type] ?? "text" })),
    record(index) {
      const at = start + index * length;
      if (bytes[at] === 0x2a) return null;
      return Object.fromEntries(fields.map((field) => [field.name, valueOf(view, at + field.offset, field, decode)]));
    },
    count,
    expected: said,
    encoding,
    notes,
  };
}

const STARS = /^\*+$/;

/** How many numbers are stars. */
function starsIn(
  view: DataView,
  fields: readonly RawField[],
  { start, length, count }: { start: number; length: number; count: number },
): number {
  const numbers = fields.filter(({ type }) => type === "N" || type === "F");
  let stars = 0;
  for (let index = 0; index < count; index++) {
    if (view.getUint8(start + index * length) === 0x2a) continue; // deleted
    for (const { offset } of numbers) if (view.getUint8(start + index * length + offset) === 0x2a) stars += 1;
  }
  return stars;
}

/** Kept in another file. */
const MEMO = new Set("MGP");
/** Of FoxPro and dBASE 7: moments, sums of money, counters, doubles, bytes. */
const BINARY = new Set("T@Y+BQ0");

const KINDS: Record<string, ReadLayer["fields"][number]["type"]> = {
  N: "number",
  F: "number",
  I: "number",
  O: "number",
  L: "boolean",
  D: "date",
};

function whole(code: string, params: FormatNote["params"] = {}): FormatNote {
  return { code, params, row: null, position: null };
}

type Decode = (bytes: Uint8Array) => string;

function textDecoder(name: string): Decode {
  const decoder = new TextDecoder(name);
  return (bytes) => decoder.decode(bytes);
}

type RawField = Omit<Field, "name"> & { at: number };

/** Some writers put the upper byte of a long text's length where the decimals stand; then only that way the fields fill a record. */
function rawFields(view: DataView, header: number, record: number): RawField[] {
  const filled = (fields: RawField[]) => fields.reduce((sum, { length }) => sum + length, 1);
  const plain = fieldsAt(view, header, false);
  const long = filled(plain) === record ? plain : fieldsAt(view, header, true);
  return filled(long) === record ? long : plain;
}

function fieldsAt(view: DataView, header: number, long_texts: boolean): RawField[] {
  const fields: RawField[] = [];
  let offset = 1;
  for (let at = 32; at + 32 <= header && view.getUint8(at) !== 0x0d; at += 32) {
    const upper = long_texts && view.getUint8(at + 11) === 0x43 ? view.getUint8(at + 17) : 0;
    const length = view.getUint8(at + 16) + 256 * upper;
    fields.push({ at, type: String.fromCharCode(view.getUint8(at + 11)), length, decimals: view.getUint8(at + 17), offset });
    offset += length;
  }
  return fields;
}

function nameBytes(bytes: Uint8Array, { at }: RawField): Uint8Array {
  const name = bytes.subarray(at, at + 11);
  const end = name.indexOf(0);
  return end === -1 ? name : name.subarray(0, end);
}

function named(raw: RawField[], bytes: Uint8Array, decode: Decode): Field[] {
  const taken = new Set<string>();
  return raw.map((field, i) => {
    // A name of more than 10 bytes was cut, often in the middle of a character.
    const decoded =
      decode(nameBytes(bytes, field))
        .replace(/\ufffd+$/, "")
        .trim() || `field_${i + 1}`;
    let name = decoded;
    for (let n = 2; taken.has(name); n += 1) name = `${decoded}_${n}`;
    taken.add(name);
    return { ...field, name };
  });
}

/** Names and texts that are not plain ASCII, each as it stands in the file. */
function textsOf(bytes: Uint8Array, fields: RawField[], at: { start: number; length: number; count: number }): Uint8Array[] {
  const texts = fields.map((field) => nameBytes(bytes, field));
  for (let i = 0; i < Math.min(at.count, SAMPLED); i += 1)
    for (const field of fields.filter(({ type }) => type === "C")) {
      const from = at.start + i * at.length + field.offset;
      texts.push(bytes.subarray(from, from + field.length));
    }
  return texts.filter((text) => text.some((byte) => byte >= 0x80));
}

type Declared = { driver: string | null; cpg: string | null; chosen: string | undefined };

function encodingOf(texts: Uint8Array[], { driver, cpg, chosen }: Declared, notes: FormatNote[]): Encoding {
  if (chosen !== undefined) {
    const name = encodingNamed(chosen);
    if (name === null) throw new FormatError("encoding_not_read", { name: chosen });
    return { name, from: "chosen" };
  }
  // ArcGIS reads byte 29 first, then the .cpg. The bytes have the last word: both are often left over from another program.
  const said = [driver, cpg].map((name) => (name === null ? null : encodingNamed(name))).filter((name) => name !== null);
  const utf8 = texts.length > 0 && texts.every((text) => decodes(text, "UTF-8"));
  if (said.includes("UTF-8") && utf8) return { name: "UTF-8", from: "declared" };
  const fits = said.find((name) => texts.every((text) => decodes(text, name)));
  if (fits) {
    if (utf8 && fits !== "UTF-8") notes.push(whole("encoding_doubtful", { declared: fits, other: "UTF-8" }));
    return { name: fits, from: "declared" };
  }
  const name = utf8 || texts.length === 0 ? "UTF-8" : "GB18030";
  if (said[0]) notes.push(whole("encoding_contradicted", { declared: said[0], used: name }));
  return { name, from: "sniffed" };
}

/** Whether the bytes are text of this encoding, but for a character cut off at the end of the field. */
function decodes(text: Uint8Array, name: string): boolean {
  const cut = name === "UTF-8" || name === "GB18030" ? 3 : 1;
  for (let drop = 0; drop <= cut; drop += 1)
    try {
      new TextDecoder(name, { fatal: true }).decode(text.subarray(0, text.length - drop));
      return true;
    } catch {
      // Perhaps with one byte less.
    }
  return false;
}

function valueOf(view: DataView, at: number, field: Field, decode: Decode): unknown {
  if (at + field.length > view.byteLength) return null;
  if (field.type === "I" && field.length === 4) return view.getInt32(at, true);
  if (field.type === "O" && field.length === 8) return view.getFloat64(at, true);
  if (MEMO.has(field.type) || BINARY.has(field.type)) return null;
  const bytes = new Uint8Array(view.buffer, view.byteOffset + at, field.length);
  // The last character of a full field may be cut off.
  const text = decode(bytes)
    .split("\u0000", 1)[0]!
    .replace(/\ufffd$/, "")
    .trim();
  switch (field.type) {
    case "N":
    case "F":
      return numberOf(text);
    case "L":
      return /^[YyTt]$/.test(text) ? true : /^[NnFf]$/.test(text) ? false : text === "" || text === "?" ? null : text;
    case "D":
      if (/^[0\s]*$/.test(text)) return null;
      return /^\d{8}$/.test(text) ? `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}` : text;
    default:
      return text === "" ? null : text;
  }
}

/** Codes of more than 15 digits stay text, or they would change; what is no number is told as it stands. Stars are what GDAL
 *  writes for none, and dBASE for a number that did not fit: none, and counted in a note. */
function numberOf(text: string): number | string | null {
  if (STARS.test(text)) return null;
  if (/^([-+]?(nan|1\.#).*)?$/i.test(text)) return null;
  const value = Number(text);
  if (!Number.isFinite(value)) return text;
  return /^[-+]?\d+$/.test(text) && !Number.isSafeInteger(value) ? text : value;
}
