/** The report as one page for the screen and for A4 paper: no script, nothing from elsewhere, every value escaped. */
import type { Lang } from "../api/common.ts";
import { documentOf } from "./content.ts";
import type { Block, Cell, Fact, Figure, Line, Lines, ReportDocument, Run, Section, Table, Verdict } from "./document.ts";
import { drawFigure } from "./figure.ts";
import { html, Markup } from "./markup.ts";
import { drawQr } from "./qr.ts";
import type { Rendering } from "./report.ts";

export const htmlReport: Rendering = {
  id: "html",
  type: "text/html; charset=utf-8",
  shown: true,
  render: (report) => Promise.resolve(page(documentOf(report)).text),
};

function page(report: ReportDocument): Markup {
  const { lang, sample, title, number } = report;
  return html`<!doctype html>
    <html lang="${lang === "zh" ? "zh-CN" : "en"}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${title} ${number}</title>
        <style>
          ${new Markup(STYLE + (sample ? banner(sample.running) : ""))}
        </style>
      </head>
      <body class="${lang}">
        ${
          sample &&
          html`<p class="running">${sample.running}</p>
            <p class="watermark" aria-hidden="true">${sample.word}</p>`
        }
        <main>
          ${cover(report)}
          <section class="conclusion">${report.opening.map((block) => blockMarkup(block, lang))}</section>
          ${report.sections.map((section) => sectionMarkup(section, lang))} ${closing(report)}
        </main>
      </body>
    </html> `;
}

