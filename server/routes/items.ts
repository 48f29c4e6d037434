/** `/api/collections/{layer}/items` and `selection`: pages of features, one feature, and files of any selection. */
import express, { type Request, type Response, Router } from "express";
import type { FacilityProject, Item } from "../api/collections.ts";
import type { Feature, Lang } from "../api/common.ts";
import { brief } from "../check_input.ts";
import type { Db } from "../db/open.ts";
import { projectOf } from "../domain/facility.ts";
import type { Catalogue } from "../domain/rule.ts";
import { impossible } from "../export_file.ts";
import { filterable, filtersOf } from "../feature_filter.ts";
import type { OutLayer } from "../formats/out/writer.ts";
import { columnsOf, COMMON_COLUMNS, type Layer, themeOf } from "../layers/layer.ts";
import { halfIn } from "../messages.ts";
import { boxParameter, type PageCrs, pageCrs, placed } from "../page_crs.ts";
import { type FaultSpec, langOf, Problem } from "../problem.ts";
import { everyFeature, feature, type FeatureFilter, page, type Row } from "../queries/collections.ts";
import {
  badParameter,
  choiceParameter,
  dateParameter,
  integerParameter,
  parameters,
  parametersAndFields,
  splitList,
} from "../query.ts";
import { isStorable } from "../storable.ts";
import { layerNamed, link } from "./collections.ts";
import { FILE_PARAMETERS, fileOptions, FILES, MAX_FEATURES, sendFile, tooMany, writerOf } from "./export.ts";

const WHICH = ["bbox", "bbox-crs", "datetime", "codes"] as const;
const PAGING = ["limit", "after", "crs", "f"] as const;
/** What no column may be called: the query could not tell the two apart. */
export const RESERVED: readonly string[] = [...WHICH, ...PAGING, ...FILE_PARAMETERS, "filter", "lang"];
/** Codes in an address, and in a body. */
const MAX_CODES = 1000;
const MAX_SELECTED = MAX_FEATURES;
const MAX_FAULTS = 50;

export function itemRoutes(db: Db, catalogue: Catalogue, now: () => Date): Router {
  const router = Router();

  /** A file of the features that the query selects, or of those of them that are `selected`. */
  async function sendItems(request: Request, response: Response, layer: Layer, selected?: readonly string[]): Promise<void> {
    const which = selected ? WHICH.filter((name) => name !== "codes") : WHICH;
    const { values: query, lists } = parametersAndFields(request, [...which, "f", ...FILE_PARAMETERS], filterable(layer));
    const writer = writerOf(choiceParameter("f", query.f ?? (selected && "geojson"), ["json", ...FILES])!);
    if (!writer) throw badParameter("f", FILES.join(" | "), query.f);
    const options = fileOptions(writer, query);
    const filter = { ...filterOf(layer, query, lists), ...(selected ? { codes: selected } : {}) };
    const { rows, matched } = await everyFeature(db, layer, { ...filter, max: MAX_FEATURES });
    if (!rows) throw tooMany(matched);
    const found = new Set(rows.map(({ code }) => code));
    const narrowed = query.bbox !== undefined || filter.fields.length > 0;
    const missing = narrowed ? undefined : filter.codes?.find((code) => !found.has(code));
    if (missing !== undefined)
      throw new Problem(404, "unknown-feature", { layer: layer.id, code: missing.slice(0, 80), as_of: filter.asOf });
    const lang = langOf(request);
    await sendFile(response, fileLayer(layer, rows, lang), options, { lang, date: filter.asOf });
  }

  function filterOf(layer: Layer, query: Partial<Record<(typeof WHICH)[number], string>>, lists: ReadonlyMap<string, string[]>) {
    return {
      asOf: dateParameter("datetime", query.datetime, now()),
      ...boxParameter(query.bbox, query["bbox-crs"]),
      codes: codesParameter(query.codes),
      fields: filtersOf(layer, lists),
    } satisfies FeatureFilter;
  }

  /** GET /api/collections/{layer}/items?bbox=&bbox-crs=&datetime=&codes=&{field}=&crs=&limit=&after=: features in force on the date that pass
   *  every filter, ordered by code; `next` links page on. A field of the layer (`.../queryables`) may repeat or be a list `a,b`, any
   *  of which will do; `\,` is a comma within a value. A page holds at most 1,000; `crs` and `bbox-crs` keep the order of
   *  the authority's axes. Texts that say a thing in both languages (`中文 / English`) stand as they are stored unless `lang` is given.
   *  `f=shapefile|geojson|...` gives all of them as one file instead, with `crs` (x,y), `encoding` and `notation`
   *  (routes/export.ts): 404 where one of `codes` is not in force, 422 beyond 50,000. */
  router.get("/api/collections/:layer/items", async (request, response) => {
    const layer = layerNamed(request.params.layer);
    if (request.query["f"] !== undefined && request.query["f"] !== "json") return sendItems(request, response, layer);
    const { values: query, lists } = parametersAndFields(request, [...WHICH, ...PAGING], filterable(layer));
    const limit = integerParameter("limit", query.limit, { min: 1, max: 1000, default: 100 });
    const crs = pageCrs(query.crs);
    const after = query.after;
    const { rows, matched, more } = await page(db, layer, { ...filterOf(layer, query, lists), after, limit });
    const next = new URLSearchParams(request.originalUrl.split("?")[1]);
    next.set("limit", String(limit));
    next.set("after", rows.at(-1)?.code ?? "");
    sendPlaced(response, crs, () => ({
      type: "FeatureCollection",
      features: rows.map((row) => toFeature(saidIn(request, layer, row), crs)),
      numberMatched: matched,
      numberReturned: rows.length,
      timeStamp: now().toISOString(),
      links: [
        link(request.originalUrl, "self", "application/geo+json"),
        ...(more ? [link(`/api/collections/${layer.id}/items?${next}`, "next", "application/geo+json")] : []),
      ],
    }));
  });

  /** POST /api/collections/{layer}/selection `{ "codes": [...] }`: a file of these features, as `items?codes=` gives it, for selections
   *  too long for an address. The query is that of a file of `items`; `f` is geojson unless said. 422 where the body is not that. */
  router.post("/api/collections/:layer/selection", express.json({ limit: "8mb" }), async (request, response) => {
    await sendItems(request, response, layerNamed(String(request.params["layer"])), selectionOf(request.body));
  });

  /** What a facility can be checked as. */
  function checkable({ properties }: Row): FacilityProject | null {
    const { project } = projectOf(properties, catalogue);
    return project && { ...project, activity: project.activity.code };
  }

  /** GET /api/collections/{layer}/items/{code}?datetime=&crs=&lang=: a facility comes with its `project`. */
  router.get("/api/collections/:layer/items/:code", async (request, response) => {
    const layer = layerNamed(request.params.layer);
    const query = parameters(request, ["datetime", "crs"]);
    const asOf = dateParameter("datetime", query.datetime, now());
    const crs = pageCrs(query.crs);
    const { code } = request.params;
    const row = isStorable(code) ? await feature(db, layer, code, asOf) : undefined;
    if (!row) throw new Problem(404, "unknown-feature", { layer: layer.id, code: code.slice(0, 80), as_of: asOf });
    sendPlaced(response, crs, (): Item => ({
      ...toFeature(saidIn(request, layer, row), crs),
      theme: themeOf(layer, row.properties),
      ...(layer.id === "facility" ? { project: checkable(row) } : {}),
      links: [
        link(request.originalUrl, "self", "application/geo+json"),
        link(`/api/collections/${layer.id}`, "collection"),
        link(`/api/collections/${layer.id}/items/${encodeURIComponent(row.code)}/related`, "related"),
        link(`/api/collections/${layer.id}/items/${encodeURIComponent(row.code)}/versions`, "version-history"),
      ],
    }));
  });

  return router;
}

