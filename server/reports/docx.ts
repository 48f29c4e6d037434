/** The report as offices file it: Word's own styles, numbered headings, contents with page numbers, tables whose head comes
 *  again on every page. Fonts are named, not embedded: 宋体 and 黑体 are on every office machine; lines have a height of
 *  their own, so that pages break where they were reckoned whatever font stands in for them. */
import {
  AlignmentType,
  Bookmark,
  BorderStyle,
  Document,
  Footer,
  Header,
  HeadingLevel,
  type IParagraphOptions,
  ImageRun,
  InternalHyperlink,
  type IRunOptions,
  type IStylesOptions,
  LeaderType,
  LevelFormat,
  LineRuleType,
  Packer,
  PageBreak,
  PageNumber,
  PageReference,
  Paragraph,
  ShadingType,
  Table,
  TableCell,
  TableLayoutType,
  TableRow,
  TabStopType,
  TextRun,
  VerticalAlign,
  WidthType,
} from "docx";
import { estimatePageNumbersWith } from "docx/layout";
import { sayIn } from "./cells.ts";
import { documentOf } from "./content.ts";
import { pin } from "./archive.ts";
import type { Block, Fact, Figure, Line, Lines, ReportDocument, Run, Section, Table as Rows, Verdict } from "./document.ts";
import { drawFigure } from "./figure.ts";
import { createPainter, drawable, type Painter } from "./painter.ts";
import { drawQr } from "./qr.ts";
import type { Assets, Report } from "./report.ts";
import { shown } from "./signs.ts";

/** Twentieths of a point. */
const MM = 1440 / 25.4;
const TEXT_MM = 170;
/** What the number of a section takes before its title, in the contents. */
const NUMBER_MM = 8.5;
const WIDTH = Math.round(TEXT_MM * MM);
const SONG = { ascii: "Times New Roman", hAnsi: "Times New Roman", eastAsia: "宋体", cs: "Times New Roman" };
const HEI = { ascii: "Arial", hAnsi: "Arial", eastAsia: "黑体", cs: "Arial" };
const GREY = "4A5763";
const LINE = { style: BorderStyle.SINGLE, size: 4, color: "9AA5B1" };
const NO_LINE = { style: BorderStyle.NONE, size: 0, color: "auto" };
const NO_LINES = { top: NO_LINE, bottom: NO_LINE, left: NO_LINE, right: NO_LINE };
/** Pictures: 200 to an inch. */
const PICTURE_PX = 1340;
const HEADINGS = "headings";
const STEPS = "steps";
const DOTS = "dots";

export async function renderDocx(report: Report, assets: () => Promise<Assets>): Promise<Uint8Array> {
  const document = documentOf(report);
  const painter = await createPainter(await assets());
  const entries = entriesOf(document);
  const file = new Document({
    title: shown(`${document.title} ${document.number}`),
    subject: shown(document.name),
    creator: document.service,
    lastModifiedBy: document.service,
    revision: 1,
    styles: STYLES,
    numbering: { config: NUMBERING },
    // The pages as Word lays them out; see contents().
    pageNumbers: estimatePageNumbersWith({ guess: true }),
    sections: [
      {
        properties: {
          titlePage: true,
          page: {
            size: { width: 11906, height: 16838 },
            margin: { top: 25 * MM, bottom: 22 * MM, left: 20 * MM, right: 20 * MM, header: 11 * MM, footer: 11 * MM },
          },
        },
        headers: { default: header(document), first: header(document, true) },
        footers: { default: footer(document), first: new Footer({ children: [new Paragraph({})] }) },
        children: [
          ...opening(document),
          ...contents(document, entries),
          ...body(document, entries, painter),
          ...closing(document, painter),
        ],
      },
    ],
  });
  return pin(await Packer.toBuffer(file), document.created_at);
}

