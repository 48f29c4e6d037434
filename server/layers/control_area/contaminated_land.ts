import { type Kind } from "../layer.ts";

/** 霍林郭勒 plan, 依法4. */
export const contaminated_land: Kind = {
  kind: "contaminated_land",
  title: { zh: "污染地块、暂不开发地块", en: "contaminated or withheld land" },
  columns: {},
  paint: {
    color: "#7A4A5C",
    fill_opacity: 0.1,
    width: 1.5,
    dash: [4, 1],
    pattern: null,
    label: { zh: "name_zh", en: "name_en" },
  },
};
