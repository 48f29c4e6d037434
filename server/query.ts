/** Query parameters from strings to typed values, once, at the door. Unknown ones are a 400 naming what is known. */
import type { Request } from "express";
import type { Text } from "./api/common.ts";
import { type FaultSpec, Problem } from "./problem.ts";
import { isStorable } from "./storable.ts";

/** The query as strings, when every name is among `known` (and `lang`) and none stands twice. */
export function parameters<K extends string>(request: Request, known: readonly K[]): Partial<Record<K, string>> {
  return parametersAndFields(request, known, []).values;
}

/** The query where names among `fields` are filters: their values are `lists`, as often as they stand. */
export function parametersAndFields<K extends string>(
  request: Request,
  known: readonly K[],
  fields: readonly string[],
): { values: Partial<Record<K, string>>; lists: Map<string, string[]> } {
  const faults: FaultSpec[] = [];
  const values: Partial<Record<string, string>> = {};
  const lists = new Map<string, string[]>();
  for (const [name, value] of Object.entries(request.query)) {
    if (name === "lang") {
      if (value !== "zh" && value !== "en") faults.push(bad("lang", "zh, en", value));
    } else if (fields.includes(name)) lists.set(name, [value].flat().map(String));
    else if (!(known as readonly string[]).includes(name)) faults.push(unknown(name, [...known, "lang"], fields));
    else if (typeof value !== "string") faults.push({ pointer: `?${name}`, key: "fault.repeated_parameter", params: { name } });
    else if (!isStorable(value)) faults.push({ pointer: `?${name}`, key: "fault.unstorable", params: {} });
    else values[name] = value;
  }
  if (faults.length > 0) throw new Problem(400, "bad-parameter", {}, { faults });
  return { values: values as Partial<Record<K, string>>, lists };
}

function unknown(name: string, known: readonly string[], fields: readonly string[]): FaultSpec {
  const params = { name: name.slice(0, 80), known: known.join(", "), fields: fields.join(", ") };
  const key = fields.length > 0 ? "fault.unknown_parameter_or_field" : "fault.unknown_parameter";
  return { pointer: `?${name.slice(0, 80)}`, key, params };
}

/** The values of a list `a,b`; `\,` is a comma within a value, `\\` a backslash. */
export function splitList(text: string): string[] {
  const values: string[] = [];
  let value = "";
  for (const [sign] of text.matchAll(/\\[\\,]|[^]/gu)) {
    if (sign === ",") {
      values.push(value);
      value = "";
    } else value += sign.length === 2 && sign.startsWith("\\") ? sign.slice(1) : sign;
  }
  return [...values, value];
}

function bad(name: string, expected: string | Text, got: unknown): FaultSpec {
  return { pointer: `?${name}`, key: "fault.bad_parameter", params: { name, expected, got: String(got).slice(0, 80) } };
}

/** A 400 that names one parameter, what was expected and what came. */
export function badParameter(name: string, expected: string | Text, got: unknown): Problem {
  return new Problem(400, "bad-parameter", {}, { faults: [bad(name, expected, got)] });
}

/** Whether it may be an id of ours. */
export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

/** The code of a district, prefecture or province (GB/T 2260), or undefined when absent. */
export function districtParameter<T extends string | undefined>(text: T): T {
  if (text !== undefined && !/^\d{6}$/.test(text)) throw badParameter("jurisdiction", "GB/T 2260, 500118", text);
  return text;
}

/** True for a day of the calendar written yyyy-mm-dd (2026-02-30 is none). */
export function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().slice(0, 10) === text;
}

/** Made once: making one takes as long as answering a tile from memory. */
const SHANGHAI = new Intl.DateTimeFormat("en-CA", {
  timeZone: "Asia/Shanghai",
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
});

/** Today in Asia/Shanghai, yyyy-mm-dd: the default as-of date. */
export function today(now: Date): string {
  return SHANGHAI.format(now);
}

/** A date parameter, or today. OGC's `datetime` may also be a full timestamp, whose day in Asia/Shanghai counts; without an
 *  offset it is the time there. */
export function dateParameter(name: string, text: string | undefined, now: Date): string {
  if (text === undefined) return today(now);
  if (isDate(text)) return text;
  const [, offset] = /^\d{4}-\d{2}-\d{2}T[\d:.]+(Z|[+-]\d{2}:\d{2})?$/i.exec(text) ?? [null];
  if (offset !== null && isDate(text.slice(0, 10))) {
    const instant = new Date(offset === undefined ? `${text}+08:00` : text);
    if (!Number.isNaN(instant.getTime())) return today(instant);
  }
  throw badParameter(name, "yyyy-mm-dd", text);
}

/** One of `choices`, or undefined when absent. */
export function choiceParameter<T extends string>(name: string, text: string | undefined, choices: readonly T[]): T | undefined {
  if (text === undefined) return undefined;
  const found = choices.find((choice) => choice === text);
  if (found === undefined) throw badParameter(name, choices.join(" | "), text);
  return found;
}

/** A whole number within bounds, or the default. */
export function integerParameter(
  name: string,
  text: string | undefined,
  bounds: { min: number; max: number; default: number },
): number {
  if (text === undefined) return bounds.default;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < bounds.min || value > bounds.max)
    throw badParameter(name, `${bounds.min}-${bounds.max}`, text);
  return value;
}

/** `west,south,east,north` in degrees (CRS84), or undefined. Six numbers (with heights) lose their heights. */
export function bboxParameter(name: string, text: string | undefined): [number, number, number, number] | undefined {
  if (text === undefined) return undefined;
  const numbers = text.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  const [west, south, east, north] = numbers.length === 6 ? [numbers[0], numbers[1], numbers[3], numbers[4]] : numbers;
  const usable =
    (numbers.length === 4 || numbers.length === 6) &&
    numbers.every(Number.isFinite) &&
    Math.abs(west!) <= 180 &&
    Math.abs(east!) <= 180 &&
    Math.abs(south!) <= 90 &&
    Math.abs(north!) <= 90 &&
    west! <= east! &&
    south! <= north!;
  if (!usable) throw badParameter(name, "west,south,east,north (-180..180, -90..90)", text);
  return [west!, south!, east!, north!];
}
