/** How a rule is marked: the colour of its effect, the sign of its standing. */
import type { Confidence } from "../server/api/catalogue.ts";
import type { Conclusion, Effect, InstrumentStatus, Rank } from "../server/api/checks.ts";

/** The conclusion that a triggered rule of the effect gives. */
export const TONES: Record<Effect, Conclusion> = {
  prohibit: "prohibited",
  gate: "prohibited",
  allowlist: "prohibited",
  remove: "must_withdraw",
  relocate: "must_withdraw",
  suspend: "suspended",
  review: "undetermined",
  restrict: "restricted",
  no_increase: "restricted",
  replace: "restricted",
  replace_reduce: "restricted",
  condition: "conditional",
  approval: "conditional",
  duty: "notice",
};

export const EFFECTS = Object.keys(TONES) as Effect[];
export const STATUSES: readonly InstrumentStatus[] = ["in_force", "horizon_passed", "draft", "unverified", "repealed"];

/** Highest first. */
export const RANKS: readonly Rank[] = [
  "law",
  "administrative_regulation",
  "department_rule",
  "normative_document",
  "standard",
  "work_plan",
];

export const STATUS_SIGNS = {
  in_force: "check",
  draft: "edit",
  repealed: "close",
  horizon_passed: "clock",
  unverified: "help",
} as const satisfies Record<InstrumentStatus, string>;

export const CONFIDENCE_SIGNS = { verified: "check", memory: "warning", local_choice: "flag" } as const satisfies Record<
  Confidence,
  string
>;

/** True where the rule's own effect enters a conclusion; otherwise it is human review at most, or nothing. */
export function isLive(status: InstrumentStatus): boolean {
  return status === "in_force";
}
