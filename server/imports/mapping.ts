/** Fields of a file to columns of a layer, by name and synonym, and their values to the column's type. Pure. Nothing is
 *  guessed: what does not fit is left as it stands, and validation says so. */
import type { FaultSpec } from "../problem.ts";
import { type Column, columnsOf, type Layer } from "../layers/layer.ts";
import { isDay } from "../layers/validate.ts";

/** What files call the columns that many layers have, besides the column's own names. */
const SYNONYMS: Record<string, string[]> = {
  code: ["编号", "代码", "标识码", "要素代码", "唯一编码", "地块编号", "BSM", "DM", "BH", "ID_CODE"],
  name_zh: [
    "名称",
    "中文名称",
    "要素名称",
    "保护区名称",
    "企业名称",
    "单位名称",
    "设施名称",
    "地块名称",
    "MC",
    "NAME",
    "NAME_CN",
  ],
  name_en: ["英文名", "NAME_ENG", "ENGLISH_NAME"],
  aliases: ["曾用名", "又名"],
  valid_from: ["生效日期", "起始日期", "启用日期"],
  valid_to: ["失效日期", "终止日期"],
  accuracy_m: ["精度", "定位精度"],
  source: ["数据来源"],
  approval_no: ["批复文号", "文号", "PFWH"],
  approval_body: ["批复机关", "审批机关", "批准单位"],
  approval_date: ["批复日期", "批复时间", "批准时间"],
  competent_jurisdiction: ["行政区划代码", "行政区代码", "所属区县代码", "XZQDM"],
  level: ["保护区级别", "保护级别", "等级", "JB"],
  part: ["水陆域", "水域陆域"],
  water_source: ["水源地名称", "饮用水水源地", "水源名称", "所属水源地"],
  established: ["划定时间"],
  kind: ["类型", "种类", "LX"],
  activity: ["行业", "行业类别", "经营活动"],
  state: ["运行状态", "现状"],
  species: ["养殖种类", "畜禽种类"],
  annual_output: ["年出栏", "年出栏数"],
  stock: ["存栏", "存栏量"],
  river: ["所在河流", "河流名称"],
};

const plain = (text: string) => text.toLowerCase().replace(/[\s_\-－—.:：]|[（(][^）)]*[）)]/g, "");

/** Column -> field. A field serves one column; the column's own name wins over its titles, those over synonyms. dBASE cuts
 *  names to ten bytes: a field that fills them may be the beginning of a name. */
export function suggestMapping(layer: Layer, fields: readonly string[]): Record<string, string> {
  const mapping: Record<string, string> = {};
  const free = new Set(fields);
  const columns = Object.entries(columnsOf(layer));
  const take = (matches: (name: string, column: Column, field: string) => boolean) => {
    for (const [name, column] of columns) {
      if (name in mapping) continue;
      const field = [...free].find((each) => matches(name, column, each));
      if (field === undefined) continue;
      mapping[name] = field;
      free.delete(field);
    }
  };
  take((name, _column, field) => plain(field) === plain(name));
  take((_name, { title }, field) => plain(field) === plain(title.zh) || plain(field) === plain(title.en));
  take((name, _column, field) => (SYNONYMS[name] ?? []).some((synonym) => plain(synonym) === plain(field)));
  take((name, _column, field) => field.length === 10 && name.length > 10 && name.startsWith(field.toLowerCase()));
  return mapping;
}

/** That the file has no such field, which a request names at `pointer`. */
export function noField(pointer: string, field: string, fields: readonly string[]): FaultSpec {
  const params = { name: field.slice(0, 80), known: fields.join(", ").slice(0, 400) };
  return { pointer, key: "upload.fault.no_field", params };
}

/** A value of a file as the column wants it: numbers and dates out of text, coded values by their words in either
 *  language, lists out of separated text. Empty text is absence (null); what cannot be read so is returned as it is. */
export function coerce(column: Column, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  const text = typeof value === "string" ? value.trim() : value;
  if (text === "") return null;
  if (column.values) {
    const wanted = String(text).toLowerCase();
    const found = Object.entries(column.values).find(
      ([code, { zh, en }]) =>
        [code, zh, en.toLowerCase()].includes(wanted) || (zh.endsWith("保护区") && zh.slice(0, -3) === wanted),
    );
    return found ? found[0] : text;
  }
  switch (column.type) {
    case "text":
      return String(text);
    case "number":
      return numberOf(text);
    case "integer":
      return numberOf(text);
    case "boolean":
      return booleanOf(text);
    case "date":
      return dayOf(text);
    case "list":
      return Array.isArray(text) ? text : listOf(String(text));
  }
}

function numberOf(value: unknown): unknown {
  if (typeof value !== "string") return value;
  const digits = /^[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?(e[+-]?\d+)?$/i.test(value)
    ? Number(value.replaceAll(",", ""))
    : Number.NaN;
  return Number.isFinite(digits) ? digits : value;
}

function booleanOf(value: unknown): unknown {
  if (value === 1 || value === 0) return value === 1;
  if (typeof value !== "string") return value;
  if (["是", "有", "true", "t", "yes", "y", "1"].includes(value.toLowerCase())) return true;
  return ["否", "无", "false", "f", "no", "n", "0"].includes(value.toLowerCase()) ? false : value;
}

function dayOf(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString().slice(0, 10);
  const text = String(value);
  const [, y, m, d] =
    /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T ]00:00.*)?$/.exec(text) ?? /^(\d{4})(\d{2})(\d{2})$/.exec(text) ?? [];
  const day = y ? `${y}-${m!.padStart(2, "0")}-${d!.padStart(2, "0")}` : "";
  return isDay(day) ? day : value;
}

function listOf(text: string): string[] {
  if (text.startsWith("["))
    try {
      const list: unknown = JSON.parse(text);
      if (Array.isArray(list)) return list.map(String);
    } catch {
      // plain text that happens to begin so
    }
  return text
    .split(/[;；、|]|,(?!\d)|，/)
    .map((each) => each.trim())
    .filter((each) => each !== "");
}
