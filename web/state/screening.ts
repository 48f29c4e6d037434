/** Many sites at once: what is being put together, the screening on screen, its rows, the site in hand. Loaded with its
 *  panel. */
import { computed, ref, shallowRef, watch } from "vue";
import type { Action, AttributeValue } from "../../server/api/checks.ts";
import type { AnyGeoJson } from "../../server/api/common.ts";
import type { ScreenedSite, Screening, SiteOutline } from "../../server/api/screenings.ts";
import { type ApiError, isAborted } from "../client.ts";
import { lang } from "../messages.ts";
import {
  deleteScreening,
  getOutlines,
  getScreenedSite,
  getScreenedSites,
  getScreening,
  getScreenings,
  hasEnded,
  postScreening,
  type SiteFilter,
  type WholeSite,
} from "../runs_client.ts";
import type { BatchRow } from "../batch_text.ts";
import { readAddress, writeAddress } from "./address.ts";
import { day, openTask, phone, setDate, sheet } from "./app.ts";
import { drawer } from "./drawer.ts";
import { showGeometry } from "./map_view.ts";
import { asApiError, createFollowing } from "./run.ts";
import { setSite } from "./site.ts";
import { ask, form, loadActivities, missing, startAnew } from "./siting.ts";

const PAGE = 200;
const REST_MS = 250;
/** While a screening runs, rows and map follow it no faster than this. */
const REFRESH_MS = 4000;

export type View = "list" | "new" | "result";

export const view = ref<View>("list");
/** Newest first; null until known. */
export const screenings = shallowRef<Screening[] | null>(null);
export const screenings_error = shallowRef<ApiError | null>(null);
export const draft = ref({ name: "", text: "", file: "", activity: "", action: "new" as Action });
export const begin_error = shallowRef<ApiError | null>(null);
export const beginning = ref(false);
export const shown = shallowRef<Screening | null>(null);
export const filter = ref<SiteFilter>({});
export const rows = shallowRef<ScreenedSite[] | null>(null);
export const matched = ref(0);
export const more = ref(false);
export const list_error = shallowRef<ApiError | null>(null);
export const outlines = shallowRef<SiteOutline[]>([]);
/** Number of the site in hand. */
export const selected = ref<number | null>(null);
export const site = shallowRef<WholeSite | null>(null);
export const site_error = shallowRef<ApiError | null>(null);

export const filtered = computed(() => Object.values(filter.value).some((value) => value !== undefined && value !== ""));

let refreshed = 0;
export const following = createFollowing("screenings", ({ id, state }) => {
  if (shown.value?.id !== id) return;
  const now = Date.now();
  if (!hasEnded(state) && now - refreshed < REFRESH_MS) return;
  refreshed = now;
  void refresh(id);
});

export async function loadScreenings(): Promise<void> {
  screenings_error.value = null;
  const words = lang.value;
  try {
    const { items } = await getScreenings(words, 100);
    if (lang.value !== words) return await loadScreenings();
    screenings.value = items;
    const asked = readAddress("screening");
    if (!shown.value && asked) await open(asked);
    else if (screenings.value.length === 0 && view.value === "list") view.value = "new";
  } catch (error) {
    screenings_error.value = asApiError(error);
  }
}

let newest = 0;
/** Shows a screening: how far it is, its rows, its sites on the map. */
export async function open(id: string): Promise<void> {
  const mine = ++newest;
  screenings_error.value = null;
  try {
    const words = lang.value;
    const told = await getScreening(words, id);
    if (mine !== newest) return;
    if (lang.value !== words) return await open(id);
    release();
    if (shown.value?.id !== id) {
      filter.value = {};
      rows.value = null;
      outlines.value = [];
    }
    shown.value = told;
    view.value = "result";
    drawer.value = "sites";
    writeAddress({ screening: id });
    following.follow(told);
    await Promise.all([loadRows(), loadOutlines(id, true)]);
  } catch (error) {
    if (mine !== newest) return;
    screenings_error.value = asApiError(error);
    writeAddress({ screening: null });
  }
}

async function refresh(id: string): Promise<void> {
  const words = lang.value;
  try {
    const told = await getScreening(words, id);
    if (shown.value?.id !== id || lang.value !== words) return;
    const first = outlines.value.length === 0;
    shown.value = told;
    await Promise.all([loadRows(rows.value?.length), loadOutlines(id, first)]);
  } catch (error) {
    list_error.value = asApiError(error);
  }
}

async function loadOutlines(id: string, go: boolean): Promise<void> {
  const told = await getOutlines(id);
  if (shown.value?.id !== id) return;
  outlines.value = told;
  if (go && told.length > 0) showGeometry({ type: "GeometryCollection", geometries: told.map(({ geometry }) => geometry) });
}

/** The whole batch on the map. */
export function showAll(): void {
  if (outlines.value.length > 0)
    showGeometry({ type: "GeometryCollection", geometries: outlines.value.map(({ geometry }) => geometry) });
}

