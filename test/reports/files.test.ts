/** The files of a report say what its document says, each read back by itself; they need no database. */
import ExcelJS from "exceljs";
import { strFromU8, unzipSync } from "fflate";
import { beforeAll, describe, expect, it } from "vitest";
import type { Lang } from "../../server/api/common.ts";
import { percentText } from "../../server/measures.ts";
import { say } from "../../server/messages.ts";
import { reportAssets } from "../../server/report_assets.ts";
import { countCell } from "../../server/reports/cells.ts";
import { documentOf } from "../../server/reports/content.ts";
import { type Block, type ReportDocument, wordsOf } from "../../server/reports/document.ts";
import { htmlReport } from "../../server/reports/html.ts";
import { renderings } from "../../server/reports/index.ts";
import type { Report } from "../../server/reports/report.ts";
import { pdfPages } from "../support/pdf_text.ts";
import { syntheticReport } from "../support/synthetic_report.ts";

const SLOW_MS = 240_000;
const NAME = '㛃家庄𠮷野😀\u202e逆\u0007<b>&"=1+1';

async function render(id: string, report: Report): Promise<Uint8Array> {
  const made = await renderings.find((each) => each.id === id)!.render(report, reportAssets);
  return typeof made === "string" ? Buffer.from(made) : made;
}

/** Every piece of text of the document, in lines. */
function linesOf({ opening, sections, cover, closing, title, declaration }: ReportDocument): string[] {
  const factsOf = (facts: ReportDocument["cover"]) => facts.flatMap(({ term, lines }) => [term, ...wordsOf(lines).split("\n")]);
  const of = (block: Block): string[] => {
    switch (block.kind) {
      case "facts":
        return factsOf(block.facts);
      case "paragraph":
        return [wordsOf([block.line])];
      case "heading":
        return [block.text];
      case "list":
        return block.items.map((line) => wordsOf([line]));
      case "verdict":
        return [block.text, block.which ?? ""];
      case "figure":
        return [block.caption, "failed" in block ? block.failed : ""];
      case "table":
        return [
          block.caption,
          ...block.columns.map((column) => column.title),
          ...block.rows.flatMap((row) => row.flatMap(({ lines }) => wordsOf(lines).split("\n"))),
        ];
    }
  };
  return [
    title,
    declaration.text,
    ...factsOf(cover),
    ...[...opening, ...sections.flatMap(({ blocks }) => blocks)].flatMap(of),
    ...sections.map((section) => section.title),
    ...factsOf(closing),
  ].filter((text) => text !== "");
}

/** Without what the lines break at, and as every rendering shows what no document may hold. */
const bare = (text: string) => text.replaceAll("\u202e", "[U+202E]").replaceAll("\u0007", "").replace(/\s+/g, "");
const inPdf = (text: string) => bare(text).replaceAll("😀", "U+1F600");
const missing = (found: string, expected: string[], as = bare) =>
  [...new Set(expected)].filter((text) => !found.includes(as(text)));

const entities = (xml: string) =>
  xml
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&apos;", "'")
    .replaceAll("&amp;", "&");
const partOf = (docx: Uint8Array, path: string) => strFromU8(unzipSync(docx)[path]!);
const wordsOfDocx = (docx: Uint8Array) =>
  bare(
    entities([...partOf(docx, "word/document.xml").matchAll(/<w:t(?: [^>]*)?>([^<]*)<\/w:t>/g)].map((run) => run[1]).join("")),
  );

/** Words of the pages without what runs over each of them, so that a paragraph goes on. */
function flowing(pages: string[], { sample, title, number, lang }: ReportDocument): string {
  return pages
    .map((page, i) => {
      const runs = [
        sample!.running,
        ...(i === 0 ? [] : [title, number]),
        say(lang, "report.page", { page: i + 1, pages: pages.length }),
        sample!.word,
      ];
      expect(bare(page).endsWith(bare(runs.join("")))).toBe(true);
      return bare(page).slice(0, -bare(runs.join("")).length);
    })
    .join("");
}

