import { capacity_t, emits, substance } from "./columns.ts";
import type { Kind } from "../layer.ts";
import { disc } from "./paint.ts";

export const chemical_store: Kind = {
  kind: "chemical_store",
  title: { zh: "危险化学品储存", en: "chemical store" },
  columns: { substance, capacity_t, emits },
  paint: disc("flask"),
};
