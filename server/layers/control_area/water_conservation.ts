import { type Kind } from "../layer.ts";

/** 库尔勒 plan §14. */
export const water_conservation: Kind = {
  kind: "water_conservation",
  title: { zh: "水源涵养区", en: "water conservation area" },
  columns: {},
  paint: {
    color: "#3E7F5E",
    fill_opacity: 0.1,
    width: 1.5,
    dash: [4, 3],
    pattern: null,
    label: { zh: "name_zh", en: "name_en" },
  },
};
