/** In which reference system positions are read out on the map. */
import { computed, ref } from "vue";
import type { Position } from "../../server/api/common.ts";
import { positionText } from "../format.ts";
import { t } from "../messages.ts";
import { fromDegrees, gaussKrueger, zoneCodeAt } from "../projection.ts";
import { view_center } from "./map_view.ts";

/** Gauss-Krueger in 3 and in 6 degrees, each without and with its zone's number before the easting; degrees as decimals or
 *  as degrees, minutes and seconds; Web Mercator. In the order they are offered. */
export const READOUTS = ["gk3", "gk3_zone", "gk6", "gk6_zone", "decimal", "dms", "mercator"] as const;
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

/** The EPSG code of a readout for the middle of the view; null where Gauss-Krueger has no zone there. */
export function codeOf(one: Readout): string | null {
  const lon = view_center.value?.[0] ?? 105;
  if (one.startsWith("gk")) return zoneCodeAt(lon, one.startsWith("gk3") ? 3 : 6, one.endsWith("_zone"));
  return one === "mercator" ? "EPSG:3857" : "EPSG:4490";
}

/** What positions are read out in: what was chosen, or degrees where that has no zone. */
export const current = computed<Readout>(() => (codeOf(readout.value) === null ? "decimal" : readout.value));

/** The name of a readout, with the central meridian it has in this view. */
export function nameOf(one: Readout): string {
  const code = codeOf(one);
  return t(`readout.${one}`, { code: code ?? "", meridian: code ? (gaussKrueger(code)?.central_meridian ?? "") : "" });
}

/** A position `[lon, lat]` as read out; an empty text where the system has none. */
export function sayPosition(position: Position): string {
  const [lon, lat] = position;
  if (lon === undefined || lat === undefined) return "";
  if (current.value === "decimal") return positionText(position);
  if (current.value === "dms") return `${sexagesimal(lon, "E", "W")} ${sexagesimal(lat, "N", "S")}`;
  const [x, y] = fromDegrees(position, codeOf(current.value)!) ?? [];
  if (x === undefined || y === undefined) return "";
  return t(current.value === "mercator" ? "readout.xy" : "readout.grid", { north: y.toFixed(2), east: x.toFixed(2) });
}

/** 105°57'03.60"E, to a hundredth of a second (0.3 m). */
function sexagesimal(value: number, positive: string, negative: string): string {
  const hundredths = Math.round(Math.abs(value) * 360_000);
  const part = (of: number, per: number, width: number) => String(Math.floor(of / per)).padStart(width, "0");
  const seconds = ((hundredths % 6000) / 100).toFixed(2).padStart(5, "0");
  return `${part(hundredths, 360_000, 1)}°${part(hundredths % 360_000, 6000, 2)}'${seconds}"${value < 0 ? negative : positive}`;
}
