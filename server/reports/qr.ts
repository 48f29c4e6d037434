/** A square that a telephone reads as an address, drawn as one path. */
import { create } from "qrcode";
import { html, type Markup } from "./markup.ts";

/** Free modules about it, as the standard asks (GB/T 18284-2000, ISO/IEC 18004). */
const QUIET = 4;

/** One <svg> without a size of its own; `address` is ASCII. */
export function drawQr(address: string): Markup {
  const { size, data } = create(address, { errorCorrectionLevel: "M" }).modules;
  const whole = size + 2 * QUIET;
  let d = "";
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++) {
      let width = 0;
      while (x + width < size && data[y * size + x + width]) width++;
      if (width > 0) d += `M${x + QUIET} ${y + QUIET}h${width}v1h-${width}z`;
      x += width;
    }
  return html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${whole} ${whole}" aria-hidden="true">
    <rect width="${whole}" height="${whole}" fill="#fff" />
    <path d="${d}" fill="#000" shape-rendering="crispEdges" />
  </svg>`;
}
