import { type Kind } from "../layer.ts";

/** Plans of 桃山 §5 and 库尔勒 §15. */
export const built_up: Kind = {
  kind: "built_up",
  title: { zh: "城市建成区", en: "built-up area" },
  columns: {},
  paint: {
    color: "#8B7D6B",
    fill_opacity: 0.06,
    width: 1.5,
    dash: [6, 4],
    pattern: null,
    label: { zh: "name_zh", en: "name_en" },
  },
};
