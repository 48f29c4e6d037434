import { depth_m, permit_no, water_use, well_approved } from "./columns.ts";
import type { Kind } from "../layer.ts";
import { disc } from "./paint.ts";

export const well: Kind = {
  kind: "well",
  title: { zh: "自备水井", en: "well" },
  columns: { well_approved, water_use, depth_m, permit_no },
  paint: disc("well"),
};
