import { type Kind } from "../layer.ts";

/** 城市蓝线管理办法. */
export const blue_line: Kind = {
  kind: "blue_line",
  title: { zh: "城市蓝线", en: "urban blue line" },
  columns: {},
  paint: {
    color: "#0B63CE",
    fill_opacity: 0.08,
    width: 1.5,
    dash: [5, 3],
    pattern: null,
    label: { zh: "name_zh", en: "name_en" },
  },
};
