/** Words of findings that people read: no name that only the program knows. */
import { expect, it } from "vitest";
import { layers } from "../../server/layers/index.ts";
import { columnsOf } from "../../server/layers/layer.ts";
import { LANGS } from "../../server/messages.ts";
import { sayReason } from "../../server/words.ts";
import { catalogue } from "../support/real_judging.ts";

it("what a feature lacks is called as its layer's column is, in both languages", () => {
  const lacks = (lang: "zh" | "en", name: string, layer: string | null) =>
    sayReason(lang, { code: "missing_feature_attribute", name }, catalogue, layer).text;
  expect(lacks("zh", "established", "protection_zone")).toBe("要素缺少属性“划定日期”");
  expect(lacks("en", "park_kind", "industrial_park")).toBe('the feature lacks the attribute "Kind of park"');
  for (const layer of layers)
    for (const [name, { title }] of Object.entries(columnsOf(layer)))
      for (const lang of LANGS) expect(lacks(lang, name, layer.id)).toContain(title[lang]);
});
