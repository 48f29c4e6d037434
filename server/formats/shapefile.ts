/** Shapefiles, loose or zipped, several at once, with whatever of their companions came along. */
import { declaredByName } from "./crs.ts";
import { readDbf, type Dbf } from "./dbf.ts";
import {
  FormatError,
  type DeclaredCrs,
  type Format,
  type FormatNote,
  type InputFile,
  type ReadLayer,
  type ReadOptions,
} from "./format.ts";
import { budgetOf, readLayer, type Budget, type Row } from "./geometry.ts";
import { isShp, readShp } from "./shp.ts";
import { decodeText } from "./text.ts";

export const shapefile: Format = {
  id: "shapefile",
  endings: [".shp", ".zip"],
  sniff(files) {
    if (files.some(isMain)) return 0.9;
    return files.some(({ name }) => /\.(shp|dbf|shx)$/i.test(name)) ? 0.2 : 0;
  },
  read: async (files, options, limits) => {
    const budget = budgetOf(limits);
    const mains = files.filter(isMain);
    if (mains.length > 0) {
      const layers = mains.map((main) => readOne(main, files, options, budget));
      layers[0]!.notes.push(...alone(mains, files));
      return [...layers, ...broken(files, budget)];
    }
    const named = files.find(({ name }) => /\.shp$/i.test(name));
    throw named
      ? new FormatError("shp_header")
      : new FormatError("shp_missing", {
          names: files
            .map(({ name }) => name)
            .slice(0, 5)
            .join(", "),
        });
  },
};

/** A .shx begins with the same bytes as a .shp. */
function isMain({ name, bytes }: InputFile): boolean {
  return isShp(bytes) && !/\.shx$/i.test(name);
}

/** One that is none takes nothing from the others, and is no less at fault. */
function broken(files: readonly InputFile[], budget: Budget): ReadLayer[] {
  return files
    .filter((file) => /\.shp$/i.test(file.name) && !isMain(file))
    .map(({ name }) => readLayer({ name: stem(name), rows: [], faults: [whole("shp_header")] }, budget));
}

/** Attribute tables whose shapes are not there. */
function alone(mains: readonly InputFile[], files: readonly InputFile[]): FormatNote[] {
  const tables = files.filter(
    (file) => /\.dbf$/i.test(file.name) && !mains.some((main) => companion(main, files, "dbf") === file),
  );
  return tables
    .filter(({ name }) => !files.some((file) => file.name.toLowerCase() === `${stem(name)}.shp`.toLowerCase()))
    .map(({ name }) => whole("file_ignored", { name, format: shapefile.id }));
}

function stem(name: string): string {
  return name.replace(/\.[^./]*$/, "");
}

function readOne(main: InputFile, files: readonly InputFile[], options: ReadOptions, budget: Budget): ReadLayer {
  const beside = (ending: string) => companion(main, files, ending);
  const notes: FormatNote[] = [];
  const cpg = beside("cpg");
  const dbf_bytes = beside("dbf");
  const dbf = dbf_bytes && attributes(dbf_bytes.bytes, cpg && latin(cpg.bytes), options, notes);
  if (!dbf_bytes) notes.push(whole("dbf_missing"));
  const shp = readShp(main.bytes, beside("shx")?.bytes ?? null, dbf?.count ?? null, budget);
  if (dbf && shp.rows.length !== dbf.count) notes.push(whole("dbf_count", { shp: shp.rows.length, dbf: dbf.count }));
  let deleted = 0;
  const rows: Row[] = [];
  for (const { row, geometry } of shp.rows) {
    const properties = dbf && row <= dbf.count ? dbf.record(row - 1) : {};
    if (properties === null) deleted += 1;
    else rows.push({ row, geometry, properties });
  }
  if (deleted > 0) notes.push(whole("dbf_deleted", { count: deleted }));
  const said = dbf?.expected ?? shp.expected;
  const expected = said === null ? null : said - deleted;
  // Notes of single records are made while the rows are read.
  const layer = readLayer(
    {
      name: stem(main.name),
      rows,
      ...(dbf ? { fields: dbf.fields, encoding: dbf.encoding } : {}),
      declared: projection(beside("prj")),
      expected,
      faults: shp.faults,
    },
    budget,
  );
  return { ...layer, notes: [...notes, ...shp.notes, ...layer.notes].slice(0, 200) };
}

function whole(code: string, params: FormatNote["params"] = {}): FormatNote {
  return { code, params, row: null, position: null };
}

/** The file of the same name with another ending, whatever the case: Windows does not mind, zip does. */
function companion(main: InputFile, files: readonly InputFile[], ending: string): InputFile | null {
  const wanted = `${stem(main.name)}.${ending}`.toLowerCase();
  return files.find(({ name }) => name.toLowerCase() === wanted) ?? null;
}

/** Attributes that cannot be read do not take the shapes with them. */
function attributes(bytes: Uint8Array, cpg: string | null, options: ReadOptions, notes: FormatNote[]): Dbf | null {
  try {
    const dbf = readDbf(bytes, cpg, options.encoding);
    notes.push(...dbf.notes);
    return dbf;
  } catch (error) {
    if (!(error instanceof FormatError) || error.code !== "dbf_header") throw error;
    notes.push(whole("dbf_unreadable"));
    return null;
  }
}

function latin(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.subarray(0, 100))
    .replace(/^\u00ef\u00bb\u00bf/, "")
    .trim();
}

function projection(prj: InputFile | null): DeclaredCrs | null {
  if (!prj) return null;
  const text = decodeText(prj.bytes).text.trim();
  if (text === "") return null;
  const declared = declaredByName(text, ".prj");
  return { ...declared, text: (/^\w+\s*\[\s*"([^"]+)"/.exec(text)?.[1] ?? text).slice(0, 200) };
}
