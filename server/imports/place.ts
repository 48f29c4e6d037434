/** Rows of an import in CGCS2000: each tested by itself, in portions small enough that nobody else waits for them. */
import gcoord from "gcoord";
import type { Geometry, Position } from "../api/common.ts";
import type { Db } from "../db/open.ts";
import type { FaultSpec } from "../problem.ts";
import { finishPlacement, placementOf, placeRows, stagedAfter, type ToPlace } from "../queries/imports.ts";
import { parseCrs, parseSite } from "../site.ts";
import type { ImportLimits } from "./limits.ts";

/** `srid` is what the database transforms from; `shifted` is undone before, and leaves `accuracy_m` of doubt. */
export type ChosenCrs = { crs: string; srid: number; shifted: "GCJ-02" | "BD-09" | null; accuracy_m: number };

/** Undoing the shift of public web maps is approximate: their formula is known from outside only. It returns to itself
 *  within millimetres; to the ground, within metres (gcoord; no authority publishes a figure, so it is taken wide). */
const SHIFT_ACCURACY_M = 10;

/** Vertices placed by one statement. */
const PORTION = 20_000;

/** A reference system by the name that a caller gives; undefined for what this service does not know. */
export function chosenCrs(name: string): ChosenCrs | undefined {
  const shifted = /^GCJ-?02$/i.test(name) ? "GCJ-02" : /^BD-?09$/i.test(name) ? "BD-09" : null;
  if (shifted) return { crs: shifted, srid: 4326, shifted, accuracy_m: SHIFT_ACCURACY_M };
  const utm = /^EPSG:(326(?:4[3-9]|5[0-3]))$/i.exec(name);
  const srid = utm ? Number(utm[1]) : name === "" ? undefined : parseCrs(name);
  return srid === undefined ? undefined : { crs: `EPSG:${srid}`, srid, shifted: null, accuracy_m: 0 };
}

/** Places every row of a layer of an import, where that was not done yet. */
export async function placeImport(db: Db, id: string, layer: number, chosen: ChosenCrs, limits: ImportLimits): Promise<void> {
  const { done, last } = await placementOf(db, id, layer, chosen.crs);
  if (done) return;
  for (let after = last; ;) {
    const rows = await stagedAfter(db, id, layer, after, { vertices: PORTION, rows: 1000 });
    if (rows.length === 0) break;
    const placed = rows.map(({ n, row, geometry }): ToPlace => {
      if (geometry === null) return { n, row, shape: null, faults: [{ pointer: "#/geometry", key: "fault.empty_geometry" }] };
      const shifted = chosen.shifted ? unshift(geometry, chosen.shifted) : geometry;
      const { site, faults } = parseSite(shifted, chosen.srid, limits.feature_vertices);
      return site ? { n, row, shape: joined(site.parts), faults: null } : { n, row, shape: null, faults: faults.slice(0, 5) satisfies FaultSpec[] };
    });
    await placeRows(db, id, layer, chosen.crs, chosen.srid, placed);
    after = rows.at(-1)!.n;
  }
  await finishPlacement(db, id, layer, chosen.crs);
}

function unshift(geometry: Geometry, from: "GCJ-02" | "BD-09"): Geometry {
  const move = (position: Position): Position =>
    position.length >= 2 && position.every(Number.isFinite)
      ? (gcoord.transform(position.slice(0, 2) as [number, number], from === "GCJ-02" ? gcoord.GCJ02 : gcoord.BD09, gcoord.WGS84) as Position)
      : position;
  const walk = (value: unknown): unknown =>
    Array.isArray(value) ? (typeof value[0] === "number" ? move(value as Position) : value.map(walk)) : value;
  if (geometry.type === "GeometryCollection") return { ...geometry, geometries: geometry.geometries.map((each) => unshift(each, from)) };
  return { ...geometry, coordinates: walk(geometry.coordinates) } as Geometry;
}

/** Plain parts as one geometry: a multi-geometry where they are of one kind, else a collection of them. */
function joined(parts: Geometry[]): Geometry {
  if (parts.length === 1) return parts[0]!;
  const kinds = new Set(parts.map(({ type }) => type.replace("Multi", "")));
  if (kinds.size > 1) return { type: "GeometryCollection", geometries: parts };
  const coordinates = parts.flatMap((part) =>
    part.type === "GeometryCollection" ? [] : part.type.startsWith("Multi") ? part.coordinates : [part.coordinates],
  );
  return { type: `Multi${[...kinds][0]!}`, coordinates } as unknown as Geometry;
}
