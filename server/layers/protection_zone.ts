import type { Text } from "../api/common.ts";
import { column, defineLayer, type Paint } from "./layer.ts";

const LEVELS: Record<string, Text> = {
  first: { zh: "一级保护区", en: "first-level zone" },
  second: { zh: "二级保护区", en: "second-level zone" },
  quasi: { zh: "准保护区", en: "quasi-protection zone" },
  rural: { zh: "农村分散式水源保护范围", en: "rural source protection range" },
};

function paint(level: string, color: string, pattern: string | null, dash: number[] | null): Paint {
  return {
    theme: `protection_zone/${level}`,
    title: LEVELS[level]!,
    match: { level },
    color,
    fill_opacity: 0.22,
    width: 1.5,
    dash,
    pattern,
    label: { zh: "name_zh", en: "name_en" },
  };
}

/** Drinking-water source protection zones, as rings: a level never lies inside another of the same source.
 *  《生态环境法典》 art. 317 (zones and who approves them), HJ 338-2018 (how they are drawn). */
export const protection_zone = defineLayer({
  id: "protection_zone",
  title: { zh: "饮用水水源保护区", en: "Drinking-water protection zones" },
  description: {
    zh: "饮用水水源一级、二级、准保护区及农村水源保护范围。以批复边界为准；示例数据为示意。",
    en: "First-level, second-level, quasi and rural drinking-water protection zones. The approved boundary decides; sample data is schematic.",
  },
  geometry: "polygon",
  columns: {
    level: column("级别", "Level", "text", { tiled: true, values: LEVELS }),
    part: column("水域或陆域", "Water or land part", "text", {
      values: {
        water: { zh: "水域", en: "water part" },
        land: { zh: "陆域", en: "land part" },
        whole: { zh: "水域和陆域", en: "water and land" },
      },
    }),
    water_source: column("水源地", "Water source", "text", { refers: "water_source" }),
    wl_basis: column("水位依据", "Water-level basis", "text", {
      optional: true,
      values: {
        mean_annual: { zh: "多年平均水位", en: "mean annual level" },
        flood5: { zh: "5年一遇洪水", en: "5-year flood" },
        flood10: { zh: "10年一遇洪水", en: "10-year flood" },
        normal_pool: { zh: "正常水位", en: "normal pool" },
        bank_line: { zh: "岸线", en: "bank line" },
        other: { zh: "其他", en: "other" },
      },
    }),
    established: column("划定日期", "Established on", "date", { optional: true }),
  },
  minzoom: 6,
  maxzoom: 16,
  paint: [
    paint("rural", "#4E7D5B", null, [1, 2]),
    paint("quasi", "#C9A300", "dots", [4, 2]),
    paint("second", "#D9730D", "hatch-wide", null),
    paint("first", "#B4232A", "hatch-dense", null),
  ],
});
