/** GeoJSON that names its reference system itself (a `crs` member, of the 2008 edition). The upload door reads it; the forms
 *  do not. */

/** Deeper than this no geometry is taken. */
const DEEPEST = 20;

/** True where the GeoJSON, or one in it, has a `crs` member. What stands in properties is no member. */
export function hasCrsMember(given: unknown, depth = 0): boolean {
  if (typeof given !== "object" || given === null || depth > DEEPEST) return false;
  if (Array.isArray(given)) return given.some((each) => hasCrsMember(each, depth + 1));
  const { crs, features, geometry, geometries } = given as Record<string, unknown>;
  return (crs !== undefined && crs !== null) || [features, geometry, geometries].some((inner) => hasCrsMember(inner, depth + 1));
}

/** True where a position in the geometry is no longitude and latitude. */
export function hasOtherNumbers(geometry: unknown, depth = 0): boolean {
  if (typeof geometry !== "object" || geometry === null || depth > DEEPEST) return false;
  if (Array.isArray(geometry)) {
    const [x, y] = geometry as unknown[];
    if (typeof x === "number") return Math.abs(x) > 180 || (typeof y === "number" && Math.abs(y) > 90);
    return geometry.some((each) => hasOtherNumbers(each, depth + 1));
  }
  const { coordinates, geometries } = geometry as Record<string, unknown>;
  return hasOtherNumbers(coordinates, depth + 1) || hasOtherNumbers(geometries, depth + 1);
}
