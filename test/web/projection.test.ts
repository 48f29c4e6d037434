/** The preview's own projection against proj4: what is drawn must lie where the service will measure. */
import proj4 from "proj4";
import { describe, expect, it } from "vitest";
import { CRS_CODES, gaussKrueger, toDegrees } from "../../web/projection.ts";

function definition(crs: string): string {
  if (crs === "EPSG:3857") return "+proj=merc +a=6378137 +b=6378137 +units=m +nadgrids=@null +no_defs";
  const zone = gaussKrueger(crs)!;
  const x_0 = 500_000 + (zone.zone ?? 0) * 1_000_000;
  return `+proj=tmerc +lat_0=0 +lon_0=${zone.central_meridian} +k=1 +x_0=${x_0} +y_0=0 +a=6378137 +rf=298.257222101 +units=m +no_defs`;
}

describe("coordinates to degrees", () => {
  it("offers EPSG:4490, 4326, 3857 and 4491 to 4554, each once", () => {
    const wanted = ["EPSG:4490", "EPSG:4326", "EPSG:3857", ...Array.from({ length: 64 }, (_, i) => `EPSG:${4491 + i}`)];
    expect([...CRS_CODES].toSorted()).toEqual(wanted.toSorted());
  });

  it.each(CRS_CODES.filter((crs) => crs === "EPSG:3857" || gaussKrueger(crs)))("%s agrees with proj4 to 1e-9 degrees", (crs) => {
    const middle = gaussKrueger(crs)?.central_meridian ?? 105;
    for (const [lon, lat] of [
      [middle - 2.9, 18],
      [middle, 29.23],
      [middle + 1.4, 53.5],
    ] as const) {
      const { coordinates } = toDegrees(
        { type: "Point", coordinates: proj4("+proj=longlat +a=6378137 +rf=298.257222101 +no_defs", definition(crs), [lon, lat]) },
        crs,
      ) as { coordinates: number[] };
      expect(coordinates[0]).toBeCloseTo(lon, 9);
      // Web Mercator takes the latitude as it is.
      expect(coordinates[1]).toBeCloseTo(lat, 9);
    }
  });

  it("says that metres are no degrees", () => {
    expect(toDegrees({ type: "Point", coordinates: [398_000, 3_234_000] }, "EPSG:4490")).toBeNull();
  });
});
