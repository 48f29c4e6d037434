import { type Kind } from "../layer.ts";

/** 霍林郭勒 plan (22)-(23). */
export const grassland: Kind = {
  kind: "grassland",
  title: { zh: "草原", en: "grassland" },
  columns: {},
  paint: {
    color: "#6E8B2F",
    fill_opacity: 0.1,
    width: 1.5,
    dash: [10, 2],
    pattern: null,
    label: { zh: "name_zh", en: "name_en" },
  },
};
