/** From a report's model to its document: which parts stand in which order, and every sentence of them. */
import type { Check, Conclusion, ThemeAnswer } from "../api/checks.ts";
import { speaks } from "../domain/conclude.ts";
import { digits, distanceText, squareMetresText } from "../measures.ts";
import { cited, COLORS, nextSteps, provisionNumbers, type Say, sayIn, siteSize, situation, sliverText } from "./cells.ts";
import {
  type Block,
  type Fact,
  type Figure,
  type Line,
  type Lines,
  plain,
  type ReportDocument,
  type Verdict,
} from "./document.ts";
import type { Report, ReportFigure } from "./report.ts";
import { coordinateTable, dataTable, instrumentTables, provisionTables, resultsTable } from "./tables.ts";

export function documentOf(report: Report): ReportDocument {
  const { check } = report;
  const t = sayIn(check.lang);
  const figures = (place: ReportFigure["place"]) =>
    report.figures.filter((figure) => figure.place === place).map((figure) => figureOf(figure, t));
  const sections: [id: string, blocks: Block[]][] = [
    ["project", [facts(project(report, t)), ...figures("project")]],
    ["basis", [...instrumentTables(report, t), ...noRules(report, t), dataTable(report, t)]],
    ["method", method(report, t)],
    ["results", [...results(check, t), ...figures("results")]],
    ["provisions", provisions(check, t)],
    ["unknown", unknown(check, t)],
    ["verdict", verdict(check, t)],
    ["annex", [...figures("annex"), ...coordinates(report, t), note(t("report.t5")), note(t("report.t6"))]],
  ];
  return {
    lang: check.lang,
    service: t("service.title"),
    title: t("report.title"),
    number: report.number,
    name: check.project.name,
    conclusion: check.conclusion,
    created_at: check.created_at,
    sample: check.standing === "demonstration" ? { running: t("report.sample.running"), word: t("report.sample") } : null,
    cover: cover(report, t),
    declaration: { title: t("report.declaration.title"), text: t("report.declaration") },
    opening: opening(check, t),
    sections: sections.map(([id, blocks], i) => ({ id, number: i + 1, title: t(`report.section.${id}`), blocks })),
    signatures: (["prepared", "checked", "reviewed"] as const).map((who) => ({
      who: t(`report.sign.${who}`),
      date: t("report.sign.date"),
    })),
    closing: closing(report, t),
    verify: { url: report.verify, path: `/verify/${report.hash}`, text: t("report.verify") },
    note: t("report.hash.explain"),
  };
}

function facts(pairs: readonly Fact[]): Block {
  return { kind: "facts", facts: pairs };
}
function fact(term: string, text: string | null | false): Fact[] {
  return text === null || text === false ? [] : [{ term, lines: plain(text) }];
}
function given(term: string, text: string): Fact {
  return { term, lines: [[{ text, given: true }]] };
}
function paragraph(text: string): Block {
  return { kind: "paragraph", line: [{ text }] };
}
function note(text: string): Block {
  return { kind: "paragraph", line: [{ text }], tone: "note" };
}
function districtsOf({ districts }: Report, t: Say): string {
  return districts.join(t("list.separator")) || t("answer.no_district");
}

function cover(report: Report, t: Say): Fact[] {
  const { check, number, made_at } = report;
  const explained = check.standing === "formal" ? "" : ` ${t(`standing.${check.standing}.explain`)}`;
  return [
    ...fact(t("report.number"), number),
    ...fact(t("answer.as_of"), check.as_of),
    ...fact(t("report.made_at"), made_at),
    ...fact(t("report.districts"), districtsOf(report, t)),
    { term: t("report.standing"), lines: [[{ text: t(`standing.${check.standing}`), bold: true }, { text: explained }]] },
  ];
}

function box(conclusion: Conclusion, t: Say): Verdict {
  const text = t(`conclusion.${conclusion}`);
  return { kind: "verdict", color: COLORS[conclusion], hatched: conclusion === "undetermined", text, which: null };
}

function opening(check: Check, t: Say): Block[] {
  const uncovered = check.themes.filter(({ status }) => ["not_asked", "no_data", "failed"].includes(status));
  return [
    box(check.conclusion, t),
    ...(check.conclusion === "clear"
      ? [
          {
            kind: "verdict" as const,
            color: COLORS.undetermined,
            hatched: true,
            text: uncovered.length > 0 ? t("answer.uncovered", { count: uncovered.length }) : t("answer.uncovered.none"),
            which: uncovered.map(({ title }) => title).join(t("list.separator")),
            uncovered: true,
          },
        ]
      : []),
    { kind: "paragraph", line: [{ text: check.sentence, given: true }], tone: "sentence" },
    facts([
      ...fact(t("report.known"), check.known === "clear" ? t("answer.known.nothing") : t(`conclusion.${check.known}`)),
      ...fact(t("report.possible"), t(`conclusion.${check.possible}`)),
      ...fact(t("report.complete"), t(check.complete ? "report.complete.yes" : "report.complete.no")),
    ]),
  ];
}

