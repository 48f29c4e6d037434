import { type Kind } from "../layer.ts";

/** 库尔勒 plan §37. */
export const aquatic_germplasm: Kind = {
  kind: "aquatic_germplasm",
  title: { zh: "水产种质资源保护区", en: "aquatic germplasm reserve" },
  columns: {},
  paint: {
    color: "#1F7A70",
    fill_opacity: 0.1,
    width: 1.5,
    dash: [12, 3],
    pattern: null,
    label: { zh: "name_zh", en: "name_en" },
  },
};
