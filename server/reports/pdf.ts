/** The report as PDF: fonts embedded, nothing needed on the reader's machine; contents with page numbers, an outline,
 *  figures as outlines at their printed scale. */
import pdfmake from "pdfmake";
import type { Content, ContentTable, TableCell, TDocumentDefinitions } from "pdfmake/interfaces.js";
import { sayIn } from "./cells.ts";
import { documentOf } from "./content.ts";
import type { Block, Fact, Figure, Line, Lines, ReportDocument, Run, Table, Verdict } from "./document.ts";
import { drawFigure, textWidth } from "./figure.ts";
import { createPainter, drawable, type Painter } from "./painter.ts";
import { drawQr } from "./qr.ts";
import type { Assets, Report } from "./report.ts";

/** Points. */
const MM = 72 / 25.4;
const TEXT_MM = 170;
/** Of a line in a table, and of a page between its margins. */
const TABLE_LINE = 13;
const ROOM = 297 * MM - 41 * MM;
const TABLE_SIZE = 8.5;
const GREY = "#4a5763";
const LINE = "#9aa5b1";

let equipped = false;

/** pdfmake holds fonts for the whole program: they are given to it once. */
function equip({ fonts }: Assets): void {
  if (equipped) return;
  const files = {
    "regular.otf": fonts.regular,
    "bold.otf": fonts.bold,
    "rare.otf": fonts.rare,
    "rare_bold.otf": fonts.rare_bold,
  };
  const { virtualfs } = pdfmake as unknown as { virtualfs: { writeFileSync(name: string, bytes: Uint8Array): void } };
  for (const [name, bytes] of Object.entries(files)) virtualfs.writeFileSync(name, bytes);
  pdfmake.setFonts({
    Usual: { normal: "regular.otf", bold: "bold.otf" },
    Rare: { normal: "rare.otf", bold: "rare_bold.otf" },
  });
  pdfmake.setUrlAccessPolicy(() => false);
  pdfmake.setLocalAccessPolicy((path) => path in files);
  equipped = true;
}

export async function renderPdf(report: Report, assets: () => Promise<Assets>): Promise<Uint8Array> {
  const loaded = await assets();
  equip(loaded);
  const definition = definePdf(documentOf(report), await createPainter(loaded));
  return new Uint8Array(await pdfmake.createPdf(definition).getBuffer());
}

/** What pdfmake is told: pure, the same for the same report. */
export function definePdf(report: ReportDocument, painter: Painter): TDocumentDefinitions {
  const { lang, sample, title, number, name, created_at, sections } = report;
  const say = sayIn(lang);
  const write = createWriter(painter);
  const made = new Date(created_at);
  return {
    pageSize: "A4",
    pageMargins: [20 * MM, 23 * MM, 20 * MM, 18 * MM],
    info: {
      title: `${title} ${number}`,
      subject: write.flat(name),
      author: report.service,
      creator: report.service,
      producer: "pdfmake",
      creationDate: made,
      modDate: made,
    },
    language: lang === "zh" ? "zh-CN" : "en",
    defaultStyle: { font: "Usual", fontSize: 10, lineHeight: 1.15, color: "#1f2933" },
    ...(sample ? { watermark: { text: sample.word, color: "#b4232a", opacity: 0.06, bold: true, angle: -30 } } : {}),
    header: (page: number) => running(report, write, page),
    footer: (page: number, pages: number) => ({
      text: say("report.page", { page, pages }),
      alignment: "center",
      fontSize: 8.5,
      color: "#555",
      margin: [0, 4 * MM, 0, 0],
    }),
    // A heading alone at the foot of a page goes with what it heads.
    pageBreakBefore: (node, context) =>
      node.headlineLevel !== undefined &&
      context.getFollowingNodesOnPage().every(({ headlineLevel, text }) => headlineLevel !== undefined || text === undefined),
    content: [
      ...opening(report, write),
      {
        toc: { title: { text: say("report.contents"), bold: true, fontSize: 15, alignment: "center", margin: [0, 0, 0, 10] } },
        pageBreak: "before",
      },
      ...sections.flatMap(({ number: nr, title: heading, blocks }, i): Content[] => [
        {
          text: `${nr}  ${heading}`,
          bold: true,
          fontSize: 14,
          margin: [0, i === 0 ? 0 : 16, 0, 6],
          headlineLevel: 1,
          tocItem: true,
          tocStyle: { bold: true },
          tocMargin: [0, 4, 0, 0],
          outline: true,
          outlineExpanded: true,
          ...(i === 0 ? { pageBreak: "before" as const } : {}),
        } as Content,
        ...blocks.flatMap((block) => blockContent(block, lang, write)),
      ]),
      closing(report, write),
    ],
  };
}

