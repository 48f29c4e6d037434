/** Reference systems as files name them: EPSG codes and URNs, ESRI and OGC well-known text, and what we take them for. Ours
 *  are `EPSG:...`, `GCJ-02`, `BD-09`; `XIAN80` and `BEIJING54` stand for every code of those datums, which are recognised
 *  in order to be refused: their parameters are local and classified, so that nobody may convert them silently. */
import parseWkt from "wkt-parser";
import type { DeclaredCrs } from "./format.ts";

export type GaussKrueger = { central_meridian: number; width: 3 | 6; zone: number | null };

/** Zone of a CGCS2000 Gauss-Krueger code, EPSG:4491-4554; `zone` is set where the easting begins with it. Undefined for others. */
export function gaussKrueger(crs: string): GaussKrueger | undefined {
  const code = Number(/^EPSG:(\d{4})$/.exec(crs)?.[1]);
  if (code >= 4491 && code <= 4501) return { central_meridian: 75 + 6 * (code - 4491), width: 6, zone: 13 + code - 4491 };
  if (code >= 4502 && code <= 4512) return { central_meridian: 75 + 6 * (code - 4502), width: 6, zone: null };
  if (code >= 4513 && code <= 4533) return { central_meridian: 75 + 3 * (code - 4513), width: 3, zone: 25 + code - 4513 };
  if (code >= 4534 && code <= 4554) return { central_meridian: 75 + 3 * (code - 4534), width: 3, zone: null };
  return undefined;
}

/** The code of a zone by its central meridian in degrees; null where the system has none there. */
export function zoneCode(central_meridian: number, width: 3 | 6, prefixed: boolean): string | null {
  const index = (central_meridian - 75) / width;
  if (!Number.isInteger(index) || index < 0 || index > (width === 3 ? 20 : 10)) return null;
  const first = width === 3 ? (prefixed ? 4513 : 4534) : prefixed ? 4491 : 4502;
  return `EPSG:${first + index}`;
}

/** UTM north on WGS 84 over China, zones 43 to 53. */
export function utmZone(crs: string): number | undefined {
  const zone = Number(/^EPSG:326(\d\d)$/.exec(crs)?.[1]);
  return zone >= 43 && zone <= 53 ? zone : undefined;
}

export type RefusedDatum = "XIAN80" | "BEIJING54";

/** The datum whose conversion is refused, or null. */
export function refusedDatum(crs: string | null): RefusedDatum | null {
  return crs === "XIAN80" || crs === "BEIJING54" ? crs : null;
}

/** What we take an EPSG code for; null: none of ours. */
export function crsOfEpsg(code: number): string | null {
  if ((code >= 4490 && code <= 4554) || code === 4326 || code === 3857) return `EPSG:${code}`;
  if (code === 4480) return "EPSG:4490";
  if (code === 4979) return "EPSG:4326";
  if ([3785, 900_913, 102_100, 102_113].includes(code)) return "EPSG:3857";
  if (utmZone(`EPSG:${code}`)) return `EPSG:${code}`;
  if (code === 4610 || (code >= 2327 && code <= 2390)) return "XIAN80";
  if (code === 4214 || (code >= 2401 && code <= 2442) || (code >= 21_413 && code <= 21_423) || (code >= 21_453 && code <= 21_463))
    return "BEIJING54";
  return null;
}

/** A system named by `EPSG:4547`, `urn:ogc:def:crs:EPSG::4547`, an OGC address, `CRS84`, a Chinese name or well-known text. */
export function declaredByName(text: string, where: string): DeclaredCrs {
  return { text, crs: crsOfName(text), where };
}

/** What a `crs` member of GeoJSON says (its 2008 edition): a name, or the code of EPSG. */
export function declaredByMember(crs: unknown): DeclaredCrs {
  const { properties, type } = (crs ?? {}) as { properties?: { name?: unknown; code?: unknown }; type?: unknown };
  const text = String(properties?.name ?? (type === "EPSG" ? `EPSG:${String(properties?.code)}` : JSON.stringify(crs)));
  return declaredByName(text.slice(0, 200), "crs");
}

function crsOfName(text: string): string | null {
  if (/^\s*(PROJC|GEOGC|GEOGCRS|GEODCRS|PROJCRS|GEODETICCRS|COMPD|COMPOUND|BOUNDCRS)/i.test(text)) return crsOfWkt(text);
  const code = /(?:^|\b|[:/])EPSG(?:[:/]{1,2}[\d.]*)?[:/](\d{4,6})\s*$/i.exec(text)?.[1] ?? /^\s*(\d{4,6})\s*$/.exec(text)?.[1];
  if (code !== undefined) return crsOfEpsg(Number(code));
  if (/CRS:?84/i.test(text)) return "EPSG:4326";
  if (/GCJ-?02|火星/i.test(text)) return "GCJ-02";
  if (/BD-?09|百度/i.test(text)) return "BD-09";
  const datum = datumOf(text);
  if (datum === "XIAN80" || datum === "BEIJING54") return datum;
  if (datum === "WGS84" && /^\s*\W*(WGS|World)[\w\s_]*84\W*$/i.test(text)) return "EPSG:4326";
  return null;
}

