/** `/api/examples`: sites to try. */
import { Router } from "express";
import type { Example } from "../api/examples.ts";
import type { List } from "../api/common.ts";
import type { Db } from "../db/open.ts";
import type { ExampleRow } from "../examples.ts";
import { langOf } from "../problem.ts";
import { jurisdictionNames } from "../queries/collections.ts";
import { parameters } from "../query.ts";

export function exampleRoutes(db: Db, rows: readonly ExampleRow[]): Router {
  const router = Router();

  /** GET /api/examples: every named site, in the order of the file; empty when the operator ships none. */
  router.get("/api/examples", async (request, response) => {
    parameters(request, []);
    const lang = langOf(request);
    const names = await jurisdictionNames(db);
    const items = rows.map(({ title, why, ...row }): Example => ({
      ...row,
      district_name: names[row.district]?.[lang] ?? row.district,
      title: title[lang],
      why: why[lang],
    }));
    const list: List<Example> = {
      items,
      numberMatched: items.length,
      numberReturned: items.length,
      links: [{ href: request.originalUrl, rel: "self" }],
    };
    response.json(list);
  });

  return router;
}