/** Answers with GeoJSON in the system. 422 where it does not have the place. */
function sendPlaced(response: Response, crs: PageCrs, body: () => object): void {
  let text: string;
  try {
    text = JSON.stringify(body());
  } catch (error) {
    throw impossible(error);
  }
  response.set("Content-Crs", `<${crs.address}>`).type("application/geo+json").send(text);
}

/** `codes=a,b`: the only features wanted. */
function codesParameter(text: string | undefined): string[] | undefined {
  if (text === undefined) return undefined;
  const codes = [...new Set(splitList(text).map((code) => code.trim()))].filter((code) => code !== "");
  if (codes.length === 0 || codes.length > MAX_CODES || !codes.every(isStorable))
    throw badParameter("codes", `code,code,... (1-${MAX_CODES})`, text);
  return codes;
}

/** The codes of a body. Throws a 422 with what is wrong with it. */
function selectionOf(body: unknown): string[] {
  const { codes, ...others } = (typeof body === "object" && body !== null ? body : {}) as Record<string, unknown>;
  const faults: FaultSpec[] = Object.keys(others).map((name) => ({
    pointer: `#/${name.slice(0, 80)}`,
    key: "fault.unknown_field",
    params: { name: name.slice(0, 80), known: "codes" },
  }));
  const isCode = (code: unknown) => typeof code === "string" && code !== "" && isStorable(code);
  if (!Array.isArray(codes) || codes.length === 0 || codes.length > MAX_SELECTED)
    faults.push({
      pointer: "#/codes",
      key: "fault.codes",
      params: { max: MAX_SELECTED, got: Array.isArray(codes) ? codes.length : brief(codes) },
    });
  else
    for (const [i, code] of codes.entries())
      if (!isCode(code)) faults.push({ pointer: `#/codes/${i}`, key: "fault.code", params: { got: brief(code) } });
  if (faults.length > 0) throw new Problem(422, "invalid-selection", {}, { faults: faults.slice(0, MAX_FAULTS) });
  return [...new Set(codes as string[])];
}

/** A layer as a file has it. Of a layer made of kinds, only the columns of kinds that are among the features. */
function fileLayer(layer: Layer, rows: readonly Row[], lang: Lang): OutLayer {
  const used = (name: string) =>
    !layer.kinds || name in COMMON_COLUMNS || rows.some(({ properties }) => (properties[name] ?? null) !== null);
  return {
    name: layer.id,
    title: layer.title,
    fields: Object.entries(columnsOf(layer))
      .filter(([name]) => used(name))
      .map(([name, { title, type, unit, values }]) => ({ name, title, type, unit, values })),
    code: "code",
    label: `name_${lang}`,
    features: rows,
  };
}

/** The row as it is stored; where `lang` is given, with what its texts say in it. Names have columns of their own, and what names
 *  another feature must stay what names it. */
function saidIn(request: Request, layer: Layer, row: Row): Row {
  if (request.query["lang"] === undefined) return row;
  const lang = langOf(request);
  const said = Object.entries(columnsOf(layer))
    .filter(([name, { type, values, refers }]) => type === "text" && !values && !refers && !NAMES.has(name))
    .flatMap(([name]) => (typeof row.properties[name] === "string" ? [[name, halfIn(lang, row.properties[name])]] : []));
  return { ...row, properties: { ...row.properties, ...Object.fromEntries(said) } };
}

const NAMES = new Set(["code", "name_zh", "name_en"]);

function toFeature({ code, properties, geometry }: Row, crs: PageCrs): Feature {
  return { type: "Feature", id: code, geometry: placed(geometry, crs), properties };
}
