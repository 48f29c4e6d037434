import { column, defineLayer } from "./layer.ts";

const DONE = { done: { zh: "已建成", en: "done" }, unfinished: { zh: "未建成", en: "unfinished" } };

/** Industrial parks and clusters. What a park still owes decides whether projects in it are approved
 *  (《生态环境法典》 art. 298(2); plans of 永川 and 库尔勒). A finished work begins a new version of the park. */
export const industrial_park = defineLayer({
  id: "industrial_park",
  title: { zh: "工业园区", en: "Industrial parks" },
  description: {
    zh: "工业园区、工业集聚区，及其污水集中处理设施和在线监控的期限与建成情况。示例范围仅为示意。",
    en: "Industrial parks and clusters, with the deadlines and state of central treatment and online monitoring. Sample outlines are schematic.",
  },
  geometry: "polygon",
  columns: {
    park_kind: column("园区类型", "Kind of park", "text", {
      values: {
        industrial: { zh: "工业园区", en: "industrial" },
        food: { zh: "食品园区", en: "food industry" },
        comprehensive: { zh: "综合园区", en: "comprehensive" },
        cluster: { zh: "工业集聚区", en: "industrial cluster" },
      },
    }),
    central_treatment: column("污水集中处理设施", "Central treatment", "text", { optional: true, values: DONE, told: true }),
    central_treatment_deadline: column("集中处理设施期限", "Central treatment due", "date", { optional: true, told: true }),
    central_treatment_completed: column("集中处理设施建成日期", "Central treatment done on", "date", {
      optional: true,
      told: true,
    }),
    online_monitoring: column("在线监控", "Online monitoring", "text", { optional: true, values: DONE, told: true }),
    online_monitoring_deadline: column("在线监控期限", "Online monitoring due", "date", { optional: true, told: true }),
    online_monitoring_completed: column("在线监控建成日期", "Online monitoring done on", "date", { optional: true, told: true }),
  },
  minzoom: 7,
  maxzoom: 16,
  paint: [
    {
      theme: "industrial_park",
      title: { zh: "工业园区", en: "industrial park" },
      match: {},
      color: "#5B6470",
      fill_opacity: 0.2,
      width: 1.5,
      dash: null,
      pattern: "thin-grid",
      label: { zh: "name_zh", en: "name_en" },
    },
  ],
});
