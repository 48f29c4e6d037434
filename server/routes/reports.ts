/** `/api/checks/{id}/report.{format}`: renderings of one frozen check. */
import { Router } from "express";
import type { Db } from "../db/open.ts";
import { langOf, Problem } from "../problem.ts";
import { readCheck, readSaid } from "../queries/checks.ts";
import { parameters } from "../query.ts";
import { reportOf } from "../report.ts";
import { renderings } from "../reports/index.ts";
import { mustBeId, standingOf } from "./checks.ts";

export function reportRoutes(db: Db): Router {
  const router = Router();

  /** GET /api/checks/{id}/report.html?lang=: the same bytes for the same check. 404 unknown check or format, 410 put away. */
  router.get("/api/checks/:id/report.:format", async (request, response) => {
    parameters(request, []);
    const { id, format } = request.params;
    mustBeId(id);
    const rendering = renderings.find((each) => each.id === format);
    if (!rendering)
      throw new Problem(404, "unknown-rendering", {
        format: format.slice(0, 40),
        formats: renderings.map((each) => each.id).join(", "),
      });
    standingOf(id, await readSaid(db, id));
    const stored = await readCheck(db, id);
    if (!stored) throw new Problem(404, "unknown-check", { id });
    const report = await reportOf(db, stored, langOf(request));
    const rendered = rendering.render(report);
    const whole = report.coordinates_failed === null && report.figures.every((figure) => "drawing" in figure);
    response
      .type(rendering.type)
      .set("Content-Disposition", `inline; filename="${report.number}.${rendering.id}"`)
      // What failed may succeed next time.
      .set("Cache-Control", whole ? "private, max-age=0, must-revalidate" : "no-store")
      .set("Vary", "Accept-Language")
      .send(rendered);
  });

  return router;
}
