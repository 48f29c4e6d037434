import { type Kind } from "../layer.ts";

/** 河道管理条例 art. 26. */
export const dike_protection: Kind = {
  kind: "dike_protection",
  title: { zh: "堤防安全保护区", en: "dike safety protection area" },
  columns: {},
  paint: {
    color: "#6D5A43",
    fill_opacity: 0.08,
    width: 1.5,
    dash: [3, 2],
    pattern: null,
    label: { zh: "name_zh", en: "name_en" },
  },
};
