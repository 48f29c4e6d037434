/** What a conclusion is, its order and what each effect concludes, is decided in `server/domain/conclude.ts`. Screens may name types of the
 *  service only, and whoever verifies an evidence pack has nothing of ours but its script: their own copies say the same. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { Outcome } from "../../server/api/checks.ts";
import { CONCLUSIONS, EFFECTS, speaks, weightOf } from "../../server/domain/conclude.ts";
import { CONCLUSIONS as SCREENS, outcomeKey, speaks as speaksOnScreen } from "../../web/conclusions.ts";
import { TONES } from "../../web/rule_marks.ts";

const script = readFileSync(join(import.meta.dirname, "..", "..", "server", "evidence", "verify.mjs"), "utf8");
const concluded = Object.fromEntries(EFFECTS.map((effect) => [effect, weightOf({ effect, status: "in_force" })]));

it("screens have the conclusions in the same order, and colour an effect as what it concludes", () => {
  expect(SCREENS).toEqual(CONCLUSIONS);
  expect(TONES).toEqual(concluded);
});

it("screens tell the same findings among those that count: all but what does not apply, and a silence that decides", () => {
  const outcomes: Outcome[] = ["triggered", "near", "touches", "cannot_tell", "no_data", "failed", "not_triggered"];
  for (const conclusion of CONCLUSIONS)
    for (const outcome of outcomes) {
      expect(speaksOnScreen({ outcome, conclusion })).toBe(speaks({ outcome, conclusion }));
      expect(outcomeKey({ outcome, conclusion }) === "outcome.not_triggered").toBe(!speaks({ outcome, conclusion }));
    }
  expect(speaks({ outcome: "not_triggered", conclusion: "clear" })).toBe(false);
  expect(speaks({ outcome: "not_triggered", conclusion: "undetermined" })).toBe(true);
});

it("the script of the evidence pack has the same order and concludes the same of each effect", () => {
  const [, list] = /const CONCLUSIONS = (\[[^\]]+\]);/.exec(script)!;
  expect(JSON.parse(list!)).toEqual(CONCLUSIONS);
  const [, body] = /const FROM_EFFECT = \{([^}]+)\};/.exec(script)!;
  expect(Object.fromEntries([...body!.matchAll(/(\w+): "(\w+)"/g)].map(([, effect, to]) => [effect, to]))).toEqual(concluded);
});