/** The family of a datum's name; null: none we know. */
export function datumOf(name: string): "CGCS2000" | "WGS84" | RefusedDatum | null {
  if (/cgcs[_ ]?2000|china[_ ](geodetic[_ ]coordinate[_ ]system[_ ])?2000|2000国家大地|国家2000|大地2000/i.test(name))
    return "CGCS2000";
  if (/xian|西安|^(19)?80(?!\d)|1980年?(国家|坐标)/i.test(name)) return "XIAN80";
  if (/beijing|北京|^(19)?54(?!\d)/i.test(name)) return "BEIJING54";
  if (/wgs[_ ]?(19)?84|world[_ ]geodetic/i.test(name)) return "WGS84";
  return null;
}

type ParsedWkt = {
  name?: string;
  projName?: string;
  datumCode?: string;
  title?: string;
  long0?: number;
  lat0?: number;
  x0?: number;
  y0?: number;
  k0?: number;
  GEOGCS?: { name?: string; DATUM?: { name?: string } };
  DATUM?: { name?: string };
};

/** What well-known text of ESRI or OGC stands for, by its datum and its parameters rather than by its title; null where it
 *  is none of ours, or where an EPSG code in it contradicts its own parameters. */
export function crsOfWkt(text: string): string | null {
  let wkt: ParsedWkt | undefined;
  try {
    wkt = parseWkt(text) as ParsedWkt | undefined;
  } catch {
    return null;
  }
  if (!wkt) return null;
  const datum =
    datumOf(wkt.GEOGCS?.DATUM?.name ?? wkt.DATUM?.name ?? "") ??
    datumOf(wkt.datumCode ?? "") ??
    datumOf(wkt.GEOGCS?.name ?? wkt.name ?? "");
  if (datum === "XIAN80" || datum === "BEIJING54") return datum;
  if (datum === null) return null;
  const byParameters = crsOfParameters(wkt, datum);
  const code = /^EPSG:(\d+)$/.exec(wkt.title ?? "")?.[1];
  const byCode = code === undefined ? null : crsOfEpsg(Number(code));
  // The 3-degree and the 6-degree zone of one meridian are one projection; the code tells which was meant.
  if (byCode !== null && byParameters !== null && byCode !== byParameters)
    return sameProjection(byCode, byParameters) ? byCode : null;
  return byParameters;
}

function sameProjection(a: string, b: string): boolean {
  const [one, other] = [gaussKrueger(a), gaussKrueger(b)];
  return one?.zone === null && other?.zone === null && one.central_meridian === other.central_meridian;
}

function crsOfParameters(wkt: ParsedWkt, datum: "CGCS2000" | "WGS84"): string | null {
  const projection = (wkt.projName ?? "").toLowerCase().replaceAll(/[^a-z]/g, "");
  if (projection === "longlat" || projection === "identity") return datum === "CGCS2000" ? "EPSG:4490" : "EPSG:4326";
  const near = (value: number | undefined, wanted: number) => Math.abs((value ?? 0) - wanted) < 1e-6;
  if (/mercatorauxiliarysphere|popularvisuali|^mercator$|mercatorsp$|^merc$/.test(projection) && datum === "WGS84")
    return near(wkt.x0, 0) && near(wkt.long0, 0) ? "EPSG:3857" : null;
  if (!/transversemercator|gausskr|^tmerc$/.test(projection)) return null;
  const meridian = Math.round((((wkt.long0 ?? 0) * 180) / Math.PI) * 1e6) / 1e6;
  const k = wkt.k0 ?? 1;
  if (!near(wkt.lat0, 0) || !near(wkt.y0, 0)) return null;
  if (datum === "WGS84") {
    const code = `EPSG:${32_600 + (meridian + 183) / 6}`;
    return near(k, 0.9996) && near(wkt.x0, 500_000) && utmZone(code) ? code : null;
  }
  if (!near(k, 1)) return null;
  if (near(wkt.x0, 500_000)) {
    const three = zoneCode(meridian, 3, false);
    const six = zoneCode(meridian, 6, false);
    return six !== null && !/3[_ -]?degree/i.test(wkt.name ?? "") ? six : three;
  }
  const zone = ((wkt.x0 ?? 0) - 500_000) / 1_000_000;
  const width = zone >= 25 ? 3 : 6;
  const code = zoneCode(meridian, width, true);
  return code !== null && gaussKrueger(code)?.zone === zone ? code : null;
}
