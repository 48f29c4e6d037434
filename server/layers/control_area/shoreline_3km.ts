import { type Kind } from "../layer.ts";

/** 长江保护法 art. 26(3). */
export const shoreline_3km: Kind = {
  kind: "shoreline_3km",
  title: { zh: "长江干流岸线三公里范围", en: "within 3 km of the Yangtze main stem shoreline" },
  columns: {},
  paint: {
    color: "#7A3E9D",
    fill_opacity: 0.04,
    width: 1.5,
    dash: [8, 3, 2, 3],
    pattern: null,
    label: { zh: "name_zh", en: "name_en" },
  },
};