let asking: AbortController | undefined;
/** Reads the first rows that the filters let through; at least `count` of them, where more were there. */
export async function loadRows(count = 0): Promise<void> {
  const id = shown.value?.id;
  if (!id) return;
  asking?.abort();
  const mine = new AbortController();
  asking = mine;
  list_error.value = null;
  try {
    let items: ScreenedSite[] = [];
    do {
      const page = await getScreenedSites(lang.value, id, filter.value, PAGE, items.at(-1)?.n ?? 0, mine.signal);
      if (mine.signal.aborted) return;
      items = [...items, ...page.items];
      matched.value = page.numberMatched;
      more.value = page.links.some(({ rel }) => rel === "next");
    } while (more.value && items.length < count);
    if (shown.value?.id === id) rows.value = items;
  } catch (error) {
    if (asking === mine && !isAborted(error)) list_error.value = asApiError(error);
  }
}

let reading = false;
export async function wantMore(): Promise<void> {
  const id = shown.value?.id;
  if (!id || reading || !more.value) return;
  reading = true;
  try {
    const page = await getScreenedSites(lang.value, id, filter.value, PAGE, rows.value?.at(-1)?.n ?? 0, asking?.signal);
    if (shown.value?.id !== id) return;
    rows.value = [...(rows.value ?? []), ...page.items];
    more.value = page.links.some(({ rel }) => rel === "next");
  } catch (error) {
    if (!isAborted(error)) list_error.value = asApiError(error);
  } finally {
    reading = false;
  }
}

let resting: ReturnType<typeof setTimeout> | undefined;
watch(
  filter,
  () => {
    clearTimeout(resting);
    resting = setTimeout(() => void loadRows(), REST_MS);
  },
  { deep: true },
);
watch(lang, () => {
  void loadScreenings();
  if (shown.value) void refresh(shown.value.id);
  if (selected.value !== null) void loadSite(selected.value);
});

/** Begins what was put together, for the day of the screen. */
export async function begin(features: BatchRow[]): Promise<void> {
  beginning.value = true;
  begin_error.value = null;
  try {
    const { id } = await postScreening(lang.value, {
      name: draft.value.name,
      as_of: day.value,
      sites: { type: "FeatureCollection", features },
    });
    draft.value = { ...draft.value, text: "", file: "" };
    await open(id);
  } catch (error) {
    begin_error.value = asApiError(error);
  } finally {
    beginning.value = false;
  }
}

export async function putAway(id: string): Promise<void> {
  try {
    await deleteScreening(lang.value, id);
    if (shown.value?.id === id) close();
    else await loadScreenings();
  } catch (error) {
    screenings_error.value = asApiError(error);
  }
}

/** Back to the list. */
export function close(): void {
  newest++;
  following.forget();
  release();
  shown.value = null;
  rows.value = null;
  outlines.value = [];
  drawer.value = null;
  view.value = "list";
  writeAddress({ screening: null });
  void loadScreenings();
}

/** Takes a site in hand. */
export function select(n: number, go = true): void {
  selected.value = n;
  const outline = outlines.value.find((each) => each.n === n);
  if (go && outline) showGeometry(outline.geometry);
  if (phone.value && sheet.value === "peek") sheet.value = "half";
  void loadSite(n);
}

export function release(): void {
  selected.value = site.value = site_error.value = null;
}

let newest_site = 0;
async function loadSite(n: number): Promise<void> {
  const id = shown.value?.id;
  if (!id) return;
  const mine = ++newest_site;
  if (site.value?.n !== n) site.value = null;
  site_error.value = null;
  try {
    const told = await getScreenedSite(lang.value, id, n);
    if (mine === newest_site && selected.value === n) site.value = told;
  } catch (error) {
    if (mine === newest_site && selected.value === n) site_error.value = asApiError(error);
  }
}

/** Opens the row in the siting check as it was given, and asks where nothing is wrong with it: the answer is stored then. */
export async function openAsCheck({ request, faults }: WholeSite): Promise<void> {
  const { name, activity, action, attributes, geometry, crs, accuracy_m, as_of } = request;
  startAnew();
  openTask("siting");
  if (as_of) setDate(as_of);
  await loadActivities();
  const text = (value: unknown) => (typeof value === "string" ? value : "");
  form.value = {
    name: text(name),
    activity: text(activity),
    action: (text(action) || "new") as Action,
    accuracy_m: typeof accuracy_m === "number" ? accuracy_m : 0,
    attributes:
      typeof attributes === "object" && attributes !== null ? { ...(attributes as Record<string, AttributeValue>) } : {},
  };
  if (geometry) setSite({ given: geometry as AnyGeoJson, crs: text(crs) || "EPSG:4326", origin: "given" });
  if (faults.length > 0) return;
  // The form settles first: it drops what the activity does not ask.
  await new Promise((resolve) => setTimeout(resolve));
  if (missing.value.length === 0) await ask();
}
