import type { Kind } from "../layer.ts";

/** A grey disc with the kind's pictogram; the ring is the sweep's (red confirmed, amber suspected). */
export function disc(icon: string): Kind["paint"] {
  return {
    color: "#5F6B76",
    fill_opacity: 0,
    width: 1,
    dash: null,
    pattern: null,
    label: { zh: "name_zh", en: "name_en" },
    icon,
    // Farther out they would hide what they stand in.
    minzoom: 11,
  };
}
