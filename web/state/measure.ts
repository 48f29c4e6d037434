/** Measuring on the map: distances and areas on the CGCS2000 ellipsoid, along geodesics. */
import { computed, ref, shallowRef, watch } from "vue";
import type { Geodesic, PolygonArea } from "geographiclib-geodesic";
import type { Position } from "../../server/api/common.ts";
import { crossesItself } from "../rings.ts";
import { phone, sheet } from "./app.ts";
import { picking, popup } from "./map_view.ts";
import { draw_mode } from "./site.ts";

export type MeasureMode = "distance" | "area";
type Library = { Geodesic: typeof Geodesic; PolygonArea: typeof PolygonArea };

/** Null while nothing is measured. */
export const measure_mode = ref<MeasureMode | null>(null);
export const measure_points = shallowRef<Position[]>([]);
/** Ended: what was measured stays until it is cleared. */
export const measure_ended = ref(false);
/** Where the pointer would set the next point; null when it is away. */
export const measure_pointer = shallowRef<Position | null>(null);
const library = shallowRef<Library | null>(null);

/** CGCS2000. */
const A_M = 6_378_137;
const F = 1 / 298.257222101;
/** Edges longer than this are drawn bent, as geodesics are on this map. */
const STRAIGHT_M = 5000;
const MAX_BENDS = 100;

const ellipsoid = computed(() => library.value && new library.value.Geodesic.Geodesic(A_M, F));
/** The points with the one under the pointer. */
export const running_points = computed(() =>
  measure_pointer.value && !measure_ended.value ? [...measure_points.value, measure_pointer.value] : measure_points.value,
);
/** Length of each edge in metres; of an area its closing edge is the last. */
export const segments_m = computed(() => edges(running_points.value).map(([a, b]) => lengthOf(a, b)));
export const total_m = computed(() => segments_m.value.reduce((sum, metres) => sum + metres, 0));
/** The area's edges cross: its loops would be taken from each other. */
export const crossing = computed(() => measure_mode.value === "area" && crossesItself(running_points.value));
/** Null below three points, and where edges cross. */
export const total_m2 = computed(() => {
  if (measure_mode.value !== "area" || running_points.value.length < 3 || crossing.value || !library.value || !ellipsoid.value)
    return null;
  const polygon = new library.value.PolygonArea.PolygonArea(ellipsoid.value, false);
  for (const [lon, lat] of running_points.value) polygon.AddPoint(lat!, lon!);
  return Math.abs(polygon.Compute(false, true).area ?? 0);
});

/** Begins anew; the library comes with the first measurement. */
export async function startMeasuring(mode: MeasureMode): Promise<void> {
  draw_mode.value = "idle";
  picking.value = false;
  popup.value = null;
  // The sheet would cover the half of the map that is to be measured.
  if (phone.value) sheet.value = "peek";
  measure_points.value = [];
  measure_pointer.value = null;
  measure_ended.value = false;
  measure_mode.value = mode;
  if (!library.value) {
    const found = (await import("geographiclib-geodesic")) as unknown as Library & { default?: Library };
    library.value = found.Geodesic ? found : found.default!;
  }
}

export function stopMeasuring(): void {
  measure_mode.value = null;
  measure_points.value = [];
  measure_pointer.value = null;
  measure_ended.value = false;
}

export function addPoint(position: Position): void {
  measure_points.value = [...measure_points.value, position];
}

export function takeBackPoint(): void {
  measure_points.value = measure_points.value.slice(0, -1);
  measure_ended.value = false;
}

/** Nothing to end below two points, or three of an area. */
export function endMeasuring(): void {
  if (measure_points.value.length >= (measure_mode.value === "area" ? 3 : 2)) measure_ended.value = true;
}

// A drawing begun ends the measuring.
watch(draw_mode, (mode) => mode !== "idle" && stopMeasuring());

/** The edges of a measured figure, an area's closed. */
export function edges(points: readonly Position[]): [Position, Position][] {
  const open = points.slice(1).map((point, i): [Position, Position] => [points[i]!, point]);
  return measure_mode.value === "area" && points.length > 2 ? [...open, [points.at(-1)!, points[0]!]] : open;
}

function lengthOf([lon1, lat1]: Position, [lon2, lat2]: Position): number {
  return ellipsoid.value?.Inverse(lat1!, lon1!, lat2!, lon2!).s12 ?? 0;
}

/** The geodesic between two points as positions, ends included. */
export function geodesic([lon1, lat1]: Position, [lon2, lat2]: Position): Position[] {
  const line = ellipsoid.value?.InverseLine(lat1!, lon1!, lat2!, lon2!);
  if (!line)
    return [
      [lon1!, lat1!],
      [lon2!, lat2!],
    ];
  const parts = Math.min(MAX_BENDS, Math.max(1, Math.ceil(line.s13 / STRAIGHT_M)));
  return Array.from({ length: parts + 1 }, (_, i) => {
    const { lat2: lat, lon2: lon } = line.Position((line.s13 * i) / parts);
    return [lon!, lat!];
  });
}