/** On every printed page; the sentence is one of the catalogue's, quoted for CSS. */
function banner(sentence: string): string {
  const quoted = sentence.replace(/["\\\n]/g, "");
  return `@page { @top-center { content: "${quoted}"; font-size: 8.5pt; color: #6b4700; } }`;
}

function sectionMarkup({ number, title, blocks }: Section, lang: Lang): Markup {
  return html`<section>
    <h2>${number} ${title}</h2>
    ${blocks.map((block) => blockMarkup(block, lang))}
  </section>`;
}

function cover({ service, title, name, cover: told, declaration }: ReportDocument): Markup {
  return html`<header class="cover">
    <p class="kind">${service}</p>
    <h1>${title}</h1>
    <p class="name" dir="auto">${name}</p>
    ${facts(told)}
    <p class="declaration"><b>${declaration.title}</b> ${declaration.text}</p>
  </header>`;
}

function runMarkup({ text, bold, small, color, code, given, link, quote }: Run): Markup {
  let markup = given ? html`<span dir="auto">${text}</span>` : html`${text}`;
  if (code) markup = html`<code>${markup}</code>`;
  if (link !== undefined) markup = html`<a href="${link}">${markup}</a>`;
  if (bold) markup = color ? html`<b style="color:${color}">${markup}</b>` : html`<b>${markup}</b>`;
  if (quote) markup = html`<q>${markup}</q>`;
  return small ? html`<small>${markup}</small>` : markup;
}

function lineMarkup(line: Line): Markup {
  return html`${line.map(runMarkup)}`;
}

function linesMarkup(lines: Lines): Markup {
  return html`${lines.map((line, i) => html`${i > 0 && html`<br />`}${lineMarkup(line)}`)}`;
}

function facts(pairs: readonly Fact[]): Markup {
  return html`<dl>
    ${pairs.map(
      ({ term, lines, items }) =>
        html`<dt>${term}</dt>
          <dd>
            ${
              items
                ? html`<ul>
                    ${lines.map((line) => html`<li>${lineMarkup(line)}</li>`)}
                  </ul>`
                : linesMarkup(lines)
            }
          </dd>`,
    )}
  </dl>`;
}

function blockMarkup(block: Block, lang: Lang): Markup {
  switch (block.kind) {
    case "facts":
      return facts(block.facts);
    case "paragraph":
      return block.tone === undefined
        ? html`<p>${lineMarkup(block.line)}</p>`
        : html`<p class="${block.tone}">${lineMarkup(block.line)}</p>`;
    case "heading":
      return html`<h3>${block.text}</h3>`;
    case "list": {
      const items = block.items.map((line) => html`<li>${lineMarkup(line)}</li>`);
      if (block.ordered)
        return html`<ol>
          ${items}
        </ol>`;
      return html`<ul class="${block.tone}">
        ${items}
      </ul>`;
    }
    case "verdict":
      return verdictMarkup(block);
    case "figure":
      return figureMarkup(block, lang);
    case "table":
      return tableMarkup(block);
  }
}

function verdictMarkup({ color, hatched, text, which, uncovered }: Verdict): Markup {
  if (uncovered)
    return html`<div class="verdict hatched uncovered">
      <p>${text}</p>
      <p class="which">${which}</p>
    </div>`;
  return html`<p class="verdict ${hatched ? "hatched" : ""}" style="background-color:${color}">${text}</p>`;
}

function figureMarkup(figure: Figure, lang: Lang): Markup {
  const caption = html`<figcaption>${figure.caption}</figcaption>`;
  if ("failed" in figure)
    return html`<figure>
      <p class="failed">${figure.failed}</p>
      ${caption}
    </figure>`;
  return html`<figure>${drawFigure(figure.drawing, lang, `f${figure.number}`, figure.title)}${caption}</figure>`;
}

function tableMarkup({ id, caption, columns, rows }: Table): Markup {
  return html`<table class="${id}">
    <caption>
      ${caption}
    </caption>
    <thead>
      <tr>
        ${columns.map(({ title }) => html`<th scope="col">${title}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (row) =>
          html`<tr>
            ${row.map((cell: Cell) => html`<td>${linesMarkup(cell.lines)}</td>`)}
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function closing({ signatures, closing: told, verify, note }: ReportDocument): Markup {
  return html`<section class="closing">
    <div class="signatures">
      ${signatures.map(({ who, date }) => html`<p><b>${who}</b><span></span><b>${date}</b><span></span></p>`)}
    </div>
    ${facts(told)}
    <div class="verify">
      ${drawQr(verify.url)}
      <p>${verify.text}<br /><a href="${verify.path}">${verify.url}</a></p>
    </div>
    <p class="note">${note}</p>
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
q { quotes: none; display: block; margin: 1mm 0 0; padding-left: 2mm; border-left: 0.8pt solid #9aa5b1; }
figure { margin: 2mm 0; break-inside: avoid; }
figure svg { display: block; max-width: 100%; height: auto; font-family: "Noto Sans CJK SC", "Microsoft YaHei", SimHei, sans-serif; }
figcaption { margin-top: 0.5mm; line-height: 1.4; font-size: 10pt; text-align: center; }
.failed { padding: 6mm; border: 0.6pt dashed #b4232a; color: #7a1218; }
.note, .silent { font-size: 9pt; color: #4a5763; }
.silent { padding-left: 5mm; }
.closing { margin-top: 10mm; break-inside: avoid; }
.signatures { display: grid; grid-template-columns: 1fr; gap: 6mm; margin: 4mm 0 8mm; }
.signatures p { display: grid; grid-template-columns: 26mm 1fr 18mm 1fr; gap: 3mm; align-items: end; margin: 0; }
.verify { display: flex; gap: 5mm; align-items: center; margin: 3mm 0; font-size: 9pt; }
.verify svg { flex: none; width: 26mm; height: 26mm; }
.signatures span { border-bottom: 0.5pt solid #1f2933; height: 7mm; }
a { color: #1d5f99; }
@media screen and (max-width: 760px) { main { margin: 0; padding: 40px 14px 24px; box-shadow: none; } dl, .en dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: 2mm; } table { display: block; overflow-x: auto; } .en th, .en td { overflow-wrap: anywhere; } }
@media print { body { background: none; } main { width: auto; margin: 0; padding: 0; box-shadow: none; } .running { display: none; } .watermark { display: block; position: fixed; z-index: 2; top: 100mm; right: 0; left: 0; margin: 0; font: 600 62pt "Noto Sans CJK SC", "Microsoft YaHei", SimHei, sans-serif; text-align: center; color: rgb(180 35 42 / 8%); transform: rotate(-30deg); print-color-adjust: exact; -webkit-print-color-adjust: exact; } a { color: inherit; text-decoration: none; } }
`;
