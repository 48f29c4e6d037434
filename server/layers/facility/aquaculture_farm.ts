import { close_by, emits, water_area_m2 } from "./columns.ts";
import type { Kind } from "../layer.ts";
import { disc } from "./paint.ts";

export const aquaculture_farm: Kind = {
  kind: "aquaculture_farm",
  title: { zh: "水产养殖场", en: "aquaculture farm" },
  columns: { water_area_m2, emits, close_by },
  paint: disc("fish"),
};
