/** The data room: which part of it is open, for which district, and what was read for it. */
import { computed, ref, shallowRef, watch } from "vue";
import type { ChecklistVersion, Declaration, ThemeHolding } from "../../server/api/coverage.ts";
import type { ImportSummary } from "../../server/api/imports.ts";
import type { ApiError } from "../client.ts";
import { getChecklists, getDeclarations, getHoldings, getImports } from "../data_client.ts";
import { lang } from "../messages.ts";
import { data_version, day } from "./app.ts";
import { loadCollections } from "./layers.ts";
import { place, places } from "./places.ts";
import { asApiError } from "./run.ts";

export const SECTIONS = ["layers", "import", "history", "declarations", "checklist"] as const;
export type Section = (typeof SECTIONS)[number];

export const section = ref<Section>("layers");
/** GB/T 2260 code that somebody chose; empty: the district in view. */
const chosen_district = ref("");
export const district = computed({
  get: () =>
    places.value.some(({ code }) => code === chosen_district.value) ? chosen_district.value : (place.value?.code ?? ""),
  set: (code: string) => (chosen_district.value = code),
});

/** Null until read. */
export const holdings = shallowRef<ThemeHolding[] | null>(null);
export const imports = shallowRef<ImportSummary[] | null>(null);
export const declarations = shallowRef<Declaration[] | null>(null);
/** The district's own versions, newest first. */
export const checklists = shallowRef<ChecklistVersion[] | null>(null);
/** What every district without one of its own is asked. */
export const national = shallowRef<ChecklistVersion[]>([]);
export const room_error = shallowRef<ApiError | null>(null);

// What one district or day has is never shown under the name of another.
watch(
  [district, day],
  () => {
    newest++;
    holdings.value = declarations.value = checklists.value = room_error.value = null;
  },
  { flush: "sync" },
);

let newest = 0;
/** Reads what the open section shows. What is on screen stays until it has come. */
export async function loadSection(): Promise<void> {
  const mine = ++newest;
  const [words, code] = [lang.value, district.value];
  try {
    if (section.value === "history") {
      const { items } = await getImports(words);
      if (mine === newest) imports.value = items;
    } else if (code !== "") {
      const [held, declared, lists, all] = await Promise.all([
        getHoldings(words, code, day.value),
        section.value === "declarations" ? getDeclarations(words, code) : null,
        section.value === "checklist" ? getChecklists(words, code) : null,
        section.value === "checklist" ? getChecklists(words, "national") : null,
      ]);
      if (mine !== newest) return;
      holdings.value = held;
      if (declared) declarations.value = declared;
      if (lists) checklists.value = lists;
      if (all) national.value = all;
    }
    room_error.value = null;
  } catch (error) {
    if (mine === newest) room_error.value = asApiError(error);
  }
}

/** After something was written: the rest of the screen counts anew, and so does this one; the map is drawn anew. */
export async function reload(): Promise<void> {
  data_version.value++;
  await Promise.all([loadSection(), loadCollections()]);
}
