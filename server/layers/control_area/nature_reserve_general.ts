import { type Kind } from "../layer.ts";

/** 自然保护区条例 (2026), formerly experimental zone. */
export const nature_reserve_general: Kind = {
  kind: "nature_reserve_general",
  title: { zh: "自然保护区一般控制区", en: "nature reserve, general control area" },
  columns: {},
  paint: {
    color: "#1E6B3A",
    fill_opacity: 0.1,
    width: 1.5,
    dash: [4, 2],
    pattern: "hatch-wide",
    label: { zh: "name_zh", en: "name_en" },
  },
};
