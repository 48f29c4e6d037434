import { population, sewer_destination } from "./columns.ts";
import type { Kind } from "../layer.ts";
import { disc } from "./paint.ts";

export const dwelling: Kind = {
  kind: "dwelling",
  title: { zh: "居民点", en: "dwellings" },
  columns: { population, sewer_destination },
  paint: disc("house"),
};
