/** Cells of a report's tables: how a finding is put into words, the same wherever it stands. */
import type { Basis, Check, Conclusion, Finding, Rank, Sliver } from "../api/checks.ts";
import type { Lang } from "../api/common.ts";
import { areaText, digits, directionText, distanceText, percentText, squareMetresText } from "../measures.ts";
import { say } from "../messages.ts";
import { speaks } from "../domain/conclude.ts";
import { MOST_COUNTED } from "../domain/evidence.ts";
import type { Cell, Line, Lines, Run } from "./document.ts";
import { plain } from "./document.ts";

/** Legal grounds; every other rank is what a policy document requires. */
export const LEGAL: ReadonlySet<Rank> = new Set(["law", "administrative_regulation", "department_rule"]);

export const COLORS: Record<Conclusion, string> = {
  prohibited: "#B4232A",
  must_withdraw: "#9C2F6B",
  suspended: "#C2410C",
  undetermined: "#5B6470",
  restricted: "#B45309",
  conditional: "#0B63CE",
  notice: "#4B6584",
  clear: "#2E7D32",
};

export type Say = (key: string, params?: Record<string, unknown>) => string;

export function sayIn(lang: Lang): Say {
  return (key, params) => say(lang, key, params);
}

export function cell(text: string): Cell {
  return { lines: plain(text) };
}

/** A number that is a cell's whole text. */
export function numberCell(text: string, value: number, format: string): Cell {
  return { lines: plain(text), value, format };
}

export function siteSize({ site, lang }: Check, t: Say): string {
  if (site.area_m2 !== null) return areaText(lang, site.area_m2);
  return site.length_m !== null ? distanceText(lang, site.length_m) : t("answer.points", { count: site.points ?? 0 });
}

/** Features of a theme; from MOST_COUNTED on, "at least". */
export function countCell(lang: Lang, count: number): Cell {
  return count < MOST_COUNTED
    ? numberCell(digits(lang, count, 0), count, "#,##0")
    : numberCell(`≥${digits(lang, count, 0)}`, count, '"≥"#,##0');
}

export function distanceCell(distance_m: number | null, bearing_deg: number | null | undefined, lang: Lang, t: Say): string {
  if (distance_m === null) return t("none");
  const way =
    typeof bearing_deg === "number"
      ? t("report.bearing", { direction: directionText(lang, bearing_deg), degrees: bearing_deg })
      : "";
  return `${distanceText(lang, distance_m)}${way}`;
}

export function overlapCell(finding: Finding, lang: Lang, t: Say): string {
  if (finding.overlap_m2 !== null) return areaText(lang, finding.overlap_m2);
  if (finding.overlap_length_m !== null) return distanceText(lang, finding.overlap_length_m);
  return finding.overlap_points === null ? t("none") : t("answer.points", { count: finding.overlap_points });
}

/** The share that is told beside an overlap; null where there is none to tell. */
export function toldShare(finding: Finding): number | null {
  const { overlap_m2, overlap_length_m, overlap_points, share_of_site } = finding;
  return overlap_m2 === null && overlap_length_m === null && overlap_points === null ? null : share_of_site;
}

/** How a spreadsheet shows a share as a number: as `percentText` says it, never 100.0 or 0.0 unless it is. */
export function shareFormat(lang: Lang): (share: number) => string {
  return (share) => {
    const rounded = Math.round(share * 1000);
    const other = (rounded === 1000 && share < 1) || (rounded === 0 && share > 0);
    return other ? `"${percentText(lang, share)}"` : "0.0%";
  };
}

/** How large an overlap is that a tolerance hid. */
export function sliverText({ area_m2, width_m, length_m }: Sliver, lang: Lang, t: Say): string {
  return [
    ...(area_m2 === null ? [] : [squareMetresText(lang, area_m2)]),
    ...(width_m === null ? [] : [t("answer.width", { value: distanceText(lang, width_m) })]),
    ...(length_m === null ? [] : [distanceText(lang, length_m)]),
  ].join(" ");
}

/** What to do next and who is competent, each once, of the findings that count. */
export function nextSteps({ findings }: Check): Pick<Finding, "next_step" | "office">[] {
  const told = findings.filter(speaks).map(({ next_step, office }) => ({ next_step, office }));
  return [...new Map(told.map((step) => [`${step.next_step}/${step.office}`, step])).values()];
}

/** What each provision is called in the tables: its number in T4, legal grounds first. Those that do not apply have none. */
export function provisionNumbers(check: Check): ReadonlyMap<string, number> {
  const spoken = check.findings.filter(speaks);
  const ordered = [...spoken.filter(({ rank }) => LEGAL.has(rank)), ...spoken.filter(({ rank }) => !LEGAL.has(rank))];
  return new Map(ordered.map(({ id }, i) => [id, i + 1]));
}

