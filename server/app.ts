/** Every URL of the service, on one screen. */
import { createServer, type Server } from "node:http";
import express, { type Express } from "express";
import helmet from "helmet";
import type { OpenDatabase } from "./db/open.ts";
import { databaseProblem } from "./database_problem.ts";
import type { Catalogue } from "./domain/rule.ts";
import type { ExampleRow } from "./examples.ts";
import type { GroundMap } from "./ground.ts";
import { createJobs, type Jobs } from "./jobs.ts";
import { describeProblem, notFound, problemHandler } from "./problem.ts";
import { catalogueRoutes } from "./routes/catalogue.ts";
import { checkRoutes } from "./routes/checks.ts";
import { collectionRoutes } from "./routes/collections.ts";
import { exampleRoutes } from "./routes/examples.ts";
import { type Commands, healthRoutes } from "./routes/health.ts";
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
  /** Where the service is reached from outside; absent: as each request reached it. */
  publicUrl?: string | undefined;
};

/** The whole service as an http server that is not yet listening. Tiles are answered before Express. `jobs` must be closed
 *  before the database. */
export function createApp(options: AppOptions): { server: Server; refreshTiles: () => Promise<void>; jobs: Jobs } {
  const { database, catalogue, log, now = () => new Date(), ground = null } = options;
  const app = express();
  const jobs = createJobs(database, log, [
    { table: "screening", step: screeningStep(database, catalogue, now) },
    { table: "sweep", step: sweepStep(database, catalogue) },
  ]);
  const tiles = createTileServer(database, now, (error, request, response) => {
    Object.assign(request, { tileError: error });
    app(request as never, response as never);
  });
  app.disable("x-powered-by");
  app.use(security(ground?.hosts ?? []));
  app.use((request, _response, next) => next((request as { tileError?: unknown }).tileError));

  app.use(healthRoutes(database, options.operator)); //            /health/* /api/messages/{lang} /operator/{command}
  app.use(collectionRoutes(database.db, catalogue, now, ground?.said ?? null)); //       /api /api/collections[/{layer}[/items[/{code}]]]
  app.use(relatedRoutes(database.db, now)); //                     /api/collections/{layer}/items/{code}/related|versions
  app.use(searchRoutes(database.db, now)); //                      /api/search
  app.use(catalogueRoutes(catalogue, now)); //                          /api/rules /api/instruments /api/activities
  app.use(checkRoutes(database, catalogue, now)); //               /api/checks[/{id}[/replay|restore|disputes[/{id}]]]
  app.use(reportRoutes(database.db, options.publicUrl)); //        /api/checks/{id}/report.{format}|evidence.zip
  app.use(verifyRoutes(database.db)); //                           /verify/{hash}
  app.use(screeningRoutes(database.db, catalogue, jobs, now)); //  /api/screenings[/{id}[/sites|events|cancel|resume|results.{format}]]
  app.use(sweepRoutes(database.db, catalogue, jobs, now)); //      /api/sweeps[/{id}[/faults|events|cancel|resume]]
  app.use(violationRoutes(database, catalogue)); //                /api/violations[/counts|tiles/{z}/{x}/{y}|{id}[/state]]
  app.use(exampleRoutes(database.db, options.examples ?? [])); //  /api/examples
  app.use(tileRoutes(database.db, now, ground)); //                        /tiles/{layers}[/{z}/{x}/{y}] /style.json
  app.get("/problems/:type", describeProblem);
  if (options.web) serveWeb(app, options.web); //                  /
  app.use(notFound);
  app.use(problemHandler(log, databaseProblem));

  const server = createServer((request, response) => {
    if (!tiles.handle(request, response)) app(request, response);
  });
  jobs.wake(); // what an earlier process left
  return { server, refreshTiles: tiles.refresh, jobs };
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
