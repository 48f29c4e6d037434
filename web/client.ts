/** The service, one function per endpoint. Shapes are the service's own wire types. */
import type { StyleSpecification } from "maplibre-gl";
import type { Activity, Instrument, Rule, RuleChanges, RuleWithLives } from "../server/api/catalogue.ts";
import type { Check, CheckRequest, CheckSummary, Dispute, Replay } from "../server/api/checks.ts";
import type { Example } from "../server/api/examples.ts";
import type { Collection, Item, Landing, TileJson } from "../server/api/collections.ts";
import type { Fault, FeatureCollection, Lang, List, Problem, Repair } from "../server/api/common.ts";
import type { Hit, Related, Version } from "../server/api/search.ts";

/** What the service refused, in its own words; or, with status 0, that it was not reached. */
export class ApiError extends Error {
  /** Path of the kind of problem, `/problems/never-known`; empty where the service gave no answer. */
  readonly type: string;
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly errors: Fault[];
  readonly repair: Repair | undefined;

  constructor(problem: Partial<Problem> & { status: number }) {
    super(problem.detail ?? problem.title ?? String(problem.status));
    this.type = problem.type ?? "";
    this.status = problem.status;
    this.title = problem.title ?? "";
    this.detail = problem.detail ?? "";
    this.errors = problem.errors ?? [];
    this.repair = problem.repair;
  }
}

/** True when the caller itself gave up. */
export function isAborted(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}

/** A list stands as often as it has values. */
export type Query = Record<string, string | number | readonly string[] | undefined>;

/** Asks the service. A refusal, and no answer at all, throw ApiError. */
async function answerOf(
  method: "GET" | "POST" | "DELETE",
  path: string,
  query: Query,
  body?: unknown,
  signal?: AbortSignal,
): Promise<Response> {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    for (const one of Array.isArray(value) ? value : [value])
      if (one !== undefined && one !== "") search.append(name, String(one));
  const url = search.size > 0 ? `${path}?${search}` : path;
  try {
    return await fetch(url, {
      method,
      headers: {
        Accept: "application/json, application/geo+json, application/problem+json",
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    });
  } catch (error) {
    if (isAborted(error)) throw error;
    throw new ApiError({ status: 0 });
  }
}

/** Asks the service for JSON. A refusal, and no answer at all, throw ApiError. */
export async function call<T>(
  method: "GET" | "POST" | "DELETE",
  path: string,
  query: Query,
  body?: unknown,
  signal?: AbortSignal,
): Promise<T> {
  const response = await answerOf(method, path, query, body, signal);
  if (response.status === 204) return undefined as T;
  const answer: unknown = await response.json().catch((error: unknown) => {
    // Given up while the answer was on its way.
    if (isAborted(error)) throw error;
    return undefined;
  });
  if (!response.ok) throw new ApiError({ ...(answer as Partial<Problem> | undefined), status: response.status });
  if (answer === undefined) throw new ApiError({ status: 0 });
  return answer as T;
}

/** Where the report of a check, or its evidence pack, is had. */
export function reportPath(id: string, file: string, lang: Lang): string {
  return `/api/checks/${id}/${file}?lang=${lang}`;
}

/** A rendering of a stored check, or its evidence pack. Throws ApiError, or what an abort throws. */
export function getReportFile(id: string, file: string, lang: Lang, signal: AbortSignal): Promise<NamedFile> {
  return getFile({ path: `/api/checks/${id}/${file}`, query: { lang } }, signal);
}

/** Where a file is had; `body`: what an address is too short for. */
export type FileAddress = { path: string; query: Query; body?: unknown };

/** `notes`: what a person should know of it, in the language asked for. */
export type NamedFile = { blob: Blob; filename: string; notes: string[] };

/** A file by the name that the service gives it. Throws ApiError, or what an abort throws. */
export async function getFile({ path, query, body }: FileAddress, signal?: AbortSignal): Promise<NamedFile> {
  const response = await answerOf(body === undefined ? "GET" : "POST", path, query, body, signal);
  if (!response.ok) {
    const answer: unknown = await response.json().catch(() => undefined);
    throw new ApiError({ ...(answer as Partial<Problem> | undefined), status: response.status });
  }
  const filename = /filename="?([^";]+)/.exec(response.headers.get("Content-Disposition") ?? "")?.[1] ?? "export";
  const said = response.headers.get("Export-Notes");
  const blob = await response.blob().catch((error: unknown) => {
    if (isAborted(error)) throw error;
    throw new ApiError({ status: 0 });
  });
  return { blob, filename, notes: said === null ? [] : (JSON.parse(decodeURIComponent(said)) as string[]) };
}

