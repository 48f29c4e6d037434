import { column, defineLayer } from "./layer.ts";

/** Stretches of a river by chainage `[from_m, to_m)`, metres from the river's source as drawn. */
export const reach = defineLayer({
  id: "reach",
  title: { zh: "河段", en: "Reaches" },
  description: {
    zh: "河流按汇口、断面和行政区界切分的河段；里程自河线起点（源头）起算，单位米。",
    en: "Rivers cut at confluences, sections and district boundaries; chainage in metres from the start of the line (the source).",
  },
  geometry: "line",
  columns: {
    river: column("所属河流", "River", "text", { tiled: true, refers: "river" }),
    from_m: column("起点里程", "From chainage", "number", { unit: "m", tiled: true }),
    to_m: column("终点里程", "To chainage", "number", { unit: "m", tiled: true }),
    from_place: column("起点", "From", "text"),
    to_place: column("终点", "To", "text"),
  },
  minzoom: 9,
  maxzoom: 16,
  paint: [
    {
      theme: "reach",
      title: { zh: "河段", en: "reach" },
      match: {},
      color: "#2F7FC1",
      fill_opacity: 0,
      width: 1.5,
      dash: [5, 1],
      pattern: null,
      label: null,
    },
  ],
});
