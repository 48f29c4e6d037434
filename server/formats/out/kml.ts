/** KML (OGC 12-007): WGS 84 by its standard, attributes with their types by a schema. */
import type { Geometry, Position } from "../../api/common.ts";
import { inSystem } from "./system.ts";
import { cellOf, textOf, type OutField, type OutLayer, type OutNote, type Writer } from "./writer.ts";

const TYPES: Record<OutField["type"], string> = {
  text: "string",
  list: "string",
  date: "string",
  number: "double",
  // Its int has 32 bits.
  integer: "double",
  boolean: "bool",
};

export const kml: Writer = {
  id: "kml",
  ending: ".kml",
  encodings: ["utf8"],
  notations: ["decimal"],
  takes: (crs) => crs === "EPSG:4326",
  usual: "wgs84",
  async write(layer, { lang }) {
    const { features } = inSystem(layer.features, "EPSG:4326");
    const xml = escaper();
    const fields = layer.fields.map(
      ({ name, title, type }) =>
        `<SimpleField name="${xml.escape(name)}" type="${TYPES[type]}"><displayName>${xml.escape(title[lang])}</displayName></SimpleField>`,
    );
    const placemarks = features.map(({ geometry, properties }) => {
      const name = textOf(properties[layer.label]) || textOf(properties[layer.code]);
      const shape = geometry ? shapeOf(geometry) : "";
      return `<Placemark><name>${xml.escape(name)}</name><ExtendedData><SchemaData schemaUrl="#fields">${dataOf(layer, properties, xml)}</SchemaData></ExtendedData>${shape}</Placemark>`;
    });
    const text = `<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>${xml.escape(layer.title[lang])}</name>
<Schema name="${layer.name}" id="fields">${fields.join("")}</Schema>
${placemarks.join("\n")}
</Document></kml>
`;
    return {
      bytes: new TextEncoder().encode(text),
      filename: `${layer.name}.kml`,
      contentType: "application/vnd.google-earth.kml+xml",
      notes: xml.notes(),
    };
  },
};

function dataOf({ fields }: OutLayer, properties: Record<string, unknown>, { escape }: Escaper): string {
  return fields
    .filter(({ name }) => cellOf(properties[name]) !== null)
    .map(({ name }) => `<SimpleData name="${escape(name)}">${escape(saidOf(properties[name]))}</SimpleData>`)
    .join("");
}

/** GDAL reads 0 and 1 only, where the standard has words too. */
function saidOf(value: unknown): string {
  return typeof value === "boolean" ? String(Number(value)) : textOf(value);
}

type Escaper = { escape(text: string): string; notes(): OutNote[] };

/** Everything below a space but tab and line ends, and halves of characters: XML 1.0 cannot hold them, escaped or not. */
// oxlint-disable-next-line no-control-regex
const NOT_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu;

function escaper(): Escaper {
  let dropped = 0;
  const signs: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;" };
  return {
    escape: (text) =>
      text
        .replaceAll(NOT_XML, () => {
          dropped += 1;
          return "";
        })
        .replaceAll(/[&<>"\r]/g, (sign) => signs[sign]!),
    notes: () => (dropped > 0 ? [{ code: "characters_dropped", params: { count: dropped } }] : []),
  };
}

function shapeOf(geometry: Geometry): string {
  const many = (shapes: string[]) => `<MultiGeometry>${shapes.join("")}</MultiGeometry>`;
  switch (geometry.type) {
    case "Point":
      return `<Point>${coordinates([geometry.coordinates])}</Point>`;
    case "LineString":
      return `<LineString>${coordinates(geometry.coordinates)}</LineString>`;
    case "Polygon":
      return `<Polygon>${geometry.coordinates.map(boundary).join("")}</Polygon>`;
    case "MultiPoint":
      return many(geometry.coordinates.map((each) => shapeOf({ type: "Point", coordinates: each })));
    case "MultiLineString":
      return many(geometry.coordinates.map((each) => shapeOf({ type: "LineString", coordinates: each })));
    case "MultiPolygon":
      return many(geometry.coordinates.map((each) => shapeOf({ type: "Polygon", coordinates: each })));
    case "GeometryCollection":
      return many(geometry.geometries.map(shapeOf));
  }
}

function boundary(ring: Position[], i: number): string {
  const side = i === 0 ? "outerBoundaryIs" : "innerBoundaryIs";
  return `<${side}><LinearRing>${coordinates(ring)}</LinearRing></${side}>`;
}

function coordinates(positions: readonly Position[]): string {
  return `<coordinates>${positions.map(([lon, lat]) => `${plain(lon!)},${plain(lat!)}`).join(" ")}</coordinates>`;
}

/** Near 0 a number would be written with an exponent. */
function plain(value: number): string {
  const text = String(value);
  return text.includes("e") ? value.toFixed(9) : text;
}
