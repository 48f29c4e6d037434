import { type Kind } from "../layer.ts";

/** 长江保护法 art. 26(2). */
export const shoreline_1km: Kind = {
  kind: "shoreline_1km",
  title: { zh: "长江干支流岸线一公里范围", en: "within 1 km of the Yangtze shoreline" },
  columns: {},
  paint: {
    color: "#7A3E9D",
    fill_opacity: 0.06,
    width: 1.5,
    dash: [8, 3],
    pattern: null,
    label: { zh: "name_zh", en: "name_en" },
  },
};
