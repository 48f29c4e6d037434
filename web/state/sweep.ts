/** The sweep on screen: its clues by groups, filters, the clue in hand. Loaded with its panel. */
import { computed, ref, shallowRef, watch } from "vue";
import type { Sweep, Violation, ViolationCounts } from "../../server/api/sweeps.ts";
import type { Geometry } from "../../server/api/common.ts";
import { type ApiError, getItem, isAborted } from "../client.ts";
import { lang } from "../messages.ts";
import {
  type ClueFilter,
  getSweep,
  getSweeps,
  getViolation,
  getViolationCounts,
  getViolations,
  hasEnded,
  postSweep,
  postViolationState,
  type StateChange,
  type WholeViolation,
} from "../runs_client.ts";
import { readAddress, writeAddress } from "./address.ts";
import { day, phone, sheet } from "./app.ts";
import { drawer } from "./drawer.ts";
import { orderMap } from "./map_view.ts";
import { asApiError, createFollowing } from "./run.ts";

/** What clues can be grouped by; `none`: one list. */
export const GROUPINGS = ["none", "feature", "rule", "deadline", "theme", "state", "district"] as const;
export type Grouping = (typeof GROUPINGS)[number];
/** The parameter that holds each grouping's key. */
const PARAMETER = {
  feature: "feature",
  rule: "rule",
  deadline: "deadline",
  theme: "theme",
  state: "state",
  district: "jurisdiction",
} as const;
/** As the service calls what has no feature or deadline. */
const NONE = "none";
const PAGE = 200;
const REST_MS = 250;
/** Pages read at most to find a facility's row in its group. */
const MAX_PAGES = 25;
/** Half the side of what the map shows round a facility, degrees (about 900 m). */
const AROUND = 0.008;

export type Group = {
  key: string;
  title: string;
  count: number;
  open: boolean;
  items: Violation[];
  more: boolean;
  loading: boolean;
};

/** Newest first; null until known. */
export const sweeps = shallowRef<Sweep[] | null>(null);
export const sweeps_error = shallowRef<ApiError | null>(null);
/** The finished sweep whose clues are listed. */
export const shown = shallowRef<Sweep | null>(null);
/** Of the whole sweep. */
export const totals = shallowRef<ViolationCounts | null>(null);
/** Of what the filters let through. */
export const counts = shallowRef<ViolationCounts | null>(null);
export const list_error = shallowRef<ApiError | null>(null);
export const filter = ref<Omit<ClueFilter, "sweep">>({});
export const grouping = ref<Grouping>("feature");
export const groups = shallowRef<Group[]>([]);
/** Id of the clue in hand. */
export const selected = ref<string | null>(null);
/** The facility it is about, or that was clicked on the map. */
export const facility = ref<string | null>(null);
/** The clue in hand with its history; null until it has come. */
export const clue = shallowRef<WholeViolation | null>(null);
export const clue_error = shallowRef<ApiError | null>(null);
/** Where the facility in hand stands, and the area it stands in, on the map. */
export const marked = shallowRef<{ position: [number, number]; area: Geometry | null } | null>(null);
/** A facility was clicked that no clue of the filters is about. */
export const nothing_there = ref(false);
/** Grows when the clues on the map are no longer what they were. */
export const tiles_version = ref(0);

export const following = createFollowing("sweeps", ({ id, state }) => {
  if (hasEnded(state)) void loadSweeps(state === "done" ? id : undefined);
});

/** What the map shows: all but the facility in hand. */
export const tile_filter = computed<ClueFilter | null>(() =>
  shown.value ? { ...given(filter.value), sweep: shown.value.id } : null,
);
export const filtered = computed(() => Object.keys(given(filter.value)).length > 0);

function given(from: ClueFilter): ClueFilter {
  return Object.fromEntries(
    Object.entries(from).flatMap(([name, value]) => {
      const text = typeof value === "string" ? value.trim() : "";
      return text === "" ? [] : [[name, text]];
    }),
  );
}

