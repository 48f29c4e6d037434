import { tank_type } from "./columns.ts";
import type { Kind } from "../layer.ts";
import { disc } from "./paint.ts";

export const petrol_station: Kind = {
  kind: "petrol_station",
  title: { zh: "加油站", en: "petrol station" },
  columns: { tank_type },
  paint: disc("pump"),
};
