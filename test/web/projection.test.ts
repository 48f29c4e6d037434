/** The screen's projections against PROJ 9.1.1 (PostGIS 3.3.2, ST_Transform from EPSG:4490, of Web Mercator from 4326): what
 *  is drawn must lie where the service will measure. */
import { describe, expect, it } from "vitest";
import type { Geometry, Position } from "../../server/api/common.ts";
import { CRS_CODES, fromDegrees, gaussKrueger, toDegrees, zoneCodeAt } from "../../web/projection.ts";

const KNOWN: readonly (readonly [crs: string, degrees: [number, number], projected: [number, number]])[] = [
  ["EPSG:4544", [105.951, 29.23], [592460.7595989833, 3235136.71148447]],
  ["EPSG:4544", [103.6, 18], [351721.0055974864, 1991541.8199607325]],
  ["EPSG:4533", [134.2, 48], [45440299.91735451, 5318737.336719996]],
  ["EPSG:4513", [75.9, 36.4], [25580736.541098125, 4030304.062644638]],
  ["EPSG:4491", [74.1, 35], [13417839.481561488, 3874963.0411099996]],
  ["EPSG:4501", [134.5, 43.2], [23459361.967292912, 4785060.204243628]],
  // Half a zone beyond its own border: plots near a border are given so.
  ["EPSG:4497", [113.9, 22.3], [19798917.793378957, 2469892.3613987667]],
  ["EPSG:4508", [110.4, 40.1], [448838.3431149657, 4440805.142051894]],
  ["EPSG:4554", [135, 47.123456789], [500000, 5220971.952594563]],
  ["EPSG:4534", [73.5, 39.9], [371719.9321227444, 4419502.9087836305]],
  ["EPSG:4502", [77.95, 41], [748214.2590959913, 4544767.458805656]],
  ["EPSG:4512", [135, 45.5], [500000, 5040512.709396372]],
  ["EPSG:3857", [105.951, 29.23], [11794411.369038127, 3404952.5776507286]],
  ["EPSG:3857", [73.5, 53.5], [8181982.573305607, 7076025.276180581]],
  ["EPSG:3857", [135, 18], [15028131.257091932, 2037548.5447506018]],
];

const point = (coordinates: Position): Geometry => ({ type: "Point", coordinates });
const back = (position: Position, crs: string) => (toDegrees(point(position), crs) as { coordinates: Position }).coordinates;

