/** What can be chosen of a file, as the service takes it; test/web/export_formats.test.ts holds the two together. */
export type ExportFormat = {
  id: string;
  /** Of the words for it (`export.format.<words>`), where they are not those of its id. */
  words?: string;
  ending: string;
  /** Reference systems, the usual one first; none: nothing of the kind can be chosen. */
  systems: readonly string[];
  encodings: readonly string[];
  notations: readonly string[];
};

const DEGREES = ["EPSG:4490", "EPSG:4326"];
const ZONES = ["gk3", "gk3-plain", "gk6", "gk6-plain"];
const ANY = [...DEGREES, ...ZONES, "EPSG:3857"];

export const EXPORT_FORMATS: readonly ExportFormat[] = [
  { id: "shapefile", ending: "zip", systems: ANY, encodings: ["utf8", "gbk"], notations: ["decimal"] },
  { id: "geojson", ending: "geojson", systems: ANY, encodings: ["utf8"], notations: ["decimal"] },
  { id: "kml", ending: "kml", systems: ["EPSG:4326"], encodings: ["utf8"], notations: ["decimal"] },
  { id: "gpkg", ending: "gpkg", systems: ANY, encodings: ["utf8"], notations: ["decimal"] },
  { id: "baopan", ending: "txt", systems: ZONES, encodings: ["gbk", "utf8"], notations: ["gk"] },
  // Metres stand in them beside the degrees: the system is that of the metres.
  { id: "xlsx", ending: "xlsx", systems: ZONES, encodings: ["utf8"], notations: ["decimal", "dms", "gk"] },
  { id: "csv", ending: "csv", systems: ZONES, encodings: ["utf8", "gbk"], notations: ["decimal", "dms", "gk"] },
];

const LIST = { systems: [], encodings: [], notations: [] };

/** Of violations: lists of all that is said of each, and layers of the places. */
export const VIOLATION_FORMATS: readonly ExportFormat[] = [
  { id: "xlsx", words: "list_xlsx", ending: "xlsx", ...LIST },
  { id: "csv", words: "list_csv", ending: "csv", ...LIST },
  { id: "geojson", ending: "geojson", ...LIST },
  ...EXPORT_FORMATS.filter(({ id }) => ["shapefile", "kml", "gpkg", "baopan"].includes(id)),
];