const STYLES: IStylesOptions = {
  default: {
    document: {
      run: { font: SONG, size: 21, language: { value: "en-GB", eastAsia: "zh-CN" } },
      paragraph: { spacing: { line: 320, lineRule: LineRuleType.EXACT, after: 80 } },
    },
    title: {
      run: { font: HEI, size: 44, bold: true },
      paragraph: { alignment: AlignmentType.CENTER, spacing: { after: 200, line: 640, lineRule: LineRuleType.EXACT } },
    },
    heading1: {
      run: { font: HEI, size: 28, bold: true, color: "1F2933" },
      paragraph: { keepNext: true, spacing: { before: 360, after: 140, line: 400, lineRule: LineRuleType.EXACT } },
    },
    heading2: {
      run: { font: HEI, size: 22, bold: true, color: "1F2933" },
      paragraph: { keepNext: true, spacing: { before: 200, after: 80 } },
    },
    heading3: {
      run: { font: HEI, size: 21, bold: true, color: "1F2933" },
      paragraph: { keepNext: true, spacing: { before: 160, after: 80 } },
    },
  },
  paragraphStyles: [
    {
      id: "Cell",
      name: "Cell",
      basedOn: "Normal",
      run: { size: 18 },
      paragraph: { spacing: { line: 250, lineRule: LineRuleType.EXACT, after: 0 } },
    },
    { id: "CellHead", name: "Cell head", basedOn: "Cell", run: { font: HEI, size: 18, bold: true } },
    {
      id: "Caption",
      name: "caption",
      basedOn: "Normal",
      run: { font: HEI, size: 20, bold: true },
      paragraph: { keepNext: true, spacing: { before: 160, after: 60 } },
    },
    {
      id: "FigureCaption",
      name: "Figure caption",
      basedOn: "Normal",
      run: { font: HEI, size: 20 },
      paragraph: { alignment: AlignmentType.CENTER, spacing: { after: 160 } },
    },
    { id: "Note", name: "Note", basedOn: "Normal", run: { size: 18, color: GREY } },
    {
      id: "Verdict",
      name: "Verdict",
      basedOn: "Normal",
      run: { font: HEI, size: 30, bold: true, color: "FFFFFF" },
      paragraph: { keepLines: true, spacing: { before: 120, after: 120, line: 480, lineRule: LineRuleType.EXACT } },
    },
    {
      id: "Contents",
      name: "Contents heading",
      basedOn: "Normal",
      run: { font: HEI, size: 28, bold: true },
      paragraph: { alignment: AlignmentType.CENTER, spacing: { after: 200 } },
    },
    { id: "TOC1", name: "toc 1", basedOn: "Normal", run: { font: HEI }, paragraph: { spacing: { before: 80, after: 40 } } },
    { id: "TOC2", name: "toc 2", basedOn: "Normal", paragraph: { indent: { left: 420 }, spacing: { after: 20 } } },
  ],
};

const NUMBERING = [
  {
    reference: HEADINGS,
    levels: [
      {
        level: 0,
        format: LevelFormat.DECIMAL,
        text: "%1",
        alignment: AlignmentType.LEFT,
        style: { paragraph: { indent: { left: 480, hanging: 480 } } },
      },
    ],
  },
  {
    reference: STEPS,
    levels: [
      {
        level: 0,
        format: LevelFormat.DECIMAL,
        text: "%1.",
        alignment: AlignmentType.LEFT,
        style: { paragraph: { indent: { left: 420, hanging: 420 } } },
      },
    ],
  },
  {
    reference: DOTS,
    levels: [
      {
        level: 0,
        format: LevelFormat.BULLET,
        text: "•",
        alignment: AlignmentType.LEFT,
        style: { paragraph: { indent: { left: 300, hanging: 300 } } },
      },
    ],
  },
];

function header({ title, number, sample }: ReportDocument, first = false): Header {
  const children: Paragraph[] = [];
  if (!first)
    children.push(
      new Paragraph({
        tabStops: [{ type: TabStopType.RIGHT, position: WIDTH }],
        spacing: { after: 20 },
        children: [words({ text: title, small: true }), new TextRun({ text: `\t${number}`, size: 17, color: GREY })],
        border: { bottom: { ...LINE, space: 2 } },
      }),
    );
  if (sample)
    children.push(
      new Paragraph({
        alignment: AlignmentType.CENTER,
        shading: { type: ShadingType.CLEAR, fill: "FFF8E6", color: "auto" },
        spacing: { after: 0 },
        children: [new TextRun({ text: sample.running, font: HEI, size: 17, color: "6B4700" })],
      }),
    );
  return new Header({ children: children.length > 0 ? children : [new Paragraph({})] });
}

function footer({ lang }: ReportDocument): Footer {
  const [before, between, after] = sayIn(lang)("report.page", { page: "\n", pages: "\n" }).split("\n");
  return new Footer({
    children: [
      new Paragraph({
        alignment: AlignmentType.CENTER,
        children: [new TextRun({ size: 18, children: [before!, PageNumber.CURRENT, between!, PageNumber.TOTAL_PAGES, after!] })],
      }),
    ],
  });
}

