/** The formats that are written, in the order in which they are listed. */
import { baopan } from "./baopan.ts";
import { csv } from "./csv.ts";
import { geojson } from "./geojson.ts";
import { geopackage } from "./geopackage.ts";
import { kml } from "./kml.ts";
import { shapefile } from "./shapefile.ts";
import { xlsx } from "./xlsx.ts";
import type { Writer } from "./writer.ts";

export const WRITERS: readonly Writer[] = [geojson, shapefile, kml, geopackage, baopan, xlsx, csv];
