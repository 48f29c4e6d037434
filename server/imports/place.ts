/** Rows of an import in CGCS2000: each tested by itself, in portions small enough that nobody else waits for them. */
import type { Geometry } from "../api/common.ts";
import type { Db } from "../db/open.ts";
import { accuracyOf, geometryToCgcs2000 } from "../formats/transform.ts";
import type { FaultSpec } from "../problem.ts";
import { finishPlacement, placementOf, placeRows, stagedAfter, type ToPlace } from "../queries/imports.ts";
import { parseCrs, parseSite } from "../site.ts";
import type { ImportLimits } from "./limits.ts";

/** `srid` is what the database transforms from; `shifted` is undone before, and leaves `accuracy_m` of doubt. `swap`: the
 *  file has y,x. `key` names all of it. */
export type ChosenCrs = { key: string; crs: string; swap: boolean; srid: number; shifted: boolean; accuracy_m: number };

/** Vertices placed by one statement. */
const PORTION = 20_000;

/** A reference system by the name that a caller gives; undefined for what this service does not know. */
export function chosenCrs(name: string, swap = false): ChosenCrs | undefined {
  const shifted = /^GCJ-?02$/i.test(name) ? "GCJ-02" : /^BD-?09$/i.test(name) ? "BD-09" : null;
  const utm = /^EPSG:(326(?:4[3-9]|5[0-3]))$/i.exec(name);
  const srid = shifted ? 4490 : utm ? Number(utm[1]) : parseCrs(name);
  if (srid === undefined) return undefined;
  const crs = shifted ?? `EPSG:${srid}`;
  return { key: swap ? `${crs} y,x` : crs, crs, swap, srid, shifted: shifted !== null, accuracy_m: accuracyOf(crs).accuracy_m };
}

/** Places every row of a layer of an import, where that was not done yet. */
export async function placeImport(db: Db, id: string, layer: number, chosen: ChosenCrs, limits: ImportLimits): Promise<void> {
  const { done, last } = await placementOf(db, id, layer, chosen.key);
  if (done) return;
  for (let after = last; ;) {
    const rows = await stagedAfter(db, id, layer, after, { vertices: PORTION, rows: 1000 });
    if (rows.length === 0) break;
    const placed = rows.map(({ n, row, geometry }): ToPlace => {
      if (geometry === null) return { n, row, shape: null, faults: [] }; // reading has named it
      const turned = chosen.swap ? swapped(geometry) : geometry;
      const plain = chosen.shifted ? geometryToCgcs2000(turned, chosen.crs) : turned;
      const { site, faults } = parseSite(plain, chosen.srid, limits.feature_vertices);
      return site
        ? { n, row, shape: joined(site.parts), faults: null }
        : { n, row, shape: null, faults: faults.slice(0, 5) satisfies FaultSpec[] };
    });
    await placeRows(db, id, layer, chosen.key, chosen.srid, placed);
    after = rows.at(-1)!.n;
  }
  await finishPlacement(db, id, layer, chosen.key);
}

function swapped(geometry: Geometry): Geometry {
  if (geometry.type === "GeometryCollection") return { ...geometry, geometries: geometry.geometries.map(swapped) };
  const walk = (value: unknown): unknown => {
    if (!Array.isArray(value)) return value;
    return typeof value[0] === "number" ? [value[1], value[0], ...value.slice(2)] : value.map(walk);
  };
  return { ...geometry, coordinates: walk(geometry.coordinates) } as Geometry;
}

/** Plain parts as one geometry: a multi-geometry where they are of one kind, else a collection of them. */
function joined(parts: Geometry[]): Geometry {
  if (parts.length === 1) return parts[0]!;
  const kinds = new Set(parts.map(({ type }) => type.replace("Multi", "")));
  if (kinds.size > 1) return { type: "GeometryCollection", geometries: parts };
  const coordinates = parts.flatMap((part): unknown[] =>
    part.type === "GeometryCollection" ? [] : part.type.startsWith("Multi") ? part.coordinates : [part.coordinates],
  );
  return { type: `Multi${[...kinds][0]!}`, coordinates } as unknown as Geometry;
}