describe("coordinates to degrees and back", () => {
  it("offers EPSG:4490, 4326, 3857 and 4491 to 4554, each once", () => {
    const wanted = ["EPSG:4490", "EPSG:4326", "EPSG:3857", ...Array.from({ length: 64 }, (_, i) => `EPSG:${4491 + i}`)];
    expect([...CRS_CODES].toSorted()).toEqual(wanted.toSorted());
  });

  it.each(KNOWN)("%s of %j is where PROJ puts it, to 0.1 mm and 1e-9 degrees", (crs, degrees, projected) => {
    const [x, y] = fromDegrees(degrees, crs)!;
    expect(x).toBeCloseTo(projected[0], 4);
    expect(y).toBeCloseTo(projected[1], 4);
    const [lon, lat] = back(projected, crs);
    expect(lon).toBeCloseTo(degrees[0], 9);
    expect(lat).toBeCloseTo(degrees[1], 9);
  });

  it.each(CRS_CODES)("%s: there and back is the same place to 1e-9 degrees, over its zone and half a zone beyond", (crs) => {
    const zone = gaussKrueger(crs);
    const [middle, half] = zone ? [zone.central_meridian, zone.width] : [105, 30];
    for (const lon of [middle - half, middle, middle + half / 3, middle + half])
      for (const lat of [18, 29.23, 41.75, 53.5]) {
        const [there_lon, there_lat] = back(fromDegrees([lon, lat], crs)!, crs);
        expect(there_lon).toBeCloseTo(lon, 9);
        expect(there_lat).toBeCloseTo(lat, 9);
      }
  });

  it("the easting begins with the zone's number in the codes that have one, and only there", () => {
    for (const crs of CRS_CODES) {
      const zone = gaussKrueger(crs);
      if (!zone) continue;
      const [easting] = fromDegrees([zone.central_meridian, 30], crs)!;
      expect(easting, crs).toBeCloseTo((zone.zone ?? 0) * 1_000_000 + 500_000, 4);
    }
    expect(gaussKrueger("EPSG:4523")).toEqual({ central_meridian: 105, width: 3, zone: 35 });
    expect(gaussKrueger("EPSG:4497")).toEqual({ central_meridian: 111, width: 6, zone: 19 });
    expect(gaussKrueger("EPSG:4544")).toEqual({ central_meridian: 105, width: 3, zone: null });
  });

  it("degrees stay degrees, and parts keep their shape", () => {
    const ring = [
      [592_400, 3_235_100],
      [592_460, 3_235_100],
      [592_460, 3_235_150],
      [592_400, 3_235_100],
    ];
    const both: Geometry = {
      type: "GeometryCollection",
      geometries: [{ type: "Polygon", coordinates: [ring] }, point(ring[0]!)],
    };
    const placed = toDegrees(both, "EPSG:4544") as unknown as {
      geometries: [{ coordinates: Position[][] }, { coordinates: Position }];
    };
    expect(placed.geometries[0].coordinates[0]).toHaveLength(4);
    expect(placed.geometries[0].coordinates[0]![0]).toEqual(placed.geometries[1].coordinates);
    expect(toDegrees(point([105.951, 29.23]), "EPSG:4490")).toEqual(point([105.951, 29.23]));
    expect(fromDegrees([105.951, 29.23], "EPSG:4326")).toEqual([105.951, 29.23]);
  });

  it.each([
    ["metres said to be degrees", [398_000, 3_234_000], "EPSG:4490"],
    ["no zone number where the code wants one", [592_400, 3_235_100], "EPSG:4523"],
    ["a zone number where the code has none", [35_592_400, 3_235_100], "EPSG:4544"],
    ["no number", [Number.NaN, 29], "EPSG:4544"],
    ["infinite metres", [Number.POSITIVE_INFINITY, 29], "EPSG:3857"],
    ["one number", [105], "EPSG:4490"],
  ])("%s is no place: null", (_, position, crs) => {
    expect(toDegrees(point(position), crs)).toBeNull();
  });

  it("no place, no coordinates: null", () => {
    expect(fromDegrees([190, 29], "EPSG:4544")).toBeNull();
    expect(fromDegrees([105, Number.NaN], "EPSG:3857")).toBeNull();
    expect(fromDegrees([105], "EPSG:4490")).toBeNull();
    expect(fromDegrees([105, 90], "EPSG:3857")).toBeNull();
  });
});

describe("the Gauss-Krueger zone of a longitude", () => {
  it.each([
    [105.951, 3, false, "EPSG:4544"],
    [105.951, 3, true, "EPSG:4523"],
    [105.951, 6, false, "EPSG:4507"],
    [105.951, 6, true, "EPSG:4496"],
    [73.5, 3, false, "EPSG:4534"],
    [136.4, 3, true, "EPSG:4533"],
    [72, 6, true, "EPSG:4491"],
    [137.9, 6, false, "EPSG:4512"],
  ] as const)("%d in %d degrees, prefixed %s: %s", (lon, width, prefixed, code) => {
    expect(zoneCodeAt(lon, width, prefixed)).toBe(code);
    const zone = gaussKrueger(code)!;
    expect(zone.width).toBe(width);
    expect(zone.zone !== null).toBe(prefixed);
    expect(Math.abs(zone.central_meridian - lon)).toBeLessThanOrEqual(width / 2);
  });

  it.each([
    [73.4, 3],
    [136.5, 3],
    [71.9, 6],
    [138, 6],
    [-105, 3],
    [Number.NaN, 6],
  ] as const)("%d in %d degrees is in none, rather than in a neighbour's code", (lon, width) => {
    expect(zoneCodeAt(lon, width, false)).toBeNull();
    expect(zoneCodeAt(lon, width, true)).toBeNull();
  });
});
