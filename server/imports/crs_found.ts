/** Which reference system a layer's coordinates may be in, and whether what the file declares fits them. */
import type { ReadLayer } from "../formats/format.ts";
import type { CrsFound } from "./reading.ts";

export function crsOf(layer: ReadLayer): CrsFound {
  const { declared } = layer;
  const candidates = declared?.crs ? [{ crs: declared.crs, score: 1, reasons: [] }] : [];
  return { candidates, consistent: candidates.length > 0, refused: null };
}
