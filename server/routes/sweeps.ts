/** `/api/sweeps`: every registered facility against every rule of a date. */
import { randomUUID } from "node:crypto";
import express, { Router } from "express";
import type { Lang, List } from "../api/common.ts";
import type { Sweep, SweepFault } from "../api/sweeps.ts";
import { brief } from "../check_input.ts";
import type { Db } from "../db/open.ts";
import { suspectingThemes } from "../domain/clue.ts";
import type { Catalogue } from "../domain/rule.ts";
import type { Jobs } from "../jobs.ts";
import { say } from "../messages.ts";
import { type FaultSpec, langOf, Problem, sayFault } from "../problem.ts";
import { cancel, resume } from "../queries/runs.ts";
import { faultyFacilities, listSweeps, progressOfSweep, readSweep, storeSweep, type ToldSweep } from "../queries/sweeps.ts";
import { integerParameter, isDate, isUuid, parameters, today } from "../query.ts";
import { tellProgress } from "./progress.ts";

export function sweepRoutes(db: Db, catalogue: Catalogue, jobs: Jobs, now: () => Date): Router {
  const router = Router();

  function tell(lang: Lang, told: ToldSweep): Sweep {
    const titled = (each: ToldSweep["unproven"][number]) => ({
      ...each,
      title: catalogue.themes.find(({ theme }) => theme === each.theme)?.title[lang] ?? each.theme,
    });
    const suspecting = suspectingThemes(catalogue, told.as_of);
    return {
      ...told,
      failure: told.failure && say(lang, `run.failure.${told.failure}`),
      unproven: told.unproven.map(titled),
      not_asked: told.not_asked.filter(({ theme }) => suspecting.has(theme)).map(titled),
    };
  }

  /** POST /api/sweeps `{ "as_of"? }`: 202, `Location` and the sweep, done in the background. One that is under way for the
   *  same date is given back instead of a second. */
  router.post("/api/sweeps", express.json({ limit: 10_000 }), async (request, response) => {
    parameters(request, []);
    const as_of = readRequest(request.body, now());
    const id = await storeSweep(db, randomUUID(), as_of);
    jobs.wake();
    response
      .status(202)
      .location(`/api/sweeps/${id}`)
      .json(tell(langOf(request), (await readSweep(db, id))!));
  });

  /** GET /api/sweeps: newest first. */
  router.get("/api/sweeps", async (request, response) => {
    const query = parameters(request, ["limit"]);
    const { items, matched } = await listSweeps(db, integerParameter("limit", query.limit, { min: 1, max: 100, default: 20 }));
    const list: List<Sweep> = {
      items: items.map((each) => tell(langOf(request), each)),
      numberMatched: matched,
      numberReturned: items.length,
      links: [{ href: request.originalUrl, rel: "self" }],
    };
    response.json(list);
  });

  async function existing(id: string) {
    const found = isUuid(id) ? await readSweep(db, id) : undefined;
    if (!found) throw new Problem(404, "unknown-sweep", { id: id.slice(0, 80) });
    return found;
  }

  /** GET /api/sweeps/{id}: state, counts, what could not be answered, and the difference from the sweep before. */
  router.get("/api/sweeps/:id", async (request, response) => {
    parameters(request, []);
    response.json(tell(langOf(request), await existing(request.params.id)));
  });

  /** GET /api/sweeps/{id}/faults: register entries that cannot be judged, with what is wrong. */
  router.get("/api/sweeps/:id/faults", async (request, response) => {
    parameters(request, []);
    const { id } = await existing(request.params.id);
    const lang = langOf(request);
    const items = (await faultyFacilities(db, id)).map(({ facility, zh, en, faults }): SweepFault => ({
      facility,
      name: (lang === "zh" ? zh : en) ?? facility,
      faults: (faults as FaultSpec[]).map((fault) => sayFault(lang, fault)),
    }));
    const list: List<SweepFault> = {
      items,
      numberMatched: items.length,
      numberReturned: items.length,
      links: [{ href: request.originalUrl, rel: "self" }],
    };
    response.json(list);
  });

  /** GET /api/sweeps/{id}/events: `progress` events until it has ended. */
  router.get("/api/sweeps/:id/events", async (request, response) => {
    parameters(request, []);
    const { id } = await existing(request.params.id);
    await tellProgress(request, response, () => progressOfSweep(db, id));
  });

  /** POST /api/sweeps/{id}/cancel. 409 when it had ended. */
  router.post("/api/sweeps/:id/cancel", async (request, response) => {
    parameters(request, []);
    const { id, state } = await existing(request.params.id);
    if (!(await cancel(db, "sweep", id))) throw new Problem(409, "run-ended", { state });
    response.json(tell(langOf(request), await existing(id)));
  });

  /** POST /api/sweeps/{id}/resume. 409 unless cancelled or failed. */
  router.post("/api/sweeps/:id/resume", async (request, response) => {
    parameters(request, []);
    const { id, state } = await existing(request.params.id);
    if (!(await resume(db, "sweep", id))) throw new Problem(409, "run-not-stopped", { state });
    jobs.wake();
    response.json(tell(langOf(request), await existing(id)));
  });

  return router;
}

function readRequest(body: unknown, now: Date): string {
  const given = (typeof body === "object" && body !== null ? body : {}) as Record<string, unknown>;
  const faults: FaultSpec[] = Object.keys(given)
    .filter((name) => name !== "as_of")
    .map((name) => ({
      pointer: `#/${name.slice(0, 80)}`,
      key: "fault.unknown_field",
      params: { name: name.slice(0, 80), known: "as_of" },
    }));
  const as_of = given["as_of"] ?? today(now);
  if (typeof as_of !== "string" || !isDate(as_of))
    faults.push({ pointer: "#/as_of", key: "fault.as_of", params: { got: brief(as_of) } });
  if (faults.length > 0) throw new Problem(422, "invalid-sweep", {}, { faults });
  return as_of as string;
}
