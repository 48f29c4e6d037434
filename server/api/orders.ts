/** Wire types of `/api/orders`: 区域限批 and 暂停审批. Texts are in the language of `lang`. */
import type { OrderInForce } from "./checks.ts";

export type Order = OrderInForce & {
  /** GB/T 2260 code of the district under whose name it is filed. */
  jurisdiction: string;
  /** A feature by its code, or with `jurisdiction` the whole district of that GB/T 2260 code. */
  target: { layer: "control_area" | "industrial_park" | "jurisdiction"; code: string };
  released_by: string | null;
  confidence: string;
};
