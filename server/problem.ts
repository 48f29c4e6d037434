/** Problems a caller can do something about, as RFC 9457, and the one error middleware. */
import type { ErrorRequestHandler, Request, RequestHandler } from "express";
import type { Fault, Lang, Problem as WireProblem, Repair } from "./api/common.ts";
import { hasMessage, isText, say } from "./messages.ts";

/** One fault inside an input; `key` is a message, its words chosen when the answer is written. */
export type FaultSpec = { pointer: string; key: string; params?: Record<string, unknown>; position?: [number, number] };

/** Thrown anywhere below a route. `type` names the messages `problem.<type>.title` and `problem.<type>` (the detail:
 *  expected, got, what to do) and is served at `/problems/<type>`. */
export class Problem extends Error {
  readonly status: number;
  readonly type: string;
  readonly params: Record<string, unknown>;
  readonly faults: FaultSpec[];
  readonly repair: Repair | undefined;

  constructor(
    status: number,
    type: string,
    params: Record<string, unknown> = {},
    extra: { faults?: FaultSpec[]; repair?: Repair } = {},
  ) {
    super(type);
    this.status = status;
    this.type = type;
    this.params = params;
    this.faults = extra.faults ?? [];
    this.repair = extra.repair;
  }
}

/** `?lang=`, else the first of Accept-Language that we speak, else Chinese. */
export function langOf(request: Request): Lang {
  const asked = request.query["lang"];
  if (asked === "zh" || asked === "en") return asked;
  return request.acceptsLanguages(["zh", "en"]) === "en" ? "en" : "zh";
}

function fill(lang: Lang, params: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, isText(value) ? value[lang] : value]));
}

/** One fault in words. */
export function sayFault(lang: Lang, { pointer, key, params, position }: FaultSpec): Fault {
  return { pointer, detail: say(lang, key, fill(lang, params ?? {})), ...(position ? { position } : {}) };
}

function wire(problem: Problem, lang: Lang, instance: string): WireProblem {
  const body: WireProblem = {
    type: `/problems/${problem.type}`,
    title: say(lang, `problem.${problem.type}.title`),
    status: problem.status,
    detail: say(lang, `problem.${problem.type}`, fill(lang, problem.params)),
    instance,
  };
  if (problem.faults.length > 0) body.errors = problem.faults.map((fault) => sayFault(lang, fault));
  if (problem.repair) body.repair = problem.repair;
  return body;
}

/** Body-parser and router faults, told in our words: their own text may echo the input. */
function foreign(error: { type?: string; status?: number; limit?: number; code?: string }): Problem | undefined {
  if (error.type === "entity.too.large")
    return new Problem(413, "too-large", { limit_mb: Math.round((error.limit ?? 0) / 1024 / 1024) });
  if (error.type === "entity.parse.failed") return new Problem(400, "not-json");
  if (error.type === "encoding.unsupported" || error.type === "charset.unsupported") return new Problem(415, "not-json-type");
  if (error.type === "request.aborted") return new Problem(400, "aborted");
  if (error instanceof URIError || error.status === 400) return new Problem(400, "bad-url");
  return undefined;
}

/** The last middleware. A fault of ours says nothing of its cause to the caller and everything to the log. */
export function problemHandler(
  log: { error(data: unknown, message: string): void },
  databaseProblem: (error: unknown) => Problem | undefined,
): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) return next(error);
    let problem = error instanceof Problem ? error : foreign((error ?? {}) as object);
    if (!problem) {
      problem = databaseProblem(error) ?? new Problem(500, "internal");
      log.error({ err: error, url: request.originalUrl }, "a request failed");
    }
    if (problem.status === 503) response.setHeader("Retry-After", "5");
    response
      .status(problem.status)
      .type("application/problem+json")
      .send(JSON.stringify(wire(problem, langOf(request), request.originalUrl)));
  };
}

/** `GET /problems/{type}`: the paragraph behind a problem's `type`. */
export const describeProblem: RequestHandler = (request, response) => {
  const type = String(request.params["type"]);
  const lang = langOf(request);
  if (!hasMessage(`problem.${type}.title`)) throw new Problem(404, "not-found", { path: request.originalUrl });
  response.json({
    type: `/problems/${type}`,
    title: say(lang, `problem.${type}.title`),
    description: say(lang, `problem.${type}.about`),
  });
};

/** What no route took. */
export const notFound: RequestHandler = (request) => {
  throw new Problem(404, "not-found", { path: request.originalUrl });
};
