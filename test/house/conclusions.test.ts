/** What a conclusion is, its order and what each effect concludes, is decided in `server/domain/conclude.ts`. Screens may name types of the
 *  service only, and whoever verifies an evidence pack has nothing of ours but its script: their own copies say the same. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { CONCLUSIONS, EFFECTS, weightOf } from "../../server/domain/conclude.ts";
import { CONCLUSIONS as SCREENS } from "../../web/conclusions.ts";
import { TONES } from "../../web/rule_marks.ts";

const script = readFileSync(join(import.meta.dirname, "..", "..", "server", "evidence", "verify.mjs"), "utf8");
const concluded = Object.fromEntries(EFFECTS.map((effect) => [effect, weightOf({ effect, status: "in_force" })]));

it("screens have the conclusions in the same order, and colour an effect as what it concludes", () => {
  expect(SCREENS).toEqual(CONCLUSIONS);
  expect(TONES).toEqual(concluded);
});

it("the script of the evidence pack has the same order and concludes the same of each effect", () => {
  const [, list] = /const CONCLUSIONS = (\[[^\]]+\]);/.exec(script)!;
  expect(JSON.parse(list!)).toEqual(CONCLUSIONS);
  const [, body] = /const FROM_EFFECT = \{([^}]+)\};/.exec(script)!;
  expect(Object.fromEntries([...body!.matchAll(/(\w+): "(\w+)"/g)].map(([, effect, to]) => [effect, to]))).toEqual(concluded);
});
