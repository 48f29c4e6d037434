/** Well-known text, one geometry or several, with the `SRID=` of PostGIS in front or not. */
import { wktToGeoJSON } from "betterknown";
import type { Geometry } from "../api/common.ts";
import { declaredByName } from "./crs.ts";
import { FormatError, type Format, type FormatNote, type InputFile, type ReadLayer, type ReadOptions } from "./format.ts";
import { budgetOf, readLayer, type Budget, type Row } from "./geometry.ts";
import { decodeText, peekText } from "./text.ts";

const START =
  /^\s*(SRID=\d+\s*;)?\s*(POINT|LINESTRING|POLYGON|MULTIPOINT|MULTILINESTRING|MULTIPOLYGON|GEOMETRYCOLLECTION)\s*(Z|M|ZM)?\s*(\(|EMPTY)/i;
const EACH =
  /^(?=\s*(?:SRID=\d+\s*;)?\s*(?:MULTI)?(?:POINT|LINESTRING|POLYGON|GEOMETRYCOLLECTION)\s*(?:Z|M|ZM)?\s*(?:\(|EMPTY))/im;

export const wkt: Format = {
  id: "wkt",
  endings: [".wkt", ".txt"],
  sniff: (files) => (files.some(isWkt) ? 0.9 : 0),
  read: async (files, options, limits) => {
    const budget = budgetOf(limits);
    return files.filter(isWkt).map((file) => readOne(file, options, budget));
  },
};

function isWkt({ bytes }: InputFile): boolean {
  return START.test(peekText(bytes) ?? "");
}

function readOne(file: InputFile, options: ReadOptions, budget: Budget): ReadLayer {
  const { text, encoding } = decodeText(file.bytes, options.encoding);
  const texts = text.split(new RegExp(EACH, "gim")).filter((each) => each.trim() !== "");
  if (texts.length > budget.limits.features) throw new FormatError("too_many_features", { max: budget.limits.features });
  const srids = new Set(texts.map((each) => /^\s*SRID=(\d+)/i.exec(each)?.[1] ?? ""));
  const faults: FormatNote[] = [];
  if (srids.size > 1) throw new FormatError("several_crs", { names: [...srids].map((each) => each || "-").join(", ") });
  const rows: Row[] = [];
  for (const [i, each] of texts.entries()) {
    const parsed = parseWkt(each.replace(/^\s*SRID=\d+\s*;/i, "").replace(/[;,\s]+$/, ""));
    if (parsed) rows.push({ row: i + 1, geometry: () => parsed, properties: {} });
    else faults.push({ code: "wkt_broken", params: { text: each.trim().slice(0, 60) }, row: i + 1, position: null });
  }
  const [srid] = srids;
  return readLayer(
    {
      name: file.name.replace(/\.\w+$/, ""),
      rows,
      faults,
      declared: srid ? declaredByName(`EPSG:${srid}`, "SRID") : null,
      encoding,
      expected: texts.length,
    },
    budget,
  );
}

/** Null where it is no well-known text. */
export function parseWkt(text: string): Geometry | null {
  try {
    return wktToGeoJSON(text.replace(/\s+/g, " ").trim()) as Geometry | null;
  } catch {
    return null;
  }
}
