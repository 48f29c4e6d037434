/** The formats, in the order in which they are tried and listed. */
import type { Format } from "./format.ts";
import { geojson } from "./geojson.ts";
import { shapefile } from "./shapefile.ts";

export const FORMATS: readonly Format[] = [geojson, shapefile];
