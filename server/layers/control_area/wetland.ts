import { type Kind } from "../layer.ts";

/** 桃山 plan §14, 库尔勒 plan §37, 霍林郭勒 plan (8). */
export const wetland: Kind = {
  kind: "wetland",
  title: { zh: "湿地", en: "wetland" },
  columns: {},
  paint: {
    color: "#2F8FA0",
    fill_opacity: 0.1,
    width: 1.5,
    dash: [7, 3],
    pattern: null,
    label: { zh: "name_zh", en: "name_en" },
  },
};
