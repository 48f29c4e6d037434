import { annual_output, close_by, emits, manure_route, sewer_destination, species, stock } from "./columns.ts";
import type { Kind } from "../layer.ts";
import { disc } from "./paint.ts";

export const livestock_farm: Kind = {
  kind: "livestock_farm",
  title: { zh: "畜禽养殖场", en: "livestock farm" },
  columns: { species, annual_output, stock, manure_route, sewer_destination, emits, close_by },
  paint: disc("livestock"),
};
