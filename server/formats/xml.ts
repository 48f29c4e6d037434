/** XML to a document. A DOCTYPE is refused, so that there are no entities to expand and nothing outside to fetch. */
import { DOMParser, type Document, type Element } from "@xmldom/xmldom";
import { FormatError } from "./format.ts";
import { decodeText, encodingNamed, peekText } from "./text.ts";

/** A document takes some twenty times its text in memory. */
const XML_BYTES = 50_000_000;

/** The name of the root element without its prefix; null when it is no XML. Reads the first bytes only. */
export function rootOf(bytes: Uint8Array): string | null {
  const head = peekText(bytes);
  if (head === null || !/^\s*</.test(head.replace(/^\ufeff/, ""))) return null;
  return /<(?:[\w-]+:)?([A-Za-z][\w-]*)[\s>/]/.exec(prologOff(head))?.[1] ?? null;
}

function prologOff(text: string): string {
  return text.replace(/^\ufeff/, "").replace(/<\?[^]*?\?>|<!--[^]*?-->/g, "");
}

/** Names of the root's vocabulary, and of any version of KML or GPX, have no prefix, however they are written (`ns0:Placemark`);
 *  others keep theirs.
 *  Throws FormatError `xml_doctype`, `xml_broken`, `too_large_xml`. */
export function parseXml(bytes: Uint8Array, chosen?: string): Document {
  if (bytes.length > XML_BYTES) throw new FormatError("too_large_xml", { max_mb: XML_BYTES / 1e6 });
  const text = xmlText(bytes, chosen);
  const root = prologOff(text.slice(0, 100_000)).search(/<[A-Za-z]/);
  if (/<!(DOCTYPE|ENTITY)/i.test(prologOff(text.slice(0, 100_000)).slice(0, root === -1 ? undefined : root)))
    throw new FormatError("xml_doctype");
  try {
    const document = new DOMParser({
      locator: true,
      // Only what is fatal stops it, and that it throws by itself.
      onError: () => undefined,
    }).parseFromString(text, "text/xml");
    takePrefixesOff(document);
    return document;
  } catch (error) {
    if (error instanceof FormatError) throw error;
    const { locator, message } = error as { locator?: { lineNumber?: number }; message?: string };
    throw new FormatError("xml_broken", { line: locator?.lineNumber ?? 0, cause: String(message).slice(0, 120) });
  }
}

/** Versions of KML and of GPX, which a file merged of several may hold. */
const VOCABULARY = /^https?:\/\/((www\.opengis\.net|earth\.google\.com)\/kml|www\.topografix\.com\/GPX)\/[\d./]+$/;

function takePrefixesOff(document: Document): void {
  const root = document.documentElement!;
  const own = (uri: string | null) => uri !== null && (uri === root.namespaceURI || VOCABULARY.test(uri));
  const prefixed = ({ prefix, namespaceURI }: Element) => prefix !== null && prefix !== "" && own(namespaceURI);
  for (const element of [...document.getElementsByTagName("*")].filter(prefixed))
    Object.assign(element, { prefix: null, tagName: element.localName, nodeName: element.localName });
  // togeojson takes what has a declared prefix for an extension of GPX.
  const attributes = [...root.attributes];
  for (const { name, value } of attributes) if (name.startsWith("xmlns:") && own(value)) root.removeAttribute(name);
}

/** By the encoding that its first line declares, where the bytes allow it. */
function xmlText(bytes: Uint8Array, chosen?: string): string {
  if (chosen !== undefined) return decodeText(bytes, chosen).text;
  const said = /^<\?xml[^>]*encoding\s*=\s*["']([\w-]+)["']/.exec(peekText(bytes, 200) ?? "")?.[1];
  const name = said === undefined ? null : encodingNamed(said);
  if (name !== null)
    try {
      return new TextDecoder(name, { fatal: true }).decode(bytes);
    } catch {
      // It says one thing and is another: the bytes decide.
    }
  return decodeText(bytes).text;
}
