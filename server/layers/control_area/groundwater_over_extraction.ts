import { type Kind } from "../layer.ts";

/** Plans of 库尔勒 §20 and 霍林郭勒 (11). */
export const groundwater_over_extraction: Kind = {
  kind: "groundwater_over_extraction",
  title: { zh: "地下水超采区", en: "groundwater over-extraction area" },
  columns: {},
  paint: {
    color: "#B5651D",
    fill_opacity: 0.16,
    width: 1.5,
    dash: [4, 2],
    pattern: "hatch-wide",
    label: { zh: "name_zh", en: "name_en" },
  },
};
