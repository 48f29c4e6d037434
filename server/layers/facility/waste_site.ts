import { emits, waste_class } from "./columns.ts";
import type { Kind } from "../layer.ts";
import { disc } from "./paint.ts";

export const waste_site: Kind = {
  kind: "waste_site",
  title: { zh: "固体废物场所", en: "waste site" },
  columns: { waste_class, emits },
  paint: disc("waste"),
};
