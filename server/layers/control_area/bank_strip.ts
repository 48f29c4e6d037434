import { width_m, river } from "./columns.ts";
import { type Kind } from "../layer.ts";

/** Strips of the plans whose width an operator has drawn. */
export const bank_strip: Kind = {
  kind: "bank_strip",
  title: { zh: "沿岸管控带", en: "riverside control strip of a plan" },
  columns: { width_m, river },
  paint: {
    color: "#8D6E1F",
    fill_opacity: 0.12,
    width: 1.5,
    dash: [4, 2],
    pattern: "vertical-hatch",
    label: { zh: "name_zh", en: "name_en" },
  },
};
