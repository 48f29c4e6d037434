import { type Kind } from "../layer.ts";

/** 桃山 plan §6, 库尔勒 plan §7. */
export const backyard_farming: Kind = {
  kind: "backyard_farming",
  title: { zh: "畜禽散养密集区", en: "area dense with backyard livestock" },
  columns: {},
  paint: {
    color: "#7D6A2E",
    fill_opacity: 0.1,
    width: 1.5,
    dash: [9, 3],
    pattern: null,
    label: { zh: "name_zh", en: "name_en" },
  },
};