/** Reads which sweeps there are, and shows `id`, or what the address names, or the newest finished one. */
export async function loadSweeps(id?: string): Promise<void> {
  sweeps_error.value = null;
  const words = lang.value;
  try {
    const { items } = await getSweeps(words, 30);
    if (lang.value !== words) return await loadSweeps(id);
    sweeps.value = items;
    const wanted = id ?? shown.value?.id ?? readAddress("sweep");
    const next = items.find((each) => each.id === wanted && each.state === "done") ?? items.find(({ state }) => state === "done");
    const under_way = items.find(({ state }) => !hasEnded(state));
    const [newest] = items;
    // One that was stopped is offered until a later one is there.
    const stopped = newest && (newest.state === "cancelled" || newest.state === "failed") ? newest : undefined;
    const told = under_way ?? stopped;
    if (told && following.run.value?.id !== told.id) following.follow(told);
    else if (!told) following.forget();
    if (next && (next.id !== shown.value?.id || lang_shown !== lang.value)) show(next);
  } catch (error) {
    sweeps_error.value = asApiError(error);
  }
}
let lang_shown = "";

/** Lists the clues of a finished sweep. */
export function show(sweep: Sweep): void {
  newest++;
  lang_shown = lang.value;
  shown.value = sweep;
  drawer.value = "clues";
  writeAddress({ sweep: sweep.id });
  void loadTotals();
  void loadList();
  if (selected.value) void loadClue(selected.value);
}

let newest = 0;
export async function showById(id: string): Promise<void> {
  const mine = ++newest;
  const words = lang.value;
  release();
  try {
    const told = await getSweep(words, id);
    if (mine !== newest) return;
    if (lang.value !== words) return await showById(id);
    show(told);
  } catch (error) {
    if (mine === newest) sweeps_error.value = asApiError(error);
  }
}

/** Begins a sweep for the day of the screen. */
export async function begin(): Promise<void> {
  following.error.value = null;
  following.busy.value = true;
  try {
    following.follow(await postSweep(lang.value, day.value));
  } catch (error) {
    following.error.value = asApiError(error);
  } finally {
    following.busy.value = false;
  }
}

async function loadTotals(): Promise<void> {
  const sweep = shown.value?.id;
  if (!sweep) return;
  const words = lang.value;
  try {
    const told = await getViolationCounts(words, { sweep });
    if (shown.value?.id === sweep && lang.value === words) totals.value = told;
  } catch (error) {
    list_error.value = asApiError(error);
  }
}

let asking: AbortController | undefined;
/** Counts what the filters let through, and reads the first of it. */
export async function loadList(): Promise<void> {
  const sweep = shown.value?.id;
  if (!sweep) return;
  asking?.abort();
  const mine = new AbortController();
  asking = mine;
  list_error.value = null;
  try {
    const told = await getViolationCounts(lang.value, { ...given(filter.value), sweep }, mine.signal);
    if (mine.signal.aborted) return;
    counts.value = told;
    const kept = new Map(groups.value.map((group) => [group.key, group.open]));
    const fresh = groupsOf(told);
    // What a filter leaves in one group is what was looked for.
    const found = fresh.length === 1 && kept.size > 1;
    for (const [index, group] of fresh.entries()) group.open = found || (kept.get(group.key) ?? index === 0);
    groups.value = fresh;
    await Promise.all(fresh.filter(({ open }) => open).map((group) => readMore(group, mine.signal)));
  } catch (error) {
    if (asking === mine && !isAborted(error)) list_error.value = asApiError(error);
  }
}

function groupsOf(told: ViolationCounts): Group[] {
  const group = (key: string, title: string, count: number): Group => ({
    key,
    title,
    count,
    open: false,
    items: [],
    more: count > 0,
    loading: false,
  });
  const by = grouping.value;
  if (by === "none") return [group("", "", told.total)];
  const made = told.by[by].map(({ key, title, count }) => group(key, title, count));
  const rest = told.total - made.reduce((sum, { count }) => sum + count, 0);
  if ((by === "deadline" || by === "feature") && rest > 0) made.push(group(NONE, "", rest));
  return by === "deadline" ? made.toSorted((a, b) => (a.key < b.key ? -1 : 1)) : made;
}

/** Reads the next rows of a group. */
async function readMore(group: Group, signal?: AbortSignal): Promise<void> {
  const sweep = shown.value?.id;
  if (!sweep || group.loading || !group.more) return;
  group.loading = true;
  try {
    const own = grouping.value === "none" ? {} : { [PARAMETER[grouping.value]]: group.key };
    const query = { ...given(filter.value), ...own, sweep };
    const page = await getViolations(lang.value, query, PAGE, group.items.at(-1)?.id, signal);
    group.items = [...group.items, ...page.items];
    group.more = page.links.some(({ rel }) => rel === "next");
  } finally {
    group.loading = false;
    groups.value = [...groups.value];
  }
}

