/** Every URL of the service, on one screen. */
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import express, { type Express } from "express";
import helmet from "helmet";
import type { OpenDatabase } from "./db/open.ts";
import { createLiveCatalogue } from "./checklists.ts";
import { databaseProblem } from "./database_problem.ts";
import type { Catalogue } from "./domain/rule.ts";
import type { ExampleRow } from "./examples.ts";
import type { GroundMap } from "./ground.ts";
import { createImports } from "./imports/imports.ts";
import { IMPORT_LIMITS, type ImportLimits } from "./imports/limits.ts";
import { createJobs, type Jobs } from "./jobs.ts";
import { describeProblem, notFound, problemHandler } from "./problem.ts";
import { createReportMaker, REPORT_LIMITS, type ReportLimits } from "./report_maker.ts";
import { catalogueRoutes } from "./routes/catalogue.ts";
import { checkRoutes } from "./routes/checks.ts";
import { coverageRoutes } from "./routes/coverage.ts";
import { coverageAreaRoutes } from "./routes/coverage_areas.ts";
import { collectionRoutes } from "./routes/collections.ts";
import { exampleRoutes } from "./routes/examples.ts";
import { orderRoutes } from "./routes/orders.ts";
import { type Commands, healthRoutes } from "./routes/health.ts";
import { importRoutes } from "./routes/imports.ts";
import { itemRoutes } from "./routes/items.ts";
import { reportRoutes } from "./routes/reports.ts";
import { relatedRoutes } from "./routes/related.ts";
import { screeningRoutes } from "./routes/screenings.ts";
import { searchRoutes } from "./routes/search.ts";
import { sweepRoutes } from "./routes/sweeps.ts";
import { tileRoutes } from "./routes/tiles.ts";
import { verifyRoutes } from "./routes/verify.ts";
import { violationRoutes } from "./routes/violations.ts";
import { screeningStep } from "./screening.ts";
import { sweepStep } from "./sweep.ts";
import { createTileServer } from "./tiles.ts";

export type AppOptions = {
  database: OpenDatabase;
  catalogue: Catalogue;
  log: { error(data: unknown, message: string): void };
  /** Sites to try; absent: none. */
  examples?: readonly ExampleRow[];
  now?: () => Date;
  /** Folder of the built web application; absent: the API alone. */
  web?: string;
  operator?: { token: string; commands: Commands };
  /** A ground map from elsewhere; absent: none. */
  ground?: GroundMap | null;
  /** Where uploads are kept; absent: a folder of this process in the system's own for what is temporary. */
  uploads?: string;
  limits?: Partial<ImportLimits>;
  report_limits?: Partial<ReportLimits>;
  /** Clues that one file may hold. */
  violation_rows?: number;
  /** Where the service is reached from outside; absent: as each request reached it. */
  publicUrl?: string | undefined;
};

/** Longer than the minute for which proxies keep an idle connection (5 s is Node's): who ends it first resets a request that is on
 *  its way, or the rest of one that was refused for its size. */
const KEEP_ALIVE_MS = 65_000;

/** The whole service as an http server that is not yet listening. Tiles are answered before Express. `jobs` must be closed
 *  before the database. */
