/** The layers, in drawing order, lowest first. */
import { jurisdiction } from "./jurisdiction.ts";
import type { Layer } from "./layer.ts";
import { protection_zone } from "./protection_zone.ts";

export const layers: readonly Layer[] = [jurisdiction, protection_zone];

export function layerOf(id: string): Layer | undefined {
  return layers.find((layer) => layer.id === id);
}
