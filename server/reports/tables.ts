/** The tables of a report: T1 corners, T2 data, T3 overlay, T4 provisions, and the instruments they rest on. */
import type { Check, ThemeAnswer } from "../api/checks.ts";
import { speaks } from "../domain/conclude.ts";
import { distanceText, percentText } from "../measures.ts";
import {
  basisCell,
  cell,
  cited,
  conclusionCell,
  countCell,
  distanceCell,
  LEGAL,
  nextSteps,
  numberCell,
  overlapCell,
  provisionNumbers,
  provisionRow,
  relationCell,
  type Say,
  shareFormat,
  situation,
  sliverText,
  toldShare,
} from "./cells.ts";
import type { Cell, Column, Measure, ReportDocument, Table } from "./document.ts";
import type { Report } from "./report.ts";

/** To lie in a district is no fault. */
const DISTRICT = "jurisdiction";

function columns(t: Say, given: readonly (readonly [key: string, width: number])[]): Column[] {
  const whole = given.reduce((sum, [, width]) => sum + width, 0);
  return given.map(([key, width]) => ({ title: t(key), width: width / whole }));
}

/** Up to two tables, legal grounds and policy documents apart; none of a kind that has nothing. */
export function instrumentTables({ instruments }: Report, t: Say): Table[] {
  return [true, false].flatMap((legal): Table[] => {
    const own = instruments.filter(({ rank }) => LEGAL.has(rank) === legal);
    if (own.length === 0) return [];
    return [
      {
        kind: "table",
        id: "instruments",
        caption: t(legal ? "answer.block.legal" : "answer.block.policy"),
        columns: columns(t, [
          ["report.instrument", 46],
          ["report.instrument.number", 26],
          ["report.instrument.rank", 25],
          ["report.instrument.status", 24],
          ["report.instrument.dates", 27],
          ["report.confidence", 26],
        ]),
        rows: own.map(({ title, number, issuer, rank, status, from, until, confidence }) => [
          { lines: [[{ text: title }], [{ text: issuer, small: true }]] },
          cell(number ?? t("none")),
          cell(t(`rank.${rank}`)),
          cell(t(`instrument_status.${status}`)),
          cell(until === null ? t("popup.valid_since", { from }) : t("popup.valid_between", { from, to: until })),
          cell(t(`confidence.${confidence}`)),
        ]),
      },
    ];
  });
}

export function coverageText(theme: ThemeAnswer, t: Say): string {
  if (theme.status === "not_asked") return t("theme_status.not_asked");
  return theme.covered || theme.coverage === "not_loaded" ? t(`coverage.${theme.coverage}`) : t("coverage.partly");
}

/** T2: what every theme asked was read from. */
export function dataTable({ check }: Report, t: Say): Table {
  const version = ({ theme }: ThemeAnswer) => check.versions.layers[theme.split("/")[0]!];
  return {
    kind: "table",
    id: "data",
    caption: t("report.t2"),
    columns: columns(t, [
      ["themes.theme", 38],
      ["report.source", 45],
      ["popup.basis", 18],
      ["themes.date", 21],
      ["themes.coverage", 18],
      ["report.features", 17],
      ["report.version", 16],
    ]),
    rows: check.themes
      .filter(({ status }) => status !== "not_asked")
      .map((theme) => [
        cell(theme.title),
        cell(theme.source ?? t("none")),
        cell(theme.basis ? t(`basis.${theme.basis}`) : t("none")),
        cell(theme.data_date ?? t("none")),
        cell(coverageText(theme, t)),
        theme.features === null ? cell(t("none")) : countCell(check.lang, theme.features),
        version(theme) === undefined ? cell(t("none")) : numberCell(String(version(theme)), version(theme)!, "0"),
      ]),
  };
}

type Result = { cells: Cell[]; measured: (number | null)[] };