function opening({ service, title, name, cover, declaration, opening: blocks }: ReportDocument): (Paragraph | Table)[] {
  return [
    new Paragraph({
      alignment: AlignmentType.CENTER,
      spacing: { before: 500, after: 120 },
      children: [new TextRun({ text: service, font: HEI, size: 24, color: GREY })],
    }),
    new Paragraph({ style: "Title", children: [new TextRun(title)] }),
    new Paragraph({
      alignment: AlignmentType.CENTER,
      spacing: { after: 300 },
      children: [new TextRun({ text: shown(name), size: 28 })],
    }),
    facts(cover),
    new Paragraph({
      spacing: { before: 200, after: 200 },
      border: {
        top: { ...LINE, space: 4 },
        bottom: { ...LINE, space: 4 },
        left: { ...LINE, space: 4 },
        right: { ...LINE, space: 4 },
      },
      indent: { left: 100, right: 100 },
      children: [
        new TextRun({ text: declaration.title, bold: true, size: 19 }),
        new TextRun({ text: ` ${declaration.text}`, size: 19 }),
      ],
    }),
    ...blocks.flatMap((block) => blockParts(block)),
  ];
}

/** An entry of the contents: a section, or a listed table in it. `to` is the bookmark on its heading. */
type Entry = { of: Section | Rows; number: string | null; title: string; to: string };

function entriesOf({ sections }: ReportDocument): Entry[] {
  const entries: Entry[] = [];
  const put = (entry: Omit<Entry, "to">) => entries.push({ ...entry, to: `_Toc${entries.length + 1}` });
  for (const section of sections) {
    put({ of: section, number: String(section.number), title: section.title });
    for (const block of section.blocks)
      if (block.kind === "table" && block.listed) put({ of: block, number: null, title: block.caption });
  }
  return entries;
}

/** Not a field TOC but lines of links with a PAGEREF each. LibreOffice shows of a TOC what is stored in it; a PAGEREF that
 *  stands by itself it works out anew whenever it lays out the pages, which are its own: a heading that Word leaves at the foot
 *  of a page may stand on the next. Word shows what is stored, and that is its own pages as they were worked out here;
 *  it is therefore not told to update fields (w:updateFields), for it would ask every reader first. */
function contents({ lang }: ReportDocument, entries: readonly Entry[]): Paragraph[] {
  const number_at = { type: TabStopType.LEFT, position: NUMBER_MM * MM };
  const page_at = { type: TabStopType.RIGHT, position: WIDTH, leader: LeaderType.DOT };
  return [
    new Paragraph({ style: "Contents", pageBreakBefore: true, children: [new TextRun(sayIn(lang)("report.contents"))] }),
    ...entries.map(
      ({ number, title, to }) =>
        new Paragraph({
          style: number === null ? "TOC2" : "TOC1",
          tabStops: number === null ? [page_at] : [number_at, page_at],
          children: [
            new InternalHyperlink({
              anchor: to,
              children: [
                new TextRun(number === null ? title : `${number}\t${title}`),
                new TextRun("\t"),
                new PageReference(to, { hyperlink: true }),
              ],
            }),
          ],
        }),
    ),
    new Paragraph({ children: [new PageBreak()] }),
  ];
}

function body({ sections, lang }: ReportDocument, entries: readonly Entry[], painter: Painter): (Paragraph | Table)[] {
  const heading = (of: Section | Rows, title: string) => {
    const entry = entries.find((each) => each.of === of);
    return entry ? new Bookmark({ id: entry.to, children: [new TextRun(title)] }) : new TextRun(title);
  };
  return sections.flatMap((section) => [
    new Paragraph({
      heading: HeadingLevel.HEADING_1,
      numbering: { reference: HEADINGS, level: 0 },
      children: [heading(section, section.title)],
    }),
    ...section.blocks.flatMap((block) => {
      if (block.kind === "figure") return figure(block, lang, painter);
      return block.kind === "table" ? table(block, heading(block, block.caption)) : blockParts(block);
    }),
  ]);
}

/** How a run is set. */
function setting({ text, bold, small, color, code, quote }: Run): IRunOptions {
  return {
    text: shown(text),
    ...(bold ? { bold } : {}),
    ...(small ? { size: 17, color: GREY } : {}),
    ...(color ? { color: color.slice(1).toUpperCase() } : {}),
    ...(code ? { font: { ...SONG, ascii: "Courier New", hAnsi: "Courier New" }, size: 17 } : {}),
    ...(quote ? { italics: true } : {}),
  };
}

