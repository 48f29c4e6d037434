/** What a reader takes out of a PDF that pdfkit wrote: the words of each page, by the fonts' own tables, and the outline. */
import { inflateSync } from "node:zlib";

type Pdf = { get(number: number): { head: string; stream: () => string } };

function parse(bytes: Uint8Array): { pdf: Pdf; root: string } {
  const text = Buffer.from(bytes).toString("latin1");
  const objects = new Map<number, { head: string; stream: () => string }>();
  for (const match of text.matchAll(/(?:^|\n)(\d+) 0 obj\n([^]*?)\nendobj/g)) {
    const body = match[2]!;
    const at = body.indexOf("\nstream\n");
    const head = at < 0 ? body : body.slice(0, at);
    objects.set(Number(match[1]), {
      head,
      stream() {
        const raw = Buffer.from(body.slice(at + 8, body.lastIndexOf("\nendstream")), "latin1");
        return (head.includes("/FlateDecode") ? inflateSync(raw) : raw).toString("latin1");
      },
    });
  }
  const root = /\/Root (\d+) 0 R/.exec(text)![1]!;
  return { pdf: { get: (number) => objects.get(number)! }, root: objects.get(Number(root))!.head };
}

const number = (head: string, name: string) => Number(new RegExp(`/${name} (\\d+) 0 R`).exec(head)?.[1]);
const numbers = (head: string, name: string) =>
  [...(new RegExp(`/${name} \\[([^\\]]*)\\]`).exec(head)?.[1] ?? "").matchAll(/(\d+) 0 R/g)].map((match) => Number(match[1]));

function signsOf(pdf: Pdf, font: number): Map<string, string> {
  const cmap = pdf.get(number(pdf.get(font).head, "ToUnicode")).stream();
  const signs = new Map<string, string>();
  const utf16 = (hex: string) => Buffer.from(hex, "hex").swap16().toString("utf16le");
  for (const block of cmap.matchAll(/beginbfrange([^]*?)endbfrange/g))
    for (const [, from, , list] of block[1]!.matchAll(/<(\w+)> <(\w+)> \[([^\]]*)\]/g))
      for (const [i, [, hex]] of [...list!.matchAll(/<([\w ]+)>/g)].entries())
        signs.set((Number.parseInt(from!, 16) + i).toString(16).padStart(4, "0"), utf16(hex!.replaceAll(" ", "")));
  return signs;
}

/** Words of each page in the order they were drawn, pieces without anything between them. */
export function pdfPages(bytes: Uint8Array): string[] {
  const { pdf, root } = parse(bytes);
  const fonts = new Map<number, Map<string, string>>();
  return numbers(pdf.get(number(root, "Pages")).head, "Kids").map((page) => {
    const { head } = pdf.get(page);
    const resources = pdf.get(number(head, "Resources")).head;
    const named = new Map([...resources.matchAll(/\/(F\d+) (\d+) 0 R/g)].map(([, name, at]) => [name!, Number(at)]));
    const content = pdf.get(number(head, "Contents")).stream();
    let signs = new Map<string, string>();
    let words = "";
    for (const [, font, drawn] of content.matchAll(/\/(F\d+) [\d.]+ Tf|\[([^\]]*)\] TJ/g)) {
      if (font !== undefined) {
        const at = named.get(font)!;
        if (!fonts.has(at)) fonts.set(at, signsOf(pdf, at));
        signs = fonts.get(at)!;
      } else
        for (const [, hex] of drawn!.matchAll(/<(\w+)>/g))
          for (const code of hex!.match(/.{4}/g) ?? []) words += signs.get(code.toLowerCase()) ?? "\ufffd";
    }
    return words;
  });
}
