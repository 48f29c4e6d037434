import { column, defineLayer } from "./layer.ts";

/** Black and odorous waters of the built-up area, with who answers for them and by when. */
export const black_odor_water = defineLayer({
  id: "black_odor_water",
  title: { zh: "黑臭水体", en: "Black-odorous waters" },
  description: {
    zh: "城市建成区黑臭水体及其整治期限、责任单位。示例线位仅为示意。",
    en: "Black-odorous waters of built-up areas, with deadline and responsible unit. Sample lines are schematic.",
  },
  geometry: "line",
  columns: {
    river: column("所属河流编码", "River code", "text", { optional: true, refers: "river" }),
    deadline: column("整治期限", "To be cured by", "date", { told: true }),
    state: column("整治状态", "State", "text", {
      tiled: true,
      told: true,
      values: {
        in_cure: { zh: "整治中", en: "under cure" },
        cured: { zh: "已消除", en: "cured" },
        unknown: { zh: "未掌握", en: "not known" },
      },
    }),
    responsible: column("责任单位", "Responsible", "text", { optional: true }),
  },
  minzoom: 9,
  maxzoom: 16,
  paint: [
    {
      theme: "black_odor_water",
      title: { zh: "黑臭水体", en: "black-odorous water" },
      match: {},
      color: "#3B2F2F",
      fill_opacity: 0,
      width: 3,
      dash: [1, 1],
      pattern: null,
      label: { zh: "name_zh", en: "name_en" },
    },
  ],
});
