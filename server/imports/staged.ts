/** More than an upload may hold: a table that ogr2ogr loaded into PostgreSQL, through the same validation, the same
 *  transaction and the same log. */
import { randomUUID } from "node:crypto";
import type { OpenDatabase } from "../db/open.ts";
import type { Catalogue } from "../domain/rule.ts";
import { crsOfEpsg } from "../formats/crs.ts";
import { sampleOf } from "../formats/detective.ts";
import type { ReadLayer } from "../formats/format.ts";
import { say } from "../messages.ts";
import { Problem, sayFault } from "../problem.ts";
import { dropImport, finishImport, readImport, storeImport } from "../queries/imports.ts";
import { copyStagedTable, findStagedTable, sampleShapes, type StagedTable } from "../queries/staged_tables.ts";
import { applyImport } from "./apply.ts";
import { IMPORT_LIMITS } from "./limits.ts";
import { previewOf, type Stored } from "./preview.ts";
import type { LayerMeta } from "./reading.ts";
import { readApply } from "./requests.ts";

/** Reads `[schema.]table` and, with an order (the JSON of `POST /api/imports/{id}/apply`), applies it; each line is told.
 *  Throws an Error of one sentence, or of the problem's words with every fault. */
export async function importStaged(
  database: OpenDatabase,
  catalogue: Catalogue,
  { table, order, asOf }: { table: string; order: unknown; asOf: string },
  tell: (line: string) => void,
): Promise<void> {
  const { db, engine } = database;
  if (engine !== "postgres")
    throw new Error("ogr2ogr loads into PostgreSQL: set DATABASE_URL. The embedded engine takes uploads only.");
  const [name, schema = "public"] = table.split(".").toReversed() as [string, string?];
  const found = await findStagedTable(db, schema, name);
  if (!found)
    throw new Error(
      `There is no table ${schema}.${name} with one geometry column. Load it first: ogr2ogr -f PostgreSQL PG:... file -nln ${name}`,
    );
  const id = randomUUID();
  await storeImport(db, {
    id,
    kept_hours: IMPORT_LIMITS.kept_hours,
    format: "ogr2ogr",
    files: [{ name: `${schema}.${name}`, bytes: 0 }],
    layers: [],
  });
  try {
    const { rows, shapeless, vertices } = await copyStagedTable(db, id, found);
    if (rows === 0) throw new Error(`The table ${schema}.${name} has no rows.`);
    const shapes = await sampleShapes(db, id);
    const sample = sampleOf([{ features: shapes.map((geometry, index) => ({ row: index + 1, geometry, properties: {} })) }]);
    const meta: LayerMeta = {
      name,
      fields: found.columns.map((column) => ({ name: column.name, type: typeOf(column.type) })),
      declared: declaredBy(found),
      encoding: null,
      counts: { expected: rows, read: rows - shapeless, faulty: shapeless },
      notes: [],
      features: rows,
      vertices,
      sample,
    };
    await finishImport(db, { id, format: "ogr2ogr", layers: [meta] });
    const stored = (await readImport<LayerMeta>(db, id))!;
    await tellPreview(db, stored, asOf, tell);
    if (order === undefined) return tell('Nothing was applied: give a JSON file that says as what (README, "Larger data").');
    const asked = readApply(order);
    const applied = await applyImport(
      database,
      catalogue,
      stored,
      { asked, who: "operator", trial: false, lang: "en", asOf },
      IMPORT_LIMITS,
    );
    if (applied.as === "layer")
      tell(
        `${applied.change!.written} row(s) written into ${applied.change!.layer}, ${applied.change!.closed} earlier version(s) ended, ${applied.change!.left_out} row(s) left out`,
      );
    if (applied.as === "screening") tell(`screening ${applied.screening} of ${applied.total} site(s) begins with the service`);
    if (applied.as === "site") tell(JSON.stringify(applied));
  } catch (error) {
    if (error instanceof Problem) {
      const faults = error.faults.map((fault) => `  ${fault.pointer} ${sayFault("en", fault).detail}`);
      throw new Error([say("en", `problem.${error.type}`, error.params), ...faults].join("\n"), { cause: error });
    }
    await dropImport(db, id);
    throw error;
  }
}

async function tellPreview(db: OpenDatabase["db"], stored: Stored, asOf: string, tell: (line: string) => void): Promise<void> {
  const query = {
    lang: "en",
    file_layer: undefined,
    crs: undefined,
    swap: false,
    district: undefined,
    after: 0,
    limit: 1,
  } as const;
  const { id, crs, counts, fields } = await previewOf(db, stored, query, IMPORT_LIMITS, asOf);
  tell(`import ${id}: ${counts.expected} row(s), ${counts.faulty} faulty; fields ${fields.map(({ name }) => name).join(", ")}`);
  const likely = crs.candidates.slice(0, 5).map((each) => `${each.crs} (${each.score})`);
  tell(`reference system: ${crs.used ?? `not certain; likely ${likely.join(", ") || "none"}`}`);
}

function typeOf(type: string): ReadLayer["fields"][number]["type"] {
  if (/int|numeric|double|real/.test(type)) return "number";
  if (type === "boolean") return "boolean";
  return type === "date" || type.startsWith("timestamp") ? "date" : "text";
}

function declaredBy({ srid }: StagedTable): ReadLayer["declared"] {
  return srid === 0 ? null : { text: `EPSG:${srid}`, crs: crsOfEpsg(srid), where: "table" };
}
