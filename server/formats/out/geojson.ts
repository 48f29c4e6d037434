/** GeoJSON: RFC 7946 in WGS 84 degrees; for any other system with the `crs` member of the 2008 edition, which GDAL, QGIS and this
 *  service read. Names, types and values are the service's own. */
import { inSystem } from "./system.ts";
import type { Writer } from "./writer.ts";

export const geojson: Writer = {
  id: "geojson",
  ending: ".geojson",
  encodings: ["utf8"],
  notations: ["decimal"],
  takes: () => true,
  usual: "degrees",
  async write(layer, { crs }) {
    const { features, notes } = inSystem(layer.features, crs);
    const named = { type: "name", properties: { name: `urn:ogc:def:crs:EPSG::${crs.slice("EPSG:".length)}` } };
    const lines = features.map(({ geometry, properties }) => {
      const code = properties[layer.code];
      const id = typeof code === "string" || typeof code === "number" ? { id: code } : {};
      return JSON.stringify({ type: "Feature", ...id, geometry, properties });
    });
    const head = JSON.stringify({
      type: "FeatureCollection",
      name: layer.name,
      ...(crs === "EPSG:4326" ? {} : { crs: named }),
    });
    const text = `${head.slice(0, -1)},"features":[\n${lines.join(",\n")}\n]}\n`;
    return {
      bytes: new TextEncoder().encode(text),
      filename: `${layer.name}.geojson`,
      contentType: "application/geo+json",
      notes,
    };
  },
};
