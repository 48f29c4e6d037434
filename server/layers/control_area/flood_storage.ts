import { type Kind } from "../layer.ts";

/** 防洪法 art. 33. */
export const flood_storage: Kind = {
  kind: "flood_storage",
  title: { zh: "蓄滞洪区和洪泛区", en: "flood storage and flood plain" },
  columns: {},
  paint: {
    color: "#4F86C6",
    fill_opacity: 0.1,
    width: 1.5,
    dash: [6, 2],
    pattern: null,
    label: { zh: "name_zh", en: "name_en" },
  },
};
