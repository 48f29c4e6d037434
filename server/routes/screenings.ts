/** `/api/screenings`: many sites at once, in the background. */
import { randomUUID } from "node:crypto";
import express, { Router } from "express";
import type { CheckRequest } from "../api/checks.ts";
import type { Lang, List } from "../api/common.ts";
import type { ScreenedSite, Screening, SiteOutline } from "../api/screenings.ts";
import { brief, unstorableFaults } from "../check_input.ts";
import type { Db } from "../db/open.ts";
import { CONCLUSIONS } from "../domain/conclude.ts";
import type { Catalogue } from "../domain/rule.ts";
import type { Jobs } from "../jobs.ts";
import { say } from "../messages.ts";
import { type FaultSpec, langOf, Problem } from "../problem.ts";
import { readKeptCatalogue } from "../queries/checks.ts";
import { cancel, resume } from "../queries/runs.ts";
import {
  listScreenings,
  listSites,
  outlinesOf,
  progressOf,
  putScreeningAway,
  readAsked,
  readScreening,
  readSite,
  type StoredSite,
  storeScreening,
} from "../queries/screenings.ts";
import { badParameter, choiceParameter, integerParameter, isDate, isUuid, parameters, today } from "../query.ts";
import { MAX_SITES, requestOf, rowOf, saySite } from "../screening.ts";
import { parseCrs, sitesMemberFaults } from "../site.ts";
import { csvOf, type Table } from "../table.ts";
import { writeWorkbook } from "../export_file.ts";
import { tellProgress } from "./progress.ts";

const FIELDS = ["name", "as_of", "crs", "sites"];
const MAX_BODY = 64 * 1024 * 1024;
/** Rows read at a time when all of them are written out. */
const PAGE = 500;

