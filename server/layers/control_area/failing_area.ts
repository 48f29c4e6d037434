import { column, type Kind } from "../layer.ts";

/** 桃山 plan §17. */
export const failing_area: Kind = {
  kind: "failing_area",
  title: { zh: "水质未达标区域", en: "area whose water fails its class" },
  columns: {
    target_class: column("目标类别", "Target class", "text", { told: true }),
    found_class: column("评价类别", "Class found", "text", { optional: true, told: true }),
    assessed_on: column("评价日期", "Assessed on", "date", { optional: true, told: true }),
  },
  paint: {
    color: "#A8552F",
    fill_opacity: 0.1,
    width: 1.5,
    dash: [3, 3],
    pattern: "dots",
    label: { zh: "name_zh", en: "name_en" },
  },
};
