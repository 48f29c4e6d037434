/** Many sites that were pasted or read from a GeoJSON file: counted, completed by what holds for all, and looked through for
 *  what can be told before the service judges. Pure. */
import type { AnyGeoJson } from "../server/api/common.ts";
import { hasCrsMember, hasOtherNumbers } from "./crs_member.ts";

/** As the service takes at once. */
export const MAX_SITES = 10_000;

export type Defaults = { name: string; activity: string; action: string };
/** `got`: what stands where it must not, or nothing. */
export type BatchFault = { n: number; key: string; got: string };
export type BatchRow = { type: "Feature"; geometry: AnyGeoJson; properties: Record<string, unknown> };
export type Batch =
  | {
      ok: true;
      rows: BatchRow[];
      /** Rows that took the default of each. */
      taken: Record<"name" | "activity" | "action", number>;
      /** What the service will refuse of single rows; the rest goes on. */
      faults: BatchFault[];
      /** Rows that bear the name of another. */
      duplicates: number;
      activities: string[];
    }
  | { ok: false; key: string; params: Record<string, unknown> };

/** What the upload door reads and this does not. */
const FOR_DOOR = ["batch.text.crs_member", "batch.text.not_degrees"];

export function isForDoor(batch: Batch): boolean {
  return !batch.ok && FOR_DOOR.includes(batch.key);
}

/** Reads a FeatureCollection, a Feature, or an array of Features. A row's own values win over `defaults`; a row without a name
 *  is called by the batch's name and its number. */
export function readBatch(
  text: string,
  defaults: Defaults,
  known: { activities: ReadonlySet<string>; actions: readonly string[] },
): Batch {
  const features = featuresOf(text);
  if (!Array.isArray(features)) return { ok: false, ...features };
  if (features.length === 0) return { ok: false, key: "batch.text.empty_collection", params: {} };
  if (features.length > MAX_SITES)
    return { ok: false, key: "batch.text.too_many", params: { max: MAX_SITES, count: features.length } };
  const others = features.map(isOther);
  // A few among many are faults of their rows.
  if (others.filter(Boolean).length * 2 > features.length) return { ok: false, key: "batch.text.not_degrees", params: {} };
  const taken = { name: 0, activity: 0, action: 0 };
  const faults: BatchFault[] = [];
  const names = new Map<string, number>();
  const used = new Set<string>();
  const rows = features.map((feature, index): BatchRow => {
    const n = index + 1;
    const fault = (key: string, got = "") => faults.push({ n, key, got: got.slice(0, 40) });
    const { geometry, properties: own } = (isObject(feature) ? feature : {}) as { geometry?: unknown; properties?: unknown };
    const properties: Record<string, unknown> = isObject(own) ? { ...own } : {};
    const fallback = { ...defaults, name: `${defaults.name} ${n}` };
    for (const name of ["name", "activity", "action"] as const) {
      const value = properties[name];
      if (value !== undefined && value !== null && value !== "") continue;
      if (fallback[name] === "") continue;
      properties[name] = fallback[name];
      taken[name]++;
    }
    if (!isObject(geometry)) fault("batch.fault.geometry");
    if (others[index]) fault("batch.fault.not_degrees");
    const { activity, action, name } = properties;
    if (typeof activity !== "string" || activity === "") fault("batch.fault.activity");
    else if (known.activities.size > 0 && !known.activities.has(activity)) fault("batch.fault.activity_unknown", activity);
    else used.add(activity);
    if (typeof action !== "string" || action === "") fault("batch.fault.action");
    else if (!known.actions.includes(action)) fault("batch.fault.action_unknown", action);
    if (typeof name === "string") names.set(name, (names.get(name) ?? 0) + 1);
    return { type: "Feature", geometry: (geometry ?? null) as AnyGeoJson, properties };
  });
  const duplicates = [...names.values()].reduce((sum, count) => sum + (count > 1 ? count : 0), 0);
  return { ok: true, rows, taken, faults, duplicates, activities: [...used] };
}

function featuresOf(text: string): unknown[] | { key: string; params: Record<string, unknown> } {
  let given: unknown;
  try {
    given = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch {
    return { key: "batch.text.not_json", params: {} };
  }
  if (hasCrsMember(given)) return { key: "batch.text.crs_member", params: {} };
  if (Array.isArray(given)) return given;
  const { type, features } = (isObject(given) ? given : {}) as { type?: unknown; features?: unknown };
  if (type === "FeatureCollection" && Array.isArray(features)) return features;
  if (type === "Feature") return [given];
  return { key: "batch.text.not_collection", params: {} };
}

/** A row whose numbers are no longitudes and latitudes, and that names no system of its own. */
function isOther(feature: unknown): boolean {
  const { geometry, properties } = (isObject(feature) ? feature : {}) as { geometry?: unknown; properties?: unknown };
  const named = isObject(properties) && properties["crs"] !== undefined && properties["crs"] !== null;
  return !named && hasOtherNumbers(geometry);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
