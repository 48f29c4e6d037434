/** Figures as offices write them. Whoever calls gives the words; here are only digits. */
import { lang, t } from "./messages.ts";

/** 1 亩 = 2000/3 m2 (State Council order of 1984-02-27 on legal units, table 3 note). */
export const MU_M2 = 2000 / 3;

function digits(value: number, decimals: number): string {
  return value.toLocaleString(lang.value === "zh" ? "zh-CN" : "en-GB", {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  });
}

/** 1.2345 公顷（18.52 亩）; below a square metre, where that would read as nothing, 0.49 m². */
export function areaText(area_m2: number): string {
  if (area_m2 < 1) return squareMetresText(area_m2);
  return t("unit.area", { ha: digits(area_m2 / 10_000, 4), mu: digits(area_m2 / MU_M2, 2) });
}

/** 12,345.6 m² */
export function squareMetresText(area_m2: number): string {
  return t("unit.m2", { value: digits(area_m2, area_m2 < 100 ? 2 : 1) });
}

/** 45.6 m below a kilometre, 1.23 km from there. */
export function distanceText(distance_m: number): string {
  return distance_m < 1000
    ? t("unit.m", { value: digits(distance_m, 1) })
    : t("unit.km", { value: digits(distance_m / 1000, 2) });
}

/** A share of one as percent to 0.1; never 100.0 or 0.0 unless it is. */
export function percentText(share: number): string {
  const tenths = Math.round(share * 1000) / 10;
  if (tenths === 0 && share > 0) return t("unit.percent_below", { value: digits(0.1, 1) });
  if (tenths === 100 && share < 1) return t("unit.percent", { value: digits(99.9, 1) });
  return t("unit.percent", { value: digits(tenths, 1) });
}

/** One of the eight winds; degrees clockwise from north. */
export function directionText(bearing_deg: number): string {
  return t(`compass.${Math.round(bearing_deg / 45) % 8}`);
}

export function countText(value: number): string {
  return digits(value, 0);
}

/** 2026-11-22 10:05, in the time of the office. */
export function momentText(iso: string): string {
  return new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", dateStyle: "short", timeStyle: "short" }).format(
    new Date(iso),
  );
}

/** 105.951000°E 29.230000°N, six decimals (about 0.1 m). */
export function positionText([lon, lat]: readonly number[]): string {
  if (lon === undefined || lat === undefined) return "";
  return `${Math.abs(lon).toFixed(6)}°${lon < 0 ? "W" : "E"} ${Math.abs(lat).toFixed(6)}°${lat < 0 ? "S" : "N"}`;
}