async function readBook(bytes: Uint8Array): Promise<ExcelJS.Workbook> {
  const book = new ExcelJS.Workbook();
  await book.xlsx.load(Buffer.from(bytes) as never);
  return book;
}

describe.each(["zh", "en"] as const)("in %s", (lang: Lang) => {
  const report = syntheticReport(lang, 12, { name: NAME });
  const document = documentOf(report);
  const expected = linesOf(document);
  let docx: Uint8Array;
  let pdf: Uint8Array;
  let xlsx: Uint8Array;
  beforeAll(async () => {
    [docx, pdf, xlsx] = [await render("docx", report), await render("pdf", report), await render("xlsx", report)];
  }, SLOW_MS);

  it("the page, the Word file and the PDF say every line of the document", async () => {
    expect(expected.length).toBeGreaterThan(100);
    expect(missing(wordsOfDocx(docx), expected)).toEqual([]);
    expect(missing(flowing(pdfPages(pdf), document), expected, inPdf)).toEqual([]);
    const page = entities((await render("html", report)).toString().replace(/<[^>]+>/g, ""));
    expect(missing(bare(page.replaceAll("&#39;", "'")), expected)).toEqual([]);
  });

  it("a sign that no font has is said as its code; none is an empty box", () => {
    const words = pdfPages(pdf).join("");
    expect(words).toContain("㛃家庄𠮷野U+1F600[U+202E]逆");
    expect(words).not.toMatch(/[\ufffd\0]/);
  });

  it("every table is in the workbook, cell by cell; numbers are numbers, and text is never a formula", async () => {
    const book = await readBook(xlsx);
    const found = new Set<string>();
    const numbers: number[] = [];
    book.eachSheet((sheet) =>
      sheet.eachRow((row) =>
        row.eachCell((cell) => {
          expect(cell.type).not.toBe(ExcelJS.ValueType.Formula);
          if (typeof cell.value === "number") numbers.push(cell.value);
          found.add(bare(String(cell.value)));
        }),
      ),
    );
    const tables = document.sections.flatMap(({ blocks }) => blocks.filter((block) => block.kind === "table"));
    const cells = tables.flatMap(({ rows }) => rows.flat());
    expect(
      cells
        .filter(({ lines, value }) => value === undefined && !found.has(bare(wordsOf(lines))))
        .map(({ lines }) => wordsOf(lines)),
    ).toEqual([]);
    expect(found).toContain("=1+1");
    expect([...found].some((text) => text.includes("+SUM(A1)"))).toBe(true);
    for (const { value } of cells) if (value !== undefined) expect(numbers).toContain(value);
    for (const finding of report.check.findings.slice(0, 5)) expect(numbers).toContain(finding.overlap_m2);
    expect(book.worksheets.map(({ name }) => name)).toEqual(
      ["summary", "t1", "t2", "t3", "slivers", "t4", "silent", "steps", "themes", "instruments", "notes"].map((sheet) =>
        say(lang, `report.sheet.${sheet}`),
      ),
    );
  });

  it("the Word file has numbered headings, heads that come again, fonts for both scripts, and says whose data it is", () => {
    const xml = partOf(docx, "word/document.xml");
    for (const section of document.sections)
      expect(xml).toMatch(
        new RegExp(
          `<w:pStyle w:val="Heading1"/>(?:(?!</w:p>).)*<w:numPr>(?:(?!</w:p>).)*>${section.title.replace(/[?()]/g, "\\$&")}<`,
        ),
      );
    const tables = document.sections.flatMap(({ blocks }) => blocks.filter((block) => block.kind === "table"));
    expect(xml.match(/<w:tblHeader\/>/g)).toHaveLength(tables.length);
    expect(partOf(docx, "word/styles.xml")).toMatch(
      /w:ascii="Times New Roman"[^>]*w:eastAsia="宋体"|w:eastAsia="宋体"[^>]*w:ascii="Times New Roman"/,
    );
    const heads = Object.keys(unzipSync(docx)).filter((path) => /word\/header\d\.xml/.test(path));
    expect(heads.length).toBeGreaterThan(0);
    for (const path of heads) expect(partOf(docx, path)).toContain(document.sample!.running);
    for (const { who } of document.signatures) expect(xml).toContain(who);
    // The figure and the code to verify by.
    expect(Object.keys(unzipSync(docx)).filter((path) => path.endsWith(".png"))).toHaveLength(2);
  });

  it(
    "equal input gives equal bytes, whenever and wherever it is made",
    async () => {
      for (const [id, once] of [
        ["docx", docx],
        ["pdf", pdf],
        ["xlsx", xlsx],
      ] as const)
        expect(Buffer.from(await render(id, report)).equals(Buffer.from(once)), id).toBe(true);
      expect(partOf(docx, "docProps/core.xml")).toContain(report.check.created_at);
    },
    SLOW_MS,
  );
});