/** Texts as pdfmake takes them, every sign in a font that has it. */
type Writer = { painter: Painter; runs(line: Line): Content; lines(lines: Lines): Content[]; flat(text: string): string };

function createWriter(painter: Painter): Writer {
  const cut = ({ text, bold, small, color, code, quote }: Run): Content[] =>
    painter.signs(text).map(
      (stretch) =>
        ({
          text: stretch.text,
          ...(stretch.rare ? { font: "Rare" } : {}),
          ...(bold ? { bold } : {}),
          ...(small || quote ? { fontSize: 7.8, color: GREY } : {}),
          ...(code ? { fontSize: 8.5 } : {}),
          ...(color ? { color } : {}),
        }) as Content,
    );
  const runs = (line: Line): Content => ({ text: line.flatMap(cut) });
  return {
    painter,
    runs,
    lines: (lines) => lines.map(runs),
    flat: (text) =>
      painter
        .signs(text)
        .map((stretch) => stretch.text)
        .join(""),
  };
}

function running({ title, number, sample }: ReportDocument, write: Writer, page: number): Content {
  return {
    margin: [20 * MM, 8 * MM, 20 * MM, 0],
    stack: [
      ...(sample
        ? [
            {
              text: sample.running,
              fontSize: 8,
              color: "#6b4700",
              background: "#fff8e6",
              alignment: "center" as const,
            },
          ]
        : []),
      ...(page > 1
        ? [
            {
              columns: [
                { text: write.flat(title), fontSize: 8, color: GREY },
                { text: number, fontSize: 8, color: GREY, alignment: "right" as const },
              ],
              margin: [0, 3, 0, 0] as [number, number, number, number],
            },
            rule(),
          ]
        : []),
    ],
  };
}

function rule(): Content {
  return { canvas: [{ type: "line", x1: 0, y1: 1, x2: TEXT_MM * MM, y2: 1, lineWidth: 0.4, lineColor: LINE }] };
}

function opening(report: ReportDocument, write: Writer): Content[] {
  const { service, title, name, cover, declaration, lang } = report;
  return [
    { text: service, alignment: "center", color: GREY, fontSize: 11, margin: [0, 12, 0, 6] },
    { text: title, alignment: "center", bold: true, fontSize: 21 },
    { ...(write.runs([{ text: name }]) as object), alignment: "center", fontSize: 13.5, margin: [0, 8, 0, 16] } as Content,
    facts(cover, write),
    {
      table: {
        widths: ["*"],
        body: [[{ text: [{ text: `${declaration.title} `, bold: true }, declaration.text], fontSize: 9, margin: [4, 3, 4, 3] }]],
      },
      layout: lined(),
      margin: [0, 8, 0, 8],
    },
    ...report.opening.flatMap((block) => blockContent(block, lang, write)),
  ];
}

function lined(): NonNullable<ContentTable["layout"]> {
  return {
    hLineWidth: () => 0.4,
    vLineWidth: () => 0.4,
    hLineColor: () => LINE,
    vLineColor: () => LINE,
    paddingLeft: () => 3,
    paddingRight: () => 3,
    paddingTop: () => 2,
    paddingBottom: () => 2,
  };
}

function facts(pairs: readonly Fact[], write: Writer): Content {
  return {
    table: {
      widths: ["24%", "*"],
      body: pairs.map(({ term, lines, items }): TableCell[] => [
        { text: term, color: GREY, fontSize: 9.5 },
        items ? { ul: write.lines(lines) } : { stack: write.lines(lines) },
      ]),
    },
    layout: {
      defaultBorder: false,
      paddingLeft: () => 0,
      paddingRight: () => 6,
      paddingTop: () => 1.5,
      paddingBottom: () => 1.5,
    },
    margin: [0, 0, 0, 6],
  };
}

function blockContent(block: Block, lang: ReportDocument["lang"], write: Writer): Content[] {
  switch (block.kind) {
    case "facts":
      return [facts(block.facts, write)];
    case "paragraph":
      return [toned(block.line, block.tone, write)];
    case "heading":
      return [{ text: block.text, bold: true, fontSize: 11, margin: [0, 8, 0, 3], headlineLevel: 2 }];
    case "list": {
      const items = write.lines(block.items);
      const manner = block.tone === "silent" ? { fontSize: 8.5, color: GREY } : {};
      return [{ ...(block.ordered ? { ol: items } : { ul: items }), ...manner, margin: [0, 0, 0, 6] } as Content];
    }
    case "verdict":
      return [verdict(block, write)];
    case "figure":
      return [figure(block, lang, write)];
    case "table":
      return table(block, write);
  }
}

function toned(line: Line, tone: "note" | "sentence" | "failed" | undefined, write: Writer): Content {
  const content = write.runs(line) as object;
  if (tone === "failed") return failed(line, write);
  if (tone === "note") return { ...content, fontSize: 8.5, color: GREY, margin: [0, 2, 0, 4] } as Content;
  return { ...content, margin: [0, 2, 0, 5] } as Content;
}

