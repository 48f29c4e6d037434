import { type Kind } from "../layer.ts";

/** 库尔勒 plan §20. */
export const groundwater_limited: Kind = {
  kind: "groundwater_limited",
  title: { zh: "地下水限采区", en: "groundwater limited-extraction area" },
  columns: {},
  paint: {
    color: "#C98A4B",
    fill_opacity: 0.14,
    width: 1.5,
    dash: [4, 2],
    pattern: null,
    label: { zh: "name_zh", en: "name_en" },
  },
};
