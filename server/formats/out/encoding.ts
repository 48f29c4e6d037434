/** Text to the bytes of Chinese files. What GBK does not have becomes 〓, the printers' mark for a missing character, and is named. */
import iconv from "iconv-lite";
import type { OutEncoding, OutNote } from "./writer.ts";

const MISSING = "〓";
const NAMED = 20;

export type Encoder = {
  encode(text: string): Uint8Array;
  /** The longest beginning of whole characters that takes at most `bytes`. */
  cut(text: string, bytes: number): string;
  has(character: string): boolean;
  /** Names every character that had to be replaced so far. */
  notes(): OutNote[];
};

const utf8 = new TextEncoder();
const gb = new TextDecoder("gb18030");
const known = new Map<string, Uint8Array | null>();

/** Bytes of one character in GBK (code page 936); null where it has none, or none that is read as the same again. */
function gbkOf(character: string): Uint8Array | null {
  const found = known.get(character);
  if (found !== undefined) return found;
  const bytes = new Uint8Array(iconv.encode(character, "gbk"));
  const made = gb.decode(bytes) === character ? bytes : null;
  known.set(character, made);
  return made;
}

/** An encoder of one file. */
export function encoderOf(encoding: OutEncoding): Encoder {
  const lost = new Set<string>();
  const one = (character: string): Uint8Array => {
    if (encoding === "utf8") return utf8.encode(character);
    const bytes = gbkOf(character);
    if (bytes) return bytes;
    lost.add(character);
    return gbkOf(MISSING)!;
  };
  return {
    encode(text) {
      if (encoding === "utf8" || /^\p{ASCII}*$/u.test(text)) return utf8.encode(text);
      // One by one only where a character may be missing: whole texts are tens of megabytes.
      const written = text.replaceAll(/\P{ASCII}/gu, (character) => {
        if (gbkOf(character)) return character;
        lost.add(character);
        return MISSING;
      });
      return new Uint8Array(iconv.encode(written, "gbk"));
    },
    cut(text, bytes) {
      let [kept, used] = ["", 0];
      for (const character of text) {
        used += one(character).length;
        if (used > bytes) break;
        kept += character;
      }
      return kept;
    },
    has: (character) => encoding === "utf8" || gbkOf(character) !== null,
    notes() {
      if (lost.size === 0) return [];
      const named = [...lost].slice(0, NAMED).map((each) => `${each} U+${each.codePointAt(0)!.toString(16).toUpperCase()}`);
      return [{ code: "not_in_gbk", params: { count: lost.size, characters: named.join(", ") } }];
    },
  };
}
