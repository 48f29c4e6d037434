import { outfall_kind, permit_no, receiving_water } from "./columns.ts";
import type { Kind } from "../layer.ts";
import { disc } from "./paint.ts";

export const outfall: Kind = {
  kind: "outfall",
  title: { zh: "入河排污口", en: "sewage outfall" },
  columns: { outfall_kind, receiving_water, permit_no },
  paint: disc("outfall"),
};
