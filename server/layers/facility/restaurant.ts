import { emits, seats, sewer_destination } from "./columns.ts";
import type { Kind } from "../layer.ts";
import { disc } from "./paint.ts";

export const restaurant: Kind = {
  kind: "restaurant",
  title: { zh: "餐饮、农家乐", en: "restaurant or farmstay" },
  columns: { seats, sewer_destination, emits },
  paint: disc("restaurant"),
};
