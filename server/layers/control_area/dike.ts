import { type Kind } from "../layer.ts";

/** 河道管理条例 art. 24(2). */
export const dike: Kind = {
  kind: "dike",
  title: { zh: "堤防和护堤地", en: "dike and dike land" },
  columns: {},
  paint: {
    color: "#6D5A43",
    fill_opacity: 0.15,
    width: 1.5,
    dash: null,
    pattern: null,
    label: { zh: "name_zh", en: "name_en" },
  },
};
