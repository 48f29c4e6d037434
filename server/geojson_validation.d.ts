/** The package ships no types; this is the part we use. */
declare module "geojson-validation" {
  /** With `true`, every fault as a sentence; empty when valid. */
  const gjv: { valid(object: unknown, trace: true): string[] };
  export default gjv;
}
