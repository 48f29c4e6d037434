import { type Kind } from "../layer.ts";

/** 库尔勒 plan §14: where major projects belong. */
export const key_development: Kind = {
  kind: "key_development",
  title: { zh: "重点开发区", en: "key development area" },
  columns: {},
  paint: {
    color: "#6B6B7B",
    fill_opacity: 0.1,
    width: 1.5,
    dash: [2, 1],
    pattern: null,
    label: { zh: "name_zh", en: "name_en" },
  },
};
