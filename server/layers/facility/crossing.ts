import { medium, runoff_collection } from "./columns.ts";
import type { Kind } from "../layer.ts";
import { disc } from "./paint.ts";

export const crossing: Kind = {
  kind: "crossing",
  title: { zh: "道路、管道穿越", en: "road or pipeline crossing" },
  columns: { medium, runoff_collection },
  paint: disc("bridge"),
};
