import { type Kind } from "../layer.ts";

/** Spatial plan. */
export const permanent_basic_farmland: Kind = {
  kind: "permanent_basic_farmland",
  title: { zh: "永久基本农田", en: "permanent basic farmland" },
  columns: {},
  paint: {
    color: "#8FA32B",
    fill_opacity: 0.15,
    width: 1.5,
    dash: [3, 2],
    pattern: null,
    label: { zh: "name_zh", en: "name_en" },
  },
};
