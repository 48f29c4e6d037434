import { water_source } from "./columns.ts";
import { type Kind } from "../layer.ts";

/** The water surface at its highest line. */
export const reservoir_area: Kind = {
  kind: "reservoir_area",
  title: { zh: "库区", en: "reservoir area" },
  columns: { water_source },
  paint: {
    color: "#2F7FC1",
    fill_opacity: 0.3,
    width: 1.5,
    dash: null,
    pattern: null,
    label: { zh: "name_zh", en: "name_en" },
  },
};
