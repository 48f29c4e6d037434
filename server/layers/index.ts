/** The layers, in drawing order, lowest first. */
import { black_odor_water } from "./black_odor_water.ts";
import { control_area } from "./control_area/index.ts";
import { facility } from "./facility/index.ts";
import { industrial_park } from "./industrial_park.ts";
import { jurisdiction } from "./jurisdiction.ts";
import type { Layer } from "./layer.ts";
import { monitoring_section } from "./monitoring_section.ts";
import { no_farming_area } from "./no_farming_area.ts";
import { protection_zone } from "./protection_zone.ts";
import { reach } from "./reach.ts";
import { river } from "./river.ts";
import { water_source } from "./water_source.ts";

export const layers: readonly Layer[] = [
  jurisdiction,
  control_area,
  no_farming_area,
  industrial_park,
  protection_zone,
  river,
  reach,
  black_odor_water,
  water_source,
  monitoring_section,
  facility,
];

export function layerOf(id: string): Layer | undefined {
  return layers.find((layer) => layer.id === id);
}
