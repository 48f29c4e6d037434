import { type Kind } from "../layer.ts";

/** 水法 arts 37-38, 河道管理条例 art. 20. */
export const river_management: Kind = {
  kind: "river_management",
  title: { zh: "河道管理范围", en: "river management range" },
  columns: {},
  paint: {
    color: "#2E86AB",
    fill_opacity: 0.0,
    width: 1.5,
    dash: [1, 2],
    pattern: null,
    label: { zh: "name_zh", en: "name_en" },
  },
};
