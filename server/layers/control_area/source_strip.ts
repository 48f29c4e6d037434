import { width_m, river, water_source } from "./columns.ts";
import { type Kind } from "../layer.ts";

/** 永川 plan 一4: 50-year flood line and 1 km inland, intake to 关门山水库. */
export const source_strip: Kind = {
  kind: "source_strip",
  title: { zh: "取水口沿岸一公里管控带", en: "1 km strip along the source reach" },
  columns: { width_m, river, water_source },
  paint: {
    color: "#8D6E1F",
    fill_opacity: 0.16,
    width: 1.5,
    dash: null,
    pattern: "vertical-hatch",
    label: { zh: "name_zh", en: "name_en" },
  },
};
