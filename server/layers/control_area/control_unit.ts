import { type Kind } from "../layer.ts";

/** 《生态环境法典》 arts 66-67. */
export const control_unit: Kind = {
  kind: "control_unit",
  title: { zh: "生态环境管控单元", en: "eco-environmental control unit" },
  columns: {},
  paint: {
    color: "#6B7A3A",
    fill_opacity: 0.06,
    width: 1.5,
    dash: [6, 3],
    pattern: null,
    label: { zh: "name_zh", en: "name_en" },
  },
};
