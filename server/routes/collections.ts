/** `/api` and `/api/collections`: OGC API Features shapes. */
import { Router } from "express";
import type { Collection, Ground, Landing } from "../api/collections.ts";
import type { Lang, Link } from "../api/common.ts";
import type { Db } from "../db/open.ts";
import type { Catalogue } from "../domain/rule.ts";
import { layerOf, layers } from "../layers/index.ts";
import { queryablesOf } from "../feature_filter.ts";
import { columnsOf, type Layer } from "../layers/layer.ts";
import { legendOf } from "../layers/style.ts";
import { claimIn, halfIn, say } from "../messages.ts";
import { CRS84, PAGE_CRS, STORAGE_CRS } from "../page_crs.ts";
import { langOf, Problem } from "../problem.ts";
import { coverageOf, jurisdictionNames, places, summarize } from "../queries/collections.ts";
import { parameters, today } from "../query.ts";

const QUERYABLES = "http://www.opengis.net/def/rel/ogc/1.0/queryables";
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
    const licences = [...new Set(coverage.flatMap(({ licence }) => halfIn(lang, licence) ?? []))];
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
      crs: [...PAGE_CRS],
      storageCrs: STORAGE_CRS,
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
        ...claimIn(lang, entry),
        title: catalogue.themes.find((theme) => theme.theme === entry.theme)?.title[lang] ?? entry.theme,
        jurisdiction_name: names[entry.jurisdiction]?.[lang] ?? entry.jurisdiction,
      })),
      licence: licences.length > 0 ? licences.join("; ") : null,
      features: summary.features,
      links: [
        link(`/api/collections/${layer.id}`, "self"),
        link(`/api/collections/${layer.id}/items`, "items", "application/geo+json"),
        link(`/api/collections/${layer.id}/queryables`, QUERYABLES, "application/schema+json"),
        link(`/tiles/${layer.id}`, "describedby"),
      ],
    };
  }

  /** GET /api/collections */
  router.get("/api/collections", async (request, response) => {
    parameters(request, []);
    const collections = await Promise.all(layers.map((layer) => describe(layer, langOf(request))));
    // As Part 2 has it: what all of them know is said once.
    const short = collections.map((collection): Collection => ({ ...collection, crs: ["#/crs"] }));
    response.json({ collections: short, crs: PAGE_CRS, links: [link("/api/collections", "self")] });
  });

  /** GET /api/collections/{layer}: 404 names the layers. */
  router.get("/api/collections/:layer", async (request, response) => {
    parameters(request, []);
    response.json(await describe(layerNamed(request.params.layer), langOf(request)));
  });

  /** GET /api/collections/{layer}/queryables: what `items` can be filtered by, as JSON Schema. */
  router.get("/api/collections/:layer/queryables", (request, response) => {
    parameters(request, []);
    const queryables = queryablesOf(layerNamed(request.params.layer), langOf(request));
    response.type("application/schema+json").send(JSON.stringify(queryables));
  });

  return router;
}

/** Where the map opens: the district of which most themes are loaded, the first code among equals. */
function homeOf(districts: Landing["places"], coverage: { jurisdiction: string; state: string }[]) {
  const known = (code: string) =>
    coverage.filter(({ jurisdiction, state }) => jurisdiction === code && state === "loaded").length;
  return districts.toSorted((a, b) => known(b.code) - known(a.code) || (a.code < b.code ? -1 : 1))[0];
}

export function link(href: string, rel: string, type = "application/json"): Link {
  return { href, rel, type };
}
