/** The search: what was typed, what was found, and the mark of a position that was chosen. */
import { computed, ref, shallowRef, watch } from "vue";
import type { Hit } from "../../server/api/search.ts";
import { ApiError, getHits, isAborted } from "../client.ts";
import { type Candidate, type CoordinateReading, readCoordinates } from "../coordinates.ts";
import { positionText } from "../format.ts";
import { lang } from "../messages.ts";
import { as_of, phone, sheet } from "./app.ts";
import { orderMap } from "./map_view.ts";
import { place } from "./places.ts";

/** The hand rests so long before the service is asked. */
const REST_MS = 200;
const LIMIT = 20;
/** A position is shown with so much of the ground around it, degrees. */
const AROUND_DEG = 0.006;

export const query = ref("");
export const hits = shallowRef<Hit[]>([]);
/** All that match, listed or not. */
export const matched = ref(0);
export const search_error = shallowRef<ApiError | null>(null);
/** The answer on screen is that of what is typed. */
export const searched = ref("");
export const searching = computed(() => wanted.value !== "" && searched.value !== wanted.value && search_error.value === null);
/** A position chosen by coordinates, with the words written beside it. */
export const mark = shallowRef<{ position: [number, number]; label: string } | null>(null);

/** What is asked for: the service takes no more than 100 characters. */
const wanted = computed(() => [...query.value.trim()].slice(0, 100).join(""));
/** What was typed, as a position; a name is none. */
export const reading = computed<CoordinateReading>(() => readCoordinates(query.value, place.value?.bbox));

let resting: ReturnType<typeof setTimeout> | undefined;
let running: AbortController | undefined;

watch([wanted, as_of, lang], ([now], [before]) => {
  clearTimeout(resting);
  running?.abort();
  search_error.value = null;
  if (now === "") {
    hits.value = [];
    matched.value = 0;
    searched.value = "";
    return;
  }
  // The same words on another day or in another language: the old answer is none.
  if (now === before) searched.value = "";
  resting = setTimeout(() => void search(), REST_MS);
});

/** Asks the service; the answer to what was typed before is dropped. */
export async function search(): Promise<void> {
  const mine = new AbortController();
  running = mine;
  const asked = wanted.value;
  search_error.value = null;
  try {
    const found = await getHits(lang.value, asked, LIMIT, as_of.value, mine.signal);
    if (running !== mine || mine.signal.aborted) return;
    hits.value = found.items;
    matched.value = found.numberMatched;
    searched.value = asked;
  } catch (error) {
    if (isAborted(error) || running !== mine) return;
    hits.value = [];
    matched.value = 0;
    search_error.value = error instanceof ApiError ? error : new ApiError({ status: 0 });
  }
}

/** The map goes to the position and marks it. */
export function showPosition({ lon, lat }: Candidate): void {
  if (phone.value && sheet.value === "full") sheet.value = "half";
  mark.value = { position: [lon, lat], label: positionText([lon, lat]) };
  orderMap({ order: "show_bbox", bbox: [lon - AROUND_DEG, lat - AROUND_DEG, lon + AROUND_DEG, lat + AROUND_DEG] });
}

/** Nothing typed, nothing marked. */
export function clearSearch(): void {
  query.value = "";
  mark.value = null;
}
