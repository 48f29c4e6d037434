/** `/api/checks`: ask, list, read, replay. */
import { randomUUID } from "node:crypto";
import express, { Router } from "express";
import type { Check, CheckSummary, Dispute } from "../api/checks.ts";
import type { Lang, List } from "../api/common.ts";
import { replay, runCheck, tryCheck } from "../check.ts";
import { brief, readCheckInput, ringFault } from "../check_input.ts";
import type { LiveCatalogue } from "../checklists.ts";
import type { OpenDatabase } from "../db/open.ts";
import { CONCLUSIONS } from "../domain/conclude.ts";
import type { CheckInput } from "../gather.ts";
import { WRITERS } from "../formats/out/index.ts";
import type { OutField, OutLayer } from "../formats/out/writer.ts";
import { momentText } from "../measures.ts";
import { sayBoth } from "../messages.ts";
import { type FaultSpec, langOf, Problem } from "../problem.ts";
import { dispute, disputesOf, listChecks, putAway, readCheck, readSaid, withdraw } from "../queries/checks.ts";
import { type PlacedSite, placeSite, repair } from "../queries/site.ts";
import {
  badParameter,
  choiceParameter,
  dateParameter,
  districtParameter,
  integerParameter,
  isUuid,
  parameters,
} from "../query.ts";
import { FILE_PARAMETERS, fileOptions, sendFile } from "./export.ts";

const LIST = ["q", "conclusion", "activity", "jurisdiction", "from", "to", "deleted", "limit", "after"] as const;
const MAX_BODY = 10 * 1024 * 1024;

