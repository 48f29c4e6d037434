import { type Kind } from "../layer.ts";

/** 桃山 plan §1; 库尔勒 plan §20 (land subsidence and ground fissures). */
export const geological_hazard: Kind = {
  kind: "geological_hazard",
  title: { zh: "地质灾害易发区（含地面沉降、地裂缝）", en: "area prone to geological hazards" },
  columns: {},
  paint: {
    color: "#9C6B30",
    fill_opacity: 0.1,
    width: 1.5,
    dash: [7, 2],
    pattern: null,
    label: { zh: "name_zh", en: "name_en" },
  },
};
