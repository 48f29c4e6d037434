/** Sweeps and screenings of the service, one function per endpoint; loaded with the panels that need them. */
import type { CheckRequest } from "../server/api/checks.ts";
import type { Lang, List } from "../server/api/common.ts";
import type { RunState, ScreenedSite, Screening, ScreeningRequest, SiteOutline } from "../server/api/screenings.ts";
import type { Sweep, SweepFault, Violation, ViolationCounts, ViolationEvent, ViolationState } from "../server/api/sweeps.ts";
import { call } from "./client.ts";

export type RunKind = "sweeps" | "screenings";
export type Progress = { state: RunState; total: number; done: number; faulty: number };

export function getSweeps(lang: Lang, limit: number): Promise<List<Sweep>> {
  return call("GET", "/api/sweeps", { lang, limit });
}

export function getSweep(lang: Lang, id: string): Promise<Sweep> {
  return call("GET", pathOf("sweeps", id), { lang });
}

/** One that is under way for the same date is given back instead of a second. */
export function postSweep(lang: Lang, as_of: string): Promise<Sweep> {
  return call("POST", "/api/sweeps", { lang }, { as_of });
}

export async function getSweepFaults(lang: Lang, id: string): Promise<SweepFault[]> {
  return (await call<List<SweepFault>>("GET", `${pathOf("sweeps", id)}/faults`, { lang })).items;
}

export type ClueFilter = Partial<
  Record<
    | "sweep"
    | "jurisdiction"
    | "theme"
    | "rule"
    | "class"
    | "feature"
    | "facility"
    | "state"
    | "change"
    | "again"
    | "certain"
    | "overdue"
    | "deadline"
    | "q",
    string
  >
>;

/** In the order of facility and rule; `after` is the id of the last one there is already. */
export function getViolations(
  lang: Lang,
  filter: ClueFilter,
  limit: number,
  after?: string,
  signal?: AbortSignal,
): Promise<List<Violation>> {
  return call("GET", "/api/violations", { lang, limit, after, ...filter }, undefined, signal);
}

export function getViolationCounts(lang: Lang, filter: ClueFilter, signal?: AbortSignal): Promise<ViolationCounts> {
  return call("GET", "/api/violations/counts", { lang, ...filter }, undefined, signal);
}

export type WholeViolation = Violation & { events: ViolationEvent[]; ways: ViolationState[] };

export function getViolation(lang: Lang, id: string): Promise<WholeViolation> {
  return call("GET", `/api/violations/${encodeURIComponent(id)}`, { lang });
}

export type StateChange = { state: ViolationState; version: number; note?: string; evidence?: string; deadline?: string };

/** Status 409 where somebody else was first, or the way is closed. */
export function postViolationState(lang: Lang, id: string, change: StateChange): Promise<WholeViolation> {
  return call("POST", `/api/violations/${encodeURIComponent(id)}/state`, { lang }, change);
}

/** The template of the clues' tiles. */
export function violationTiles(filter: ClueFilter): string {
  return `/api/violations/tiles/{z}/{x}/{y}?${new URLSearchParams(given(filter))}`;
}

function given(filter: ClueFilter): Record<string, string> {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined && value !== ""));
}

export function getScreenings(lang: Lang, limit: number): Promise<List<Screening>> {
  return call("GET", "/api/screenings", { lang, limit });
}

export function getScreening(lang: Lang, id: string): Promise<Screening> {
  return call("GET", pathOf("screenings", id), { lang });
}

export function postScreening(lang: Lang, request: ScreeningRequest): Promise<Screening> {
  return call("POST", "/api/screenings", { lang }, request);
}

export function deleteScreening(lang: Lang, id: string): Promise<void> {
  return call("DELETE", pathOf("screenings", id), { lang });
}

export type SiteFilter = { conclusion?: string; faulty?: string; q?: string };

/** In the order given; `after` is the number of the last one there is already. */
export function getScreenedSites(
  lang: Lang,
  id: string,
  filter: SiteFilter,
  limit: number,
  after: number,
  signal?: AbortSignal,
): Promise<List<ScreenedSite>> {
  return call("GET", `${pathOf("screenings", id)}/sites`, { lang, limit, after, ...filter }, undefined, signal);
}

export type WholeSite = ScreenedSite & { request: Partial<CheckRequest> };

/** One site, with the request that asks about it alone. */
export function getScreenedSite(lang: Lang, id: string, n: number): Promise<WholeSite> {
  return call("GET", `${pathOf("screenings", id)}/sites/${n}`, { lang });
}

/** Every judged site, as a map needs it. */
export async function getOutlines(id: string): Promise<SiteOutline[]> {
  return (await call<List<SiteOutline>>("GET", `${pathOf("screenings", id)}/outlines`, {})).items;
}

export function screeningFile(lang: Lang, id: string, format: string): string {
  return `${pathOf("screenings", id)}/results.${format}?lang=${lang}`;
}

/** What is done stays. Status 409 when it had ended. */
export function cancelRun(lang: Lang, kind: RunKind, id: string): Promise<unknown> {
  return call("POST", `${pathOf(kind, id)}/cancel`, { lang });
}

/** Goes on with what is not done yet. Status 409 unless it was cancelled or failed. */
export function resumeRun(lang: Lang, kind: RunKind, id: string): Promise<unknown> {
  return call("POST", `${pathOf(kind, id)}/resume`, { lang });
}

export function hasEnded(state: RunState): boolean {
  return state === "done" || state === "cancelled" || state === "failed";
}

/** Tells how far a run is until it has ended; `lost` says whether the service is not heard of at the moment, which does not
 *  stop the run. Returns what ends the listening. */
export function followRun(
  kind: RunKind,
  id: string,
  tell: (progress: Progress) => void,
  lost: (is: boolean) => void,
): () => void {
  let source: EventSource;
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const open = () => {
    source = new EventSource(`${pathOf(kind, id)}/events`);
    source.addEventListener("progress", ({ data }) => {
      const progress = JSON.parse(String(data)) as Progress;
      lost(false);
      if (hasEnded(progress.state)) source.close();
      tell(progress);
    });
    source.addEventListener("error", () => {
      lost(true);
      // The browser asks again by itself, unless it was refused.
      if (source.readyState === EventSource.CLOSED) waiting = setTimeout(open, RETRY_MS);
    });
  };
  open();
  return () => {
    clearTimeout(waiting);
    source.close();
  };
}

const RETRY_MS = 3000;

function pathOf(kind: RunKind, id: string): string {
  return `/api/${kind}/${encodeURIComponent(id)}`;
}