/** As `readMore`, for the table: a failure is said. */
export async function wantMore(key: string): Promise<void> {
  const group = groups.value.find((each) => each.key === key);
  try {
    if (group) await readMore(group, asking?.signal);
  } catch (error) {
    if (!isAborted(error)) list_error.value = asApiError(error);
  }
}

export function toggleGroup(key: string, open?: boolean): void {
  const group = groups.value.find((each) => each.key === key);
  if (!group || group.open === open) return;
  group.open = !group.open;
  groups.value = [...groups.value];
  if (group.open && group.items.length === 0) void wantMore(key);
}

/** Only what the given filters say; the others are cleared. */
export function setFilter(next: Omit<ClueFilter, "sweep">): void {
  filter.value = { ...next };
}

let resting: ReturnType<typeof setTimeout> | undefined;
watch(
  filter,
  () => {
    clearTimeout(resting);
    resting = setTimeout(() => void loadList(), REST_MS);
  },
  { deep: true },
);
watch(grouping, () => {
  groups.value = [];
  void loadList();
});
watch(lang, () => void loadSweeps());

/** Takes a clue in hand: on the map its facility and area, in the panel all there is to say. */
export function select(row: Violation, go = true): void {
  selected.value = row.id;
  facility.value = row.facility;
  nothing_there.value = false;
  marked.value = { position: row.position as [number, number], area: null };
  if (phone.value && sheet.value === "peek") sheet.value = "half";
  if (go) showAround(row.position);
  void loadClue(row.id);
  void loadArea(row);
}

export function showAround([lon, lat]: readonly number[]): void {
  if (lon === undefined || lat === undefined) return;
  if (phone.value && sheet.value === "full") sheet.value = "half";
  orderMap({ order: "show_bbox", bbox: [lon - AROUND, lat - AROUND, lon + AROUND, lat + AROUND] });
}

async function loadArea(row: Violation): Promise<void> {
  if (!row.layer || !row.feature) return;
  try {
    const { geometry } = await getItem(row.layer, row.feature, row.as_of);
    if (selected.value === row.id && marked.value) marked.value = { ...marked.value, area: geometry };
  } catch {
    // The panel says all of it; the outline is what the map adds.
  }
}

let newest_clue = 0;
export async function loadClue(id: string): Promise<void> {
  const mine = ++newest_clue;
  if (clue.value?.id !== id) clue.value = null;
  clue_error.value = null;
  try {
    const told = await getViolation(lang.value, id);
    if (mine === newest_clue && selected.value === id) clue.value = told;
  } catch (error) {
    if (mine === newest_clue && selected.value === id) clue_error.value = asApiError(error);
  }
}

/** No clue in hand. */
export function release(): void {
  selected.value = facility.value = clue.value = marked.value = clue_error.value = null;
  nothing_there.value = false;
}

/** Stores what an officer decided about the clue in hand. Throws ApiError; what others did meanwhile is read then. */
export async function changeState(id: string, change: StateChange): Promise<void> {
  let told: WholeViolation;
  try {
    told = await postViolationState(lang.value, id, change);
  } catch (error) {
    if (asApiError(error).status === 409) await loadClue(id);
    throw error;
  }
  newest_clue++;
  if (selected.value === id) clue.value = told;
  for (const group of groups.value) group.items = group.items.map((each) => (each.id === id ? { ...each, ...told } : each));
  groups.value = [...groups.value];
  tiles_version.value++;
  void loadTotals();
  const { state } = filter.value;
  if (grouping.value === "state" || (state && state !== told.state)) void loadList();
}

/** The clues about a facility that was clicked on the map: its first row is looked up in the table and taken in hand. */
export async function selectFacility(code: string): Promise<void> {
  const sweep = shown.value?.id;
  if (!sweep) return;
  release();
  facility.value = code;
  try {
    const { items } = await getViolations(lang.value, { ...given(filter.value), sweep, facility: code }, PAGE);
    const [first] = items;
    if (facility.value !== code) return;
    nothing_there.value = first === undefined;
    if (!first) return;
    select(first, false);
    const key = keyOf(first);
    toggleGroup(key, true);
    for (let page = 0; page < MAX_PAGES; page++) {
      const group = groups.value.find((each) => each.key === key);
      if (!group?.more || group.items.some(({ id }) => id === first.id)) break;
      await readMore(group);
    }
  } catch (error) {
    list_error.value = asApiError(error);
  }
}

function keyOf(row: Violation): string {
  if (grouping.value === "none") return "";
  if (grouping.value === "district") return row.districts[0] ?? "";
  return row[grouping.value] ?? NONE;
}
