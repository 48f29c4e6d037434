/** Which findings on a facility that stands are clues to a violation (疑似问题线索): a machine suspects, an officer confirms.
 *  Pure. */
import type { Effect, Outcome } from "../api/checks.ts";
import { weightOf } from "./conclude.ts";
import { STANDING } from "./facility.ts";
import { inForce, type Judged } from "./judge.ts";
import type { Catalogue } from "./rule.ts";

/** Effects that a facility which stands can stand against. */
const AGAINST: readonly Effect[] = ["prohibit", "allowlist", "gate", "remove", "relocate"];
/** What was seen, or could not be excluded, at a named place. Where data is missing nothing is suspected of one facility:
 *  that is said of the sweep. */
const SEEN: readonly Outcome[] = ["triggered", "cannot_tell", "touches"];

export type Clue = {
  finding: Judged;
  /** The rule certainly applies and the facility certainly lies there; otherwise one of them could not be told. */
  certain: boolean;
};

/** One clue for each rule and feature, the certain one where there are two. A draft suspects nobody. */
export function cluesOf(findings: readonly Judged[]): Clue[] {
  const clues = new Map<string, Clue>();
  for (const finding of findings) {
    if (!AGAINST.includes(finding.effect) || !SEEN.includes(finding.outcome) || weightOf(finding) === "clear") continue;
    if (finding.feature === null && finding.relation === null) continue;
    const key = `${finding.rule.id}/${finding.layer}/${finding.feature?.code}`;
    const certain = finding.outcome === "triggered";
    if (!clues.get(key)?.certain) clues.set(key, { finding, certain });
  }
  return [...clues.values()];
}

/** Themes that a rule of the day reads which can suspect a facility that stands: of the others no clue is missed. */
export function suspectingThemes({ rules, instruments }: Pick<Catalogue, "rules" | "instruments">, asOf: string): Set<string> {
  const instrumentOf = new Map(instruments.map((each) => [each.id, each]));
  const suspecting = rules.filter((rule) => {
    const instrument = instrumentOf.get(rule.instrument)!;
    return (
      AGAINST.includes(rule.effect) &&
      rule.who.actions.some((action) => STANDING.includes(action)) &&
      inForce(rule, instrument, asOf) &&
      weightOf({ effect: rule.effect, status: instrument.status }) !== "clear"
    );
  });
  return new Set(suspecting.flatMap(({ where }) => where.theme ?? []));
}
