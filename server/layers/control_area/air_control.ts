import { column, type Kind } from "../layer.ts";

const LIMITS = {
  high_pollution_fuel: { zh: "禁燃高污染燃料", en: "no high-pollution fuel" },
  off_road_machinery: { zh: "禁用高排放非道路机械", en: "no high-emission off-road machinery" },
  diesel_truck: { zh: "限行老旧柴油货车", en: "old diesel trucks limited" },
  fireworks: { zh: "禁限放烟花爆竹", en: "fireworks banned or limited" },
  straw_burning: { zh: "禁烧秸秆", en: "no straw burning" },
};

/** 霍林郭勒 plan (6), (7), 科学1: one feature for each thing that is limited. */
export const air_control: Kind = {
  kind: "air_control",
  title: { zh: "大气污染防治管控区", en: "air pollution control area" },
  columns: {
    air_limit: column("管控内容", "What is limited", "text", { told: true, values: LIMITS }),
  },
  paint: {
    color: "#75707F",
    fill_opacity: 0.1,
    width: 1.5,
    dash: [3, 4],
    pattern: null,
    label: { zh: "name_zh", en: "name_en" },
  },
};
