/** Shapes of the sample, drawn with Turf: schematic, and good to some parts in a thousand. Nothing here enters a check
 *  but as loaded data that calls itself schematic. */
import * as turf from "@turf/turf";
import type { Feature, LineString, MultiPolygon, Point, Polygon } from "geojson";
import type { Position } from "../api/common.ts";
import type { Facts, River, Shape, Source } from "./facts.ts";

export type Area = Feature<Polygon | MultiPolygon>;

/** Six decimals: a tenth of a metre. */
export function tidy<T extends Feature>(feature: T): T["geometry"] {
  return turf.truncate(feature, { precision: 6, mutate: false }).geometry;
}

export function lineOf(river: River): Feature<LineString> {
  return turf.lineString(river.axis);
}

export function box(at: Position, width_m: number, height_m: number): Area {
  const east = (turf.distance(at, [at[0]! + 0.01, at[1]!], { units: "meters" }) / 0.01) * 2;
  const north = (turf.distance(at, [at[0]!, at[1]! + 0.01], { units: "meters" }) / 0.01) * 2;
  const [dx, dy] = [width_m / east, height_m / north];
  return turf.bboxPolygon([at[0]! - dx, at[1]! - dy, at[0]! + dx, at[1]! + dy]);
}

export function circle(at: Position, radius_m: number): Area {
  return turf.circle(at, radius_m, { units: "meters", steps: 48 });
}

export function grown(area: Area, metres: number): Area {
  return turf.buffer(area, metres, { units: "meters", steps: 12 })!;
}

/** What is left of an area without others; null when nothing is. */
export function without(area: Area, others: Area[]): Area | null {
  return others.reduce<Area | null>((left, other) => left && turf.difference(turf.featureCollection([left, other])), area);
}

/** The water of a source as drawn; null for a source without a surface. */
export function waterOf({ at, zone }: Source): Area | null {
  if (!zone || !("a_m" in zone)) return null;
  return turf.ellipse(at, zone.a_m / 1000, zone.b_m / 1000, { units: "kilometers", angle: zone.angle, steps: 48 }) as Area;
}

export function shapeOf(shape: Shape, facts: Facts): Area {
  const water = (id: string): Area => {
    const source = facts.sources.find((each) => each.id === id);
    const found = source && waterOf(source);
    if (!found) throw new Error(`${facts.code}: there is no water of ${id}.`);
    return found;
  };
  if ("box" in shape) return box(shape.box, shape.width_m, shape.height_m);
  if ("circle" in shape) return circle(shape.circle, shape.radius_m);
  if ("ellipse" in shape)
    return turf.ellipse(shape.ellipse, shape.a_m / 1000, shape.b_m / 1000, { units: "kilometers", angle: shape.angle }) as Area;
  if ("water" in shape) return water(shape.water);
  if ("belt" in shape) return without(grown(water(shape.belt), shape.width_m), [water(shape.belt)])!;
  if ("line" in shape) return strip(turf.lineString(shape.line), shape.half_width_m);
  const river = facts.rivers.find(({ id }) => id === shape.along);
  if (!river) throw new Error(`${facts.code}: there is no river ${shape.along}.`);
  return strip(turf.lineSlice(shape.from, shape.to, lineOf(river)), shape.half_width_m);
}

function strip(line: Feature<LineString>, half_width_m: number): Area {
  return turf.buffer(line, half_width_m, { units: "meters", steps: 12 })!;
}

/** A river cut at points on or beside it: the pieces in order, each with the words of its ends. */
export function cutRiver(
  river: River,
  places: { at: Position; name: string }[],
): { line: Feature<LineString>; from: string; to: string }[] {
  const line = lineOf(river);
  const length = turf.length(line);
  const cuts = places
    .map(({ at, name }) => ({ km: turf.nearestPointOnLine(line, at).properties.location, name }))
    .filter(({ km }) => km > 0.2 && km < length - 0.2)
    .toSorted((a, b) => a.km - b.km)
    .filter((cut, i, all) => i === 0 || cut.km - all[i - 1]!.km > 0.1);
  const ends = [
    { km: 0, name: "源头（河线起点）" },
    ...cuts,
    { km: length, name: river.flows_into ? `汇入${river.flows_into}` : "河线终点" },
  ];
  return ends.slice(1).map((end, i) => ({
    line: turf.lineSliceAlong(line, ends[i]!.km, end.km),
    from: ends[i]!.name,
    to: end.name,
  }));
}

/** Where rivers of the district end on this one, sections stand, and the outline is crossed. */
export function cutPlaces(river: River, facts: Facts): { at: Position; name: string }[] {
  const line = lineOf(river);
  const confluences = facts.rivers
    .filter((other) => other.id !== river.id)
    .map((other) => ({ at: other.axis.at(-1)!, name: `${other.name_zh}汇口` }))
    .filter(({ at }) => turf.pointToLineDistance(at, line, { units: "kilometers" }) < 1);
  const sections = facts.sections.filter((each) => each.river === river.id).map(({ at, name_zh }) => ({ at, name: name_zh }));
  const borders = turf
    .lineIntersect(line, turf.polygonToLine(turf.polygon([facts.outline])) as Feature<LineString>)
    .features.map(({ geometry }) => ({ at: geometry.coordinates, name: `${facts.name_zh}界` }));
  return [...confluences, ...sections, ...borders];
}

/** The point of a line nearest to a place. */
export function onRiver(river: River, at: Position): { position: Position; km: number } {
  const { geometry, properties } = turf.nearestPointOnLine(lineOf(river), at);
  return { position: geometry.coordinates, km: properties.location };
}

export function metresToRiver(point: Feature<Point>, river: River): number {
  return turf.pointToLineDistance(point, lineOf(river), { units: "meters" });
}
