/** Turning points as a workbook (.xlsx). */
import { xlsxOf } from "../../workbook.ts";
import { pointTable, takesPoints } from "./points.ts";
import type { Writer } from "./writer.ts";

const XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

export const xlsx: Writer = {
  id: "xlsx",
  ending: ".xlsx",
  encodings: ["utf8"],
  notations: ["decimal", "dms", "gk"],
  takes: takesPoints,
  usual: "degrees",
  async write(layer, options) {
    const table = pointTable(layer, options);
    const bytes = await xlsxOf(table, layer.title[options.lang], table.title);
    return { bytes, filename: `${layer.name}.xlsx`, contentType: XLSX_TYPE, notes: table.notes };
  },
};
