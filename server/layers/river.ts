import { column, defineLayer } from "./layer.ts";

/** Rivers and streams, drawn source to mouth. The code is the stable id that chainage and reaches hang on. */
export const river = defineLayer({
  id: "river",
  title: { zh: "河流", en: "Rivers" },
  description: {
    zh: "河流中心线，按源头到河口方向绘制。示例河线的可信度逐条注明，手绘者仅为示意。",
    en: "River centre lines, drawn from source to mouth. Each sample line names its confidence; hand-drawn ones are schematic.",
  },
  geometry: "line",
  columns: {
    stream_order: column("级别（1为干流）", "Order (1 is the main stem)", "integer", { tiled: true }),
    flows_into: column("汇入", "Flows into", "text", { optional: true, refers: "river" }),
    basin: column("流域", "Basin", "text", { optional: true }),
    length_published_km: column("公布长度", "Published length", "text", { optional: true, unit: "km" }),
    catchment_km2: column("集水面积", "Catchment", "text", { optional: true, unit: "km²" }),
    note: column("说明", "Note", "text", { optional: true }),
  },
  minzoom: 5,
  maxzoom: 16,
  paint: [
    {
      theme: "river",
      title: { zh: "河流", en: "river" },
      match: {},
      color: "#2F7FC1",
      fill_opacity: 0,
      width: 3,
      dash: null,
      pattern: null,
      label: { zh: "name_zh", en: "name_en" },
      thinned_by: "stream_order",
      arrows: true,
    },
  ],
});
