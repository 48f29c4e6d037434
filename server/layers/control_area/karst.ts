import { type Kind } from "../layer.ts";

/** 《生态环境法典》 art. 286. */
export const karst: Kind = {
  kind: "karst",
  title: { zh: "泉域和岩溶强发育区", en: "spring domain and strong karst" },
  columns: {},
  paint: {
    color: "#7B6E64",
    fill_opacity: 0.12,
    width: 1.5,
    dash: [1, 3],
    pattern: "dots",
    label: { zh: "name_zh", en: "name_en" },
  },
};
