/** `/api`, `/api/collections` and items: OGC API Features shapes, CRS84 coordinates. */
import { type Request, type Response, Router } from "express";
import type { Collection, Ground, Item, Landing } from "../api/collections.ts";
import type { Feature, Link } from "../api/common.ts";
import type { Db } from "../db/open.ts";
import type { Catalogue } from "../domain/rule.ts";
import { layerOf, layers } from "../layers/index.ts";
import { type OutLayer } from "../formats/out/writer.ts";
import { columnsOf, COMMON_COLUMNS, type Layer, themeOf } from "../layers/layer.ts";
import { say } from "../messages.ts";
import { langOf, Problem } from "../problem.ts";
import {
  coverageOf,
  everyFeature,
  feature,
  jurisdictionNames,
  page,
  places,
  type Row,
  summarize,
} from "../queries/collections.ts";
import { badParameter, bboxParameter, choiceParameter, dateParameter, integerParameter, parameters, today } from "../query.ts";
import { legendOf } from "../layers/style.ts";
import type { Lang } from "../api/common.ts";
import { FILE_PARAMETERS, fileOptions, FILES, MAX_FEATURES, sendFile, tooMany, writerOf } from "./export.ts";

const CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84";
const CHINA: [number, number, number, number] = [73.5, 18, 135.1, 53.6];

/** A layer by its URL segment, or the 404 that names the layers. */
export function layerNamed(id: string): Layer {
  const layer = layerOf(id);
  if (!layer)
    throw new Problem(404, "unknown-layer", { layer: id.slice(0, 80), layers: layers.map((each) => each.id).join(", ") });
  return layer;
}