export function getLanding(lang: Lang): Promise<Landing> {
  return call("GET", "/api", { lang });
}

export function getMessages(lang: Lang): Promise<Record<string, string>> {
  return call("GET", `/api/messages/${lang}`, {});
}

export async function getCollections(lang: Lang): Promise<Collection[]> {
  return (await call<{ collections: Collection[] }>("GET", "/api/collections", { lang })).collections;
}

export function getStyle(lang: Lang, datetime: string | undefined): Promise<StyleSpecification> {
  return call("GET", "/style.json", { lang, datetime });
}

/** What a source of the style says of its tiles; `url` as the style has it. */
export function getTileJson(url: string): Promise<TileJson> {
  return call("GET", url, {});
}

/** Features in a box `[west, south, east, north]`, as stored: at most `limit`. */
export function getItems(
  layer: string,
  bbox: readonly number[],
  limit: number,
  datetime: string | undefined,
  signal: AbortSignal,
): Promise<FeatureCollection> {
  const path = `/api/collections/${encodeURIComponent(layer)}/items`;
  return call("GET", path, { bbox: bbox.join(), limit, datetime }, undefined, signal);
}

/** How many features of a layer pass. */
export async function countItems(path: string, query: Query, signal: AbortSignal): Promise<number> {
  return (await call<{ numberMatched: number }>("GET", path, { ...query, limit: 1 }, undefined, signal)).numberMatched;
}

/** A feature as it is stored, or with what its texts say in `lang`. */
export function getItem(layer: string, code: string, datetime: string | undefined, lang?: Lang): Promise<Item> {
  return call("GET", itemPath(layer, code), { datetime, lang });
}

/** What the feature names, what names it, and what shares ground with it on the date. */
export function getRelated(layer: string, code: string, datetime: string | undefined): Promise<Related> {
  return call("GET", `${itemPath(layer, code)}/related`, { datetime });
}

/** Every life of the code, oldest first. */
export async function getVersions(layer: string, code: string, lang: Lang): Promise<Version[]> {
  return (await call<List<Version>>("GET", `${itemPath(layer, code)}/versions`, { lang })).items;
}

function itemPath(layer: string, code: string): string {
  return `/api/collections/${encodeURIComponent(layer)}/items/${encodeURIComponent(code)}`;
}

export function getHits(
  lang: Lang,
  q: string,
  limit: number,
  datetime: string | undefined,
  signal: AbortSignal,
): Promise<List<Hit>> {
  return call("GET", "/api/search", { lang, q, limit, datetime }, undefined, signal);
}

/** `jurisdiction` leaves out what only other districts ask. */
export async function getActivities(
  lang: Lang,
  action: string | undefined,
  as_of: string | undefined,
  jurisdiction: string | undefined,
): Promise<Activity[]> {
  return (await call<List<Activity>>("GET", "/api/activities", { lang, action, as_of, jurisdiction })).items;
}

export async function getRules(
  query: Partial<Record<"lang" | "as_of" | "jurisdiction" | "activity" | "action", string | undefined>>,
): Promise<Rule[]> {
  return (await call<List<Rule>>("GET", "/api/rules", query)).items;
}

