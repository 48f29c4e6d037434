/** An import written into a layer: fields mapped, every row held to the layer's declaration, then one transaction. The rows
 *  are made ready outside of it, in portions, so that the layer is held for a short time only. */
import { randomUUID } from "node:crypto";
import type { ApplyAsLayer, ImportFault, LayerOfImport } from "../api/imports.ts";
import type { Lang, Text } from "../api/common.ts";
import type { Db, OpenDatabase } from "../db/open.ts";
import type { Catalogue, ThemeSpec } from "../domain/rule.ts";
import { columnsOf, type Layer, themeOf } from "../layers/layer.ts";
import { faultsBetweenColumns, faultsOfFeature, faultsOfRow, type RowFault } from "../layers/validate.ts";
import { sayBoth } from "../messages.ts";
import { type FaultSpec, Problem, sayFault } from "../problem.ts";
import { type Application, applyRows, changesOf } from "../queries/changes.ts";
import { hasOutline, type NewClaim } from "../queries/coverage.ts";
import { takenAfter, type TakenRow } from "../queries/imports.ts";
import { dropReady, farRows, fileOf, laterLivesOf, leaveOut, type ReadyRow, readyRows } from "../queries/ready_rows.ts";
import { coerce, noField, suggestMapping } from "./mapping.ts";
import type { ChosenCrs } from "./place.ts";
import { type Stored, told } from "./preview.ts";
import { checkWhole, type RowFaultSpec, shortFault, takenFault, unreadFaults } from "./taken.ts";

export type LayerOrder = {
  index: number;
  chosen: ChosenCrs;
  request: ApplyAsLayer;
  layer: Layer;
  who: string;
  trial: boolean;
  lang: Lang;
};

/** Rows told of at once. */
const TOLD = 200;
/** About 50 km: more than any outline of the samples is off, less than a wrong zone moves a shape. */
const FAR_DEG = 0.5;

/** Throws 422 with the faults when `all_or_nothing` is asked and a row is faulty or missing, or when no row is good; 409 when it
 *  was applied already, or when somebody changed the same codes or the import meanwhile. A trial writes nothing. */
export async function applyToLayer(
  database: OpenDatabase,
  catalogue: Catalogue,
  stored: Stored,
  order: LayerOrder,
): Promise<LayerOfImport> {
  const { db } = database;
  const { request, layer, trial } = order;
  const fields = stored.layers[order.index]!.fields.map(({ name }) => name);
  const mapping = mappingOf(layer, fields, request);
  if (!(await hasOutline(db, request.district)))
    throw refusal([{ pointer: "#/district", key: "upload.fault.no_district", params: { got: request.district } }]);
  const change = randomUUID();
  try {
    const { faults: wrong, total: read, shapeless, themes, good } = await makeReady(db, stored, order, change, mapping);
    const meta = stored.layers[order.index]!;
    const unread = await unreadFaults(db, stored, order.index, TOLD);
    const short = shortFault(meta);
    const faults = [...(short ? [{ ...short, row: null }] : []), ...unread.faults, ...wrong].toSorted(
      (a, b) => (a.row ?? 0) - (b.row ?? 0),
    );
    const total = read + Math.max(0, meta.counts.faulty - shapeless) + (short?.missing ?? 0);
    const leftOut = total - good;
    const claimFaults = claimFaultsOf(layer, catalogue, request, { themes, leftOut });
    if (claimFaults.length > 0 && !trial) throw refusal([...claimFaults, ...faults]);
    const answer = (done: LayerOfImport["change"]): LayerOfImport => ({
      as: "layer",
      change: done,
      total,
      good,
      mapping,
      unused: fields.filter((field) => !Object.values(mapping).includes(field)),
      faults: [...claimFaults.map((fault) => ({ ...fault, row: null })), ...faults]
        .slice(0, TOLD)
        .map((fault) => tellFault(order.lang, fault)),
      faults_total: claimFaults.length + faults.length + unread.total - unread.faults.length,
    });
    if (trial) return answer(null);
    if (leftOut > 0 && request.mode === "all_or_nothing") throw refusal(faults);
    if (good === 0) throw new Problem(422, "nothing-good", {}, { faults: faults.slice(0, 50) });
    const refused = await applyRows(database, {
      change,
      import: stored.id,
      who: order.who,
      layer,
      district: request.district,
      detail: { district: request.district, valid_from: request.valid_from, left_out: leftOut },
      ...claimsOf(
        stored,
        request,
        catalogue.themes.filter((spec) => spec.layer === layer.id && themes.has(spec.theme)),
      ),
    });
    if (refused === "applied-already") throw new Problem(409, "import-applied", { id: stored.id });
    if (refused === "changed-meanwhile") throw new Problem(409, "changed-meanwhile");
    const [done] = (await changesOf(db, [stored.id])).filter(({ id }) => id === change);
    return answer(told(done!));
  } finally {
    await dropReady(db, change);
  }
}

function refusal(faults: FaultSpec[]): Problem {
  return new Problem(422, "import-refused", {}, { faults: faults.slice(0, 50) });
}

