import { column, defineLayer } from "./layer.ts";

/** Administrative divisions, GB/T 2260. The outline decides whose rules a site stands under. */
export const jurisdiction = defineLayer({
  id: "jurisdiction",
  title: { zh: "行政区", en: "Jurisdictions" },
  description: {
    zh: "行政区划（GB/T 2260 代码）。轮廓用于判断地块属于哪个行政区，示例轮廓仅为示意。",
    en: "Administrative divisions (GB/T 2260). Outlines tell which district a site lies in; the sample outline is schematic.",
  },
  geometry: "polygon",
  columns: {
    level: column("级别", "Level", "text", {
      tiled: true,
      values: {
        province: { zh: "省级", en: "province" },
        city: { zh: "地级", en: "prefecture" },
        county: { zh: "县级", en: "county" },
      },
    }),
    parent: column("上级行政区", "Parent", "text", { optional: true, refers: "jurisdiction" }),
  },
  minzoom: 0,
  maxzoom: 16,
  paint: [
    {
      theme: "jurisdiction",
      title: { zh: "行政区界", en: "Jurisdiction boundary" },
      match: {},
      color: "#5B6470",
      fill_opacity: 0.04,
      width: 1.5,
      dash: [6, 2, 1, 2],
      pattern: null,
      label: { zh: "name_zh", en: "name_en" },
    },
  ],
});
