/** Rings to polygons: formats that number rings, or leave it to their direction, disagree on what is a hole, so containment
 *  decides: a ring in an odd number of others is a hole of the smallest of them. */
import type { Geometry, Position } from "../api/common.ts";
import { RowFault } from "./geometry.ts";

type Ring = { positions: Position[]; area: number; box: [number, number, number, number] };

/** Steps of point-in-ring work for one feature; beyond it the feature is a fault rather than a hang. */
const WORK = 40_000_000;

export type Nested = {
  geometry: Geometry;
  /** Rings inside another with the same direction: by the rule of the shapefile no holes, by their place holes. */
  same_direction: number;
};

/** Closed rings as Polygon or MultiPolygon, holes with the polygon around them, coordinates as given. Throws RowFault
 *  `too_many_rings` where the rings are too many to sort out, `empty_geometry` without any. */
export function nestRings(rings: Position[][]): Nested {
  if (rings.length === 0) throw new RowFault("empty_geometry");
  if (rings.length === 1) return { geometry: { type: "Polygon", coordinates: rings }, same_direction: 0 };
  const sorted = rings.map(measured).toSorted((a, b) => Math.abs(b.area) - Math.abs(a.area));
  const strips = stripsOf(sorted);
  const depth: number[] = [];
  const polygons = new Map<Ring, Position[][]>();
  let work = 0;
  let same_direction = 0;
  for (const [i, inner] of sorted.entries()) {
    const candidates = strips.at(inner.box[0]);
    let parent = -1;
    // From the smallest of the larger ones: the first that holds this one is its parent.
    for (let k = candidates.length - 1; k >= 0 && parent === -1; k -= 1) {
      const outer = sorted[candidates[k]!]!;
      work += 1;
      if (!boxWithin(inner.box, outer.box)) continue;
      work += outer.positions.length;
      if (work > WORK) break;
      if (within(inner, outer)) parent = candidates[k]!;
    }
    work += strips.add(i, inner.box);
    if (work > WORK) throw new RowFault("too_many_rings", { count: rings.length });
    depth[i] = parent === -1 ? 0 : depth[parent]! + 1;
    const around = sorted[parent];
    if (around && depth[i]! % 2 === 1) {
      polygons.get(around)!.push(inner.positions);
      if (Math.sign(inner.area) === Math.sign(around.area)) same_direction += 1;
    } else polygons.set(inner, [inner.positions]);
  }
  const all = [...polygons.values()];
  const geometry: Geometry =
    all.length === 1 ? { type: "Polygon", coordinates: all[0]! } : { type: "MultiPolygon", coordinates: all };
  return { geometry, same_direction };
}

const STRIPS = 256;

/** Rings by the strips of x that they cover, so that a ring is compared with those above and below it only. */
function stripsOf(rings: readonly Ring[]) {
  const west = rings.reduce((least, { box }) => Math.min(least, box[0]), Infinity);
  const east = rings.reduce((most, { box }) => Math.max(most, box[2]), -Infinity);
  const strips: number[][] = Array.from({ length: STRIPS }, () => []);
  const index = (x: number) => Math.min(Math.max(Math.floor(((x - west) / (east - west || 1)) * STRIPS) || 0, 0), STRIPS - 1);
  return {
    at: (x: number) => strips[index(x)]!,
    /** Returns how many strips the ring covers. */
    add(ring: number, box: Ring["box"]): number {
      const [from, to] = [index(box[0]), index(box[2])];
      for (let strip = from; strip <= to; strip += 1) strips[strip]!.push(ring);
      return to - from + 1;
    },
  };
}

function boxWithin(inner: Ring["box"], outer: Ring["box"]): boolean {
  return inner[0] >= outer[0] && inner[1] >= outer[1] && inner[2] <= outer[2] && inner[3] <= outer[3];
}

function measured(positions: Position[]): Ring {
  const box: Ring["box"] = [Infinity, Infinity, -Infinity, -Infinity];
  const [ox, oy] = positions[0] ?? [0, 0];
  let area = 0;
  for (const [i, [x, y]] of positions.entries()) {
    box[0] = Math.min(box[0], x!);
    box[1] = Math.min(box[1], y!);
    box[2] = Math.max(box[2], x!);
    box[3] = Math.max(box[3], y!);
    const [nx, ny] = positions[(i + 1) % positions.length]!;
    // From the first position, or eight-digit eastings lose the small areas.
    area += (x! - ox!) * (ny! - oy!) - (nx! - ox!) * (y! - oy!);
  }
  return { positions, area: area / 2, box };
}

/** Whether the first position of `inner` that is not on the line of `outer` lies in it. Rings whose first eight positions
 *  are all on it are taken as not within. */
function within(inner: Ring, outer: Ring): boolean {
  for (const position of inner.positions.slice(0, 8)) {
    const side = sideOf(position, outer.positions);
    if (side !== 0) return side > 0;
  }
  return false;
}

/** 1 inside, -1 outside, 0 on the line. */
export function sideOf([x, y]: Position, ring: Position[]): 1 | 0 | -1 {
  let inside = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
    const [xi, yi] = ring[i]!;
    const [xj, yj] = ring[j]!;
    const cross = (x! - xi!) * (yj! - yi!) - (y! - yi!) * (xj! - xi!);
    if (
      cross === 0 &&
      Math.min(xi!, xj!) <= x! &&
      x! <= Math.max(xi!, xj!) &&
      Math.min(yi!, yj!) <= y! &&
      y! <= Math.max(yi!, yj!)
    )
      return 0;
    if (yi! > y! !== yj! > y! && x! < ((xj! - xi!) * (y! - yi!)) / (yj! - yi!) + xi!) inside = !inside;
  }
  return inside ? 1 : -1;
}
