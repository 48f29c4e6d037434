/** `/health/live`, `/health/ready`, `/api/messages/{lang}` and the operator's door. */
import { timingSafeEqual } from "node:crypto";
import express, { Router } from "express";
import type { OpenDatabase } from "../db/open.ts";
import { messages } from "../messages.ts";
import { Problem } from "../problem.ts";
import { parameters } from "../query.ts";

/** An operator's command: lines of what it did. */
export type Commands = Record<string, (argument?: string) => Promise<string[]>>;

export function healthRoutes(database: OpenDatabase, operator: { token: string; commands: Commands } | undefined): Router {
  const router = Router();

  /** GET /health/live: the process answers; it asks nobody else. */
  router.get("/health/live", (_request, response) => {
    response.json({ live: true });
  });

  /** GET /health/ready: 200 when the database answers, 503 otherwise. */
  router.get("/health/ready", async (request, response) => {
    parameters(request, []);
    await database.ping().catch(() => {
      throw new Problem(503, "database-unavailable");
    });
    response.json({ ready: true, engine: database.engine, versions: database.versions });
  });

  /** GET /api/messages/{zh|en}: every word the web application shows. */
  router.get("/api/messages/:lang", (request, response) => {
    const { lang } = request.params;
    if (lang !== "zh" && lang !== "en") throw new Problem(404, "not-found", { path: request.originalUrl });
    response.setHeader("Cache-Control", "no-cache");
    response.json(messages(lang));
  });

  /** POST /operator/{command}: the command line's way in while this process holds the folder. The token is in the
   *  folder's holder.json, which only the folder's owner can read. */
  if (operator)
    router.post("/operator/:command", express.json(), async (request, response) => {
      const given = Buffer.from(String(request.get("authorization") ?? ""));
      const wanted = Buffer.from(`Bearer ${operator.token}`);
      const command = operator.commands[request.params.command];
      if (given.length !== wanted.length || !timingSafeEqual(given, wanted) || !command)
        throw new Problem(404, "not-found", { path: request.originalUrl });
      const { argument } = (request.body ?? {}) as { argument?: unknown };
      response.json({ lines: await command(typeof argument === "string" ? argument : undefined) });
    });

  return router;
}