function failed(line: Line, write: Writer): Content {
  return {
    table: {
      widths: ["*"],
      body: [[{ ...(write.runs(line) as object), color: "#7a1218", margin: [8, 14, 8, 14] } as TableCell]],
    },
    layout: {
      hLineColor: () => "#b4232a",
      vLineColor: () => "#b4232a",
      hLineStyle: () => ({ dash: { length: 3 } }),
      vLineStyle: () => ({ dash: { length: 3 } }),
    },
    margin: [0, 6, 0, 4],
  };
}

function verdict({ color, text, which }: Verdict, write: Writer): Content {
  return {
    table: {
      widths: ["*"],
      dontBreakRows: true,
      body: [
        [
          {
            fillColor: color,
            color: "#ffffff",
            margin: [10, 6, 10, 6],
            stack: [{ text, bold: true, fontSize: 14.5 }, ...(which ? [write.runs([{ text: which }])] : [])],
          },
        ],
      ],
    },
    layout: "noBorders",
    margin: [0, 4, 0, 6],
  };
}

function figure(block: Figure, lang: ReportDocument["lang"], write: Writer): Content {
  const caption = { ...(write.runs([{ text: block.caption }]) as object), alignment: "center", margin: [0, 2, 0, 8] } as Content;
  if ("failed" in block) return { unbreakable: true, stack: [failed([{ text: block.failed }], write), caption] };
  const { painter } = write;
  const svg = drawFigure(drawable(block.drawing, painter.signs), lang, `f${block.number}`, block.title).text;
  return { unbreakable: true, stack: [{ svg: painter.outlined(svg), width: TEXT_MM * MM }, caption], margin: [0, 6, 0, 0] };
}

function table({ caption, listed, columns, rows }: Table, write: Writer): Content[] {
  // Lines between columns and the air beside them are part of the width.
  const spare = columns.length * 6.8;
  const widths = columns.map(({ width }) => width * (TEXT_MM * MM - spare));
  const breaks = rows.some((row) => row.some(({ lines }, i) => heightOf(lines, widths[i]!) > ROOM / 2));
  return [
    {
      text: caption,
      bold: true,
      fontSize: 10,
      margin: [0, 6, 0, 3],
      headlineLevel: 3,
      ...(listed ? { tocItem: true, tocMargin: [14, 0, 0, 0], outline: true } : {}),
    } as Content,
    {
      table: {
        headerRows: 1,
        // pdfmake drops what is kept together and does not fit on a page.
        keepWithHeaderRows: breaks ? 0 : 1,
        dontBreakRows: !breaks,
        widths,
        body: [
          columns.map(({ title }): TableCell => ({ text: title, bold: true, fillColor: "#eef1f4" })),
          ...rows.map((row) => row.map(({ lines }): TableCell => ({ stack: write.lines(lines) }))),
        ],
      },
      layout: lined(),
      fontSize: TABLE_SIZE,
      lineHeight: 1.05,
      margin: [0, 0, 0, 6],
    },
  ];
}

/** About how high a cell becomes. Words that do not break may double it, no more: hence half a page above. */
function heightOf(lines: Lines, width: number): number {
  const long = lines.map((line) => textWidth(line.map(({ text }) => text).join(""), TABLE_SIZE));
  return TABLE_LINE * long.reduce((sum, each) => sum + Math.max(1, Math.ceil(each / width)), 0);
}

const QR_MM = 26;

function closing({ signatures, closing: told, verify, note }: ReportDocument, write: Writer): Content {
  const line = { text: "" };
  return {
    unbreakable: true,
    margin: [0, 20, 0, 0],
    stack: [
      {
        table: {
          widths: ["16%", "38%", "14%", "*"],
          body: signatures.map(({ who, date }): TableCell[] => [
            { text: who, bold: true, margin: [0, 16, 0, 0] },
            { ...line, border: [false, false, false, true] },
            { text: date, bold: true, margin: [6, 16, 0, 0] },
            { ...line, border: [false, false, false, true] },
          ]),
        },
        layout: { defaultBorder: false, hLineWidth: () => 0.5 },
        margin: [0, 0, 0, 14],
      },
      facts(told, write),
      {
        columns: [
          { svg: drawQr(verify.url).text, width: QR_MM * MM },
          {
            stack: [verify.text, { text: verify.url, fontSize: 7.5, link: verify.url, color: "#1d5f99" }],
            margin: [8, 18, 0, 0],
            width: "*",
          },
        ],
        margin: [0, 4, 0, 4],
      },
      { text: note, fontSize: 8.5, color: GREY },
    ],
  };
}
