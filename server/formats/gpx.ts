/** GPX 1.1: waypoints, routes and tracks. WGS 84 by its standard. A track stays a line, closed or not. */
import { gpx as toGeoJson } from "@tmcw/togeojson";
import type { Geometry } from "../api/common.ts";
import { FormatError, type Format, type FormatNote, type InputFile, type ReadLayer, type ReadOptions } from "./format.ts";
import { budgetOf, readLayer, type Budget, type Row } from "./geometry.ts";
import { parseXml, rootOf } from "./xml.ts";
import { gpxItems } from "./xml_coordinates.ts";

const isGpx = ({ bytes }: InputFile) => rootOf(bytes) === "gpx";

export const gpx: Format = {
  id: "gpx",
  endings: [".gpx"],
  sniff: (files) => (files.some(isGpx) ? 0.95 : 0),
  read: async (files, options, limits) => {
    const budget = budgetOf(limits);
    return files.filter(isGpx).map((file) => readOne(file, options, budget));
  },
};

function readOne(file: InputFile, options: ReadOptions, budget: Budget): ReadLayer {
  const document = parseXml(file.bytes, options.encoding);
  const { items, empty, lone_segments } = gpxItems(document);
  // Only what is sound is converted, and all of it must come back.
  for (const { element, fault } of items) if (fault) element.parentNode!.removeChild(element);
  const { features } = toGeoJson(document);
  if (features.length !== items.filter(({ fault }) => !fault).length) throw new FormatError("unreadable", { format: "gpx" });
  let converted = 0;
  const rows = items.map(({ fault }, i): Row => {
    const { geometry = null, properties = {} } = fault ? {} : features[converted++]!;
    return {
      row: i + 1,
      geometry: () => {
        if (fault) throw fault;
        return geometry as Geometry | null;
      },
      properties: Object.fromEntries(
        Object.entries(properties ?? {}).filter(([, value]) => typeof value === "string" || typeof value === "number"),
      ),
    };
  });
  const counted = { lone_segments, tracks_empty: empty };
  const notes = Object.entries(counted)
    .filter(([, count]) => count > 0)
    .map(([code, count]): FormatNote => ({ code, params: { count }, row: null, position: null }));
  const declared = { text: "GPX: WGS 84", crs: "EPSG:4326", where: "format" };
  return readLayer({ name: file.name.replace(/\.\w+$/, ""), rows, declared, notes, expected: rows.length }, budget);
}
