/** What changed from one answer to the next: for a user who moves a vertex or mends an attribute and wants to see what
 *  that did. Findings are the same when rule and feature are. */
import type { Check, Conclusion, Finding, ThemeStatus } from "../server/api/checks.ts";
import { speaks } from "./conclusions.ts";

/** Measures nearer than this are the same: the tenth of a figure's last shown digit. */
const SAME = 0.005;
const SAME_SHARE = 0.0005;

export type FindingChange = { kind: "new" } | { kind: "changed"; before: Finding };

export type Difference = {
  /** Null where it stayed. */
  conclusion: { before: Conclusion; after: Conclusion } | null;
  possible: { before: Conclusion; after: Conclusion } | null;
  known: { before: Conclusion; after: Conclusion } | null;
  complete: { before: boolean; after: boolean } | null;
  /** By finding id of the newer answer; findings that are alike are not in it. */
  findings: ReadonlyMap<string, FindingChange>;
  /** Findings of the older answer that are gone, worst first as they stood. */
  gone: Finding[];
  /** By theme: its status before, where that differs. */
  themes: ReadonlyMap<string, ThemeStatus>;
};

export function difference(before: Check, after: Check): Difference {
  const older = new Map(before.findings.filter(speaks).map((finding) => [keyOf(finding), finding]));
  const findings = new Map<string, FindingChange>();
  for (const finding of after.findings.filter(speaks)) {
    const one = older.get(keyOf(finding));
    older.delete(keyOf(finding));
    if (!one) findings.set(finding.id, { kind: "new" });
    else if (changedIn(one, finding).length > 0) findings.set(finding.id, { kind: "changed", before: one });
  }
  const statuses = new Map(before.themes.map(({ theme, status }) => [theme, status]));
  const themes = after.themes.flatMap(({ theme, status }) => {
    const was = statuses.get(theme);
    return was !== undefined && was !== status ? [[theme, was] as const] : [];
  });
  return {
    conclusion: differing(before.conclusion, after.conclusion),
    possible: differing(before.possible, after.possible),
    known: differing(before.known, after.known),
    complete: differing(before.complete, after.complete),
    findings,
    gone: [...older.values()],
    themes: new Map(themes),
  };
}

/** True when nothing a reader sees has changed. */
export function isSame({ conclusion, possible, known, complete, findings, gone, themes }: Difference): boolean {
  return !conclusion && !possible && !known && !complete && findings.size === 0 && gone.length === 0 && themes.size === 0;
}

function differing<T>(before: T, after: T): { before: T; after: T } | null {
  return before === after ? null : { before, after };
}

function keyOf({ rule, feature, theme }: Finding): string {
  return `${rule}/${feature ?? theme ?? ""}`;
}

/** What a finding rests on besides the feature, as it is told. */
function groundsOf({ settings, orders, decided_by }: Finding): string {
  return JSON.stringify([settings, orders, decided_by]);
}

/** What a reader can see changed of a finding. */
export type Aspect =
  | "outcome"
  | "effect"
  | "conclusion"
  | "source"
  | "status"
  | "gist"
  | "relation"
  | "overlap_m2"
  | "overlap_length_m"
  | "overlap_points"
  | "share"
  | "distance"
  | "grounds"
  | "reasons";

/** In what two answers of one rule on one feature differ: another law may say the same under the rule's name. */
export function changedIn(a: Finding, b: Finding): Aspect[] {
  const close = (x: number | null, y: number | null, same = SAME) =>
    x === null || y === null ? x === y : Math.abs(x - y) < same;
  const reasons = (finding: Finding) => finding.reasons.map(({ code, name }) => code + name).join();
  const same: Record<Aspect, boolean> = {
    outcome: a.outcome === b.outcome,
    effect: a.effect === b.effect,
    conclusion: a.conclusion === b.conclusion,
    source: a.instrument === b.instrument && a.article === b.article,
    status: a.status === b.status,
    gist: a.gist === b.gist,
    relation: a.relation === b.relation,
    overlap_m2: close(a.overlap_m2, b.overlap_m2),
    overlap_length_m: close(a.overlap_length_m, b.overlap_length_m),
    overlap_points: a.overlap_points === b.overlap_points,
    share: close(a.share_of_site, b.share_of_site, SAME_SHARE),
    distance: close(a.distance_m, b.distance_m),
    grounds: groundsOf(a) === groundsOf(b),
    reasons: reasons(a) === reasons(b),
  };
  return (Object.keys(same) as Aspect[]).filter((aspect) => !same[aspect]);
}
