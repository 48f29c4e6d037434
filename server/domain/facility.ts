/** A registered facility as a project that can be judged: what it is and what is known of it. Pure. */
import type { Action, AttributeValue } from "../api/checks.ts";
import { checkAttributes } from "./classify.ts";
import type { ActivitySpec, Catalogue } from "./rule.ts";

/** What a facility that stands is asked as: that it is there, and that it is used. */
export const STANDING: readonly Action[] = ["existing", "operating"];

export type FacilityProject = {
  activity: ActivitySpec;
  /** Those of `existing` and `operating` that the activity knows. */
  actions: Action[];
  attributes: Record<string, AttributeValue>;
};
export type FacilityFault =
  | { key: "facility_activity"; got: string }
  | { key: "facility_attribute"; name: string; expected: string; got: string };

/** Columns of the facility that bear the name of an attribute of its activity are that attribute, and the day it opened is
 *  since when it stands; a column without a value is unknown. Faults, where the register says what the vocabulary does not have: then it cannot be judged. */
export function projectOf(
  columns: Record<string, unknown>,
  catalogue: Pick<Catalogue, "activities" | "attributes">,
): { project: FacilityProject; faults: [] } | { project: null; faults: FacilityFault[] } {
  const activity = catalogue.activities.find(({ code }) => code === columns["activity"]);
  const actions = STANDING.filter((action) => activity?.actions.includes(action));
  if (!activity || actions.length === 0)
    return { project: null, faults: [{ key: "facility_activity", got: String(columns["activity"]).slice(0, 80) }] };
  const valueOf = (name: string) => columns[name] ?? (name === "since" ? columns["opened"] : undefined) ?? undefined;
  const attributes = Object.fromEntries(
    activity.attributes
      .filter((name) => !Object.hasOwn(activity.fixed, name) && valueOf(name) !== undefined)
      .map((name) => [name, valueOf(name)]),
  );
  const faults = checkAttributes(activity, attributes, catalogue).map(({ name, expected, got }): FacilityFault => ({
    key: "facility_attribute",
    name,
    expected,
    got,
  }));
  if (faults.length > 0) return { project: null, faults };
  return { project: { activity, actions, attributes: attributes as Record<string, AttributeValue> }, faults: [] };
}