/** Filters of `/api/rules` and its neighbours by their wire names; empty ones are left out. */
export type RuleQuery = Partial<
  Record<"as_of" | "jurisdiction" | "theme" | "class" | "instrument" | "effect" | "status" | "confidence" | "q", string>
>;

export async function getCatalogue(lang: Lang, query: RuleQuery, signal: AbortSignal): Promise<Rule[]> {
  return (await call<List<Rule>>("GET", "/api/rules", { lang, ...query }, undefined, signal)).items;
}

export async function getInstruments(lang: Lang, query: RuleQuery, signal: AbortSignal): Promise<Instrument[]> {
  return (await call<List<Instrument>>("GET", "/api/instruments", { lang, ...query }, undefined, signal)).items;
}

/** What holds on one of the two days and not, or otherwise, on the other. */
export function getRuleChanges(
  lang: Lang,
  query: Omit<RuleQuery, "as_of" | "status"> & { from: string; to: string },
  signal: AbortSignal,
): Promise<RuleChanges> {
  return call("GET", "/api/rules/changes", { lang, ...query }, undefined, signal);
}

/** Without a date: as today, or as it last stood. */
export function getRule(lang: Lang, id: string, as_of?: string): Promise<RuleWithLives> {
  return call("GET", `/api/rules/${encodeURIComponent(id)}`, { lang, as_of });
}

/** Where the same rows, or the same changes, are as a file. */
export function csvPath(path: "/api/rules" | "/api/rules/changes", lang: Lang, query: Record<string, string>): string {
  const given = Object.entries({ lang, ...query, f: "csv" }).filter(([, value]) => value !== "");
  return `${path}?${new URLSearchParams(given)}`;
}

export async function getExamples(lang: Lang): Promise<Example[]> {
  return (await call<List<Example>>("GET", "/api/examples", { lang })).items;
}

/** A trial is answered alike, and leaves no record. */
export function postCheck(lang: Lang, request: CheckRequest, signal: AbortSignal, trial = false): Promise<Check> {
  return call("POST", "/api/checks", { lang, ...(trial ? { trial: "true" } : {}) }, request, signal);
}

export type CheckFilter = {
  q?: string;
  conclusion?: string;
  jurisdiction?: string;
  from?: string;
  to?: string;
  deleted?: "true";
};

/** Newest first; `after` is the id of the last one there is already. */
export function getChecks(
  lang: Lang,
  limit: number,
  filter: CheckFilter = {},
  after?: string,
  signal?: AbortSignal,
): Promise<List<CheckSummary>> {
  return call("GET", "/api/checks", { lang, limit, after, ...filter }, undefined, signal);
}

export function deleteCheck(id: string): Promise<void> {
  return call("DELETE", `/api/checks/${encodeURIComponent(id)}`, {});
}

export function restoreCheck(id: string): Promise<void> {
  return call("POST", `/api/checks/${encodeURIComponent(id)}/restore`, {});
}

export async function getDisputes(check: string): Promise<Dispute[]> {
  return (await call<List<Dispute>>("GET", `/api/checks/${encodeURIComponent(check)}/disputes`, {})).items;
}

/** Returns every dispute of the check. */
export async function postDispute(lang: Lang, check: string, finding: string, reason: string): Promise<Dispute[]> {
  const path = `/api/checks/${encodeURIComponent(check)}/disputes`;
  return (await call<List<Dispute>>("POST", path, { lang }, { finding, reason })).items;
}

/** Returns every dispute of the check, this one withdrawn. */
export async function withdrawDispute(check: string, id: string): Promise<Dispute[]> {
  const path = `/api/checks/${encodeURIComponent(check)}/disputes/${encodeURIComponent(id)}`;
  return (await call<List<Dispute>>("DELETE", path, {})).items;
}

export function getCheck(id: string, lang: Lang): Promise<Check> {
  return call("GET", `/api/checks/${encodeURIComponent(id)}`, { lang });
}

export function replayCheck(id: string): Promise<Replay> {
  return call("POST", `/api/checks/${encodeURIComponent(id)}/replay`, {});
}