function project(report: Report, t: Say): Fact[] {
  const { check, attributes, central_meridian } = report;
  const { site, lang } = check;
  return [
    given(t("siting.name"), check.project.name),
    ...fact(t("siting.activity"), check.project.activity_title),
    ...fact(t("siting.action"), check.project.action_title),
    attributes.length === 0
      ? { term: t("report.attributes"), lines: plain(t("report.attributes.none")) }
      : {
          term: t("report.attributes"),
          items: true,
          lines: attributes.map(({ title, value }): Line => [
            { text: `${title}${t("report.colon")}` },
            { text: value, given: true },
          ]),
        },
    ...fact(t("answer.site"), siteSize(check, t)),
    ...fact(t("answer.area"), site.area_m2 !== null && squareMetresText(lang, site.area_m2)),
    ...fact(t("report.area_gk"), site.area_gk_m2 !== null && squareMetresText(lang, site.area_gk_m2)),
    ...fact(t("report.length"), site.area_m2 !== null && site.length_m !== null && distanceText(lang, site.length_m)),
    ...fact(t("report.districts"), districtsOf(report, t)),
    ...fact(t("answer.crs"), site.crs_given),
    ...fact(t("report.frame"), t("report.figure.crs", { crs: site.crs_gk, meridian: central_meridian })),
    ...fact(t("answer.accuracy"), distanceText(lang, site.accuracy_m)),
  ];
}

function figureOf(figure: ReportFigure, t: Say): Figure {
  const { number, title } = figure;
  const caption = t("report.figure.caption", { number, title });
  if ("drawing" in figure) return { kind: "figure", number, title, caption, drawing: figure.drawing };
  return { kind: "figure", number, title, caption, failed: `${t("report.figure.failed.at", { number })} ${figure.failed}` };
}

function noRules({ instruments }: Report, t: Say): Block[] {
  return instruments.length === 0 ? [paragraph(t("report.no_rules"))] : [];
}

function method({ check, central_meridian }: Report, t: Say): Block[] {
  const { tolerances, lang, site } = check;
  const limits = t("answer.tolerances.text", {
    area: squareMetresText(lang, tolerances.sliver_area_m2),
    width: distanceText(lang, tolerances.sliver_width_m),
    length: distanceText(lang, tolerances.line_length_m),
    near: distanceText(lang, tolerances.near_m),
  });
  return [
    paragraph(t("report.method.frame", { crs: site.crs_gk, meridian: central_meridian })),
    paragraph(t("report.method.area")),
    paragraph(t("report.method.bands", { accuracy: distanceText(lang, site.accuracy_m) })),
    paragraph(`${t("answer.tolerances")}${t("report.colon")}${limits}`),
    paragraph(t("report.method.order")),
  ];
}

function results(check: Check, t: Say): Block[] {
  const { lang, slivers } = check;
  const items = slivers.map((sliver): Line => [
    { text: sliver.feature_name, given: true },
    { text: ` ${sliverText(sliver, lang, t)}` },
  ]);
  return [
    resultsTable(check, t),
    note(t("report.share.base", { base: siteSize(check, t) })),
    ...(slivers.length > 0
      ? [
          { kind: "heading" as const, text: t("answer.slivers") },
          paragraph(t("answer.slivers.explain")),
          { kind: "list" as const, ordered: false, items },
        ]
      : []),
  ];
}

function provisions(check: Check, t: Say): Block[] {
  const { lang } = check;
  const tables = provisionTables(check, t);
  const silent = check.findings.filter((finding) => !speaks(finding));
  const counted = (["took_part", "not_in_force", "other_district", "other_activity", "not_asked"] as const)
    .map((key) => `${t(`answer.rules.${key}`)} ${digits(lang, check.rules_counted[key], 0)}`)
    .join(t("report.semicolon"));
  return [
    ...tables,
    ...(tables.length === 0 ? [paragraph(t("answer.no_findings"))] : []),
    note(`${t("answer.rules")}${t("report.colon")}${counted}`),
    ...(silent.length > 0
      ? [
          { kind: "heading" as const, text: t("answer.not_triggered", { count: silent.length }) },
          {
            kind: "list" as const,
            ordered: false,
            tone: "silent" as const,
            items: silent.map((finding): Line => [
              { text: `${cited(finding, t)} ${finding.gist} ` },
              ...joined(situation(finding, lang, t), t("report.semicolon")).map((run) => ({ ...run, small: true })),
            ]),
          },
        ]
      : []),
  ];
}

