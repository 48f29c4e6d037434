/** `/api/imports`: upload, look, apply, undo. Nothing reaches a layer but by `apply`. */
import { randomUUID } from "node:crypto";
import express, { type Request, type Response, Router } from "express";
import type { ImportSummary } from "../api/imports.ts";
import type { List } from "../api/common.ts";
import type { OpenDatabase } from "../db/open.ts";
import type { Catalogue } from "../domain/rule.ts";
import type { ReadOptions } from "../formats/format.ts";
import { applyImport } from "../imports/apply.ts";
import type { Imports } from "../imports/imports.ts";
import { previewOf, type Stored, told } from "../imports/preview.ts";
import { readApply, readOptions } from "../imports/requests.ts";
import type { Jobs } from "../jobs.ts";
import { layerOf } from "../layers/index.ts";
import { langOf, Problem } from "../problem.ts";
import { changesOf, undoImport } from "../queries/changes.ts";
import { listImports, readImport } from "../queries/imports.ts";
import { choiceParameter, integerParameter, isUuid, parameters, today } from "../query.ts";

const LOOK = ["file_layer", "crs", "swap", "district", "after", "limit"] as const;
/** Until accounts exist there is one operator. */
export const OPERATOR = "operator";

type Needs = {
  database: OpenDatabase;
  catalogue: Catalogue;
  imports: Imports;
  jobs: Jobs;
  changed: () => Promise<void>;
  now: () => Date;
};

export function importRoutes({ database, catalogue, imports, jobs, changed, now }: Needs): Router {
  const { db } = database;
  const router = Router();
  const json = express.json({ limit: 1024 * 1024, type: ["application/json", "text/plain"] });
  const { limits } = imports;

  /** POST /api/imports?encoding=: `multipart/form-data`, parts named `file`, or one named `text`. 201, `Location` and the
   *  preview. 413 over a limit, 415 not multipart, 422 what cannot be read. Nothing is in any layer yet. */
  router.post("/api/imports", async (request, response) => {
    const options = optionsOf(parameters(request, ["encoding"]));
    const id = await imports.receive(request, options);
    response.status(201).location(`/api/imports/${id}`);
    await answerPreview(request, response, id, {});
  });

  /** GET /api/imports: newest first, each with what it did to layers. */
  router.get("/api/imports", async (request, response) => {
    const query = parameters(request, ["limit"]);
    const { items, matched } = await listImports(db, integerParameter("limit", query.limit, { min: 1, max: 200, default: 50 }));
    const changes = await changesOf(
      db,
      items.map(({ id }) => id),
    );
    const list: List<ImportSummary> = {
      items: items.map((item) => ({ ...item, changes: changes.filter((each) => each.import === item.id).map(told) })),
      numberMatched: matched,
      numberReturned: items.length,
      links: [{ href: request.originalUrl, rel: "self" }],
    };
    response.json(list);
  });

  async function existing(id: string): Promise<Stored> {
    const found = isUuid(id) ? await readImport<Stored["layers"][number]>(db, id) : undefined;
    if (!found) throw new Problem(404, "unknown-import", { id: id.slice(0, 80) });
    return found;
  }

  /** The import with its rows; 410 when they were removed. */
  async function whole(id: string): Promise<Stored> {
    const found = await existing(id);
    if (Date.parse(found.kept_until) < now().getTime()) throw new Problem(410, "upload-gone", { id });
    return found;
  }

  async function answerPreview(
    request: Request,
    response: Response,
    id: string,
    query: Partial<Record<(typeof LOOK)[number], string>>,
  ): Promise<void> {
    const preview = await previewOf(
      db,
      await whole(id),
      {
        lang: langOf(request),
        file_layer: query.file_layer,
        crs: query.crs,
        swap: choiceParameter("swap", query.swap, ["true", "false"]) === "true",
        district: query.district,
        after: integerParameter("after", query.after, { min: 0, max: limits.features, default: 0 }),
        limit: integerParameter("limit", query.limit, { min: 1, max: 1000, default: 100 }),
      },
      limits,
      today(now()),
    );
    response.json(preview);
  }

  /** GET /api/imports/{id}?file_layer=&crs=&swap=&district=&after=&limit=: the preview, in the reference system that is
   *  tried; the district is where the data should lie, and helps to find it. */
  router.get("/api/imports/:id", async (request, response) => {
    const query = parameters(request, LOOK);
    await answerPreview(request, response, request.params.id, query);
  });

  /** POST /api/imports/{id}/read `{ "encoding"?, "columns"?, "swap"?, "layer"? }`: the kept upload, read otherwise. 409 while what
   *  was read stands in a layer. */
  router.post("/api/imports/:id/read", json, async (request, response) => {
    parameters(request, []);
    const stored = await whole(request.params.id);
    if ((await changesOf(db, [stored.id])).some(({ undone_at }) => undone_at === null))
      throw new Problem(409, "import-applied", { id: stored.id });
    const gone = new AbortController();
    response.on("close", () => gone.abort());
    await imports.readAgain(stored, readOptions(request.body), gone.signal);
    await answerPreview(request, response, stored.id, {});
  });

  /** POST /api/imports/{id}/apply?trial=: as a site (200), a screening (201) or into a layer (201; a trial, 200, writes
   *  nothing and tells the mapping and every faulty row). 409 applied before, or changed meanwhile; 422 the faults. */
  router.post("/api/imports/:id/apply", json, async (request, response) => {
    const trial = choiceParameter("trial", parameters(request, ["trial"]).trial, ["true", "false"]) === "true";
    const stored = await whole(request.params.id);
    const order = { asked: readApply(request.body), who: OPERATOR, trial, lang: langOf(request), asOf: today(now()) };
    const applied = await applyImport(database, catalogue, stored, order, limits);
    if (applied.as === "screening") {
      jobs.wake();
      response.status(201).location(`/api/screenings/${applied.screening}`);
    }
    if (applied.as === "layer" && applied.change) {
      await changed();
      response.status(201).location(`/api/imports/${stored.id}`);
    }
    response.json(applied);
  });

  /** POST /api/imports/{id}/undo: the layer as it was before, 200 and the list of what the import did. 409 nothing to take
   *  back, or something later changed the same codes (named). */
  router.post("/api/imports/:id/undo", async (request, response) => {
    parameters(request, []);
    const { id } = await existing(request.params.id);
    const done = await undoImport(database, { importId: id, undo: randomUUID(), who: OPERATOR, layerOf });
    if (done === "nothing") throw new Problem(409, "nothing-to-undo", { id });
    if ("changed" in done)
      throw new Problem(
        409,
        "undo-refused",
        {},
        { faults: done.changed.map((code) => ({ pointer: "#", key: "upload.fault.changed_since", params: { code } })) },
      );
    await changed();
    response.json({ changes: (await changesOf(db, [id])).map(told) });
  });

  return router;
}

function optionsOf({ encoding }: { encoding?: string }): ReadOptions {
  return encoding === undefined ? {} : readOptions({ encoding });
}
