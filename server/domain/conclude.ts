/** From findings and themes to the one answer of a check. Pure. The order is worst first and fixed; what is unknown
 *  ranks as its own effect would, but never above `undetermined`; and clear needs proof. */
import type { Conclusion, Effect, Outcome, Standing } from "../api/checks.ts";
import type { Judged, JudgedTheme } from "./judge.ts";
import { JURISDICTION } from "./judge.ts";

/** Worst first. `web/` and the script of the evidence pack, which may import nothing of ours, repeat it: test/house/conclusions. */
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

const FROM_EFFECT: Record<Effect, Conclusion> = {
  prohibit: "prohibited",
  gate: "prohibited",
  allowlist: "prohibited",
  remove: "must_withdraw",
  relocate: "must_withdraw",
  suspend: "suspended",
  review: "undetermined",
  restrict: "restricted",
  no_increase: "restricted",
  replace_reduce: "restricted",
  replace: "restricted",
  condition: "conditional",
  approval: "conditional",
  duty: "notice",
};

/** Every effect a rule may have, worst first: of two that conclude alike, the stricter. */
export const EFFECTS = Object.keys(FROM_EFFECT) as [Effect, ...Effect[]];

const UNKNOWN: readonly Outcome[] = ["touches", "cannot_tell", "no_data", "failed"];
const INCOMPLETE: readonly Outcome[] = ["cannot_tell", "no_data", "failed"];

/** The worse of two. */
export function worse(a: Conclusion, b: Conclusion): Conclusion {
  return CONCLUSIONS.indexOf(a) <= CONCLUSIONS.indexOf(b) ? a : b;
}

/** The milder of two. */
export function milder(a: Conclusion, b: Conclusion): Conclusion {
  return worse(a, b) === a ? b : a;
}

/** What a rule's effect would conclude were it triggered: a draft never ranks; a plan past its horizon and an
 *  instrument whose standing is unverified rank as `review` at most. */
export function weightOf({ effect, status }: Pick<Judged, "effect" | "status">): Conclusion {
  if (status === "draft" || status === "repealed") return "clear";
  const own = FROM_EFFECT[effect];
  return status === "horizon_passed" || status === "unverified" ? milder(own, "undetermined") : own;
}

/** A rule is silent on the action and nothing else answers: «not covered» is never «allowed». */
function isUnanswered({ reasons }: Pick<Judged, "reasons">): boolean {
  return reasons.some(({ code }) => code === "unanswered");
}

type Concluding = Pick<Judged, "effect" | "status" | "outcome" | "reasons">;

/** What one finding contributes by itself. */
export function contribution(finding: Concluding): Conclusion {
  const weight = weightOf(finding);
  if (finding.outcome === "not_triggered") return isUnanswered(finding) ? milder(weight, "undetermined") : "clear";
  if (finding.outcome === "triggered") return weight;
  if (finding.outcome === "near") return weight === "clear" ? "clear" : "notice";
  return milder(weight, "undetermined");
}

/** Whether a finding is told among those that count: all but what does not apply, and a silence on which the answer hangs.
 *  `web/` has its own: test/house/conclusions. */
export function speaks({ outcome, conclusion }: { outcome: Outcome; conclusion: Conclusion }): boolean {
  return outcome !== "not_triggered" || conclusion !== "clear";
}

/** What a theme contributes besides its rules. An asked theme without proof is never clear, and a site in, at or near
 *  a feature is at least a notice, unless the theme restricts nothing by itself (a district, a park, a river). */
export function themeContribution(theme: Pick<ConcludedTheme, "status" | "covered" | "plain">): Conclusion {
  if (theme.status === "not_asked") return "clear";
  if (!theme.covered || theme.status === "no_data" || theme.status === "failed") return "undetermined";
  if (theme.plain || theme.status === "clear") return "clear";
  return "notice";
}

export type ConcludedTheme = Pick<JudgedTheme, "status" | "covered" | "basis"> & { theme: string; plain: boolean };

/** What `conclude` reads of the themes of a judgement. */
export function concludedThemes(themes: readonly JudgedTheme[]): ConcludedTheme[] {
  return themes.map(({ spec, status, covered, basis }) => ({
    theme: spec.theme,
    plain: spec.plain === true,
    status,
    covered,
    basis,
  }));
}

export type Answer = { standing: Standing; conclusion: Conclusion; known: Conclusion; possible: Conclusion; complete: boolean };

/** The conclusion, what of it is certain (`known`), and the worst that any unknown could turn into (`possible`).
 *  In `screening` nothing milder than `undetermined` is said: a computed boundary cannot prove that nothing worse
 *  lies elsewhere, and were only `clear` lifted, adding a finding could improve the answer. */
export function conclude(findings: readonly Concluding[], themes: readonly ConcludedTheme[]): Answer {
  const standing = standingOf(themes);
  const asked = themes.filter((theme) => theme.status !== "not_asked");
  const unproven = (theme: (typeof asked)[number]) => themeContribution(theme) === "undetermined";
  let known: Conclusion = "clear";
  let conclusion: Conclusion = standing === "screening" ? "undetermined" : "clear";
  let possible: Conclusion = conclusion;
  let complete = true;
  for (const finding of findings) {
    const own = contribution(finding);
    conclusion = worse(conclusion, own);
    if (UNKNOWN.includes(finding.outcome) || isUnanswered(finding)) possible = worse(possible, weightOf(finding));
    else known = worse(known, own);
    if (INCOMPLETE.includes(finding.outcome) && weightOf(finding) !== "clear") complete = false;
  }
  for (const theme of asked) {
    conclusion = worse(conclusion, themeContribution(theme));
    if (unproven(theme)) {
      complete = false;
      // Without a known district, any local rule may be waiting.
      if (theme.theme === JURISDICTION) possible = "prohibited";
    } else if (theme.status !== "cannot_tell") known = worse(known, themeContribution(theme));
    if (theme.status === "cannot_tell" && !theme.plain) complete = false;
  }
  return { standing, conclusion, known, possible: worse(possible, conclusion), complete };
}

/** `demonstration` when any asked theme is schematic, `screening` when any is computed, `formal` when all are approved.
 *  A theme with no data has no basis and decides nothing here; when none has one, nothing formal can be said. */
export function standingOf(themes: readonly Pick<JudgedTheme, "status" | "basis">[]): Standing {
  const bases = themes.filter((theme) => theme.status !== "not_asked" && theme.basis !== null).map((theme) => theme.basis);
  if (bases.includes("schematic")) return "demonstration";
  if (bases.includes("computed_default") || bases.length === 0) return "screening";
  return "formal";
}
