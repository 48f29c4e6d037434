/** Files of features, for every URL that gives them: which format, in which system, in which encoding; and the answer. */
import type { Response } from "express";
import type { Lang } from "../api/common.ts";
import { impossible, writeFile } from "../export_file.ts";
import { declaredByName } from "../formats/crs.ts";
import { FormatError } from "../formats/format.ts";
import { WRITERS } from "../formats/out/index.ts";
import { positionsOf, zoneOf } from "../formats/out/system.ts";
import { ENCODINGS, NOTATIONS, type OutFile, type OutLayer, type Writer } from "../formats/out/writer.ts";
import { CRS_WRITTEN } from "../formats/transform.ts";
import { say } from "../messages.ts";
import { Problem } from "../problem.ts";
import { badParameter, choiceParameter } from "../query.ts";

/** One file is made in memory. */
export const MAX_FEATURES = 50_000;
const MAX_VERTICES = 1_000_000;

/** The parameters that a file understands beside the filters of its URL. */
export const FILE_PARAMETERS = ["crs", "encoding", "notation"] as const;
type FileQuery = Partial<Record<(typeof FILE_PARAMETERS)[number], string>>;

/** The zone of the features' own middle, with its number in front of the eastings or without. */
const ZONES: Record<string, { width: 3 | 6; prefixed: boolean }> = {
  gk3: { width: 3, prefixed: true },
  gk6: { width: 6, prefixed: true },
  "gk3-plain": { width: 3, prefixed: false },
  "gk6-plain": { width: 6, prefixed: false },
};

/** The formats by what `f` says. */
export const FILES: readonly string[] = WRITERS.map(({ id }) => id);

/** The writer of `id`, where there is one. */
export function writerOf(id: string): Writer | undefined {
  return WRITERS.find((writer) => writer.id === id);
}

/** Checks the parameters of a file before anything is read. `crs` is an EPSG code or OGC address, or a zone of the features' middle:
 *  `gk3`, `gk6`, with `-plain` for eastings without its number. Throws a 400 that names what the format takes. */
export function fileOptions(writer: Writer, query: FileQuery): FileOptions {
  const encoding = choiceParameter("encoding", query.encoding, ENCODINGS) ?? writer.encodings[0]!;
  if (!writer.encodings.includes(encoding)) throw badParameter("encoding", writer.encodings.join(" | "), encoding);
  const notation = choiceParameter("notation", query.notation, NOTATIONS) ?? writer.notations[0]!;
  if (!writer.notations.includes(notation)) throw badParameter("notation", writer.notations.join(" | "), notation);
  return { writer, encoding, notation, crs: systemOf(writer, query.crs) };
}

export type FileOptions = {
  writer: Writer;
  encoding: (typeof ENCODINGS)[number];
  notation: (typeof NOTATIONS)[number];
  /** Of CRS_WRITTEN, or a key of ZONES. */
  crs: string;
};

function systemOf(writer: Writer, asked: string | undefined): string {
  if (asked === undefined) return { degrees: "EPSG:4490", wgs84: "EPSG:4326", metres: "gk3" }[writer.usual];
  const zoned = writer.usual !== "wgs84";
  if (zoned && asked in ZONES) return asked;
  const { crs } = declaredByName(asked, "crs");
  if (crs !== null && CRS_WRITTEN.includes(crs) && writer.takes(crs)) return crs;
  const zones = `EPSG:4491-4554 | ${Object.keys(ZONES).join(" | ")}`;
  const known = ["EPSG:4490", "EPSG:4326", "EPSG:3857"].filter((each) => writer.takes(each));
  throw badParameter("crs", [...known, ...(zoned ? [zones] : [])].join(" | "), asked);
}

/** Of more features than one file may have. Throws the 422 that says how many there are. */
export function tooMany(matched: number, max: number = MAX_FEATURES): Problem {
  return new Problem(422, "export-features", { got: matched, max });
}

/** Writes the file and answers with it; what a person should know of it stands in `Export-Notes`, a JSON array of sentences,
 *  percent-encoded. 422 too many vertices, or a system that does not have the place. */
export async function sendFile(
  response: Response,
  layer: OutLayer,
  { writer, crs, ...how }: FileOptions,
  { lang, date }: { lang: Lang; date: string },
): Promise<void> {
  const vertices = layer.features.reduce((sum, { geometry }) => sum + positionsOf(geometry).length, 0);
  if (vertices > MAX_VERTICES) throw new Problem(422, "export-vertices", { got: vertices, max: MAX_VERTICES });
  // Without any feature there is no middle; any zone says as much of nothing.
  const system =
    crs in ZONES
      ? (zoneOf(layer.features, ZONES[crs]!.width, ZONES[crs]!.prefixed) ?? (layer.features.length > 0 ? null : "EPSG:4524"))
      : crs;
  if (system === null) throw impossible(new FormatError("no_zone"));
  const file = await writeFile(writer, layer, { ...how, crs: system, lang, date }, vertices + layer.features.length);
  response
    .type(file.contentType)
    .attachment(file.filename)
    .set("Export-Notes", headerOf(file.notes, lang))
    .set("Vary", "Accept-Language")
    .send(Buffer.from(file.bytes));
}

/** Proxies and browsers take some 16 KB of headers in all. */
const MAX_HEADER = 8_000;
const MAX_PARAM = 200;

/** As many of the notes as a header holds; what it does not is said by the last. */
function headerOf(notes: OutFile["notes"], lang: Lang): string {
  const told: string[] = [];
  const written = (sentences: string[]) => encodeURIComponent(JSON.stringify(sentences));
  for (const [i, { code, params }] of notes.entries()) {
    const sentence = say(lang, `export.note.${code}`, shortened(params));
    const more = say(lang, "export.note.more", { count: notes.length - i });
    if (written([...told, sentence, more]).length > MAX_HEADER) return written([...told, more]);
    told.push(sentence);
  }
  return written(told);
}

function shortened(params: Record<string, string | number>): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [
      name,
      typeof value === "string" && value.length > MAX_PARAM ? `${value.slice(0, MAX_PARAM)}…` : value,
    ]),
  );
}
