/** Bytes to text. Chinese files are UTF-8 or GBK and seldom say which; GB18030 is read for GBK, of which it is the superset. */
import { FormatError, type ReadLayer } from "./format.ts";

export type Encoding = NonNullable<ReadLayer["encoding"]>;

const NAMES: Record<string, string> = {
  utf8: "UTF-8",
  "utf-8": "UTF-8",
  65001: "UTF-8",
  gbk: "GB18030",
  gb2312: "GB18030",
  gb18030: "GB18030",
  cp936: "GB18030",
  936: "GB18030",
  ansi_936: "GB18030",
  "ansi 936": "GB18030",
  "oem 936": "GB18030",
  "utf-16le": "UTF-16LE",
  "utf-16be": "UTF-16BE",
  big5: "Big5",
  950: "Big5",
  ansi_950: "Big5",
  1252: "windows-1252",
  ansi_1252: "windows-1252",
  "iso-8859-1": "windows-1252",
  "iso 88591": "windows-1252",
  "8859-1": "windows-1252",
  88591: "windows-1252",
};

/** The encoding that a file or a person names, as TextDecoder and we write it; null: none we know. */
export function encodingNamed(name: string): string | null {
  return NAMES[name.trim().toLowerCase()] ?? null;
}

/** UTF-16 where it shows; else UTF-8 or GB18030, by whether the bytes are valid UTF-8. Null: none. */
export function sniffEncoding(bytes: Uint8Array): string | null {
  return utf16Of(bytes) ?? ["UTF-8", "GB18030"].find((name) => decodes(bytes, name)) ?? null;
}

/** How much of a text without a byte order mark is looked at. */
const HEAD = 1024;

/** Two bytes a character, by the byte order mark, or by every NUL standing on the same side of its pair in a text that digits,
 *  commas and line ends make a fifth of. Null: not. */
function utf16Of(bytes: Uint8Array): "UTF-16LE" | "UTF-16BE" | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "UTF-16LE";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "UTF-16BE";
  const head = bytes.subarray(0, Math.min(HEAD, bytes.length - (bytes.length % 2)));
  const nulls = [0, 0];
  for (const [i, byte] of head.entries()) if (byte === 0) nulls[i % 2]! += 1;
  const [even, odd] = nulls as [number, number];
  const name = even === 0 ? "UTF-16LE" : odd === 0 ? "UTF-16BE" : null;
  if (name === null || head.length < 8 || (even + odd) * 10 < head.length) return null;
  return /[\p{Cn}\p{Co}]|(?![\t\n\r])\p{Cc}/u.test(new TextDecoder(name).decode(head, { stream: true })) ? null : name;
}

function decodes(bytes: Uint8Array, name: string): boolean {
  try {
    new TextDecoder(name, { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** The text without its byte order mark, and how it was encoded. `chosen` is a person's word and goes before the bytes.
 *  Throws `encoding_unknown` when the bytes are no text, `encoding_not_read` when `chosen` is none we know. */
export function decodeText(bytes: Uint8Array, chosen?: string): { text: string; encoding: Encoding } {
  const named = chosen === undefined ? null : encodingNamed(chosen);
  if (chosen !== undefined && named === null) throw new FormatError("encoding_not_read", { name: chosen });
  const name = named ?? sniffEncoding(bytes);
  if (name === null) throw new FormatError("encoding_unknown");
  return { text: new TextDecoder(name).decode(bytes), encoding: { name, from: named ? "chosen" : "sniffed" } };
}

/** The first characters, for sniffing a format; null when they look like no text. Never throws. */
export function peekText(bytes: Uint8Array, characters = 4096): string | null {
  // The cut may fall inside a character, so nothing is fatal here; a NUL or many unknowns mean binary.
  const head = bytes.subarray(0, characters);
  const name = utf16Of(head);
  if (name !== null) return new TextDecoder(name).decode(head);
  if (head.includes(0)) return null;
  const utf8 = new TextDecoder("UTF-8").decode(head, { stream: true });
  return utf8.includes("\ufffd") ? new TextDecoder("GB18030").decode(head, { stream: true }) : utf8;
}