export function createApp(options: AppOptions): { server: Server; refreshTiles: () => Promise<void>; jobs: Jobs } {
  const { database, log, now = () => new Date(), ground = null } = options;
  const app = express();
  const live = createLiveCatalogue(database.db, options.catalogue);
  const { catalogue } = live;
  const jobs = createJobs(database, log, [
    { table: "screening", step: async (id, size) => screeningStep(database, await live.current(), now)(id, size) },
    { table: "sweep", step: async (id, size) => sweepStep(database, await live.current())(id, size) },
  ]);
  const uploads = options.uploads ?? join(tmpdir(), `shuijie-uploads-${process.pid}`);
  const imports = createImports(database.db, uploads, { ...IMPORT_LIMITS, ...options.limits }, log);
  const reports = createReportMaker({ ...REPORT_LIMITS, ...options.report_limits });
  const tiles = createTileServer(database, now, (error, request, response) => {
    Object.assign(request, { tileError: error });
    app(request as never, response as never);
  });
  app.disable("x-powered-by");
  app.use(security(ground?.hosts ?? []));
  app.use((request, _response, next) => next((request as { tileError?: unknown }).tileError));

  // What is judged from now on is judged by the checklists of now, whichever process made them. (A check asks by itself.)
  app.post(["/api/screenings", "/api/sweeps"], (_request, _response, next) => live.current().then(() => next(), next));

  app.use(healthRoutes(database, options.operator)); //            /health/* /api/messages/{lang} /operator/{command}
  app.use(collectionRoutes(database.db, catalogue, now, ground?.said ?? null)); //       /api /api/collections[/{layer}[/queryables]]
  app.use(itemRoutes(database.db, catalogue, now)); //             /api/collections/{layer}/items[/{code}] /api/collections/{layer}/selection
  app.use(relatedRoutes(database.db, now)); //                     /api/collections/{layer}/items/{code}/related|versions
  app.use(searchRoutes(database.db, now)); //                      /api/search
  app.use(catalogueRoutes(catalogue, now)); //                          /api/rules /api/instruments /api/activities
  app.use(orderRoutes(catalogue, now)); //                              /api/orders
  app.use(checkRoutes(database, live, now)); //                    /api/checks[/{id}[/site.{ending}|replay|restore|disputes[/{id}]]]
  app.use(reportRoutes(database.db, reports, options.publicUrl)); // /api/checks/{id}/report.{format}|evidence.zip
  app.use(verifyRoutes(database.db)); //                           /verify/{hash}
  app.use(screeningRoutes(database.db, catalogue, jobs, now)); //  /api/screenings[/{id}[/sites|events|cancel|resume|results.{format}]]
  app.use(sweepRoutes(database.db, catalogue, jobs, now)); //      /api/sweeps[/{id}[/faults|events|cancel|resume]]
  app.use(violationRoutes(database, catalogue, now, options.violation_rows)); // /api/violations[/counts|tiles/{z}/{x}/{y}|{id}[/state]]
  app.use(importRoutes({ database, catalogue, imports, jobs, changed: tiles.refresh, now })); // /api/imports[/{id}[/read|apply|undo]]
  app.use(coverageRoutes(database.db, options.catalogue, live, now)); // /api/coverage[/declarations[/{id}/withdraw]] /api/checklists[/{jurisdiction}]
  app.use(coverageAreaRoutes(database.db, catalogue, now)); //     /api/coverage/areas
  app.use(exampleRoutes(database.db, options.examples ?? [])); //  /api/examples
  app.use(tileRoutes(database.db, now, ground)); //                        /tiles/{layers}[/{z}/{x}/{y}] /style.json
  app.get("/problems/:type", describeProblem);
  if (options.web) serveWeb(app, options.web); //                  /
  app.use(notFound);
  app.use(problemHandler(log, databaseProblem));

  const server = createServer((request, response) => {
    if (!tiles.handle(request, response)) app(request, response);
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  jobs.wake(); // what an earlier process left
  imports.clean().catch((error: unknown) => log.error({ err: error }, "old imports could not be removed"));
  const close = () => Promise.all([imports.close(), reports.close()]).then(() => jobs.close());
  return { server, refreshTiles: tiles.refresh, jobs: { ...jobs, close } };
}

/** Nothing from elsewhere but a configured ground map's tiles; inline styles only because Element Plus and MapLibre set them. */
function security(tileHosts: readonly string[]) {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        workerSrc: ["'self'", "blob:"],
        imgSrc: ["'self'", "data:", "blob:"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        connectSrc: ["'self'", ...tileHosts],
        objectSrc: ["'none'"],
        baseUri: ["'self'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    strictTransportSecurity: false,
    // The ground map's keys may be bound to the domain that asks.
    ...(tileHosts.length > 0 ? { referrerPolicy: { policy: "strict-origin-when-cross-origin" as const } } : {}),
  });
}

function serveWeb(app: Express, folder: string): void {
  app.use("/assets", express.static(`${folder}/assets`, { immutable: true, maxAge: "1y", index: false }));
  app.use(express.static(folder, { maxAge: 0 }));
}
