/** Uploads, coverage and checklists of the service, one function per endpoint; loaded with the data room and the door. */
import type {
  ChecklistRequest,
  ChecklistVersion,
  CoverageAreas,
  Declaration,
  DeclarationRequest,
  ThemeHolding,
} from "../server/api/coverage.ts";
import type { Lang, List, Problem } from "../server/api/common.ts";
import type { Applied, Apply, Import, ImportChange, ImportSummary, ReadAgain } from "../server/api/imports.ts";
import { ApiError, call } from "./client.ts";

/** Several files are parts of one data set (a loose shapefile); text is what somebody pasted. */
export type Upload = { files: File[] } | { text: string };

/** Uploads, and gives the preview. `progress` is told the share sent, 0 to 1; at 1 the service reads. Throws ApiError, and
 *  AbortError when `signal` gives up. */
export function postImport(
  lang: Lang,
  upload: Upload,
  progress: (share: number) => void,
  signal: AbortSignal,
  encoding?: string,
): Promise<Import> {
  const form = new FormData();
  if ("text" in upload) form.append("text", upload.text);
  else for (const file of upload.files) form.append("file", file, file.name);
  const query = new URLSearchParams({ lang, ...(encoding ? { encoding } : {}) });
  // fetch cannot tell how much has been sent.
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/api/imports?${query}`);
    request.responseType = "json";
    request.setRequestHeader("Accept", "application/json, application/problem+json");
    request.upload.addEventListener("progress", ({ loaded, total }) => progress(total > 0 ? loaded / total : 1));
    request.upload.addEventListener("load", () => progress(1));
    request.addEventListener("load", () => {
      const answer = request.response as Import | Partial<Problem> | null;
      if (request.status === 201 && answer) resolve(answer as Import);
      else reject(new ApiError({ ...(answer as Partial<Problem> | null), status: request.status }));
    });
    request.addEventListener("error", () => reject(new ApiError({ status: 0 })));
    request.addEventListener("abort", () => reject(new DOMException("given up", "AbortError")));
    signal.addEventListener("abort", () => request.abort());
    request.send(form);
  });
}

export type Look = Partial<{ file_layer: string; crs: string; swap: "true"; district: string; limit: number }>;

/** The preview, in the reference system that is tried. */
export function getImport(lang: Lang, id: string, look: Look, signal?: AbortSignal): Promise<Import> {
  return call("GET", pathOf(id), { lang, ...look }, undefined, signal);
}

/** The kept upload, read otherwise. */
export function readImportAgain(lang: Lang, id: string, options: ReadAgain): Promise<Import> {
  return call("POST", `${pathOf(id)}/read`, { lang }, options);
}

/** A trial writes nothing. */
export function applyImport<T extends Applied>(lang: Lang, id: string, request: Apply, trial = false): Promise<T> {
  return call("POST", `${pathOf(id)}/apply`, { lang, ...(trial ? { trial: "true" } : {}) }, request);
}

export async function undoImport(lang: Lang, id: string): Promise<ImportChange[]> {
  return (await call<{ changes: ImportChange[] }>("POST", `${pathOf(id)}/undo`, { lang }, {})).changes;
}

export function getImports(lang: Lang): Promise<List<ImportSummary>> {
  return call("GET", "/api/imports", { lang, limit: 200 });
}

/** What each theme holds in a district on a day. */
export async function getHoldings(lang: Lang, jurisdiction: string, datetime: string): Promise<ThemeHolding[]> {
  return (await call<List<ThemeHolding>>("GET", "/api/coverage", { lang, jurisdiction, datetime })).items;
}

/** Who claims a theme in a district on a day, with the areas. */
export function getCoverageAreas(
  lang: Lang,
  theme: string,
  jurisdiction: string,
  datetime: string,
  signal: AbortSignal,
): Promise<CoverageAreas> {
  return call("GET", "/api/coverage/areas", { lang, theme, jurisdiction, datetime }, undefined, signal);
}

export async function getDeclarations(lang: Lang, jurisdiction: string): Promise<Declaration[]> {
  return (await call<List<Declaration>>("GET", "/api/coverage/declarations", { lang, jurisdiction, withdrawn: "true" })).items;
}

export function postDeclaration(lang: Lang, request: DeclarationRequest): Promise<Declaration> {
  return call("POST", "/api/coverage/declarations", { lang }, request);
}

export function withdrawDeclaration(lang: Lang, id: string): Promise<void> {
  return call("POST", `/api/coverage/declarations/${encodeURIComponent(id)}/withdraw`, { lang });
}

/** Newest first; none where the national one holds. */
export async function getChecklists(lang: Lang, jurisdiction: string): Promise<ChecklistVersion[]> {
  return (await call<List<ChecklistVersion>>("GET", `/api/checklists/${encodeURIComponent(jurisdiction)}`, { lang })).items;
}

export function postChecklist(lang: Lang, jurisdiction: string, request: ChecklistRequest): Promise<ChecklistVersion> {
  return call("POST", `/api/checklists/${encodeURIComponent(jurisdiction)}`, { lang }, request);
}

function pathOf(id: string): string {
  return `/api/imports/${encodeURIComponent(id)}`;
}
