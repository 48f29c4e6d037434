/** How claims of coverage are drawn, on the map and in its legend: told apart by hatch and outline, never by colour alone. */
import type { LegendEntry } from "../server/api/collections.ts";
import type { CoverageArea } from "../server/api/coverage.ts";

export const LOOKS = ["loaded", "stale", "declared_none", "not_loaded"] as const;
export type Look = (typeof LOOKS)[number];

type Paint = Pick<LegendEntry, "color" | "outline" | "dash" | "pattern">;

export const COVERAGE_PAINT: Readonly<Record<Look, Paint>> = {
  loaded: { color: "#2E7D32", outline: "#1B5E20", dash: null, pattern: "dots" },
  stale: { color: "#B26A00", outline: "#8F4A08", dash: [6, 2, 1, 2], pattern: "vertical-hatch" },
  declared_none: { color: "#0B63CE", outline: "#08488F", dash: [1, 1.5], pattern: "thin-grid" },
  not_loaded: { color: "#5B6470", outline: "#3D454E", dash: [4, 3], pattern: "cross-hatch" },
};

/** What nobody looked at for years is not drawn like what is fresh, whether loaded or declared. */
export function lookOf({ state, stale }: Pick<CoverageArea, "state" | "stale">): Look {
  return stale ? "stale" : state;
}