it(
  "with 500 findings the contents name the page on which each part begins, in the PDF and the Word file",
  async () => {
    const report = syntheticReport("zh", 500);
    const document = documentOf(report);
    const pages = pdfPages(await render("pdf", report)).map(bare);
    expect(pages.length).toBeGreaterThan(20);
    const headings = document.sections
      .flatMap(({ number, title, blocks }) => [
        `${number}${title}`,
        ...blocks.flatMap((block) => (block.kind === "table" && block.listed ? [block.caption] : [])),
      ])
      .map(bare);
    expect(headings.length).toBeGreaterThan(8);
    for (const heading of headings) {
      const at = pages.findIndex((page, i) => i >= 2 && page.includes(heading));
      expect(pages[1], heading).toContain(`${heading}${at + 1}`);
    }
    const xml = partOf(await render("docx", report), "word/document.xml");
    // No field of contents, whose numbers LibreOffice shows as they are stored; each number is worked out by itself.
    expect(xml).not.toMatch(/instrText[^>]*> *TOC/);
    const contents = [...xml.matchAll(/PAGEREF (_Toc\d+)(?:(?!fldCharType="end").)*?<w:t[^>]*>(\d+)<\/w:t>/g)].map(
      ([, to, page]) => ({ to: to!, page: Number(page) }),
    );
    expect(contents).toHaveLength(headings.length);
    const marked = contents.map(({ to }) => {
      const [, words] = new RegExp(`<w:bookmarkStart[^>]*w:name="${to}"[^>]*/>(.*?)<w:bookmarkEnd`).exec(xml)!;
      return bare([...words!.matchAll(/<w:t(?: [^>]*)?>([^<]*)</g)].map((run) => run[1]).join(""));
    });
    expect(marked).toEqual(headings.map((heading) => heading.replace(/^\d/, "")));
    const numbers = contents.map(({ page }) => page);
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    expect(numbers[0]).toBe(3);
    expect(numbers.at(-1)!).toBeGreaterThan(30);
  },
  SLOW_MS,
);

it(
  "a figure that was not drawn says so in its place, in every file",
  async () => {
    const report = syntheticReport("zh", 3, { failed: true });
    expect(wordsOfDocx(await render("docx", report))).toContain("图件没有画成");
    expect(pdfPages(await render("pdf", report)).join("")).toContain("图件没有画成");
  },
  SLOW_MS,
);

it(
  "a row taller than a page goes on on the next one: no row of T4 and no sign of a quote is lost",
  async () => {
    for (const [signs, at] of [
      [350, 0],
      [600, 5],
      [1200, 0],
      [1200, 9],
      [3000, 4],
    ] as const) {
      const report = syntheticReport("zh", 10);
      report.check.findings[at]!.quote = "鼎".repeat(signs);
      const pages = pdfPages(await render("pdf", report));
      const words = bare(pages.join(""));
      expect(words.match(/鼎/g), `${signs} signs in row ${at + 1}`).toHaveLength(signs);
      const numbers = [...words.matchAll(/(\d+)\.《《示例/g)].map(([, number]) => Number(number));
      expect(numbers).toEqual(Array.from({ length: 10 }, (_, i) => i + 1));
    }
  },
  SLOW_MS,
);

