import { type Kind } from "../layer.ts";

/** 《生态环境法典》 art. 60(2), 自然资发〔2022〕142号. */
export const eco_red_line: Kind = {
  kind: "eco_red_line",
  title: { zh: "生态保护红线", en: "ecological red line" },
  columns: {},
  paint: {
    color: "#C2185B",
    fill_opacity: 0.0,
    width: 1.5,
    dash: [8, 3, 1, 3],
    pattern: null,
    label: { zh: "name_zh", en: "name_en" },
  },
};