export function checkRoutes(database: OpenDatabase, { catalogue, current }: LiveCatalogue, now: () => Date): Router {
  const router = Router();
  const { db } = database;

  const json = express.json({ limit: MAX_BODY, type: ["application/json", "application/geo+json", "text/plain"] });

  /** POST /api/checks?trial=: 201, `Location` and the check; a trial (`true`) is answered alike with 200 and not stored.
   *  400 not JSON, 413 over 10 MB, 422 every fault at once. */
  router.post("/api/checks", json, async (request, response) => {
    const trial = choiceParameter("trial", parameters(request, ["trial"]).trial, ["true", "false"]) === "true";
    const { input, faults, others } = readCheckInput(request.body, catalogue, now());
    if (!input) throw new Problem(422, others === 0 ? "invalid-geometry" : "invalid-check", {}, { faults });
    // It is judged by the checklists of now, whichever process made them.
    const [placed] = await Promise.all([place(input), current()]);
    if (trial) return void response.json(await tryCheck(database, catalogue, input, placed, now(), langOf(request)));
    const check = (await runCheck(database, catalogue, input, placed, now()))[langOf(request)];
    response.status(201).location(`/api/checks/${check.id}`).json(check);
  });

  /** Rings that cross, holes outside: named with their place, and a repair offered where one keeps an area. */
  async function place({ site }: CheckInput): Promise<PlacedSite> {
    const { placed, faults: wrong } = await placeSite(db, site.parts, site.srid);
    if (placed) return placed;
    const faults = wrong.slice(0, 50).map((each) => ringFault(site, each));
    const mended = site.parts.every(({ type }) => type === "Polygon" || type === "MultiPolygon")
      ? await repair(db, site.parts, site.srid)
      : null;
    throw new Problem(422, "invalid-geometry", {}, { faults, ...(mended ? { repair: mended } : {}) });
  }

  /** GET /api/checks: newest first. `q` words in name, activity or sentence, or the beginning of an id; `conclusion`,
   *  `activity`, `jurisdiction`; `from` and `to`, days on which they were made; `deleted=true` those put away. */
  router.get("/api/checks", async (request, response) => {
    const query = parameters(request, LIST);
    const limit = integerParameter("limit", query.limit, { min: 1, max: 200, default: 50 });
    if (query.after !== undefined) mustBeId(query.after);
    if (query.q !== undefined && query.q.length > 200) throw badParameter("q", "1-200", query.q);
    districtParameter(query.jurisdiction);
    const day = (name: "from" | "to") => (query[name] === undefined ? undefined : dateParameter(name, query[name], now()));
    const { items, matched, more } = await listChecks(db, {
      lang: langOf(request),
      limit,
      after: query.after,
      q: query.q,
      conclusion: choiceParameter("conclusion", query.conclusion, CONCLUSIONS),
      activity: query.activity,
      jurisdiction: query.jurisdiction,
      from: day("from"),
      to: day("to"),
      deleted: choiceParameter("deleted", query.deleted, ["true", "false"]) === "true",
    });
    const next = new URLSearchParams(request.originalUrl.split("?")[1]);
    if (more) next.set("after", items.at(-1)!.id);
    const list: List<CheckSummary> = {
      items,
      numberMatched: matched,
      numberReturned: items.length,
      links: [{ href: request.originalUrl, rel: "self" }, ...(more ? [{ href: `/api/checks?${next}`, rel: "next" }] : [])],
    };
    response.json(list);
  });

  async function standing(id: string): Promise<Record<Lang, Check>> {
    mustBeId(id);
    return standingOf(id, await readSaid(db, id));
  }

  /** GET /api/checks/{id}?lang=: as it was said, for ever; 410 while it is put away. */
  router.get("/api/checks/:id", async (request, response) => {
    parameters(request, []);
    response.json((await standing(request.params.id))[langOf(request)]);
  });

  /** GET /api/checks/{id}/site.{ending}?crs=&encoding=&notation=: the site of a check as a file, with what was asked and what was
   *  concluded of it. 404 names the endings. */
  router.get("/api/checks/:id/site.:ending", async (request, response) => {
    const query = parameters(request, FILE_PARAMETERS);
    const { id, ending } = request.params;
    const writer = WRITERS.find((each) => each.ending === `.${ending}`);
    if (!writer)
      throw new Problem(404, "unknown-file", {
        ending: ending.slice(0, 40),
        endings: WRITERS.map((each) => each.ending.slice(1)).join(", "),
      });
    const options = fileOptions(writer, query);
    const lang = langOf(request);
    const check = (await standing(id))[lang];
    await sendFile(response, siteLayer(check), options, { lang, date: check.as_of });
  });

  /** DELETE /api/checks/{id}: put away, 204; nothing is lost. 410 when it was already. */
  router.delete("/api/checks/:id", async (request, response) => {
    parameters(request, []);
    await standing(request.params.id);
    if (!(await putAway(db, request.params.id, true))) await standing(request.params.id);
    response.status(204).end();
  });

  /** POST /api/checks/{id}/restore: back in the list, 204; also when it never left. */
  router.post("/api/checks/:id/restore", async (request, response) => {
    parameters(request, []);
    mustBeId(request.params.id);
    if (!(await putAway(db, request.params.id, false))) await standing(request.params.id);
    response.status(204).end();
  });

  /** GET /api/checks/{id}/disputes: every dispute of its findings, withdrawn ones too, oldest first. */
  router.get("/api/checks/:id/disputes", async (request, response) => {
    parameters(request, []);
    await standing(request.params.id);
    response.json(listOf(request.originalUrl, await disputesOf(db, request.params.id)));
  });

  /** POST /api/checks/{id}/disputes `{ "finding": "f1", "reason": "..." }`: kept beside the check, whose verdict stays. 201
   *  and every dispute of the check. 422 an unknown finding or no reason. */
  router.post("/api/checks/:id/disputes", json, async (request, response) => {
    parameters(request, []);
    const { zh } = await standing(request.params.id);
    const given = readDispute(request.body, zh);
    await dispute(db, zh.id, { id: randomUUID(), ...given });
    response.status(201).json(listOf(request.originalUrl, await disputesOf(db, zh.id)));
  });

  /** DELETE /api/checks/{id}/disputes/{dispute}: withdrawn, and kept as such. 404 when none of that id stands. */
  router.delete("/api/checks/:id/disputes/:dispute", async (request, response) => {
    parameters(request, []);
    const { id, dispute: which } = request.params;
    await standing(id);
    if (!isUuid(which) || !(await withdraw(db, id, which))) throw new Problem(404, "unknown-dispute", { id: which.slice(0, 80) });
    response.json(listOf(request.originalUrl, await disputesOf(db, id)));
  });

  /** POST /api/checks/{id}/replay: recomputed from what was frozen; `same`, or each difference. */
  router.post("/api/checks/:id/replay", async (request, response) => {
    parameters(request, []);
    mustBeId(request.params.id);
    const stored = await readCheck(db, request.params.id);
    if (!stored) throw new Problem(404, "unknown-check", { id: request.params.id });
    response.json(await replay(database, stored));
  });

  return router;
}

