/** What a feature has to do with others, and the lives of its code. */
import { Router } from "express";
import type { List } from "../api/common.ts";
import type { Related, Version } from "../api/search.ts";
import type { Db } from "../db/open.ts";
import { Problem } from "../problem.ts";
import { feature } from "../queries/collections.ts";
import { related, versions } from "../queries/related.ts";
import { dateParameter, parameters } from "../query.ts";
import { layerNamed } from "./collections.ts";

export function relatedRoutes(db: Db, now: () => Date): Router {
  const router = Router();

  /** GET /api/collections/{layer}/items/{code}/related?datetime=: declared references both ways, and what shares ground with
   *  it. 404 when the feature is not in force on the date. */
  router.get("/api/collections/:layer/items/:code/related", async (request, response) => {
    const layer = layerNamed(request.params.layer);
    const { datetime } = parameters(request, ["datetime"]);
    const { code } = request.params;
    const asOf = dateParameter("datetime", datetime, now());
    if (!(await feature(db, layer, code, asOf)))
      throw new Problem(404, "unknown-feature", { layer: layer.id, code: code.slice(0, 80), as_of: asOf });
    const answer: Related = { as_of: asOf, groups: await related(db, layer, code, asOf) };
    response.json(answer);
  });

  /** GET /api/collections/{layer}/items/{code}/versions: every life of the code, oldest first; 404 when it has none. */
  router.get("/api/collections/:layer/items/:code/versions", async (request, response) => {
    const layer = layerNamed(request.params.layer);
    parameters(request, []);
    const items = await versions(db, layer, request.params.code);
    if (items.length === 0) throw new Problem(404, "never-known", { layer: layer.id, code: request.params.code.slice(0, 80) });
    const list: List<Version> = {
      items,
      numberMatched: items.length,
      numberReturned: items.length,
      links: [{ href: request.originalUrl, rel: "self" }],
    };
    response.json(list);
  });

  return router;
}
