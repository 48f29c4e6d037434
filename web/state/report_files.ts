/** Reports being made into files, by check: one goes on wherever the reader goes meanwhile, and what became of it stands
 *  at the check's menu. */
import { shallowReactive } from "vue";
import { type ApiError, getReportFile, isAborted } from "../client.ts";
import { lang } from "../messages.ts";
import { saveFile } from "../save_file.ts";
import { asApiError } from "./run.ts";

/** In the order they are offered. */
export const REPORT_FILES = [
  "report.docx",
  "report.pdf",
  "report.xlsx",
  "report.html",
  "report.geojson",
  "evidence.zip",
] as const;
export type ReportFile = (typeof REPORT_FILES)[number];

/** `making`: being made; `done`: saved, under its name; `failed`: refused, or the service was not reached. */
export type Making =
  | { state: "making"; file: ReportFile; stopper: AbortController }
  | { state: "done"; file: ReportFile; name: string }
  | { state: "failed"; file: ReportFile; error: ApiError };

const last = shallowReactive(new Map<string, Making>());

/** The file of a check asked for last; undefined when none was, or it was given up. */
export function lastFile(check: string): Making | undefined {
  return last.get(check);
}

/** Has the file made and saves it; one of a check at a time. */
export async function takeFile(check: string, file: ReportFile): Promise<void> {
  if (last.get(check)?.state === "making") return;
  const stopper = new AbortController();
  last.set(check, { state: "making", file, stopper });
  try {
    const { blob, filename } = await getReportFile(check, file, lang.value, stopper.signal);
    saveFile(blob, filename);
    last.set(check, { state: "done", file, name: filename });
  } catch (error) {
    if (isAborted(error)) last.delete(check);
    else last.set(check, { state: "failed", file, error: asApiError(error) });
  }
}

export function giveUpFile(check: string): void {
  const now = last.get(check);
  if (now?.state === "making") now.stopper.abort();
}
