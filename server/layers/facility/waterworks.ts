import { sewer_destination } from "./columns.ts";
import type { Kind } from "../layer.ts";
import { disc } from "./paint.ts";

export const waterworks: Kind = {
  kind: "waterworks",
  title: { zh: "供水厂、取水泵站", en: "waterworks" },
  columns: { sewer_destination },
  paint: disc("waterworks"),
};
