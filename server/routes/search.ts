/** `/api/search`: features by name, alias or code. */
import { Router } from "express";
import type { List } from "../api/common.ts";
import type { Hit } from "../api/search.ts";
import type { Db } from "../db/open.ts";
import { Problem } from "../problem.ts";
import { search } from "../queries/search.ts";
import { dateParameter, integerParameter, parameters } from "../query.ts";

const MAX_LENGTH = 100;

export function searchRoutes(db: Db, now: () => Date): Router {
  const router = Router();

  /** GET /api/search?q=&limit=&datetime=: features of every layer, the best first. `numberMatched` counts all; no hit is an
   *  empty list. Words apart by spaces must all be found. */
  router.get("/api/search", async (request, response) => {
    const query = parameters(request, ["q", "limit", "datetime"]);
    const words = wordsOf(query.q);
    const asOf = dateParameter("datetime", query.datetime, now());
    const limit = integerParameter("limit", query.limit, { min: 1, max: 50, default: 20 });
    const { hits, matched } = await search(db, words, { asOf, limit });
    const list: List<Hit> = {
      items: hits,
      numberMatched: matched,
      numberReturned: hits.length,
      links: [{ href: request.originalUrl, rel: "self" }],
    };
    response.json(list);
  });

  return router;
}

/** Full-width letters and digits count as their plain ones. Control characters are nobody's name, and NUL no text at all. */
function wordsOf(q = ""): string[] {
  const words = q.normalize("NFKC").split(/\s+/).filter(Boolean);
  const length = [...q].length;
  if (words.length > 0 && length <= MAX_LENGTH && !/\p{Cc}/u.test(words.join(""))) return words;
  const params = { max: MAX_LENGTH, length, got: [...q].slice(0, 20).join("") };
  throw new Problem(400, "bad-parameter", {}, { faults: [{ pointer: "?q", key: "fault.bad_query", params }] });
}
