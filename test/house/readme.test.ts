/** What the READMEs say of the layers is what the declarations say. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { layerTable } from "../../server/layers/table.ts";
import { layers } from "../../server/layers/index.ts";
import { readCatalogue } from "../../server/service.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const catalogue = readCatalogue();

it.each([
  ["en", "README.md"],
  ["zh", "README.zh.md"],
] as const)("the table of layers in %s is printed from the declarations", (lang, file) => {
  expect(readFileSync(join(ROOT, file), "utf8"), "run: npm run shuijie -- layers").toContain(layerTable(lang));
});

it("every theme that is painted is a theme that rules may name, by the same match, and none else is of a layer", () => {
  const named = catalogue.themes.map(({ theme, layer, match }) => ({ theme, layer, match }));
  const painted = layers.flatMap(({ id, paint }) => paint.map(({ theme, match }) => ({ theme, layer: id, match })));
  const byTheme = (a: { theme: string }, b: { theme: string }) => (a.theme < b.theme ? -1 : 1);
  expect(named.toSorted(byTheme)).toEqual(painted.toSorted(byTheme));
});
