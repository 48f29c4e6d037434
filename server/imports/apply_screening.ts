/** An import taken as many sites: a screening of its rows, in the order of the file. A row that cannot be judged is named
 *  in the results like any other. */
import { randomUUID } from "node:crypto";
import type { ApplyAsScreening, ScreeningOfImport } from "../api/imports.ts";
import { ACTIONS } from "../check_input.ts";
import type { Db } from "../db/open.ts";
import type { ActivitySpec, AttributeSpec, Catalogue } from "../domain/rule.ts";
import { LANGS, say } from "../messages.ts";
import { type FaultSpec, Problem } from "../problem.ts";
import { takenAfter } from "../queries/imports.ts";
import { type NewSite, storeScreening } from "../queries/screenings.ts";
import { MAX_SITES, rowOf } from "../screening.ts";
import { coerce, noField } from "./mapping.ts";
import type { ChosenCrs } from "./place.ts";
import type { Stored } from "./preview.ts";
import { checkWhole, shortFault, takenFault, unreadFaults } from "./taken.ts";

/** Throws 422 for a mapping that does not fit, more sites than a screening takes, or a file that was cut short: rows that are not
 *  there cannot be named; 409 when the import changed meanwhile. */
export async function takeAsScreening(
  db: Db,
  catalogue: Catalogue,
  stored: Stored,
  { index, chosen, request, as_of }: { index: number; chosen: ChosenCrs; request: ApplyAsScreening; as_of: string },
): Promise<ScreeningOfImport> {
  const { features, fields } = stored.layers[index]!;
  const { faults: unread } = await unreadFaults(db, stored, index, MAX_SITES);
  const unreadRows = new Set(unread.map(({ row }) => row));
  const total = features + unreadRows.size;
  if (features === 0 || total > MAX_SITES)
    throw new Problem(
      422,
      "import-refused",
      {},
      { faults: [{ pointer: "#", key: "fault.sites_count", params: { max: MAX_SITES, got: total } }] },
    );
  const wrong = mappingFaults(
    request.mapping,
    fields.map(({ name }) => name),
    catalogue,
  );
  const short = shortFault(stored.layers[index]!);
  if (short) wrong.push(short);
  if (wrong.length > 0) throw new Problem(422, "import-refused", {}, { faults: wrong.slice(0, 50) });
  const sites: { row: number | null; site: NewSite }[] = [];
  const accuracy_m = (request.accuracy_m ?? 0) + chosen.accuracy_m;
  for (let after = 0; ;) {
    const taken = await takenAfter(db, stored.id, index, chosen.key, {
      repair: request.repair === true,
      after,
      limit: 500,
      vertices: 100_000,
      shapes: true,
    });
    if (taken.length === 0) break;
    for (const each of taken) {
      const { row, properties, geometry } = each;
      const wrongs = geometry ? [] : takenFault(each).map((fault) => ({ ...fault, pointer: "#/geometry" }));
      const given = {
        type: "Feature",
        geometry,
        properties: { ...siteOf(properties, row, request, catalogue), crs: "EPSG:4490", accuracy_m },
      };
      sites.push({ row, site: { ...rowOf(given), ...(wrongs.length > 0 ? { faults: wrongs } : {}) } });
    }
    after = taken.at(-1)!.n;
  }
  await checkWhole(db, stored, index, sites.length);
  // A row that could not be read has its place among the others.
  const placed = new Set(sites.map(({ row }) => row));
  for (const [row, wrongs] of Map.groupBy(unread, (fault) => fault.row))
    if (row === null || !placed.has(row)) {
      const name = row === null ? request.name : `${request.name} ${row}`.slice(0, 200);
      const given = { type: "Feature", geometry: null, properties: { name } };
      sites.push({ row, site: { ...rowOf(given), faults: wrongs.map(({ key, params }) => ({ pointer: "#", key, params })) } });
    }
  const last = Number.MAX_SAFE_INTEGER;
  const ordered = sites.toSorted((a, b) => (a.row ?? last) - (b.row ?? last)).map(({ site }) => site);
  const id = randomUUID();
  await storeScreening(db, { id, name: request.name, as_of, asked: { crs: "EPSG:4490" }, sites: ordered });
  return { as: "screening", screening: id, total: ordered.length };
}

/** Fields that the file does not have, and attributes that the vocabulary does not. */
function mappingFaults(
  { attributes = {}, ...own }: ApplyAsScreening["mapping"],
  fields: string[],
  catalogue: Catalogue,
): FaultSpec[] {
  const known = catalogue.attributes.map(({ name }) => name);
  const missing = (pointer: string, field: string) => (fields.includes(field) ? [] : [noField(pointer, field, fields)]);
  return [
    ...Object.entries(own).flatMap(([name, field]) => (field === undefined ? [] : missing(`#/mapping/${name}`, field))),
    ...Object.entries(attributes).flatMap(([name, field]): FaultSpec[] => {
      const pointer = `#/mapping/attributes/${name.slice(0, 80)}`;
      if (known.includes(name)) return missing(pointer, field);
      return [{ pointer, key: "upload.fault.no_attribute", params: { name: name.slice(0, 80), known: known.join(", ") } }];
    }),
  ];
}

/** What a row says of its project, in the codes of the vocabulary where its words are known. */
function siteOf(
  row: Record<string, unknown>,
  number: number,
  request: ApplyAsScreening,
  catalogue: Catalogue,
): Record<string, unknown> {
  const { mapping } = request;
  const field = (name: string | undefined) => (name === undefined ? null : (row[name] ?? null));
  const text = (value: unknown) => (value === null ? "" : String(value).trim());
  const activity = activityOf(text(field(mapping.activity)), catalogue);
  const attributes: Record<string, unknown> = { ...request.attributes };
  for (const [name, from] of Object.entries(mapping.attributes ?? {})) {
    const value = attributeOf(
      catalogue.attributes.find((spec) => spec.name === name),
      field(from),
    );
    if (value !== null) attributes[name] = value;
  }
  return {
    name: text(field(mapping.name)) || `${request.name} ${number}`.slice(0, 200),
    activity: activity ?? (text(field(mapping.activity)) || request.activity),
    action: actionOf(text(field(mapping.action))) ?? (text(field(mapping.action)) || request.action),
    attributes,
  };
}

function activityOf(words: string, catalogue: Catalogue): string | undefined {
  const wanted = words.toLowerCase();
  const names = ({ code, title, aliases }: ActivitySpec) => [
    code,
    ...[title, ...aliases].flatMap(({ zh, en }) => [zh, en.toLowerCase()]),
  ];
  return wanted === "" ? undefined : catalogue.activities.find((each) => names(each).includes(wanted))?.code;
}

function actionOf(words: string): string | undefined {
  return ACTIONS.find(
    (action) => action === words || LANGS.some((lang) => say(lang, `action.${action}`).toLowerCase() === words.toLowerCase()),
  );
}

/** Null: the row says nothing. What cannot be read stays as it is, and is named when the row is judged. */
function attributeOf(spec: AttributeSpec | undefined, value: unknown): unknown {
  if (!spec) return value;
  const values = spec.options ? Object.fromEntries(spec.options.map(({ value: code, title }) => [code, title])) : null;
  const column = { title: spec.title, unit: spec.unit, optional: true, tiled: false, told: false, refers: null };
  if (spec.type === "choices") {
    const list = coerce({ ...column, type: "list", values: null }, value);
    return Array.isArray(list) ? list.map((each) => coerce({ ...column, type: "text", values }, each)) : list;
  }
  return coerce({ ...column, type: spec.type === "choice" ? "text" : spec.type, values }, value);
}
