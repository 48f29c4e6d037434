import type { Kind } from "../layer.ts";
import { disc } from "./paint.ts";

export const tourism_site: Kind = {
  kind: "tourism_site",
  title: { zh: "旅游点", en: "tourism site" },
  columns: {},
  paint: disc("tent"),
};
