/** GeoPackage (OGC 12-128r18, version 1.3): one table of features, attributes under the service's own names. */
import { writeSqliteFile, type SqliteTable } from "../../sqlite_file.ts";
import { inSystem, positionsOf, wktOf } from "./system.ts";
import { cellOf, textOf, type OutFeature, type OutField, type Writer } from "./writer.ts";
import { writeWkb } from "./wkb.ts";

const APPLICATION_ID = 0x47504b47; // "GPKG"
const TYPES: Record<OutField["type"], string> = {
  text: "TEXT",
  list: "TEXT",
  date: "DATE",
  number: "DOUBLE",
  integer: "INTEGER",
  boolean: "BOOLEAN",
};

export const geopackage: Writer = {
  id: "gpkg",
  ending: ".gpkg",
  encodings: ["utf8"],
  notations: ["decimal"],
  takes: () => true,
  usual: "degrees",
  async write(layer, { crs, lang, date }) {
    const { features, notes } = inSystem(layer.features, crs);
    const srs_id = Number(crs.slice("EPSG:".length));
    const [west, south, east, north] = boxOf(features);
    const tables: SqliteTable[] = [
      {
        name: "gpkg_spatial_ref_sys",
        columns: columns(
          ["srs_name", "TEXT NOT NULL"],
          ["srs_id", "INTEGER NOT NULL PRIMARY KEY"],
          ["organization", "TEXT NOT NULL"],
          ["organization_coordsys_id", "INTEGER NOT NULL"],
          ["definition", "TEXT NOT NULL"],
          ["description", "TEXT"],
        ),
        rows: [
          ["Undefined cartesian SRS", -1, "NONE", -1, "undefined", null],
          ["Undefined geographic SRS", 0, "NONE", 0, "undefined", null],
          ["WGS 84", 4326, "EPSG", 4326, wktOf("EPSG:4326"), null],
          ...(srs_id === 4326 ? [] : [[crs, srs_id, "EPSG", srs_id, wktOf(crs), null]]),
        ],
      },
      {
        name: "gpkg_contents",
        columns: columns(
          ["table_name", "TEXT NOT NULL PRIMARY KEY"],
          ["data_type", "TEXT NOT NULL"],
          ["identifier", "TEXT UNIQUE"],
          ["description", "TEXT DEFAULT ''"],
          ["last_change", "DATETIME NOT NULL"],
          ["min_x", "DOUBLE"],
          ["min_y", "DOUBLE"],
          ["max_x", "DOUBLE"],
          ["max_y", "DOUBLE"],
          ["srs_id", "INTEGER REFERENCES gpkg_spatial_ref_sys(srs_id)"],
        ),
        rows: [[layer.name, "features", layer.title[lang], "", `${date}T00:00:00.000Z`, west, south, east, north, srs_id]],
      },
      {
        name: "gpkg_geometry_columns",
        columns: columns(
          ["table_name", "TEXT NOT NULL UNIQUE REFERENCES gpkg_contents(table_name)"],
          ["column_name", "TEXT NOT NULL"],
          ["geometry_type_name", "TEXT NOT NULL"],
          ["srs_id", "INTEGER NOT NULL REFERENCES gpkg_spatial_ref_sys(srs_id)"],
          ["z", "TINYINT NOT NULL"],
          ["m", "TINYINT NOT NULL"],
        ),
        rows: [[layer.name, "geom", kindOf(features), srs_id, 0, 0]],
      },
      {
        name: layer.name,
        columns: [
          { name: "fid", type: "INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL" },
          { name: "geom", type: kindOf(features) },
          ...layer.fields.map(({ name, type }, i) => ({ name: nameOf(layer.fields, i, name), type: TYPES[type] })),
        ],
        rows: features.map(({ geometry, properties }, i) => [
          i + 1,
          geometry && blobOf(geometry, srs_id),
          ...layer.fields.map((field) => valueOf(field, properties[field.name])),
        ]),
      },
    ];
    const bytes = writeSqliteFile({ application_id: APPLICATION_ID, user_version: 10_300 }, tables);
    return { bytes, filename: `${layer.name}.gpkg`, contentType: "application/geopackage+sqlite3", notes };
  },
};

function columns(...named: [string, string][]): SqliteTable["columns"] {
  return named.map(([name, type]) => ({ name, type }));
}

/** Names of columns are the same whatever their case in SQLite. */
function nameOf(fields: readonly OutField[], i: number, name: string): string {
  const taken = new Set(["fid", "geom", ...fields.slice(0, i).map((field) => field.name.toLowerCase())]);
  let free = name;
  for (let n = 2; taken.has(free.toLowerCase()); n += 1) free = `${name}_${n}`;
  return free;
}

function valueOf({ type }: OutField, value: unknown): string | number | null {
  const cell = cellOf(value);
  if (typeof cell === "boolean") return type === "boolean" ? Number(cell) : String(cell);
  return typeof cell === "number" && (type === "text" || type === "list") ? textOf(cell) : cell;
}

function kindOf(features: readonly OutFeature[]): string {
  const kinds = new Set(features.flatMap(({ geometry }) => (geometry ? [geometry.type.toUpperCase()] : [])));
  const [only] = kinds;
  return kinds.size === 1 ? only! : "GEOMETRY";
}

type Box = [number, number, number, number];

function boxOf(features: readonly OutFeature[]): Box | [null, null, null, null] {
  const box: Box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { geometry } of features)
    for (const [x, y] of positionsOf(geometry)) {
      box[0] = Math.min(box[0], x!);
      box[1] = Math.min(box[1], y!);
      box[2] = Math.max(box[2], x!);
      box[3] = Math.max(box[3], y!);
    }
  return box[0] > box[2] ? [null, null, null, null] : box;
}

/** Header of 40 bytes with the envelope, then WKB, little-endian (2.1.3). */
function blobOf(geometry: NonNullable<OutFeature["geometry"]>, srs_id: number): Uint8Array {
  const wkb = writeWkb(geometry);
  const bytes = new Uint8Array(40 + wkb.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0x47, 0x50, 0, 0b11]);
  view.setInt32(4, srs_id, true);
  const [west, south, east, north] = boxOf([{ geometry, properties: {} }]) as Box;
  for (const [i, value] of [west, east, south, north].entries()) view.setFloat64(8 + 8 * i, value, true);
  bytes.set(wkb, 40);
  return bytes;
}
