import { width_m, water_source } from "./columns.ts";
import { type Kind } from "../layer.ts";

/** 七星关 draft 二2: 300 m outside the highest water line. */
export const reservoir_belt: Kind = {
  kind: "reservoir_belt",
  title: { zh: "水库最高水位线外三百米范围", en: "300 m belt round a reservoir" },
  columns: { width_m, water_source },
  paint: {
    color: "#8D6E1F",
    fill_opacity: 0.16,
    width: 1.5,
    dash: [3, 2],
    pattern: "vertical-hatch",
    label: { zh: "name_zh", en: "name_en" },
  },
};