/** T3: every theme asked is there: feature by feature where something is near, else with what its status is. */
export function resultsTable(check: Check, t: Say): Table {
  const results = check.themes.filter(({ status }) => status !== "not_asked").flatMap((theme) => resultsOf(check, theme, t));
  const measure = (key: string, format: Measure["format"], at: number): Measure => ({
    title: t(key),
    format,
    values: results.map(({ measured }) => measured[at]!),
  });
  return {
    kind: "table",
    id: "results",
    caption: t("report.t3"),
    columns: columns(t, [
      ["report.row", 9],
      ["report.zone", 35],
      ["report.relation", 17],
      ["report.overlap", 30],
      ["report.share", 16],
      ["report.distance", 25],
      ["report.basis", 21],
      ["report.conclusion", 23],
    ]),
    rows: results.map(({ cells }, i) => [numberCell(String(i + 1), i + 1, "0"), ...cells]),
    measures: [
      measure("report.measure.area", "#,##0.00", 0),
      measure("report.measure.length", "#,##0.0", 1),
      measure("report.measure.points", "#,##0", 2),
      measure("report.measure.share", shareFormat(check.lang), 3),
      measure("report.measure.distance", "#,##0.0", 4),
      measure("report.measure.bearing", "0", 5),
    ],
  };
}

function resultsOf(check: Check, theme: ThemeAnswer, t: Say): Result[] {
  const { lang } = check;
  const numbers = provisionNumbers(check);
  const all = check.findings.filter((finding) => finding.theme === theme.theme);
  const own = all.filter(({ feature }) => feature !== null);
  // Findings come worst first: that one speaks for its feature.
  const features = own.filter((finding, index) => own.findIndex(({ feature }) => feature === finding.feature) === index);
  const status = t(`theme_status.${theme.status}`);
  if (features.length === 0) {
    const inside = theme.theme === DISTRICT && theme.status === "affected";
    const relation = inside ? t("themes.in_district") : theme.status === "clear" ? t("relation.outside") : status;
    return [
      {
        cells: [
          cell(theme.title),
          cell(relation),
          cell(t("none")),
          cell(t("none")),
          cell(theme.nearest_m === null ? t("none") : distanceText(lang, theme.nearest_m)),
          basisCell(all, theme.basis, numbers, t),
          cell(inside ? t("themes.in_district") : status),
        ],
        measured: [null, null, null, null, theme.nearest_m, null],
      },
    ];
  }
  return features.map((finding) => {
    const of = own.filter(({ feature }) => feature === finding.feature);
    const share = toldShare(finding);
    return {
      cells: [
        { lines: [[{ text: finding.feature_name ?? t("none"), given: true }], [{ text: theme.title, small: true }]] },
        cell(relationCell(finding, t)),
        cell(overlapCell(finding, lang, t)),
        cell(share === null ? t("none") : percentText(lang, share)),
        cell(distanceCell(finding.distance_m, finding.bearing_deg, lang, t)),
        basisCell(of, finding.basis, numbers, t),
        conclusionCell(of, status, t),
      ],
      measured: [
        finding.overlap_m2,
        finding.overlap_length_m,
        finding.overlap_points,
        share,
        finding.distance_m,
        finding.bearing_deg ?? null,
      ],
    };
  });
}

/** T4: up to two tables, legal grounds first; numbers run through both. */
export function provisionTables(check: Check, t: Say): Table[] {
  const numbers = provisionNumbers(check);
  return [true, false].flatMap((legal): Table[] => {
    const own = check.findings.filter(({ id, rank }) => numbers.has(id) && LEGAL.has(rank) === legal);
    if (own.length === 0) return [];
    return [
      {
        kind: "table",
        id: "provisions",
        caption: `${t("report.t4")} ${t(legal ? "answer.block.legal" : "answer.block.policy")}`,
        listed: true,
        columns: columns(t, [
          ["report.provision", 36],
          ["report.requirement", 42],
          ["report.situation", 39],
          ["report.outcome", 22],
          ["report.next", 36],
        ]),
        rows: own.map((finding) => provisionRow(finding, numbers.get(finding.id)!, check.lang, t)),
      },
    ];
  });
}

/** T1: the corners of the site. */
export function coordinateTable({ coordinates, check }: Report, t: Say): Table {
  return {
    kind: "table",
    id: "coordinates",
    caption: t("report.t1", { crs: check.site.crs_gk }),
    listed: true,
    columns: columns(t, [
      ["report.t1.part", 10],
      ["report.t1.ring", 10],
      ["report.t1.number", 14],
      ["report.t1.x", 30],
      ["report.t1.y", 30],
      ["report.t1.lon", 30],
      ["report.t1.lat", 30],
    ]),
    rows: coordinates.map(({ part, ring, number, x, y, lon, lat }) => [
      numberCell(String(part), part, "0"),
      numberCell(String(ring), ring, "0"),
      cell(`J${number}`),
      numberCell(x.toFixed(3), x, "0.000"),
      numberCell(y.toFixed(3), y, "0.000"),
      numberCell(lon.toFixed(7), lon, "0.0000000"),
      numberCell(lat.toFixed(7), lat, "0.0000000"),
    ]),
  };
}