export function screeningRoutes(db: Db, catalogue: Catalogue, jobs: Jobs, now: () => Date): Router {
  const router = Router();
  const json = express.json({ limit: MAX_BODY, type: ["application/json", "application/geo+json", "text/plain"] });
  const catalogueOf = keptCatalogues(db, catalogue);

  /** POST /api/screenings: 202, `Location` and the screening, which is done in the background. 413 over 64 MB, 422 when the
   *  request itself is at fault; a faulty row is named in the results and stops nothing. */
  router.post("/api/screenings", json, async (request, response) => {
    parameters(request, []);
    const { name, as_of, crs, features } = readRequest(request.body, now());
    const id = randomUUID();
    await storeScreening(db, { id, name, as_of, asked: { crs }, sites: features.map(rowOf) });
    jobs.wake();
    response
      .status(202)
      .location(`/api/screenings/${id}`)
      .json(tell(langOf(request), (await readScreening(db, id))!));
  });

  /** GET /api/screenings: newest first. */
  router.get("/api/screenings", async (request, response) => {
    const query = parameters(request, ["limit"]);
    const { items, matched } = await listScreenings(
      db,
      integerParameter("limit", query.limit, { min: 1, max: 200, default: 50 }),
    );
    response.json({
      items: items.map((each) => tell(langOf(request), each)),
      numberMatched: matched,
      numberReturned: items.length,
      links: [{ href: request.originalUrl, rel: "self" }],
    });
  });

  function tell<T extends Pick<Screening, "failure">>(lang: Lang, stored: T): T {
    return { ...stored, failure: stored.failure && say(lang, `run.failure.${stored.failure}`) };
  }

  async function existing(id: string): Promise<Screening> {
    const found = isUuid(id) ? await readScreening(db, id) : undefined;
    if (!found) throw new Problem(404, "unknown-screening", { id: id.slice(0, 80) });
    return found;
  }

  /** GET /api/screenings/{id}: state and counts. */
  router.get("/api/screenings/:id", async (request, response) => {
    parameters(request, []);
    response.json(tell(langOf(request), await existing(request.params.id)));
  });

  /** GET /api/screenings/{id}/events: `progress` events `{state, total, done, faulty}` until it has ended. */
  router.get("/api/screenings/:id/events", async (request, response) => {
    parameters(request, []);
    const { id } = await existing(request.params.id);
    await tellProgress(request, response, () => progressOf(db, id));
  });

  /** POST /api/screenings/{id}/cancel: stops after the sites in hand; what is judged stays. 409 when it had ended. */
  router.post("/api/screenings/:id/cancel", async (request, response) => {
    parameters(request, []);
    const { id, state } = await existing(request.params.id);
    if (!(await cancel(db, "screening", id))) throw new Problem(409, "run-ended", { state });
    response.json(tell(langOf(request), await existing(id)));
  });

  /** POST /api/screenings/{id}/resume: goes on with the sites not judged yet. 409 unless cancelled or failed. */
  router.post("/api/screenings/:id/resume", async (request, response) => {
    parameters(request, []);
    const { id, state } = await existing(request.params.id);
    if (!(await resume(db, "screening", id))) throw new Problem(409, "run-not-stopped", { state });
    jobs.wake();
    response.json(tell(langOf(request), await existing(id)));
  });

  /** DELETE /api/screenings/{id}: put away, 204. 409 while it runs. */
  router.delete("/api/screenings/:id", async (request, response) => {
    parameters(request, []);
    const { id, state } = await existing(request.params.id);
    if (!(await putScreeningAway(db, id))) throw new Problem(409, "run-going-on", { state });
    response.status(204).end();
  });

  /** GET /api/screenings/{id}/sites: in the order given; `conclusion`, `faulty`, `q` (words in the name), `limit`, `after` (a
   *  number). */
  router.get("/api/screenings/:id/sites", async (request, response) => {
    const query = parameters(request, ["conclusion", "faulty", "q", "limit", "after"]);
    if (query.q !== undefined && query.q.length > 200) throw badParameter("q", "1-200", query.q);
    const { id } = await existing(request.params.id);
    const faulty = choiceParameter("faulty", query.faulty, ["true", "false"]);
    const { items, matched, more } = await listSites(db, id, {
      limit: integerParameter("limit", query.limit, { min: 1, max: 500, default: 100 }),
      after: integerParameter("after", query.after, { min: 0, max: MAX_SITES, default: 0 }),
      conclusion: choiceParameter("conclusion", query.conclusion, CONCLUSIONS),
      faulty: faulty === undefined ? undefined : faulty === "true",
      q: query.q,
    });
    const said: ScreenedSite[] = [];
    for (const item of items) said.push(await saySite(langOf(request), item, catalogueOf));
    const next = new URLSearchParams(request.originalUrl.split("?")[1]);
    if (more) next.set("after", String(items.at(-1)!.n));
    const list: List<ScreenedSite> = {
      items: said,
      numberMatched: matched,
      numberReturned: items.length,
      links: [
        { href: request.originalUrl, rel: "self" },
        ...(more ? [{ href: `/api/screenings/${id}/sites?${next}`, rel: "next" }] : []),
      ],
    };
    response.json(list);
  });

  /** GET /api/screenings/{id}/sites/{n}: one row, with the request that asks about it alone. */
  router.get("/api/screenings/:id/sites/:n", async (request, response) => {
    parameters(request, []);
    const { id, as_of } = await existing(request.params.id);
    const n = /^[1-9]\d{0,5}$/.test(request.params.n) ? Number(request.params.n) : 0;
    const stored = await readSite(db, id, n);
    const asked = await readAsked(db, id);
    if (!stored || !asked) throw new Problem(404, "unknown-site", { n: request.params.n.slice(0, 20) });
    const answer: ScreenedSite & { request: Partial<CheckRequest> } = {
      ...(await saySite(langOf(request), stored, catalogueOf)),
      request: requestOf(stored.given, asked.asked, as_of),
    };
    response.json(answer);
  });

  /** GET /api/screenings/{id}/outlines: what a map needs of every row that has a place: number, name, conclusion, geometry. */
  router.get("/api/screenings/:id/outlines", async (request, response) => {
    parameters(request, []);
    const { id } = await existing(request.params.id);
    const items: SiteOutline[] = await outlinesOf(db, id);
    response.json({ items, numberMatched: items.length, numberReturned: items.length, links: [] } satisfies List<SiteOutline>);
  });

  /** GET /api/screenings/{id}/results.{csv,xlsx,geojson}: every row, faulty ones and those not judged yet too, each saying
   *  which, in the order given. */
  router.get("/api/screenings/:id/results.:format", async (request, response) => {
    parameters(request, []);
    const { format } = request.params;
    const { id, name } = await existing(request.params.id);
    if (format !== "csv" && format !== "xlsx" && format !== "geojson")
      throw new Problem(404, "unknown-rendering", { format: format.slice(0, 40), formats: "csv, xlsx, geojson" });
    const lang = langOf(request);
    const sites = await everySite(id, lang);
    response.set(
      "Content-Disposition",
      `attachment; filename="${id}.${format}"; filename*=UTF-8''${encodeURIComponent(name)}.${format}`,
    );
    if (format === "csv") response.type("text/csv").send(csvOf(tableOf(sites, lang)));
    else if (format === "xlsx") response.type("xlsx").send(await writeWorkbook(tableOf(sites, lang), name));
    else response.type("application/geo+json").send(JSON.stringify(featuresOf(sites)));
  });

  async function everySite(id: string, lang: Lang): Promise<ScreenedSite[]> {
    const said: ScreenedSite[] = [];
    for (let after = 0, more = true; more;) {
      const page: { items: StoredSite[]; more: boolean } = await listSites(db, id, {
        limit: PAGE,
        after,
        conclusion: undefined,
        faulty: undefined,
        q: undefined,
      });
      for (const item of page.items) said.push(await saySite(lang, item, catalogueOf));
      after = page.items.at(-1)?.n ?? after;
      more = page.more;
    }
    return said;
  }

  return router;
}