export function collectionRoutes(db: Db, catalogue: Catalogue, now: () => Date, ground: Ground | null): Router {
  const router = Router();

  /** GET /api: what this service is, today's date, whether it holds sample data, and where the map opens. */
  router.get("/api", async (request, response) => {
    parameters(request, []);
    const lang = langOf(request);
    const coverage = (await Promise.all(layers.map((layer) => coverageOf(db, layer, today(now()))))).flat();
    const districts = await places(db, today(now()));
    const landing: Landing = {
      title: say(lang, "service.title"),
      description: say(lang, "service.description"),
      today: today(now()),
      sample_data: coverage.some((entry) => entry.basis === "schematic"),
      bbox: homeOf(districts, coverage)?.bbox ?? CHINA,
      places: districts,
      ground,
      links: [
        link("/api", "self"),
        link("/api/collections", "data"),
        link("/api/rules", "related"),
        link("/api/instruments", "related"),
        link("/api/activities", "related"),
        link("/api/checks", "related"),
        link("/api/examples", "related"),
        link("/api/imports", "related"),
        link("/api/checklists", "related"),
        link("/api/coverage/declarations", "related"),
        link("/api/search", "search"),
        link("/style.json", "related"),
      ],
    };
    response.json(landing);
  });

  async function describe(layer: Layer, lang: Lang): Promise<Collection> {
    const [summary, coverage, names] = await Promise.all([
      summarize(db, layer),
      coverageOf(db, layer, today(now())),
      jurisdictionNames(db),
    ]);
    const licences = [...new Set(coverage.map((entry) => entry.licence).filter((licence) => licence !== null))];
    return {
      id: layer.id,
      title: layer.title[lang],
      titles: layer.title,
      description: layer.description[lang],
      itemType: "feature",
      extent: summary.bbox && {
        spatial: { bbox: [summary.bbox], crs: CRS84 },
        temporal: { interval: [[summary.from, summary.open ? null : summary.to]] },
      },
      crs: [CRS84],
      storageCrs: "http://www.opengis.net/def/crs/EPSG/0/4490",
      geometry: layer.geometry,
      minzoom: layer.minzoom,
      maxzoom: layer.maxzoom,
      columns: Object.entries(columnsOf(layer)).map(([name, { title, type, unit, values, told, refers, optional }]) => ({
        name,
        title,
        type,
        unit,
        values,
        told,
        refers,
        required: !optional,
      })),
      legend: legendOf(layer),
      coverage: coverage.map((entry) => ({
        ...entry,
        title: catalogue.themes.find((theme) => theme.theme === entry.theme)?.title[lang] ?? entry.theme,
        jurisdiction_name: names[entry.jurisdiction]?.[lang] ?? entry.jurisdiction,
      })),
      licence: licences.length > 0 ? licences.join("; ") : null,
      features: summary.features,
      links: [
        link(`/api/collections/${layer.id}`, "self"),
        link(`/api/collections/${layer.id}/items`, "items", "application/geo+json"),
        link(`/tiles/${layer.id}`, "describedby"),
      ],
    };
  }

  /** GET /api/collections */
  router.get("/api/collections", async (request, response) => {
    parameters(request, []);
    const collections = await Promise.all(layers.map((layer) => describe(layer, langOf(request))));
    response.json({ collections, links: [link("/api/collections", "self")] });
  });

  /** GET /api/collections/{layer}: 404 names the layers. */
  router.get("/api/collections/:layer", async (request, response) => {
    parameters(request, []);
    response.json(await describe(layerNamed(request.params.layer), langOf(request)));
  });

  async function sendItems(request: Request, response: Response, layer: Layer): Promise<void> {
    const query = parameters(request, ["bbox", "datetime", "codes", "f", ...FILE_PARAMETERS]);
    const writer = writerOf(choiceParameter("f", query.f, ["json", ...FILES])!)!;
    const options = fileOptions(writer, query);
    const asOf = dateParameter("datetime", query.datetime, now());
    const codes = codesParameter(query.codes);
    const bbox = bboxParameter("bbox", query.bbox);
    const { rows, matched } = await everyFeature(db, layer, { asOf, bbox, codes, max: MAX_FEATURES });
    if (!rows) throw tooMany(matched);
    const missing = bbox ? undefined : codes?.find((code) => !rows.some((row) => row.code === code));
    if (missing !== undefined)
      throw new Problem(404, "unknown-feature", { layer: layer.id, code: missing.slice(0, 80), as_of: asOf });
    const lang = langOf(request);
    await sendFile(response, fileLayer(layer, rows, lang), options, { lang, date: asOf });
  }

  /** GET /api/collections/{layer}/items?bbox=&datetime=&codes=&limit=&after=: features in force on the date, ordered by code;
   *  `next` links page on. A page holds at most 1,000. `f=shapefile|geojson|...` gives all of them as one file instead, with
   *  `crs`, `encoding` and `notation` (routes/export.ts): 404 where one of `codes` is not in force, 422 beyond 50,000. */
  router.get("/api/collections/:layer/items", async (request, response) => {
    const layer = layerNamed(request.params.layer);
    if (request.query["f"] !== undefined && request.query["f"] !== "json") return sendItems(request, response, layer);
    const query = parameters(request, ["bbox", "datetime", "codes", "limit", "after", "f"]);
    const asOf = dateParameter("datetime", query.datetime, now());
    const limit = integerParameter("limit", query.limit, { min: 1, max: 1000, default: 100 });
    const { rows, matched, more } = await page(db, layer, {
      asOf,
      bbox: bboxParameter("bbox", query.bbox),
      codes: codesParameter(query.codes),
      after: query.after,
      limit,
    });
    const next = new URLSearchParams({ ...query, limit: String(limit), after: rows.at(-1)?.code ?? "" });
    response.type("application/geo+json").send(
      JSON.stringify({
        type: "FeatureCollection",
        features: rows.map(toFeature),
        numberMatched: matched,
        numberReturned: rows.length,
        timeStamp: now().toISOString(),
        links: [
          link(request.originalUrl, "self", "application/geo+json"),
          ...(more ? [link(`/api/collections/${layer.id}/items?${next}`, "next", "application/geo+json")] : []),
        ],
      }),
    );
  });

  /** GET /api/collections/{layer}/items/{code}?datetime= */
  router.get("/api/collections/:layer/items/:code", async (request, response) => {
    const layer = layerNamed(request.params.layer);
    const query = parameters(request, ["datetime"]);
    const asOf = dateParameter("datetime", query.datetime, now());
    const row = await feature(db, layer, request.params.code, asOf);
    if (!row) throw new Problem(404, "unknown-feature", { layer: layer.id, code: request.params.code.slice(0, 80), as_of: asOf });
    const item: Item = {
      ...toFeature(row),
      theme: themeOf(layer, row.properties),
      links: [
        link(request.originalUrl, "self", "application/geo+json"),
        link(`/api/collections/${layer.id}`, "collection"),
        link(`/api/collections/${layer.id}/items/${encodeURIComponent(row.code)}/related`, "related"),
        link(`/api/collections/${layer.id}/items/${encodeURIComponent(row.code)}/versions`, "version-history"),
      ],
    };
    response.type("application/geo+json").send(JSON.stringify(item));
  });

  return router;
}

const MAX_CODES = 1000;

/** `codes=a,b`: the only features wanted. */
function codesParameter(text: string | undefined): string[] | undefined {
  if (text === undefined) return undefined;
  const codes = [...new Set(text.split(",").map((code) => code.trim()))].filter((code) => code !== "");
  if (codes.length === 0 || codes.length > MAX_CODES) throw badParameter("codes", `code,code,... (1-${MAX_CODES})`, text);
  return codes;
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

/** Where the map opens: the district of which most themes are loaded, the first code among equals. */
function homeOf(districts: Landing["places"], coverage: { jurisdiction: string; state: string }[]) {
  const known = (code: string) =>
    coverage.filter(({ jurisdiction, state }) => jurisdiction === code && state === "loaded").length;
  return districts.toSorted((a, b) => known(b.code) - known(a.code) || (a.code < b.code ? -1 : 1))[0];
}

function toFeature({ code, properties, geometry }: Row): Feature {
  return { type: "Feature", id: code, geometry, properties };
}

function link(href: string, rel: string, type = "application/json"): Link {
  return { href, rel, type };
}
