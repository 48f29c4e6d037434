/** Turning points as CSV (RFC 4180), UTF-8 with a byte-order mark or GBK. */
import { csvOf } from "../../table.ts";
import { encoderOf } from "./encoding.ts";
import { pointTable, takesPoints } from "./points.ts";
import type { Writer } from "./writer.ts";

export const csv: Writer = {
  id: "csv",
  ending: ".csv",
  encodings: ["utf8", "gbk"],
  notations: ["decimal", "dms", "gk"],
  takes: takesPoints,
  usual: "degrees",
  async write(layer, options) {
    const table = pointTable(layer, options);
    const encoder = encoderOf(options.encoding);
    const text = csvOf(table);
    const bytes = encoder.encode(options.encoding === "gbk" ? text.slice(1) : text);
    return {
      bytes,
      filename: `${layer.name}.csv`,
      contentType: options.encoding === "gbk" ? "text/csv; charset=gb18030" : "text/csv; charset=utf-8",
      notes: [...table.notes, ...encoder.notes()],
    };
  },
};
