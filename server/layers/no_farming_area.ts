import { column, defineLayer, type Paint } from "./layer.ts";

const KINDS = {
  ban: { zh: "禁养区", en: "farming ban zone" },
  limited: { zh: "限养区", en: "limited-farming zone" },
  suitable: { zh: "适养区", en: "suitable zone" },
};
const SUBJECTS = { livestock: { zh: "畜禽", en: "livestock" }, aquaculture: { zh: "水产", en: "aquaculture" } };

/** Farms and fish share colours and hatches: their outlines differ. */
const DASHES: Record<keyof typeof SUBJECTS, Record<keyof typeof KINDS, number[] | null>> = {
  livestock: { ban: null, limited: null, suitable: [2, 3] },
  aquaculture: { ban: [5, 2], limited: [5, 2], suitable: [5, 2, 1, 2] },
};

function paint(kind: keyof typeof KINDS, subject: keyof typeof SUBJECTS, color: string, pattern: string | null): Paint {
  return {
    theme: `no_farming_area/${subject === "livestock" ? kind : `aquaculture_${kind}`}`,
    title: { zh: `${SUBJECTS[subject].zh}${KINDS[kind].zh}`, en: `${SUBJECTS[subject].en}: ${KINDS[kind].en}` },
    match: { kind, subject },
    color,
    fill_opacity: kind === "suitable" ? 0.06 : 0.18,
    width: 1.5,
    dash: DASHES[subject][kind],
    pattern,
    label: { zh: "name_zh", en: "name_en" },
  };
}

/** Where livestock or fish may not, or only under limits, be farmed. 《畜禽规模养殖污染防治条例》 art. 11, 《畜牧法》 arts 39-40. */
export const no_farming_area = defineLayer({
  id: "no_farming_area",
  title: { zh: "禁养限养区", en: "No-farming areas" },
  description: {
    zh: "畜禽、水产的禁养区、限养区和适养区。“禁养”指规模养殖，不是所有畜禽。",
    en: "Ban, limited and suitable zones for livestock and aquaculture. A ban concerns farms at scale, not every animal.",
  },
  geometry: "polygon",
  columns: {
    kind: column("类别", "Kind", "text", { tiled: true, values: KINDS }),
    subject: column("对象", "Concerns", "text", { tiled: true, values: SUBJECTS }),
    clear_by: column("清退期限", "To be cleared by", "date", { optional: true, told: true }),
  },
  minzoom: 7,
  maxzoom: 16,
  paint: [
    paint("suitable", "aquaculture", "#7FA65A", null),
    paint("suitable", "livestock", "#7FA65A", null),
    paint("limited", "aquaculture", "#B79BD1", null),
    paint("limited", "livestock", "#B79BD1", null),
    paint("ban", "aquaculture", "#7B4EA3", "cross-hatch"),
    paint("ban", "livestock", "#7B4EA3", "cross-hatch"),
  ],
});
