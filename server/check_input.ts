/** A request for a check, from JSON to typed values: for one check, and for each row of many. */
import type { Action, AttributeValue } from "./api/checks.ts";
import type { Geometry } from "./api/common.ts";
import { checkAttributes } from "./domain/classify.ts";
import type { Catalogue } from "./domain/rule.ts";
import type { CheckInput } from "./gather.ts";
import { sayBoth } from "./messages.ts";
import type { FaultSpec } from "./problem.ts";
import type { PartFault } from "./queries/site.ts";
import { isDate, today } from "./query.ts";
import { parseCrs, parseSite } from "./site.ts";
import { unstorableIn } from "./storable.ts";

export const ACTIONS: readonly Action[] = ["new", "rebuilt", "expanded", "existing", "operating"];
const FIELDS = ["name", "activity", "action", "attributes", "geometry", "crs", "as_of", "accuracy_m"];

/** What came, short enough for a sentence. */
export function brief(value: unknown): string {
  return (JSON.stringify(value) ?? "undefined").slice(0, 60);
}

/** What a request for a check must say, as typed values; or every fault. `others` counts the faults that are not the
 *  geometry's. Not looked at: whether rings cross (`placeSite` and `ringFault`). */
export function readCheckInput(
  body: unknown,
  catalogue: Catalogue,
  now: Date,
): { input: CheckInput | null; faults: FaultSpec[]; others: number } {
  const faults: FaultSpec[] = [];
  const fault = (pointer: string, key: string, params: Record<string, unknown> = {}) =>
    faults.push({ pointer, key: `fault.${key}`, params });
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    fault("#", "not_object");
    return { input: null, faults, others: 1 };
  }
  const given = body as Record<string, unknown>;
  for (const name of Object.keys(given))
    if (!FIELDS.includes(name))
      fault(`#/${name.replaceAll("~", "~0").replaceAll("/", "~1").slice(0, 80)}`, "unknown_field", {
        name: name.slice(0, 80),
        known: FIELDS.join(", "),
      });

  const name = typeof given["name"] === "string" ? given["name"].trim() : "";
  if (name === "" || name.length > 200) fault("#/name", "name", { got: brief(given["name"]) });
  const activity = catalogue.activities.find((each) => each.code === given["activity"]);
  if (!activity) fault("#/activity", "unknown_activity", { got: brief(given["activity"]) });
  const actions = activity?.actions ?? ACTIONS;
  const action = actions.find((each) => each === given["action"]);
  if (!action) fault("#/action", "unknown_action", { expected: actions.join(", "), got: brief(given["action"]) });
  const attributes = given["attributes"] ?? {};
  if (typeof attributes !== "object" || attributes === null || Array.isArray(attributes))
    fault("#/attributes", "attributes", { got: brief(attributes) });
  else if (activity)
    for (const wrong of checkAttributes(activity, attributes as Record<string, unknown>, catalogue))
      fault(
        `#/attributes/${wrong.name.replaceAll("~", "~0").replaceAll("/", "~1")}`,
        wrong.code === "unknown" ? "attribute_unknown" : "attribute_value",
        {
          activity: activity.code,
          name: wrong.name.slice(0, 80),
          expected: wrong.expected,
          got: wrong.got,
        },
      );
  for (const each of [...unstorableFaults(given["name"], "#/name"), ...unstorableFaults(attributes, "#/attributes")])
    if (!faults.some(({ pointer }) => pointer === each.pointer)) faults.push(each);
  const asOf = given["as_of"] ?? today(now);
  if (typeof asOf !== "string" || !isDate(asOf)) fault("#/as_of", "as_of", { got: brief(asOf) });
  const accuracy_m = given["accuracy_m"] ?? 0;
  if (typeof accuracy_m !== "number" || !(accuracy_m >= 0 && accuracy_m <= 10_000))
    fault("#/accuracy_m", "accuracy_m", { got: brief(accuracy_m) });
  const srid = parseCrs(given["crs"]);
  if (srid === undefined) fault("#/crs", "crs", { got: brief(given["crs"]) });

  const others = faults.length;
  let site: CheckInput["site"] | null = null;
  if (given["geometry"] === undefined || given["geometry"] === null) fault("#/geometry", "geometry_missing");
  else if (srid !== undefined) {
    const parsed = parseSite(given["geometry"] as Geometry, srid);
    faults.push(...parsed.faults);
    site = parsed.site;
  }
  if (faults.length > 0 || !activity || !action || !site) return { input: null, faults, others };
  const input: CheckInput = {
    project: { name, activity, action, attributes: attributes as Record<string, AttributeValue> },
    site,
    crs_given: `EPSG:${srid}`,
    accuracy_m: accuracy_m as number,
    asOf: asOf as string,
  };
  return { input, faults, others };
}

/** Texts that the database would refuse, and with them the whole request. */
export function unstorableFaults(value: unknown, pointer: string): FaultSpec[] {
  return unstorableIn(value, pointer).map((at) => ({ pointer: at, key: "fault.unstorable", params: {} }));
}

/** A ring that crosses, a hole outside: named, with its place. */
export function ringFault({ pointers, srid }: CheckInput["site"], { index, reason, x, y }: PartFault): FaultSpec {
  return {
    pointer: pointers[index] ?? "#/geometry",
    key: "fault.invalid_ring",
    params: { reason: invalidity(reason), place: placeOf(x, y) },
    ...(x !== null && y !== null && (srid === 4326 || srid === 4490) ? { position: [x, y] as [number, number] } : {}),
  };
}

/** GEOS' reasons, in our words. */
export function invalidity(reason: string): { zh: string; en: string } {
  return sayBoth(INVALID[reason] ?? "invalid.other");
}

const INVALID: Record<string, string> = {
  "Self-intersection": "invalid.self_intersection",
  "Ring Self-intersection": "invalid.ring_self_intersection",
  "Hole lies outside shell": "invalid.hole_outside",
  "Holes are nested": "invalid.nested_holes",
  "Interior is disconnected": "invalid.disconnected",
  "Nested shells": "invalid.nested_shells",
  "Duplicate Rings": "invalid.duplicate_rings",
  "Too few points in geometry component": "invalid.too_few_points",
};

/** Degrees to 0.1 m, metres to 1 cm. */
export function placeOf(x: number | null, y: number | null): string {
  if (x === null || y === null) return "-";
  const digits = Math.abs(x) <= 180 ? 6 : 2;
  return `${x.toFixed(digits)}, ${y.toFixed(digits)}`;
}
