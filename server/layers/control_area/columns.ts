/** Columns that several kinds of control area share. */
import { column, type Column } from "../layer.ts";

export const width_m: Column = column("宽度", "Width", "number", { optional: true, unit: "m", told: true });
export const river: Column = column("所在河流编码", "River code", "text", { optional: true, refers: "river" });
export const water_source: Column = column("水源地", "Water source", "text", { optional: true, refers: "water_source" });
