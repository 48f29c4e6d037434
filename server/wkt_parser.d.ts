/** The parts we use; the package has no types of its own. */
declare module "wkt-parser" {
  /** Parameters of well-known text 1 or 2; angles in radians. Throws on what it cannot parse. */
  export default function parse(wkt: string): unknown;
}
