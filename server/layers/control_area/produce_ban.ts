import { type Kind } from "../layer.ts";

/** 霍林郭勒 plan, 依法4. */
export const produce_ban: Kind = {
  kind: "produce_ban",
  title: { zh: "特定农畜产品禁止生产区", en: "area where listed produce may not be grown" },
  columns: {},
  paint: {
    color: "#94531F",
    fill_opacity: 0.1,
    width: 1.5,
    dash: [9, 2, 1, 2],
    pattern: null,
    label: { zh: "name_zh", en: "name_en" },
  },
};
