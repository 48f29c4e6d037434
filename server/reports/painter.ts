/** Drawings as pictures, without a browser and without any font of the machine: the signs come from the fonts given. */
import { initWasm, Resvg, type ResvgRenderOptions } from "@resvg/resvg-wasm";
import { create, type Font } from "fontkit";
import type { Assets } from "./report.ts";
import type { Drawing } from "./figure.ts";
import { createSigns, type Stretch } from "./signs.ts";

export type Painter = {
  /** PNG, that many pixels wide, on white. */
  png(svg: string, width_px: number): Uint8Array;
  /** The same drawing with every sign as an outline: it needs no font. */
  outlined(svg: string): string;
  signs(text: string): Stretch[];
};

let ready: Promise<void> | undefined;

export async function createPainter(assets: Assets): Promise<Painter> {
  await (ready ??= initWasm(assets.resvg));
  const { regular, bold, rare } = assets.fonts;
  const signs = createSigns(create(regular as Buffer) as Font, create(rare as Buffer) as Font);
  const family = (create(regular as Buffer) as Font).familyName;
  const options: ResvgRenderOptions = {
    background: "#fff",
    font: {
      fontBuffers: [regular, bold, rare],
      defaultFontFamily: family,
      sansSerifFamily: family,
      loadSystemFonts: false,
    } as never,
  };
  return {
    signs,
    png(svg, width_px) {
      const picture = new Resvg(svg, { ...options, fitTo: { mode: "width", value: width_px } });
      const rendered = picture.render();
      const bytes = rendered.asPng();
      rendered.free();
      picture.free();
      return bytes;
    },
    outlined(svg) {
      const picture = new Resvg(svg, { font: options.font } as ResvgRenderOptions);
      const text = picture.toString();
      picture.free();
      return text;
    },
  };
}

/** The drawing with signs that no font has said as their code. */
export function drawable(drawing: Drawing, signs: Painter["signs"]): Drawing {
  const said = (text: string) =>
    signs(text)
      .map((stretch) => stretch.text)
      .join("");
  return {
    ...drawing,
    labels: drawing.labels.map((label) => ({ ...label, text: said(label.text) })),
    legend: drawing.legend.map((row) => ({ ...row, title: said(row.title) })),
    notes: drawing.notes.map(said),
  };
}
