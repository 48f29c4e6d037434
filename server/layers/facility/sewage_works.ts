import { capacity_t_d, emits, receiving_water } from "./columns.ts";
import type { Kind } from "../layer.ts";
import { disc } from "./paint.ts";

export const sewage_works: Kind = {
  kind: "sewage_works",
  title: { zh: "污水处理厂", en: "sewage works" },
  columns: { capacity_t_d, receiving_water, emits },
  paint: disc("sewage"),
};