/** Whose rules speak here, by their numbers in T4, and what the boundary rests on. */
export function basisCell(findings: readonly Finding[], basis: Basis | null, numbers: ReadonlyMap<string, number>, t: Say): Cell {
  const own = findings.flatMap(({ id }) => numbers.get(id) ?? []).toSorted((a, b) => a - b);
  const said = own.length > 0 ? t("report.t4.rows", { numbers: own.join(t("list.separator")) }) : t("none");
  return { lines: [[{ text: said }], ...(basis ? [[{ text: t(`basis.${basis}`), small: true }]] : [])] };
}

/** The worst that the findings contribute; they come worst first. What ranks nowhere says the state of its theme. */
export function conclusionCell(findings: readonly Finding[], status: string, t: Say): Cell {
  const worst = findings[0]?.conclusion;
  if (worst === undefined || worst === "clear") return cell(status);
  return { lines: [[{ text: t(`conclusion.${worst}`), bold: true, color: COLORS[worst] }]] };
}

/** How the site lies to the feature; where that could not be told, that: a drawn relation would say more than is known. */
export function relationCell(finding: Finding, t: Say): string {
  const { relation, outcome } = finding;
  const unknown = ["cannot_tell", "no_data", "failed"].includes(outcome);
  return relation && !unknown ? t(`relation.${relation}`) : outcomeText(finding, t);
}

/** A silence that counts is not said to "not apply". */
function outcomeText(finding: Finding, t: Say): string {
  const silent = finding.outcome === "not_triggered" && speaks(finding);
  return t(silent ? "outcome.silent" : `outcome.${finding.outcome}`);
}

/** The project's situation under one provision, in words: how it stands to the feature, and why where it cannot be told. */
export function situation(finding: Finding, lang: Lang, t: Say): Lines {
  const touched = overlapCell(finding, lang, t);
  const share = finding.share_of_site === null ? "" : ` (${percentText(lang, finding.share_of_site)})`;
  const far = (finding.distance_m ?? 0) > 0 ? distanceCell(finding.distance_m, finding.bearing_deg, lang, t) : null;
  return [
    [
      { text: `${relationCell(finding, t)} ` },
      { text: finding.feature_name ?? finding.theme_title ?? t("finding.anywhere"), given: true },
    ],
    ...(touched === t("none") ? [] : [[{ text: `${touched}${share}` }]]),
    ...(far === null ? [] : [[{ text: far }]]),
    ...finding.told.map(({ title, value }): Line => [{ text: `${title}${t("report.colon")}${value}`, small: true }]),
    ...groundsOf(finding).map((text): Line => [{ text, small: true }]),
  ];
}

export function cited({ instrument_title, article }: Finding, t: Say): string {
  return t("finding.cite", { instrument: instrument_title, article });
}

/** Green is for "nothing found" alone: a ban that does not count is grey. */
function inkOf({ conclusion }: Finding): string {
  return conclusion === "clear" ? "#4a5763" : COLORS[conclusion];
}

/** Listed, and never counted in the conclusion. */
const RANKLESS: ReadonlySet<string> = new Set(["draft", "repealed"]);

/** The row of a provision in T4. */
export function provisionRow(finding: Finding, number: number, lang: Lang, t: Say): Cell[] {
  const marks = [
    finding.rule,
    ...(finding.status === "in_force" ? [] : [t(`instrument_status.${finding.status}`)]),
    ...(finding.confidence === "verified" ? [] : [t(`confidence.${finding.confidence}`)]),
  ].join(" · ");
  const quote: Run[] = finding.quote ? [{ text: finding.quote, quote: true }] : [];
  return [
    { lines: [[{ text: `${number}.`, bold: true }, { text: ` ${cited(finding, t)}` }], [{ text: marks, small: true }]] },
    { lines: [[{ text: finding.gist }], ...(quote.length > 0 ? [quote] : [])] },
    { lines: situation(finding, lang, t) },
    {
      lines: [
        [{ text: t(`effect.${finding.effect}`), bold: true, color: inkOf(finding) }],
        [{ text: outcomeText(finding, t) }],
        ...(RANKLESS.has(finding.status) ? [[{ text: t("report.rankless"), small: true }]] : []),
      ],
    },
    {
      lines: [
        [{ text: finding.next_step }],
        [{ text: `${t("finding.office")}${t("report.colon")}${finding.office}`, small: true }],
      ],
    },
  ];
}

/** What the finding rests on beyond the feature, in sentences; checks stored before a ground was told lack it. */
function groundsOf({ reasons, settings = [], orders = [], decided_by }: Finding): string[] {
  return [...reasons, ...settings, ...orders, ...(decided_by ? [decided_by] : [])].map(({ text }) => text);
}
