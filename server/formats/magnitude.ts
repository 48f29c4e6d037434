/** What the size of a number says of it, in China: northings are 1.8 to 6.0 million metres, eastings carry a zone (25 to 45, or 13
 *  to 23) or lie within 500 km of 500,000; latitudes end at 54 degrees, longitudes begin at 73. */

/** Whether `a` is the northing or latitude and `b` the easting or longitude. False also where nothing can be told. */
export function isNorthing(a: number, b: number): boolean {
  if (Math.abs(a) <= 180 && Math.abs(b) <= 180) return a >= 0 && a <= 56 && b >= 70 && b <= 140;
  return a >= 1_800_000 && a <= 6_000_000 && ((b > 0 && b < 1_000_000) || zonePrefix(b) !== null);
}

/** The zone in front of an easting of eight digits; the ranges of 3-degree and 6-degree zones are disjoint. Null: none. */
export function zonePrefix(easting: number): { zone: number; width: 3 | 6 } | null {
  const zone = Math.floor(easting / 1_000_000);
  if (zone >= 25 && zone <= 45) return { zone, width: 3 };
  return zone >= 13 && zone <= 23 ? { zone, width: 6 } : null;
}