describe("a silence on which the answer hangs", () => {
  const report = syntheticReport("zh", 12);
  const silence = report.check.findings.find(({ outcome }) => outcome === "not_triggered")!;
  Object.assign(silence, {
    conclusion: "undetermined",
    gist: "禁止新建、扩建养殖场。",
    reasons: [
      { code: "action_not_named", name: "rebuilt", text: "条文未提及“改建”" },
      { code: "unanswered", name: "", text: "未提及不等于允许，须人工研判" },
    ],
  });

  it("is a row of T4 with its gist and why, and never said not to apply; what is not known names it", () => {
    const { sections } = documentOf(report);
    const blocksOf = (id: string) => sections.find((section) => section.id === id)!.blocks;
    const rows = blocksOf("provisions").flatMap((block) => (block.kind === "table" ? block.rows : []));
    const own = rows.map((row) => row.map(({ lines }) => wordsOf(lines)).join("\n")).filter((row) => row.includes(silence.rule));
    expect(own).toHaveLength(1);
    for (const text of [silence.gist, ...silence.reasons.map((reason) => reason.text), say("zh", "outcome.silent")])
      expect(own[0]).toContain(text);
    expect(own[0]).not.toContain(say("zh", "outcome.not_triggered"));
    expect(blocksOf("provisions").filter(({ kind }) => kind === "list")).toEqual([]);
    const unknown = blocksOf("unknown").flatMap((block) => (block.kind === "facts" ? block.facts : []));
    expect(unknown.map(({ lines }) => wordsOf(lines)).join()).toContain("须人工研判");
  });

  it(
    "is in every file",
    async () => {
      const found: Record<string, string> = {
        html: (await render("html", report)).toString(),
        docx: wordsOfDocx(await render("docx", report)),
        pdf: bare(pdfPages(await render("pdf", report)).join("")),
        geojson: (await render("geojson", report)).toString(),
      };
      const book = await readBook(await render("xlsx", report));
      found["xlsx"] = bare(
        JSON.stringify(book.getWorksheet(say("zh", "report.sheet.t4"))!.getSheetValues()).replaceAll("\\n", ""),
      );
      for (const [id, words] of Object.entries(found)) {
        expect(words, id).toContain(silence.gist);
        for (const { text } of silence.reasons) expect(words.replaceAll('\\"', '"'), id).toContain(text);
      }
      expect(found["html"]).not.toContain(say("zh", "answer.not_triggered", { count: 1 }));
    },
    SLOW_MS,
  );
});