/** Every theme, those not asked too: for spreadsheets, where nothing else stands beside T3. */
export function themesTable({ check }: Report, t: Say): Table {
  return {
    kind: "table",
    id: "data",
    caption: t("report.sheet.themes"),
    columns: columns(t, [
      ["themes.theme", 38],
      ["report.theme_id", 34],
      ["report.status", 22],
      ["themes.coverage", 22],
      ["themes.date", 18],
      ["popup.basis", 20],
      ["report.source", 46],
    ]),
    rows: check.themes.map((theme) => [
      cell(theme.title),
      cell(theme.theme),
      cell(t(`theme_status.${theme.status}`)),
      cell(coverageText(theme, t)),
      cell(theme.data_date ?? t("none")),
      cell(theme.basis ? t(`basis.${theme.basis}`) : t("none")),
      cell(theme.source ?? t("none")),
    ]),
    measures: [{ title: t("report.measure.nearest"), format: "#,##0.0", values: check.themes.map(({ nearest_m }) => nearest_m) }],
  };
}

/** The ledger of overlaps that a tolerance hid. */
export function sliversTable(check: Check, t: Say): Table {
  const { slivers, lang, themes } = check;
  const measure = (key: string, name: "area_m2" | "width_m" | "length_m"): Measure => ({
    title: t(key),
    format: "#,##0.00",
    values: slivers.map((sliver) => sliver[name]),
  });
  return {
    kind: "table",
    id: "slivers",
    caption: t("answer.slivers"),
    columns: columns(t, [
      ["report.zone", 60],
      ["themes.theme", 50],
      ["report.overlap", 60],
    ]),
    rows: slivers.map((sliver) => [
      { lines: [[{ text: sliver.feature_name, given: true }]] },
      cell(themes.find(({ theme }) => theme === sliver.theme)?.title ?? sliver.theme),
      cell(sliverText(sliver, lang, t)),
    ]),
    measures: [
      measure("report.measure.area", "area_m2"),
      measure("report.measure.width", "width_m"),
      measure("report.measure.length", "length_m"),
    ],
  };
}

/** The rules that were examined and do not apply. */
export function silentTable(check: Check, t: Say): Table {
  const silent = check.findings.filter((finding) => !speaks(finding));
  return {
    kind: "table",
    id: "silent",
    caption: t("answer.not_triggered", { count: silent.length }),
    columns: columns(t, [
      ["report.provision", 50],
      ["report.requirement", 70],
      ["report.situation", 50],
    ]),
    rows: silent.map((finding) => [
      { lines: [[{ text: cited(finding, t) }], [{ text: finding.rule, small: true }]] },
      cell(finding.gist),
      { lines: situation(finding, check.lang, t) },
    ]),
  };
}

export function stepsTable(check: Check, t: Say): Table {
  return {
    kind: "table",
    id: "steps",
    caption: t("report.steps"),
    columns: columns(t, [
      ["report.row", 10],
      ["report.next", 110],
      ["finding.office", 50],
    ]),
    rows: nextSteps(check).map(({ next_step, office }, i) => [
      numberCell(String(i + 1), i + 1, "0"),
      cell(next_step),
      cell(office),
    ]),
  };
}

/** Every sentence that stands beside the tables, with the part of the report that says it. */
export function notesTable({ declaration, sections }: ReportDocument, t: Say): Table {
  const notes = sections.flatMap(({ title, blocks }) =>
    blocks.flatMap((block) => (block.kind === "paragraph" ? [[cell(title), { lines: [block.line] }]] : [])),
  );
  return {
    kind: "table",
    id: "notes",
    caption: t("report.sheet.notes"),
    columns: columns(t, [
      ["report.part", 35],
      ["report.note", 135],
    ]),
    rows: [[cell(declaration.title), cell(declaration.text)], ...notes],
  };
}
