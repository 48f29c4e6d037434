/** The eight conclusions, worst first. */
import type { Conclusion } from "../server/api/checks.ts";

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