function words(run: Run): TextRun {
  return new TextRun(setting(run));
}

function paragraphs(lines: Lines, options: IParagraphOptions = {}): Paragraph[] {
  return lines.map((line) => new Paragraph({ ...options, children: line.map(words) }));
}

function facts(pairs: readonly Fact[]): Table {
  const widths = [0.24 * WIDTH, 0.76 * WIDTH].map(Math.round);
  const parts = (children: Paragraph[], width: number) =>
    new TableCell({
      width: { size: width, type: WidthType.DXA },
      borders: NO_LINES,
      margins: { top: 20, bottom: 20, left: 60, right: 60 },
      children,
    });
  return new Table({
    layout: TableLayoutType.FIXED,
    width: { size: WIDTH, type: WidthType.DXA },
    columnWidths: widths,
    borders: { ...NO_LINES, insideHorizontal: NO_LINE, insideVertical: NO_LINE },
    rows: pairs.map(
      ({ term, lines, items }) =>
        new TableRow({
          children: [
            parts(
              [
                new Paragraph({
                  spacing: { after: 20 },
                  children: [new TextRun({ text: term, font: HEI, size: 19, color: GREY })],
                }),
              ],
              widths[0]!,
            ),
            parts(
              paragraphs(lines, { spacing: { after: 20 }, ...(items ? { numbering: { reference: DOTS, level: 0 } } : {}) }),
              widths[1]!,
            ),
          ],
        }),
    ),
  });
}

function blockParts(block: Exclude<Block, Figure>): (Paragraph | Table)[];
function blockParts(block: Block): (Paragraph | Table)[];
function blockParts(block: Block): (Paragraph | Table)[] {
  switch (block.kind) {
    case "facts":
      return [facts(block.facts), new Paragraph({ spacing: { after: 0, line: 120, lineRule: LineRuleType.EXACT } })];
    case "paragraph":
      return [toned(block.line, block.tone)];
    case "heading":
      return [new Paragraph({ heading: HeadingLevel.HEADING_3, children: [new TextRun(shown(block.text))] })];
    case "list":
      return block.items.map(
        (line) =>
          new Paragraph({
            ...(block.tone === "silent" ? { style: "Note" } : {}),
            numbering: { reference: block.ordered ? STEPS : DOTS, level: 0 },
            children: line.map(words),
          }),
      );
    case "verdict":
      return verdict(block);
    case "table":
      return table(block);
    case "figure":
      return [];
  }
}

function toned(line: Line, tone: "note" | "sentence" | "failed" | undefined): Paragraph {
  if (tone === "failed") return failed(line);
  return new Paragraph({ ...(tone === "note" ? { style: "Note" } : {}), children: line.map(words) });
}

function failed(line: Line): Paragraph {
  const edge = { style: BorderStyle.DASHED, size: 6, color: "B4232A", space: 6 };
  return new Paragraph({
    border: { top: edge, bottom: edge, left: edge, right: edge },
    indent: { left: 120, right: 120 },
    spacing: { before: 160, after: 160 },
    children: line.map((run) => words({ ...run, color: "#7A1218" })),
  });
}

function verdict({ color, hatched, text, which }: Verdict): Paragraph[] {
  const shading = hatched
    ? { type: ShadingType.PERCENT_20, fill: color.slice(1).toUpperCase(), color: "7A8490" }
    : { type: ShadingType.CLEAR, fill: color.slice(1).toUpperCase(), color: "auto" };
  const options = { style: "Verdict", shading, indent: { left: 80, right: 80 } };
  return [
    new Paragraph({
      ...options,
      ...(which ? { keepNext: true, spacing: { after: 0 } } : {}),
      children: [new TextRun(` ${text}`)],
    }),
    ...(which
      ? [
          new Paragraph({
            ...options,
            spacing: { before: 0, after: 120 },
            children: [new TextRun({ text: ` ${shown(which)}`, size: 20, bold: false })],
          }),
        ]
      : []),
  ];
}

