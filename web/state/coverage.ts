/** Coverage on the map: the theme that is shown, who claims what of the district, and the claim in hand. Loaded with the data
 *  room. */
import { ref, shallowRef, watch } from "vue";
import type { CoverageAreas } from "../../server/api/coverage.ts";
import { type ApiError, isAborted } from "../client.ts";
import { getCoverageAreas } from "../data_client.ts";
import { lang } from "../messages.ts";
import { day, phone, sheet, task } from "./app.ts";
import { district, section } from "./dataroom.ts";
import { claimed, showGeometry } from "./map_view.ts";
import { asApiError } from "./run.ts";

export type ClaimedArea = CoverageAreas["features"][number];

/** Empty: none is shown. */
export const theme = ref("");
/** The district's own claim first; null until read. */
export const areas = shallowRef<ClaimedArea[] | null>(null);
export const areas_error = shallowRef<ApiError | null>(null);
/** Id of the area whose claim is told in full. */
export const in_hand = ref<string | null>(null);

let asking: AbortController | undefined;
/** The map has yet to go where the areas lie. */
let going = false;

/** Reads the areas anew: something was declared, withdrawn, written or undone. `go`: the map goes there. */
export async function loadAreas(go = false): Promise<void> {
  asking?.abort();
  going ||= go;
  if (theme.value === "" || district.value === "") {
    areas.value = areas_error.value = in_hand.value = null;
    return;
  }
  const mine = new AbortController();
  asking = mine;
  try {
    const { features } = await getCoverageAreas(lang.value, theme.value, district.value, day.value, mine.signal);
    areas.value = features;
    areas_error.value = null;
    if (!features.some(({ id }) => id === in_hand.value)) in_hand.value = features.length === 1 ? features[0]!.id : null;
    if (going) showGeometry({ type: "GeometryCollection", geometries: features.map(({ geometry }) => geometry) });
    going = false;
  } catch (error) {
    if (isAborted(error)) return;
    areas.value = null;
    areas_error.value = asApiError(error);
  }
}

export function show(of: string): void {
  if (of !== theme.value) areas.value = in_hand.value = null;
  theme.value = of;
  void loadAreas(of !== "");
}

/** Tells a claim in full; `go`: the map shows its area. */
export function select(id: string, go: boolean): void {
  in_hand.value = id;
  const area = areas.value?.find((each) => each.id === id);
  if (go && area) showGeometry(area.geometry);
  if (!go && phone.value && sheet.value === "peek") sheet.value = "half";
}

watch(district, () => void loadAreas(theme.value !== ""));
watch([lang, day], () => void loadAreas());
watch(
  [areas, task, section],
  () => (claimed.value = task.value === "data" && section.value === "layers" ? (areas.value ?? []) : []),
  { immediate: true },
);
