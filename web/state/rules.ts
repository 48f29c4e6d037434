/** The rules in force that may concern the activity asked about: why an attribute is asked. Fetched when first wanted. */
import { shallowRef } from "vue";
import type { Rule } from "../../server/api/catalogue.ts";
import { ApiError, getRules } from "../client.ts";
import { lang } from "../messages.ts";
import { as_of } from "./app.ts";
import { asked_place } from "./places.ts";
import { form } from "./siting.ts";

export const rules = shallowRef<Rule[]>([]);
export const rules_error = shallowRef<ApiError | null>(null);
let loaded_for = "";

/** Loads them for the question as it stands; does nothing when they are there. */
export async function loadRules(): Promise<void> {
  const { activity, action } = form.value;
  const wanted = { lang: lang.value, as_of: as_of.value, jurisdiction: asked_place.value?.code, activity, action };
  const key = JSON.stringify(wanted);
  if (key === loaded_for) return;
  loaded_for = key;
  rules.value = [];
  rules_error.value = null;
  try {
    const items = await getRules(wanted);
    if (loaded_for === key) rules.value = items;
  } catch (error) {
    loaded_for = "";
    rules_error.value = error instanceof ApiError ? error : new ApiError({ status: 0 });
  }
}
