/** Figures as offices write them, in the language of the reader: the same rules as on the screen (`web/format.ts`). */
import type { Lang } from "./api/common.ts";
import { say } from "./messages.ts";

/** 1 亩 = 2000/3 m2 (State Council order of 1984-02-27 on legal units, table 3 note). */
export const MU_M2 = 2000 / 3;

/** By language and decimals. Making one takes longer than all that is said with it. */
const FORMATS = new Map<string, Intl.NumberFormat>();

export function digits(lang: Lang, value: number, decimals: number): string {
  const key = `${lang}${decimals}`;
  const format =
    FORMATS.get(key) ??
    new Intl.NumberFormat(lang === "zh" ? "zh-CN" : "en-GB", {
      minimumFractionDigits: decimals,
      maximumFractionDigits: decimals,
    });
  FORMATS.set(key, format);
  return format.format(value);
}

/** 1.2345 公顷（18.52 亩）; below a square metre, where that would read as nothing, 0.49 m². */
export function areaText(lang: Lang, area_m2: number): string {
  if (area_m2 < 1) return squareMetresText(lang, area_m2);
  return say(lang, "unit.area", { ha: digits(lang, area_m2 / 10_000, 4), mu: digits(lang, area_m2 / MU_M2, 2) });
}

/** 12,345.6 m² */
export function squareMetresText(lang: Lang, area_m2: number): string {
  return say(lang, "unit.m2", { value: digits(lang, area_m2, area_m2 < 100 ? 2 : 1) });
}

/** 45.6 m below a kilometre, 1.23 km from there. */
export function distanceText(lang: Lang, distance_m: number): string {
  return distance_m < 1000
    ? say(lang, "unit.m", { value: digits(lang, distance_m, 1) })
    : say(lang, "unit.km", { value: digits(lang, distance_m / 1000, 2) });
}

/** A share of one as percent to 0.1; never 100.0 or 0.0 unless it is. */
export function percentText(lang: Lang, share: number): string {
  const tenths = Math.round(share * 1000) / 10;
  if (tenths === 0 && share > 0) return say(lang, "unit.percent_below", { value: digits(lang, 0.1, 1) });
  if (tenths === 100 && share < 1) return say(lang, "unit.percent", { value: digits(lang, 99.9, 1) });
  return say(lang, "unit.percent", { value: digits(lang, tenths, 1) });
}

/** 2026-11-22 10:05, in the time of the office. */
export function momentText(iso: string): string {
  return new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", dateStyle: "short", timeStyle: "short" }).format(
    new Date(iso),
  );
}

/** One of the eight winds; degrees clockwise from north. */
export function directionText(lang: Lang, bearing_deg: number): string {
  return say(lang, `compass.${Math.round(bearing_deg / 45) % 8}`);
}
