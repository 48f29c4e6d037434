import { column, defineLayer } from "./layer.ts";

const CLASSES = Object.fromEntries(
  [
    ["I", "Ⅰ类"],
    ["II", "Ⅱ类"],
    ["III", "Ⅲ类"],
    ["IV", "Ⅳ类"],
    ["V", "Ⅴ类"],
  ].map(([value, zh]) => [value, { zh: zh!, en: `class ${value}` }]),
);

/** Surface-water monitoring sections with their target class by year (GB 3838-2002 classes). */
export const monitoring_section = defineLayer({
  id: "monitoring_section",
  title: { zh: "监测断面", en: "Monitoring sections" },
  description: {
    zh: "地表水监测断面及其分年水质目标。示例断面位置仅为示意，自拟断面名称中注明“示例”。",
    en: "Surface-water monitoring sections and their target class by year. Sample positions are schematic; invented sections say so in their names.",
  },
  geometry: "point",
  columns: {
    river: column("所在河流", "River", "text", { refers: "river" }),
    chainage_m: column("里程", "Chainage", "number", { optional: true, unit: "m" }),
    grade: column("断面级别", "Grade", "text", {
      values: {
        plan: { zh: "方案点名", en: "named by a plan" },
        national: { zh: "国控", en: "national" },
        station: { zh: "水文站", en: "gauging station" },
        sample: { zh: "示例", en: "invented sample" },
      },
    }),
    water_body_type: column("水体类型", "Water body", "text", {
      values: { river: { zh: "河流", en: "river" }, lake: { zh: "湖库", en: "lake or reservoir" } },
    }),
    target_class: column("最终目标类别", "Final target class", "text", { optional: true, tiled: true, values: CLASSES }),
    /** `yyyy:class`, from that year on. */
    targets: column("分年目标（年份:类别）", "Targets by year (year:class)", "list"),
    target_source: column("目标出处", "Source of the targets", "text", { optional: true }),
    basins: column("所属流域", "Basins", "list"),
  },
  minzoom: 7,
  maxzoom: 16,
  paint: [
    {
      theme: "monitoring_section",
      title: { zh: "监测断面", en: "monitoring section" },
      match: {},
      color: "#1F5F95",
      fill_opacity: 0,
      width: 1,
      dash: null,
      pattern: null,
      label: { zh: "name_zh", en: "name_en" },
      icon: "section",
      written: "target_class",
    },
  ],
});
