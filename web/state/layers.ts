/** The layers there are, and which of their themes are shown. */
import { ref, shallowRef } from "vue";
import type { Collection } from "../../server/api/collections.ts";
import { ApiError, getCollections } from "../client.ts";
import { lang } from "../messages.ts";

export const collections = shallowRef<Collection[]>([]);
export const collections_error = shallowRef<ApiError | null>(null);
/** Themes not drawn. */
export const hidden = ref<ReadonlySet<string>>(
  new Set(["reach", "no_farming_area/suitable", "no_farming_area/aquaculture_suitable", "control_area/planning_area"]),
);

export async function loadCollections(): Promise<void> {
  try {
    collections.value = await getCollections(lang.value);
    collections_error.value = null;
  } catch (error) {
    collections_error.value = error instanceof ApiError ? error : new ApiError({ status: 0 });
  }
}

export function themesOf(collection: Collection): string[] {
  return collection.legend.map((entry) => entry.theme);
}

export function setShown(themes: string[], shown: boolean): void {
  const next = new Set(hidden.value);
  for (const theme of themes) {
    if (shown) next.delete(theme);
    else next.add(theme);
  }
  hidden.value = next;
}
