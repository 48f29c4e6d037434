/** Reference systems by name. */
import { gaussKrueger } from "./projection.ts";
import { hasWords, t } from "./messages.ts";

/** Coordinates of public web maps, which no number betrays. */
export const SHIFTED: readonly string[] = ["GCJ-02", "BD-09"];

/** The name of a code, with width and meridian of a Gauss-Krueger one; the code itself where there is no other. */
export function crsName(code: string): string {
  const zone = gaussKrueger(code);
  if (!zone) return hasWords(`crs.${code}`) ? t(`crs.${code}`) : code;
  return t(zone.zone === null ? "crs.gk" : "crs.gk_zone", {
    code,
    width: zone.width,
    meridian: zone.central_meridian,
    zone: zone.zone ?? "",
  });
}
