/** In which reference system positions are read out on the map. */
import { computed, ref } from "vue";
import type { Position } from "../../server/api/common.ts";
import { positionText } from "../format.ts";
import { t } from "../messages.ts";
import { fromDegrees } from "../projection.ts";
import { view_center } from "./map_view.ts";

/** Degrees as decimals or as degrees, minutes and seconds; Gauss-Krueger in 3 degrees, with its zone's number before the
 *  easting, or in 6 degrees; Web Mercator. */
export const READOUTS = ["decimal", "dms", "gk3", "gk3_zone", "gk6_zone", "mercator"] as const;
export type Readout = (typeof READOUTS)[number];

const STORED = "shuijie.crs";
export const readout = ref<Readout>(first());

export function setReadout(next: Readout): void {
  readout.value = next;
  try {
    localStorage.setItem(STORED, next);
  } catch {
    // A browser that stores nothing begins with degrees again.
  }
}

function first(): Readout {
  try {
    const stored = localStorage.getItem(STORED);
    return READOUTS.find((one) => one === stored) ?? "decimal";
  } catch {
    return "decimal";
  }
}

/** The EPSG code of a readout for the middle of the view. */
export function codeOf(one: Readout): string {
  const lon = view_center.value?.[0] ?? 105;
  const zone3 = Math.round(lon / 3);
  const zone6 = Math.floor(lon / 6) + 1;
  if (one === "gk3") return `EPSG:${4534 + zone3 - 25}`;
  if (one === "gk3_zone") return `EPSG:${4513 + zone3 - 25}`;
  if (one === "gk6_zone") return `EPSG:${4491 + zone6 - 13}`;
  return one === "mercator" ? "EPSG:3857" : "EPSG:4490";
}

/** The name of a readout, with the central meridian it has in this view. */
export function nameOf(one: Readout): string {
  const lon = view_center.value?.[0] ?? 105;
  const meridian = one === "gk6_zone" ? Math.floor(lon / 6) * 6 + 3 : Math.round(lon / 3) * 3;
  return t(`readout.${one}`, { code: codeOf(one), meridian });
}

/** Whether the view lies where China's systems have zones at all (73.5 to 136.5 degrees). */
export const has_zone = computed(() => {
  const lon = view_center.value?.[0] ?? 105;
  return lon >= 73.5 && lon < 136.5;
});

/** A position `[lon, lat]` as read out; an empty text where the system has none. */
export function sayPosition(position: Position): string {
  const [lon, lat] = position;
  if (lon === undefined || lat === undefined) return "";
  if (readout.value === "decimal") return positionText(position);
  if (readout.value === "dms") return `${sexagesimal(lon, "E", "W")} ${sexagesimal(lat, "N", "S")}`;
  const [x, y] = fromDegrees(position, codeOf(readout.value)) ?? [];
  if (x === undefined || y === undefined) return "";
  return t(readout.value === "mercator" ? "readout.xy" : "readout.grid", { north: y.toFixed(2), east: x.toFixed(2) });
}

/** 105°57'03.60"E, to a hundredth of a second (0.3 m). */
function sexagesimal(value: number, positive: string, negative: string): string {
  const hundredths = Math.round(Math.abs(value) * 360_000);
  const part = (of: number, per: number, width: number) => String(Math.floor(of / per)).padStart(width, "0");
  const seconds = ((hundredths % 6000) / 100).toFixed(2).padStart(5, "0");
  return `${part(hundredths, 360_000, 1)}°${part(hundredths % 360_000, 6000, 2)}'${seconds}"${value < 0 ? negative : positive}`;
}
