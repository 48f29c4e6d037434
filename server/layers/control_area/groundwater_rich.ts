import { type Kind } from "../layer.ts";

/** 库尔勒 plan §34. */
export const groundwater_rich: Kind = {
  kind: "groundwater_rich",
  title: { zh: "地下水富集区", en: "area rich in groundwater" },
  columns: {},
  paint: {
    color: "#4C6FA8",
    fill_opacity: 0.1,
    width: 1.5,
    dash: [3, 1],
    pattern: null,
    label: { zh: "name_zh", en: "name_en" },
  },
};