/** The catalogue of today, which is that of no version, or the one that was kept when something was judged by it. What could
 *  not be read, or is not there yet, is asked for again the next time. */
export function keptCatalogues(db: Db, current: Catalogue): (version: string | undefined) => Promise<Catalogue> {
  const kept = new Map<string, Promise<Catalogue>>();
  const read = async (version: string) => {
    const found = await readKeptCatalogue(db, version);
    if (!found) throw new Error(`The catalogue ${version} was not kept.`);
    return found;
  };
  return (version = current.version) => {
    if (version === current.version) return Promise.resolve(current);
    const asked = kept.get(version) ?? read(version);
    kept.set(version, asked);
    asked.catch(() => kept.delete(version));
    return asked;
  };
}

function tableOf(sites: ScreenedSite[], lang: Lang): Table {
  const columns = [
    "n",
    "name",
    "activity",
    "action",
    "activity_title",
    "state",
    "conclusion",
    "known",
    "possible",
    "complete",
    "standing",
    "jurisdictions",
    "area_m2",
    "length_m",
    "deciding",
    "sentence",
    "faults",
  ];
  return {
    columns: columns.map((column) => say(lang, `screening.column.${column}`)),
    rows: sites.map(({ n, name, activity, activity_title, action, state_title, faults, result }) => {
      const words = (conclusion: string | undefined) => (conclusion ? say(lang, `conclusion.${conclusion}`) : null);
      const first = result?.findings.find(({ conclusion }) => conclusion === result.conclusion);
      return [
        n,
        name,
        activity,
        action,
        activity_title,
        state_title,
        words(result?.conclusion),
        words(result?.known),
        words(result?.possible),
        result ? say(lang, `value.${result.complete}`) : null,
        result ? say(lang, `standing.${result.standing}`) : null,
        result?.jurisdictions.join(" ") ?? null,
        result?.area_m2 ?? null,
        result?.length_m ?? null,
        first ? `${first.instrument_title} ${first.article}${first.feature_name ? ` · ${first.feature_name}` : ""}` : null,
        result?.sentence ?? null,
        faults.map(({ pointer, detail }) => `${pointer} ${detail}`).join("; ") || null,
      ];
    }),
  };
}

function featuresOf(sites: ScreenedSite[]) {
  return {
    type: "FeatureCollection",
    features: sites.map(({ result, ...site }) => {
      const { geometry = null, ...answer } = result ?? {};
      return { type: "Feature", id: site.n, geometry, properties: { ...site, ...answer } };
    }),
  };
}

function readRequest(body: unknown, now: Date): { name: string; as_of: string; crs: unknown; features: unknown[] } {
  const faults: FaultSpec[] = [];
  const fault = (pointer: string, key: string, params: Record<string, unknown> = {}) =>
    faults.push({ pointer, key: `fault.${key}`, params });
  if (typeof body !== "object" || body === null || Array.isArray(body))
    throw new Problem(422, "invalid-screening", {}, { faults: [{ pointer: "#", key: "fault.not_object", params: {} }] });
  const given = body as Record<string, unknown>;
  for (const name of Object.keys(given))
    if (!FIELDS.includes(name))
      fault(`#/${name.slice(0, 80)}`, "unknown_field", { name: name.slice(0, 80), known: FIELDS.join(", ") });
  const name = typeof given["name"] === "string" ? given["name"].trim() : "";
  if (name === "" || name.length > 200) fault("#/name", "name", { got: brief(given["name"]) });
  // Rows are kept as they came, so one that cannot be kept is a fault of the request.
  faults.push(...unstorableFaults(given["name"], "#/name"), ...unstorableFaults(given["sites"], "#/sites"));
  const as_of = given["as_of"] ?? today(now);
  if (typeof as_of !== "string" || !isDate(as_of)) fault("#/as_of", "as_of", { got: brief(as_of) });
  if (parseCrs(given["crs"]) === undefined) fault("#/crs", "crs", { got: brief(given["crs"]) });
  const { type, features } = (typeof given["sites"] === "object" && given["sites"] !== null ? given["sites"] : {}) as Record<
    string,
    unknown
  >;
  if (type !== "FeatureCollection" || !Array.isArray(features)) fault("#/sites", "sites", { got: brief(given["sites"]) });
  else if (features.length === 0 || features.length > MAX_SITES)
    fault("#/sites/features", "sites_count", { max: MAX_SITES, got: features.length });
  faults.push(...sitesMemberFaults(given["sites"], given["crs"]));
  if (faults.length > 0) throw new Problem(422, "invalid-screening", {}, { faults });
  return { name, as_of: as_of as string, crs: given["crs"] ?? null, features: features as unknown[] };
}
