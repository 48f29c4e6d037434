/** An import taken as one site: its shapes united, ready for a check. */
import type { ApplyAsSite, SiteOfImport } from "../api/imports.ts";
import type { Geometry } from "../api/common.ts";
import type { Db } from "../db/open.ts";
import { type FaultSpec, Problem } from "../problem.ts";
import { takenAfter } from "../queries/imports.ts";
import { placeSite } from "../queries/site.ts";
import { MAX_PARTS, MAX_VERTICES } from "../site.ts";
import type { Stored } from "./preview.ts";
import type { ChosenCrs } from "./place.ts";
import { checkWhole, shortFault, takenFault, unreadFaults } from "./taken.ts";

/** Throws 422 when a row is faulty or could not be read, or the file was cut short (all are needed: a part that is left out is
 *  land that nobody asked about; who names the rows asks about those), or when there is too much for one check; 409 when
 *  the import changed meanwhile. */
export async function takeAsSite(
  db: Db,
  stored: Stored,
  { index, chosen, request }: { index: number; chosen: ChosenCrs; request: ApplyAsSite },
): Promise<SiteOfImport> {
  const parts: Geometry[] = [];
  const rows: number[] = [];
  const faults: FaultSpec[] = [];
  let vertices = 0;
  for (let after = 0; ;) {
    const taken = await takenAfter(db, stored.id, index, chosen.key, {
      repair: request.repair === true,
      after,
      limit: 500,
      vertices: MAX_VERTICES,
      rows: request.rows,
      shapes: true,
    });
    if (taken.length === 0) break;
    for (const each of taken) {
      if (each.geometry) parts.push(...plainParts(each.geometry));
      else faults.push(...takenFault(each));
      rows.push(each.row);
      vertices += each.vertices;
    }
    if (vertices > MAX_VERTICES) throw new Problem(422, "site-too-large", { limit: MAX_VERTICES });
    if (parts.length > MAX_PARTS) throw new Problem(422, "site-too-large", { limit: MAX_PARTS });
    after = taken.at(-1)!.n;
  }
  const unread = (await unreadFaults(db, stored, index, 1000)).faults.filter(({ row }) => row === null || !rows.includes(row));
  if (request.rows === undefined) {
    await checkWhole(db, stored, index, rows.length);
    const short = shortFault(stored.layers[index]!);
    faults.push(...unread, ...(short ? [short] : []));
  } else
    for (const row of request.rows.filter((each) => !rows.includes(each)).slice(0, 20)) {
      const why = unread.filter((fault) => fault.row === row);
      faults.push(...(why.length > 0 ? why : [{ pointer: "#/rows", key: "upload.fault.no_such_row", params: { row } }]));
    }
  if (faults.length > 0) throw new Problem(422, "import-refused", {}, { faults: faults.slice(0, 50) });
  if (parts.length === 0) throw new Problem(422, "nothing-good", {});
  const { placed } = await placeSite(db, parts, 4490);
  if (!placed) throw new Problem(422, "nothing-good", {});
  return {
    as: "site",
    geometry: placed.geometry,
    crs: "EPSG:4490",
    accuracy_m: chosen.accuracy_m,
    area_m2: placed.area_m2,
    length_m: placed.length_m,
    points: placed.points,
    bbox: placed.bbox,
    rows,
  };
}

function plainParts(geometry: Geometry): Geometry[] {
  return geometry.type === "GeometryCollection" ? geometry.geometries.flatMap(plainParts) : [geometry];
}
