/** The layers there are, and which of their themes are shown. */
import { ref, shallowRef, watch } from "vue";
import type { Collection } from "../../server/api/collections.ts";
import { ApiError, getCollections } from "../client.ts";
import { lang } from "../messages.ts";
import { readAddress, writeAddress } from "./address.ts";

export const collections = shallowRef<Collection[]>([]);
export const collections_error = shallowRef<ApiError | null>(null);
/** Themes not drawn when nobody has chosen. */
const HIDDEN_FIRST = ["reach", "no_farming_area/suitable", "no_farming_area/aquaculture_suitable", "control_area/planning_area"];
/** Themes not drawn. */
export const hidden = ref<ReadonlySet<string>>(firstHidden());
/** The ground map is shown, where one is configured. */
export const ground_shown = ref(readAddress("ground") !== "off");
/** Its tiles do not come. */
export const ground_failed = ref(false);
watch(ground_shown, (shown) => writeAddress({ ground: shown ? null : "off" }));
/** How strongly a layer is drawn, by id, 0.1 to 1; absent: 1. */
export const strength = ref<ReadonlyMap<string, number>>(firstStrength());

watch(hidden, (now) =>
  writeAddress({
    hide: [...now].filter((theme) => !HIDDEN_FIRST.includes(theme)).join() || null,
    show: HIDDEN_FIRST.filter((theme) => !now.has(theme)).join() || null,
  }),
);
watch(strength, (now) =>
  writeAddress({ fade: [...now].map(([id, share]) => `${id}:${Math.round(share * 100)}`).join() || null }),
);

function firstHidden(): Set<string> {
  const list = (key: "hide" | "show") => (readAddress(key) ?? "").split(",").filter(Boolean);
  const shown = list("show");
  return new Set([...HIDDEN_FIRST.filter((theme) => !shown.includes(theme)), ...list("hide")]);
}

function firstStrength(): Map<string, number> {
  return new Map(
    (readAddress("fade") ?? "").split(",").flatMap((entry) => {
      const [id, percent] = entry.split(":");
      const share = Number(percent) / 100;
      return id && share >= 0.1 && share < 1 ? [[id, share] as const] : [];
    }),
  );
}

/** `share` 0.1 to 1. */
export function setStrength(layer: string, share: number): void {
  const next = new Map(strength.value);
  if (share >= 1) next.delete(layer);
  else next.set(layer, Math.max(0.1, share));
  strength.value = next;
}

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
