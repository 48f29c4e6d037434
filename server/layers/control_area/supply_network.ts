import { type Kind } from "../layer.ts";

/** Plans of 桃山 §1 and 永川 二2. */
export const supply_network: Kind = {
  kind: "supply_network",
  title: { zh: "公共供水管网覆盖范围", en: "area of the public water supply network" },
  columns: {},
  paint: {
    color: "#4A7FB0",
    fill_opacity: 0.05,
    width: 1.5,
    dash: [2, 4],
    pattern: null,
    label: { zh: "name_zh", en: "name_en" },
  },
};
