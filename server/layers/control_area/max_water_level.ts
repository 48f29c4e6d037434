import { type Kind } from "../layer.ts";

/** 《生态环境法典》 art. 164(2). */
export const max_water_level: Kind = {
  kind: "max_water_level",
  title: { zh: "最高水位线以下滩地和岸坡", en: "flats and banks below the highest water level" },
  columns: {},
  paint: {
    color: "#3D8FA8",
    fill_opacity: 0.12,
    width: 1.5,
    dash: [2, 2],
    pattern: null,
    label: { zh: "name_zh", en: "name_en" },
  },
};
