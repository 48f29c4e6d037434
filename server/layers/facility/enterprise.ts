import { close_by, emits, industry_code, permit_no, pollutants, sewer_destination } from "./columns.ts";
import type { Kind } from "../layer.ts";
import { disc } from "./paint.ts";

export const enterprise: Kind = {
  kind: "enterprise",
  title: { zh: "工业企业", en: "enterprise" },
  columns: { industry_code, emits, sewer_destination, pollutants, permit_no, close_by },
  paint: disc("factory"),
};