const SITE_FIELDS: Record<string, OutField["type"]> = {
  id: "text",
  name: "text",
  activity: "text",
  action: "text",
  as_of: "date",
  conclusion: "text",
  standing: "text",
  sentence: "text",
  area_m2: "number",
  accuracy_m: "number",
};

/** The site is never without the sentence on it: it says what was asked, and of which day. */
function siteLayer({ id, as_of, conclusion, standing, sentence, project, site }: Check): OutLayer {
  const properties = {
    id,
    name: project.name,
    activity: project.activity_title,
    action: project.action_title,
    as_of,
    conclusion,
    standing,
    sentence,
    area_m2: site.area_m2,
    accuracy_m: site.accuracy_m,
  };
  return {
    name: `site_${id.slice(0, 8)}`,
    title: sayBoth("export.site"),
    fields: Object.entries(SITE_FIELDS).map(([name, type]) => ({
      name,
      title: sayBoth(`export.site.${name}`),
      type,
      unit: name === "area_m2" ? "m²" : name === "accuracy_m" ? "m" : null,
      values: null,
    })),
    code: "id",
    label: "name",
    features: [{ geometry: site.geometry, properties }],
  };
}

function listOf<T>(href: string, items: T[]): List<T> {
  return { items, numberMatched: items.length, numberReturned: items.length, links: [{ href, rel: "self" }] };
}

const MAX_REASON = 2000;

/** The finding disputed and the reason, or a 422. */
function readDispute(body: unknown, check: Check): Pick<Dispute, "finding" | "rule" | "feature" | "reason"> {
  const given = (typeof body === "object" && body !== null ? body : {}) as Record<string, unknown>;
  const faults: FaultSpec[] = [];
  for (const name of Object.keys(given))
    if (name !== "finding" && name !== "reason")
      faults.push({
        pointer: `#/${name.slice(0, 80)}`,
        key: "fault.unknown_field",
        params: { name: name.slice(0, 80), known: "finding, reason" },
      });
  const finding = check.findings.find(({ id }) => id === given["finding"]);
  if (!finding)
    faults.push({
      pointer: "#/finding",
      key: "fault.unknown_finding",
      params: { got: brief(given["finding"]), count: check.findings.length },
    });
  const reason = typeof given["reason"] === "string" ? given["reason"].trim() : "";
  if (reason === "" || reason.length > MAX_REASON)
    faults.push({ pointer: "#/reason", key: "fault.reason", params: { max: MAX_REASON, got: brief(given["reason"]) } });
  if (!finding || faults.length > 0) throw new Problem(422, "invalid-dispute", {}, { faults });
  return { finding: finding.id, rule: finding.rule, feature: finding.feature, reason };
}

/** The check as it was said; 404 unknown, 410 put away. */
export function standingOf(id: string, stored: Awaited<ReturnType<typeof readSaid>>): Record<Lang, Check> {
  if (!stored) throw new Problem(404, "unknown-check", { id });
  if (stored.deleted_at !== null) throw new Problem(410, "deleted-check", { id, at: momentText(stored.deleted_at).slice(0, 10) });
  return stored.said;
}

/** 404 for what can be no check's id. */
export function mustBeId(id: string): void {
  if (!isUuid(id)) throw new Problem(404, "unknown-check", { id: id.slice(0, 80) });
}
