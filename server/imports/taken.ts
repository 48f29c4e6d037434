/** What is wrong with rows that were to be taken, and what of a file was not taken at all: nothing is lost on the way. */
import { isDeepStrictEqual } from "node:util";
import { invalidity, placeOf } from "../check_input.ts";
import type { Db } from "../db/open.ts";
import { type FaultSpec, Problem } from "../problem.ts";
import { faultsOf, readImport, type TakenRow } from "../queries/imports.ts";
import { isInvalid, type Stored } from "./preview.ts";
import type { LayerMeta } from "./reading.ts";

export function takenFault({ row, faults }: Pick<TakenRow, "row" | "faults">): FaultSpec[] {
  const pointer = `#/rows/${row}/geometry`;
  if (faults?.length === 0) return [{ pointer, key: "fault.empty_geometry" }];
  return (faults ?? []).map((fault): FaultSpec => {
    if (isInvalid(fault))
      return {
        pointer,
        key: "fault.invalid_ring",
        params: { reason: invalidity(fault.reason), place: placeOf(fault.x, fault.y) },
      };
    return { ...(fault as FaultSpec), pointer };
  });
}

export type RowFaultSpec = FaultSpec & { row: number | null };

/** Faults of reading, at most `limit`, in the order they were found. */
export async function unreadFaults(
  db: Db,
  { id }: Stored,
  index: number,
  limit: number,
): Promise<{ faults: RowFaultSpec[]; total: number }> {
  const { faults, total } = await faultsOf(db, id, index, limit);
  return { faults: faults.map(({ row, key, params }) => ({ pointer: `#/rows/${row ?? "-"}`, key, params, row })), total };
}

/** A file that was cut short, by what it says of itself: rows that it has no more, one at least. Null: none is missing. */
export function shortFault({ counts, notes }: LayerMeta): (FaultSpec & { missing: number }) | null {
  const missing = (counts.expected ?? 0) - counts.read - counts.faulty;
  const pointer = "#";
  if (missing > 0) return { pointer, key: "upload.fault.file_short", params: { expected: counts.expected, missing }, missing };
  // Where records are counted, the length in a header is often a stale one.
  if (counts.expected !== null) return null;
  const cut = notes.find(({ code, params }) => code === "shp_length" && Number(params["expected"]) > Number(params["got"]));
  return cut ? { pointer, key: "import.note.shp_length", params: cut.params, missing: 1 } : null;
}

/** Every row was taken of an import that is still as it was. Throws 409 when it was read anew or removed meanwhile: then fewer
 *  rows than it had look like its end. */
export async function checkWhole(db: Db, stored: Stored, index: number, taken: number): Promise<void> {
  const now = await readImport<LayerMeta>(db, stored.id);
  if (taken !== stored.layers[index]!.features || !isDeepStrictEqual(now?.layers, stored.layers))
    throw new Problem(409, "import-changed", { id: stored.id });
}
