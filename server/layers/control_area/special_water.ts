import { type Kind } from "../layer.ts";

/** 《生态环境法典》 arts 328-329. */
export const special_water: Kind = {
  kind: "special_water",
  title: { zh: "特殊保护水体", en: "specially protected water" },
  columns: {},
  paint: {
    color: "#17808C",
    fill_opacity: 0.1,
    width: 1.5,
    dash: [4, 2],
    pattern: null,
    label: { zh: "name_zh", en: "name_en" },
  },
};
