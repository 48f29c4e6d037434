/** An upload or a pasted text to layers: unpacks, finds the format by its bytes, reads. */
import {
  FormatError,
  LIMITS,
  type Format,
  type FormatNote,
  type InputFile,
  type Limits,
  type ReadLayer,
  type ReadOptions,
} from "./format.ts";
import { unpackAll } from "./archive.ts";
import { FORMATS } from "./index.ts";
import { mendNote, mendTexts } from "./mend_texts.ts";
import { refuseKnown } from "./refusal.ts";

export type Reading = { format: string; layers: ReadLayer[]; notes: FormatNote[] };

/** The layers of an upload of one or several files, archives unpacked. Throws FormatError, and nothing else, for anything
 *  that cannot be read: unknown or refused formats, damaged or empty files, limits passed. */
export async function readFiles(
  files: readonly InputFile[],
  options: ReadOptions = {},
  limits: Limits = LIMITS,
): Promise<Reading> {
  const size = files.reduce((sum, { bytes }) => sum + bytes.length, 0);
  if (size === 0) throw new FormatError("empty");
  if (size > limits.bytes) throw new FormatError("too_large", { max_mb: limits.bytes / 1e6 });
  const unpacked = await unpackAll(files, limits);
  if (unpacked.files.length === 0) throw new FormatError("empty");
  const format = formatOf(unpacked.files);
  const read = await guarded(format, async () => (await format.read(unpacked.files, options, limits)).map(mendTexts));
  const layers = chosen(read, options.layer);
  if (options.columns && layers.every(({ table }) => !table)) throw new FormatError("columns_no_table", { format: format.id });
  if (layers.every(({ features, faults }) => features.length === 0 && faults.length === 0)) throw new FormatError("no_features");
  return { format: format.id, layers, notes: [...unpacked.notes, ...unread(unpacked.files, format)].map(mendNote) };
}

function chosen(layers: ReadLayer[], name: string | undefined): ReadLayer[] {
  if (name === undefined) return layers;
  const found = layers.filter((layer) => layer.name === name);
  if (found.length === 0)
    throw new FormatError("layer_unknown", {
      name,
      names: layers
        .map((layer) => layer.name)
        .join(", ")
        .slice(0, 200),
    });
  return found;
}

/** The layers of a pasted text: GeoJSON, WKT, KML, GPX, a plot file or a table. Throws FormatError. */
export function readText(text: string, options: ReadOptions = {}, limits: Limits = LIMITS): Promise<Reading> {
  return readFiles([{ name: "pasted.txt", bytes: new TextEncoder().encode(text) }], options, limits);
}

/** The id of the format of a pasted text; null: none we read. */
export function sniffText(text: string): string | null {
  const files = [{ name: "pasted.txt", bytes: new TextEncoder().encode(text) }];
  return best(files)?.id ?? null;
}

/** The format that is surest of these files. Throws `unknown_format`, or the code of a format that we know and do not read. */
export function formatOf(files: readonly InputFile[]): Format {
  const format = best(files);
  if (format) return format;
  refuseKnown(files);
  throw new FormatError("unknown_format", {
    names: files
      .slice(0, 5)
      .map(({ name }) => name)
      .join(", "),
  });
}

function best(files: readonly InputFile[]): Format | null {
  const rated = FORMATS.map((format) => ({ format, sure: format.sniff(files) })).toSorted((a, b) => b.sure - a.sure);
  return rated[0] && rated[0].sure > 0 ? rated[0].format : null;
}

/** Readers of other people's libraries may throw anything on damaged bytes; here that is one answer. */
async function guarded<T>(format: Format, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof FormatError) throw error;
    throw new FormatError("unreadable", { format: format.id, cause: String((error as Error)?.message ?? error).slice(0, 200) });
  }
}

/** A note for each file that another format would read and this one does not, or that is of a kind which holds shapes or
 *  coordinates and which nobody reads. */
function unread(files: readonly InputFile[], format: Format): FormatNote[] {
  const names = files
    .filter((file) => format.sniff([file]) === 0)
    .filter((file) => FORMATS.some((other) => other !== format && other.sniff([file]) >= 0.5) || isOtherData(file))
    .map(({ name }) => name.replace(/(\.gdb)\/.*$/i, "$1"));
  return [...new Set(names)].map((name) => ({
    code: "file_ignored",
    params: { name, format: format.id },
    row: null,
    position: null,
  }));
}

const OTHER_DATA = new Set(["refused_gdb", "refused_dwg", "refused_binary_dxf", "refused_old_office", "refused_ovital"]);

function isOtherData(file: InputFile): boolean {
  try {
    refuseKnown([file]);
    return false;
  } catch (error) {
    return error instanceof FormatError && OTHER_DATA.has(error.code);
  }
}
