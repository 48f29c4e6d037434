/** Archives to files: zip and gzip, archives in archives, within limits. Nothing in an archive is trusted: neither its
 *  names, nor its sizes, nor that its bytes are whole. Office files are zips too and stay packed. */
import { Gunzip } from "fflate";
import { fromBuffer, type Entry, type ZipFile } from "yauzl";
import { FormatError, type FormatNote, type InputFile, type Limits } from "./format.ts";
import { sniffEncoding } from "./text.ts";

const ENTRIES = 2000;
/** Coordinates as text pack about 4 to 40 times; a bomb packs about 1000 times. */
const RATIO = 200;
/** Below this size a high ratio does no harm. */
const SMALL = 1_000_000;

type Unpacked = { files: InputFile[]; notes: FormatNote[] };

/** All files of an upload, archives replaced by what they hold; inside names keep the archive's name in front where there
 *  are several. Throws FormatError: `archive_*`, `too_large`. */
export async function unpackAll(files: readonly InputFile[], limits: Limits): Promise<Unpacked> {
  const result: Unpacked = { files: [], notes: [] };
  const left = { bytes: limits.bytes, files: ENTRIES };
  for (const file of files)
    await unpackInto(result, { ...file, name: safeName(file.name) }, { limits, left, depth: 0, prefix: files.length > 1 });
  return result;
}

/** The files of one zip as they stand in it, Office files too; no archives in it are opened. Throws as `unpackAll` does. */
export async function unzip(file: InputFile, limits: Limits): Promise<InputFile[]> {
  const zip = await openZip(file);
  try {
    return await extractAll(zip, await entriesOf(zip, file.name), file, limits.bytes);
  } finally {
    zip.close();
  }
}

type Unpacking = { limits: Limits; left: { bytes: number; files: number }; depth: number; prefix: boolean };

async function unpackInto(result: Unpacked, file: InputFile, at: Unpacking): Promise<void> {
  const kind = archiveKind(file.bytes);
  if (kind === null) return keep(result, file, at);
  if (kind === "rar" || kind === "7z") throw new FormatError("archive_unsupported", { name: file.name, type: kind });
  if (at.depth >= at.limits.depth) throw new FormatError("archive_depth", { max: at.limits.depth });
  if (kind === "gzip") {
    const name = file.name.replace(/\.gz$/i, "").replace(/\.tgz$/i, ".tar");
    return unpackInto(result, { name, bytes: gunzip(file, at) }, { ...at, depth: at.depth + 1 });
  }
  const zip = await openZip(file);
  try {
    const entries = await entriesOf(zip, file.name);
    if (entries.some(({ name }) => name === "[Content_Types].xml")) return keep(result, file, at);
    for (const { name, bytes } of await extractAll(zip, entries, file, at.left.bytes))
      await unpackInto(
        result,
        { name: at.prefix ? `${file.name}/${name}` : name, bytes },
        { ...at, depth: at.depth + 1, prefix: true },
      );
  } finally {
    zip.close();
  }
}

async function extractAll(zip: ZipFile, entries: ZipEntry[], file: InputFile, max: number): Promise<InputFile[]> {
  const total = entries.reduce((sum, { entry }) => sum + entry.uncompressedSize, 0);
  if (total > max) throw new FormatError("too_large", { max_mb: max / 1e6 });
  checkRatio(file, total);
  const files: InputFile[] = [];
  for (const { entry, name } of entries) {
    if (entry.isEncrypted()) throw new FormatError("archive_encrypted", { name });
    if (name.endsWith("/") || /(^|\/)(__MACOSX\/|\.DS_Store$|Thumbs\.db$|desktop\.ini$|\._)/i.test(name)) continue;
    files.push({ name, bytes: await extract(zip, entry, name) });
  }
  return files;
}

type ZipEntry = { entry: Entry; name: string };

function keep(result: Unpacked, file: InputFile, at: Unpacking): void {
  at.left.bytes -= file.bytes.length;
  at.left.files -= 1;
  if (at.left.bytes < 0) throw new FormatError("too_large", { max_mb: at.limits.bytes / 1e6 });
  if (at.left.files < 0) throw new FormatError("archive_count", { max: ENTRIES });
  if (file.bytes.length === 0) result.notes.push({ code: "empty_file", params: { name: file.name }, row: null, position: null });
  else result.files.push(file);
}

function archiveKind(bytes: Uint8Array): "zip" | "gzip" | "rar" | "7z" | null {
  const [a, b, c, d] = bytes;
  if (a === 0x50 && b === 0x4b && ((c === 3 && d === 4) || (c === 5 && d === 6))) return "zip";
  if (a === 0x1f && b === 0x8b) return "gzip";
  if (a === 0x52 && b === 0x61 && c === 0x72 && d === 0x21) return "rar";
  if (a === 0x37 && b === 0x7a && c === 0xbc && d === 0xaf) return "7z";
  return null;
}

