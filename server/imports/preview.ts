/** An import in words and shapes, before anything is stored in any layer. */
import type { Import, ImportFault } from "../api/imports.ts";
import type { Lang } from "../api/common.ts";
import { invalidity, placeOf } from "../check_input.ts";
import type { Db } from "../db/open.ts";
import type { FormatNote } from "../formats/format.ts";
import { sayFault as sayFileFault, sayNote, sayCrsReason } from "../import_words.ts";
import { say } from "../messages.ts";
import { type FaultSpec, Problem, sayFault } from "../problem.ts";
import { changesOf } from "../queries/changes.ts";
import { places } from "../queries/collections.ts";
import { faultsOf, pageOf, type PlacedFault, placementSummary, positionsOf, type StoredImport } from "../queries/imports.ts";
import type { ImportLimits } from "./limits.ts";
import { type ChosenCrs, chosenCrs, placeImport } from "./place.ts";
import { type CrsFound, findCrs } from "./crs_found.ts";
import type { LayerMeta } from "./reading.ts";

export type Stored = StoredImport<LayerMeta>;

export type PreviewQuery = {
  lang: Lang;
  file_layer: string | undefined;
  crs: string | undefined;
  swap: boolean;
  district: string | undefined;
  after: number;
  limit: number;
};

/** Faults told at once; `faults_total` counts all. */
const FAULTS = 200;

/** The number of the file's layer that is meant: by name, or the first with features. Throws 404. */
export function layerIndex({ layers }: Stored, name: string | undefined): number {
  if (name === undefined)
    return Math.max(
      0,
      layers.findIndex(({ features }) => features > 0),
    );
  const index = layers.findIndex((layer) => layer.name === name);
  if (index < 0)
    throw new Problem(404, "unknown-file-layer", {
      name: name.slice(0, 80),
      names: layers
        .map((each) => each.name)
        .join(", ")
        .slice(0, 400),
    });
  return index;
}

/** What the coordinates may stand in, seen from the districts that are loaded and, where one is named, from that one. */
export async function crsFoundFor(db: Db, meta: LayerMeta, district: string | undefined, asOf: string): Promise<CrsFound> {
  const loaded = await places(db, asOf);
  const own = loaded.find(({ code }) => code === district);
  return findCrs(meta, { district: own ? { bbox: own.bbox } : null, known: loaded.map(({ bbox }) => bbox) });
}

/** The system that somebody chose, or the declared one where nothing contradicts it; null when a choice is needed. Throws
 *  422 for one that is not known, and for a file whose datum may not be converted at all. */
export function crsFor({ refused, certain, candidates }: CrsFound, asked: string | undefined, swap: boolean): ChosenCrs | null {
  if (refused) throw new Problem(422, "crs-refused", { reason: sayCrsReason(refused) });
  if (asked !== undefined) {
    const chosen = chosenCrs(asked, swap);
    if (!chosen) throw new Problem(422, "unknown-crs", { got: asked.slice(0, 60) });
    return chosen;
  }
  const [best] = candidates;
  return certain && best ? (chosenCrs(best.crs, best.swap) ?? null) : null;
}

