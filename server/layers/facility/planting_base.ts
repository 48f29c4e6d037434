import { agrochemicals, area_mu, toxicity_class } from "./columns.ts";
import type { Kind } from "../layer.ts";
import { disc } from "./paint.ts";

export const planting_base: Kind = {
  kind: "planting_base",
  title: { zh: "种植基地", en: "planting base" },
  columns: { area_mu, agrochemicals, toxicity_class },
  paint: disc("leaf"),
};
