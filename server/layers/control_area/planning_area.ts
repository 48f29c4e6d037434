import { type Kind } from "../layer.ts";

/** 库尔勒 plan §16. */
export const planning_area: Kind = {
  kind: "planning_area",
  title: { zh: "城市规划区", en: "urban planning area" },
  columns: {},
  paint: {
    color: "#7D7D7D",
    fill_opacity: 0.03,
    width: 1.5,
    dash: [10, 4],
    pattern: null,
    label: { zh: "name_zh", en: "name_en" },
  },
};
