import { type Kind } from "../layer.ts";

/** 霍林郭勒 plan, 依法4. */
export const polluted_farmland: Kind = {
  kind: "polluted_farmland",
  title: { zh: "重度污染耕地", en: "heavily polluted farmland" },
  columns: {},
  paint: {
    color: "#8A4B2D",
    fill_opacity: 0.1,
    width: 1.5,
    dash: [7, 2, 2, 2],
    pattern: null,
    label: { zh: "name_zh", en: "name_en" },
  },
};
