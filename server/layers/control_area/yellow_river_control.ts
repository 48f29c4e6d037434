import { type Kind } from "../layer.ts";

/** 黄河保护法 art. 26. */
export const yellow_river_control: Kind = {
  kind: "yellow_river_control",
  title: { zh: "黄河岸线管控范围", en: "Yellow River shoreline control range" },
  columns: {},
  paint: {
    color: "#9D7A3E",
    fill_opacity: 0.06,
    width: 1.5,
    dash: [8, 3],
    pattern: null,
    label: { zh: "name_zh", en: "name_en" },
  },
};
