import { type Kind } from "../layer.ts";

/** 畜禽规模养殖污染防治条例 art. 11(3). */
export const residential: Kind = {
  kind: "residential",
  title: { zh: "城镇居民区等人口集中区域", en: "built-up residential area" },
  columns: {},
  paint: {
    color: "#A0522D",
    fill_opacity: 0.14,
    width: 1.5,
    dash: [2, 2],
    pattern: null,
    label: { zh: "name_zh", en: "name_en" },
  },
};
