import { column, defineLayer } from "./layer.ts";

/** Drinking-water sources and their intakes. */
export const water_source = defineLayer({
  id: "water_source",
  title: { zh: "饮用水水源地", en: "Drinking-water sources" },
  description: {
    zh: "饮用水水源地及取水口。示例位置均为示意；真实取水口坐标不公开。",
    en: "Drinking-water sources and intakes. Sample positions are schematic; true intakes are not public.",
  },
  geometry: "point",
  columns: {
    part: column("水源地或取水口", "Source or intake", "text", {
      tiled: true,
      values: { source: { zh: "水源地", en: "source" }, intake: { zh: "取水口", en: "intake" } },
    }),
    water_body: column("水源类型", "Kind of water", "text", {
      values: {
        river: { zh: "河流型", en: "river" },
        reservoir: { zh: "水库型", en: "reservoir" },
        lake: { zh: "湖泊型", en: "lake" },
        groundwater: { zh: "地下水型", en: "groundwater" },
      },
    }),
    scale: column("供水范围", "Serves", "text", {
      values: {
        urban: { zh: "城市", en: "city" },
        township: { zh: "乡镇", en: "township" },
        rural: { zh: "农村", en: "villages" },
        backup: { zh: "备用", en: "backup" },
      },
    }),
    state: column("状态", "State", "text", {
      values: {
        in_use: { zh: "在用", en: "in use" },
        planned: { zh: "规划", en: "planned" },
        to_be_replaced: { zh: "待置换", en: "to be replaced" },
      },
    }),
    waterworks: column("供水厂", "Waterworks", "text", { optional: true, refers: "facility" }),
    source_code: column("所属水源地编码", "Code of its source", "text", { optional: true, refers: "water_source" }),
    zoned: column("是否已划定保护区", "Zones drawn", "boolean", { optional: true }),
  },
  minzoom: 7,
  maxzoom: 16,
  paint: (["source", "intake"] as const).map((part) => ({
    theme: `water_source/${part}`,
    title: part === "source" ? { zh: "水源地", en: "drinking-water source" } : { zh: "取水口", en: "intake" },
    match: { part },
    color: "#0B63CE",
    fill_opacity: 0,
    width: 1,
    dash: null,
    pattern: null,
    label: part === "source" ? { zh: "name_zh", en: "name_en" } : null,
    icon: part,
    ...(part === "intake" ? { minzoom: 11 } : {}),
  })),
});
