/** The report as one page for the screen and for A4 paper: no script, nothing from elsewhere, every value escaped. */
import type { Basis, Check, Conclusion, Finding, Rank, ThemeAnswer } from "../api/checks.ts";
import type { Lang } from "../api/common.ts";
import { areaText, digits, directionText, distanceText, percentText, squareMetresText } from "../measures.ts";
import { say } from "../messages.ts";
import { drawFigure } from "./figure.ts";
import { html, Markup } from "./markup.ts";
import type { Rendering, Report, ReportFigure } from "./report.ts";

export const htmlReport: Rendering = { id: "html", type: "text/html; charset=utf-8", render: (report) => page(report).text };

/** Legal grounds; every other rank is what a policy document requires. */
export const LEGAL: ReadonlySet<Rank> = new Set(["law", "administrative_regulation", "department_rule"]);

const COLORS: Record<Conclusion, string> = {
  prohibited: "#B4232A",
  must_withdraw: "#9C2F6B",
  suspended: "#C2410C",
  undetermined: "#5B6470",
  restricted: "#B45309",
  conditional: "#0B63CE",
  notice: "#4B6584",
  clear: "#2E7D32",
};

/** To lie in a district is no fault. */
const DISTRICT = "jurisdiction";

type Say = (key: string, params?: Record<string, unknown>) => string;

function page(report: Report): Markup {
  const { check } = report;
  const { lang } = check;
  const t: Say = (key, params) => say(lang, key, params);
  const sample = check.standing === "demonstration";
  const number = new Numbers(t);
  return html`<!doctype html>
    <html lang="${lang === "zh" ? "zh-CN" : "en"}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${t("report.title")} ${report.number}</title>
        <style>
          ${new Markup(STYLE + (sample ? banner(t("report.sample.running")) : ""))}
        </style>
      </head>
      <body class="${lang}">
        ${
          sample &&
          html`<p class="running">${t("report.sample.running")}</p>
            <p class="watermark" aria-hidden="true">${t("report.sample")}</p>`
        }
        <main>
          ${cover(report, t)} ${conclusion(check, t)}
          <section>
            <h2>${number.section("project")}</h2>
            ${project(report, t)} ${figuresOf(report, "project", t)}
          </section>
          <section>
            <h2>${number.section("basis")}</h2>
            ${instruments(report, t)} ${dataTable(report, t)}
          </section>
          <section>
            <h2>${number.section("method")}</h2>
            ${method(check, report, t)}
          </section>
          <section>
            <h2>${number.section("results")}</h2>
            ${resultsTable(check, t)} ${figuresOf(report, "results", t)}
          </section>
          <section>
            <h2>${number.section("provisions")}</h2>
            ${provisions(check, t)}
          </section>
          <section>
            <h2>${number.section("unknown")}</h2>
            ${unknown(check, t)}
          </section>
          <section>
            <h2>${number.section("verdict")}</h2>
            ${verdict(check, t)}
          </section>
          <section>
            <h2>${number.section("annex")}</h2>
            ${figuresOf(report, "annex", t)} ${coordinates(report, t)}
            <p class="note">${t("report.t5")}</p>
            <p class="note">${t("report.t6")}</p>
          </section>
          ${closing(report, t)}
        </main>
      </body>
    </html> `;
}

