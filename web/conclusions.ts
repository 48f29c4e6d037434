/** The eight conclusions, and which findings are told among those that count. */
import type { Conclusion, Finding } from "../server/api/checks.ts";

/** Worst first. */
export const CONCLUSIONS: readonly Conclusion[] = [
  "prohibited",
  "must_withdraw",
  "suspended",
  "undetermined",
  "restricted",
  "conditional",
  "notice",
  "clear",
];

/** All but what does not apply, and a silence on which the answer hangs. */
export const speaks = ({ outcome, conclusion }: Pick<Finding, "outcome" | "conclusion">) =>
  outcome !== "not_triggered" || conclusion !== "clear";

/** The key of the words for a finding's outcome; a silence that counts is not said to "not apply". */
export function outcomeKey(finding: Pick<Finding, "outcome" | "conclusion">): string {
  return finding.outcome === "not_triggered" && speaks(finding) ? "outcome.silent" : `outcome.${finding.outcome}`;
}