/** What the person said, over what the names suggest. Throws 422 for columns and fields that there are not, and for defaults
 *  that their columns cannot hold. */
function mappingOf(layer: Layer, fields: string[], { mapping = {}, defaults = {} }: ApplyAsLayer): Record<string, string> {
  const columns = columnsOf(layer);
  const faults: FaultSpec[] = [];
  const unknown = (name: string, where: string) => {
    if (!(name in columns))
      faults.push({
        pointer: `#/${where}/${name.slice(0, 80)}`,
        key: "upload.fault.no_column",
        params: { name: name.slice(0, 80), known: Object.keys(columns).join(", ") },
      });
  };
  for (const [name, field] of Object.entries(mapping)) {
    unknown(name, "mapping");
    if (field !== null && !fields.includes(field)) faults.push(noField(`#/mapping/${name.slice(0, 80)}`, field, fields));
  }
  for (const [name, value] of Object.entries(defaults)) {
    unknown(name, "defaults");
    const column = columns[name];
    // A default that does not fit would be said of every row.
    if (column)
      for (const fault of faultsOfRow({ [name]: { ...column, optional: true } }, { [name]: coerce(column, value) }))
        faults.push(columnFault(layer, fault, `#/defaults/${name}`));
  }
  if (faults.length > 0) throw refusal(faults);
  const taken = Object.values(mapping);
  const suggested = Object.entries(
    suggestMapping(
      layer,
      fields.filter((field) => !taken.includes(field)),
    ),
  ).filter(([name]) => !(name in mapping));
  return Object.fromEntries([
    ...suggested,
    ...Object.entries(mapping).filter((each): each is [string, string] => each[1] !== null),
  ]);
}

/** Every row validated, the good ones made ready. `themes`: how many good rows each theme has. */
async function makeReady(
  db: Db,
  stored: Stored,
  order: LayerOrder,
  application: string,
  mapping: Record<string, string>,
): Promise<{ faults: RowFaultSpec[]; total: number; shapeless: number; good: number; themes: Map<string, number> }> {
  const { index, chosen, request, layer } = order;
  const faults: RowFaultSpec[] = [];
  const themeOfRow = new Map<number, string>();
  const rowOf = new Map<number, number>();
  const byCode = new Map<string, { n: number; row: number }[]>();
  let total = 0;
  let shapeless = 0;
  for (let after = 0; ;) {
    const taken = await takenAfter(db, stored.id, index, chosen.key, {
      repair: request.repair === true,
      after,
      limit: 1000,
      vertices: 25_000,
      shapes: false,
    });
    if (taken.length === 0) break;
    const ready: ReadyRow[] = [];
    for (const each of taken) {
      total++;
      rowOf.set(each.n, each.row);
      if (each.faults?.length === 0) {
        shapeless++; // reading has named it
        continue;
      }
      const properties = propertiesOf(layer, each.properties, order, mapping);
      const wrong = rowFaults(layer, each, properties);
      if (wrong.length > 0) {
        faults.push(...wrong.map((fault) => ({ ...fault, row: each.row })));
        continue;
      }
      const code = String(properties["code"]);
      byCode.set(code, [...(byCode.get(code) ?? []), { n: each.n, row: each.row }]);
      themeOfRow.set(each.n, themeOf(layer, properties));
      ready.push({ n: each.n, code, valid_from: String(properties["valid_from"]), properties });
    }
    await readyRows(
      db,
      layer,
      { application, id: stored.id, file_layer: index, crs: chosen.key, repair: request.repair === true },
      ready,
    );
    after = taken.at(-1)!.n;
  }
  await checkWhole(db, stored, index, total);
  const out = new Set<number>();
  const leave = (n: number, key: string, params: Record<string, unknown>, more: Partial<FaultSpec> = {}) => {
    const row = rowOf.get(n)!;
    out.add(n);
    faults.push({ pointer: `#/rows/${row}`, key, params, row, ...more });
  };
  for (const [code, rows] of byCode)
    if (rows.length > 1)
      for (const { n } of rows)
        leave(n, "upload.fault.code_twice", {
          code,
          rows: rows
            .map(({ row }) => row)
            .slice(0, 20)
            .join(", "),
        });
  for (const { n, code, valid_from } of await laterLivesOf(db, layer, application))
    leave(n, "upload.fault.later_life", { code, valid_from });
  for (const { n, lon, lat } of await farRows(db, application, request.district, FAR_DEG))
    leave(
      n,
      "upload.fault.far_from_district",
      { district: request.district, place: `${lon.toFixed(4)}, ${lat.toFixed(4)}` },
      { position: [lon, lat] },
    );
  await leaveOut(db, application, [...out]);
  for (const n of out) themeOfRow.delete(n);
  const themes = new Map<string, number>();
  for (const theme of themeOfRow.values()) themes.set(theme, (themes.get(theme) ?? 0) + 1);
  return { faults, total, shapeless, good: themeOfRow.size, themes };
}

