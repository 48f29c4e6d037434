/** Which reference systems a layer's coordinates may be in, and whether what the file declares holds by itself. */
import type { Bbox, Reason } from "../formats/detective.ts";
import { detect, type Candidate } from "../formats/detective.ts";
import type { LayerMeta } from "./reading.ts";

/** Reasons are messages, `import.crs.<code>`. */
export type CrsFound = {
  candidates: Candidate[];
  /** The file declares the first, and nothing contradicts it: no choice is needed. */
  certain: boolean;
  warnings: Reason[];
  /** Why nothing may be chosen (Xi'an 80, Beijing 54); null: one may. */
  refused: Reason | null;
};

export type Where = { district: { bbox: Bbox } | null; known: readonly Bbox[] };

export function findCrs({ sample, declared }: Pick<LayerMeta, "sample" | "declared">, { district, known }: Where): CrsFound {
  const { candidates, certain, warnings } = detect({ sample, declared, district, known });
  const refused = warnings.find(({ code }) => code === "datum_refused") ?? null;
  return { candidates, certain, warnings: warnings.filter((each) => each !== refused), refused };
}