/** On every printed page; the sentence is one of the catalogue's, quoted for CSS. */
function banner(sentence: string): string {
  const quoted = sentence.replace(/["\\\n]/g, "");
  return `@page { @top-center { content: "${quoted}"; font-size: 8.5pt; color: #6b4700; } }`;
}

/** Numbered headings, in the order they are asked for. */
class Numbers {
  private count = 0;
  private readonly t: Say;
  constructor(t: Say) {
    this.t = t;
  }
  section(key: string): string {
    this.count++;
    return `${this.count}  ${this.t(`report.section.${key}`)}`;
  }
}

function list(pairs: readonly (readonly [string, Markup | string | null | false])[]): Markup {
  return html`<dl>
    ${pairs
      .filter(([, value]) => value !== null && value !== false)
      .map(
        ([term, value]) =>
          html`<dt>${term}</dt>
            <dd>${value}</dd>`,
      )}
  </dl>`;
}

function table(
  caption: string,
  heads: readonly string[],
  rows: readonly (readonly (Markup | string | number | null)[])[],
  kind = "",
): Markup {
  return html`<table class="${kind}">
    <caption>
      ${caption}
    </caption>
    <thead>
      <tr>
        ${heads.map((head) => html`<th scope="col">${head}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (row) =>
          html`<tr>
            ${row.map((cell) => html`<td>${cell}</td>`)}
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function cover({ check, number, made_at, districts }: Report, t: Say): Markup {
  return html`<header class="cover">
    <p class="kind">${t("service.title")}</p>
    <h1>${t("report.title")}</h1>
    <p class="name" dir="auto">${check.project.name}</p>
    ${list([
      [t("report.number"), number],
      [t("answer.as_of"), check.as_of],
      [t("report.made_at"), made_at],
      [t("report.districts"), districts.join(t("list.separator")) || t("answer.no_district")],
      [
        t("report.standing"),
        html`<b>${t(`standing.${check.standing}`)}</b>
          ${check.standing === "formal" ? "" : t(`standing.${check.standing}.explain`)}`,
      ],
    ])}
    <p class="declaration"><b>${t("report.declaration.title")}</b> ${t("report.declaration")}</p>
  </header>`;
}

function box(conclusion: Conclusion, t: Say): Markup {
  return html`<p class="verdict ${conclusion === "undetermined" ? "hatched" : ""}" style="background-color:${COLORS[conclusion]}">
    ${t(`conclusion.${conclusion}`)}
  </p>`;
}

function conclusion(check: Check, t: Say): Markup {
  const uncovered = check.themes.filter(({ status }) => ["not_asked", "no_data", "failed"].includes(status));
  return html`<section class="conclusion">
    ${box(check.conclusion, t)}
    ${
      check.conclusion === "clear" &&
      html`<div class="verdict hatched uncovered">
        <p>${uncovered.length > 0 ? t("answer.uncovered", { count: uncovered.length }) : t("answer.uncovered.none")}</p>
        <p class="which">${uncovered.map(({ title }) => title).join(t("list.separator"))}</p>
      </div>`
    }
    <p class="sentence" dir="auto">${check.sentence}</p>
    ${list([
      [t("report.known"), check.known === "clear" ? t("answer.known.nothing") : t(`conclusion.${check.known}`)],
      [t("report.possible"), t(`conclusion.${check.possible}`)],
      [t("report.complete"), t(check.complete ? "report.complete.yes" : "report.complete.no")],
    ])}
  </section>`;
}

function siteSize({ site }: Check, t: Say, lang: Lang): string {
  if (site.area_m2 !== null) return areaText(lang, site.area_m2);
  return site.length_m !== null ? distanceText(lang, site.length_m) : t("answer.points", { count: site.points ?? 0 });
}

function project({ check, attributes, districts, central_meridian }: Report, t: Say): Markup {
  const { site, lang } = check;
  return list([
    [t("siting.name"), html`<span dir="auto">${check.project.name}</span>`],
    [t("siting.activity"), check.project.activity_title],
    [t("siting.action"), check.project.action_title],
    [
      t("report.attributes"),
      attributes.length === 0
        ? t("report.attributes.none")
        : html`<ul>
            ${attributes.map(({ title, value }) => html`<li>${title}${t("report.colon")}<span dir="auto">${value}</span></li>`)}
          </ul>`,
    ],
    [t("answer.site"), siteSize(check, t, lang)],
    [t("answer.area"), site.area_m2 !== null && squareMetresText(lang, site.area_m2)],
    [t("report.area_gk"), site.area_gk_m2 !== null && squareMetresText(lang, site.area_gk_m2)],
    [t("report.length"), site.area_m2 !== null && site.length_m !== null && distanceText(lang, site.length_m)],
    [t("report.districts"), districts.join(t("list.separator")) || t("answer.no_district")],
    [t("answer.crs"), site.crs_given],
    [t("report.frame"), t("report.figure.crs", { crs: site.crs_gk, meridian: central_meridian })],
    [t("answer.accuracy"), distanceText(lang, site.accuracy_m)],
  ]);
}

function figuresOf({ figures, check }: Report, place: ReportFigure["place"], t: Say): Markup {
  return html`${figures.filter((figure) => figure.place === place).map((figure) => figureMarkup(figure, check.lang, t))}`;
}

function figureMarkup(figure: ReportFigure, lang: Lang, t: Say): Markup {
  const caption = html`<figcaption>${t("report.figure.caption", { number: figure.number, title: figure.title })}</figcaption>`;
  if ("failed" in figure)
    return html`<figure>
      <p class="failed">${t("report.figure.failed.at", { number: figure.number })} ${figure.failed}</p>
      ${caption}
    </figure>`;
  return html`<figure>${drawFigure(figure.drawing, lang, `f${figure.number}`, figure.title)}${caption}</figure>`;
}

function instruments({ instruments: rows }: Report, t: Say): Markup {
  const of = (legal: boolean) => rows.filter(({ rank }) => LEGAL.has(rank) === legal);
  const block = (legal: boolean) =>
    of(legal).length > 0 &&
    table(
      t(legal ? "answer.block.legal" : "answer.block.policy"),
      [
        "report.instrument",
        "report.instrument.number",
        "report.instrument.rank",
        "report.instrument.status",
        "report.instrument.dates",
        "report.confidence",
      ].map((key) => t(key)),
      of(legal).map(({ title, number, issuer, rank, status, from, until, confidence }) => [
        html`${title}<br /><small>${issuer}</small>`,
        number ?? t("none"),
        t(`rank.${rank}`),
        t(`instrument_status.${status}`),
        until === null ? t("popup.valid_since", { from }) : t("popup.valid_between", { from, to: until }),
        t(`confidence.${confidence}`),
      ]),
      "instruments",
    );
  return html`${block(true)}${block(false)}${rows.length === 0 && html`<p>${t("report.no_rules")}</p>`}`;
}

function coverageText(theme: ThemeAnswer, t: Say): string {
  if (theme.status === "not_asked") return t("theme_status.not_asked");
  return theme.covered || theme.coverage === "not_loaded" ? t(`coverage.${theme.coverage}`) : t("coverage.partly");
}

function dataTable({ check, layer_version }: Report, t: Say): Markup {
  return table(
    t("report.t2"),
    ["themes.theme", "report.source", "popup.basis", "themes.date", "themes.coverage", "report.features", "report.version"].map(
      (key) => t(key),
    ),
    check.themes
      .filter(({ status }) => status !== "not_asked")
      .map((theme) => [
        theme.title,
        theme.source ?? t("none"),
        theme.basis ? t(`basis.${theme.basis}`) : t("none"),
        theme.data_date ?? t("none"),
        coverageText(theme, t),
        theme.features === null ? t("none") : digits(check.lang, theme.features, 0),
        layer_version(theme) ?? t("none"),
      ]),
    "data",
  );
}

function method(check: Check, { central_meridian }: Report, t: Say): Markup {
  const { tolerances, lang, site } = check;
  return html`<p>${t("report.method.frame", { crs: site.crs_gk, meridian: central_meridian })}</p>
    <p>${t("report.method.area")}</p>
    <p>${t("report.method.bands", { accuracy: distanceText(lang, site.accuracy_m) })}</p>
    <p>
      ${t("answer.tolerances")}${t("report.colon")}${t("answer.tolerances.text", {
        area: squareMetresText(lang, tolerances.sliver_area_m2),
        width: distanceText(lang, tolerances.sliver_width_m),
        length: distanceText(lang, tolerances.line_length_m),
        near: distanceText(lang, tolerances.near_m),
      })}
    </p>
    <p>${t("report.method.order")}</p>`;
}

function distanceCell(distance_m: number | null, bearing_deg: number | null | undefined, lang: Lang, t: Say): string {
  if (distance_m === null) return t("none");
  const way =
    typeof bearing_deg === "number"
      ? t("report.bearing", { direction: directionText(lang, bearing_deg), degrees: bearing_deg })
      : "";
  return `${distanceText(lang, distance_m)}${way}`;
}

function overlapCell(finding: Finding, lang: Lang, t: Say): string {
  if (finding.overlap_m2 !== null) return areaText(lang, finding.overlap_m2);
  if (finding.overlap_length_m !== null) return distanceText(lang, finding.overlap_length_m);
  return finding.overlap_points === null ? t("none") : t("answer.points", { count: finding.overlap_points });
}

/** What each provision is called in the tables: its number in T4, legal grounds first. Silent ones have none. */
function provisionNumbers(check: Check): ReadonlyMap<string, number> {
  const spoken = check.findings.filter(({ outcome }) => outcome !== "not_triggered");
  const ordered = [...spoken.filter(({ rank }) => LEGAL.has(rank)), ...spoken.filter(({ rank }) => !LEGAL.has(rank))];
  return new Map(ordered.map(({ id }, i) => [id, i + 1]));
}

/** Whose rules speak here, by their numbers in T4, and what the boundary rests on. */
function basisCell(findings: readonly Finding[], basis: Basis | null, numbers: ReadonlyMap<string, number>, t: Say): Markup {
  const own = findings.flatMap(({ id }) => numbers.get(id) ?? []).toSorted((a, b) => a - b);
  const said = own.length > 0 ? t("report.t4.rows", { numbers: own.join(t("list.separator")) }) : t("none");
  return html`${said}${basis && html`<br /><small>${t(`basis.${basis}`)}</small>`}`;
}

/** The worst that the findings contribute; they come worst first. What ranks nowhere says the state of its theme. */
function conclusionCell(findings: readonly Finding[], status: string, t: Say): Markup {
  const worst = findings[0]?.conclusion;
  if (worst === undefined || worst === "clear") return html`${status}`;
  return html`<b style="color:${COLORS[worst]}">${t(`conclusion.${worst}`)}</b>`;
}

/** Every theme asked is there: feature by feature where something is near, else with what its status is. */
function resultsTable(check: Check, t: Say): Markup {
  const { lang } = check;
  const numbers = provisionNumbers(check);
  let number = 0;
  const rows = check.themes
    .filter(({ status }) => status !== "not_asked")
    .flatMap((theme) => {
      const own = check.findings.filter((finding) => finding.theme === theme.theme && finding.feature !== null);
      // Findings come worst first: that one speaks for its feature.
      const features = own.filter((finding, index) => own.findIndex(({ feature }) => feature === finding.feature) === index);
      const status = t(`theme_status.${theme.status}`);
      if (features.length === 0) {
        const inside = theme.theme === DISTRICT && theme.status === "affected";
        const relation = inside ? t("themes.in_district") : theme.status === "clear" ? t("relation.outside") : status;
        return [
          [
            ++number,
            theme.title,
            relation,
            t("none"),
            t("none"),
            theme.nearest_m === null ? t("none") : distanceText(lang, theme.nearest_m),
            basisCell(
              check.findings.filter((finding) => finding.theme === theme.theme),
              theme.basis,
              numbers,
              t,
            ),
            inside ? t("themes.in_district") : status,
          ],
        ];
      }
      return features.map((finding) => [
        ++number,
        html`<span dir="auto">${finding.feature_name}</span><br /><small>${theme.title}</small>`,
        relationCell(finding, t),
        overlapCell(finding, lang, t),
        finding.share_of_site === null || overlapCell(finding, lang, t) === t("none")
          ? t("none")
          : percentText(lang, finding.share_of_site),
        distanceCell(finding.distance_m, finding.bearing_deg, lang, t),
        basisCell(
          own.filter(({ feature }) => feature === finding.feature),
          finding.basis,
          numbers,
          t,
        ),
        conclusionCell(
          own.filter(({ feature }) => feature === finding.feature),
          status,
          t,
        ),
      ]);
    });
  return html`${table(
      t("report.t3"),
      [
        "report.row",
        "report.zone",
        "report.relation",
        "report.overlap",
        "report.share",
        "report.distance",
        "report.basis",
        "report.conclusion",
      ].map((key) => t(key)),
      rows,
      "results",
    )}
    <p class="note">${t("report.share.base", { base: siteSize(check, t, lang) })}</p>
    ${
      check.slivers.length > 0 &&
      html`<h3>${t("answer.slivers")}</h3>
        <p>${t("answer.slivers.explain")}</p>
        <ul>
          ${check.slivers.map(
            (sliver) =>
              html`<li>
                <span dir="auto">${sliver.feature_name}</span>
                ${sliver.area_m2 !== null && squareMetresText(lang, sliver.area_m2)}
                ${sliver.width_m !== null && t("answer.width", { value: distanceText(lang, sliver.width_m) })}
                ${sliver.length_m !== null && distanceText(lang, sliver.length_m)}
              </li>`,
          )}
        </ul>`
    }`;
}

/** How the site lies to the feature; where that could not be told, that: a drawn relation would say more than is known. */
function relationCell({ relation, outcome }: Finding, t: Say): string {
  const unknown = ["cannot_tell", "no_data", "failed"].includes(outcome);
  return relation && !unknown ? t(`relation.${relation}`) : t(`outcome.${outcome}`);
}

/** The project's situation under one provision, in words: how it stands to the feature, and why where it cannot be told. */
function situation(finding: Finding, lang: Lang, t: Say): Markup {
  const relation = relationCell(finding, t);
  const touched = overlapCell(finding, lang, t);
  const far = (finding.distance_m ?? 0) > 0 ? distanceCell(finding.distance_m, finding.bearing_deg, lang, t) : null;
  return html`${relation} <span dir="auto">${finding.feature_name ?? finding.theme_title ?? t("finding.anywhere")}</span>${
      touched !== t("none") &&
      html`<br />${touched}${finding.share_of_site !== null && ` (${percentText(lang, finding.share_of_site)})`}`
    }${far && html`<br />${far}`}${finding.told.map(({ title, value }) => html`<br /><small>${title}${t("report.colon")}${value}</small>`)}${groundsOf(finding).map((text) => html`<br /><small>${text}</small>`)}`;
}

/** What the finding rests on beyond the feature, in sentences; checks stored before a ground was told lack it. */
function groundsOf({ reasons, settings = [], orders = [], decided_by }: Finding): string[] {
  return [...reasons, ...settings, ...orders, ...(decided_by ? [decided_by] : [])].map(({ text }) => text);
}

/** Listed, and never counted in the conclusion. */
const RANKLESS: ReadonlySet<string> = new Set(["draft", "repealed"]);

/** Green is for "nothing found" alone: a ban that does not count is grey. */
function inkOf({ conclusion }: Finding): string {
  return conclusion === "clear" ? "#4a5763" : COLORS[conclusion];
}

function provisions(check: Check, t: Say): Markup {
  const { lang } = check;
  const numbers = provisionNumbers(check);
  const spoken = check.findings.filter(({ outcome }) => outcome !== "not_triggered");
  const silent = check.findings.filter(({ outcome }) => outcome === "not_triggered");
  const block = (legal: boolean) => {
    const rows = spoken.filter(({ rank }) => LEGAL.has(rank) === legal);
    return (
      rows.length > 0 &&
      table(
        `${t("report.t4")} ${t(legal ? "answer.block.legal" : "answer.block.policy")}`,
        ["report.provision", "report.requirement", "report.situation", "report.outcome", "report.next"].map((key) => t(key)),
        rows.map((finding) => [
          html`<b>${numbers.get(finding.id)}.</b>
            ${t("finding.cite", { instrument: finding.instrument_title, article: finding.article })}<br /><small
              >${finding.rule}${
                finding.status !== "in_force" && html` · ${t(`instrument_status.${finding.status}`)}`
              }${finding.confidence !== "verified" && html` · ${t(`confidence.${finding.confidence}`)}`}</small
            >`,
          html`${finding.gist}${finding.quote && html`<blockquote>${finding.quote}</blockquote>`}`,
          situation(finding, lang, t),
          html`<b style="color:${inkOf(finding)}">${t(`effect.${finding.effect}`)}</b><br />${t(`outcome.${finding.outcome}`)}${
              RANKLESS.has(finding.status) && html`<br /><small>${t("report.rankless")}</small>`
            }`,
          html`${finding.next_step}<br /><small>${t("finding.office")}${t("report.colon")}${finding.office}</small>`,
        ]),
        "provisions",
      )
    );
  };
  const counted = (["took_part", "not_in_force", "other_district", "other_activity", "not_asked"] as const)
    .map((key) => `${t(`answer.rules.${key}`)} ${digits(lang, check.rules_counted[key], 0)}`)
    .join(t("report.semicolon"));
  return html`${block(true)}${block(false)} ${spoken.length === 0 && html`<p>${t("answer.no_findings")}</p>`}
    <p class="note">${t("answer.rules")}${t("report.colon")}${counted}</p>
    ${
      silent.length > 0 &&
      html`<h3>${t("answer.not_triggered", { count: silent.length })}</h3>
        <ul class="silent">
          ${silent.map(
            (finding) =>
              html`<li>
                ${t("finding.cite", { instrument: finding.instrument_title, article: finding.article })} ${finding.gist}
                <small>${situation(finding, lang, t)}</small>
              </li>`,
          )}
        </ul>`
    }`;
}

/** What somebody can supply, also where the rule was answered without it. */
const SUPPLIED: ReadonlySet<string> = new Set([
  "missing_attribute",
  "assumed_attribute",
  "unset_setting",
  "missing_feature_attribute",
]);

function unknown(check: Check, t: Say): Markup {
  const not_asked = check.themes.filter(({ status }) => status === "not_asked");
  const unproven = check.themes.filter(({ status }) => status === "no_data" || status === "failed");
  const numbers = provisionNumbers(check);
  const missing = new Map<string, { text: string; rows: number[] }>();
  for (const { id, outcome, reasons } of check.findings)
    for (const { code, name, text } of reasons) {
      if (outcome !== "cannot_tell" && !SUPPLIED.has(code)) continue;
      const key = `${code}/${name}/${text}`;
      const entry = missing.get(key) ?? { text, rows: [] };
      const row = numbers.get(id);
      if (row !== undefined) entry.rows.push(row);
      missing.set(key, entry);
    }
  const rowsOf = (rows: number[]) =>
    rows.length > 0 &&
    html`<small>${t("report.t4.rows", { numbers: rows.toSorted((a, b) => a - b).join(t("list.separator")) })}</small>`;
  const titles = (themes: ThemeAnswer[]) => themes.map(({ title }) => title).join(t("list.separator"));
  return html`${list([
      [t("report.unknown.not_asked"), not_asked.length > 0 ? titles(not_asked) : t("report.unknown.none")],
      [t("report.unknown.no_data"), unproven.length > 0 ? titles(unproven) : t("report.unknown.none")],
      [
        t("report.unknown.missing"),
        missing.size > 0
          ? html`<ul>
              ${[...missing.values()].map(({ text, rows }) => html`<li>${text} ${rowsOf(rows)}</li>`)}
            </ul>`
          : t("report.unknown.none"),
      ],
    ])}
    <p>${t("report.unknown.explain")}</p>`;
}

function verdict(check: Check, t: Say): Markup {
  const steps = [
    ...new Map(
      check.findings
        .filter(({ outcome }) => outcome !== "not_triggered")
        .map(({ next_step, office }) => [`${next_step}/${office}`, { next_step, office }] as const),
    ).values(),
  ];
  return html`${box(check.conclusion, t)}
    <p dir="auto">${check.sentence}</p>
    ${
      steps.length > 0 &&
      html`<h3>${t("report.steps")}</h3>
        <ol>
          ${steps.map((step) => html`<li>${step.next_step} <small>${t("finding.office")}${t("report.colon")}${step.office}</small></li>`)}
        </ol>`
    }
    <p>${t("answer.disclaimer")}</p>`;
}

function coordinates({ coordinates: rows, more_coordinates, coordinates_failed, check }: Report, t: Say): Markup {
  if (coordinates_failed !== null) return html`<p class="failed">${t("report.t1")}${t("report.colon")}${coordinates_failed}</p>`;
  return html`${table(
      t("report.t1", { crs: check.site.crs_gk }),
      [
        "report.t1.part",
        "report.t1.ring",
        "report.t1.number",
        "report.t1.x",
        "report.t1.y",
        "report.t1.lon",
        "report.t1.lat",
      ].map((key) => t(key)),
      rows.map(({ part, ring, number, x, y, lon, lat }) => [
        part,
        ring,
        `J${number}`,
        x.toFixed(3),
        y.toFixed(3),
        lon.toFixed(7),
        lat.toFixed(7),
      ]),
      "coordinates",
    )}
    <p class="note">${t("report.t1.closed")}</p>
    ${more_coordinates > 0 && html`<p class="note">${t("report.t1.more", { count: more_coordinates })}</p>`}`;
}

function closing({ check, number, hash, link }: Report, t: Say): Markup {
  const layers = Object.entries(check.versions.layers)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([layer, version]) => `${layer}@${version}`)
    .join(t("list.separator"));
  return html`<section class="closing">
    <div class="signatures">
      ${(["prepared", "checked", "reviewed"] as const).map(
        (who) => html`<p><b>${t(`report.sign.${who}`)}</b><span></span><b>${t("report.sign.date")}</b><span></span></p>`,
      )}
    </div>
    ${list([
      [t("report.number"), number],
      [t("answer.id"), html`<code>${check.id}</code>`],
      [t("report.hash"), html`<code>${hash}</code>`],
      [t("answer.checklist"), check.checklist],
      [
        t("answer.versions"),
        t("answer.versions.text", {
          rules: check.versions.rules,
          service: check.versions.service,
          engine: check.versions.engine,
          layers,
        }),
      ],
      [t("report.link"), html`<a href="${link}">${link}</a>`],
    ])}
    <p class="note">${t("report.hash.explain")}</p>
  </section>`;
}

const STYLE = `
@page { size: A4; margin: 18mm 16mm 18mm 20mm; @bottom-center { content: counter(page) " / " counter(pages); font-size: 9pt; color: #555; } }
* { box-sizing: border-box; }
body { margin: 0; background: #e9ecef; color: #1f2933; font: 10.5pt/1.6 "Source Han Serif SC", "Noto Serif CJK SC", SimSun, "Songti SC", serif; overflow-wrap: anywhere; }
main { width: 210mm; max-width: 100%; margin: 12px auto; padding: 18mm 16mm 18mm 20mm; background: #fff; box-shadow: 0 1px 8px rgb(0 0 0 / 18%); }
h1, h2, h3, th, caption, .verdict, dt, figcaption, .running, .kind { font-family: "Noto Sans CJK SC", "Microsoft YaHei", SimHei, "PingFang SC", sans-serif; }
h1 { margin: 0; font-size: 21pt; line-height: 1.35; text-align: center; }
h2 { margin: 9mm 0 3mm; padding-bottom: 1mm; border-bottom: 0.4pt solid #555; font-size: 13.5pt; break-after: avoid; }
h3 { margin: 4mm 0 1mm; font-size: 11pt; break-after: avoid; }
p, ul, ol { margin: 0 0 2mm; }
small { font-size: 8.5pt; color: #4a5763; }
code { font-family: ui-monospace, Consolas, "DejaVu Sans Mono", monospace; font-size: 8.5pt; }
.running { position: fixed; z-index: 2; top: 0; right: 0; left: 0; margin: 0; padding: 1mm; background: #fff8e6; color: #6b4700; border-bottom: 0.4pt solid #b58900; font-size: 8.5pt; text-align: center; }
.watermark { display: none; }
.cover { padding-top: 6mm; }
.kind { margin-bottom: 2mm; text-align: center; color: #4a5763; }
.cover .name { margin: 3mm 0 6mm; font-size: 14pt; text-align: center; }
.declaration { padding: 2mm 3mm; border: 0.4pt solid #9aa5b1; font-size: 9.5pt; }
dl { display: grid; grid-template-columns: 32mm 1fr; gap: 1mm 4mm; margin: 0 0 3mm; }
.en dl { grid-template-columns: 42mm 1fr; }
dt { color: #4a5763; font-size: 9.5pt; }
dd { margin: 0; }
dd ul { margin: 0; padding-left: 5mm; }
.verdict { margin: 3mm 0; padding: 3mm 5mm; color: #fff; font-size: 15pt; font-weight: 600; break-inside: avoid; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.verdict p { margin: 0; }
.uncovered { background-color: #5b6470; }
.which { font-size: 10pt; font-weight: 400; }
.hatched { background-image: repeating-linear-gradient(135deg, rgb(255 255 255 / 16%) 0 6px, transparent 6px 14px); }
.sentence { font-size: 11pt; }
table { width: 100%; margin: 2mm 0 4mm; border-collapse: collapse; font-size: 9pt; line-height: 1.45; }
caption { padding: 1mm 0; font-weight: 600; text-align: left; }
thead { display: table-header-group; break-after: avoid; }
caption { break-after: avoid; }
tbody tr:first-child { break-before: avoid; }
tr { break-inside: avoid; }
th, td { padding: 1mm 1.4mm; border: 0.4pt solid #9aa5b1; text-align: left; vertical-align: top; }
th { background: #eef1f4; font-weight: 600; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.results td:first-child, .coordinates td { font-variant-numeric: tabular-nums; }
.results th:nth-child(1) { width: 9mm; }
.results th:nth-child(3) { width: 17mm; }
.results th:nth-child(4) { width: 30mm; }
.results th:nth-child(5) { width: 15mm; }
.results th:nth-child(6) { width: 25mm; }
.results th:nth-child(7) { width: 21mm; }
.results th:nth-child(8) { width: 22mm; }
.instruments th:nth-child(2) { width: 26mm; }
.instruments th:nth-child(3) { width: 20mm; }
.instruments th:nth-child(4) { width: 24mm; }
.instruments th:nth-child(5) { width: 27mm; }
.instruments th:nth-child(6) { width: 26mm; }
.data th:nth-child(1) { width: 38mm; }
.data th:nth-child(3) { width: 18mm; }
.data th:nth-child(4) { width: 21mm; }
.data th:nth-child(5) { width: 18mm; }
.data th:nth-child(6) { width: 14mm; }
.data th:nth-child(7) { width: 14mm; }
.results, .data, .provisions, .instruments { table-layout: fixed; }
.en .results, .en .data, .en .provisions, .en .instruments { font-size: 8.5pt; }
.en .results th:nth-child(4) { width: 26mm; }
.en .results th:nth-child(6) { width: 22mm; }
.en .results th:nth-child(7) { width: 19mm; }
.en .results th:nth-child(8) { width: 28mm; }
.en th, .en td { hyphens: auto; overflow-wrap: break-word; }
.provisions th:nth-child(1) { width: 36mm; }
.provisions th:nth-child(2) { width: 42mm; }
.provisions th:nth-child(4) { width: 20mm; }
.provisions th:nth-child(5) { width: 36mm; }
.en .provisions th:nth-child(4) { width: 24mm; }
blockquote { margin: 1mm 0 0; padding-left: 2mm; border-left: 0.8pt solid #9aa5b1; }
figure { margin: 2mm 0; break-inside: avoid; }
figure svg { display: block; max-width: 100%; height: auto; font-family: "Noto Sans CJK SC", "Microsoft YaHei", SimHei, sans-serif; }
figcaption { margin-top: 0.5mm; line-height: 1.4; font-size: 10pt; text-align: center; }
.failed { padding: 6mm; border: 0.6pt dashed #b4232a; color: #7a1218; }
.note, .silent { font-size: 9pt; color: #4a5763; }
.silent { padding-left: 5mm; }
.closing { margin-top: 10mm; break-inside: avoid; }
.signatures { display: grid; grid-template-columns: 1fr; gap: 6mm; margin: 4mm 0 8mm; }
.signatures p { display: grid; grid-template-columns: 26mm 1fr 18mm 1fr; gap: 3mm; align-items: end; margin: 0; }
.signatures span { border-bottom: 0.5pt solid #1f2933; height: 7mm; }
a { color: #1d5f99; }
@media screen and (max-width: 760px) { main { margin: 0; padding: 40px 14px 24px; box-shadow: none; } dl, .en dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: 2mm; } table { display: block; overflow-x: auto; } .en th, .en td { overflow-wrap: anywhere; } }
@media print { body { background: none; } main { width: auto; margin: 0; padding: 0; box-shadow: none; } .running { display: none; } .watermark { display: block; position: fixed; z-index: 2; top: 100mm; right: 0; left: 0; margin: 0; font: 600 62pt "Noto Sans CJK SC", "Microsoft YaHei", SimHei, sans-serif; text-align: center; color: rgb(180 35 42 / 8%); transform: rotate(-30deg); print-color-adjust: exact; -webkit-print-color-adjust: exact; } a { color: inherit; text-decoration: none; } }
`;
