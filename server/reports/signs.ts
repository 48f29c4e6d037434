/** Single signs of a text: which of them no document may hold, and which a font can draw. */
import type { Font } from "fontkit";

const code = (sign: string) => `U+${sign.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`;

/** The text as it may stand in any document: control characters and halves of pairs are dropped; signs that turn the
 *  direction of what follows are shown as their code, so that a name cannot rewrite the line it stands in. */
export function shown(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cs}\ufffe\uffff]/gu, (sign) => (sign === "\n" || sign === "\t" ? sign : ""))
    .replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, (sign) => `[${code(sign)}]`);
}

/** A stretch of text that one font can draw. */
export type Stretch = { text: string; rare: boolean };

/** Cuts texts into what the usual font draws and what the one for rarer signs does. A sign that neither has is said as its
 *  code, `U+1F600`, never drawn as an empty box; marks that show nothing by themselves are left out. */
export function createSigns(usual: Font, rare: Font): (text: string) => Stretch[] {
  const known = new Map<string, Stretch>();
  const look = (sign: string): Stretch => {
    const point = sign.codePointAt(0)!;
    if (sign === "\n" || usual.hasGlyphForCodePoint(point)) return { text: sign, rare: false };
    if (rare.hasGlyphForCodePoint(point)) return { text: sign, rare: true };
    if (/[\p{Mn}\p{Cf}\p{Variation_Selector}]/u.test(sign)) return { text: "", rare: false };
    return { text: /\s/.test(sign) ? " " : code(sign), rare: false };
  };
  return (text) => {
    const stretches: Stretch[] = [];
    for (const sign of shown(text)) {
      let stretch = known.get(sign);
      if (!stretch) known.set(sign, (stretch = look(sign)));
      const last = stretches.at(-1);
      if (last?.rare === stretch.rare) last.text += stretch.text;
      else stretches.push({ ...stretch });
    }
    return stretches;
  };
}