function table(
  { caption, listed, columns, rows }: Rows,
  title: Bookmark | TextRun = new TextRun(caption),
): (Paragraph | Table)[] {
  const widths = columns.map(({ width }) => Math.round(width * WIDTH));
  const part = (at: number, children: Paragraph[], fill?: string) =>
    new TableCell({
      width: { size: widths[at]!, type: WidthType.DXA },
      margins: { top: 40, bottom: 40, left: 70, right: 70 },
      ...(fill ? { shading: { type: ShadingType.CLEAR, fill, color: "auto" }, verticalAlign: VerticalAlign.CENTER } : {}),
      children,
    });
  return [
    listed
      ? new Paragraph({ heading: HeadingLevel.HEADING_2, children: [title] })
      : new Paragraph({ style: "Caption", children: [title] }),
    new Table({
      layout: TableLayoutType.FIXED,
      width: { size: WIDTH, type: WidthType.DXA },
      columnWidths: widths,
      borders: { top: LINE, bottom: LINE, left: LINE, right: LINE, insideHorizontal: LINE, insideVertical: LINE },
      rows: [
        new TableRow({
          tableHeader: true,
          cantSplit: true,
          children: columns.map(({ title }, at) =>
            part(at, [new Paragraph({ style: "CellHead", keepNext: true, children: [new TextRun(title)] })], "EEF1F4"),
          ),
        }),
        ...rows.map(
          (row) =>
            new TableRow({
              cantSplit: true,
              children: row.map(({ lines }, at) => part(at, paragraphs(lines, { style: "Cell" }))),
            }),
        ),
      ],
    }),
    new Paragraph({ spacing: { after: 0, line: 160, lineRule: LineRuleType.EXACT } }),
  ];
}

function figure(block: Figure, lang: ReportDocument["lang"], painter: Painter): Paragraph[] {
  const caption = new Paragraph({ style: "FigureCaption", children: [new TextRun(shown(block.caption))] });
  if ("failed" in block) return [failed([{ text: block.failed }]), caption];
  const svg = drawFigure(drawable(block.drawing, painter.signs), lang, `f${block.number}`, block.title).text;
  return [
    new Paragraph({
      keepNext: true,
      alignment: AlignmentType.CENTER,
      spacing: { before: 160, after: 40, line: 240, lineRule: LineRuleType.AUTO },
      children: [picture(svg, TEXT_MM, PICTURE_PX, painter, block.title)],
    }),
    caption,
  ];
}

/** 96 pixels are an inch in Word. */
const PX_PER_MM = 96 / 25.4;

function picture(svg: string, width_mm: number, width_px: number, painter: Painter, title: string): ImageRun {
  const [, width, height] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg)!.map(Number);
  const wide = width_mm * PX_PER_MM;
  return new ImageRun({
    type: "png",
    data: painter.png(svg, width_px),
    transformation: { width: wide, height: (wide * height!) / width! },
    altText: { title: shown(title), description: shown(title), name: shown(title) },
  });
}

const QR_MM = 26;

function closing({ signatures, closing: told, verify, note }: ReportDocument, painter: Painter): (Paragraph | Table)[] {
  return [
    signatureTable(signatures),
    new Paragraph({ spacing: { after: 120 } }),
    facts(told),
    new Paragraph({
      keepNext: true,
      spacing: { before: 160, after: 40, line: 240, lineRule: LineRuleType.AUTO },
      children: [picture(drawQr(verify.url).text, QR_MM, 420, painter, verify.url)],
    }),
    new Paragraph({ keepNext: true, spacing: { after: 20 }, children: [new TextRun({ text: verify.text, size: 19 })] }),
    new Paragraph({ children: [new TextRun({ text: verify.url, size: 17 })] }),
    new Paragraph({ style: "Note", children: [new TextRun(note)] }),
  ];
}

function signatureTable(signatures: ReportDocument["signatures"]): Table {
  const widths = [0.16, 0.38, 0.14, 0.32].map((share) => Math.round(share * WIDTH));
  const part = (at: number, text: string, line: boolean) =>
    new TableCell({
      width: { size: widths[at]!, type: WidthType.DXA },
      borders: { ...NO_LINES, ...(line ? { bottom: { style: BorderStyle.SINGLE, size: 6, color: "1F2933" } } : {}) },
      verticalAlign: VerticalAlign.BOTTOM,
      children: [
        new Paragraph({ keepNext: true, spacing: { before: 260, after: 0 }, children: [new TextRun({ text, font: HEI })] }),
      ],
    });
  return new Table({
    layout: TableLayoutType.FIXED,
    width: { size: WIDTH, type: WidthType.DXA },
    columnWidths: widths,
    borders: { ...NO_LINES, insideHorizontal: NO_LINE, insideVertical: NO_LINE },
    rows: signatures.map(
      ({ who, date }) =>
        new TableRow({
          cantSplit: true,
          children: [part(0, who, false), part(1, "", true), part(2, date, false), part(3, "", true)],
        }),
    ),
  });
}
