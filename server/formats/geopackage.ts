/** GeoPackage (OGC 12-128r18): an SQLite file with tables of features. */
import { openSqliteFile, type SqliteFile } from "../sqlite_file.ts";
import type { Geometry } from "../api/common.ts";
import { declaredByName } from "./crs.ts";
import { FormatError, type DeclaredCrs, type Format, type FormatNote, type InputFile, type ReadLayer } from "./format.ts";
import { budgetOf, readLayer, RowFault, type Budget, type Row } from "./geometry.ts";
import { readWkb } from "./wkb.ts";

const MAGIC = "SQLite format 3\0";

export const geopackage: Format = {
  id: "geopackage",
  endings: [".gpkg"],
  sniff: (files) => (files.some(isSqlite) ? 0.9 : 0),
  read: async (files, _options, limits) => {
    const budget = budgetOf(limits);
    return files.filter(isSqlite).flatMap((file) => {
      const layers = readTables(file, budget);
      const log = files.find(({ name, bytes }) => name === `${file.name}-wal` && bytes.length > 0);
      if (log) layers[0]?.notes.push(whole("gpkg_log", { name: log.name }));
      return layers;
    });
  },
};

function isSqlite({ bytes }: InputFile): boolean {
  return String.fromCharCode(...bytes.subarray(0, MAGIC.length)) === MAGIC;
}

function readTables(file: InputFile, budget: Budget): ReadLayer[] {
  let opened: SqliteFile | undefined;
  try {
    const open = openSqliteFile(file.bytes);
    opened = open;
    if (!open.has("gpkg_geometry_columns") || !open.has("gpkg_spatial_ref_sys"))
      throw new FormatError("gpkg_tables", { name: file.name });
    return [...open.rows("gpkg_geometry_columns")].map((column) => readTable(open, column, budget));
  } catch (error) {
    if (error instanceof FormatError) throw error;
    throw new FormatError("gpkg_damaged", { name: file.name, cause: String((error as Error).message).slice(0, 120) });
  } finally {
    opened?.close();
  }
}

function readTable(open: SqliteFile, column: Record<string, unknown>, budget: Budget): ReadLayer {
  const [name, field] = [String(column.table_name), String(column.column_name)];
  if (!open.has(name)) throw new FormatError("gpkg_no_table", { table: name });
  const bytes = new Set<string>();
  const rows = rowsOf(open, name, field, bytes);
  const layer = readLayer({ name, rows, declared: declaredOf(open, column.srs_id), expected: expectedOf(open, name) }, budget);
  if (bytes.size > 0) layer.notes.push(whole("bytes_ignored", { names: [...bytes].join(", ").slice(0, 200) }));
  return layer;
}

function whole(code: string, params: FormatNote["params"]): FormatNote {
  return { code, params, row: null, position: null };
}

/** `bytes` takes the names of columns whose values are pictures and the like. */
function* rowsOf(open: SqliteFile, table: string, field: string, bytes: Set<string>): Iterable<Row> {
  let row = 0;
  const types = open.types(table);
  // SQLite has no truth values; the column says that its 0 and 1 are (GeoPackage 1.1.1.1.3).
  const said = (name: string, value: unknown) =>
    types[name] === "BOOLEAN" && (value === 0 || value === 1) ? value === 1 : value;
  for (const record of open.rows(table)) {
    row += 1;
    const { [field]: blob, ...rest } = record;
    for (const [column, value] of Object.entries(rest)) if (value instanceof Uint8Array) bytes.add(column);
    const properties = Object.fromEntries(
      Object.entries(rest)
        .filter(([, value]) => !(value instanceof Uint8Array))
        .map(([name, value]) => [name, said(name, value)]),
    );
    yield { row, geometry: () => geometryOf(blob), properties };
  }
}

/** Header "GP", version, flags, system, envelope (by flags), then WKB: GeoPackage 2.1.3. */
function geometryOf(blob: unknown): Geometry | null {
  if (blob === null) return null;
  if (!(blob instanceof Uint8Array) || blob.length < 8 || blob[0] !== 0x47 || blob[1] !== 0x50) throw new RowFault("wkb_broken");
  const flags = blob[3]!;
  const envelope = [0, 32, 48, 48, 64][(flags >> 1) & 7];
  // Bit 5: a geometry of somebody's own extension.
  if (envelope === undefined || flags & 0x20) throw new RowFault("wkb_broken");
  return flags & 0x10 ? null : readWkb(blob, 8 + envelope);
}

function declaredOf(open: SqliteFile, srs_id: unknown): DeclaredCrs | null {
  for (const srs of open.rows("gpkg_spatial_ref_sys")) {
    if (srs.srs_id !== srs_id) continue;
    // -1 and 0: undefined, by the standard.
    if (srs_id === -1 || srs_id === 0) return null;
    const name = `${String(srs.organization)}:${String(srs.organization_coordsys_id)}`;
    const declared = declaredByName(name, "gpkg_spatial_ref_sys");
    if (declared.crs !== null) return declared;
    return {
      ...declaredByName(String(srs.definition), "gpkg_spatial_ref_sys"),
      text: `${name} ${String(srs.srs_name)}`.slice(0, 200),
    };
  }
  return null;
}

/** GDAL writes down how many rows a table has. */
function expectedOf(open: SqliteFile, table: string): number | null {
  if (!open.has("gpkg_ogr_contents")) return null;
  for (const row of open.rows("gpkg_ogr_contents"))
    if (row.table_name === table && typeof row.feature_count === "number") return row.feature_count;
  return null;
}
