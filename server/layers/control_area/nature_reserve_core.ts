import { type Kind } from "../layer.ts";

/** 自然保护区条例 (2026), formerly core and buffer zones. */
export const nature_reserve_core: Kind = {
  kind: "nature_reserve_core",
  title: { zh: "自然保护区核心保护区", en: "nature reserve, core area" },
  columns: {},
  paint: {
    color: "#1E6B3A",
    fill_opacity: 0.2,
    width: 1.5,
    dash: [6, 2],
    pattern: "hatch-dense",
    label: { zh: "name_zh", en: "name_en" },
  },
};
