import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { crsOfWkt, declaredByName, gaussKrueger, zoneCode } from "../../server/formats/crs.ts";
import { FIXTURES } from "./files.ts";

/** By EPSG code: well-known text 1, of ESRI, and 2, as GDAL 3.6 writes them. */
const WRITTEN = JSON.parse(readFileSync(join(FIXTURES, "wkt_of_epsg.json"), "utf8")) as Record<string, string[]>;

describe("reference systems by their well-known text", () => {
  it("finds all 64 zones of CGCS2000, its degrees, WGS 84, Web Mercator and UTM", () => {
    const ours = Object.entries(WRITTEN).filter(
      ([code]) => (Number(code) >= 4490 && Number(code) <= 4554) || [4326, 3857, 32648].includes(Number(code)),
    );
    expect(ours.length).toBe(64 + 4);
    const wrong = ours.flatMap(([code, texts]) => texts.filter((text) => crsOfWkt(text) !== `EPSG:${code}`));
    expect(wrong).toEqual([]);
  });

  it.each([4610, 2330, 2350, 2380])("recognises EPSG:%i as Xi'an 80", (code) => {
    for (const text of WRITTEN[code]!) expect(crsOfWkt(text)).toBe("XIAN80");
  });

  it.each([4214, 2405, 2430, 21415])("recognises EPSG:%i as Beijing 54", (code) => {
    for (const text of WRITTEN[code]!) expect(crsOfWkt(text)).toBe("BEIJING54");
  });

  it("goes by datum and parameters, not by the title", () => {
    const [, esri] = WRITTEN[4544]!;
    expect(crsOfWkt(esri!.replace("CGCS2000_3_Degree_GK_CM_105E", "My_Zone"))).toBe("EPSG:4507");
    expect(crsOfWkt(esri!.replace('"Central_Meridian",105.0', '"Central_Meridian",108.0'))).toBe("EPSG:4545");
    expect(crsOfWkt(esri!.replace("D_China_2000", "D_Xian_1980"))).toBe("XIAN80");
  });

  it("takes for none of ours what has another scale, another origin, or a code that its parameters contradict", () => {
    const [ogc, esri] = WRITTEN[4544]!;
    expect(crsOfWkt(esri!.replace('"Scale_Factor",1.0', '"Scale_Factor",0.9996'))).toBeNull();
    expect(crsOfWkt(esri!.replace('"False_Easting",500000.0', '"False_Easting",350000.0'))).toBeNull();
    expect(crsOfWkt(ogc!.replace('"central_meridian",105', '"central_meridian",108'))).toBeNull();
    expect(crsOfWkt("<html>404</html>")).toBeNull();
    expect(crsOfWkt("PROJCS[")).toBeNull();
  });
});

describe("reference systems by name", () => {
  it.each([
    ["urn:ogc:def:crs:EPSG::4523", "EPSG:4523"],
    ["EPSG:4490", "EPSG:4490"],
    ["http://www.opengis.net/def/crs/EPSG/0/4547", "EPSG:4547"],
    ["urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326"],
    ["EPSG:900913", "EPSG:3857"],
    ["4544", "EPSG:4544"],
    ["EPSG:2359", "XIAN80"],
    ["1980西安坐标系", "XIAN80"],
    ["北京54", "BEIJING54"],
    ["GCJ-02", "GCJ-02"],
    ["EPSG:27700", null],
    ["nonsense", null],
  ])("%s is %s", (name, crs) => {
    expect(declaredByName(name, "crs").crs).toBe(crs);
  });
});

it("zones and codes are one another's inverse, as rules-and-standards.md 6.1 has them", () => {
  for (let z = 25; z <= 45; z += 1) {
    expect(gaussKrueger(`EPSG:${4488 + z}`)).toEqual({ central_meridian: 3 * z, width: 3, zone: z });
    expect(zoneCode(3 * z, 3, true)).toBe(`EPSG:${4488 + z}`);
    expect(zoneCode(3 * z, 3, false)).toBe(`EPSG:${4509 + z}`);
  }
  for (let z = 13; z <= 23; z += 1) {
    expect(gaussKrueger(`EPSG:${4478 + z}`)).toEqual({ central_meridian: 6 * z - 3, width: 6, zone: z });
    expect(zoneCode(6 * z - 3, 6, false)).toBe(`EPSG:${4489 + z}`);
  }
  expect(zoneCode(72, 3, true)).toBeNull();
  expect(zoneCode(76, 3, true)).toBeNull();
});
