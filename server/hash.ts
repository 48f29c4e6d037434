/** The hash of a stored check: what a report carries, and by which anybody may ask whether it is ours. */
import { createHash } from "node:crypto";
import type { StoredCheck } from "./queries/checks.ts";

/** SHA-256 of the canonical JSON (keys in order, no spaces) of what was said in both languages, what was frozen and the
 *  version of the catalogue: the same on both engines, whoever computes it. */
export function hashOf({ said, frozen, catalogue }: StoredCheck): string {
  return createHash("sha256")
    .update(canonical({ said, frozen, catalogue: catalogue.version }))
    .digest("hex");
}

function canonical(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  let text = "";
  for (const key of Object.keys(value).toSorted()) {
    const each = (value as Record<string, unknown>)[key];
    if (each !== undefined) text += `${text === "" ? "" : ","}${JSON.stringify(key)}:${canonical(each)}`;
  }
  return `{${text}}`;
}
