import { type Kind } from "../layer.ts";

/** 库尔勒 plan §20. */
export const groundwater_no_extraction: Kind = {
  kind: "groundwater_no_extraction",
  title: { zh: "地下水禁采区", en: "groundwater no-extraction area" },
  columns: {},
  paint: {
    color: "#8C3B0C",
    fill_opacity: 0.18,
    width: 1.5,
    dash: null,
    pattern: "cross-hatch",
    label: { zh: "name_zh", en: "name_en" },
  },
};