describe.each(["zh", "en"] as const)("the workbook in %s", (lang) => {
  const report = syntheticReport(lang, 12);
  const tolerance = { area_m2: 1, width_m: 0.1, length_m: 1 };
  const sliver = { theme: "protection_zone/first", feature: "Z1", tolerance };
  report.check.slivers = [
    { ...sliver, feature_name: "碎片甲", area_m2: 0.41, width_m: 0.05, length_m: null },
    { ...sliver, feature_name: "碎片乙", area_m2: null, width_m: null, length_m: 0.62 },
  ];
  for (const [i, share] of [0.9997, 1, 0.0003, 0, 0.123].entries()) report.check.findings[i]!.share_of_site = share;
  let book: ExcelJS.Workbook;
  beforeAll(async () => void (book = await readBook(await render("xlsx", report))), SLOW_MS);
  const rowsOf = (sheet: string) => {
    const rows: ExcelJS.Cell[][] = [];
    book.getWorksheet(say(lang, `report.sheet.${sheet}`))!.eachRow((row) => {
      const cells: ExcelJS.Cell[] = [];
      row.eachCell((each) => void cells.push(each));
      rows.push(cells);
    });
    return rows;
  };
  const valuesOf = (sheet: string) => rowsOf(sheet).map((row) => row.map(({ value }) => value));

  it("has the ledger of slivers with its numbers, the rules that do not apply, the next steps and every note", () => {
    const ledger = valuesOf("slivers");
    expect(ledger.find(([name]) => name === "碎片甲")).toEqual(expect.arrayContaining([0.41, 0.05]));
    expect(ledger.find(([name]) => name === "碎片乙")!.at(-1)).toBe(0.62);
    const silent = report.check.findings.filter(({ outcome }) => outcome === "not_triggered");
    expect(silent.length).toBeGreaterThan(0);
    for (const { rule, gist } of silent)
      expect(
        valuesOf("silent").filter(([provision, requirement]) => String(provision).includes(rule) && requirement === gist),
      ).toHaveLength(1);
    const { next_step, office } = report.check.findings[0]!;
    expect(valuesOf("steps").filter((row) => row.includes(next_step) && row.includes(office))).toEqual([[1, next_step, office]]);
    const document = documentOf(report);
    const notes = valuesOf("notes").map((row) => bare(String(row[1])));
    expect(notes).toContain(bare(document.declaration.text));
    for (const block of document.sections.flatMap(({ blocks }) => blocks))
      if (block.kind === "paragraph") expect(notes).toContain(bare(wordsOf([block.line])));
  });

  it("says that there is none where a list is empty", () => {
    expect(valuesOf("instruments").at(-1)).toEqual([say(lang, "report.unknown.none")]);
  });

  it("shows a share as the text beside it does: never the whole, or nothing, unless it is", () => {
    const shares = rowsOf("t3")
      .flat()
      .filter(({ numFmt }) => /%/.test(numFmt ?? ""));
    const shown = new Map(shares.map(({ value, numFmt }) => [value, numFmt]));
    expect(shown.get(0.9997)).toBe(`"${percentText(lang, 0.9997)}"`);
    expect(shown.get(0.0003)).toBe(`"${percentText(lang, 0.0003)}"`);
    for (const plain of [1, 0, 0.123]) expect(shown.get(plain)).toBe("0.0%");
  });
});

it("the shapes are the site, its pieces and the features met, with what was found", async () => {
  const report = syntheticReport("en", 12);
  const { features, hash } = JSON.parse((await render("geojson", report)).toString()) as {
    hash: string;
    features: { id: string; properties: Record<string, unknown> & { findings?: { rule: string }[] } }[];
  };
  expect(hash).toBe(report.hash);
  expect(features[0]).toMatchObject({ id: "site", properties: { conclusion: "prohibited", area_m2: report.check.site.area_m2 } });
  const pieces = features.filter(({ properties }) => properties["role"] === "piece");
  expect(pieces).toHaveLength(
    new Set(report.check.findings.filter(({ outcome }) => outcome !== "not_triggered").map(({ feature }) => feature)).size,
  );
  expect(pieces.flatMap(({ properties }) => properties.findings!.map(({ rule }) => rule)).toSorted()).toEqual(
    report.check.findings
      .filter(({ outcome }) => outcome !== "not_triggered")
      .map(({ rule }) => rule)
      .toSorted(),
  );
  expect(features.filter(({ properties }) => properties["role"] === "feature").map(({ id }) => id)).toEqual([
    "feature/protection_zone/first/Z0",
  ]);
});

it("the page runs nothing and leads nowhere else", async () => {
  const page = (await htmlReport.render(syntheticReport("zh", 3, { name: NAME }), reportAssets)) as string;
  expect(page).not.toMatch(/<script|\son\w+=|href="http|src=/i);
});

it("a count that was broken off says that there are at least so many, as text and as a number", () => {
  const told = (count: number) => {
    const { lines, ...value } = countCell("en", count);
    return { text: wordsOf(lines), ...value };
  };
  expect(told(999)).toEqual({ text: "999", value: 999, format: "#,##0" });
  expect(told(1340)).toEqual({ text: "≥1,340", value: 1340, format: '"≥"#,##0' });
});
