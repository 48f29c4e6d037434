/** `/verify/{hash}`: anybody who holds a report can see whether it is one of this service. */
import { Router } from "express";
import type { Db } from "../db/open.ts";
import { langOf } from "../problem.ts";
import { parameters } from "../query.ts";
import { verify } from "../verification.ts";
import { verificationPage } from "../verification_page.ts";

const HASH = /^[0-9a-f]{64}$/;

export function verifyRoutes(db: Db): Router {
  const router = Router();

  /** GET /verify/{hash}?lang=: a page for people. 404, with a page that says so, when there is no such report. */
  router.get("/verify/:hash", async (request, response) => {
    parameters(request, []);
    const hash = request.params.hash.toLowerCase();
    const lang = langOf(request);
    const found = HASH.test(hash) ? await verify(db, hash) : undefined;
    response
      .status(found ? 200 : 404)
      .type("html")
      .set("Cache-Control", "no-store")
      .set("Vary", "Accept-Language")
      .set("X-Robots-Tag", "noindex")
      .send(verificationPage(hash, found?.[lang], lang));
  });

  return router;
}
