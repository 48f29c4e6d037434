/** Columns that every facility has, and those that several kinds share. Values are those of the vocabulary. */
import { column, type Column } from "../layer.ts";

const STATES = {
  operating: { zh: "在用", en: "operating" },
  closed: { zh: "已关闭", en: "closed" },
  planned: { zh: "拟建", en: "planned" },
};
const SEWERS = {
  municipal_network: { zh: "接入城镇污水管网", en: "municipal sewer" },
  outside_zone: { zh: "输送到保护区外处理", en: "treated outside the zone" },
  on_site_to_water: { zh: "就地处理后排入水体", en: "treated on site, to water" },
  on_site_to_land: { zh: "就地处理后还田或回用", en: "treated on site, reused on land" },
  untreated: { zh: "未处理", en: "untreated" },
  no_sewage: { zh: "无污水", en: "no sewage" },
};

/** Asked of every facility. */
export const common: Record<string, Column> = {
  activity: column("行业活动", "Activity", "text"),
  state: column("状态", "State", "text", { tiled: true, told: true, values: STATES }),
  opened: column("投产日期", "Opened on", "date", { optional: true, told: true }),
  closed: column("关闭日期", "Closed on", "date", { optional: true, told: true }),
};

export const emits: Column = column("排放的污染物", "Emits", "list", { optional: true });
export const sewer_destination: Column = column("污水去向", "Where the sewage goes", "text", { optional: true, values: SEWERS });
export const close_by: Column = column("关停或搬迁期限", "To close or move by", "date", { optional: true, told: true });
export const species: Column = column("畜种", "Species", "text", { optional: true });
export const annual_output: Column = column("年出栏（头、只）", "Annual output (head)", "integer", { optional: true });
export const stock: Column = column("存栏（头、只）", "Stock (head)", "integer", { optional: true });
export const manure_route: Column = column("粪污去向", "Where the manure goes", "text", { optional: true });
export const water_area_m2: Column = column("养殖水面", "Water farmed", "number", { optional: true, unit: "m²" });
export const outfall_kind: Column = column("排污口类型", "Kind of outfall", "text", { optional: true });
export const receiving_water: Column = column("受纳水体", "Receiving water", "text", { optional: true, refers: "river" });
export const permit_no: Column = column("许可或批准编号", "Permit number", "text", { optional: true });
export const industry_code: Column = column("行业代码", "Industry code", "text", { optional: true });
export const pollutants: Column = column("特征污染物", "Pollutants", "list", { optional: true });
export const seats: Column = column("餐位", "Seats", "integer", { optional: true });
export const cargo: Column = column("装卸货种", "Cargo", "list", { optional: true });
export const well_approved: Column = column("是否经批准", "Approved", "boolean", { optional: true });
export const water_use: Column = column("用水用途", "Use of the water", "text", { optional: true });
export const depth_m: Column = column("井深", "Depth", "number", { optional: true, unit: "m" });
export const substance: Column = column("储存物质", "Substance", "text", { optional: true });
export const capacity_t: Column = column("储存能力", "Capacity", "number", { optional: true, unit: "t" });
export const tank_type: Column = column("油罐类型", "Tank type", "text", { optional: true });
export const mineral: Column = column("矿种", "Mineral", "text", { optional: true });
export const capacity_t_d: Column = column("处理能力", "Treatment capacity", "number", { optional: true, unit: "t/d" });
export const waste_class: Column = column("废物类别", "Class of waste", "text", { optional: true });
export const medium: Column = column("输送介质", "Medium", "text", { optional: true });
export const runoff_collection: Column = column("桥面径流收集", "Deck runoff collected", "boolean", { optional: true });
export const population: Column = column("人口", "Residents", "integer", { optional: true });
export const area_mu: Column = column("面积", "Area", "number", { optional: true, unit: "亩" });
export const agrochemicals: Column = column("农药化肥", "Agrochemicals", "list", { optional: true });
export const toxicity_class: Column = column("农药毒性", "Toxicity of the pesticide", "text", { optional: true });
