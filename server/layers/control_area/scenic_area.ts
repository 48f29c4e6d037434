import { type Kind } from "../layer.ts";

/** 畜禽规模养殖污染防治条例 art. 11(1). */
export const scenic_area: Kind = {
  kind: "scenic_area",
  title: { zh: "风景名胜区", en: "scenic area" },
  columns: {},
  paint: {
    color: "#2F8F6B",
    fill_opacity: 0.15,
    width: 1.5,
    dash: [5, 2],
    pattern: null,
    label: { zh: "name_zh", en: "name_en" },
  },
};
