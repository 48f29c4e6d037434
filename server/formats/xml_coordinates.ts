/** Coordinates as they stand in KML and GPX, looked at before togeojson 7.1.3 reads them: it takes what it can parse of each, and
 *  leaves out the rest without a word. */
import type { Document, Element } from "@xmldom/xmldom";
import { RowFault } from "./geometry.ts";

const NUMBER = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i;

/** A height takes no part in a check, so one that the writer did not know is none. */
const NO_HEIGHT = /^\s*([+-]?nan|null)?\s*$/i;

function all(parent: Element, name: string): Element[] {
  return [...parent.getElementsByTagName(name)];
}

function childrenOf(parent: Element): Element[] {
  return [...parent.childNodes].filter((node) => node.nodeType === 1) as Element[];
}

/** Names of shapes. Those with another prefix than expected togeojson passes over, and models too. */
const NAMES = new Set("Point LineString LinearRing Polygon MultiGeometry Track MultiTrack Model".split(" "));

/** What is wrong with the shapes of a placemark or a MultiGeometry; null: nothing. */
export function faultOfPlacemark(parent: Element): RowFault | null {
  for (const shape of childrenOf(parent)) {
    const wrong = faultOfShape(shape);
    if (wrong) return wrong;
  }
  return null;
}

function faultOfShape(shape: Element): RowFault | null {
  switch (shape.tagName) {
    case "MultiGeometry":
    case "MultiTrack":
    case "gx:MultiTrack":
      return faultOfPlacemark(shape);
    case "Point":
      return faultOfList(shape, 1, 1);
    case "LineString":
    case "LinearRing":
      return faultOfList(shape, 2);
    case "Polygon":
      return faultOfPolygon(shape);
    case "Track":
    case "gx:Track":
      return faultOfTrack(shape);
    default:
      return NAMES.has(shape.localName ?? "") ? new RowFault("unknown_geometry", { type: shape.tagName.slice(0, 40) }) : null;
  }
}

function faultOfPolygon(polygon: Element): RowFault | null {
  const rings = all(polygon, "LinearRing");
  // Some writers leave the boundary's element out.
  const outer = rings.filter(({ parentNode }) => parentNode?.nodeName !== "innerBoundaryIs");
  if (outer.length !== 1) return new RowFault("kml_outer", { count: outer.length });
  for (const ring of rings) {
    const wrong = faultOfList(ring, 3);
    if (wrong) return wrong;
  }
  return null;
}

/** `least`: how many positions, and different ones, the shape must have at least. */
function faultOfList(shape: Element, least: number, most = Infinity): RowFault | null {
  const lists = all(shape, "coordinates");
  if (lists.length > 1) return new RowFault("kml_lists", { count: lists.length });
  const tokens = wordsOf(lists[0]);
  if (tokens.length === 0) return new RowFault("empty_geometry");
  const wrong = tokens.findIndex((token) => !isPosition(token.split(",")));
  if (wrong !== -1 || tokens.length > most) return oddPosition(tokens, wrong === -1 ? most : wrong);
  const distinct = new Set(tokens.map((token) => token.split(",", 2).map(Number).join())).size;
  if (distinct >= least) return null;
  return least === 2 ? new RowFault("zero_length_line") : new RowFault("ring_too_short", { count: distinct });
}

function faultOfTrack(track: Element): RowFault | null {
  const tokens = coordsOf(track).map((coord) => wordsOf(coord));
  const wrong = tokens.findIndex((parts) => !isPosition(parts));
  return wrong === -1
    ? null
    : oddPosition(
        tokens.map((parts) => parts.join(" ")),
        wrong,
      );
}

function oddPosition(tokens: readonly string[], index: number): RowFault {
  return new RowFault("kml_position", { n: index + 1, text: tokens[index]!.slice(0, 60) });
}

function isPosition(parts: readonly string[]): boolean {
  const [lon = "", lat = "", height = ""] = parts;
  return parts.length <= 3 && NUMBER.test(lon) && NUMBER.test(lat) && (NUMBER.test(height) || NO_HEIGHT.test(height));
}

function wordsOf(element: Element | undefined): string[] {
  return (element?.textContent ?? "").split(/\s+/).filter((word) => word !== "");
}

function coordsOf(track: Element): Element[] {
  return [...track.getElementsByTagNameNS("*", "coord")];
}

/** The document in the spelling that togeojson reads: no spaces around commas, one between the numbers of a track, and the outer
 *  ring first, for it takes the first ring for that. */
export function spellKml(document: Document): void {
  // Lists of a document are looked up anew after each change to it.
  const named = (name: string) => [...document.getElementsByTagName(name)];
  const spell = (element: Element, text: string) => {
    if (element.textContent !== text) element.textContent = text;
  };
  // Some writers put a space after the comma, where the standard has spaces between positions only.
  for (const list of named("coordinates")) spell(list, (list.textContent ?? "").replace(/\s*,\s*/g, ","));
  const coords = [...document.getElementsByTagNameNS("*", "coord")];
  for (const coord of coords) spell(coord, wordsOf(coord).join(" "));
  for (const polygon of named("Polygon")) {
    const boundaries = childrenOf(polygon).filter(({ tagName }) => /^(outer|inner)BoundaryIs$/.test(tagName));
    const outer = boundaries.find(({ tagName }) => tagName === "outerBoundaryIs");
    if (outer && outer !== boundaries[0]) polygon.insertBefore(outer, boundaries[0]!);
  }
}

/** A track, route or waypoint of a GPX file, in the order in which togeojson hands them on. `fault`: why it is not handed on. */
export type GpxItem = { element: Element; fault: RowFault | null };

/** What holds no point at all is left out, and counted as `empty`. */
export function gpxItems(document: Document): { items: GpxItem[]; empty: number; lone_segments: number } {
  const items: GpxItem[] = [];
  let [empty, lone_segments] = [0, 0];
  const named = (name: string) => [...document.getElementsByTagName(name)];
  const leaveOut = (element: Element) => {
    element.parentNode!.removeChild(element);
    empty += 1;
  };
  for (const track of named("trk")) {
    const segments = all(track, "trkseg").map((segment) => all(segment, "trkpt"));
    if (segments.flat().length === 0) {
      leaveOut(track);
      continue;
    }
    const fault = faultOfPoints(segments.flat()) ?? faultOfLength(segments);
    // togeojson leaves out a segment of a single point, as receivers write it when the signal comes and goes.
    if (!fault) lone_segments += segments.filter(({ length }) => length === 1).length;
    items.push({ element: track, fault });
  }
  for (const route of named("rte")) {
    const points = all(route, "rtept");
    if (points.length === 0) leaveOut(route);
    else items.push({ element: route, fault: faultOfPoints(points) ?? faultOfLength([points]) });
  }
  for (const point of named("wpt")) items.push({ element: point, fault: faultOfPoints([point]) });
  return { items, empty, lone_segments };
}

function faultOfLength(lines: readonly Element[][]): RowFault | null {
  return lines.some(({ length }) => length > 1) ? null : new RowFault("zero_length_line");
}

function faultOfPoints(points: readonly Element[]): RowFault | null {
  for (const [i, point] of points.entries()) {
    const [lat, lon] = [point.getAttribute("lat") ?? "", point.getAttribute("lon") ?? ""];
    if (!NUMBER.test(lat) || !NUMBER.test(lon))
      return new RowFault("gpx_point", { n: i + 1, lat: lat.slice(0, 40), lon: lon.slice(0, 40) });
  }
  return null;
}
