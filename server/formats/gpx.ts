/** GPX 1.1: waypoints, routes and tracks. WGS 84 by its standard. A track stays a line, closed or not. */
import { gpx as toGeoJson } from "@tmcw/togeojson";
import type { Geometry } from "../api/common.ts";
import type { Format, InputFile } from "./format.ts";
import { budgetOf, readLayer } from "./geometry.ts";
import { parseXml, rootOf } from "./xml.ts";

const isGpx = ({ bytes }: InputFile) => rootOf(bytes) === "gpx";

export const gpx: Format = {
  id: "gpx",
  endings: [".gpx"],
  sniff: (files) => (files.some(isGpx) ? 0.95 : 0),
  read: async (files, options, limits) => {
    const budget = budgetOf(limits);
    return files.filter(isGpx).map((file) => {
      const { features } = toGeoJson(parseXml(file.bytes, options.encoding));
      const rows = features.map(({ geometry, properties }, i) => ({
        row: i + 1,
        geometry: () => geometry as Geometry | null,
        properties: Object.fromEntries(
          Object.entries(properties ?? {}).filter(([, value]) => typeof value === "string" || typeof value === "number"),
        ),
      }));
      const declared = { text: "GPX: WGS 84", crs: "EPSG:4326", where: "format" };
      return readLayer({ name: file.name.replace(/\.\w+$/, ""), rows, declared, expected: rows.length }, budget);
    });
  },
};