/** A row as the layer's columns: from the file, else the person's default, else what holds for the whole import. */
function propertiesOf(
  layer: Layer,
  row: Record<string, unknown>,
  { request, chosen }: LayerOrder,
  mapping: Record<string, string>,
): Record<string, unknown> {
  const { source, defaults = {} } = request;
  const whole: Record<string, unknown> = {
    valid_from: request.valid_from,
    basis: source.basis,
    accuracy_m: source.basis === "schematic" ? null : (source.accuracy_m ?? null),
    source: source.title,
    approval_no: source.approval_no ?? null,
    approval_body: source.approval_body ?? null,
    approval_date: source.approval_date ?? null,
    competent_jurisdiction: request.district,
    aliases: [],
    confidence: source.basis === "schematic" ? "schematic" : "sourced",
  };
  const properties: Record<string, unknown> = {};
  for (const [name, column] of Object.entries(columnsOf(layer))) {
    const field = mapping[name];
    const own = field === undefined ? null : coerce(column, row[field]);
    const given = name in defaults ? coerce(column, defaults[name]) : null;
    properties[name] = own ?? given ?? whole[name] ?? null;
  }
  properties["name_en"] ??= properties["name_zh"]; // Chinese files have no other name
  if (chosen.accuracy_m > 0 && typeof properties["accuracy_m"] === "number") properties["accuracy_m"] += chosen.accuracy_m;
  return properties;
}

function rowFaults(layer: Layer, taken: TakenRow, properties: Record<string, unknown>): FaultSpec[] {
  const { row, type } = taken;
  const spec = (fault: RowFault) => columnFault(layer, fault, `#/rows/${row}/${fault.column}`);
  const faults = [
    ...takenFault(taken),
    ...faultsOfFeature(layer, { properties, geometry: { type: type ?? layer.geometry } })
      .filter(({ code }) => code !== "wrong_geometry" || type !== null)
      .map(spec),
  ];
  return faults.length > 0 ? faults : faultsBetweenColumns(properties).map(spec);
}

function columnFault(layer: Layer, fault: RowFault, pointer: string): FaultSpec {
  return {
    pointer,
    key: `upload.fault.${fault.code}`,
    params: { ...fault, column: nameOf(layer, fault.column), expected: expectedOf(layer, fault) },
  };
}

function nameOf(layer: Layer, name: string): Text {
  const title = columnsOf(layer)[name]?.title;
  return title ? { zh: `${title.zh}（${name}）`, en: `${title.en} (${name})` } : { zh: name, en: name };
}

function expectedOf(layer: Layer, { code, column, expected }: RowFault): string | Text {
  const values = columnsOf(layer)[column]?.values;
  if (code === "wrong_value" && values)
    return {
      zh: Object.values(values)
        .map(({ zh }) => zh)
        .join("、"),
      en: Object.values(values)
        .map(({ en }) => en)
        .join(", "),
    };
  return code === "wrong_type" ? sayBoth(`upload.type.${expected}`) : expected;
}

function tellFault(lang: Lang, fault: RowFaultSpec): ImportFault {
  const { detail } = sayFault(lang, fault);
  return { row: fault.row, code: fault.key.split(".").at(-1)!, detail, position: fault.position ?? null, file_position: null };
}

/** A claim must be on a theme of this layer that the file has features of, and of which nothing was left out: an empty or
 *  holed claim proves nothing. */
function claimFaultsOf(
  layer: Layer,
  catalogue: Catalogue,
  { covers = [] }: ApplyAsLayer,
  { themes, leftOut }: { themes: Map<string, number>; leftOut: number },
): FaultSpec[] {
  const holed: FaultSpec[] =
    covers.length > 0 && leftOut > 0 ? [{ pointer: "#/covers", key: "upload.fault.holed_claim", params: { n: leftOut } }] : [];
  const wrong = covers.flatMap((theme, index): FaultSpec[] => {
    const pointer = `#/covers/${index}`;
    const known = catalogue.themes.filter((spec) => spec.layer === layer.id).map((spec) => spec.theme);
    if (!known.includes(theme))
      return [{ pointer, key: "upload.fault.no_theme", params: { got: String(theme).slice(0, 80), known: known.join(", ") } }];
    return themes.has(theme) ? [] : [{ pointer, key: "upload.fault.empty_claim", params: { theme } }];
  });
  return [...holed, ...wrong];
}

function claimsOf(
  { id }: Stored,
  { covers = [], district, valid_from, source }: ApplyAsLayer,
  themes: ThemeSpec[],
): Pick<Application, "claims" | "touched"> {
  const claim = (theme: string): NewClaim => ({
    theme,
    jurisdiction: district,
    state: "loaded",
    data_date: source.data_date,
    source: source.title,
    licence: source.licence ?? null,
    basis: source.basis,
    declared_by: null,
    document: null,
    valid_from,
    file: fileOf(id),
  });
  return {
    claims: [...new Set(covers)].map(claim),
    touched: themes.filter(({ theme }) => !covers.includes(theme)).map((spec) => ({ spec, claim: claim(spec.theme) })),
  };
}
