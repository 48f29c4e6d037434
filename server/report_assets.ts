/** The files that reports are made with, from the packages that bring them: Noto Sans for Chinese (GB 18030-2005: 27,500
 *  characters of the basic plane) and for Japanese, which has 350 of extension B beside (OFL-1.1), and resvg (MPL-2.0). */
import { readFile } from "node:fs/promises";
import type { Assets } from "./reports/report.ts";

let loaded: Promise<Assets> | undefined;

/** Read once; throws when a package is not installed. */
export function reportAssets(): Promise<Assets> {
  return (loaded ??= load().catch((error: unknown) => {
    loaded = undefined;
    throw error;
  }));
}

async function load(): Promise<Assets> {
  const file = async (from: string, path: string) => new Uint8Array(await readFile(new URL(path, import.meta.resolve(from))));
  const [regular, bold, rare, rare_bold, resvg] = await Promise.all([
    file("@embedpdf/fonts-sc", "../fonts/NotoSansHans-Regular.otf"),
    file("@embedpdf/fonts-sc", "../fonts/NotoSansHans-Bold.otf"),
    file("@embedpdf/fonts-jp", "../fonts/NotoSansJP-Regular.otf"),
    file("@embedpdf/fonts-jp", "../fonts/NotoSansJP-Bold.otf"),
    file("@resvg/resvg-wasm", "./index_bg.wasm"),
  ]);
  return { fonts: { regular, bold, rare, rare_bold }, resvg };
}
