/** Archives whose bytes depend on what is in them and on a date given, on nothing else. */
import { strFromU8, strToU8, unzipSync, zipSync, type Zippable } from "fflate";

/** Earliest that a ZIP can say. */
const EARLIEST = 1980;

/** A ZIP of files by their path. `created_at` (ISO, UTC) is the date of each, whatever the machine's time zone. Pictures and
 *  archives are stored as they are. */
export function pack(files: Readonly<Record<string, Uint8Array>>, created_at: string): Uint8Array {
  const [year, month, day, hour, minute, second] = created_at.match(/\d+/g)!.map(Number);
  // A ZIP keeps local time: the same figures give the same bytes everywhere.
  const mtime = new Date(Math.max(EARLIEST, year!), month! - 1, day, hour, minute, second);
  const entries = Object.keys(files).toSorted();
  const zippable: Zippable = Object.fromEntries(
    entries.map((path) => [path, [files[path]!, { mtime, level: /\.(png|docx|xlsx|pdf)$/.test(path) ? 0 : 6 }]]),
  );
  return zipSync(zippable);
}

/** An office file again, with the dates in it and of its parts set to `created_at`; [Content_Types].xml stays first. */
export function pin(file: Uint8Array, created_at: string): Uint8Array {
  const parts = unzipSync(file);
  const core = parts["docProps/core.xml"];
  if (core)
    parts["docProps/core.xml"] = strToU8(
      strFromU8(core).replace(/(<dcterms:(created|modified)[^>]*>)[^<]*/g, (_, tag: string) => tag + created_at),
    );
  const body = parts["word/document.xml"];
  if (body) parts["word/document.xml"] = strToU8(renumber(strFromU8(body)));
  return pack(parts, created_at);
}

/** The library counts bookmarks and pictures over all the documents it ever made: here from 1, in their order. */
function renumber(xml: string): string {
  for (const pattern of [/(_Toc)(\d+)/g, /(<w:bookmark(?:Start|End)\b[^>]*\bw:id=")(\d+)/g, /(<wp:docPr\b[^>]*\bid=")(\d+)/g]) {
    const numbers = new Map<string, number>();
    xml = xml.replace(pattern, (_, before: string, number: string) => {
      if (!numbers.has(number)) numbers.set(number, numbers.size + 1);
      return before + numbers.get(number);
    });
  }
  return xml;
}
