/** 报盘 TXT, the text of boundary points that Chinese land reviews take: X to the north, Y to the east, metres in a
 *  Gauss-Krueger zone, `点号,地块圈号,X,Y`, the first point repeated at the end of each ring. */
import type { Position } from "../../api/common.ts";
import { gaussKrueger } from "../crs.ts";
import { encoderOf } from "./encoding.ts";
import { inSystem, partsOf, signedArea, type Part } from "./system.ts";
import { textOf, type OutFeature, type OutLayer, type OutNote, type Writer } from "./writer.ts";

const KINDS: Record<Part["kind"], string> = { point: "点", line: "线", polygon: "面" };

export const baopan: Writer = {
  id: "baopan",
  ending: ".txt",
  encodings: ["gbk", "utf8"],
  notations: ["gk"],
  takes: (crs) => gaussKrueger(crs) !== undefined,
  usual: "metres",
  async write(layer, { crs, encoding, date, lang }) {
    const { features, notes } = inSystem(layer.features, crs);
    const zone = gaussKrueger(crs)!;
    const number = zone.width === 3 ? zone.central_meridian / 3 : (zone.central_meridian + 3) / 6;
    const lines = [
      "[属性描述]",
      "格式版本号=1.01版本",
      "数据产生单位=",
      `数据产生日期=${date}`,
      "坐标系=2000国家大地坐标系",
      `几度分带=${zone.width}`,
      "投影类型=高斯克吕格",
      "计量单位=米",
      `带号=${number}`,
      "精度=0.001",
      "转换参数=,,,,,,",
      "[地块坐标]",
    ];
    const changed = { signs: 0, empty: 0 };
    for (const [i, feature] of features.entries()) {
      const plots = plotsOf(feature);
      if (plots.length === 0) changed.empty += 1;
      for (const parts of plots) lines.push(...plotLines(layer, feature, i, parts, changed));
    }
    const encoder = encoderOf(encoding);
    // Files of this kind are made and read on Windows.
    const bytes = encoder.encode(`${lines.join("\r\n")}\r\n`);
    const left = layer.fields.filter(({ name }) => name !== layer.code && name !== layer.label).map(({ title }) => title[lang]);
    const more: OutNote[] = [
      { code: "area_from_points", params: { crs } },
      ...(left.length > 0
        ? [{ code: "attributes_left", params: { count: left.length, fields: left.join(lang === "zh" ? "、" : ", ") } }]
        : []),
      ...(changed.signs > 0 ? [{ code: "signs_widened", params: { count: changed.signs } }] : []),
      ...(changed.empty > 0 ? [{ code: "no_shape_left_out", params: { count: changed.empty } }] : []),
    ];
    return {
      bytes,
      filename: `${layer.name}.txt`,
      contentType: encoding === "gbk" ? "text/plain; charset=gb18030" : "text/plain; charset=utf-8",
      notes: [...notes, ...more, ...encoder.notes()],
    };
  },
};

/** One plot a feature, which has one kind of shape: a collection of several kinds is a plot for each. */
function plotsOf({ geometry }: OutFeature): Part[][] {
  if (geometry === null) return [];
  const parts = partsOf(geometry);
  return (["polygon", "line", "point"] as const)
    .map((kind) => parts.filter((part) => part.kind === kind))
    .filter((each) => each.length > 0);
}

function plotLines(
  layer: OutLayer,
  { properties }: OutFeature,
  row: number,
  parts: readonly Part[],
  changed: { signs: number },
): string[] {
  const text = (name: string) => {
    const whole = textOf(properties[name]);
    const safe = whole
      .replaceAll(/\s*[\r\n]+\s*/g, " ")
      .replaceAll(",", "，")
      .replaceAll("@", "＠");
    if (safe !== whole) changed.signs += 1;
    return safe;
  };
  const rings = parts.flatMap(({ lines }) => lines);
  const { kind } = parts[0]!;
  const square_metres = kind === "polygon" ? areaOf(parts) : null;
  const points = rings.flatMap((ring, i) => numbered(ring, i, kind, rings));
  const attributes = [
    String(points.length),
    square_metres === null ? "" : (square_metres / 10_000).toFixed(4),
    text(layer.code) || String(row + 1),
    text(layer.label),
    KINDS[kind],
    "",
    "",
    "",
  ];
  return [`${attributes.join(",")},@`, ...points];
}

/** Planar, of the points as they stand in the file: what a reviewer's program computes from it. */
function areaOf(parts: readonly Part[]): number {
  return parts.reduce(
    (sum, { lines }) => sum + lines.reduce((area, ring, i) => area + (i === 0 ? 1 : -1) * Math.abs(signedArea(ring)), 0),
    0,
  );
}

/** Numbers run on from ring to ring; the last point of a ring is its first. Rings are numbered through all parts: the outer one
 *  of the first part is 1. */
function numbered(ring: readonly Position[], i: number, kind: Part["kind"], rings: readonly Position[][]): string[] {
  const closing = kind === "polygon" ? 1 : 0;
  const before = rings.slice(0, i).reduce((sum, each) => sum + each.length - closing, 0);
  return ring.map(([x, y], k) => {
    const number = closing && k === ring.length - 1 ? 1 : k + 1;
    return `J${before + number},${i + 1},${y!.toFixed(3)},${x!.toFixed(3)}`;
  });
}
