/** What findings say of a theme taken together: how much of it the site takes. Pure. */
import type { Finding } from "../server/api/checks.ts";

type Taking = Pick<Finding, "feature" | "overlap_m2" | "overlap_length_m">;

/** Square metres and metres of all features, each counted once however many provisions speak of it; never more than the
 *  site has, where its features lie over each other. */
export function takenOf(
  findings: readonly Taking[],
  site: { area_m2: number | null; length_m: number | null },
): { area_m2: number; length_m: number } {
  const features = new Map(findings.map((finding) => [finding.feature, finding]));
  const sum = (of: (finding: Taking) => number | null) => [...features.values()].reduce((all, one) => all + (of(one) ?? 0), 0);
  return {
    area_m2: Math.min(
      sum(({ overlap_m2 }) => overlap_m2),
      site.area_m2 ?? Infinity,
    ),
    length_m: Math.min(
      sum(({ overlap_length_m }) => overlap_length_m),
      site.length_m ?? Infinity,
    ),
  };
}
