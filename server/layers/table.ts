/** The layers as a Markdown table, for the README: printed by `npm run shuijie -- layers`, and held to it by a test. */
import type { Lang } from "../api/common.ts";
import { layers } from "./index.ts";
import type { Layer } from "./layer.ts";

const HEADS: Record<Lang, string[]> = {
  zh: ["图层", "内容", "专题", "几何"],
  en: ["layer", "what", "themes", "geometry"],
};
const GEOMETRY: Record<Layer["geometry"], Record<Lang, string>> = {
  point: { zh: "点", en: "point" },
  line: { zh: "线", en: "line" },
  polygon: { zh: "面", en: "polygon" },
};

/** One row a layer, in drawing order, with its themes. */
export function layerTable(lang: Lang): string {
  const row = (cells: string[]) => `| ${cells.join(" | ")} |`;
  const themes = (layer: Layer) =>
    layer.paint.length === 1 ? "" : layer.paint.map(({ title }) => title[lang]).join(lang === "zh" ? "、" : ", ");
  return [
    row(HEADS[lang]),
    row(HEADS[lang].map(() => "---")),
    ...layers.map((layer) => row([`\`${layer.id}\``, layer.title[lang], themes(layer), GEOMETRY[layer.geometry][lang]])),
  ].join("\n");
}