/** Lines as one. */
function joined(lines: Lines, separator: string): Line {
  return lines.flatMap((line, i) => (i === 0 ? line : [{ text: separator }, ...line]));
}

/** What somebody can supply, also where the rule was answered without it. */
const SUPPLIED: ReadonlySet<string> = new Set([
  "missing_attribute",
  "assumed_attribute",
  "unset_setting",
  "missing_feature_attribute",
]);

function unknown(check: Check, t: Say): Block[] {
  const not_asked = check.themes.filter(({ status }) => status === "not_asked");
  const unproven = check.themes.filter(({ status }) => status === "no_data" || status === "failed");
  const numbers = provisionNumbers(check);
  const missing = new Map<string, { text: string; rows: number[] }>();
  for (const finding of check.findings) {
    const { id, outcome, reasons } = finding;
    const open = outcome === "cannot_tell" || (outcome === "not_triggered" && speaks(finding));
    for (const { code, name, text } of reasons) {
      if (!open && !SUPPLIED.has(code)) continue;
      const key = `${code}/${name}/${text}`;
      const entry = missing.get(key) ?? { text, rows: [] };
      const row = numbers.get(id);
      if (row !== undefined) entry.rows.push(row);
      missing.set(key, entry);
    }
  }
  const rowsOf = (rows: number[]) =>
    ` ${t("report.t4.rows", { numbers: rows.toSorted((a, b) => a - b).join(t("list.separator")) })}`;
  const titles = (themes: ThemeAnswer[]) =>
    themes.length > 0 ? themes.map(({ title }) => title).join(t("list.separator")) : t("report.unknown.none");
  return [
    facts([
      ...fact(t("report.unknown.not_asked"), titles(not_asked)),
      ...fact(t("report.unknown.no_data"), titles(unproven)),
      missing.size === 0
        ? { term: t("report.unknown.missing"), lines: plain(t("report.unknown.none")) }
        : {
            term: t("report.unknown.missing"),
            items: true,
            lines: [...missing.values()].map(({ text, rows }): Line => [
              { text },
              ...(rows.length > 0 ? [{ text: rowsOf(rows), small: true }] : []),
            ]),
          },
    ]),
    paragraph(t("report.unknown.explain")),
  ];
}

function verdict(check: Check, t: Say): Block[] {
  const steps = nextSteps(check);
  return [
    box(check.conclusion, t),
    { kind: "paragraph", line: [{ text: check.sentence, given: true }] },
    ...(steps.length > 0
      ? [
          { kind: "heading" as const, text: t("report.steps") },
          {
            kind: "list" as const,
            ordered: true,
            items: steps.map(({ next_step, office }): Line => [
              { text: `${next_step} ` },
              { text: `${t("finding.office")}${t("report.colon")}${office}`, small: true },
            ]),
          },
        ]
      : []),
    paragraph(t("answer.disclaimer")),
  ];
}

function coordinates(report: Report, t: Say): Block[] {
  const { coordinates_failed, more_coordinates, check } = report;
  if (coordinates_failed !== null) {
    const text = `${t("report.t1", { crs: check.site.crs_gk })}${t("report.colon")}${coordinates_failed}`;
    return [{ kind: "paragraph", line: [{ text }], tone: "failed" }];
  }
  return [
    coordinateTable(report, t),
    note(t("report.t1.closed")),
    ...(more_coordinates > 0 ? [note(t("report.t1.more", { count: more_coordinates }))] : []),
  ];
}

function closing({ check, number, hash, link }: Report, t: Say): Fact[] {
  const layers = Object.entries(check.versions.layers)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([layer, version]) => `${layer}@${version}`)
    .join(t("list.separator"));
  const { rules, service, engine } = check.versions;
  return [
    ...fact(t("report.number"), number),
    { term: t("answer.id"), lines: [[{ text: check.id, code: true }]] },
    { term: t("report.hash"), lines: [[{ text: hash, code: true }]] },
    ...fact(t("answer.checklist"), check.checklist),
    ...fact(t("answer.versions"), t("answer.versions.text", { rules, service, engine, layers })),
    { term: t("report.link"), lines: [[{ text: link, link }]] },
  ];
}
