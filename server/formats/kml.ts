/** KML (OGC 12-007) and KMZ. A link to another KML is followed within the upload only: nothing is fetched. */
import { kml as toGeoJson } from "@tmcw/togeojson";
import type { Document, Element, Node } from "@xmldom/xmldom";
import type { Geometry } from "../api/common.ts";
import { datumOf, declaredByName } from "./crs.ts";
import type { DeclaredCrs, Format, FormatNote, InputFile, ReadLayer, ReadOptions } from "./format.ts";
import { budgetOf, readLayer, type Budget, type Row } from "./geometry.ts";
import { parseXml, rootOf } from "./xml.ts";
import { faultOfPlacemark, spellKml } from "./xml_coordinates.ts";

/** By its standard; what Chinese map programs write may be shifted (GCJ-02) all the same. */
const BY_FORMAT: DeclaredCrs = { text: "KML: WGS 84", crs: "EPSG:4326", where: "format" };

/** How a placemark is drawn is no attribute of the land. */
const STYLE = /^(stroke|fill|icon|label|style|marker|@)|^(visibility|open|tessellate|altitudeMode|extrude)$/;

export const kml: Format = {
  id: "kml",
  endings: [".kml", ".kmz", ".ovkml", ".ovkmz"],
  sniff: (files) => (files.some(isKml) ? 0.95 : 0),
  read: async (files, options, limits) => {
    const budget = budgetOf(limits);
    const all = files.filter(isKml).flatMap((file) => readOne(file, files, options, budget));
    // The doc.kml of a KMZ is often nothing but links to the others.
    const full = all.filter(({ features, faults }) => features.length + faults.length > 0);
    if (full.length === 0) return all;
    full[0]!.notes.push(...all.filter((layer) => !full.includes(layer)).flatMap(({ notes }) => notes));
    return full;
  },
};

function isKml({ bytes }: InputFile): boolean {
  const root = rootOf(bytes);
  return root === "kml" || root === "Placemark";
}

function readOne(file: InputFile, files: readonly InputFile[], options: ReadOptions, budget: Budget): ReadLayer[] {
  const document = parseXml(file.bytes, options.encoding);
  const notes = linksOut(document, file, files);
  spellKml(document);
  const types = takeTypes(document);
  markSystems(document);
  const wrong = [...document.getElementsByTagName("Placemark")].map(faultOfPlacemark);
  const { features } = toGeoJson(document);
  // First all placemarks, then overlays and links.
  const lands = features.slice(0, wrong.length);
  const overlays = document.getElementsByTagName("GroundOverlay").length;
  if (overlays > 0) notes.push(note("overlays_ignored", { count: overlays }));
  const name = file.name.replace(/\.\w+$/, "");
  const rows = lands.map(({ geometry, properties }, i): Row & { system: string } => {
    const { [SYSTEM]: system = "", ...own } = properties ?? {};
    return {
      row: i + 1,
      geometry: () => {
        const fault = wrong[i];
        if (fault) throw fault;
        return gathered(geometry as Geometry | null);
      },
      properties: typed(plain(own), types),
      system: String(system),
    };
  });
  // One layer has one system: what is in another is a layer of its own.
  const systems = [...Map.groupBy(rows, ({ system }) => system)];
  if (systems.length === 0) systems.push(["", []]);
  return systems.map(([system, own], i) =>
    readLayer(
      {
        name: systems.length > 1 ? `${name} (${system || "WGS 84"})` : name,
        rows: own,
        declared: system === "" ? BY_FORMAT : declaredBySystem(system),
        notes: i === 0 ? notes : [],
        expected: own.length,
      },
      budget,
    ),
  );
}

/** What 奥维 (Ovital) says of the coordinates, in an element that KML does not know: of a placemark, or of a folder or document
 *  for all that is in it. */
const SYSTEM = "OvCoordType";

/** Writes it to each placemark as a field, for that is all that togeojson hands on. */
function markSystems(document: Document): void {
  if (document.getElementsByTagName(SYSTEM).length === 0) return;
  const known = new Map<Node, string>();
  const saidBy = (node: Node | null): string => {
    if (node === null) return "";
    const before = known.get(node);
    if (before !== undefined) return before;
    const own = [...(node.childNodes ?? [])].find(({ nodeName }) => nodeName === SYSTEM)?.textContent?.trim() ?? "";
    const said = own === "" ? saidBy(node.parentNode) : own.slice(0, 60);
    known.set(node, said);
    return said;
  };
  const made = (name: string, inside: Node) => {
    const element = document.createElementNS(document.documentElement!.namespaceURI, name);
    element.appendChild(inside);
    return element as Element;
  };
  for (const placemark of document.getElementsByTagName("Placemark")) {
    const said = saidBy(placemark);
    if (said === "") continue;
    const field = made("Data", made("value", document.createTextNode(said)));
    field.setAttribute("name", SYSTEM);
    const fields = placemark.getElementsByTagName("ExtendedData")[0];
    if (fields) fields.appendChild(field);
    else placemark.appendChild(made("ExtendedData", field));
  }
}

