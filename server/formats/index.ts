/** The formats, in the order in which they are listed; of two that are equally sure, the first reads. */
import { baopan } from "./baopan.ts";
import { csv } from "./csv.ts";
import { dxf } from "./dxf.ts";
import type { Format } from "./format.ts";
import { geojson } from "./geojson.ts";
import { geopackage } from "./geopackage.ts";
import { gpx } from "./gpx.ts";
import { kml } from "./kml.ts";
import { shapefile } from "./shapefile.ts";
import { wkt } from "./wkt.ts";
import { xlsx } from "./xlsx.ts";

export const FORMATS: readonly Format[] = [shapefile, geojson, kml, gpx, geopackage, dxf, baopan, wkt, xlsx, csv];
