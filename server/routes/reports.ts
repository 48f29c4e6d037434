/** `/api/checks/{id}/report.{format}` and `evidence.zip`: renderings of one frozen check. */
import { type Request, type Response, Router } from "express";
import type { Db } from "../db/open.ts";
import { packEvidence } from "../evidence_pack.ts";
import { langOf, Problem } from "../problem.ts";
import { readCheck, readSaid, type StoredCheck } from "../queries/checks.ts";
import { parameters } from "../query.ts";
import { reportOf } from "../report.ts";
import { type ReportMaker, ReportRefused } from "../report_maker.ts";
import { renderings } from "../reports/index.ts";
import type { Report } from "../reports/report.ts";
import { mustBeId, standingOf } from "./checks.ts";

export function reportRoutes(db: Db, maker: ReportMaker, publicUrl: string | undefined): Router {
  const router = Router();

  async function standing(id: string): Promise<StoredCheck> {
    mustBeId(id);
    standingOf(id, await readSaid(db, id));
    const stored = await readCheck(db, id);
    if (!stored) throw new Problem(404, "unknown-check", { id });
    return stored;
  }

  /** GET /api/checks/{id}/report.html|docx|pdf|xlsx|geojson?lang=: the same bytes for the same check. 404 unknown check or
   *  format, 410 put away, 503 too many wait or it takes too long, 422 it needs too much memory. */
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
    const stored = await standing(id);
    const options = { lang: langOf(request), base: baseOf(request, publicUrl), features: rendering.features === true };
    const report = await reportOf(db, stored, options);
    const rendered = await maker.make(rendering, report).catch(mayBeRefused);
    send(response, rendered, {
      type: rendering.type,
      name: `${report.number}.${rendering.id}`,
      shown: rendering.shown === true,
      whole: isWhole(report),
    });
  });

  /** GET /api/checks/{id}/evidence.zip?lang=: all that a third party needs to check a report without this service. */
  router.get("/api/checks/:id/evidence.zip", async (request, response) => {
    parameters(request, []);
    const stored = await standing(request.params.id);
    const options = { lang: langOf(request), base: baseOf(request, publicUrl), features: true };
    const report = await reportOf(db, stored, options);
    const packed = await packEvidence(stored, report, maker).catch(mayBeRefused);
    send(response, packed, { type: "application/zip", name: `${report.number}.zip`, shown: false, whole: isWhole(report) });
  });

  return router;
}

/** What failed in one part of a report may succeed next time. */
function isWhole({ coordinates_failed, figures }: Report): boolean {
  return coordinates_failed === null && figures.every((figure) => "drawing" in figure);
}

function send(
  response: Response,
  bytes: string | Uint8Array,
  { type, name, shown, whole }: { type: string; name: string; shown: boolean; whole: boolean },
): void {
  response
    .type(type)
    .set("Content-Disposition", `${shown ? "inline" : "attachment"}; filename="${name}"`)
    .set("Cache-Control", whole ? "private, max-age=0, must-revalidate" : "no-store")
    .set("Vary", "Accept-Language, Host")
    .send(typeof bytes === "string" ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}

/** What another try may bring is a 503; what it would not is a 422. */
function mayBeRefused(error: unknown): never {
  if (!(error instanceof ReportRefused)) throw error;
  const { seconds, memory_mb } = error.limits;
  if (error.reason === "busy") throw new Problem(503, "reports-busy");
  if (error.reason === "too-slow") throw new Problem(503, "report-too-slow", { seconds });
  throw new Problem(422, "report-too-large", { memory_mb });
}

/** The service's address as this request reached it, unless it is configured. A host that is none is this machine's. */
function baseOf(request: Request, publicUrl: string | undefined): string {
  if (publicUrl !== undefined) return publicUrl;
  const host = request.get("host") ?? "";
  return `${request.protocol}://${/^(\[[\da-f:]+\]|[\w.-]+)(:\d+)?$/i.test(host) ? host : "localhost"}`;
}