function declaredBySystem(system: string): DeclaredCrs {
  const datum = datumOf(system);
  const text = `${SYSTEM}: ${system}`;
  if (datum === "CGCS2000" || datum === "WGS84")
    return { text, crs: datum === "WGS84" ? "EPSG:4326" : "EPSG:4490", where: SYSTEM };
  return { ...declaredByName(system, SYSTEM), text };
}

function note(code: string, params: FormatNote["params"]): FormatNote {
  return { code, params, row: null, position: null };
}

/** Notes for the links that lead to nothing in this upload. */
function linksOut(document: Document, file: InputFile, files: readonly InputFile[]): FormatNote[] {
  const folder = file.name.includes("/") ? file.name.replace(/\/[^/]*$/, "/") : "";
  return [...document.getElementsByTagName("NetworkLink")].flatMap((link) => {
    const href = link.getElementsByTagName("href")[0]?.textContent?.trim() ?? "";
    const inside = pathIn(folder, href);
    return inside !== null && files.some(({ name }) => name === inside || name.startsWith(`${inside}/`))
      ? []
      : [note("link_not_followed", { href: href.slice(0, 200) })];
  });
}

/** The name in the upload that a link leads to, `../` and `%E6` resolved; null for what leads elsewhere. */
function pathIn(folder: string, href: string): string | null {
  try {
    const { protocol, pathname } = new URL(href, `file:///${encodeURI(folder)}`);
    return protocol === "file:" ? decodeURIComponent(pathname).slice(1) : null;
  } catch {
    return null;
  }
}

/** The types that a schema declares of its fields, taken from it, so that they come as texts: togeojson 7.1.3 reads "false" as true,
 *  an empty number as 0 and "12a" as none. */
function takeTypes(document: Document): Map<string, string> {
  const fields = [...document.getElementsByTagName("SimpleField")];
  const types = new Map(fields.map((field) => [field.getAttribute("name") ?? "", field.getAttribute("type") ?? "string"]));
  for (const field of fields) field.setAttribute("type", "string");
  return types;
}

/** The values by their types; what says nothing is null, and a number that is none, or has more digits than a number holds, stays
 *  text. */
function typed(properties: Record<string, unknown>, types: ReadonlyMap<string, string>): Record<string, unknown> {
  const of = (text: string, type: string | undefined) => {
    if (type === "bool") return /^\s*(true|1)\s*$/i.test(text) ? true : /^\s*(false|0)\s*$/i.test(text) ? false : null;
    if (!/^(u?int|u?short|float|double)$/.test(type ?? "")) return text;
    if (text.trim() === "") return null;
    const number = Number(text);
    return Number.isFinite(number) && (Number.isSafeInteger(number) || !/^\s*[-+]?\d+\s*$/.test(text)) ? number : text;
  };
  return Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [name, typeof value === "string" ? of(value, types.get(name)) : value]),
  );
}

/** A MultiGeometry of one kind as what GeoJSON has for it. */
function gathered(geometry: Geometry | null): Geometry | null {
  if (geometry?.type !== "GeometryCollection") return geometry;
  const parts = geometry.geometries;
  const kinds = new Set(parts.map(({ type }) => type));
  const [kind] = kinds;
  if (kinds.size !== 1 || parts.length === 0) return geometry;
  if (parts.length === 1) return parts[0]!;
  if (kind !== "Point" && kind !== "LineString" && kind !== "Polygon") return geometry;
  const coordinates = parts.map((part) => (part as Exclude<Geometry, { type: "GeometryCollection" }>).coordinates);
  return { type: `Multi${kind}`, coordinates } as Geometry;
}

function plain(properties: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(properties)
      .filter(([name, value]) => !STYLE.test(name) && value !== undefined)
      .map(([name, value]) => [name, textOf(value)]),
  );
}

/** A description may come as `{ "@type": "html", value }`. */
function textOf(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  return "value" in value ? value.value : JSON.stringify(value);
}