export async function previewOf(
  db: Db,
  stored: Stored,
  query: PreviewQuery,
  limits: ImportLimits,
  asOf: string,
): Promise<Import> {
  const { lang, after, limit } = query;
  const index = layerIndex(stored, query.file_layer);
  const meta = stored.layers[index]!;
  const found = await crsFoundFor(db, meta, query.district, asOf);
  const chosen = found.refused && query.crs === undefined ? null : crsFor(found, query.crs, query.swap);
  if (chosen) await placeImport(db, stored.id, index, chosen, limits);
  const reading = await faultsOf(db, stored.id, index, FAULTS);
  const placed = chosen ? await placementSummary(db, stored.id, index, chosen.key, FAULTS) : null;
  const bounds = placed?.bounds ?? null;
  const tolerance_deg = bounds ? Math.max(bounds[2] - bounds[0], bounds[3] - bounds[1]) / 2000 : 0;
  const page = await pageOf(db, stored.id, index, chosen?.key ?? null, { after, limit, tolerance_deg });
  const faults = [
    ...reading.faults.map(({ row, key, params, x, y }) =>
      readFault(lang, row, key, params, x === null || y === null ? null : [x, y]),
    ),
    ...(placed?.faults.flatMap((each) => placedFaults(lang, each)) ?? []),
  ].slice(0, FAULTS);
  const notes = meta.notes.map((note) => readNote(lang, note));
  await place(db, chosen, [...faults, ...notes]);
  const changes = await changesOf(db, [stored.id]);
  const applied = changes.find(({ undone_at }) => undone_at === null);
  const next = new URLSearchParams({ after: String(page.last), limit: String(limit), lang });
  if (query.file_layer !== undefined) next.set("file_layer", query.file_layer);
  if (query.crs !== undefined) next.set("crs", query.crs);
  if (query.swap) next.set("swap", "true");
  if (query.district !== undefined) next.set("district", query.district);
  return {
    id: stored.id,
    created_at: stored.created_at,
    kept_until: stored.kept_until,
    files: stored.files.map(({ name, bytes }) => ({ name, bytes })),
    format: stored.format,
    layers: stored.layers.map(({ name, features }) => ({ name, features })),
    layer: meta.name,
    fields: meta.fields,
    table: meta.table ?? null,
    encoding: meta.encoding?.name ?? null,
    encoding_from: meta.encoding?.from ?? null,
    crs: {
      declared: meta.declared,
      candidates: found.candidates.map(({ crs, swap, score, reasons }) => ({
        crs,
        swap,
        score,
        reason: reasons.map((reason) => sayCrsReason(reason)[lang]).join(lang === "zh" ? "；" : "; "),
      })),
      certain: found.certain,
      warnings: found.warnings.map((warning) => sayCrsReason(warning)[lang]),
      refused: found.refused ? sayCrsReason(found.refused)[lang] : null,
      used: chosen?.crs ?? null,
      swap: chosen?.swap ?? false,
      accuracy_m: chosen?.accuracy_m ?? 0,
    },
    counts: { ...meta.counts, faulty: meta.counts.faulty + (placed?.faulty ?? 0) },
    notes,
    faults,
    faults_total: reading.total + (placed?.faulty ?? 0),
    repairs: placed?.repairs.map(({ n: _n, ...repair }) => repair) ?? [],
    bounds,
    features: { type: "FeatureCollection", features: page.features },
    numberMatched: meta.features,
    links: page.more ? [{ href: `/api/imports/${stored.id}?${next}`, rel: "next" }] : [],
    applied: applied ? told(applied) : null,
  };
}

/** A change without the number of its import. */
export function told<T extends { import: string }>({ import: _import, ...change }: T): Omit<T, "import"> {
  return change;
}

function readFault(
  lang: Lang,
  row: number | null,
  key: string,
  params: Record<string, unknown>,
  place: [number, number] | null,
): ImportFault {
  const code = key.split(".").at(-1)!;
  return {
    row,
    code,
    detail: sayFileFault({ code, params: params as FormatNote["params"] })[lang],
    position: null,
    file_position: place,
  };
}

function readNote(lang: Lang, note: FormatNote): ImportFault {
  return { row: note.row, code: note.code, detail: sayNote(note)[lang], position: null, file_position: note.position };
}

/** Faults of a row that could not be placed: what the shape's numbers say, or GEOS' reason with its place. */
export function placedFaults(lang: Lang, { row, faults }: Pick<PlacedFault, "row" | "faults">): ImportFault[] {
  return faults.map((fault): ImportFault => {
    if (isInvalid(fault)) {
      const { reason, x, y } = fault;
      const detail = say(lang, "fault.invalid_ring", { reason: invalidity(reason)[lang], place: placeOf(x, y) });
      return { row, code: "invalid_ring", detail, position: null, file_position: x === null || y === null ? null : [x, y] };
    }
    const spec = fault as FaultSpec;
    const { detail } = sayFault(lang, spec);
    return { row, code: spec.key.split(".").at(-1)!, detail, position: null, file_position: spec.position ?? null };
  });
}

type Invalid = { reason: string; x: number | null; y: number | null };

export function isInvalid(fault: unknown): fault is Invalid {
  return typeof fault === "object" && fault !== null && "reason" in fault;
}

/** Gives faults their place on the map. A place in a shifted or turned system is left out: it would show beside the shape. */
async function place(db: Db, chosen: ChosenCrs | null, faults: ImportFault[]): Promise<void> {
  if (!chosen || chosen.shifted || chosen.swap) return;
  const usable = (at: [number, number] | null) => (at?.every((n) => Number.isFinite(n) && Math.abs(n) < 1e8) ? at : null);
  const inRange = (at: [number, number] | null) =>
    at && (chosen.srid === 4326 || chosen.srid === 4490 ? Math.abs(at[0]) <= 180 && Math.abs(at[1]) <= 90 : Math.abs(at[0]) > 180)
      ? at
      : null;
  const found = await positionsOf(
    db,
    chosen.srid,
    faults.map(({ file_position }) => inRange(usable(file_position))),
  );
  for (const [n, fault] of faults.entries()) fault.position = found[n]!;
}
