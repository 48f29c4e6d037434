/** The feature whose drawer is open, what it has to do with others, and the way back. */
import { computed, ref, shallowRef, watch } from "vue";
import type { Item } from "../../server/api/collections.ts";
import type { Action } from "../../server/api/checks.ts";
import type { Geometry } from "../../server/api/common.ts";
import type { Place, Related, Version } from "../../server/api/search.ts";
import { ApiError, getItem, getRelated, getVersions } from "../client.ts";
import { lang } from "../messages.ts";
import { readAddress, writeAddress } from "./address.ts";
import { as_of, data_version, landing, openTask, phone, setDate, sheet, task, type Task } from "./app.ts";
import { setShown } from "./layers.ts";
import { orderMap, popup, showGeometry } from "./map_view.ts";
import { setSite } from "./site.ts";
import { activities, form, loadActivities, startAnew } from "./siting.ts";

export type FeatureKey = { layer: string; code: string };

/** Null while no drawer is open. */
export const opened = shallowRef<FeatureKey | null>(fromAddress());
/** Features opened before this one, by way of each other. */
export const trail = shallowRef<FeatureKey[]>([]);
export const item = shallowRef<Item | null>(null);
export const item_error = shallowRef<ApiError | null>(null);
export const related = shallowRef<Related | null>(null);
export const related_error = shallowRef<ApiError | null>(null);
/** Every life of the code; null until known. */
export const versions = shallowRef<Version[] | null>(null);
/** Why they are not known: then nothing is said of how many there are. */
export const versions_error = shallowRef<ApiError | null>(null);
/** The panel that the first feature took the place of. */
const before = ref<Task | null>(null);
export const can_go_back = computed(() => trail.value.length > 0 || before.value !== null);
/** A feature named by the address is looked for on the map once its shape has come. */
let to_be_shown = opened.value !== null && !location.hash.includes("map=");

function fromAddress(): FeatureKey | null {
  const asked = readAddress("feature") ?? "";
  const cut = asked.indexOf("/");
  return cut > 0 && cut < asked.length - 1 ? { layer: asked.slice(0, cut), code: asked.slice(cut + 1) } : null;
}

/** Opens the drawer of a feature. From within a drawer the one before can be had back. */
export function openFeature({ layer, code }: FeatureKey): void {
  const current = task.value === "feature" ? opened.value : null;
  if (current?.layer === layer && current.code === code) return;
  if (current) trail.value = [...trail.value, current];
  else {
    trail.value = [];
    before.value = task.value;
  }
  popup.value = null;
  go({ layer, code });
}

function go(key: FeatureKey): void {
  opened.value = key;
  openTask("feature");
  writeAddress({ feature: `${key.layer}/${key.code}` });
}

/** The feature before, or the panel that was open before the first. */
export function goBack(): void {
  const last = trail.value.at(-1);
  if (last) {
    trail.value = trail.value.slice(0, -1);
    go(last);
  } else openTask(before.value);
}

/** The map goes to a feature, its theme is shown, its drawer opens. */
export function showFeature({ layer, code, theme, bbox }: Place): void {
  setShown([theme], true);
  if (phone.value) sheet.value = "half";
  openFeature({ layer, code });
  orderMap({ order: "show_bbox", bbox });
}

/** The feature in the drawer, on the map. */
export function showOpened(): void {
  if (!item.value?.geometry) return;
  setShown([item.value.theme], true);
  showGeometry(item.value.geometry);
}

// Another panel over the drawer closes it.
watch(task, (now) => {
  if (now === "feature") return;
  opened.value = null;
  trail.value = [];
  before.value = null;
});

let newest = 0;
watch([opened, as_of, lang, data_version], () => void load(), { immediate: true });

/** Reads the feature, its relations and its lives; each fails alone. */
export async function load(): Promise<void> {
  const mine = ++newest;
  const key = opened.value;
  if (item.value?.id !== key?.code) item.value = null;
  item_error.value = related_error.value = versions_error.value = null;
  related.value = versions.value = null;
  if (!key) return;
  const settle = async <T>(promise: Promise<T>, take: (value: T) => void, fail: (error: ApiError) => void) => {
    try {
      const value = await promise;
      if (mine === newest) take(value);
    } catch (error) {
      if (mine === newest) fail(error instanceof ApiError ? error : new ApiError({ status: 0 }));
    }
  };
  await Promise.all([
    settle(getItem(key.layer, key.code, as_of.value, lang.value), takeItem, (error) => {
      item.value = null;
      item_error.value = error;
    }),
    settle(
      getRelated(key.layer, key.code, as_of.value),
      (value) => (related.value = value),
      (error) => (related_error.value = error),
    ),
    settle(
      getVersions(key.layer, key.code, lang.value),
      (value) => (versions.value = value),
      (error) => {
        // The service knows that there never was such a code: that is an answer.
        if (error.type.endsWith("/never-known")) versions.value = [];
        else versions_error.value = error;
      },
    ),
  ]);
}

function takeItem(value: Item): void {
  item.value = value;
  if (!to_be_shown) return;
  to_be_shown = false;
  showOpened();
}

/** A day on which the version holds: today where it does, else its last day, or its first when it is still to come. */
export function dayOf({ valid_from, valid_to }: Version): string {
  const today = landing.value?.today ?? valid_from;
  if (valid_from > today) return valid_from;
  if (valid_to === null || today < valid_to) return today;
  const last = new Date(`${valid_to}T00:00:00Z`);
  last.setUTCDate(last.getUTCDate() - 1);
  return last.toISOString().slice(0, 10);
}

export function goToVersion(version: Version): void {
  setDate(dayOf(version));
}

/** Asks the siting check about a facility that stands: its place as the site, and it as the project that the service judges
 *  it as. A project that the service cannot tell is left to be filled in. `of`: the day that it is asked for, if not that of the
 *  screen, and the actions that it is asked about, if it can be asked as one of them. */
export async function checkFacility(
  { geometry, properties, project }: Item,
  of: { day?: string; actions?: readonly Action[] } = {},
): Promise<void> {
  if (!geometry || !properties) return;
  const accuracy = properties["accuracy_m"];
  startAnew();
  openTask("siting");
  if (of.day) setDate(of.day);
  if (activities.value.length === 0) await loadActivities();
  form.value = {
    name: String(properties[lang.value === "zh" ? "name_zh" : "name_en"] ?? ""),
    activity: project?.activity ?? "",
    action: project?.actions.find((action) => of.actions?.includes(action)) ?? project?.actions[0] ?? "existing",
    accuracy_m: typeof accuracy === "number" ? accuracy : 0,
    attributes: { ...project?.attributes },
  };
  setSite({ given: geometry as Geometry, crs: "EPSG:4490", origin: "facility" });
  showGeometry(geometry);
}