function checkRatio(file: InputFile, unpacked: number): void {
  if (unpacked > SMALL && unpacked > file.bytes.length * RATIO)
    throw new FormatError("archive_ratio", { name: file.name, ratio: Math.round(unpacked / file.bytes.length) });
}

/** The name with `/`, decoded. Throws `archive_name` for a path that leads out, is absolute or holds control characters. */
function safeName(name: string): string {
  const slashed = name.replaceAll("\\", "/");
  // oxlint-disable-next-line no-control-regex -- they are what is refused
  const bad = /^\/|^[a-z]:|(^|\/)\.\.(\/|$)|[\x00-\x1f\x7f]/i.test(slashed);
  if (bad || slashed === "" || slashed.length > 500)
    // oxlint-disable-next-line no-control-regex -- not shown to a person as they are
    throw new FormatError("archive_name", { name: slashed.replace(/[\x00-\x1f\x7f]/g, "?").slice(0, 120) });
  return slashed;
}

function damaged(name: string, cause: unknown): FormatError {
  return cause instanceof FormatError
    ? cause
    : new FormatError("archive_damaged", { name, cause: String((cause as Error)?.message ?? "") });
}

function openZip(file: InputFile): Promise<ZipFile> {
  const buffer = Buffer.from(file.bytes.buffer, file.bytes.byteOffset, file.bytes.byteLength);
  return new Promise((resolve, reject) => {
    // Names come as bytes: without the UTF-8 flag yauzl takes them for code page 437, and Chinese programs write GBK.
    fromBuffer(buffer, { lazyEntries: true, decodeStrings: false }, (error, zip) =>
      error ? reject(damaged(file.name, error)) : resolve(zip),
    );
  });
}

function entriesOf(zip: ZipFile, archive: string): Promise<ZipEntry[]> {
  const entries: ZipEntry[] = [];
  return new Promise((resolve, reject) => {
    zip.on("error", (error) => reject(damaged(archive, error)));
    zip.on("end", () => resolve(entries));
    zip.on("entry", (entry: Entry) => {
      try {
        entries.push({ entry, name: safeName(nameOf(entry)) });
        if (entries.length > ENTRIES) throw new FormatError("archive_count", { max: ENTRIES });
        zip.readEntry();
      } catch (error) {
        reject(damaged(archive, error));
      }
    });
    zip.readEntry();
  });
}

function nameOf(entry: Entry): string {
  const raw: Uint8Array = entry.fileNameRaw;
  return new TextDecoder(sniffEncoding(raw) ?? "windows-1252").decode(raw);
}

/** The bytes of one entry: as many as declared (yauzl sees to it), and with the declared checksum. */
function extract(zip: ZipFile, entry: Entry, name: string): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => reject(damaged(name, error));
    try {
      zip.openReadStream(entry, (error, stream) => {
        if (error) return fail(error);
        const bytes = new Uint8Array(entry.uncompressedSize);
        let length = 0;
        stream.on("error", fail);
        stream.on("data", (chunk: Uint8Array) => {
          if (length + chunk.length > bytes.length) return fail(new Error("more bytes than declared"));
          bytes.set(chunk, length);
          length += chunk.length;
        });
        stream.on("end", () => {
          if (length !== bytes.length) fail(new Error("fewer bytes than declared"));
          else if (crc32(bytes) !== entry.crc32) fail(new Error("checksum"));
          else resolve(bytes);
        });
      });
    } catch (error) {
      fail(error);
    }
  });
}

/** The size that a gzip file ends with is not believed: it is unpacked in pieces and stopped at the limit. */
function gunzip(file: InputFile, at: Unpacking): Uint8Array {
  const chunks: Uint8Array[] = [];
  let length = 0;
  let ended = false;
  try {
    const stream = new Gunzip((chunk, final) => {
      length += chunk.length;
      if (length > at.left.bytes) throw new FormatError("too_large", { max_mb: at.limits.bytes / 1e6 });
      chunks.push(chunk);
      ended ||= final;
    });
    for (let start = 0; start < file.bytes.length; start += 65_536) {
      const end = Math.min(start + 65_536, file.bytes.length);
      stream.push(file.bytes.subarray(start, end), end === file.bytes.length);
    }
  } catch (error) {
    throw damaged(file.name, error);
  }
  if (!ended) throw damaged(file.name, new Error("unexpected end"));
  checkRatio(file, length);
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

const CRC = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k += 1) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

/** CRC-32 as zip has it (ISO 3309). node:zlib has one too, but formats/ imports nothing of Node. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = CRC[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
